/* Many sandboxes at once, and many one after the other in the same slots. */
#include <stdio.h>

#include "bench/bench.h"

/* Every instance keeps a counter in its memory, and answers with it: the second round proves that
 * each has kept its own while all the others ran. */
static size_t ask(bx_live **live, size_t n, const char *round)
{
    size_t right = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = (k * 7919) % n; /* another order than they were made in; 7919 is prime */
        bx_outcome o;
        bx_live_run(live[i], &o);
        char expect[64];
        int len = snprintf(expect, sizeof expect, "%zu %s\n", i, round);
        if (o.kind == BX_OUT_EXIT && o.exit_code == 0 && o.out_n >= (size_t)len &&
            memcmp(o.out + o.out_n - (size_t)len, expect, (size_t)len) == 0)
            right++;
        bx_outcome_done(&o);
    }
    return right;
}

static void bench_live(const bench_env *e)
{
    size_t n = e->quick ? 500 : 10000;
    bx_module *m = bench_module(e, e->guests, "answer");
    bx_sealed *s = bench_seal(NULL);
    bx_live **live = calloc(n, sizeof *live);
    if (!live)
        bench_die("out of memory");
    size_t before = bench_rss();
    for (size_t i = 0; i < n; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "%zu", i);
        const char *args[] = {"answer", id};
        bx_call c = {
            .module = m, .sealed = s, .args = args, .n_args = 2, .out_fd = -1, .err_fd = -1};
        bx_outcome o;
        bx_error err;
        if (bx_live_new(&c, &live[i], &o, &err) != BX_OK)
            bench_die("sandbox %zu of %zu: %s", i, n, err.msg);
    }
    size_t first = ask(live, n, "1"), second = ask(live, n, "2");
    double mib = (double)(bench_rss() - before) / 1048576;
    bench_row("live_sandboxes_answers", (double)(first + second), (double)(2 * n), "",
              (double)(first + second) / (double)(2 * n), BENCH_AT_LEAST, 1,
              "%zu sandboxes alive in one process, each asked twice", n);
    bench_row("live_sandboxes_memory", mib, -1, "MiB", mib, BENCH_AT_MOST, 1024,
              "resident memory of %zu live sandboxes, default sysctls", n);
    for (size_t i = 0; i < n; i++)
        bx_live_free(live[i]);
    free(live);
    bx_sealed_free(s);
    bx_module_free(m);
}

static void bench_canary(const bench_env *e)
{
    size_t n = e->quick ? 5000 : 1000000, leaks = 0;
    bx_module *m = bench_module(e, e->guests, "canary");
    bx_sealed *s = bench_seal(NULL);
    bx_call c = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    double begin = bench_now_us();
    for (size_t i = 0; i < n; i++) {
        bx_outcome o;
        bx_error err;
        if (bx_call_run(&c, &o, &err) != BX_OK || o.kind != BX_OUT_EXIT)
            bench_die("canary: %s", o.error ? o.error : err.msg);
        leaks += o.exit_code != 0;
        bx_outcome_done(&o);
    }
    bench_row("reused_slots_leaks", (double)leaks, -1, "", (double)leaks, BENCH_AT_MOST, 0,
              "%zu reused slots, each looking for and leaving a canary; %.1f us a call", n,
              (bench_now_us() - begin) / (double)n);
    bx_sealed_free(s);
    bx_module_free(m);
}

void bench_many(const bench_env *e)
{
    bx_runtime_config cfg = {.slots = 10001, .compile_here = true};
    bench_env mine = *e;
    bx_error err;
    if (bx_runtime_new(&cfg, &mine.rt, &err) != BX_OK)
        bench_die("%s", err.msg);
    bench_live(&mine);
    bench_canary(&mine);
    bx_runtime_free(mine.rt);
}
