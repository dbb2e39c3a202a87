/* bench/bench.h - rows of the benchmark: two figures measured in the same run, their ratio, the
 * target, and whether it holds.  Nothing here gates a build. */
#ifndef BX_BENCH_BENCH_H
#define BX_BENCH_BENCH_H

#include <sys/types.h>

#include "sandbox/call.h"

typedef struct bench_stats {
    double min, p50, p99, mean;
} bench_stats; /* microseconds */

typedef struct bench_env {
    bx_runtime *rt;        /* pooled */
    const char *guests;    /* directory of the benchmark's guests */
    const char *tools;     /* directory of the built-in tools */
    const char *scratch;   /* an empty directory, removed at the end */
    const char *cache_dir; /* below scratch */
    bool quick;            /* fewer rounds: checks the benchmark itself */
} bench_env;

typedef enum bench_cmp { BENCH_AT_LEAST, BENCH_AT_MOST } bench_cmp;

/* A row of the table.  `ratio` is what the target is about; theirs < 0: no competitor figure. */
void bench_row(const char *id, double ours, double theirs, const char *unit, double ratio,
               bench_cmp cmp, double target, const char *fmt, ...) BX_PRINTF(8, 9);
/* A row that could not be measured; says why. */
void bench_row_missing(const char *id, const char *unit, bench_cmp cmp, double target,
                       const char *why);

double bench_now_us(void);
bench_stats bench_stats_of(double *samples, size_t n); /* sorts */
size_t bench_rss(void);                                /* bytes, of this process */

void bench_reset_peak_rss(void);
size_t bench_peak_rss(void); /* bytes, since the last reset */

/* Die with words: the benchmark itself is broken, or an output was wrong. */
BX_NORETURN void bench_die(const char *fmt, ...) BX_PRINTF(1, 2);

bx_module *bench_module(const bench_env *e, const char *dir, const char *name);
/* A sealed grant from NULL-terminated (option, value) pairs: "map_dirs", "/tmp::/x", NULL. */
bx_sealed *bench_seal(const char *first, ...);

/* Run once; dies unless it ended with exit code 0 and, when `expect` is not NULL, exactly that
 * output. */
void bench_check(const bx_call *c, const char *expect);

/* A row `id`: such calls with and without counting what the engine keeps on its heap for a guest,
 * in turns. */
void bench_accounting(const char *id, const bx_call *c, const char *expect, bool quick);

/* p50 and the like of `n` runs of posix_spawn + waitpid; false when it cannot be started. */
bool bench_spawn(char *const argv[], size_t n, const char *expect, bench_stats *ret);

/* A server on loopback in a process of its own, which ends with this one: /small (10 kB), /big
 * (100 MiB), /slow (10 kB after 300 ms), /ms100 (after 100 ms). */
pid_t bench_server(uint16_t *port);

/* The traced process of bench_noop: stops itself, then makes `calls` calls between two marks. */
void bench_traced(const char *guests, int calls);

/* The processes of bench_large: start another and print what it took; make the module and its
 * artefact; load an artefact and run it. */
BX_NORETURN void bench_measure(char *const argv[]);
BX_NORETURN void bench_save(const char *functions, const char *wasm, const char *saved);
BX_NORETURN void bench_saved(const char *path);

/* The server of bench_mcp: on standard input and output, or HTTP. */
BX_NORETURN void bench_mcp_serve(const char *guests, const char *workspace, bool http);

void bench_noop(const bench_env *e);
void bench_large(const bench_env *e);
void bench_convert(const bench_env *e);
void bench_filetools(const bench_env *e);
void bench_start(const bench_env *e);
void bench_files(const bench_env *e);
void bench_limits(const bench_env *e);
void bench_many(const bench_env *e);
void bench_cache(const bench_env *e);
void bench_component(const bench_env *e);
void bench_net(const bench_env *e);
void bench_js(const bench_env *e);
void bench_shell(const bench_env *e);
void bench_nested(const bench_env *e);
void bench_policy(const bench_env *e);
void bench_python(const bench_env *e);
void bench_audit(const bench_env *e);
void bench_mcp(const bench_env *e);
void bench_llm(const bench_env *e);
void bench_agent(const bench_env *e);

#endif
