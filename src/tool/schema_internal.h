/* tool/schema_internal.h - shared by the files of tool/schema.h, nobody else's business.
 *
 * A schema is compiled into nodes, one for each schema in it; a node has rules, each made of one or
 * several keywords.  schema_shape.c knows the keywords, schema_scan.c walks the document,
 * schema_rule.c makes the rules, schema_ref.c follows references, schema_judge*.c judge,
 * schema_value.c compares values, schema_words.c and schema_tell.c put into words. */
#ifndef BX_TOOL_SCHEMA_INTERNAL_H
#define BX_TOOL_SCHEMA_INTERNAL_H

#include "codec/regexp.h"
#include "tool/schema.h"

enum { NO_NODE = UINT32_MAX };

typedef enum bx_keyword {
#define KEYWORD(id, name, drafts, shape) BX_KW_##id,
#include "tool/schema_keywords.def"
#undef KEYWORD
    BX_KW_COUNT,
} bx_keyword;

/* Which of them `name` is in that draft; BX_KW_COUNT: none. */
bx_keyword bx_keyword_of(bx_str name, bx_schema_draft draft);
const char *bx_keyword_name(bx_keyword k);
/* What would have to stand there instead of `v`; NULL: its shape is right. */
const char *bx_keyword_misfit(bx_keyword k, bx_schema_draft draft, const bx_json_val *v);
/* A schema of that draft, with everything in it, as far as its meta-schema can tell.  *steps are
 * counted down, and it is none when they are used up. */
bool bx_schema_is_one(const bx_json_val *v, bx_schema_draft draft, uint64_t *steps);
/* A count: an integer of at least 0, also written as 2.0. */
bool bx_schema_count(const bx_json_val *v, uint64_t *ret);
/* What is a schema or holds some of them. */
bool bx_keyword_holds_schemas(bx_keyword k);

/* The draft that "$schema" names; false: none of ours. */
bool bx_schema_draft_of(bx_str uri, bx_schema_draft *ret);

/* ---- the compiled schema ----------------------------------------------------------------------
 */

typedef enum bx_rule_kind {
    /* of the value itself */
    BX_RULE_ENUM,
    BX_RULE_CONST,
    BX_RULE_MINIMUM, /* min: 1 where the bound itself is out */
    BX_RULE_MAXIMUM,
    BX_RULE_MULTIPLE,
    BX_RULE_LENGTH,
    BX_RULE_PATTERN,
    BX_RULE_SIZE, /* of an array or object */
    BX_RULE_UNIQUE,
    /* of schemas applied to it */
    BX_RULE_REF,
    BX_RULE_DYNAMIC_REF,
    BX_RULE_ALL_OF,
    BX_RULE_ANY_OF,
    BX_RULE_ONE_OF,
    BX_RULE_NOT,
    BX_RULE_IF,
    BX_RULE_DEPENDENT_SCHEMAS,
    BX_RULE_DEPENDENT_REQUIRED,
    /* of its parts */
    BX_RULE_OBJECT,
    BX_RULE_NAMES,
    BX_RULE_ARRAY,
    BX_RULE_CONTAINS,
    /* of what is left */
    BX_RULE_REST_ITEMS,
    BX_RULE_REST_PROPERTIES,
} bx_rule_kind;

typedef struct bx_rule {
    uint8_t kind;
    uint8_t types;           /* bits of bx_json_type it is about */
    uint32_t node;           /* a schema, or NO_NODE */
    uint32_t from, n;        /* some of `links`, `names` or the like */
    uint64_t min, max;       /* counts; for BX_RULE_IF the nodes of then and else */
    const bx_json_val *json; /* the keyword's value */
    bx_regexp *regexp;       /* owned by the schema */
} bx_rule;

typedef struct bx_schema_name { /* of an object's member */
    bx_str name;
    uint32_t node; /* NO_NODE: any value */
    bool required;
} bx_schema_name;

