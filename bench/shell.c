/* The shell and its programs, against the shells and programs of the host, and against bashkit. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/bench.h"
#include "tool/programs.h"

enum { TRIES = 5, AT_ONCE = 64 };

typedef struct shop {
    const bench_env *e;
    bx_programs *programs;
    bx_program_set set;
    bx_module *bash;
    bx_sealed *sealed;
    char dir[600]; /* shown as /d */
} shop;

static void open_shop(const bench_env *e, shop *s)
{
    bx_error err = {.msg = ""};
    bx_grant *g = NULL;
    char text[1200];
    const char *const lines[] = {"tool:*", "tmp:256MiB", "env:PATH=/bin", "env:PWD=/d", "rw:/d"};
    *s = (shop){.e = e};
    (void)snprintf(s->dir, sizeof s->dir, "%s/shell", e->scratch);
    (void)mkdir(s->dir, 0700);
    if (bx_programs_new(e->rt, &s->programs, &err) != BX_OK ||
        bx_programs_add_builtin(s->programs, &err) != BX_OK ||
        bx_programs_set(s->programs, &s->set, &err) != BX_OK || bx_grant_new(&g, &err) != BX_OK)
        bench_die("%s", err.msg);
    const bx_program *bash = bx_program_find(&s->set, BX_LIT("bash"));
    if (!bash)
        bench_die("no shell in this build");
    s->bash = bash->module;
    (void)snprintf(text, sizeof text, "%s", s->dir);
    bx_limits l = bx_limits_default();
    l.output = 64 * BX_MIB;
    l.memory = 1024 * BX_MIB;
    l.wall_ns = 600 * BX_SEC;
    bx_code rc = bx_grant_set_limits(g, &l, &err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, bx_str_of(text), BX_LIT("/d"), &err);
    for (size_t i = 0; i < BX_COUNT(lines) && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(lines[i]), &err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(g, NULL, &s->set, &s->sealed, &err);
    if (rc != BX_OK)
        bench_die("%s", err.msg);
}

static void close_shop(shop *s)
{
    bx_sealed_free(s->sealed);
    bx_programs_free(s->programs);
}

/* One call; its output, and how long it took in microseconds. */
static double call(const shop *s, const char *script, bx_buf *out)
{
    const char *const args[] = {"bash", "-c", script};
    const bx_call c = {.module = s->bash,
                       .sealed = s->sealed,
                       .args = args,
                       .n_args = 3,
                       .out_fd = -1,
                       .err_fd = -1};
    bx_outcome o;
    bx_error err = {.msg = ""};
    double begin = bench_now_us();
    if (bx_call_run(&c, &o, &err) != BX_OK)
        bench_die("%.60s: %s", script, err.msg);
    double us = bench_now_us() - begin;
    if (o.kind != BX_OUT_EXIT || o.exit_code != 0)
        bench_die("%.60s: %s %u: %.300s%.*s", script, bx_outcome_kind_name(o.kind), o.exit_code,
                  o.error ? o.error : "", (int)o.err_n, o.err ? o.err : "");
    if (out) {
        bx_buf_clear(out);
        (void)bx_buf_add(out, o.out ? o.out : "", o.out_n);
    }
    bx_outcome_done(&o);
    return us;
}

/* A command of the host; -1: it failed, or is not there. */
static double host(const char *command, bx_buf *out)
{
    char piece[65536];
    size_t k;
    bx_buf_clear(out);
    double begin = bench_now_us();
    FILE *f = popen(command, "re");
    while (f && (k = fread(piece, 1, sizeof piece, f)) > 0)
        (void)bx_buf_add(out, piece, k);
    int status = f ? pclose(f) : -1;
    return status == 0 ? bench_now_us() - begin : -1;
}

static double best_of(const shop *s, const char *script, int tries, bx_buf *out)
{
    double best = call(s, script, out);
    for (int i = 1; i < tries; i++) {
        double us = call(s, script, out);
        best = us < best ? us : best;
    }
    return best;
}

/* ---- the input ------------------------------------------------------------------------------ */

static FILE *create(const shop *s, const char *name)
{
    char path[700];
    (void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
    FILE *f = fopen(path, "we");
    if (!f)
        bench_die("cannot write %s", path);
    return f;
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static void make_input(const shop *s)
{
    static const char *const levels[] = {"INFO", "WARN", "ERROR", "DEBUG"};
    size_t bytes = s->e->quick ? 1000000 : 9990000, n = 0; /* bashkit takes 10,000,000 */
    uint64_t seed = 1;
    FILE *log = create(s, "log.txt"), *json = create(s, "data.json"), *num = create(s, "lines.txt");
    while (n < bytes) {
        unsigned day = (unsigned)(next(&seed) % 30 + 1), who = (unsigned)(next(&seed) % 50);
        unsigned value = (unsigned)(next(&seed) % 100000);
        const char *level = levels[next(&seed) % 4];
        n += (size_t)fprintf(log, "2026-11-%02u %s host%u service%u: value %u took %u ms\n", day,
                             level, who, (unsigned)(next(&seed) % 20), value, value % 977);
        (void)fprintf(json,
                      "{\"day\":%u,\"level\":\"%s\",\"host\":\"host%u\",\"value\":%u,"
                      "\"tags\":[\"a\",\"b%u\"]}\n",
                      day, level, who, value, who);
    }
    for (size_t i = 0; i < bytes / 10; i++)
        (void)fprintf(num, "%llu line\n", (unsigned long long)next(&seed));
    (void)fclose(log);
    (void)fclose(json);
    (void)fclose(num);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* In turn, outputs compared; `theirs` is run in the directory with LC_ALL=C. */
static void compare(const shop *s, const char *id, const char *ours, const char *theirs,
                    double target, const char *note)
{
    BX_AUTO_BUF a = bx_buf_init((size_t)64 << 20), b = bx_buf_init((size_t)64 << 20),
                line = bx_buf_init(4096);
    double us[TRIES], them[TRIES], ratio[TRIES];
    (void)bx_buf_addf(&line, "cd %s && export LC_ALL=C && %s", s->dir, theirs);
    (void)bx_buf_add_c(&line, '\0');
    for (int i = -1; i < TRIES; i++) {
        double x = call(s, ours, &a), y = host(line.p, &b);
        if (y < 0) {
            bench_row_missing(id, "ms", BENCH_AT_MOST, target, "the competitor is not installed");
            return;
        }
        if (a.n != b.n || memcmp(a.p, b.p, a.n) != 0)
            bench_die("%s: other output than theirs (%zu and %zu bytes)", id, a.n, b.n);
        if (i >= 0) {
            us[i] = x / 1000;
            them[i] = y / 1000;
            ratio[i] = x / y;
        }
    }
    bench_row(id, bench_stats_of(us, TRIES).p50, bench_stats_of(them, TRIES).p50, "ms",
              bench_stats_of(ratio, TRIES).p50, BENCH_AT_MOST, target, "%s", note);
}

#define PIPELINE(file) "grep ERROR " file " | cut -d' ' -f3,4 | sort | uniq -c | sort -rn | head"
#define LOOP \
    "for i in $(seq 1 1000); do x=$(echo item-$i); y=${x//-/_}; z=${y^^}; n=${#z}; done; echo $z " \
    "$n"

static void bashkit_row(const char *id, const bx_buf *said, const char *name, double ours_us,
                        double target, bool faster_is_more, const char *why)
{
    BX_AUTO_BUF key = bx_buf_init(64);
    (void)bx_buf_addf(&key, "%s ", name);
    (void)bx_buf_add_c(&key, '\0');
    const char *at = said->p ? strstr(said->p, key.p) : NULL;
    if (!at) {
        bench_row_missing(id, "us", faster_is_more ? BENCH_AT_LEAST : BENCH_AT_MOST, target, why);
        return;
    }
    double theirs = strtod(at + key.n - 1, NULL);
    bench_row(id, ours_us, theirs, "us", faster_is_more ? theirs / ours_us : ours_us / theirs,
              faster_is_more ? BENCH_AT_LEAST : BENCH_AT_MOST, target,
              "bashkit 0.20.1, best of each");
}

static void bench_bashkit(const shop *s)
{
    BX_AUTO_BUF said = bx_buf_init(1 << 20), line = bx_buf_init(8192), out = bx_buf_init(1 << 20);
    const char *why = "bashkit is not installed (make bench installs it into build/bench.venv)";
    (void)bx_buf_addf(&line,
                      "build/bench.venv/bin/python bench/bashkit_times.py 'true==true' "
                      "'loop==%s' \"pipe=%s/log.txt=%s\" 2>/dev/null",
                      LOOP, s->dir, PIPELINE("/d/log.txt"));
    (void)bx_buf_add_c(&line, '\0');
    (void)host(line.p, &said);
    (void)bx_buf_add_c(&said, '\0');
    bashkit_row("shell_true_vs_bashkit", &said, "true", best_of(s, "true", 200, NULL), 10, true,
                why);
    bashkit_row("shell_loop_vs_bashkit", &said, "loop", best_of(s, LOOP, 5, &out), 0.4, false, why);
    bashkit_row("shell_pipeline_vs_bashkit", &said, "pipe",
                best_of(s, PIPELINE("/d/log.txt"), 3, &out), 0.6, false, why);
}

static void bench_fresh(const shop *s)
{
    enum { N = 300 };
    double ours[N];
    bench_stats spawned;
    char *const dash[] = {"dash", "-c", "true", NULL};
    for (int i = -20; i < N; i++) {
        double us = call(s, "true", NULL);
        if (i >= 0)
            ours[i] = us;
    }
    double p50 = bench_stats_of(ours, N).p50;
    if (!bench_spawn(dash, N, "", &spawned))
        bench_row_missing("shell_true_vs_dash", "us", BENCH_AT_LEAST, 30, "dash is not installed");
    else
        bench_row("shell_true_vs_dash", p50, spawned.p50, "us", spawned.p50 / p50, BENCH_AT_LEAST,
                  30, "bash -c true, a fresh call; posix_spawn of dash -c true");
}

static void bench_children(const shop *s)
{
    BX_AUTO_BUF out = bx_buf_init(4096);
    int n = s->e->quick ? 200 : 2000;
    char ours[200], empty[200], theirs[300], none[300];
    (void)snprintf(ours, sizeof ours, "for ((i = 0; i < %d; i++)); do /bin/true; done", n);
    (void)snprintf(empty, sizeof empty, "for ((i = 0; i < %d; i++)); do :; done", n);
    (void)snprintf(theirs, sizeof theirs,
                   "dash -c 'i=0; while [ $i -lt %d ]; do /bin/true; i=$((i + 1)); done'", n);
    (void)snprintf(none, sizeof none,
                   "dash -c 'i=0; while [ $i -lt %d ]; do :; i=$((i + 1)); done'", n);
    double us = (best_of(s, ours, 5, NULL) - best_of(s, empty, 5, NULL)) / n;
    double them = host(theirs, &out), base = host(none, &out);
    if (them < 0)
        bench_row_missing("shell_start_vs_dash", "us", BENCH_AT_LEAST, 50, "dash is not installed");
    else
        bench_row("shell_start_vs_dash", us, (them - base) / n, "us", (them - base) / n / us,
                  BENCH_AT_LEAST, 50, "a no-op program started and reaped, %d times in a loop", n);
}

/* ---- many at once ------------------------------------------------------------------------------
 */

#define STAGES "seq 1 3000 | sort -r | wc -l"

enum { ROUNDS = 4 };
static pthread_barrier_t ready;

static void one(const shop *s)
{
    BX_AUTO_BUF out = bx_buf_init(4096);
    (void)call(s, STAGES, &out);
    if (out.n < 4 || memcmp(out.p, "3000", 4) != 0)
        bench_die("a pipeline of many at once: %.*s", (int)out.n, out.p);
}

/* The threads are the embedder's, and there before. */
static void *some(void *arg)
{
    one(arg);
    (void)pthread_barrier_wait(&ready);
    for (int i = 0; i < ROUNDS; i++)
        one(arg);
    return NULL;
}

static void bench_at_once(const shop *s)
{
    pthread_t t[AT_ONCE];
    one(s);
    double begin = bench_now_us();
    for (int i = 0; i < AT_ONCE * ROUNDS; i++)
        one(s);
    double alone = bench_now_us() - begin;
    (void)pthread_barrier_init(&ready, NULL, AT_ONCE + 1);
    for (int i = 0; i < AT_ONCE; i++)
        if (pthread_create(&t[i], NULL, some, (void *)(uintptr_t)s) != 0)
            bench_die("no thread");
    (void)pthread_barrier_wait(&ready);
    begin = bench_now_us();
    for (int i = 0; i < AT_ONCE; i++)
        (void)pthread_join(t[i], NULL);
    double together = bench_now_us() - begin;
    (void)pthread_barrier_destroy(&ready);
    bench_row("shell_64_at_once", together / 1000, alone / 1000, "ms", alone / together,
              BENCH_AT_LEAST, 1.7,
              "%d three-stage pipelines, 64 at once, and one after the other; %ld cores",
              AT_ONCE * ROUNDS, sysconf(_SC_NPROCESSORS_ONLN));
}

/* ---- memory ------------------------------------------------------------------------------------
 */

typedef struct waiter {
    const shop *s;
    bx_ctl ctl;
} waiter;

static void *wait_for_child(void *arg)
{
    waiter *w = arg;
    const char *const args[] = {"bash", "-c", "sleep 100; true"};
    const bx_call c = {.module = w->s->bash,
                       .sealed = w->s->sealed,
                       .args = args,
                       .n_args = 3,
                       .out_fd = -1,
                       .err_fd = -1,
                       .ctl = &w->ctl};
    bx_outcome o;
    bx_error err;
    if (bx_call_run(&c, &o, &err) == BX_OK)
        bx_outcome_done(&o);
    return NULL;
}

static void bench_memory(const shop *s)
{
    enum { N = 32 };
    static waiter w[N];
    pthread_t t[N];
    (void)call(s, "sleep 0", NULL);
    size_t before = bench_rss();
    for (int i = 0; i < N; i++) {
        w[i] = (waiter){.s = s, .ctl = bx_ctl_init(UINT64_MAX)};
        if (pthread_create(&t[i], NULL, wait_for_child, &w[i]) != 0)
            bench_die("no thread");
    }
    (void)usleep(700000);
    double mib = (double)(bench_rss() - before) / 1048576 / N;
    for (int i = 0; i < N; i++)
        bx_ctl_cancel(&w[i].ctl);
    for (int i = 0; i < N; i++)
        (void)pthread_join(t[i], NULL);
    bench_row("shell_memory_of_a_call", mib, -1, "MiB", mib, BENCH_AT_MOST, 1.5,
              "resident, of a bash call that waits for a child, the child and the thread with it");
}

static double size_of(const char *dir, const char *name)
{
    char path[700];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0 ? (double)st.st_size / 1024 : 0;
}

static void bench_sizes(const shop *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->set.n; i++) { /* one module has several names */
        const bx_program *p = &s->set.at[i];
        char tool[300];
        (void)snprintf(tool, sizeof tool, "%.*s.wasm", (int)p->name.n, p->name.p);
        /* js and python are tools, which can be started as well */
        bool again = size_of(s->e->tools, tool) == (double)p->bytes.n / 1024;
        for (size_t k = 0; k < i; k++)
            again = again || s->set.at[k].module == p->module;
        if (!again && p->module != s->bash)
            sum += (double)p->bytes.n / 1048576;
    }
    double bash = size_of(s->e->tools, "bash.wasm");
    bench_row("bash_wasm_size", bash, -1, "KiB", bash, BENCH_AT_MOST, 500, "the module");
    bench_row("programs_size", sum, -1, "MiB", sum, BENCH_AT_MOST, 4, "the boxes of programs");
}

void bench_shell(const bench_env *e)
{
    shop s;
    open_shop(e, &s);
    make_input(&s);
    bench_fresh(&s);
    bench_children(&s);
    compare(&s, "shell_loop_vs_bash", LOOP, "bash -c '" LOOP "'", 0.02,
            "1,000 turns with string work and $(…); bash 5.2 of the host");
    compare(&s, "shell_pipeline_vs_dash", PIPELINE("/d/log.txt"),
            "dash -c \"" PIPELINE("log.txt") "\"", 0.8,
            "10 MB through six programs; dash and coreutils, LC_ALL=C");
    compare(&s, "jq_10mb", "jq -c 'select(.value > 50000) | {host, value}' /d/data.json",
            "jq -c 'select(.value > 50000) | {host, value}' data.json", 1.6, "jq of the host");
    compare(&s, "awk_sum_10mb", "awk '{s += $8} END {print s}' /d/log.txt",
            "mawk '{s += $8} END {print s}' log.txt", 1.6, "mawk of the host");
    compare(&s, "sed_10mb", "sed 's/host\\([0-9]*\\)/h-\\1/' /d/log.txt | cksum",
            "sed 's/host\\([0-9]*\\)/h-\\1/' log.txt | cksum", 1.6, "sed of the host");
    compare(&s, "sort_million", "sort /d/lines.txt | cksum", "sort --parallel=1 lines.txt | cksum",
            1.6, "1,000,000 lines; sort of the host on one thread");
    bench_at_once(&s);
    bench_memory(&s);
    bench_bashkit(&s);
    bench_sizes(&s);
    close_shop(&s);
}
