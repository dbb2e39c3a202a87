#include "tool/schema.h"

#include <math.h>

#include "tool/schema_internal.h"

/* ---- the types ------------------------------------------------------------------------------- */

static bool is_integer(const bx_json_val *v)
{
    double d = 0;
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_INT || (t == BX_JSON_DOUBLE && bx_json_double(v, &d) && d == floor(d));
}

static bool has_type(const bx_json_val *v, bx_str type)
{
    switch (bx_json_type_of(v)) {
    case BX_JSON_NULL:
        return bx_str_eq(type, BX_LIT("null"));
    case BX_JSON_BOOL:
        return bx_str_eq(type, BX_LIT("boolean"));
    case BX_JSON_INT:
    case BX_JSON_DOUBLE:
        return bx_str_eq(type, BX_LIT("number")) ||
               (bx_str_eq(type, BX_LIT("integer")) && is_integer(v));
    case BX_JSON_STRING:
        return bx_str_eq(type, BX_LIT("string"));
    case BX_JSON_ARRAY:
        return bx_str_eq(type, BX_LIT("array"));
    case BX_JSON_OBJECT:
        return bx_str_eq(type, BX_LIT("object"));
    default:
        return false;
    }
}

/* `type` is a name or a list of names. */
static bool type_fits(const bx_json_val *type, const bx_json_val *v)
{
    bx_str name;
    if (bx_json_str(type, &name))
        return has_type(v, name);
    bx_json_iter it = bx_json_iter_of(type);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (bx_json_str(e, &name) && has_type(v, name))
            return true;
    }
    return false;
}

/* ---- equal values ---------------------------------------------------------------------------- */

static bool equal(const bx_json_val *a, const bx_json_val *b);

static bool equal_numbers(const bx_json_val *a, const bx_json_val *b)
{
    int64_t ia, ib;
    uint64_t ua, ub;
    double da = 0, db = 0;
    if (bx_json_int64(a, &ia) && bx_json_int64(b, &ib))
        return ia == ib;
    if (bx_json_uint64(a, &ua) && bx_json_uint64(b, &ub))
        return ua == ub;
    return bx_json_double(a, &da) && bx_json_double(b, &db) && da == db;
}

static bool equal_members(const bx_json_val *a, const bx_json_val *b)
{
    bx_json_iter ia = bx_json_iter_of(a), ib = bx_json_iter_of(b);
    bool object = bx_json_type_of(a) == BX_JSON_OBJECT;
    if (bx_json_size(a) != bx_json_size(b))
        return false;
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&ia, &key));) {
        const bx_json_val *other = object ? bx_json_get(b, key) : bx_json_next(&ib, NULL);
        if (!other || !equal(e, other))
            return false;
    }
    return true;
}

static bool equal(const bx_json_val *a, const bx_json_val *b)
{
    bx_str sa, sb;
    bool ba, bb;
    switch (bx_json_type_of(a)) {
    case BX_JSON_INT:
    case BX_JSON_DOUBLE:
        return equal_numbers(a, b);
    case BX_JSON_STRING:
        return bx_json_str(a, &sa) && bx_json_str(b, &sb) && bx_str_eq(sa, sb);
    case BX_JSON_BOOL:
        return bx_json_bool(a, &ba) && bx_json_bool(b, &bb) && ba == bb;
    case BX_JSON_ARRAY:
    case BX_JSON_OBJECT:
        return bx_json_type_of(a) == bx_json_type_of(b) && equal_members(a, b);
    default:
        return bx_json_type_of(a) == bx_json_type_of(b);
    }
}

static bool is_among(const bx_json_val *v, const bx_json_val *list)
{
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (equal(v, e))
            return true;
    }
    return false;
}

/* ---- judging --------------------------------------------------------------------------------- */

typedef struct judge {
    bx_buf *out; /* NULL: only count */
    size_t problems;
} judge;

static void judge_value(judge *j, const bx_json_val *schema, const bx_json_val *v,
                        const bx_schema_place *at);

/* Begins a line, if there is one more to tell. */
static bool begin_problem(judge *j, const bx_schema_place *at)
{
    if (j->problems++ >= BX_SCHEMA_MAX_PROBLEMS || !j->out)
        return false;
    bx_schema_add_place(j->out, at);
    (void)bx_buf_add_z(j->out, ": ");
    return true;
}

static void unexpected(judge *j, const bx_json_val *schema, const bx_json_val *v,
                       const bx_schema_place *at)
{
    if (!begin_problem(j, at))
        return;
    (void)bx_buf_add_z(j->out, "expected ");
    bx_schema_words(schema, j->out);
    (void)bx_buf_add_z(j->out, ", got ");
    bx_schema_add_given(j->out, v);
    (void)bx_buf_add_c(j->out, '\n');
}

/* -1, 0, 1 as `v` compares with the number `bound`, exactly where both are integers. */
static int compare(const bx_json_val *v, const bx_json_val *bound)
{
    int64_t iv, ib;
    double dv = 0, db = 0;
    if (bx_json_int64(v, &iv) && bx_json_int64(bound, &ib))
        return (iv > ib) - (iv < ib);
    (void)bx_json_double(v, &dv);
    (void)bx_json_double(bound, &db);
    return (dv > db) - (dv < db);
}

static bool in_bounds(const bx_json_val *schema, const bx_json_val *v)
{
    const bx_json_val *min = bx_json_get(schema, BX_LIT("minimum")),
                      *max = bx_json_get(schema, BX_LIT("maximum"));
    return (!min || compare(v, min) >= 0) && (!max || compare(v, max) <= 0);
}

