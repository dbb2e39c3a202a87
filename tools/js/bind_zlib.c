/* internal.zlib: the codecs of codec.h as objects of a class of our own. */
#include <stdlib.h>
#include <string.h>

#include "js/codec.h"
#include "js/js.h"

static JSClassID codec_class;

static void finalize(JSRuntime *rt, JSValueConst v)
{
    (void)rt;
    js_codec_free(JS_GetOpaque(v, codec_class));
}

static const JSClassDef codec_definition = {"Codec", .finalizer = finalize};

static void put(JSContext *cx, JSValueConst to, const char *name, JSValue v)
{
    (void)JS_DefinePropertyValueStr(cx, to, name, v, JS_PROP_C_W_E);
}

/* An Error with errno and code; when it means that there is too much output, with nothing but the
 * code. */
static JSValue throw_error(JSContext *cx, const js_codec_error *err)
{
    JSValue e = JS_NewPlainError(cx, "%s", err->is_too_large ? "too large" : err->text);
    if (JS_IsException(e))
        return e;
    if (!err->is_too_large)
        put(cx, e, "errno", JS_NewInt32(cx, err->number));
    put(cx, e, "code", JS_NewString(cx, err->is_too_large ? "ERR_BUFFER_TOO_LARGE" : err->code));
    return JS_Throw(cx, e);
}

static bool get_numbers(JSContext *cx, JSValueConst from, js_codec_options *o)
{
    for (uint32_t i = 0; i < CODEC_BROTLI_PARAMS; i++) {
        JSValue v = JS_GetPropertyUint32(cx, from, i);
        int rc = JS_ToInt64(cx, &o->brotli[i], v);
        JS_FreeValue(cx, v);
        if (rc < 0)
            return false;
    }
    const int64_t *n = o->brotli;
    o->window_bits = (int)n[0];
    o->level = (int)n[1];
    o->mem_level = (int)n[2];
    o->strategy = (int)n[3];
    return true;
}

/* open(mode, numbers, dictionary or undefined): a codec.  The numbers are ten, those of zlib
 * windowBits, level, memLevel and strategy, those of brotli its parameters or -1. */
JS_FUNCTION(zlib_open)
{
    (void)self, (void)argc;
    int32_t mode;
    js_codec_options o = {0};
    uint8_t *dictionary = NULL;
    if (JS_ToInt32(cx, &mode, argv[0]) < 0 || !get_numbers(cx, argv[1], &o))
        return JS_EXCEPTION;
    if (mode < CODEC_DEFLATE || mode > CODEC_BROTLI_ENCODE)
        return JS_ThrowRangeError(cx, "there is no such codec");
    if (!JS_IsUndefined(argv[2]) && !js_bytes(cx, argv[2], &dictionary, &o.n_dictionary))
        return JS_EXCEPTION;
    o.mode = (js_codec_mode)mode;
    o.dictionary = dictionary;
    js_codec_error err;
    js_codec *c = js_codec_new(&o, &err);
    if (!c)
        return throw_error(cx, &err);
    JSValue r = JS_NewObjectProtoClass(cx, JS_NULL, codec_class);
    if (JS_IsException(r))
        js_codec_free(c);
    else
        (void)JS_SetOpaque(r, c);
    return r;
}

/* run(codec, flush, input, from, output, to): [bytes of input left, bytes of room left]; begins at
 * input[from] and output[to]. */
