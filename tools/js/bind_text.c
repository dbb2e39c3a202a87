/* internal.text: bytes and strings in each of Node's encodings, numbers in bytes, finding,
 * comparing. Encodings are numbers: the enumeration below. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "js/js.h"
#include "js/text_codec.h"

enum { UTF8, UTF16LE, LATIN1, ASCII, HEX, BASE64, BASE64URL };
enum { MOST_UNITS = 0x1fffffe8 }; /* of a string: Node's buffer.constants.MAX_STRING_LENGTH */

/* ---- to strings -------------------------------------------------------------------------------
 */

static JSValue take_text(JSContext *cx, char *p, size_t n)
{
    JSValue r = p ? JS_NewStringLen(cx, p, n) : JS_ThrowOutOfMemory(cx);
    free(p);
    return r;
}

static JSValue from_utf8(JSContext *cx, const uint8_t *p, size_t n)
{
    if (js_utf8_valid(p, n) == n)
        return JS_NewStringLen(cx, (const char *)p, n);
    size_t size = js_utf8_repair(p, n, NULL);
    char *out = malloc(size);
    if (out)
        (void)js_utf8_repair(p, n, (uint8_t *)out);
    return take_text(cx, out, size);
}

static JSValue from_latin1(JSContext *cx, const uint8_t *p, size_t n)
{
    if (js_is_ascii(p, n))
        return JS_NewStringLen(cx, (const char *)p, n);
    size_t size = js_latin1_to_utf8(p, n, NULL);
    char *out = malloc(size);
    if (out)
        (void)js_latin1_to_utf8(p, n, (uint8_t *)out);
    return take_text(cx, out, size);
}

static JSValue from_ascii(JSContext *cx, const uint8_t *p, size_t n)
{
    if (js_is_ascii(p, n))
        return JS_NewStringLen(cx, (const char *)p, n);
    char *out = malloc(n);
    for (size_t i = 0; out && i < n; i++)
        out[i] = (char)(p[i] & 0x7F);
    return take_text(cx, out, n);
}

static JSValue from_utf16(JSContext *cx, const uint8_t *p, size_t n)
{
    n /= 2;
    if (n == 0)
        return JS_NewStringLen(cx, "", 0);
    uint8_t wide = 0;
    for (size_t i = 0; i < n; i++)
        wide |= p[2 * i + 1];
    uint16_t *out = malloc(n * 2); /* `p` need not be aligned */
    if (!out)
        return JS_ThrowOutOfMemory(cx);
    if (wide == 0) { /* the engine wants such a string narrow */
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)out)[i] = p[2 * i];
        JSValue r = from_latin1(cx, (uint8_t *)out, n);
        free(out);
        return r;
    }
    memcpy(out, p, n * 2);
    JSValue r = JS_NewStringUTF16(cx, out, n);
    free(out);
    return r;
}

static JSValue from_hex(JSContext *cx, const uint8_t *p, size_t n)
{
    char *out = malloc(n * 2 + 1);
    if (out)
        js_hex_encode(p, n, out);
    return take_text(cx, out, n * 2);
}

static JSValue from_base64(JSContext *cx, const uint8_t *p, size_t n, bool is_url)
{
    char *out = malloc((n + 2) / 3 * 4 + 1);
    size_t size = out ? js_base64_encode(p, n, is_url, out) : 0;
    return take_text(cx, out, size);
}

/* The part [argv[1], argv[2]) of the bytes argv[0]; beyond their end there is nothing. */
static bool part(JSContext *cx, JSValueConst *argv, uint8_t **ret, size_t *ret_n)
{
    uint8_t *p;
    size_t n;
    int64_t start, end;
    if (JS_ToInt64(cx, &start, argv[1]) < 0 || JS_ToInt64(cx, &end, argv[2]) < 0 ||
        !js_bytes(cx, argv[0], &p, &n))
        return false;
    size_t from = start < 0 ? 0 : (uint64_t)start > n ? n : (size_t)start;
    size_t to = end < 0 ? 0 : (uint64_t)end > n ? n : (size_t)end;
    *ret = p ? p + from : p;
    *ret_n = to > from ? to - from : 0;
    return true;
}

