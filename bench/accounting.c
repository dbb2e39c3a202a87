/* What it costs to count what the engine's heap holds for a guest. */
#include "bench/bench.h"
#include "bx_textbook.h"

enum { TURN = 50, MAX_PAIRS = 1000 };

/* The best of a turn's calls: what is measured is a hundredth of a call, less than any disturbance.
 */
static double turn(const bx_call *c, const char *expect, bool counts)
{
    double best = 1e300;
    bx_textbook_heap_counts(counts);
    for (int i = 0; i < TURN; i++) {
        double begin = bench_now_us();
        bench_check(c, expect);
        double us = bench_now_us() - begin;
        best = us < best ? us : best;
    }
    bx_textbook_heap_counts(true);
    return best;
}

void bench_accounting(const char *id, const bx_call *c, const char *expect, bool quick)
{
    static double ratio[MAX_PAIRS], with[MAX_PAIRS], without[MAX_PAIRS];
    size_t pairs = quick ? 20 : MAX_PAIRS;
    for (size_t i = 0; i < pairs; i++) {
        bool first = i % 2 == 0;
        double a = turn(c, expect, first), b = turn(c, expect, !first);
        with[i] = first ? a : b;
        without[i] = first ? b : a;
        ratio[i] = with[i] / without[i];
    }
    bench_row(id, bench_stats_of(with, pairs).p50, bench_stats_of(without, pairs).p50, "us",
              bench_stats_of(ratio, pairs).p50, BENCH_AT_MOST, 1.02,
              "calls with and without counting the engine's heap, the best of %d; median ratio of "
              "%zu pairs of turns",
              TURN, pairs);
}
