/* bench/js/qjs.c - the engine as it is, compiled for this machine: what the kernels are measured
 * against.
 *
 *   qjs FILE.js...: for each the least milliseconds of processor time of several evaluations in
 * fresh contexts, and its value, in one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quickjs.h"

enum { TRIES = 7 };

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static char *read_file(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    char *p = calloc(1, 1 << 20);
    if (!f || !p)
        return NULL;
    *ret_n = fread(p, 1, (1 << 20) - 1, f);
    (void)fclose(f);
    return p;
}

static double evaluate(const char *path, const char *code, size_t n, char *value, size_t cap)
{
    JSRuntime *rt = JS_NewRuntime();
    JSContext *cx = rt ? JS_NewContext(rt) : NULL;
    if (!cx)
        exit(1);
    double begin = cpu_ms();
    JSValue v = JS_Eval(cx, code, n, path, JS_EVAL_TYPE_GLOBAL);
    double ms = cpu_ms() - begin;
    const char *text = JS_ToCString(cx, v);
    if (JS_IsException(v) || !text)
        exit(1);
    (void)snprintf(value, cap, "%s", text);
    JS_FreeCString(cx, text);
    JS_FreeValue(cx, v);
    JS_FreeContext(cx);
    JS_FreeRuntime(rt);
    return ms;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t n = 0;
        char value[512] = "", *code = read_file(argv[i], &n);
        if (!code)
            return 1;
        double best = 1e300;
        for (int k = 0; k < TRIES; k++) {
            double ms = evaluate(argv[i], code, n, value, sizeof value);
            best = ms < best ? ms : best;
        }
        (void)printf("%s %.3f %s\n", argv[i], best, value);
        (void)fflush(stdout);
        free(code);
    }
    return 0;
}