/* Would the text of n bytes be longer than Node lets a string be? That also keeps every size below
 * in range. */
static bool is_too_long(size_t n, int32_t encoding)
{
    uint64_t units = n;
    if (encoding == UTF16LE)
        units /= 2;
    else if (encoding == HEX)
        units *= 2;
    else if (encoding == BASE64 || encoding == BASE64URL)
        units = units / 3 * 4;
    return units > MOST_UNITS;
}

static JSValue throw_too_long(JSContext *cx)
{
    JSValue e =
        JS_NewPlainError(cx, "Cannot create a string longer than 0x%x characters", MOST_UNITS);
    (void)JS_DefinePropertyValueStr(cx, e, "code", JS_NewString(cx, "ERR_STRING_TOO_LONG"),
                                    JS_PROP_C_W_E);
    return JS_Throw(cx, e);
}

/* decode(bytes, start, end, encoding): a string. */
JS_FUNCTION(text_decode)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    int32_t encoding;
    if (JS_ToInt32(cx, &encoding, argv[3]) < 0 || !part(cx, argv, &p, &n))
        return JS_EXCEPTION;
    if (n == 0)
        return JS_NewStringLen(cx, "", 0);
    if (is_too_long(n, encoding))
        return throw_too_long(cx);
    switch (encoding) {
    case UTF16LE:
        return from_utf16(cx, p, n);
    case LATIN1:
        return from_latin1(cx, p, n);
    case ASCII:
        return from_ascii(cx, p, n);
    case HEX:
        return from_hex(cx, p, n);
    case BASE64:
        return from_base64(cx, p, n, false);
    case BASE64URL:
        return from_base64(cx, p, n, true);
    default:
        return from_utf8(cx, p, n);
    }
}

/* ---- from strings -----------------------------------------------------------------------------
 */

/* The low bytes of a string's units: Latin-1, and what hex and base64 are read from. To be freed.
 */
static uint8_t *low_bytes(JSContext *cx, JSValueConst text, size_t *ret_n)
{
    size_t n;
    const uint16_t *u = JS_ToCStringLenUTF16(cx, &n, text);
    if (!u)
        return NULL;
    uint8_t *p = malloc(n + 1);
    for (size_t i = 0; p && i < n; i++)
        p[i] = (uint8_t)u[i];
    if (!p)
        JS_ThrowOutOfMemory(cx);
    JS_FreeCStringUTF16(cx, u);
    *ret_n = n;
    return p;
}

static uint8_t *encode_utf8(JSContext *cx, JSValueConst text, size_t *ret_n)
{
    const char *s = JS_ToCStringLen(cx, ret_n, text);
    if (!s)
        return NULL;
    uint8_t *p = malloc(*ret_n + 1);
    if (p) {
        memcpy(p, s, *ret_n);
        js_utf8_replace_surrogates(p, *ret_n);
    } else
        JS_ThrowOutOfMemory(cx);
    JS_FreeCString(cx, s);
    return p;
}

static uint8_t *encode_utf16(JSContext *cx, JSValueConst text, size_t *ret_n)
{
    size_t n;
    const uint16_t *u = JS_ToCStringLenUTF16(cx, &n, text);
    if (!u)
        return NULL;
    uint8_t *p = malloc(n * 2 + 1);
    if (p)
        memcpy(p, u, n * 2); /* both are little-endian */
    else
        JS_ThrowOutOfMemory(cx);
    JS_FreeCStringUTF16(cx, u);
    *ret_n = n * 2;
    return p;
}

/* All bytes of a string, made by malloc; NULL with a pending exception. */
static uint8_t *encode(JSContext *cx, JSValueConst text, int32_t encoding, size_t *ret_n)
{
    if (encoding == UTF8)
        return encode_utf8(cx, text, ret_n);
    if (encoding == UTF16LE)
        return encode_utf16(cx, text, ret_n);
    uint8_t *p = low_bytes(cx, text, ret_n);
    if (p && encoding == HEX) /* what comes out is never ahead of what is read */
        *ret_n = js_hex_decode(p, *ret_n, p, SIZE_MAX);
    else if (p && encoding >= BASE64)
        *ret_n = js_base64_decode(p, *ret_n, p, SIZE_MAX);
    return p;
}

