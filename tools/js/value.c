#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "js/js.h"
#include "js/text_codec.h"

bool js_bytes(JSContext *cx, JSValueConst v, uint8_t **ret, size_t *ret_n)
{
    size_t n = 0, offset = 0, bytes = 0;
    if (JS_IsArrayBuffer(v)) {
        uint8_t *p = JS_GetArrayBuffer(cx, &n, v);
        if (!p && JS_HasException(cx))
            return false;
        *ret = p;
        *ret_n = n;
        return true;
    }
    if (JS_IsDataView(v)) {
        JS_ThrowTypeError(cx, "a DataView is not taken here: use a Uint8Array on its buffer");
        return false;
    }
    JSValue buffer = JS_GetTypedArrayBuffer(cx, v, &offset, &bytes, NULL);
    if (JS_IsException(buffer))
        return false;
    uint8_t *p = JS_GetArrayBuffer(cx, &n, buffer);
    JS_FreeValue(cx, buffer);
    if (!p && JS_HasException(cx))
        return false;
    if (offset > n || bytes > n - offset) {
        JS_ThrowTypeError(cx, "the view reaches beyond its buffer");
        return false;
    }
    *ret = p ? p + offset : p;
    *ret_n = bytes;
    return true;
}

bool js_text_or_bytes(JSContext *cx, JSValueConst v, const char **ret_text, const uint8_t **ret,
                      size_t *ret_n)
{
    uint8_t *p;
    *ret_text = NULL;
    if (!JS_IsString(v)) {
        if (!js_bytes(cx, v, &p, ret_n))
            return false;
        *ret = p;
        return true;
    }
    *ret_text = JS_ToCStringLen(cx, ret_n, v);
    *ret = (const uint8_t *)*ret_text;
    if (*ret_text && !js_is_ascii(*ret, *ret_n)) /* then it is a copy */
        js_utf8_replace_surrogates((uint8_t *)(uintptr_t)*ret_text, *ret_n);
    return *ret_text != NULL;
}

static void *resize_bytes(JSRuntime *rt, void *opaque, void *p, size_t n)
{
    (void)rt, (void)opaque;
    if (n > 0)
        return realloc(p, n);
    free(p);
    return NULL;
}

JSValue js_take_bytes(JSContext *cx, void *p, size_t n)
{
    return JS_NewUint8Array(cx, p, n, resize_bytes, NULL, false);
}

JSValue js_new_bytes(JSContext *cx, const void *p, size_t n)
{
    return JS_NewUint8ArrayCopy(cx, p, n);
}

/* ---- errors of system calls --------------------------------------------------------------------
 */

static const struct known {
    int error, linux_number;
    const char *name, *text; /* the words are libuv's, which Node shows */
} known[] = {
#define ERROR(error, name, number, text) {error, number, name, text},
#include "js/errors.def"
#undef ERROR
};

static const struct known *find(int error)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].error == error)
            return &known[i];
    }
    return NULL;
}

const char *js_errno_name(int error)
{
    const struct known *k = find(error);
    return k ? k->name : "EUNKNOWN";
}

const char *js_errno_text(int error)
{
    const struct known *k = find(error);
    return k ? k->text : strerror(error);
}

int js_errno_linux(int error)
{
    const struct known *k = find(error);
    return k ? k->linux_number : error;
}

static void put(JSContext *cx, JSValueConst to, const char *name, JSValue v)
{
    (void)JS_DefinePropertyValueStr(cx, to, name, v, JS_PROP_C_W_E);
}

JSValue js_throw_errno(JSContext *cx, int error, const char *syscall, const char *path,
                       const char *dest)
{
    const char *name = js_errno_name(error), *text = js_errno_text(error);
    JSValue e;
    if (dest)
        e = JS_NewPlainError(cx, "%s: %s, %s '%s' -> '%s'", name, text, syscall, path, dest);
    else if (path)
        e = JS_NewPlainError(cx, "%s: %s, %s '%s'", name, text, syscall, path);
    else
        e = JS_NewPlainError(cx, "%s: %s, %s", name, text, syscall);
    if (JS_IsException(e))
        return e;
    put(cx, e, "errno", JS_NewInt32(cx, -js_errno_linux(error)));
    put(cx, e, "code", JS_NewString(cx, name));
    put(cx, e, "syscall", JS_NewString(cx, syscall));
    if (path)
        put(cx, e, "path", JS_NewString(cx, path));
    if (dest)
        put(cx, e, "dest", JS_NewString(cx, dest));
    return JS_Throw(cx, e);
}
