/* Loading compiled code against compiling it. */
#include <stdio.h>

#include "bench/bench.h"

static double open_once(const bench_env *e, const char *cache_dir, const char *path)
{
    bx_runtime_config cfg = {.cache_dir = cache_dir, .compile_here = true};
    bx_limits l = bx_limits_default();
    bx_runtime *rt = NULL;
    bx_module *m = NULL;
    bx_engine *engine;
    size_t i;
    bx_error err;
    (void)e;
    if (bx_runtime_new(&cfg, &rt, &err) != BX_OK ||
        bx_runtime_engine(rt, &l, false, &engine, &i, &err) != BX_OK)
        bench_die("%s", err.msg);
    double begin = bench_now_us();
    if (bx_module_open(rt, path, &l, &m, &err) != BX_OK)
        bench_die("%s", err.msg);
    double us = bench_now_us() - begin;
    bx_module_free(m);
    bx_runtime_free(rt);
    return us;
}

void bench_cache(const bench_env *e)
{
    enum { N = 30 };
    char path[4096];
    double cold[N], warm[N];
    size_t n = e->quick ? 3 : N;
    (void)snprintf(path, sizeof path, "%s/read.wasm", e->tools);
    (void)open_once(e, e->cache_dir, path);
    for (size_t i = 0; i < n; i++) {
        cold[i] = open_once(e, NULL, path);
        warm[i] = open_once(e, e->cache_dir, path);
    }
    bench_stats c = bench_stats_of(cold, n), w = bench_stats_of(warm, n);
    bench_row("cache_load_vs_compile", w.p50, c.p50, "us", c.p50 / w.p50, BENCH_AT_LEAST, 50,
              "open the `read` tool: from the code cache against compiling it");
}