static void *resize(JSRuntime *rt, void *opaque, void *p, size_t n)
{
    (void)rt, (void)opaque;
    if (n > 0)
        return realloc(p, n);
    free(p);
    return NULL;
}

/* encode(string, encoding): an ArrayBuffer. */
JS_FUNCTION(text_encode)
{
    (void)self, (void)argc;
    size_t n;
    int32_t encoding;
    if (JS_ToInt32(cx, &encoding, argv[1]) < 0)
        return JS_EXCEPTION;
    uint8_t *p = encode(cx, argv[0], encoding, &n);
    if (!p)
        return JS_EXCEPTION;
    uint8_t *less = realloc(p, n > 0 ? n : 1);
    return JS_NewArrayBuffer(cx, less ? less : p, n, 0, resize, NULL, false);
}

/* byteLength(string): as UTF-8. */
JS_FUNCTION(text_byte_length)
{
    (void)self, (void)argc;
    size_t n;
    const char *s = JS_ToCStringLen(cx, &n, argv[0]);
    if (!s)
        return JS_EXCEPTION;
    JS_FreeCString(cx, s);
    return JS_NewInt64(cx, (int64_t)n);
}

/* write(bytes, start, end, string, encoding): how many bytes were written; no part of a character.
 */
JS_FUNCTION(text_write)
{
    (void)self, (void)argc;
    uint8_t *to;
    size_t room, n;
    int32_t encoding;
    if (JS_ToInt32(cx, &encoding, argv[4]) < 0)
        return JS_EXCEPTION;
    uint8_t *p = encode(cx, argv[3], encoding, &n);
    if (!p)
        return JS_EXCEPTION;
    if (!part(cx, argv, &to, &room)) {
        free(p);
        return JS_EXCEPTION;
    }
    if (n > room) {
        n = room;
        if (encoding == UTF8)
            n -= js_utf8_unfinished(p, n);
        else if (encoding == UTF16LE)
            n -= n % 2;
    }
    if (n > 0)
        memcpy(to, p, n);
    free(p);
    return JS_NewInt64(cx, (int64_t)n);
}

/* encodeInto(string, bytes): [units read, bytes written] */
JS_FUNCTION(text_encode_into)
{
    (void)self, (void)argc;
    uint8_t *to;
    size_t room, n;
    uint8_t *p = encode_utf8(cx, argv[0], &n);
    if (!p || !js_bytes(cx, argv[1], &to, &room)) {
        free(p);
        return JS_EXCEPTION;
    }
    if (n > room)
        n = room - js_utf8_unfinished(p, room);
    size_t units = 0;
    for (size_t i = 0; i < n; i++)
        units += (p[i] & 0xC0) == 0x80 ? 0 : p[i] >= 0xF0 ? 2 : 1;
    if (n > 0)
        memcpy(to, p, n);
    free(p);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt64(cx, (int64_t)units));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewInt64(cx, (int64_t)n));
    return r;
}

/* ---- questions about bytes --------------------------------------------------------------------
 */

/* isUtf8(bytes), isAscii(bytes) */
JS_FUNCTION(text_is_utf8)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    if (!js_bytes(cx, argv[0], &p, &n))
        return JS_EXCEPTION;
    return JS_NewBool(cx, js_utf8_valid(p, n) == n);
}

JS_FUNCTION(text_is_ascii)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    if (!js_bytes(cx, argv[0], &p, &n))
        return JS_EXCEPTION;
    return JS_NewBool(cx, js_is_ascii(p, n));
}

/* unfinished(bytes): how many at the end begin a character of UTF-8 that is not complete. */
JS_FUNCTION(text_unfinished)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    if (!js_bytes(cx, argv[0], &p, &n))
        return JS_EXCEPTION;
    return JS_NewInt32(cx, (int32_t)js_utf8_unfinished(p, n));
}

/* compare(a, b): -1, 0, 1 */
JS_FUNCTION(text_compare)
{
    (void)self, (void)argc;
    uint8_t *a, *b;
    size_t n, m;
    if (!js_bytes(cx, argv[0], &a, &n) || !js_bytes(cx, argv[1], &b, &m))
        return JS_EXCEPTION;
    size_t least = n < m ? n : m;
    int r = least > 0 ? memcmp(a, b, least) : 0;
    if (r == 0)
        r = n < m ? -1 : n > m;
    return JS_NewInt32(cx, r < 0 ? -1 : r > 0);
}