typedef struct bx_schema_pattern { /* of members' names */
    bx_regexp *regexp;
    uint32_t node;
} bx_schema_pattern;

typedef struct bx_schema_object { /* BX_RULE_OBJECT: rule.from is its index */
    uint32_t names, n_names, n_required;
    uint32_t slots, mask; /* a hash table over the names; mask 0: few, looked at one by one */
    uint32_t patterns, n_patterns;
    uint32_t rest; /* additionalProperties, or NO_NODE */
} bx_schema_object;

typedef enum bx_node_kind {
    BX_NODE_RULES,
    BX_NODE_TRUE,
    BX_NODE_FALSE,
    BX_NODE_META, /* fits what is a schema of `draft` */
} bx_node_kind;

typedef struct bx_schema_node {
    const bx_json_val *json;
    uint8_t kind;
    uint8_t types; /* bits of bx_json_type; that of doubles with BX_NODE_INTEGER: whole ones */
    bool whole;    /* of the numbers, those without a fraction only */
    bool named;    /* reached by keywords alone: its identifiers count */
    bool has_rest; /* it has "unevaluated...", so what was judged is to be kept */
    uint8_t draft;
    uint32_t resource;
    uint32_t rules, n_rules;
    uint32_t above;  /* the node it stands in, or NO_NODE */
    bx_str via, key; /* how: the keyword and, where it holds several, which one of them */
    uint32_t index;
    uint8_t via_kind; /* 0 keyword alone, 1 with key, 2 with index, 3 `via` is a whole pointer */
} bx_schema_node;

typedef struct bx_schema_resource {
    char *uri; /* owned, absolute as far as the document says; "" */
    uint32_t node;
} bx_schema_resource;

typedef struct bx_schema_anchor {
    bx_str name;
    uint32_t resource, node;
    bool dynamic;
} bx_schema_anchor;

/* Growing arrays.  T *p; uint32_t n, cap. */
#define BX_SCHEMA_LIST(T, name) \
    T *name; \
    uint32_t n_##name, cap_##name

struct bx_schema {
    BX_SCHEMA_LIST(bx_schema_node, nodes);
    BX_SCHEMA_LIST(bx_rule, rules);
    BX_SCHEMA_LIST(uint32_t, links);
    BX_SCHEMA_LIST(bx_schema_name, names);
    BX_SCHEMA_LIST(uint32_t, slots);
    BX_SCHEMA_LIST(bx_schema_pattern, patterns);
    BX_SCHEMA_LIST(bx_schema_object, objects);
    BX_SCHEMA_LIST(bx_schema_resource, resources);
    BX_SCHEMA_LIST(bx_schema_anchor, anchors);
    uint32_t *map; /* from the values of the document to nodes; open addressing */
    uint32_t map_mask;
    bx_schema_options options;
    uint64_t work; /* left for compiling */
};

/* Room for one more of `list`, or for `more` of them. */
bool bx_schema_grow(void **p, uint32_t *cap, uint64_t n, size_t size);
#define BX_SCHEMA_ROOM(s, list, more) \
    ((uint64_t)(s)->n_##list + (more) <= (s)->cap_##list || \
     bx_schema_grow((void **)&(s)->list, &(s)->cap_##list, (uint64_t)(s)->n_##list + (more), \
                    sizeof *(s)->list))

static inline unsigned bx_type_bit(bx_json_type t) { return 1u << t; }

enum {
    BX_TYPES_ANY = 0xfe,
    BX_TYPES_NUMBER = 1 << BX_JSON_INT | 1 << BX_JSON_DOUBLE,
};

/* The node of a value of the document, or NO_NODE. */
uint32_t bx_schema_find(const bx_schema *s, const bx_json_val *v);
/* Puts it into the map and, when it is new, at the end of the nodes.  `like`: where it stands. */
bx_code bx_schema_node_for(bx_schema *s, const bx_json_val *v, const bx_schema_node *like,
                           uint32_t *ret, bx_error *err);
