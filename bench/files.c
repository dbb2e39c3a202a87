/* Count the lines of 1 MB from a mounted file: the whole call against `wc -l` as a process. */
#include <stdio.h>

#include "bench/bench.h"

static size_t write_lines(const char *path, size_t bytes)
{
    FILE *f = fopen(path, "we");
    size_t lines = 0;
    if (!f)
        bench_die("cannot write %s", path);
    for (size_t at = 0; at < bytes;) {
        int n = fprintf(f, "line %zu of a file that is counted %.*s\n", lines, (int)(lines % 40),
                        "........................................");
        if (n <= 0)
            bench_die("cannot write %s", path);
        at += (size_t)n;
        lines++;
    }
    if (fclose(f) != 0)
        bench_die("cannot write %s", path);
    return lines;
}

void bench_files(const bench_env *e)
{
    char path[512], map[512], expect[64];
    (void)snprintf(path, sizeof path, "%s/lines.txt", e->scratch);
    (void)snprintf(map, sizeof map, "%s::/data:ro", e->scratch);
    size_t lines = write_lines(path, 1000000);
    (void)snprintf(expect, sizeof expect, "%zu\n", lines);

    bx_module *m = bench_module(e, e->guests, "count_lines");
    bx_sealed *s = bench_seal("map_dirs", map, NULL);
    const char *args[] = {"count_lines", "/data/lines.txt"};
    bx_call c = {.module = m, .sealed = s, .args = args, .n_args = 2, .out_fd = -1, .err_fd = -1};
    size_t n = e->quick ? 50 : 1000;
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    bench_check(&c, expect);
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        bench_check(&c, expect);
        us[i] = bench_now_us() - begin;
    }
    bench_stats ours = bench_stats_of(us, n), theirs;
    free(us);
    char *const argv[] = {"wc", "-l", path, NULL};
    (void)snprintf(expect, sizeof expect, "%zu ", lines);
    if (bench_spawn(argv, n, expect, &theirs))
        bench_row("count_lines_vs_wc", ours.p50, theirs.p50, "us", ours.p50 / theirs.p50,
                  BENCH_AT_MOST, 0.7, "1 MB, whole call against `wc -l` as a process; same count");
    else
        bench_row_missing("count_lines_vs_wc", "us", BENCH_AT_MOST, 0.7, "wc cannot be started");
    bx_sealed_free(s);
    bx_module_free(m);
}
