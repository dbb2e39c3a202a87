#include "tool/param_headers.h"

#include <strings.h>

enum { MAX_DEPTH = 64 };

typedef struct checking {
    bx_str names[BX_PARAM_HEADERS_MAX];
    size_t n;
    bx_error *err;
} checking;

static bool is_token(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0 && s.n <= BX_PARAM_HEADER_MAX_NAME;
}

static bool is_primitive(const bx_json_val *schema)
{
    bx_str type = BX_LIT("");
    (void)bx_json_str(bx_json_get(schema, BX_LIT("type")), &type);
    return bx_str_eq(type, BX_LIT("string")) || bx_str_eq(type, BX_LIT("integer")) ||
           bx_str_eq(type, BX_LIT("number")) || bx_str_eq(type, BX_LIT("boolean"));
}

static bx_code check_one(checking *k, const bx_json_val *schema, const bx_json_val *name,
                         bool reachable)
{
    bx_str s;
    if (!reachable)
        return bx_fail(k->err, BX_EINVAL,
                       BX_PARAM_HEADER ": only at a property of the arguments, or of one of those");
    if (!bx_json_str(name, &s) || !is_token(s))
        return bx_fail(k->err, BX_EINVAL,
                       BX_PARAM_HEADER ": expected the name of a header: letters, digits and - , "
                                       "at most %d",
                       BX_PARAM_HEADER_MAX_NAME);
    if (!is_primitive(schema))
        return bx_fail(k->err, BX_EINVAL,
                       BX_PARAM_HEADER " %.*s: only of type string, integer, number or boolean",
                       BX_FMT(s));
    for (size_t i = 0; i < k->n; i++) {
        if (k->names[i].n == s.n && strncasecmp(k->names[i].p, s.p, s.n) == 0)
            return bx_fail(k->err, BX_EINVAL, BX_PARAM_HEADER " %.*s: another property has it",
                           BX_FMT(s));
    }
    if (k->n == BX_PARAM_HEADERS_MAX)
        return bx_fail(k->err, BX_ELIMIT, "more than %d of " BX_PARAM_HEADER, BX_PARAM_HEADERS_MAX);
    k->names[k->n++] = s;
    return BX_OK;
}

/* What these hold is a value, and no schema. */
static bool is_data(bx_str key)
{
    return bx_str_eq(key, BX_LIT("const")) || bx_str_eq(key, BX_LIT("enum")) ||
           bx_str_eq(key, BX_LIT("default")) || bx_str_eq(key, BX_LIT("examples"));
}

static bx_code check(checking *k, const bx_json_val *v, bool reachable, size_t depth);

static bx_code check_all(checking *k, const bx_json_val *of, bool reachable, size_t depth)
{
    bx_json_iter it = bx_json_iter_of(of);
    bx_code rc = BX_OK;
    for (const bx_json_val *v; rc == BX_OK && (v = bx_json_next(&it, NULL));)
        rc = check(k, v, reachable, depth);
    return rc;
}

/* Schemas are not as deep as JSON may be (BX_SCHEMA_MAX_NESTED, and the parser's own bound). */
static bx_code check(checking *k, const bx_json_val *v, bool reachable, size_t depth)
{
    bx_json_type t = bx_json_type_of(v);
    bx_code rc = BX_OK;
    bx_str key;
    if (depth == MAX_DEPTH || (t != BX_JSON_OBJECT && t != BX_JSON_ARRAY))
        return BX_OK;
    if (t == BX_JSON_ARRAY)
        return check_all(k, v, false, depth + 1);
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, &key));) {
        bool is_object = bx_json_type_of(e) == BX_JSON_OBJECT;
        if (bx_str_eq(key, BX_LIT(BX_PARAM_HEADER)) && !is_object)
            rc = check_one(k, v, e, reachable && depth > 0);
        else if (bx_str_eq(key, BX_LIT("properties")) && is_object)
            rc = check_all(k, e, reachable, depth + 1);
        else if (!is_data(key))
            rc = check(k, e, false, depth + 1);
    }
    return rc;
}

bx_code bx_param_headers_check(const bx_json_val *schema, bx_error *err)
{
    checking k = {.err = err};
    return check(&k, schema, true, 0);
}

static void each_below(const bx_json_val *schema, const bx_json_val *arguments,
                       bx_param_header_each *each, void *ctx, size_t depth)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("properties")));
    bx_str key, header;
    for (const bx_json_val *p; depth < MAX_DEPTH && (p = bx_json_next(&it, &key));) {
        const bx_json_val *value = bx_json_get(arguments, key);
        if (bx_json_str(bx_json_get(p, BX_LIT(BX_PARAM_HEADER)), &header))
            each(ctx, header, value);
        else
            each_below(p, value, each, ctx, depth + 1);
    }
}

void bx_param_headers_each(const bx_json_val *schema, const bx_json_val *arguments,
                           bx_param_header_each *each, void *ctx)
{
    each_below(schema, arguments, each, ctx, 0);
}

bool bx_param_header_is_wanted(const bx_json_val *value)
{
    bx_json_type t = bx_json_type_of(value);
    return t == BX_JSON_STRING || t == BX_JSON_BOOL || t == BX_JSON_INT || t == BX_JSON_DOUBLE;
}

static bool same_number(const bx_json_val *a, const bx_json_val *b)
{
    double x, y;
    int64_t i, j;
    uint64_t m, n;
    if (bx_json_int64(a, &i) && bx_json_int64(b, &j))
        return i == j;
    if (bx_json_uint64(a, &m) && bx_json_uint64(b, &n))
        return m == n;
    return bx_json_double(a, &x) && bx_json_double(b, &y) && x == y;
}

bool bx_param_header_fits(const bx_json_val *value, bx_str text)
{
    bx_str s;
    bool flag;
    if (bx_json_str(value, &s))
        return bx_str_eq(s, text);
    if (bx_json_bool(value, &flag))
        return bx_str_eq(text, flag ? BX_LIT("true") : BX_LIT("false"));
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error none;
    return bx_json_parse(text, 1, &doc, &none) == BX_OK && same_number(value, bx_json_root(doc));
}
