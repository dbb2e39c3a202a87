/* Places, values and expectations in words. */
#include "codec/shown.h"
#include "tool/schema_internal.h"

enum {
    MAX_POINTER = 512, /* bytes of a place that are told */
    MAX_GIVEN = 80,    /* of a value */
    MAX_NAME = 100,    /* of a name */
    MAX_VALUE = 200,   /* of one value among those expected */
    MAX_LISTED = 40,   /* values, names, alternatives */
    MAX_INSIDE = 3,    /* alternatives in each other */
    MAX_WORDS = 4000,  /* bytes of one expectation */
};

/* ---- places and names ------------------------------------------------------------------------ */

void bx_schema_add_token(bx_buf *out, bx_str key)
{
    (void)bx_buf_add_c(out, '/');
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/')
            (void)bx_buf_add_z(out, key.p[i] == '~' ? "~0" : "~1");
        else
            (void)bx_buf_add_c(out, key.p[i]);
    }
}

static void add_pointer(bx_buf *out, const bx_schema_place *at)
{
    if (!at)
        return;
    add_pointer(out, at->above);
    if (at->is_index)
        (void)bx_buf_addf(out, "/%zu", at->index);
    else
        bx_schema_add_token(out, at->key);
}

void bx_schema_add_place(bx_buf *out, const bx_schema_place *at)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    add_pointer(&text, at);
    if (!at)
        (void)bx_buf_add_z(out, "(whole)");
    else
        bx_shown_add(out, bx_buf_str(&text), MAX_POINTER);
}

void bx_schema_add_name(bx_buf *out, bx_str name) { bx_shown_add(out, name, MAX_POINTER); }

/* How many of `n` are told, and in words how many are not. */
static void add_more(bx_buf *out, size_t n)
{
    if (n > MAX_LISTED)
        (void)bx_buf_addf(out, " and %zu more", n - MAX_LISTED);
}

void bx_schema_add_names(bx_buf *out, const bx_json_val *of)
{
    bx_json_iter it = bx_json_iter_of(of);
    bx_str name;
    size_t i = 0;
    if (bx_json_size(of) == 0)
        (void)bx_buf_add_z(out, "none");
    for (const bx_json_val *e; i < MAX_LISTED && (e = bx_json_next(&it, &name)); i++) {
        (void)bx_buf_add_z(out, i ? ", " : "");
        (void)bx_json_str(bx_json_type_of(of) == BX_JSON_ARRAY ? e : NULL, &name);
        bx_shown_add(out, name, MAX_NAME);
    }
    add_more(out, bx_json_size(of));
}

/* ---- values ---------------------------------------------------------------------------------- */

void bx_schema_add_value(bx_buf *out, const bx_json_val *v, size_t max)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, v);
    if (text.fail == BX_OK)
        bx_shown_add(out, bx_buf_str(&text), max);
    else
        (void)bx_buf_add_z(out, "a long value");
}

void bx_schema_add_given(bx_buf *out, const bx_json_val *v)
{
    bx_json_type t = bx_json_type_of(v);
    if (t == BX_JSON_ARRAY || t == BX_JSON_OBJECT)
        (void)bx_buf_addf(out, "an %s of %zu", bx_json_type_name(t), bx_json_size(v));
    else if (t == BX_JSON_STRING)
        (void)bx_buf_add_z(out, "the string ");
    if (t != BX_JSON_ARRAY && t != BX_JSON_OBJECT)
        bx_schema_add_value(out, v, MAX_GIVEN);
}

static void add_values(bx_buf *out, const bx_json_val *list)
{
    bx_json_iter it = bx_json_iter_of(list);
    size_t i = 0;
    for (const bx_json_val *e; i < MAX_LISTED && (e = bx_json_next(&it, NULL)); i++) {
        (void)bx_buf_add_z(out, i ? ", " : "");
        bx_schema_add_value(out, e, MAX_VALUE);
    }
    add_more(out, bx_json_size(list));
}

/* ---- what is expected ------------------------------------------------------------------------ */

/* " of 1 to 3 items", " from 1 to 3", " that is not empty". */
static void add_range(bx_buf *out, const bx_json_val *schema, const char *low, const char *high,
                      const char *unit)
{
    const bx_json_val *min = bx_json_get(schema, bx_str_of(low)),
                      *max = bx_json_get(schema, bx_str_of(high));
    uint64_t least = 0;
    if (!min && !max)
        return;
    if (*unit && !max && bx_json_uint64(min, &least) && least == 1) {
        (void)bx_buf_add_z(out, " that is not empty");
        return;
    }
    (void)bx_buf_add_z(out, min && max ? (*unit ? " of " : " from ")
                            : min      ? " of at least "
                                       : " of at most ");
    if (min)
        bx_schema_add_value(out, min, MAX_GIVEN);
    if (min && max)
        (void)bx_buf_add_z(out, " to ");
    if (max)
        bx_schema_add_value(out, max, MAX_GIVEN);
    (void)bx_buf_add_z(out, unit);
}

/* One keyword's value after a few words. */
static void add_after(bx_buf *out, const char *words, const bx_json_val *schema, const char *key)
{
    const bx_json_val *v = bx_json_get(schema, bx_str_of(key));
    bx_str text;
    if (!v)
        return;
    (void)bx_buf_add_z(out, words);
    if (bx_json_str(v, &text))
        bx_shown_add(out, text, MAX_VALUE);
    else
        bx_schema_add_value(out, v, MAX_GIVEN);
}

