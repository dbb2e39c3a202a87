/* Places, values and expectations in words. */
#include "codec/shown.h"
#include "tool/schema_internal.h"

enum {
    MAX_POINTER = 512, /* bytes of a place that are told */
    MAX_GIVEN = 80,    /* of a value */
    MAX_WORDS = 2000,  /* of one value among those expected */
};

static void add_token(bx_buf *out, bx_str key)
{
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
    (void)bx_buf_add_c(out, '/');
    if (at->is_index)
        (void)bx_buf_addf(out, "%zu", at->index);
    else
        add_token(out, at->key);
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

/* ---- in words -------------------------------------------------------------------------------- */

static void add_value(bx_buf *out, const bx_json_val *v, size_t max)
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
        add_value(out, v, MAX_GIVEN);
}

static void add_list(bx_buf *out, const bx_json_val *list)
{
    const char *between = "";
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); between = ", ") {
        (void)bx_buf_add_z(out, between);
        add_value(out, e, MAX_WORDS);
    }
}

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
        add_value(out, min, MAX_GIVEN);
    if (min && max)
        (void)bx_buf_add_z(out, " to ");
    if (max)
        add_value(out, max, MAX_GIVEN);
    (void)bx_buf_add_z(out, unit);
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

static void add_choice(bx_buf *out, const bx_json_val *schemas)
{
    const char *between = "";
    bx_json_iter it = bx_json_iter_of(schemas);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); between = ", or ") {
        (void)bx_buf_add_z(out, between);
        bx_schema_words(e, out);
    }
}

void bx_schema_words(const bx_json_val *schema, bx_buf *out)
{
    const bx_json_val *e;
    if ((e = bx_json_get(schema, BX_LIT("enum")))) {
        (void)bx_buf_add_z(out, bx_json_size(e) == 1 ? "" : "one of ");
        add_list(out, e);
        return;
    }
    if ((e = bx_json_get(schema, BX_LIT("const")))) {
        add_value(out, e, MAX_WORDS);
        return;
    }
    const bx_json_val *choice = bx_json_get(schema, BX_LIT("anyOf"));
    if (!choice)
        choice = bx_json_get(schema, BX_LIT("oneOf"));
    e = bx_json_get(schema, BX_LIT("type"));
    if (e)
        add_types(out, e);
    else if (choice)
        add_choice(out, choice);
    else
        (void)bx_buf_add_z(out, "a value");
    add_range(out, schema, "minimum", "maximum", "");
    add_range(out, schema, "minLength", "maxLength", " characters");
    add_range(out, schema, "minItems", "maxItems", " items");
    add_range(out, schema, "minProperties", "maxProperties", " members");
}
