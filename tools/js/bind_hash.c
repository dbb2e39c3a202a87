/* internal.hash: hashes and what is made of them.  The states are plain values in objects of
 * classes of our own, so that no script has one under another type. */
#include <stdlib.h>
#include <string.h>

#include "js/hash.h"
#include "js/js.h"

static JSClassID hash_class, hmac_class;

static void finalize(JSRuntime *rt, JSValueConst v)
{
    (void)rt;
    JSClassID id;
    free(JS_GetAnyOpaque(v, &id));
}

static const JSClassDef hash_definition = {"Hash", .finalizer = finalize};
static const JSClassDef hmac_definition = {"Hmac", .finalizer = finalize};

/* An object of `id` with a copy of the state. */
static JSValue new_object(JSContext *cx, JSClassID id, const void *state, size_t size)
{
    void *copy = malloc(size);
    if (!copy)
        return JS_ThrowOutOfMemory(cx);
    memcpy(copy, state, size);
    JSValue r = JS_NewObjectProtoClass(cx, JS_NULL, id);
    if (JS_IsException(r)) {
        free(copy);
        return r;
    }
    (void)JS_SetOpaque(r, copy);
    return r;
}

/* NULL: no such hash, nothing is pending; or what is no string, then something is. */
static const js_hash_type *find_type(JSContext *cx, JSValueConst v)
{
    const char *name = JS_ToCString(cx, v);
    const js_hash_type *r = name ? js_hash_find(name) : NULL;
    JS_FreeCString(cx, name);
    return r;
}

static JSValue none(JSContext *cx) { return JS_HasException(cx) ? JS_EXCEPTION : JS_UNDEFINED; }

/* begin(name): a hash, or undefined when there is none of that name. */
JS_FUNCTION(hash_begin)
{
    (void)self, (void)argc;
    const js_hash_type *type = find_type(cx, argv[0]);
    if (!type)
        return none(cx);
    js_hash h;
    js_hash_begin(&h, type);
    return new_object(cx, hash_class, &h, sizeof h);
}

/* beginHmac(name, key): the same with a key. */
JS_FUNCTION(hash_begin_hmac)
{
    (void)self, (void)argc;
    const js_hash_type *type = find_type(cx, argv[0]);
    if (!type || type->is_xof)
        return none(cx);
    const char *text;
    js_span key;
    if (!js_text_or_bytes(cx, argv[1], &text, &key.p, &key.n))
        return JS_EXCEPTION;
    js_hmac m;
    js_hmac_begin(&m, type, key.p, key.n);
    JS_FreeCString(cx, text);
    return new_object(cx, hmac_class, &m, sizeof m);
}

/* add(hash or hmac, text or bytes) */
JS_FUNCTION(hash_add)
{
    (void)self, (void)argc;
    const char *text;
    js_span data;
    js_hmac *m = JS_GetOpaque(argv[0], hmac_class);
    js_hash *h = m ? &m->inner : JS_GetOpaque2(cx, argv[0], hash_class);
    if (!h || !js_text_or_bytes(cx, argv[1], &text, &data.p, &data.n))
        return JS_EXCEPTION;
    js_hash_add(h, data.p, data.n);
    JS_FreeCString(cx, text);
    return JS_UNDEFINED;
}

static void put_hex(char *to, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
}

/* end(hash or hmac, isHex, length): the result as bytes or as hexadecimal digits.  `length` counts
 * for SHAKE alone.  The state is used up: what is added after it means nothing. */
JS_FUNCTION(hash_end)
{
    (void)self, (void)argc;
    js_hmac *m = JS_GetOpaque(argv[0], hmac_class);
    js_hash *h = m ? &m->inner : JS_GetOpaque2(cx, argv[0], hash_class);
    int64_t length;
    if (!h || JS_ToInt64(cx, &length, argv[2]) < 0)
        return JS_EXCEPTION;
    const js_hash_type *type = h->type;
    const bool is_hex = JS_ToBool(cx, argv[1]);
    if (type->is_xof && !m) {
        if (length < 0 || length > UINT32_MAX)
            return JS_ThrowRangeError(cx, "the length is out of range");
        uint8_t *out = malloc((size_t)length + 1);
        if (!out)
            return JS_ThrowOutOfMemory(cx);
        js_hash_end_xof(h, out, (size_t)length);
        return js_take_bytes(cx, out, (size_t)length);
    }
    uint8_t out[DIGEST_MAX];
    if (m)
        js_hmac_end(m, out);
    else
        js_hash_end(h, out);
    if (!is_hex)
        return js_new_bytes(cx, out, type->length);
    char hex[2 * DIGEST_MAX];
    put_hex(hex, out, type->length);
    return JS_NewStringLen(cx, hex, 2 * (size_t)type->length);
}

