#include "codec/json.h"

#include <yyjson/yyjson.h>

/* A bx_json_val is a yyjson_val under a name of our own: other folders never see yyjson. */
static const yyjson_val *to_yy(const bx_json_val *v) { return (const yyjson_val *)(const void *)v; }
static yyjson_val *to_yy_mut(const bx_json_val *v)
{
    return (yyjson_val *)(uintptr_t)(const void *)v;
}
static const bx_json_val *from_yy(const yyjson_val *v)
{
    return (const bx_json_val *)(const void *)v;
}

struct bx_json {
    yyjson_doc *doc;
};

static void *alc_malloc(void *ctx, size_t size)
{
    (void)ctx;
    return bx_realloc(NULL, size);
}

static void *alc_realloc(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    return bx_realloc(p, size);
}

static void alc_free(void *ctx, void *p)
{
    (void)ctx;
    free(p);
}

void bx_json_free(bx_json *j)
{
    if (!j)
        return;
    yyjson_doc_free(j->doc);
    free(j);
}

/* ---- where and what ------------------------------------------------------------------------- */

static bx_code fail_at(bx_str text, size_t at, bx_code code, const char *what, bx_error *err)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        if (text.p[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((uint8_t)text.p[i] & 0xC0) != 0x80; /* a character counts once */
        }
    }
    return bx_fail(err, code, "line %zu, column %zu: %s", line, column, what);
}

/* Counts brackets outside of strings before anything is built.  In a text that is not JSON the
 * count may be off; the parser refuses such a text anyway. */
static bool too_deep(bx_str text, unsigned max, size_t *at)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > max) {
                *at = i;
                return true;
            }
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return false;
}

/* ---- keys that come twice -------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const yyjson_val *x = *(const yyjson_val *const *)a, *y = *(const yyjson_val *const *)b;
    size_t nx = unsafe_yyjson_get_len((void *)(uintptr_t)x),
           ny = unsafe_yyjson_get_len((void *)(uintptr_t)y);
    if (nx != ny)
        return nx < ny ? -1 : 1;
    int c = memcmp(x->uni.str, y->uni.str, nx);
    if (c)
        return c;
    return x < y ? -1
                 : x > y; /* the later one of two equal keys comes second: it is the one reported */
}

static bool same_key(const yyjson_val *x, const yyjson_val *y)
{
    size_t n = unsafe_yyjson_get_len((void *)(uintptr_t)x);
    return n == unsafe_yyjson_get_len((void *)(uintptr_t)y) &&
           memcmp(x->uni.str, y->uni.str, n) == 0;
}

/* Sorts the keys, so that an object made to be slow to check costs n log n. */
static bx_code check_object(yyjson_val *object, const yyjson_val **keys, const yyjson_val **ret)
{
    yyjson_obj_iter it = yyjson_obj_iter_with(object);
    size_t n = 0;
    for (yyjson_val *k; (k = yyjson_obj_iter_next(&it));)
        keys[n++] = k;
    qsort(keys, n, sizeof keys[0], by_key);
    for (size_t i = 1; i < n; i++) {
        if (same_key(keys[i - 1], keys[i])) {
            *ret = keys[i];
            return BX_EINVAL;
        }
    }
    return BX_OK;
}

