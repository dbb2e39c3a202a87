/* tool/schema_judge.h - one value on its way through a schema; of the files of tool/schema.h.  One
 * owner.
 *
 * Each value is judged silently first, which ends with the first misfit; only one that does not fit
 * is judged again to tell why. */
#ifndef BX_TOOL_SCHEMA_JUDGE_H
#define BX_TOOL_SCHEMA_JUDGE_H

#include "tool/schema_internal.h"

typedef struct judge {
    const bx_schema *s;
    bx_buf *out;            /* NULL: silent */
    size_t problems, extra; /* extra: of those told together, all but one */
    uint64_t steps;         /* left; 0: it was too much */
    unsigned depth;         /* of nodes in each other */
} judge;

/* The resources that were entered, the last one first (JSON Schema Core section 7.1). */
typedef struct scope {
    uint32_t resource;
    const struct scope *above;
} scope;

/* Which members or items of one value some schema has judged, by their index. */
typedef struct seen {
    uint64_t few;   /* of the first 64 */
    uint64_t *more; /* of the others, NULL when there are none */
    size_t n;
} seen;

typedef struct spot {
    const bx_json_val *v;
    const bx_schema_place *place;
    const scope *scope;
    seen *seen; /* to be added to; NULL: nobody asks */
} spot;

bool judge_node(judge *j, uint32_t node, const spot *at);
/* The same without a word.  `keep` takes the place of at->seen. */
bool judge_quietly(judge *j, uint32_t node, const spot *at, seen *keep);

/* One rule of the kind of each; false: it does not fit, and when telling that was told. */
bool judge_choice(judge *j, const bx_rule *r, const spot *at);     /* anyOf, oneOf */
bool judge_all(judge *j, const bx_rule *r, const spot *at);        /* allOf */
bool judge_not(judge *j, const bx_rule *r, const spot *at);        /* not */
bool judge_if(judge *j, const bx_rule *r, const spot *at);         /* if, then, else */
bool judge_dependent(judge *j, const bx_rule *r, const spot *at);  /* dependentSchemas */
bool judge_companions(judge *j, const bx_rule *r, const spot *at); /* dependentRequired */
bool judge_object(judge *j, const bx_rule *r, const spot *at);
bool judge_names(judge *j, const bx_rule *r, const spot *at);
bool judge_array(judge *j, const bx_rule *r, const spot *at);
bool judge_contains(judge *j, const bx_rule *r, const spot *at);
bool judge_rest(judge *j, const bx_rule *r, const spot *at); /* unevaluated... */

/* Counts `n` steps; false: there are not that many left. */
bool judge_spend(judge *j, uint64_t n);

/* Begins a line, if there is one more to tell. */
bool tell_begin(judge *j, const bx_schema_place *at);
void tell_unexpected(judge *j, const bx_json_val *schema, const spot *at);

/* *ret is empty, with room for the parts of `v`; false: no steps or no memory, so it was too much.
 */
bool seen_begin(judge *j, const bx_json_val *v, seen *ret);
void seen_mark(seen *s, size_t i);
bool seen_has(const seen *s, size_t i);
void seen_add(seen *to, const seen *from); /* `to` may be NULL */
void seen_done(seen *s);
BX_UNUSED static inline void seen_autop(seen *s) { seen_done(s); }
#define AUTO_SEEN __attribute__((cleanup(seen_autop))) seen

#endif
