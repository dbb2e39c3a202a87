/* Starting a large module whose code is compiled already: the command, against a process that loads
 * the same module's artefact with Module::deserialize_file. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/bench.h"
#include "bx_textbook.h"

extern char **environ;

enum { FUNCTIONS = 16000, QUICK_FUNCTIONS = 2000, STEPS = 250, WARM_TRIES = 8, ROUNDS = 21 };

/* ---- the module: many functions that compute something, of which _start calls a few --------- */

static void leb(bx_buf *b, uint64_t n)
{
    do {
        bool more = n >= 0x80;
        (void)bx_buf_add_c(b, (char)((n & 0x7f) | (more ? 0x80 : 0)));
        n >>= 7;
    } while (n > 0);
}

static void section(bx_buf *module, char id, const bx_buf *contents)
{
    (void)bx_buf_add_c(module, id);
    leb(module, contents->n);
    (void)bx_buf_add(module, contents->p, contents->n);
}

/* (i64) -> i64: additions, multiplications and exclusive ors of constants that differ everywhere.
 */
static void add_function(bx_buf *code, uint64_t seed)
{
    static const char ops[] = {0x7c, 0x7e, (char)0x85};
    BX_AUTO_BUF body = bx_buf_init(1 << 16);
    (void)bx_buf_add(&body, "\0\x20\0", 3); /* no locals; local.get 0 */
    for (unsigned i = 0; i < STEPS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        (void)bx_buf_add_c(&body, 0x42);     /* i64.const */
        leb(&body, (seed >> 40) & 0x3fffff); /* its sign bit stays 0 */
        (void)bx_buf_add_c(&body, ops[seed >> 62 & 1 ? 0 : 1 + (seed >> 61 & 1)]);
    }
    (void)bx_buf_add_c(&body, 0x0b);
    leb(code, body.n);
    (void)bx_buf_add(code, body.p, body.n);
}

static void write_module(const char *path, unsigned functions)
{
    BX_AUTO_BUF m = bx_buf_init((size_t)256 << 20);
    BX_AUTO_BUF s = bx_buf_init((size_t)256 << 20);
    (void)bx_buf_add(&m, "\0asm\1\0\0\0", 8);
    (void)bx_buf_add(&m, "\1\x09\2\x60\0\0\x60\1\x7e\1\x7e", 11); /* types () and (i64) -> i64 */
    leb(&s, functions + 1);
    (void)bx_buf_add_c(&s, 0);
    for (unsigned i = 0; i < functions; i++)
        (void)bx_buf_add_c(&s, 1);
    section(&m, 3, &s);
    (void)bx_buf_add(&m, "\5\3\1\0\1", 5);            /* one page of memory */
    (void)bx_buf_add(&m, "\7\x0a\1\6_start\0\0", 12); /* the first function */
    bx_buf_clear(&s);
    leb(&s, functions + 1);
    (void)bx_buf_add(&s, "\x07\0\x42\7\x10\1\x1a\x0b", 8); /* i64.const 7; call 1; drop */
    for (unsigned i = 0; i < functions; i++)
        add_function(&s, i);
    section(&m, 10, &s);
    FILE *f = fopen(path, "we");
    if (!f || m.fail != BX_OK || s.fail != BX_OK || fwrite(m.p, 1, m.n, f) != m.n || fclose(f) != 0)
        bench_die("cannot write %s", path);
}

static char self[512];

/* ---- two processes --------------------------------------------------------------------------- */

typedef struct once {
    double us, kib;
} once;

/* A process that is started begins with the peak of the one that starts it, so a small one stands
 * in between. */
void bench_measure(char *const argv[])
{
    struct rusage used;
    pid_t pid;
    int status = 0;
    double begin = bench_now_us();
    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0)
        bench_die("cannot start %s", argv[0]);
    while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
        ;
    double us = bench_now_us() - begin;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_die("%s: status %d", argv[0], status);
    (void)printf("\nmeasured %.3f us %ld KiB\n", us, used.ru_maxrss);
    exit(0);
}

