/* What a call costs that does nothing: against a process, a container, and the textbook way. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bx_textbook.h"

static const char input[] = "hello\n", output[] = "done\n";

static bx_record kept; /* stands for "with a record" */

static bx_call noop_call(bx_module *m, bx_sealed *s)
{
    return (bx_call){.module = m,
                     .sealed = s,
                     .in = {.kind = BX_STDIN_BYTES, .bytes = {input, sizeof input - 1}},
                     .out_fd = -1,
                     .err_fd = -1,
                     .record = &kept};
}

/* A call that keeps a record gets one of its own each time. */
static void call_once(const bx_call *given)
{
    bx_record record;
    bx_record_init(&record);
    bx_call with = *given, *c = &with;
    if (with.record)
        with.record = &record;
    bx_outcome o;
    bx_error err;
    if (bx_call_run(c, &o, &err) != BX_OK || o.kind != BX_OUT_EXIT || o.exit_code != 0 ||
        o.out_n != sizeof output - 1)
        bench_die("no-op call failed: %s", o.error ? o.error : err.msg);
    bx_outcome_done(&o);
    bx_record_done(&record);
}

static bench_stats time_calls(const bx_call *c, size_t n)
{
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    for (size_t i = 0; i < n / 10 + 100; i++)
        call_once(c);
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        call_once(c);
        us[i] = bench_now_us() - begin;
    }
    bench_stats s = bench_stats_of(us, n);
    free(us);
    return s;
}

/* Two grants in turn, so that a drift of the machine hits both alike. */
static void bench_grants(const bench_env *e, bx_module *m, const bx_call *bare, size_t n)
{
    char map[3][512];
    for (int i = 0; i < 3; i++)
        (void)snprintf(map[i], sizeof map[i], "%s::/m%d%s", e->scratch, i, i == 0 ? ":ro" : "");
    bx_sealed *full =
        bench_seal("map_dirs", map[0], "map_dirs", map[1], "map_dirs", map[2], "deny", "**/.env",
                   "deny", "/m1/keys", "limits", "fs_write=1MiB", "limits", "open_files=32", NULL);
    bx_call c = noop_call(m, full);
    bx_call none = *bare;
    none.record = NULL;
    enum { ROUNDS = 7 };
    double ratio[ROUNDS], with = 0, without = 0;
    for (int round = 0; round < ROUNDS; round++) {
        bench_stats x = time_calls(&none, n / ROUNDS), y = time_calls(&c, n / ROUNDS);
        ratio[round] = y.p50 / x.p50;
        with = y.p50;
        without = x.p50;
    }
    bench_row(
        "noop_full_grant_vs_bare", with, without, "us", bench_stats_of(ratio, ROUNDS).p50,
        BENCH_AT_MOST, 1.5,
        "three mounts, two carve-outs, limits and events on; median ratio of %d paired rounds",
        ROUNDS);
    bx_sealed_free(full);
}

/* ---- system calls, counted by a tracer ------------------------------------------------- */

/* getppid marks begin and end: nothing in a call uses it. */
static void traced_child(const bx_call *c, int calls)
{
    for (int i = 0; i < 200; i++)
        call_once(c);
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    (void)raise(SIGSTOP);
    (void)getppid();
    for (int i = 0; i < calls; i++)
        call_once(c);
    (void)getppid();
    _exit(0);
}

void bench_traced(const char *guests, int calls)
{
    bx_runtime_config cfg = {.slots = 100, .compile_here = true};
    bench_env mine = {.guests = guests};
    bx_error err;
    if (bx_runtime_new(&cfg, &mine.rt, &err) != BX_OK)
        bench_die("%s", err.msg);
    bx_module *m = bench_module(&mine, guests, "noop");
    bx_sealed *s = bench_seal(NULL);
    bx_call c = noop_call(m, s);
    traced_child(&c, calls);
}

/* A process of its own, begun anew: threads, the compiler's among them, do not survive fork. */
static void child_main(const bench_env *e, int calls)
{
    char n[16];
    (void)snprintf(n, sizeof n, "%d", calls);
    (void)execl("/proc/self/exe", "boxagnts-bench", "--traced", e->guests, n, (char *)NULL);
    _exit(1);
}

static double syscalls_per_call(const bench_env *e, int calls)
{
    pid_t pid = fork();
    if (pid == 0)
        child_main(e, calls);
    int status;
    long stops = 0;
    int marks = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD) != 0)
        return -1;
    for (;;) {
        if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0 || waitpid(pid, &status, 0) != pid ||
            WIFEXITED(status))
            break;
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80))
            continue;
        struct __ptrace_syscall_info info;
        if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 ||
            info.op != PTRACE_SYSCALL_INFO_ENTRY)
            continue;
        if (info.entry.nr ==
            110) /* getppid on x86-64; elsewhere the row says it was not measured */
            marks++;
        else if (marks == 1)
            stops++;
    }
    return marks == 2 ? (double)stops / calls : -1;
}

static double faults_per_call(const bx_call *c, int calls)
{
    struct rusage a, b;
    for (int i = 0; i < 1000; i++)
        call_once(c);
    (void)getrusage(RUSAGE_THREAD, &a);
    for (int i = 0; i < calls; i++)
        call_once(c);
    (void)getrusage(RUSAGE_THREAD, &b);
    return (double)(b.ru_minflt - a.ru_minflt + b.ru_majflt - a.ru_majflt) / calls;
}

