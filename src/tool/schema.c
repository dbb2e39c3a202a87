#include "tool/schema.h"

#include <math.h>

#include "codec/shown.h"

enum {
    MAX_DEPTH = BX_JSON_MAX_DEPTH,
    MAX_POINTER = 512, /* bytes of a place that is told; longer ones are cut in front */
    MAX_GIVEN = 80,    /* bytes of a value that are told */
    MAX_WORDS = 2000,  /* of what was expected */
};

/* A place in a document, from the root on: what a JSON Pointer says. */
typedef struct place {
    const struct place *above;
    bx_str key; /* of an object, or */
    size_t index;
    bool is_index;
} place;

static void add_token(bx_buf *out, bx_str key)
{
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/')
            (void)bx_buf_add_z(out, key.p[i] == '~' ? "~0" : "~1");
        else
            (void)bx_buf_add_c(out, key.p[i]);
    }
}

static void add_pointer(bx_buf *out, const place *at)
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

/* Keys are the caller's: no character of them acts on a terminal or begins a line. */
static void add_place(bx_buf *out, const place *at)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    add_pointer(&text, at);
    if (!at)
        (void)bx_buf_add_z(out, "(whole)");
    else
        bx_shown_add(out, bx_buf_str(&text), MAX_POINTER);
}

/* ---- the types ------------------------------------------------------------------------------- */

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

static void add_given(bx_buf *out, const bx_json_val *v)
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

/* ---- judging --------------------------------------------------------------------------------- */

typedef struct judge {
    bx_buf *out; /* NULL: only count */
    size_t problems;
} judge;

static void judge_value(judge *j, const bx_json_val *schema, const bx_json_val *v, const place *at);

/* Begins a line, if there is one more to tell. */
static bool begin_problem(judge *j, const place *at)
{
    if (j->problems++ >= BX_SCHEMA_MAX_PROBLEMS || !j->out)
        return false;
    add_place(j->out, at);
    (void)bx_buf_add_z(j->out, ": ");
    return true;
}

static void unexpected(judge *j, const bx_json_val *schema, const bx_json_val *v, const place *at)
{
    if (!begin_problem(j, at))
        return;
    (void)bx_buf_add_z(j->out, "expected ");
    bx_schema_words(schema, j->out);
    (void)bx_buf_add_z(j->out, ", got ");
    add_given(j->out, v);
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
                          const place *at)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("required")));
    bx_str name;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!bx_json_str(e, &name) || bx_json_get(v, name))
            continue;
        const place there = {.above = at, .key = name};
        if (!begin_problem(j, &there))
            continue;
        (void)bx_buf_add_z(j->out, "is missing: expected ");
        bx_schema_words(bx_json_get(bx_json_get(schema, BX_LIT("properties")), name), j->out);
        (void)bx_buf_add_c(j->out, '\n');
    }
}

static void judge_members(judge *j, const bx_json_val *schema, const bx_json_val *v,
                          const place *at)
{
    const bx_json_val *properties = bx_json_get(schema, BX_LIT("properties"));
    const bx_json_val *others = bx_json_get(schema, BX_LIT("additionalProperties"));
    bx_json_iter it = bx_json_iter_of(v);
    bx_str key;
    judge_missing(j, schema, v, at);
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        const bx_json_val *sub = bx_json_get(properties, key);
        const place there = {.above = at, .key = key};
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

static void judge_items(judge *j, const bx_json_val *schema, const bx_json_val *v, const place *at)
{
    const bx_json_val *sub = bx_json_get(schema, BX_LIT("items"));
    bx_json_iter it = bx_json_iter_of(v);
    place there = {.above = at, .is_index = true};
    for (const bx_json_val *e; sub && (e = bx_json_next(&it, NULL)); there.index++)
        judge_value(j, sub, e, &there);
}

static size_t fitting(const bx_json_val *schemas, const bx_json_val *v, const place *at)
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

static bool choice_fits(const bx_json_val *schema, const bx_json_val *v, const place *at)
{
    const bx_json_val *any = bx_json_get(schema, BX_LIT("anyOf")),
                      *one = bx_json_get(schema, BX_LIT("oneOf"));
    return (!any || fitting(any, v, at) > 0) && (!one || fitting(one, v, at) == 1);
}

/* What is about the value itself and not about its parts. */
static bool value_fits(const bx_json_val *schema, const bx_json_val *v, const place *at)
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

static void judge_value(judge *j, const bx_json_val *schema, const bx_json_val *v, const place *at)
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

/* ---- schemas --------------------------------------------------------------------------------- */

typedef bx_code check_fn(const bx_json_val *v, const place *at, unsigned depth, bx_error *err);

static bx_code check_schema(const bx_json_val *schema, const place *at, unsigned depth,
                            bx_error *err);

static bx_code refuse(const place *at, const char *what, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    add_place(&text, at);
    return bx_fail(err, BX_EINVAL, "schema %.*s: %s", (int)text.n, text.n ? text.p : "", what);
}

static bx_code check_any(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    (void)v;
    (void)at;
    (void)depth;
    (void)err;
    return BX_OK;
}

static bx_code check_type(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
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

static bx_code check_list(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    (void)depth;
    return bx_json_type_of(v) == BX_JSON_ARRAY && bx_json_size(v)
               ? BX_OK
               : refuse(at, "a list that is not empty", err);
}

static bx_code check_names(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
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

static bx_code check_number(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    double d;
    (void)depth;
    return bx_json_double(v, &d) ? BX_OK : refuse(at, "a number", err);
}

static bx_code check_count(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    uint64_t n;
    (void)depth;
    return bx_json_uint64(v, &n) ? BX_OK : refuse(at, "an integer of at least 0", err);
}

static bx_code check_schemas(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(v);
    place there = {.above = at, .is_index = bx_json_type_of(v) == BX_JSON_ARRAY};
    for (const bx_json_val *e; (e = bx_json_next(&it, &there.key)); there.index++) {
        bx_code rc = check_schema(e, &there, depth + 1, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code check_choice(const bx_json_val *v, const place *at, unsigned depth, bx_error *err)
{
    bx_code rc = check_list(v, at, depth, err);
    return rc == BX_OK ? check_schemas(v, at, depth, err) : rc;
}

static bx_code check_properties(const bx_json_val *v, const place *at, unsigned depth,
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

static bx_code check_schema(const bx_json_val *schema, const place *at, unsigned depth,
                            bx_error *err)
{
    bool word;
    if (bx_json_bool(schema, &word))
        return BX_OK;
    if (bx_json_type_of(schema) != BX_JSON_OBJECT)
        return refuse(at, "an object, true or false", err);
    if (depth > MAX_DEPTH)
        return refuse(at, "nested too deeply", err);
    bx_json_iter it = bx_json_iter_of(schema);
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        const place there = {.above = at, .key = key};
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
