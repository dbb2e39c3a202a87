/* internal.os: the process and its host: arguments, variables, streams, clocks, randomness. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "js/js.h"
#include "js/main.h"
#include "js/script.h"

extern char **environ;

/* args(): as main got them. */
JS_FUNCTION(os_args)
{
    (void)self, (void)argc, (void)argv;
    JSValue r = JS_NewArray(cx);
    for (uint32_t i = 0; i < (uint32_t)js_argc; i++)
        (void)JS_SetPropertyUint32(cx, r, i, JS_NewString(cx, js_argv[i]));
    return r;
}

/* env(): a new object of all variables. */
JS_FUNCTION(os_env)
{
    (void)self, (void)argc, (void)argv;
    JSValue r = JS_NewObject(cx);
    for (char **e = environ; e && *e; e++) {
        const char *eq = strchr(*e, '=');
        if (!eq || eq == *e)
            continue;
        JSAtom name = JS_NewAtomLen(cx, *e, (size_t)(eq - *e));
        (void)JS_DefinePropertyValue(cx, r, name, JS_NewString(cx, eq + 1), JS_PROP_C_W_E);
        JS_FreeAtom(cx, name);
    }
    return r;
}

/* write(fd, text or bytes): all of it; throws. */
JS_FUNCTION(os_write)
{
    (void)self, (void)argc;
    int32_t fd;
    const char *text;
    const uint8_t *p;
    size_t n, done = 0;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0 || !js_text_or_bytes(cx, argv[1], &text, &p, &n))
        return JS_EXCEPTION;
    int error = 0;
    while (done < n && error == 0) {
        ssize_t k = write(fd, p + done, n - done);
        if (k >= 0)
            done += (size_t)k;
        else if (errno != EAGAIN && errno != EINTR)
            error = errno;
    }
    JS_FreeCString(cx, text);
    return error ? js_throw_errno(cx, error, "write", NULL, NULL) : JS_UNDEFINED;
}

/* now(): milliseconds since 1970, with a fraction. */
JS_FUNCTION(os_now)
{
    (void)self, (void)argc, (void)argv;
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return JS_NewFloat64(cx, (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6);
}

/* ticks(): nanoseconds of a clock that never goes back, as a number. */
JS_FUNCTION(os_ticks)
{
    (void)self, (void)argc, (void)argv;
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return JS_NewFloat64(cx, (double)t.tv_sec * 1e9 + (double)t.tv_nsec);
}

/* cpu(): [user, system] microseconds. */
JS_FUNCTION(os_cpu)
{
    (void)self, (void)argc, (void)argv;
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    JSValue r = JS_NewArray(cx);
    (void)JS_SetPropertyUint32(
        cx, r, 0, JS_NewFloat64(cx, (double)t.tv_sec * 1e6 + (double)(t.tv_nsec / 1000)));
    (void)JS_SetPropertyUint32(cx, r, 1, JS_NewInt32(cx, 0));
    return r;
}

/* random(bytes): fill a view with random bytes. */
JS_FUNCTION(os_random)
{
    (void)self, (void)argc;
    uint8_t *p;
    size_t n;
    if (!js_bytes(cx, argv[0], &p, &n))
        return JS_EXCEPTION;
    for (size_t at = 0; at < n; at += 256) {
        size_t k = n - at < 256 ? n - at : 256;
        if (getentropy(p + at, k) != 0)
            return js_throw_errno(cx, errno, "getrandom", NULL, NULL);
    }
    return JS_UNDEFINED;
}

/* exit(code): at once; buffers of the library are the caller's business. */
JS_FUNCTION(os_exit)
{
    (void)self, (void)argc;
    int32_t code = 0;
    if (JS_ToInt32(cx, &code, argv[0]) < 0)
        return JS_EXCEPTION;
    _Exit(code & 255);
}

/* script(): what the module carries (js/script.h). */
JS_FUNCTION(os_script)
{
    (void)self, (void)argc, (void)argv;
    const char *p;
    size_t n;
    return js_script(&p, &n) ? JS_NewStringLen(cx, p, n) : JS_UNDEFINED;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("args", 0, os_args),     JS_CFUNC_DEF("env", 0, os_env),
    JS_CFUNC_DEF("write", 2, os_write),   JS_CFUNC_DEF("now", 0, os_now),
    JS_CFUNC_DEF("ticks", 0, os_ticks),   JS_CFUNC_DEF("cpu", 0, os_cpu),
    JS_CFUNC_DEF("random", 1, os_random), JS_CFUNC_DEF("exit", 1, os_exit),
    JS_CFUNC_DEF("script", 0, os_script),
};

int js_bind_os(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