/* Identifiers, children and rules of each node from `from` on, those that come by it too. */
bx_code bx_schema_scan(bx_schema *s, uint32_t from, bx_error *err);
/* The rules of a node from its keywords; NULL where one is not there. */
bx_code bx_schema_make_rules(bx_schema *s, uint32_t node, const bx_json_val *const kw[BX_KW_COUNT],
                             bx_error *err);
/* Where each reference leads; no way round without going into a value. */
bx_code bx_schema_resolve(bx_schema *s, bx_error *err);
/* BX_EINVAL or another code, with the place of the node (and a keyword in it, or NULL). */
bx_code bx_schema_fail(const bx_schema *s, uint32_t node, const char *keyword, bx_code code,
                       bx_error *err, const char *fmt, ...) BX_PRINTF(6, 7);
bx_code bx_schema_spend(bx_schema *s, uint64_t steps, bx_error *err);
/* The member of that name: its index in `names`, or NO_NODE.  Counts *steps down. */
uint32_t bx_schema_member(const bx_schema *s, const bx_schema_object *o, bx_str name,
                          uint64_t *steps);

/* ---- places ------------------------------------------------------------------------------------
 */

/* A place in a document, from the root on: what a JSON Pointer says. */
typedef struct bx_schema_place {
    const struct bx_schema_place *above;
    bx_str key; /* of an object, or */
    size_t index;
    bool is_index;
} bx_schema_place;

/* The place as text; NULL is the root.  Keys are the caller's: no character of them acts on a
 * terminal or begins a line. */
void bx_schema_add_place(bx_buf *out, const bx_schema_place *at);
/* One token of a pointer, with its '/' (RFC 6901 section 3). */
void bx_schema_add_token(bx_buf *out, bx_str key);

/* What was given instead of what was expected, as short as a message may be. */
void bx_schema_add_given(bx_buf *out, const bx_json_val *v);
/* A value as JSON, at most `max` bytes of it. */
void bx_schema_add_value(bx_buf *out, const bx_json_val *v, size_t max);
/* What would mend `v` where a part of the schema did not take it; most often nothing. */
void bx_schema_add_remedy(const bx_schema *s, const bx_json_val *part, const bx_json_val *v,
                          bx_buf *out);
/* One of several: "a string, or an integer". */
void bx_schema_add_choice(const bx_schema *s, const bx_json_val *parts, bx_buf *out);
/* What `only` has to be; without it, of what `v` has to have and has not: "path (a string), ...".
 */
void bx_schema_add_required(const bx_schema *s, const bx_schema_object *o, const bx_json_val *v,
                            const bx_schema_name *only, bx_buf *out);
/* A name from a schema or a value, safe to show. */
void bx_schema_add_name(bx_buf *out, bx_str name);
/* "name, or one more, and N more": those of a list of texts, or the keys of an object. */
void bx_schema_add_names(bx_buf *out, const bx_json_val *of);
/* Of those names the one that `name` is likely to stand for; an empty text: none is near. */
bx_str bx_schema_nearest(const bx_json_val *of, bx_str name);

/* ---- values ------------------------------------------------------------------------------------
 */

/* -1, 0, 1 as the numbers compare, exactly. */
int bx_number_compare(const bx_json_val *a, const bx_json_val *b);
bool bx_number_is_whole(const bx_json_val *v);
/* `v` divided by `by`, which is above 0, leaves nothing: exactly, of the decimals as written. */
bool bx_number_is_multiple(const bx_json_val *v, const bx_json_val *by);
/* Equal as JSON Schema has it: 1 and 1.0 are.  *steps are counted down; nothing is equal when they
 * are used up. */
bool bx_value_equal(const bx_json_val *a, const bx_json_val *b, uint64_t *steps);
/* No two items are equal; else *a and *b say which.  Counts *steps down, too. */
bool bx_items_differ(const bx_json_val *array, uint64_t *steps, size_t *a, size_t *b);

#endif
