/* The component path: the same no-op guest wrapped as a component, against the textbook way. */
#include <stdio.h>

#include "bench/bench.h"
#include "bx_textbook.h"

static const char input[] = "hello\n", output[] = "done\n";

static void write_component(const bench_env *e, char *path, size_t cap)
{
    char from[4096];
    BX_AUTO_BUF bytes = bx_buf_init((size_t)64 << 20);
    bx_error err;
    (void)snprintf(from, sizeof from, "%s/noop.wasm", e->guests);
    (void)snprintf(path, cap, "%s/noop.component.wasm", e->scratch);
    if (bx_module_componentize(from, &bytes, &err) != BX_OK)
        bench_die("%s", err.msg);
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

/* In turn, so that a drift of the machine hits both alike. */
void bench_component(const bench_env *e)
{
    char path[4200];
    write_component(e, path, sizeof path);
    bx_module *m = bench_module(e, e->scratch, "noop.component");
    bx_sealed *s = bench_seal(NULL);
    bx_call c = {.module = m,
                 .sealed = s,
                 .in = {.kind = BX_STDIN_BYTES, .bytes = {input, sizeof input - 1}},
                 .out_fd = -1,
                 .err_fd = -1};
    bx_textbook *t = bx_textbook_component_new(path);
    if (!t)
        bench_die("textbook: cannot load %s", path);
    size_t n = e->quick ? 500 : 5000;
    double *ours = calloc(n, sizeof *ours), *theirs = calloc(n, sizeof *theirs);
    if (!ours || !theirs)
        bench_die("out of memory");
    for (size_t i = 0; i < 100; i++) {
        bench_check(&c, output);
        theirs_once(t);
    }
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        bench_check(&c, output);
        double middle = bench_now_us();
        theirs_once(t);
        ours[i] = middle - begin;
        theirs[i] = bench_now_us() - middle;
    }
    bench_stats a = bench_stats_of(ours, n), b = bench_stats_of(theirs, n);
    bench_row("component_noop_vs_textbook", a.p50, b.p50, "us", b.p50 / a.p50, BENCH_AT_LEAST, 14,
              "the same module wrapped as a component, fresh, against wasmtime-wasi's own p2; p99 "
              "ours %.1f, theirs %.1f",
              a.p99, b.p99);
    free(ours);
    free(theirs);
    bx_textbook_free(t);
    bx_sealed_free(s);
    bx_module_free(m);
}