static once run_once(char *const argv[])
{
    char command[4096], line[256];
    once ret = {0, 0};
    bool found = false;
    size_t n = (size_t)snprintf(command, sizeof command, "%s --measure", self);
    for (size_t i = 0; argv[i] && n < sizeof command; i++)
        n += (size_t)snprintf(command + n, sizeof command - n, " %s", argv[i]);
    FILE *f = popen(command, "re");
    while (f && fgets(line, sizeof line, f)) {
        char *at = strstr(line, "measured ");
        if (!at)
            continue;
        ret.us = strtod(at + strlen("measured "), &at);
        ret.kib = strtod(at + strlen(" us"), NULL);
        found = true;
    }
    if (!f || pclose(f) != 0 || !found)
        bench_die("%s", command);
    return ret;
}

static once median(const once all[ROUNDS])
{
    double us[ROUNDS], kib[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        us[i] = all[i].us;
        kib[i] = all[i].kib;
    }
    return (once){bench_stats_of(us, ROUNDS).p50, bench_stats_of(kib, ROUNDS).p50};
}

/* In a process of its own: what compiling takes stays out of this one. */
void bench_save(const char *functions, const char *wasm, const char *saved)
{
    write_module(wasm, (unsigned)strtoul(functions, NULL, 10));
    _exit(bx_textbook_core_save(wasm, saved) == 0 ? 0 : 1);
}

void bench_saved(const char *path)
{
    uint8_t out[64];
    size_t n = sizeof out;
    bx_textbook *t = bx_textbook_core_saved(path);
    if (!t || bx_textbook_core_call(t, NULL, 0, out, &n) != 0)
        bench_die("cannot run %s", path);
    _exit(0);
}

void bench_large(const bench_env *e)
{
    char wasm[512], saved[512], program[512], home[512];
    (void)snprintf(wasm, sizeof wasm, "%s/large.wasm", e->scratch);
    (void)snprintf(saved, sizeof saved, "%s/large.cwasm", e->scratch);
    (void)snprintf(program, sizeof program, "%s/../boxagnts", e->tools);
    (void)snprintf(home, sizeof home, "%s/home", e->scratch);
    ssize_t k = readlink("/proc/self/exe", self, sizeof self - 1);
    if (k <= 0 || setenv("BOXAGNTS_HOME", home, 1) != 0)
        bench_die("no place to start from");
    self[k] = '\0';
    char functions[16];
    (void)snprintf(functions, sizeof functions, "%d", e->quick ? QUICK_FUNCTIONS : FUNCTIONS);
    char *const save[] = {self, "--save", functions, wasm, saved, NULL};
    (void)run_once(save);
    char *const exec[] = {program, "exec", wasm, NULL};
    char *const load[] = {self, "--saved", saved, NULL};
    for (int i = 0; i < WARM_TRIES;
         i++) { /* until the cache believes what it saw: sandbox/cache.h */
        (void)run_once(exec);
        (void)usleep(500000);
    }
    once ours[ROUNDS], theirs[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = run_once(exec);
        theirs[i] = run_once(load);
    }
    once a = median(ours), b = median(theirs);
    struct stat st;
    double mb = stat(wasm, &st) == 0 ? (double)st.st_size / 1e6 : 0;
    bench_row("large_warm_start", a.us / 1000, b.us / 1000, "ms", a.us / b.us, BENCH_AT_MOST, 1.2,
              "`boxagnts exec` of a module of %.0f MB, warm cache, whole process; a process that "
              "loads it with Module::deserialize_file",
              mb);
    bench_row("large_warm_start_memory", a.kib / 1024, b.kib / 1024, "MiB", a.kib / b.kib,
              BENCH_AT_MOST, 1.3, "the same: peak resident memory");
}
