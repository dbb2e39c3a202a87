/* The keywords: their names, and what their values have to look like. */
#include "tool/schema_internal.h"

enum { BOTH = 3, D7 = 1, D20 = 2 };
#define D_7    D7
#define D_20   D20
#define D_BOTH BOTH

typedef enum shape {
    SHAPE_ANY,
    SHAPE_STRING,
    SHAPE_ANCHOR,
    SHAPE_BOOL,
    SHAPE_OBJECT,
    SHAPE_LIST,
    SHAPE_COUNT,
    SHAPE_NUMBER,
    SHAPE_POSITIVE,
    SHAPE_TYPE,
    SHAPE_STRINGS,
    SHAPE_STRINGS_MAP,
    SHAPE_SCHEMA,
    SHAPE_SCHEMAS,
    SHAPE_SCHEMA_MAP,
    SHAPE_ITEMS,
    SHAPE_DEPENDENCIES,
} shape;

static const struct {
    const char *name;
    uint8_t length, drafts, shape;
} keywords[] = {
#define KEYWORD(id, name, drafts, shape) {name, sizeof name - 1, D_##drafts, SHAPE_##shape},
#include "tool/schema_keywords.def"
#undef KEYWORD
};

static const char *const types[] = {"null",   "boolean", "integer", "number",
                                    "string", "array",   "object"};

bx_keyword bx_keyword_of(bx_str name, bx_schema_draft draft)
{
    unsigned wanted = draft == BX_SCHEMA_DRAFT_7 ? D7 : D20;
    for (size_t i = 0; i < BX_COUNT(keywords); i++) {
        if (keywords[i].length == name.n && memcmp(keywords[i].name, name.p, name.n) == 0)
            return keywords[i].drafts & wanted ? (bx_keyword)i : BX_KW_COUNT;
    }
    return BX_KW_COUNT;
}

const char *bx_keyword_name(bx_keyword k) { return keywords[k].name; }

bool bx_schema_draft_of(bx_str uri, bx_schema_draft *ret)
{
    static const char *const secure = "https://", *const plain = "http://";
    if (uri.n && uri.p[uri.n - 1] == '#')
        uri.n--;
    if (bx_str_starts(uri, bx_str_of(secure)))
        uri = bx_str_from(uri, strlen(secure));
    else if (bx_str_starts(uri, bx_str_of(plain)))
        uri = bx_str_from(uri, strlen(plain));
    else
        return false;
    if (bx_str_eq(uri, BX_LIT("json-schema.org/draft/2020-12/schema")))
        *ret = BX_SCHEMA_2020_12;
    else if (bx_str_eq(uri, BX_LIT("json-schema.org/draft-07/schema")))
        *ret = BX_SCHEMA_DRAFT_7;
    else
        return false;
    return true;
}

/* ---- shapes ---------------------------------------------------------------------------------- */

bool bx_schema_count(const bx_json_val *v, uint64_t *ret)
{
    double d = 0;
    if (bx_json_uint64(v, ret))
        return true;
    if (!bx_json_double(v, &d) || !bx_number_is_whole(v) || d < 0)
        return false;
    *ret = d < 1e18 ? (uint64_t)d : UINT64_MAX;
    return true;
}

static bool is_schema(const bx_json_val *v)
{
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_BOOL || t == BX_JSON_OBJECT;
}

static bool is_type(const bx_json_val *v)
{
    bx_str name;
    if (!bx_json_str(v, &name))
        return false;
    for (size_t i = 0; i < BX_COUNT(types); i++) {
        if (bx_str_eq(name, bx_str_of(types[i])))
            return true;
    }
    return false;
}

static bool is_string(const bx_json_val *v) { return bx_json_type_of(v) == BX_JSON_STRING; }

static bool each(const bx_json_val *v, bx_json_type container, bool (*is)(const bx_json_val *))
{
    bx_json_iter it = bx_json_iter_of(v);
    if (bx_json_type_of(v) != container)
        return false;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!is(e))
            return false;
    }
    return true;
}

static bool is_names(const bx_json_val *v) { return each(v, BX_JSON_ARRAY, is_string); }

static bool is_dependency(const bx_json_val *v) { return is_schema(v) || is_names(v); }

/* A letter or '_', then also digits, '-' and '.' (JSON Schema Core section 8.2.2). */
static bool is_anchor(const bx_json_val *v)
{
    bx_str s;
    if (!bx_json_str(v, &s) || s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool begins = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!begins && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
            return false;
    }
    return true;
}