/* find(bytes, needle, unit, from, last): an index in bytes, or -1. */
JS_FUNCTION(text_find)
{
    (void)self, (void)argc;
    uint8_t *hay, *needle;
    size_t n, m;
    int32_t unit;
    int64_t from;
    bool last = JS_ToBool(cx, argv[4]) > 0;
    if (JS_ToInt32(cx, &unit, argv[2]) < 0 || JS_ToInt64(cx, &from, argv[3]) < 0 ||
        !js_bytes(cx, argv[0], &hay, &n) || !js_bytes(cx, argv[1], &needle, &m))
        return JS_EXCEPTION;
    unit = unit == 2 ? 2 : 1;
    size_t start = from < 0 ? 0 : (uint64_t)from > n ? n : (size_t)from;
    ptrdiff_t r = js_find(hay, n, needle, m, (size_t)unit, start / (size_t)unit, last);
    if (r == -2)
        return JS_ThrowOutOfMemory(cx);
    return JS_NewInt64(cx, r < 0 ? r : (int64_t)r * unit);
}

/* ---- changing bytes ---------------------------------------------------------------------------
 */

/* copy(to, toStart, from, start, end): how many bytes; they may overlap. */
JS_FUNCTION(text_copy)
{
    (void)self, (void)argc;
    uint8_t *to, *from;
    size_t room, n;
    int64_t start;
    if (JS_ToInt64(cx, &start, argv[1]) < 0 || !part(cx, argv + 2, &from, &n) ||
        !js_bytes(cx, argv[0], &to, &room))
        return JS_EXCEPTION;
    if (start < 0 || (uint64_t)start >= room)
        return JS_NewInt32(cx, 0);
    if (n > room - (size_t)start)
        n = room - (size_t)start;
    if (n > 0)
        memmove(to + start, from, n);
    return JS_NewInt64(cx, (int64_t)n);
}

/* fill(bytes, start, end, pattern): the pattern again and again. */
JS_FUNCTION(text_fill)
{
    (void)self, (void)argc;
    uint8_t *to, *p;
    size_t n, m;
    if (!part(cx, argv, &to, &n) || !js_bytes(cx, argv[3], &p, &m))
        return JS_EXCEPTION;
    if (n == 0 || m == 0)
        return JS_UNDEFINED;
    size_t done = m < n ? m : n;
    memmove(to, p, done);
    for (; done < n; done += done < n - done ? done : n - done)
        memcpy(to + done, to, done < n - done ? done : n - done);
    return JS_UNDEFINED;
}

/* swap(bytes, size): the bytes of each number in the opposite order. */
JS_FUNCTION(text_swap)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    int32_t size;
    if (JS_ToInt32(cx, &size, argv[1]) < 0 || !js_bytes(cx, argv[0], &p, &n))
        return JS_EXCEPTION;
    size_t k = size == 8 ? 8 : size == 4 ? 4 : 2;
    for (size_t i = 0; i + k <= n; i += k) {
        for (size_t a = i, b = i + k - 1; a < b; a++, b--) {
            uint8_t c = p[a];
            p[a] = p[b];
            p[b] = c;
        }
    }
    return JS_UNDEFINED;
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

/* A number's form: its size in bytes and these. */
enum { IS_SIGNED = 16, IS_BIG_ENDIAN = 32, IS_FLOAT = 64, IS_BIGINT = 128 };

/* The bytes of the number at `offset`: false where that is no index or too near the end. */
static bool number_at(JSContext *cx, JSValueConst bytes, JSValueConst offset, int32_t form,
                      uint8_t **ret)
{
    double at;
    uint8_t *p;
    size_t n, size = (size_t)form & 15;
    if (!JS_IsNumber(offset) || JS_ToFloat64(cx, &at, offset) < 0 || !js_bytes(cx, bytes, &p, &n))
        return false;
    if (!(at >= 0) || at != floor(at) || size > n || at > (double)(n - size))
        return false;
    *ret = p + (size_t)at;
    return true;
}

