#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "policy/options.h"

extern char **environ;

void bench_die(const char *fmt, ...)
{
    (void)fflush(stdout);
    (void)fputs("bench: ", stderr);
    va_list ap;
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
    exit(1);
}

double bench_now_us(void) { return (double)bx_now_ns() / 1000.0; }

static int cmp_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

bench_stats bench_stats_of(double *samples, size_t n)
{
    double sum = 0;
    qsort(samples, n, sizeof *samples, cmp_double);
    for (size_t i = 0; i < n; i++)
        sum += samples[i];
    return (bench_stats){samples[0], samples[n / 2], samples[n * 99 / 100], sum / (double)n};
}

size_t bench_rss(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    char line[128];
    size_t pages = 0;
    if (f && fgets(line, sizeof line, f)) {
        const char *second = strchr(line, ' ');
        pages = second ? strtoul(second, NULL, 10) : 0;
    }
    if (f)
        (void)fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

void bench_reset_peak_rss(void)
{
    FILE *f =
        fopen("/proc/self/clear_refs", "we"); /* 5: proc(5), reset the peak resident set size */
    if (!f || fputs("5", f) == EOF || fclose(f) != 0)
        bench_die("cannot reset the peak resident size");
}

size_t bench_peak_rss(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[256];
    size_t kib = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoul(line + 6, NULL, 10);
    }
    if (f)
        (void)fclose(f);
    return kib << 10;
}

bx_module *bench_module(const bench_env *e, const char *dir, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.wasm", dir, name);
    bx_limits l = bx_limits_default();
    bx_module *m = NULL;
    bx_error err;
    if (bx_module_open(e->rt, path, &l, &m, &err) != BX_OK)
        bench_die("%s", err.msg);
    return m;
}

bx_sealed *bench_seal(const char *first, ...)
{
    bx_grant *g = NULL;
    bx_sealed *s = NULL;
    bx_error err;
    bx_code rc = bx_grant_new(&g, &err);
    va_list ap;
    va_start(ap, first);
    for (const char *name = first; rc == BX_OK && name; name = va_arg(ap, const char *)) {
        bx_option o;
        const char *value = va_arg(ap, const char *);
        if (!bx_option_find(bx_str_of(name), &o))
            bench_die("no option %s", name);
        rc = bx_option_apply(g, o, bx_str_of(value), &err);
    }
    va_end(ap);
    if (rc == BX_OK)
        rc = bx_sealed_new(g, NULL, &s, &err);
    if (rc != BX_OK)
        bench_die("grant: %s", err.msg);
    return s;
}

void bench_check(const bx_call *c, const char *expect)
{
    bx_outcome o;
    bx_error err;
    if (bx_call_run(c, &o, &err) != BX_OK)
        bench_die("%s", err.msg);
    if (o.kind != BX_OUT_EXIT || o.exit_code != 0)
        bench_die("%s: %s %u: %s", bx_module_name(c->module), bx_outcome_kind_name(o.kind),
                  o.exit_code, o.error ? o.error : "");
    if (expect && (o.out_n != strlen(expect) || memcmp(o.out, expect, o.out_n) != 0))
        bench_die("%s: output '%.*s', expected '%s'", bx_module_name(c->module), (int)o.out_n,
                  o.out ? o.out : "", expect);
    bx_outcome_done(&o);
}

/* One process with its output read back, so that both sides are checked alike. */
static bool spawn_once(char *const argv[], const char *expect)
{
    int pipes[2] = {-1, -1};
    posix_spawn_file_actions_t fa;
    (void)posix_spawn_file_actions_init(&fa);
    if (expect) {
        if (pipe2(pipes, O_CLOEXEC) != 0)
            bench_die("pipe: %s", strerror(errno));
        (void)posix_spawn_file_actions_adddup2(&fa, pipes[1], STDOUT_FILENO);
    }
    pid_t pid;
    int rc = posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ), status = 0;
    (void)posix_spawn_file_actions_destroy(&fa);
    char out[256] = "";
    if (expect) {
        (void)close(pipes[1]);
        ssize_t n = rc == 0 ? read(pipes[0], out, sizeof out - 1) : 0;
        out[n > 0 ? n : 0] = '\0';
        (void)close(pipes[0]);
    }
    if (rc != 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
           (!expect || strncmp(out, expect, strlen(expect)) == 0);
}

bool bench_spawn(char *const argv[], size_t n, const char *expect, bench_stats *ret)
{
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    bool ok = spawn_once(argv, expect);
    for (size_t i = 0; ok && i < n; i++) {
        double begin = bench_now_us();
        ok = spawn_once(argv, expect);
        us[i] = bench_now_us() - begin;
    }
    if (ok)
        *ret = bench_stats_of(us, n);
    free(us);
    return ok;
}
