#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "js/engine.h"
#include "js/js.h"
#include "js/library.h"

/* Bytes of the C stack JavaScript may use: what is deeper is a RangeError.  Of the engine's own
 * stack (the host's, limit `stack`) the same calls take up to three times as much: so the manifest
 * asks for four times as much. */
enum {
    STACK_BYTES = 1536 << 10,
    GC_BYTES =
        2 << 20,       /* allocated before cycles are looked for: short programs never pay for it */
    EXIT_SOFTWARE = 70 /* of sysexits.h */
};

static JSRuntime *runtime;
static JSContext *context;
static bool is_awake;
static JSValue boot; /* what lib/internal/bootstrap.js exports */

static void complain(const char *what)
{
    JSValue e = JS_GetException(context);
    const char *text = JS_ToCString(context, e);
    JSValue stack = JS_GetPropertyStr(context, e, "stack");
    const char *where = JS_IsString(stack) ? JS_ToCString(context, stack) : NULL;
    (void)fprintf(stderr, "js: %s: %s\n%s", what, text ? text : "out of memory",
                  where ? where : "");
    JS_FreeCString(context, where);
    JS_FreeValue(context, stack);
    JS_FreeCString(context, text);
    JS_FreeValue(context, e);
}

JSValue js_library(JSContext *cx, const char *name)
{
    js_file f;
    if (!js_library_find(name, &f))
        return JS_UNDEFINED;
    JSValue code =
        f.is_source ? JS_Eval(cx, f.p, f.n, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY)
                    : JS_ReadObject(cx, (const uint8_t *)f.p, f.n, JS_READ_OBJ_BYTECODE);
    js_library_done(&f);
    if (!is_awake)
        js_library_forget(name);
    return JS_IsException(code) ? code : JS_EvalFunction(cx, code);
}

static bool bind_all(JSValueConst internal)
{
    static const struct {
        const char *name;
        js_binding *bind;
    } all[] = {
#define JS_BINDING(name) {#name, js_bind_##name},
#include "js/bindings.def"
#undef JS_BINDING
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        JSValue to = JS_NewObject(context);
        if (JS_IsException(to) || all[i].bind(context, to) < 0)
            return false;
        if (JS_SetPropertyStr(context, internal, all[i].name, to) < 0)
            return false;
    }
    return true;
}

static bool run_bootstrap(void)
{
    JSValue internal = JS_NewObject(context), exports = JS_NewObject(context);
    if (!bind_all(internal))
        return false;
    JSValue fn = js_library(context, "internal/bootstrap");
    if (!JS_IsFunction(context, fn))
        return false;
    JSValueConst args[] = {exports, JS_UNDEFINED, JS_UNDEFINED, internal};
    JSValue r = JS_Call(context, fn, JS_UNDEFINED, 4, args);
    JS_FreeValue(context, fn);
    JS_FreeValue(context, internal);
    boot = exports;
    bool ok = !JS_IsException(r);
    JS_FreeValue(context, r);
    return ok;
}

void js_runtime_init(void)
{
    runtime = JS_NewRuntime();
    if (!runtime)
        abort();
    JS_SetMaxStackSize(runtime, STACK_BYTES);
    context = JS_NewContext(runtime);
    if (!context)
        abort();
    js_engine_measure(context);
    JS_SetCanBlock(runtime, true); /* Atomics.wait, as in Node */
    if (!run_bootstrap()) {
        complain("the library does not load");
        abort();
    }
    JS_RunGC(runtime);
    JS_SetGCThreshold(runtime, GC_BYTES);
}

void js_runtime_wake(void)
{
    uint64_t seed = 0;
    is_awake = true;
    (void)getentropy(&seed, sizeof seed);
    JS_UpdateStackTop(runtime);
    js_engine_wake(context, seed);
    js_engine_set_time_origin(context);
}

int js_runtime_call(const char *name)
{
    int32_t code = EXIT_SOFTWARE;
    JSValue fn = JS_GetPropertyStr(context, boot, name);
    JSValue r = JS_Call(context, fn, JS_UNDEFINED, 0, NULL);
    JS_FreeValue(context, fn);
    if (JS_IsException(r) || JS_ToInt32(context, &code, r) < 0) {
        complain("uncaught");
        code = EXIT_SOFTWARE;
    }
    JS_FreeValue(context, r);
    return code;
}