static uint64_t load(const uint8_t *p, int32_t form)
{
    size_t size = (size_t)form & 15;
    uint64_t v = 0;
    for (size_t i = 0; i < size && i < 8; i++)
        v = v << 8 | p[form & IS_BIG_ENDIAN ? i : size - 1 - i];
    return v;
}

static void store(uint8_t *p, int32_t form, uint64_t v)
{
    size_t size = (size_t)form & 15;
    for (size_t i = 0; i < size && i < 8; i++, v >>= 8)
        p[form & IS_BIG_ENDIAN ? size - 1 - i : i] = (uint8_t)v;
}

/* read(bytes, offset, form): the number, or undefined where there is none. */
JS_FUNCTION(text_read)
{
    (void)self, (void)argc;
    uint8_t *p;
    int32_t form;
    if (JS_ToInt32(cx, &form, argv[2]) < 0)
        return JS_EXCEPTION;
    if (!number_at(cx, argv[0], argv[1], form, &p))
        return JS_HasException(cx) ? JS_EXCEPTION : JS_UNDEFINED;
    uint64_t v = load(p, form);
    int bits = 8 * (form & 15);
    if (form & IS_FLOAT) {
        double d;
        float f;
        uint32_t half = (uint32_t)v;
        memcpy(&d, &v, sizeof d);
        memcpy(&f, &half, sizeof f);
        return JS_NewFloat64(cx, bits == 64 ? d : (double)f);
    }
    if (form & IS_BIGINT)
        return form & IS_SIGNED ? JS_NewBigInt64(cx, (int64_t)v) : JS_NewBigUint64(cx, v);
    if (form & IS_SIGNED && bits < 64 && v >> (bits - 1) & 1)
        return JS_NewInt64(cx, (int64_t)v - ((int64_t)1 << bits));
    return JS_NewInt64(cx, (int64_t)v);
}

/* write(bytes, value, offset, form): false where there is no place; the value is in range. */
JS_FUNCTION(text_write_number)
{
    (void)self, (void)argc;
    uint8_t *p;
    int32_t form;
    double d = 0;
    uint64_t v = 0;
    if (JS_ToInt32(cx, &form, argv[3]) < 0)
        return JS_EXCEPTION;
    if (form & IS_BIGINT) {
        if (JS_ToBigUint64(cx, &v, argv[1]) < 0)
            return JS_EXCEPTION;
    } else if (JS_ToFloat64(cx, &d, argv[1]) < 0)
        return JS_EXCEPTION;
    if (!number_at(cx, argv[0], argv[2], form, &p))
        return JS_HasException(cx) ? JS_EXCEPTION : JS_FALSE;
    if (form & IS_FLOAT && (form & 15) == 8)
        memcpy(&v, &d, sizeof v);
    else if (form & IS_FLOAT) {
        float f = (float)d;
        uint32_t half;
        memcpy(&half, &f, sizeof half);
        v = half;
    } else if (!(form & IS_BIGINT) && fabs(d) < 9007199254740992.0)
        v = (uint64_t)(int64_t)d;
    store(p, form, v);
    return JS_TRUE;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("decode", 4, text_decode),
    JS_CFUNC_DEF("encode", 2, text_encode),
    JS_CFUNC_DEF("byteLength", 1, text_byte_length),
    JS_CFUNC_DEF("write", 5, text_write),
    JS_CFUNC_DEF("encodeInto", 2, text_encode_into),
    JS_CFUNC_DEF("isUtf8", 1, text_is_utf8),
    JS_CFUNC_DEF("isAscii", 1, text_is_ascii),
    JS_CFUNC_DEF("unfinished", 1, text_unfinished),
    JS_CFUNC_DEF("compare", 2, text_compare),
    JS_CFUNC_DEF("find", 5, text_find),
    JS_CFUNC_DEF("copy", 5, text_copy),
    JS_CFUNC_DEF("fill", 4, text_fill),
    JS_CFUNC_DEF("swap", 2, text_swap),
    JS_CFUNC_DEF("read", 3, text_read),
    JS_CFUNC_DEF("writeNumber", 4, text_write_number),
};

int js_bind_text(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