static void bench_kernel(const bench_env *e, const bx_call *c)
{
    int calls = e->quick ? 500 : 5000;
    double n = syscalls_per_call(e, calls);
    if (n < 0)
        bench_row_missing("noop_syscalls", "", BENCH_AT_MOST, 1, "could not trace a child");
    else
        bench_row("noop_syscalls", n, -1, "", n, BENCH_AT_MOST, 1,
                  "of the calling thread, counted by ptrace over %d calls", calls);
    double f = faults_per_call(c, calls);
    bench_row("noop_faults", f, -1, "", f, BENCH_AT_MOST, 0.05,
              "page faults of the calling thread over %d calls", calls);
}

/* ---- two busy workers -------------------------------------------------------------------- */

struct worker {
    bx_call call;
    bench_stats stats;
    size_t n;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    w->stats = time_calls(&w->call, w->n);
    return NULL;
}

static void bench_two(const bx_call *c, size_t n)
{
    struct worker w[2] = {{.call = *c, .n = n}, {.call = *c, .n = n}};
    pthread_t t;
    if (pthread_create(&t, NULL, work, &w[0]) != 0)
        bench_die("no thread");
    (void)work(&w[1]);
    (void)pthread_join(t, NULL);
    const bench_stats *s = w[0].stats.p99 / w[0].stats.p50 > w[1].stats.p99 / w[1].stats.p50
                               ? &w[0].stats
                               : &w[1].stats;
    bench_row("noop_two_workers_p99_p50", s->p99, s->p50, "us", s->p99 / s->p50, BENCH_AT_MOST, 4,
              "p99 and p50 of the worse of two busy workers");
}

/* ---- what an exit costs ------------------------------------------------------------------ */

/* A guest that asks for its arguments and exits: nothing of that may cost more than a call itself.
 */
static void bench_exit(const bench_env *e, const bench_stats *noop, size_t n)
{
    bx_module *m = bench_module(e, e->guests, "answer");
    bx_sealed *s = bench_seal(NULL);
    const bx_call c = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    for (size_t i = 0; i < n; i++) {
        bx_outcome o;
        bx_error err;
        double begin = bench_now_us();
        if (bx_call_run(&c, &o, &err) != BX_OK || o.kind != BX_OUT_EXIT || o.exit_code != 1)
            bench_die("a guest that exits did not: %s", o.error ? o.error : err.msg);
        bx_outcome_done(&o);
        us[i] = bench_now_us() - begin;
    }
    bench_stats x = bench_stats_of(us, n);
    free(us);
    bench_row("noop_exit_vs_return", x.p50, noop->p50, "us", x.p50 / noop->p50, BENCH_AT_MOST, 1.2,
              "a guest that ends by proc_exit, and the no-op call, which returns");
    bx_sealed_free(s);
    bx_module_free(m);
}

/* ---- competitors --------------------------------------------------------------------------- */

static bool textbook_once(bx_textbook *t)
{
    uint8_t out[64];
    size_t n = sizeof out;
    return bx_textbook_core_call(t, (const uint8_t *)input, sizeof input - 1, out, &n) == 0 &&
           n == sizeof output - 1 && memcmp(out, output, n) == 0;
}

static void bench_textbook(const bench_env *e, const bench_stats *ours, size_t n)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/noop.wasm", e->guests);
    bx_textbook *t = bx_textbook_core_new(path);
    if (!t)
        bench_die("textbook: cannot load %s", path);
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        if (!textbook_once(t))
            bench_die("textbook call: wrong output");
        us[i] = bench_now_us() - begin;
    }
    bench_stats s = bench_stats_of(us, n);
    free(us);
    bx_textbook_free(t);
    bench_row("noop_vs_textbook", ours->p50, s.p50, "us", s.p50 / ours->p50, BENCH_AT_LEAST, 10,
              "wasmtime + wasmtime-wasi, new linker and store a call, on-demand allocation");
}

static void bench_processes(const bench_env *e, const bench_stats *ours)
{
    char *const true_argv[] = {"/bin/true", NULL};
    char *const bwrap_argv[] = {"bwrap", "--unshare-all", "--ro-bind", "/", "/", "/bin/true", NULL};
    bench_stats s;
    if (bench_spawn(true_argv, e->quick ? 50 : 1000, NULL, &s))
        bench_row("noop_vs_spawn", ours->p50, s.p50, "us", s.p50 / ours->p50, BENCH_AT_LEAST, 100,
                  "posix_spawn of /bin/true; p99 ours %.1f, theirs %.1f", ours->p99, s.p99);
    else
        bench_row_missing("noop_vs_spawn", "us", BENCH_AT_LEAST, 100,
                          "/bin/true cannot be started");
    if (bench_spawn(bwrap_argv, e->quick ? 10 : 200, NULL, &s))
        bench_row("noop_vs_bwrap", ours->p50, s.p50, "us", s.p50 / ours->p50, BENCH_AT_LEAST, 500,
                  "bwrap --unshare-all --ro-bind / / /bin/true");
    else
        bench_row_missing("noop_vs_bwrap", "us", BENCH_AT_LEAST, 500,
                          "bwrap is not installed or cannot make namespaces here");
}

void bench_noop(const bench_env *e)
{
    bx_module *m = bench_module(e, e->guests, "noop");
    bx_sealed *bare = bench_seal(NULL);
    bx_call c = noop_call(m, bare);
    bench_check(&c, output);
    size_t n = e->quick ? 2000 : 50000;
    bench_stats ours = time_calls(&c, n);
    (void)printf("# no-op call: p50 %.2f us, p99 %.2f us, min %.2f us\n", ours.p50, ours.p99,
                 ours.min);
    bench_processes(e, &ours);
    bench_textbook(e, &ours, e->quick ? 500 : 5000);
    bench_grants(e, m, &c, n);
    bench_exit(e, &ours, n / 5);
    bench_accounting("noop_accounting", &c, output, e->quick);
    bench_kernel(e, &c);
    bench_two(&c, n);
    bx_sealed_free(bare);
    bx_module_free(m);
}