static const char *misfit_number(shape s, const bx_json_val *v)
{
    double d = 0;
    uint64_t n;
    bool number = bx_json_double(v, &d);
    if (s == SHAPE_COUNT)
        return bx_schema_count(v, &n) ? NULL : "an integer of at least 0";
    if (s == SHAPE_POSITIVE)
        return number && d > 0 ? NULL : "a number above 0";
    return number ? NULL : "a number";
}

static const char *misfit_plain(shape s, const bx_json_val *v)
{
    bx_json_type t = bx_json_type_of(v);
    switch (s) {
    case SHAPE_STRING:
        return t == BX_JSON_STRING ? NULL : "a string";
    case SHAPE_ANCHOR:
        return is_anchor(v) ? NULL : "a name: a letter or '_', then letters, digits, '_', '-', '.'";
    case SHAPE_BOOL:
        return t == BX_JSON_BOOL ? NULL : "true or false";
    case SHAPE_OBJECT:
        return t == BX_JSON_OBJECT ? NULL : "an object";
    case SHAPE_LIST:
        return t == BX_JSON_ARRAY ? NULL : "a list";
    case SHAPE_TYPE:
        if (t == BX_JSON_ARRAY && bx_json_size(v) > 0 && each(v, BX_JSON_ARRAY, is_type))
            return NULL;
        return is_type(v) ? NULL
                          : "null, boolean, integer, number, string, array or object, or a list of "
                            "some of them";
    case SHAPE_STRINGS:
        return is_names(v) ? NULL : "a list of names";
    case SHAPE_STRINGS_MAP:
        return each(v, BX_JSON_OBJECT, is_names) ? NULL : "an object of lists of names";
    default:
        return misfit_number(s, v);
    }
}

const char *bx_keyword_misfit(bx_keyword k, bx_schema_draft draft, const bx_json_val *v)
{
    const char *const schema = "a schema: an object, true or false";
    bool list = bx_json_size(v) > 0 && each(v, BX_JSON_ARRAY, is_schema);
    switch ((shape)keywords[k].shape) {
    case SHAPE_ANY:
        return NULL;
    case SHAPE_SCHEMA:
        return is_schema(v) ? NULL : schema;
    case SHAPE_SCHEMAS:
        return list ? NULL : "a list of schemas that is not empty";
    case SHAPE_SCHEMA_MAP:
        return each(v, BX_JSON_OBJECT, is_schema) ? NULL : "an object of schemas";
    case SHAPE_ITEMS:
        if (is_schema(v) || (draft == BX_SCHEMA_DRAFT_7 && each(v, BX_JSON_ARRAY, is_schema)))
            return NULL;
        return list ? "one schema; a list of them is called prefixItems" : schema;
    case SHAPE_DEPENDENCIES:
        return each(v, BX_JSON_OBJECT, is_dependency) ? NULL
                                                      : "an object of schemas and lists of names";
    default:
        return misfit_plain((shape)keywords[k].shape, v);
    }
}

bool bx_keyword_holds_schemas(bx_keyword k) { return keywords[k].shape >= SHAPE_SCHEMA; }

/* ---- what a meta-schema says ------------------------------------------------------------------
 */

/* Recursion: as deep as the document, which is bounded (codec/json.h). */
bool bx_schema_is_one(const bx_json_val *v, bx_schema_draft draft, uint64_t *steps)
{
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return bx_json_type_of(v) == BX_JSON_BOOL;
    bx_json_iter it = bx_json_iter_of(v), sub;
    bx_str key;
    for (const bx_json_val *e, *inner; (e = bx_json_next(&it, &key));) {
        bx_keyword k = bx_keyword_of(key, draft);
        uint64_t cost = 1 + bx_json_size(e);
        if (cost >= *steps) {
            *steps = 0;
            return false;
        }
        *steps -= cost;
        if (k == BX_KW_COUNT)
            continue;
        if (bx_keyword_misfit(k, draft, e))
            return false;
        if (!bx_keyword_holds_schemas(k))
            continue;
        if (keywords[k].shape == SHAPE_SCHEMA ||
            (keywords[k].shape == SHAPE_ITEMS && bx_json_type_of(e) == BX_JSON_OBJECT)) {
            if (!bx_schema_is_one(e, draft, steps))
                return false;
            continue;
        }
        sub = bx_json_iter_of(e);
        while ((inner = bx_json_next(&sub, NULL))) {
            if (is_schema(inner) && !bx_schema_is_one(inner, draft, steps))
                return false;
        }
    }
    return true;
}
