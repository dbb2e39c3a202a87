/* internal.inspect: what util.inspect sees of a value and JavaScript does not. */
#include "js/engine.h"
#include "js/js.h"

/* previewEntries(iterator of a Map or Set): [what it has still to give, are those pairs?], and the
 * iterator stays where it is; undefined for what is none. */
JS_FUNCTION(preview_entries)
{
    (void)self, (void)argc;
    bool is_pairs = false;
    JSValue entries = js_engine_preview(cx, argv[0], &is_pairs);
    if (JS_IsException(entries) || JS_IsUndefined(entries))
        return entries;
    JSValue r = JS_NewArray(cx);
    if (JS_IsException(r)) {
        JS_FreeValue(cx, entries);
        return r;
    }
    (void)JS_SetPropertyUint32(cx, r, 0, entries);
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewBool(cx, is_pairs));
    return r;
}

/* proxyDetails(v): [target, handler], [null, null] of a revoked one, or undefined for what is no
 * proxy. */
JS_FUNCTION(proxy_details)
{
    (void)self, (void)argc;
    if (!JS_IsProxy(argv[0]))
        return JS_UNDEFINED;
    JSValue pair[] = {JS_GetProxyTarget(cx, argv[0]), JS_GetProxyHandler(cx, argv[0])};
    JSValue r = JS_NewArray(cx);
    for (uint32_t i = 0; i < 2; i++) {
        if (JS_IsException(pair[i])) {
            JS_FreeValue(cx, JS_GetException(cx));
            pair[i] = JS_NULL;
        }
        if (JS_IsException(r))
            JS_FreeValue(cx, pair[i]);
        else
            (void)JS_SetPropertyUint32(cx, r, i, pair[i]);
    }
    return r;
}

/* dense(array): how many entries at its beginning are there and plain values. */
JS_FUNCTION(dense)
{
    (void)self, (void)argc;
    return JS_NewUint32(cx, js_engine_dense(argv[0]));
}

/* extraKeys(array or typed array, all): its keys that are no index, those that are not enumerable
 * too if `all`. */
JS_FUNCTION(extra_keys)
{
    (void)self, (void)argc;
    return js_engine_extra_keys(cx, argv[0], JS_ToBool(cx, argv[1]) > 0);
}

/* isNamespace(v): is it what `import * as` gives? */
JS_FUNCTION(is_namespace)
{
    (void)self, (void)argc;
    return JS_NewBool(cx, js_engine_is_namespace(argv[0]));
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("previewEntries", 1, preview_entries),
    JS_CFUNC_DEF("proxyDetails", 1, proxy_details),
    JS_CFUNC_DEF("dense", 1, dense),
    JS_CFUNC_DEF("extraKeys", 2, extra_keys),
    JS_CFUNC_DEF("isNamespace", 1, is_namespace),
};

int js_bind_inspect(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