JS_FUNCTION(zlib_run)
{
    (void)self, (void)argc;
    js_codec *c = JS_GetOpaque2(cx, argv[0], codec_class);
    int32_t flush;
    uint32_t from, to;
    uint8_t *in, *out;
    size_t n_in, n_out;
    if (!c || JS_ToInt32(cx, &flush, argv[1]) < 0 || JS_ToUint32(cx, &from, argv[3]) < 0 ||
        JS_ToUint32(cx, &to, argv[5]) < 0 || !js_bytes(cx, argv[2], &in, &n_in) ||
        !js_bytes(cx, argv[4], &out, &n_out))
        return JS_EXCEPTION;
    if (from > n_in || to > n_out)
        return JS_ThrowRangeError(cx, "the offset is beyond the end");
    js_codec_io io = {in ? in + from : in, n_in - from, out ? out + to : out, n_out - to};
    js_codec_error err;
    if (!js_codec_run(c, &io, flush, &err))
        return throw_error(cx, &err);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt64(cx, (int64_t)io.n_in));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewInt64(cx, (int64_t)io.n_out));
    return r;
}

/* all(codec, flush, input, chunk, max): [output, bytes of input left] */
JS_FUNCTION(zlib_all)
{
    (void)self, (void)argc;
    js_codec *c = JS_GetOpaque2(cx, argv[0], codec_class);
    int32_t flush;
    int64_t chunk, max;
    uint8_t *in;
    js_codec_io io = {0};
    if (!c || JS_ToInt32(cx, &flush, argv[1]) < 0 || JS_ToInt64(cx, &chunk, argv[3]) < 0 ||
        JS_ToInt64(cx, &max, argv[4]) < 0 || !js_bytes(cx, argv[2], &in, &io.n_in))
        return JS_EXCEPTION;
    if (chunk < 1 || chunk > INT32_MAX || max < 0)
        return JS_ThrowRangeError(cx, "these are no sizes");
    io.in = in;
    js_codec_error err;
    uint8_t *out;
    size_t n;
    if (!js_codec_all(c, &io, flush, (size_t)chunk, (uint64_t)max, &out, &n, &err))
        return throw_error(cx, &err);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, js_take_bytes(cx, out, n));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewInt64(cx, (int64_t)io.n_in));
    return r;
}

/* params(codec, level, strategy), reset(codec) */
JS_FUNCTION(zlib_params)
{
    (void)self, (void)argc;
    js_codec *c = JS_GetOpaque2(cx, argv[0], codec_class);
    int32_t level, strategy;
    js_codec_error err;
    if (!c || JS_ToInt32(cx, &level, argv[1]) < 0 || JS_ToInt32(cx, &strategy, argv[2]) < 0)
        return JS_EXCEPTION;
    return js_codec_params(c, level, strategy, &err) ? JS_UNDEFINED : throw_error(cx, &err);
}

JS_FUNCTION(zlib_reset)
{
    (void)self, (void)argc;
    js_codec *c = JS_GetOpaque2(cx, argv[0], codec_class);
    js_codec_error err;
    if (!c)
        return JS_EXCEPTION;
    return js_codec_reset(c, &err) ? JS_UNDEFINED : throw_error(cx, &err);
}

/* crc32(text or bytes, value) */
JS_FUNCTION(zlib_crc32)
{
    (void)self, (void)argc;
    uint32_t value;
    const char *text;
    const uint8_t *p;
    size_t n;
    if (JS_ToUint32(cx, &value, argv[1]) < 0 || !js_text_or_bytes(cx, argv[0], &text, &p, &n))
        return JS_EXCEPTION;
    value = js_codec_crc32(value, p, n);
    JS_FreeCString(cx, text);
    return JS_NewUint32(cx, value);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 3, zlib_open),   JS_CFUNC_DEF("run", 6, zlib_run),
    JS_CFUNC_DEF("all", 5, zlib_all),     JS_CFUNC_DEF("params", 3, zlib_params),
    JS_CFUNC_DEF("reset", 1, zlib_reset), JS_CFUNC_DEF("crc32", 2, zlib_crc32),
};

int js_bind_zlib(JSContext *cx, JSValueConst to)
{
    JSRuntime *rt = JS_GetRuntime(cx);
    if (JS_NewClass(rt, JS_NewClassID(rt, &codec_class), &codec_definition) < 0)
        return -1;
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