static void add_type(bx_buf *out, bx_str name)
{
    bool vowel = name.n && strchr("aio", name.p[0]);
    if (bx_str_eq(name, BX_LIT("null")))
        (void)bx_buf_add_z(out, "null");
    else
        (void)bx_buf_addf(out, "%s %.*s", vowel ? "an" : "a", BX_FMT(name));
}

static void add_types(bx_buf *out, const bx_json_val *type)
{
    bx_str name;
    if (bx_json_str(type, &name)) {
        add_type(out, name);
        return;
    }
    const char *between = "";
    bx_json_iter it = bx_json_iter_of(type);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); between = " or ") {
        (void)bx_buf_add_z(out, between);
        if (bx_json_str(e, &name))
            add_type(out, name);
    }
}

static void add_words(const bx_schema *s, const bx_json_val *part, unsigned inside, bx_buf *out);

static void add_choice(const bx_schema *s, const bx_json_val *parts, unsigned inside, bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(parts);
    size_t i = 0;
    if (inside >= MAX_INSIDE) {
        (void)bx_buf_add_z(out, "one of several");
        return;
    }
    for (const bx_json_val *e; i < MAX_LISTED && (e = bx_json_next(&it, NULL)); i++) {
        (void)bx_buf_add_z(out, i ? ", or " : "");
        add_words(s, e, inside + 1, out);
    }
    add_more(out, bx_json_size(parts));
}

static void add_details(const bx_json_val *schema, bx_buf *out)
{
    add_range(out, schema, "minimum", "maximum", "");
    add_after(out, " above ", schema, "exclusiveMinimum");
    add_after(out, " below ", schema, "exclusiveMaximum");
    add_after(out, " that is a multiple of ", schema, "multipleOf");
    add_range(out, schema, "minLength", "maxLength", " characters");
    add_after(out, " that matches ", schema, "pattern");
    add_after(out, " in the form ", schema, "format");
    add_range(out, schema, "minItems", "maxItems", " items");
    add_range(out, schema, "minProperties", "maxProperties", " members");
}

/* What a schema that only refers refers to. */
static const bx_json_val *meant(const bx_schema *s, const bx_json_val *part)
{
    for (int i = 0; i < 8 && s; i++) {
        uint32_t node = bx_schema_find(s, part);
        const bx_schema_node *n = node == NO_NODE ? NULL : &s->nodes[node];
        const bx_rule *r = n ? &s->rules[n->rules] : NULL;
        if (!n || n->n_rules != 1 || r->kind != BX_RULE_REF || n->types != BX_TYPES_ANY)
            break;
        part = s->nodes[r->node].json;
    }
    return part;
}

static void add_words(const bx_schema *s, const bx_json_val *part, unsigned inside, bx_buf *out)
{
    const bx_json_val *e, *choice;
    bool word;
    part = meant(s, part);
    if (bx_json_type_of(part) == BX_JSON_STRING) { /* a reference to a meta-schema */
        (void)bx_buf_add_z(out, "a JSON Schema");
    } else if (bx_json_bool(part, &word)) {
        (void)bx_buf_add_z(out, word ? "a value" : "nothing");
    } else if ((e = bx_json_get(part, BX_LIT("enum")))) {
        (void)bx_buf_add_z(out, bx_json_size(e) == 1 ? "" : "one of ");
        add_values(out, e);
    } else if ((e = bx_json_get(part, BX_LIT("const")))) {
        bx_schema_add_value(out, e, MAX_VALUE);
    } else {
        choice = bx_json_get(part, BX_LIT("anyOf"));
        choice = choice ? choice : bx_json_get(part, BX_LIT("oneOf"));
        e = bx_json_get(part, BX_LIT("type"));
        if (e)
            add_types(out, e);
        else if (choice)
            add_choice(s, choice, inside, out);
        else
            (void)bx_buf_add_z(out, "a value");
        add_details(part, out);
        e = bx_json_get(part, BX_LIT("required"));
        if (inside > 0 && bx_json_size(e) > 0) { /* that tells alternatives apart */
            (void)bx_buf_add_z(out, " with ");
            bx_schema_add_names(out, e);
        }
    }
}

/* The words go by way of a buffer of their own, which bounds them. */
static void add_bounded(bx_buf *out, const bx_buf *words)
{
    (void)bx_buf_add_str(out, bx_buf_str(words));
    (void)bx_buf_add_z(out, words->fail == BX_ELIMIT ? "…" : "");
}

void bx_schema_words(const bx_schema *s, const bx_json_val *part, bx_buf *out)
{
    BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
    add_words(s, part, 0, &words);
    add_bounded(out, &words);
}

void bx_schema_add_choice(const bx_schema *s, const bx_json_val *parts, bx_buf *out)
{
    BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
    add_choice(s, parts, 0, &words);
    add_bounded(out, &words);
}

void bx_schema_add_required(const bx_schema *s, const bx_schema_object *o, const bx_json_val *v,
                            const bx_schema_name *only, bx_buf *out)
{
    static const char *const any = "a value";
    size_t told = 0;
    if (only) {
        if (only->node == NO_NODE)
            (void)bx_buf_add_z(out, any);
        else
            bx_schema_words(s, s->nodes[only->node].json, out);
        return;
    }
    for (uint32_t i = o->names; i < o->names + o->n_names; i++) {
        const bx_schema_name *n = &s->names[i];
        if (!n->required || bx_json_get(v, n->name) || told++ >= MAX_LISTED)
            continue;
        (void)bx_buf_add_z(out, told > 1 ? ", " : "");
        bx_shown_add(out, n->name, MAX_NAME);
        (void)bx_buf_add_z(out, " (");
        bx_schema_add_required(s, o, v, n, out);
        (void)bx_buf_add_c(out, ')');
    }
    add_more(out, told);
}
