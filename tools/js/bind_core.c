/* internal.core: evaluating, modules, jobs, and what JavaScript cannot see of its own values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js/engine.h"
#include "js/js.h"

/* ---- evaluating
 * ---------------------------------------------------------------------------------- */

/* evalScript(source, filename, line, isAsync): the value of the last expression; with isAsync,
 * where `await` may stand outside functions, a promise of {value}. */
JS_FUNCTION(core_eval_script)
{
    (void)self, (void)argc;
    size_t n;
    int32_t line = 1;
    const char *source = JS_ToCStringLen(cx, &n, argv[0]);
    const char *name = source ? JS_ToCString(cx, argv[1]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (name && JS_ToInt32(cx, &line, argv[2]) == 0) {
        JSEvalOptions o = {.version = JS_EVAL_OPTIONS_VERSION,
                           .eval_flags = JS_EVAL_TYPE_GLOBAL |
                                         (JS_ToBool(cx, argv[3]) ? JS_EVAL_FLAG_ASYNC : 0),
                           .filename = name,
                           .line_num = line == 0 ? JS_ENGINE_LINE_0 : line};
        r = JS_Eval2(cx, source, n, &o);
    }
    JS_FreeCString(cx, name);
    JS_FreeCString(cx, source);
    return r;
}

/* evalModule(source, filename): a promise that the module has been evaluated. */
JS_FUNCTION(core_eval_module)
{
    (void)self, (void)argc;
    size_t n;
    const char *source = JS_ToCStringLen(cx, &n, argv[0]);
    const char *name = source ? JS_ToCString(cx, argv[1]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (name) {
        JSValue m = JS_Eval(cx, source, n, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
        r = m;
        if (!JS_IsException(m)) {
            JSModuleDef *def = JS_VALUE_GET_PTR(m);
            JSValue meta = JS_GetImportMeta(cx, def);
            if (!JS_IsException(meta)) {
                JSValueConst args[] = {argv[1], meta};
                JSValue done = JS_Call(cx, argv[2], JS_UNDEFINED, 2, args);
                JS_FreeValue(cx, done);
            }
            JS_FreeValue(cx, meta);
            r = JS_EvalFunction(cx, m);
        }
    }
    JS_FreeCString(cx, name);
    JS_FreeCString(cx, source);
    return r;
}

/* realm(): [global object, evalScript] of a new realm: all the language's objects once more,
 * without anything of the library. It lives as long as anything of it does. */
JS_FUNCTION(core_realm)
{
    (void)self, (void)argc, (void)argv;
    JSContext *realm = JS_NewContext(JS_GetRuntime(cx));
    if (!realm)
        return JS_ThrowOutOfMemory(cx);
    JSValue r = JS_NewArray(cx);
    if (!JS_IsException(r)) {
        (void)JS_SetPropertyUint32(cx, r, 0, JS_GetGlobalObject(realm));
        (void)JS_SetPropertyUint32(cx, r, 1,
                                   JS_NewCFunction(realm, core_eval_script, "evalScript", 4));
    }
    JS_FreeContext(realm); /* its functions hold it */
    return r;
}

/* check(source, filename): throws what is wrong with its form, as a script in which `await` may
 * stand outside functions. */
JS_FUNCTION(core_check)
{
    (void)self, (void)argc;
    size_t n;
    const char *source = JS_ToCStringLen(cx, &n, argv[0]);
    const char *name = source ? JS_ToCString(cx, argv[1]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (name)
        r = JS_Eval(cx, source, n, name,
                    JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC | JS_EVAL_FLAG_COMPILE_ONLY);
    JS_FreeCString(cx, name);
    JS_FreeCString(cx, source);
    if (JS_IsException(r))
        return r;
    JS_FreeValue(cx, r);
    return JS_UNDEFINED;
}

/* library(name): a file of the library, compiled, or undefined. */
JS_FUNCTION(core_library)
{
    (void)self, (void)argc;
    const char *name = JS_ToCString(cx, argv[0]);
    if (!name)
        return JS_EXCEPTION;
    JSValue r = js_library(cx, name);
    JS_FreeCString(cx, name);
    return r;
}

/* ---- modules
 * -------------------------------------------------------------------------------------- */

static JSValue hook_resolve, hook_load, hook_meta; /* of setModuleHooks */

/* setModuleHooks(resolve(base, specifier, attributes) -> name,
 *                load(name, attributes) -> source text, or an object of exports,
 *                meta(name, importMeta)) */
JS_FUNCTION(core_set_module_hooks)
{
    (void)self, (void)argc;
    JSValue old[] = {hook_resolve, hook_load, hook_meta};
    hook_resolve = JS_DupValue(cx, argv[0]);
    hook_load = JS_DupValue(cx, argv[1]);
    hook_meta = JS_DupValue(cx, argv[2]);
    for (size_t i = 0; i < 3; i++)
        JS_FreeValue(cx, old[i]);
    return JS_UNDEFINED;
}

static char *normalize(JSContext *cx, const char *base, const char *name, JSValueConst attributes,
                       void *opaque)
{
    (void)opaque;
    JSValue args[] = {JS_NewString(cx, base), JS_NewString(cx, name)};
    JSValueConst all[] = {args[0], args[1], attributes};
    JSValue r = JS_Call(cx, hook_resolve, JS_UNDEFINED, 3, all);
    JS_FreeValue(cx, args[0]);
    JS_FreeValue(cx, args[1]);
    if (JS_IsException(r))
        return NULL;
    const char *text = JS_ToCString(cx, r);
    char *copy = text ? js_strdup(cx, text) : NULL;
    JS_FreeCString(cx, text);
    JS_FreeValue(cx, r);
    return copy;
}

/* A module of ready values: its exports are the own enumerable properties of an object. */
static int set_exports(JSContext *cx, JSModuleDef *m)
{
    JSValue from = JS_GetModulePrivateValue(cx, m);
    JSPropertyEnum *names = NULL;
    uint32_t n = 0;
    int rc = JS_GetOwnPropertyNames(cx, &names, &n, from, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        const char *name = JS_AtomToCString(cx, names[i].atom);
        JSValue v = name ? JS_GetProperty(cx, from, names[i].atom) : JS_EXCEPTION;
        rc = JS_IsException(v) ? -1 : JS_SetModuleExport(cx, m, name, v);
        JS_FreeCString(cx, name);
    }
    JS_FreePropertyEnum(cx, names, n);
    JS_FreeValue(cx, from);
    return rc;
}

static JSModuleDef *module_of_values(JSContext *cx, const char *name, JSValueConst from)
{
    JSPropertyEnum *names = NULL;
    uint32_t n = 0;
    JSModuleDef *m = JS_NewCModule(cx, name, set_exports);
    if (!m)
        return NULL;
    int rc = JS_GetOwnPropertyNames(cx, &names, &n, from, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        const char *text = JS_AtomToCString(cx, names[i].atom);
        rc = text ? JS_AddModuleExport(cx, m, text) : -1;
        JS_FreeCString(cx, text);
    }
    JS_FreePropertyEnum(cx, names, n);
    if (rc != 0 || JS_SetModulePrivateValue(cx, m, JS_DupValue(cx, from)) < 0)
        return NULL;
    return m;
}

static JSModuleDef *module_of_source(JSContext *cx, const char *name, JSValueConst text)
{
    size_t n;
    const char *source = JS_ToCStringLen(cx, &n, text);
    if (!source)
        return NULL;
    JSValue m = JS_Eval(cx, source, n, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    JS_FreeCString(cx, source);
    if (JS_IsException(m))
        return NULL;
    JSModuleDef *def = JS_VALUE_GET_PTR(m);
    JSValue url = JS_NewString(cx, name), meta = JS_GetImportMeta(cx, def);
    JSValueConst args[] = {url, meta};
    JSValue done = JS_Call(cx, hook_meta, JS_UNDEFINED, 2, args);
    bool ok = !JS_IsException(done);
    JS_FreeValue(cx, done);
    JS_FreeValue(cx, url);
    JS_FreeValue(cx, meta);
    JS_FreeValue(cx, m); /* the context has it too */
    return ok ? def : NULL;
}

static JSModuleDef *load(JSContext *cx, const char *name, void *opaque, JSValueConst attributes)
{
    (void)opaque;
    JSValue text = JS_NewString(cx, name);
    JSValueConst args[] = {text, attributes};
    JSValue r = JS_Call(cx, hook_load, JS_UNDEFINED, 2, args);
    JS_FreeValue(cx, text);
    if (JS_IsException(r))
        return NULL;
    JSModuleDef *m = JS_IsString(r) ? module_of_source(cx, name, r) : module_of_values(cx, name, r);
    JS_FreeValue(cx, r);
    return m;
}

/* ---- jobs and promises
 * ------------------------------------------------------------------------------ */

/* runJobs(): all jobs of promises there are, those they make too. */
JS_FUNCTION(core_run_jobs)
{
    (void)self, (void)argc, (void)argv;
    JSContext *of;
    int rc;
    do
        rc = JS_ExecutePendingJob(JS_GetRuntime(cx), &of);
    while (rc > 0);
    return rc < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue run_queued(JSContext *cx, int argc, JSValueConst *argv)
{
    (void)argc;
    return JS_Call(cx, argv[0], JS_UNDEFINED, 0, NULL);
}

/* queue(fn): one more job; what it throws comes out of runJobs. */
JS_FUNCTION(core_queue)
{
    (void)self, (void)argc;
    return JS_EnqueueJob(cx, run_queued, 1, argv) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

/* promiseState(p): [0 pending | 1 fulfilled | 2 rejected, value], or undefined for what is none. */
JS_FUNCTION(core_promise_state)
{
    (void)self, (void)argc;
    if (!JS_IsPromise(argv[0]))
        return JS_UNDEFINED;
    JSPromiseStateEnum s = JS_PromiseState(cx, argv[0]);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt32(cx, s));
    (void)JS_SetPropertyUint32(cx, r, 1, s ? JS_PromiseResult(cx, argv[0]) : JS_UNDEFINED);
    return r;
}

static JSValue on_rejection;

static void track(JSContext *cx, JSValueConst promise, JSValueConst reason, bool is_handled,
                  void *opaque)
{
    (void)opaque;
    JSValueConst args[] = {promise, reason, JS_NewBool(cx, is_handled)};
    JSValue r = JS_Call(cx, on_rejection, JS_UNDEFINED, 3, args);
    JS_FreeValue(cx, r);
}

/* setRejectionTracker(fn(promise, reason, isHandled)) */
JS_FUNCTION(core_set_rejection_tracker)
{
    (void)self, (void)argc;
    JSValue old = on_rejection;
    on_rejection = JS_DupValue(cx, argv[0]);
    JS_FreeValue(cx, old);
    JS_SetHostPromiseRejectionTracker(JS_GetRuntime(cx), track, NULL);
    return JS_UNDEFINED;
}

/* ---- what values are
 * ---------------------------------------------------------------------------------- */

/* classOf(v): the engine's name of an object's class, whatever its prototype says: "Object",
 * "Array", "Map", "Uint8Array", "Promise", "Map Iterator", "AsyncFunction"…; "" for what is no
 * object. */
JS_FUNCTION(core_class_of)
{
    (void)self, (void)argc;
    if (!JS_IsObject(argv[0]))
        return JS_NewString(cx, "");
    JSAtom a = JS_GetClassName(JS_GetRuntime(cx), JS_GetClassID(argv[0]));
    JSValue r = JS_AtomToString(cx, a);
    JS_FreeAtom(cx, a);
    return r;
}

/* proxyDetails(v): [target, handler], or undefined for what is no proxy. */
JS_FUNCTION(core_proxy_details)
{
    (void)self, (void)argc;
    if (!JS_IsProxy(argv[0]))
        return JS_UNDEFINED;
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_GetProxyTarget(cx, argv[0]));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_GetProxyHandler(cx, argv[0]));
    return r;
}

JS_FUNCTION(core_is_error)
{
    (void)self, (void)argc;
    return JS_NewBool(cx, JS_IsError(argv[0]));
}

JS_FUNCTION(core_is_constructor)
{
    (void)self, (void)argc;
    return JS_NewBool(cx, JS_IsConstructor(cx, argv[0]));
}

JS_FUNCTION(core_gc)
{
    (void)self, (void)argc, (void)argv;
    JS_RunGC(JS_GetRuntime(cx));
    return JS_UNDEFINED;
}

/* memory(): [bytes the engine allocated, bytes in use by objects, strings and code] */
JS_FUNCTION(core_memory)
{
    (void)self, (void)argc, (void)argv;
    JSMemoryUsage u;
    JS_ComputeMemoryUsage(JS_GetRuntime(cx), &u);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(cx, r, 0, JS_NewInt64(cx, u.malloc_size));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewInt64(cx, u.memory_used_size));
    return r;
}

/* frame(), setFrame(value): what travels with what is put off (js_engine_frame); setFrame returns
 * the one before. */
JS_FUNCTION(core_frame)
{
    (void)self, (void)argc, (void)argv;
    return js_engine_frame(cx);
}

JS_FUNCTION(core_set_frame)
{
    (void)self, (void)argc;
    return js_engine_set_frame(cx, argv[0]);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("evalScript", 4, core_eval_script),
    JS_CFUNC_DEF("realm", 0, core_realm),
    JS_CFUNC_DEF("evalModule", 3, core_eval_module),
    JS_CFUNC_DEF("check", 2, core_check),
    JS_CFUNC_DEF("library", 1, core_library),
    JS_CFUNC_DEF("setModuleHooks", 3, core_set_module_hooks),
    JS_CFUNC_DEF("runJobs", 0, core_run_jobs),
    JS_CFUNC_DEF("queue", 1, core_queue),
    JS_CFUNC_DEF("promiseState", 1, core_promise_state),
    JS_CFUNC_DEF("setRejectionTracker", 1, core_set_rejection_tracker),
    JS_CFUNC_DEF("classOf", 1, core_class_of),
    JS_CFUNC_DEF("proxyDetails", 1, core_proxy_details),
    JS_CFUNC_DEF("isError", 1, core_is_error),
    JS_CFUNC_DEF("isConstructor", 1, core_is_constructor),
    JS_CFUNC_DEF("gc", 0, core_gc),
    JS_CFUNC_DEF("memory", 0, core_memory),
    JS_CFUNC_DEF("frame", 0, core_frame),
    JS_CFUNC_DEF("setFrame", 1, core_set_frame),
};

int js_bind_core(JSContext *cx, JSValueConst to)
{
    hook_resolve = hook_load = hook_meta = on_rejection = JS_UNDEFINED;
    JSRuntime *rt = JS_GetRuntime(cx);
    JS_SetModuleLoaderFunc2(rt, NULL, load, NULL, NULL);
    JS_SetModuleNormalizeFunc2(rt, normalize);
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