static bool size_fits(const bx_json_val *schema, const char *low, const char *high, uint64_t n)
{
    uint64_t min = 0, max = UINT64_MAX;
    (void)bx_json_uint64(bx_json_get(schema, bx_str_of(low)), &min);
    (void)bx_json_uint64(bx_json_get(schema, bx_str_of(high)), &max);
    return n >= min && n <= max;
}

/* Lengths of strings are in characters (JSON Schema Validation section 6.3). */
static uint64_t characters(const bx_json_val *v)
{
    bx_str s = BX_LIT("");
    uint64_t n = 0;
    (void)bx_json_str(v, &s);
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
    return n;
}

static void list_names(bx_buf *out, const bx_json_val *properties)
{
    const char *between = "";
    bx_str key;
    bx_json_iter it = bx_json_iter_of(properties);
    while (bx_json_next(&it, &key)) {
        (void)bx_buf_addf(out, "%s%.*s", between, BX_FMT(key));
        between = ", ";
    }
}

static void judge_missing(judge *j, const bx_json_val *schema, const bx_json_val *v,
                          const bx_schema_place *at)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("required")));
    bx_str name;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!bx_json_str(e, &name) || bx_json_get(v, name))
            continue;
        const bx_schema_place there = {.above = at, .key = name};
        if (!begin_problem(j, &there))
            continue;
        (void)bx_buf_add_z(j->out, "is missing: expected ");
        bx_schema_words(bx_json_get(bx_json_get(schema, BX_LIT("properties")), name), j->out);
        (void)bx_buf_add_c(j->out, '\n');
    }
}

static void judge_members(judge *j, const bx_json_val *schema, const bx_json_val *v,
                          const bx_schema_place *at)
{
    const bx_json_val *properties = bx_json_get(schema, BX_LIT("properties"));
    const bx_json_val *others = bx_json_get(schema, BX_LIT("additionalProperties"));
    bx_json_iter it = bx_json_iter_of(v);
    bx_str key;
    judge_missing(j, schema, v, at);
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        const bx_json_val *sub = bx_json_get(properties, key);
        const bx_schema_place there = {.above = at, .key = key};
        bool allowed = true;
        if (!sub && others && !bx_json_bool(others, &allowed))
            sub = others;
        if (sub) {
            judge_value(j, sub, e, &there);
        } else if (!allowed && begin_problem(j, &there)) {
            (void)bx_buf_add_z(j->out, "is not known; there is ");
            list_names(j->out, properties);
            (void)bx_buf_add_c(j->out, '\n');
        }
    }
}

static void judge_items(judge *j, const bx_json_val *schema, const bx_json_val *v,
                        const bx_schema_place *at)
{
    const bx_json_val *sub = bx_json_get(schema, BX_LIT("items"));
    bx_json_iter it = bx_json_iter_of(v);
    bx_schema_place there = {.above = at, .is_index = true};
    for (const bx_json_val *e; sub && (e = bx_json_next(&it, NULL)); there.index++)
        judge_value(j, sub, e, &there);
}

static size_t fitting(const bx_json_val *schemas, const bx_json_val *v, const bx_schema_place *at)
{
    size_t n = 0;
    bx_json_iter it = bx_json_iter_of(schemas);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        judge sub = {.out = NULL};
        judge_value(&sub, e, v, at);
        n += sub.problems == 0;
    }
    return n;
}

static bool choice_fits(const bx_json_val *schema, const bx_json_val *v, const bx_schema_place *at)
{
    const bx_json_val *any = bx_json_get(schema, BX_LIT("anyOf")),
                      *one = bx_json_get(schema, BX_LIT("oneOf"));
    return (!any || fitting(any, v, at) > 0) && (!one || fitting(one, v, at) == 1);
}

/* What is about the value itself and not about its parts. */
static bool value_fits(const bx_json_val *schema, const bx_json_val *v, const bx_schema_place *at)
{
    const bx_json_val *type = bx_json_get(schema, BX_LIT("type"));
    const bx_json_val *list = bx_json_get(schema, BX_LIT("enum")),
                      *only = bx_json_get(schema, BX_LIT("const"));
    if ((type && !type_fits(type, v)) || (list && !is_among(v, list)) ||
        (only && !equal(v, only)) || !choice_fits(schema, v, at))
        return false;
    switch (bx_json_type_of(v)) {
    case BX_JSON_INT:
    case BX_JSON_DOUBLE:
        return in_bounds(schema, v);
    case BX_JSON_STRING:
        return size_fits(schema, "minLength", "maxLength", characters(v));
    case BX_JSON_ARRAY:
        return size_fits(schema, "minItems", "maxItems", bx_json_size(v));
    case BX_JSON_OBJECT:
        return size_fits(schema, "minProperties", "maxProperties", bx_json_size(v));
    default:
        return true;
    }
}

static void judge_value(judge *j, const bx_json_val *schema, const bx_json_val *v,
                        const bx_schema_place *at)
{
    bool allowed = true;
    if (bx_json_bool(schema, &allowed)) { /* a schema of one word: everything, or nothing */
        if (!allowed)
            unexpected(j, schema, v, at);
        return;
    }
    if (!value_fits(schema, v, at)) {
        unexpected(j, schema, v, at);
        return;
    }
    if (bx_json_type_of(v) == BX_JSON_OBJECT)
        judge_members(j, schema, v, at);
    else if (bx_json_type_of(v) == BX_JSON_ARRAY)
        judge_items(j, schema, v, at);
}

size_t bx_schema_judge(const bx_json_val *schema, const bx_json_val *value, bx_buf *out)
{
    judge j = {.out = out};
    judge_value(&j, schema, value, NULL);
    if (j.problems > BX_SCHEMA_MAX_PROBLEMS)
        (void)bx_buf_addf(out, "and %zu more\n", j.problems - BX_SCHEMA_MAX_PROBLEMS);
    return j.problems;
}
