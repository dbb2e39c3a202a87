/* internal.strip: TypeScript without its types (strip.h). */
#include <stdlib.h>

#include "js/js.h"
#include "js/strip.h"

static JSValue fail(JSContext *cx, const js_strip_error *e, const char *name)
{
    static const char *const codes[] = {
        [JS_STRIP_SYNTAX] = "ERR_INVALID_TYPESCRIPT_SYNTAX",
        [JS_STRIP_UNSUPPORTED] = "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
        [JS_STRIP_LIMIT] = "ERR_INVALID_TYPESCRIPT_SYNTAX",
    };
    if (e->code == JS_STRIP_MEMORY)
        return JS_ThrowOutOfMemory(cx);
    JSValue error = JS_NewSyntaxError(cx, "%s (%s:%zu:%zu)", e->msg, name, e->line, e->column);
    if (JS_IsException(error))
        return error;
    (void)JS_DefinePropertyValueStr(cx, error, "code", JS_NewString(cx, codes[e->code]),
                                    JS_PROP_C_W_E);
    return JS_Throw(cx, error);
}

/* types(source, filename, isModule): the source with blanks where its types were; a SyntaxError. */
JS_FUNCTION(strip_types)
{
    (void)self, (void)argc;
    size_t n, out_n;
    char *out;
    js_strip_error e;
    const char *source = JS_ToCStringLen(cx, &n, argv[0]);
    const char *name = source ? JS_ToCString(cx, argv[1]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (name && js_strip_types(source, n, argc > 2 && JS_ToBool(cx, argv[2]), &out, &out_n, &e)) {
        r = JS_NewStringLen(cx, out, out_n);
        free(out);
    } else if (name) {
        r = fail(cx, &e, name);
    }
    JS_FreeCString(cx, name);
    JS_FreeCString(cx, source);
    return r;
}

static const JSCFunctionListEntry functions[] = {JS_CFUNC_DEF("types", 2, strip_types)};

int js_bind_strip(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