/* copy(hash) */
JS_FUNCTION(hash_copy)
{
    (void)self, (void)argc;
    const js_hash *h = JS_GetOpaque2(cx, argv[0], hash_class);
    return h ? new_object(cx, hash_class, h, sizeof *h) : JS_EXCEPTION;
}

/* info(name): [bytes of the result, is it as long as one likes, bytes of a block], or undefined. */
JS_FUNCTION(hash_info)
{
    (void)self, (void)argc;
    const js_hash_type *type = find_type(cx, argv[0]);
    if (!type)
        return none(cx);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt32(cx, type->length));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewBool(cx, type->is_xof));
    (void)JS_SetPropertyUint32(cx, r, 2, JS_NewInt32(cx, type->block));
    return r;
}

static bool get_span(JSContext *cx, JSValueConst v, js_span *ret)
{
    uint8_t *p = NULL;
    bool ok = js_bytes(cx, v, &p, &ret->n);
    ret->p = p;
    return ok;
}

/* pbkdf2(name, password, salt, rounds, length): bytes; undefined: no such hash. */
JS_FUNCTION(hash_pbkdf2)
{
    (void)self, (void)argc;
    const js_hash_type *type = find_type(cx, argv[0]);
    if (!type || type->is_xof)
        return none(cx);
    uint32_t rounds, length;
    js_span password, salt;
    if (JS_ToUint32(cx, &rounds, argv[3]) < 0 || JS_ToUint32(cx, &length, argv[4]) < 0 ||
        !get_span(cx, argv[1], &password) || !get_span(cx, argv[2], &salt))
        return JS_EXCEPTION;
    uint8_t *out = malloc((size_t)length + 1);
    if (!out)
        return JS_ThrowOutOfMemory(cx);
    js_pbkdf2(type, password, salt, rounds, out, length);
    return js_take_bytes(cx, out, length);
}

/* scrypt(password, salt, N, r, p, length): bytes.  The caller has checked the numbers. */
JS_FUNCTION(hash_scrypt)
{
    (void)self, (void)argc;
    uint32_t n, r, p, length;
    js_span password, salt;
    if (JS_ToUint32(cx, &n, argv[2]) < 0 || JS_ToUint32(cx, &r, argv[3]) < 0 ||
        JS_ToUint32(cx, &p, argv[4]) < 0 || JS_ToUint32(cx, &length, argv[5]) < 0 ||
        !get_span(cx, argv[0], &password) || !get_span(cx, argv[1], &salt))
        return JS_EXCEPTION;
    if (n < 2 || (n & (n - 1)) || r == 0 || p == 0 || (uint64_t)r * p >= 1 << 30)
        return JS_ThrowRangeError(cx, "these are no parameters of scrypt");
    uint8_t *out = malloc((size_t)length + 1);
    if (!out || !js_scrypt(password, salt, n, r, p, out, length)) {
        free(out);
        return JS_ThrowOutOfMemory(cx);
    }
    return js_take_bytes(cx, out, length);
}

/* equal(a, b): of two runs of bytes of one length, in a time that does not depend on them. */
JS_FUNCTION(hash_equal)
{
    (void)self, (void)argc;
    js_span a, b;
    if (!get_span(cx, argv[0], &a) || !get_span(cx, argv[1], &b))
        return JS_EXCEPTION;
    if (a.n != b.n)
        return JS_FALSE;
    const volatile uint8_t *p = a.p, *q = b.p;
    uint8_t differs = 0;
    for (size_t i = 0; i < a.n; i++)
        differs |= p[i] ^ q[i];
    return JS_NewBool(cx, differs == 0);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("begin", 1, hash_begin),   JS_CFUNC_DEF("beginHmac", 2, hash_begin_hmac),
    JS_CFUNC_DEF("add", 2, hash_add),       JS_CFUNC_DEF("end", 3, hash_end),
    JS_CFUNC_DEF("copy", 1, hash_copy),     JS_CFUNC_DEF("info", 1, hash_info),
    JS_CFUNC_DEF("pbkdf2", 5, hash_pbkdf2), JS_CFUNC_DEF("scrypt", 6, hash_scrypt),
    JS_CFUNC_DEF("equal", 2, hash_equal),
};

int js_bind_hash(JSContext *cx, JSValueConst to)
{
    JSRuntime *rt = JS_GetRuntime(cx);
    if (JS_NewClass(rt, JS_NewClassID(rt, &hash_class), &hash_definition) < 0 ||
        JS_NewClass(rt, JS_NewClassID(rt, &hmac_class), &hmac_definition) < 0)
        return -1;
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
