/* Do limits hold, how fast, and what does a neighbour notice? */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bench/bench.h"

/* ---- the deadline --------------------------------------------------------------------- */

static size_t kill_many(bx_module *m, const char *wall, double wall_us, size_t n, double *over)
{
    bx_sealed *s = bench_seal("wasm_timeout", wall, NULL);
    bx_call c = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    size_t killed = 0;
    for (size_t i = 0; i < n; i++) {
        bx_outcome o;
        bx_error err;
        double begin = bench_now_us();
        if (bx_call_run(&c, &o, &err) != BX_OK)
            bench_die("%s", err.msg);
        over[i] = bench_now_us() - begin - wall_us;
        killed += o.kind == BX_OUT_DEADLINE;
        bx_outcome_done(&o);
    }
    bx_sealed_free(s);
    return killed;
}

static void bench_deadline(const bench_env *e)
{
    static const struct {
        const char *wall;
        double us;
        size_t n;
    } steps[] = {{"5ms", 5000, 600}, {"20ms", 20000, 300}, {"100ms", 100000, 100}};
    bx_module *m = bench_module(e, e->guests, "spin");
    double over[600];
    size_t killed = 0, total = 0;
    for (size_t i = 0; i < BX_COUNT(steps); i++) {
        size_t n = e->quick ? steps[i].n / 50 + 1 : steps[i].n;
        killed += kill_many(m, steps[i].wall, steps[i].us, n, over);
        total += n;
        bench_stats s = bench_stats_of(over, n);
        char id[48];
        (void)snprintf(id, sizeof id, "deadline_overshoot_%s", steps[i].wall);
        bench_row(id, s.p50 / 1000, -1, "ms", s.p50 / 1000, BENCH_AT_MOST, 1.5,
                  "p50 beyond the limit over %zu calls; p99 %.2f ms", n, s.p99 / 1000);
    }
    bench_row("deadline_killed", (double)killed, (double)total, "calls",
              (double)killed / (double)total, BENCH_AT_LEAST, 1,
              "spinning guests ended by the deadline");
    bx_module_free(m);
}

/* ---- memory ------------------------------------------------------------------------------ */

struct neighbour {
    bx_call call;
    _Atomic bool stop;
    double *us;
    size_t n, cap;
};

static void *live_beside(void *arg)
{
    struct neighbour *nb = arg;
    while (!atomic_load(&nb->stop) && nb->n < nb->cap) {
        double begin = bench_now_us();
        bench_check(&nb->call, NULL);
        nb->us[nb->n++] = bench_now_us() - begin;
    }
    return NULL;
}

static bench_stats beside(const bx_call *call, void (*fn)(void *), void *arg)
{
    struct neighbour nb = {.call = *call, .cap = 2000000};
    nb.us = calloc(nb.cap, sizeof *nb.us);
    pthread_t t;
    if (!nb.us || pthread_create(&t, NULL, live_beside, &nb) != 0)
        bench_die("no thread");
    fn(arg);
    atomic_store(&nb.stop, true);
    (void)pthread_join(t, NULL);
    bench_stats s = bench_stats_of(nb.us, nb.n);
    free(nb.us);
    return s;
}

struct bombs {
    bx_call call;
    size_t n, contained;
};

static void drop_bombs(void *arg)
{
    struct bombs *b = arg;
    for (size_t i = 0; i < b->n; i++) {
        bx_outcome o;
        bx_error err;
        if (bx_call_run(&b->call, &o, &err) != BX_OK)
            bench_die("%s", err.msg);
        b->contained += o.kind == BX_OUT_MEMORY && o.memory_peak <= (size_t)16 << 20;
        bx_outcome_done(&o);
    }
}

static void wait_a_little(void *arg)
{
    double until = bench_now_us() + *(double *)arg;
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    int ready;
    while (bench_now_us() < until)
        (void)bx_ctl_wait(&c, NULL, 0, bx_now_ns() + 1000000, &ready);
}

static void bench_bomb(const bench_env *e)
{
    static const char in[] = "x\n";
    bx_module *bomb = bench_module(e, e->guests, "membomb"),
              *noop = bench_module(e, e->guests, "noop");
    bx_sealed *small = bench_seal("wasm_max_memory_size", "16MiB", NULL), *bare = bench_seal(NULL);
    bx_call quiet = {.module = noop,
                     .sealed = bare,
                     .in = {.kind = BX_STDIN_BYTES, .bytes = {in, 2}},
                     .out_fd = -1,
                     .err_fd = -1};
    struct bombs b = {.call = {.module = bomb, .sealed = small, .out_fd = -1, .err_fd = -1},
                      .n = 1};
    double ms = e->quick ? 100000 : 1000000;
    bench_stats alone = beside(&quiet, wait_a_little, &ms);
    /* The first one at once with nothing beside it: what the host gains while it lasts. */
    bench_reset_peak_rss();
    size_t before = bench_rss();
    drop_bombs(&b);
    double beyond = (double)bench_peak_rss() - (double)before - 16.0 * 1048576;
    bench_row("membomb_rss_beyond_limit", beyond > 0 ? beyond / 1048576 : 0, -1, "MiB",
              beyond > 0 ? beyond / 1048576 : 0, BENCH_AT_MOST, 1,
              "peak resident memory of the host beyond the guest's 16 MiB; contained %zu of %zu",
              b.contained, b.n);
    b.n = e->quick ? 5 : 200;
    b.contained = 0;
    bench_stats disturbed = beside(&quiet, drop_bombs, &b);
    bench_row("membomb_contained", (double)b.contained, (double)b.n, "calls",
              (double)b.contained / (double)b.n, BENCH_AT_LEAST, 1,
              "memory bombs ended by the limit");
    bench_row("membomb_neighbour_p50", disturbed.p50, alone.p50, "us", disturbed.p50 / alone.p50,
              BENCH_AT_MOST, 2, "p50 of no-op calls on another thread, with and without bombs");
    bx_sealed_free(small);
    bx_sealed_free(bare);
    bx_module_free(bomb);
    bx_module_free(noop);
}

void bench_limits(const bench_env *e)
{
    bench_deadline(e);
    bench_bomb(e);
}
