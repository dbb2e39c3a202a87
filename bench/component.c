/* The component path: the same no-op guest wrapped as a component, against the textbook way. */
#include <stdio.h>

#include "bench/bench.h"
#include "bx_textbook.h"

static const char input[] = "hello\n", output[] = "done\n";

/* `tail`: a custom section behind it, with which it is no longer exactly what `componentize` makes.
 */
static void write_component(const bench_env *e, const char *name, bool tail, char *path, size_t cap)
{
    static const char section[] = {0, 2, 1, 'x'};
    char from[4096];
    BX_AUTO_BUF bytes = bx_buf_init((size_t)64 << 20);
    bx_error err;
    (void)snprintf(from, sizeof from, "%s/noop.wasm", e->guests);
    (void)snprintf(path, cap, "%s/%s.wasm", e->scratch, name);
    if (bx_module_componentize(from, &bytes, &err) != BX_OK)
        bench_die("%s", err.msg);
    if (tail && bx_buf_add(&bytes, section, sizeof section) != BX_OK)
        bench_die("out of memory");
    FILE *f = fopen(path, "we");
    if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
        bench_die("cannot write %s", path);
}

static void theirs_once(bx_textbook *t)
{
    uint8_t out[64];
    size_t n = sizeof out;
    if (bx_textbook_component_call(t, (const uint8_t *)input, sizeof input - 1, out, &n) != 0 ||
        n != sizeof output - 1 || memcmp(out, output, n) != 0)
        bench_die("textbook component call: wrong output");
}

enum { TURN = 50 }; /* calls */

/* In turns, so that a drift of the machine hits both alike, and of several calls, so that neither
 * pays for the caches the other one has emptied. */
static void in_turn(const bx_call *c, bx_textbook *t, size_t n, bench_stats *ours,
                    bench_stats *theirs)
{
    double *a = calloc(n, sizeof *a), *b = calloc(n, sizeof *b);
    if (!a || !b)
        bench_die("out of memory");
    for (size_t i = 0; i < 100; i++) {
        bench_check(c, output);
        theirs_once(t);
    }
    for (size_t i = 0; i < 2 * n; i++) {
        bool is_ours = i / TURN % 2 == 0;
        size_t at = i / (2 * TURN) * TURN + i % TURN;
        double begin = bench_now_us();
        if (is_ours)
            bench_check(c, output);
        else
            theirs_once(t);
        (is_ours ? a : b)[at] = bench_now_us() - begin;
    }
    *ours = bench_stats_of(a, n);
    *theirs = bench_stats_of(b, n);
    free(a);
    free(b);
}

static void bench_one(const bench_env *e, bool tail)
{
    const char *name = tail ? "noop.other" : "noop.component";
    char path[4200];
    write_component(e, name, tail, path, sizeof path);
    bx_module *m = bench_module(e, e->scratch, name);
    bx_sealed *s = bench_seal(NULL);
    bx_call c = {.module = m,
                 .sealed = s,
                 .in = {.kind = BX_STDIN_BYTES, .bytes = {input, sizeof input - 1}},
                 .out_fd = -1,
                 .err_fd = -1};
    bx_textbook *t = bx_textbook_component_new(path);
    if (!t)
        bench_die("textbook: cannot load %s", path);
    bench_stats a, b;
    in_turn(&c, t, e->quick ? 500 : 5000, &a, &b);
    if (tail)
        bench_row("component_path_noop_vs_textbook", a.p50, b.p50, "us", b.p50 / a.p50,
                  BENCH_AT_LEAST, 4,
                  "a component that is more than a wrapped module, which takes the component path; "
                  "p99 ours %.1f, theirs %.1f",
                  a.p99, b.p99);
    else
        bench_row("component_noop_vs_textbook", a.p50, b.p50, "us", b.p50 / a.p50, BENCH_AT_LEAST,
                  14,
                  "the no-op module wrapped by `componentize`, which is run as the module it is; "
                  "against wasmtime-wasi's own p2; p99 ours %.1f, theirs %.1f",
                  a.p99, b.p99);
    bx_textbook_free(t);
    if (tail)
        bench_accounting("component_accounting", &c, output, e->quick);
    bx_sealed_free(s);
    bx_module_free(m);
}

void bench_component(const bench_env *e)
{
    bench_one(e, false);
    bench_one(e, true);
}
