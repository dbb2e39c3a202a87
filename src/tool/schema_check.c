/* Whether a schema is one that values can be judged by. */
#include "tool/schema_internal.h"

static const char *const types[] = {"null",   "boolean", "integer", "number",
                                    "string", "array",   "object"};

static bool is_one_of_types(bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(types); i++) {
        if (bx_str_eq(name, bx_str_of(types[i])))
            return true;
    }
    return false;
}

typedef bx_code check_fn(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                         bx_error *err);

static bx_code check_schema(const bx_json_val *schema, const bx_schema_place *at, unsigned depth,
                            bx_error *err);

static bx_code refuse(const bx_schema_place *at, const char *what, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_schema_add_place(&text, at);
    return bx_fail(err, BX_EINVAL, "schema %.*s: %s", (int)text.n, text.n ? text.p : "", what);
}

static bx_code check_any(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                         bx_error *err)
{
    (void)v;
    (void)at;
    (void)depth;
    (void)err;
    return BX_OK;
}

static bx_code check_type(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                          bx_error *err)
{
    bx_str name;
    (void)depth;
    if (bx_json_str(v, &name))
        return is_one_of_types(name) ? BX_OK : refuse(at, "no such type", err);
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!bx_json_str(e, &name) || !is_one_of_types(name))
            return refuse(at, "a list of types holds names of types", err);
    }
    return bx_json_size(v) ? BX_OK : refuse(at, "a type, or a list of types", err);
}

static bx_code check_list(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                          bx_error *err)
{
    (void)depth;
    return bx_json_type_of(v) == BX_JSON_ARRAY && bx_json_size(v)
               ? BX_OK
               : refuse(at, "a list that is not empty", err);
}

static bx_code check_names(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                           bx_error *err)
{
    bx_str name;
    (void)depth;
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!bx_json_str(e, &name))
            return refuse(at, "a list of names", err);
    }
    return bx_json_type_of(v) == BX_JSON_ARRAY ? BX_OK : refuse(at, "a list of names", err);
}

static bx_code check_number(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                            bx_error *err)
{
    double d;
    (void)depth;
    return bx_json_double(v, &d) ? BX_OK : refuse(at, "a number", err);
}

static bx_code check_count(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                           bx_error *err)
{
    uint64_t n;
    (void)depth;
    return bx_json_uint64(v, &n) ? BX_OK : refuse(at, "an integer of at least 0", err);
}

static bx_code check_schemas(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                             bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(v);
    bx_schema_place there = {.above = at, .is_index = bx_json_type_of(v) == BX_JSON_ARRAY};
    for (const bx_json_val *e; (e = bx_json_next(&it, &there.key)); there.index++) {
        bx_code rc = check_schema(e, &there, depth + 1, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code check_choice(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                            bx_error *err)
{
    bx_code rc = check_list(v, at, depth, err);
    return rc == BX_OK ? check_schemas(v, at, depth, err) : rc;
}

static bx_code check_properties(const bx_json_val *v, const bx_schema_place *at, unsigned depth,
                                bx_error *err)
{
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return refuse(at, "an object of schemas", err);
    return check_schemas(v, at, depth, err);
}

static const struct {
    const char *name;
    check_fn *check;
} keywords[] = {
    {"type", check_type},
    {"enum", check_list},
    {"const", check_any},
    {"minimum", check_number},
    {"maximum", check_number},
    {"minLength", check_count},
    {"maxLength", check_count},
    {"minItems", check_count},
    {"maxItems", check_count},
    {"minProperties", check_count},
    {"maxProperties", check_count},
    {"required", check_names},
    {"properties", check_properties},
    {"additionalProperties", check_schema},
    {"items", check_schema},
    {"anyOf", check_choice},
    {"oneOf", check_choice},
    {"title", check_any},
    {"description", check_any},
    {"default", check_any},
    {"examples", check_any},
    {"$comment", check_any},
    {"deprecated", check_any},
};

static check_fn *find_keyword(bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(keywords); i++) {
        if (bx_str_eq(name, bx_str_of(keywords[i].name)))
            return keywords[i].check;
    }
    return NULL;
}

static bx_code check_schema(const bx_json_val *schema, const bx_schema_place *at, unsigned depth,
                            bx_error *err)
{
    bool word;
    if (bx_json_bool(schema, &word))
        return BX_OK;
    if (bx_json_type_of(schema) != BX_JSON_OBJECT)
        return refuse(at, "an object, true or false", err);
    if (depth > BX_JSON_MAX_DEPTH)
        return refuse(at, "nested too deeply", err);
    bx_json_iter it = bx_json_iter_of(schema);
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        const bx_schema_place there = {.above = at, .key = key};
        check_fn *check = find_keyword(key);
        if (!check)
            return refuse(&there,
                          "a keyword that is not checked here (tool/schema.h lists those that are)",
                          err);
        bx_code rc = check(e, &there, depth, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

bx_code bx_schema_check(const bx_json_val *schema, bx_error *err)
{
    return check_schema(schema, NULL, 0, err);
}