/* The values of a document lie in one array in the order they were read. */
static bx_code check_keys(const yyjson_doc *doc, const yyjson_val **ret)
{
    size_t most = 0, total = yyjson_doc_get_val_count((yyjson_doc *)(uintptr_t)doc);
    for (size_t i = 0; i < total; i++)
        if (yyjson_is_obj(doc->root + i) && yyjson_obj_size(doc->root + i) > most)
            most = yyjson_obj_size(doc->root + i);
    if (most < 2)
        return BX_OK;
    BX_AUTOFREE const yyjson_val **keys = bx_calloc(most, sizeof *keys);
    if (!keys)
        return BX_ENOMEM;
    for (size_t i = 0; i < total; i++) {
        bx_code rc = yyjson_is_obj(doc->root + i) ? check_object(doc->root + i, keys, ret) : BX_OK;
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code refuse_key(bx_str text, const yyjson_doc *doc, const yyjson_val *key, bx_error *err)
{
    char what[320];
    bx_str k = {key->uni.str, unsafe_yyjson_get_len((void *)(uintptr_t)key)};
    (void)snprintf(what, sizeof what, "the key \"%.*s\" comes twice in one object", BX_FMT(k));
    /* Strings are unescaped where they stand in a copy of the text, so the address tells where. */
    return fail_at(text, (size_t)(key->uni.str - doc->str_pool) - 1, BX_EINVAL, what, err);
}

/* ---- parse ----------------------------------------------------------------------------------- */

bx_code bx_json_parse(bx_str text, unsigned max_depth, bx_json **ret, bx_error *err)
{
    const yyjson_alc alc = {alc_malloc, alc_realloc, alc_free, NULL};
    size_t at;
    if (max_depth > BX_JSON_MAX_DEPTH)
        max_depth = BX_JSON_MAX_DEPTH;
    if (text.n == 0)
        return bx_fail(err, BX_EINVAL, "line 1, column 1: no JSON text");
    if (too_deep(text, max_depth, &at)) {
        char what[80];
        (void)snprintf(what, sizeof what, "arrays and objects nest deeper than %u", max_depth);
        return fail_at(text, at, BX_ELIMIT, what, err);
    }
    BX_AUTO(bx_json) bx_json *j = bx_calloc(1, sizeof *j);
    if (!j)
        return bx_fail(err, BX_ENOMEM, "JSON document");
    yyjson_read_err why;
    /* Without the in-place flag the text is copied first, never written to. */
    j->doc = yyjson_read_opts((char *)(uintptr_t)text.p, text.n, YYJSON_READ_NOFLAG, &alc, &why);
    if (!j->doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return bx_fail(err, BX_ENOMEM, "JSON document of %zu bytes", text.n);
    if (!j->doc)
        return fail_at(text, why.pos, BX_EINVAL, why.msg, err);
    const yyjson_val *twice;
    bx_code rc = check_keys(j->doc, &twice);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "JSON document of %zu bytes", text.n);
    if (rc != BX_OK)
        return refuse_key(text, j->doc, twice, err);
    *ret = BX_TAKE(j);
    return BX_OK;
}

/* ---- access --------------------------------------------------------------------------------- */

const bx_json_val *bx_json_root(const bx_json *j) { return from_yy(j->doc->root); }

bx_json_type bx_json_type_of(const bx_json_val *v)
{
    if (!v)
        return BX_JSON_NONE;
    switch (yyjson_get_type(to_yy_mut(v))) {
    case YYJSON_TYPE_BOOL:
        return BX_JSON_BOOL;
    case YYJSON_TYPE_NUM:
        return yyjson_is_real(to_yy_mut(v)) ? BX_JSON_DOUBLE : BX_JSON_INT;
    case YYJSON_TYPE_STR:
        return BX_JSON_STRING;
    case YYJSON_TYPE_ARR:
        return BX_JSON_ARRAY;
    case YYJSON_TYPE_OBJ:
        return BX_JSON_OBJECT;
    default:
        return BX_JSON_NULL;
    }
}

const char *bx_json_type_name(bx_json_type t)
{
    static const char *const names[] = {"nothing", "null",   "boolean", "integer",
                                        "number",  "string", "array",   "object"};
    return (size_t)t < BX_COUNT(names) ? names[t] : "nothing";
}

const bx_json_val *bx_json_get(const bx_json_val *object, bx_str key)
{
    return from_yy(yyjson_obj_getn(to_yy_mut(object), key.p, key.n));
}

size_t bx_json_size(const bx_json_val *v)
{
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_ARRAY || t == BX_JSON_OBJECT ? unsafe_yyjson_get_len(to_yy_mut(v)) : 0;
}

bx_json_iter bx_json_iter_of(const bx_json_val *v)
{
    size_t n = bx_json_size(v);
    return (bx_json_iter){
        .at = n ? from_yy(unsafe_yyjson_get_first(to_yy_mut(v))) : NULL,
        .left = n,
        .object = bx_json_type_of(v) == BX_JSON_OBJECT,
    };
}

const bx_json_val *bx_json_next(bx_json_iter *it, bx_str *key)
{
    if (it->left == 0)
        return NULL;
    it->left--;
    yyjson_val *at = to_yy_mut(it->at), *value = it->object ? at + 1 : at;
    if (key)
        *key = it->object ? (bx_str){at->uni.str, unsafe_yyjson_get_len(at)} : BX_LIT("");
    it->at = it->left ? from_yy(unsafe_yyjson_get_next(value)) : NULL;
    return from_yy(value);
}

/* Each name stands right before its value. */
const bx_json_val *bx_json_name_of(const bx_json_val *member) { return from_yy(to_yy(member) - 1); }

bool bx_json_str(const bx_json_val *v, bx_str *ret)
{
    if (bx_json_type_of(v) != BX_JSON_STRING)
        return false;
    *ret = (bx_str){to_yy(v)->uni.str, unsafe_yyjson_get_len(to_yy_mut(v))};
    return true;
}

bx_str bx_json_text(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

bool bx_json_bool(const bx_json_val *v, bool *ret)
{
    if (bx_json_type_of(v) != BX_JSON_BOOL)
        return false;
    *ret = yyjson_is_true(to_yy_mut(v));
    return true;
}

bool bx_json_int64(const bx_json_val *v, int64_t *ret)
{
    if (bx_json_type_of(v) != BX_JSON_INT ||
        (yyjson_is_uint(to_yy_mut(v)) && to_yy(v)->uni.u64 > INT64_MAX))
        return false;
    *ret = to_yy(v)->uni.i64;
    return true;
}

bool bx_json_uint64(const bx_json_val *v, uint64_t *ret)
{
    if (bx_json_type_of(v) != BX_JSON_INT || !yyjson_is_uint(to_yy_mut(v)))
        return false;
    *ret = to_yy(v)->uni.u64;
    return true;
}

bool bx_json_double(const bx_json_val *v, double *ret)
{
    bx_json_type t = bx_json_type_of(v);
    if (t != BX_JSON_DOUBLE && t != BX_JSON_INT)
        return false;
    *ret = yyjson_get_num(to_yy_mut(v));
    return true;
}
