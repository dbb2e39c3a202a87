/* The command as a process, from the start to the end: against the smallest process there is and a
 * container. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"

enum { ROUNDS = 7, WARM_TRIES = 8 };

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    if (!f || fputs(text, f) == EOF || fclose(f) != 0)
        bench_die("cannot write %s", path);
}

/* Median ratio of rounds in turn, so that a drift of the machine hits both alike. */
static bool compare(char *const ours[], const char *expect, char *const theirs[], size_t n,
                    double figures[3])
{
    double ratio[ROUNDS], us[ROUNDS], them[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        bench_stats a, b;
        if (!bench_spawn(ours, n / ROUNDS, expect, &a) || !bench_spawn(theirs, n / ROUNDS, "", &b))
            return false;
        us[i] = a.p50;
        them[i] = b.p50;
        ratio[i] = a.p50 / b.p50;
    }
    figures[0] = bench_stats_of(us, ROUNDS).p50;
    figures[1] = bench_stats_of(them, ROUNDS).p50;
    figures[2] = bench_stats_of(ratio, ROUNDS).p50;
    return true;
}

static void bench_exec(const bench_env *e, char *program)
{
    char tool[512], map[512], arguments[512], text[512], work[512];
    (void)snprintf(tool, sizeof tool, "%s/read.wasm", e->tools);
    (void)snprintf(work, sizeof work, "%s/work",
                   e->scratch); /* without the home: nothing to carve out */
    (void)snprintf(map, sizeof map, "%s/work::/workspace:ro", e->scratch);
    (void)snprintf(arguments, sizeof arguments, "%s/start.json", e->scratch);
    (void)snprintf(text, sizeof text, "%s/work/start.txt", e->scratch);
    if (mkdir(work, 0700) != 0)
        bench_die("cannot make %s", work);
    put(arguments, "{\"path\":\"/workspace/start.txt\"}\n");
    put(text, "one\ntwo\nthree\n");
    char *const exec[] = {program, "exec", "--map-dir", map, "--stdin", arguments, tool, NULL};
    char *const empty[] = {"/bin/true", NULL};
    char *const bwrap[] = {"bwrap", "--unshare-all", "--ro-bind", "/", "/", "/bin/true", NULL};
    static const char expect[] = "{\"content\":[{\"type\":\"text\",\"text\":\"     1\\tone\\n";
    size_t n = e->quick ? 10 * ROUNDS : 100 * ROUNDS;
    double f[3];
    bench_stats s;
    for (int i = 0; i < WARM_TRIES;
         i++) { /* until the cache believes what it saw: sandbox/cache.h */
        if (!bench_spawn(exec, 1, expect, &s))
            bench_die("%s exec of `read` does not print what it should", program);
        (void)usleep(500000);
    }
    if (compare(exec, expect, empty, n, f))
        bench_row(
            "start_exec_vs_true", f[0], f[1], "us", f[2], BENCH_AT_MOST, 3,
            "`boxagnts exec` of `read` on a small file, whole process, warm cache; posix_spawn "
            "of /bin/true");
    if (compare(exec, expect, bwrap, n / 4, f))
        bench_row("start_exec_vs_bwrap", f[0], f[1], "us", f[2], BENCH_AT_MOST, 0.8,
                  "the same against bwrap --unshare-all --ro-bind / / /bin/true");
    else
        bench_row_missing("start_exec_vs_bwrap", "us", BENCH_AT_MOST, 0.8,
                          "bwrap is not installed or cannot make namespaces here");
}

/* `boxagnts tool call` of a built-in tool: against the smallest program that does as much, and
 * right after an installation, with an empty home, against a home that has all it will ever have.
 */
static void bench_tool(const bench_env *e, char *program)
{
    enum { N = 10 };
    char work[512], home[512], text[512], clear[600];
    (void)snprintf(clear, sizeof clear, "rm -rf %s/none", e->scratch);
    (void)snprintf(work, sizeof work, "%s/work", e->scratch);
    (void)snprintf(home, sizeof home, "%s/none", e->scratch);
    (void)snprintf(text, sizeof text, "%s/work/start.txt", e->scratch);
    char ask[] = "{\"path\":\"start.txt\"}";
    char *const call[] = {program, "tool", "call", "--workspace", work, "read", ask, NULL};
    char *const cat[] = {"/bin/cat", text, NULL};
    static const char expect[] = "     1\tone\n     2\ttwo\n     3\tthree\n";
    size_t n = e->quick ? 10 * ROUNDS : 100 * ROUNDS;
    double f[3], ratio[ROUNDS * N], first[ROUNDS * N], warm[ROUNDS * N];
    bench_stats s;
    if (!compare(call, expect, cat, n, f))
        bench_die("%s tool call of `read` does not print what it should", program);
    bench_row("start_tool_call_vs_cat", f[0], f[1], "us", f[2], BENCH_AT_MOST, 5,
              "`boxagnts tool call read` of a small file, whole process; posix_spawn of /bin/cat "
              "of the file");
    const char *warm_home = getenv("BOXAGNTS_HOME");
    BX_AUTOFREE char *kept = warm_home ? bx_strndup(warm_home, strlen(warm_home)) : NULL;
    for (int i = 0; i < ROUNDS * N; i++) {
        (void)setenv("BOXAGNTS_HOME", home, 1);
        bool ran = bench_spawn(call, 1, expect, &s);
        first[i] = s.p50;
        if (system(clear) != 0)
            bench_die("%s cannot be removed", home);
        (void)setenv("BOXAGNTS_HOME", kept ? kept : home, 1);
        if (!ran || !bench_spawn(call, 1, expect, &s))
            bench_die("%s tool call of `read` does not print what it should", program);
        warm[i] = s.p50;
        ratio[i] = first[i] / warm[i];
    }
    bench_row("start_first_call_vs_warm", bench_stats_of(first, ROUNDS * N).p50,
              bench_stats_of(warm, ROUNDS * N).p50, "us", bench_stats_of(ratio, ROUNDS * N).p50,
              BENCH_AT_MOST, 1.1,
              "the same with no home directory, as right after an installation, so that the record "
              "is made as well; with the one the rows above used");
}

/* "==1== Collected : 706016" on standard error. */
static double instructions(const char *program)
{
    char command[1024], line[256];
    double n = 0;
    (void)snprintf(command, sizeof command,
                   "valgrind --tool=callgrind --callgrind-out-file=/dev/null %s version 2>&1",
                   program);
    FILE *f = popen(command, "re");
    while (f && fgets(line, sizeof line, f)) {
        const char *at = strstr(line, "Collected : ");
        if (at)
            n = strtod(at + strlen("Collected : "), NULL);
    }
    return f && pclose(f) == 0 ? n : 0;
}

void bench_start(const bench_env *e)
{
    char program[512], home[512];
    (void)snprintf(program, sizeof program, "%s/../boxagnts", e->tools);
    (void)snprintf(home, sizeof home, "%s/home", e->scratch);
    if (access(program, X_OK) != 0)
        bench_die("%s is not there", program);
    if (setenv("BOXAGNTS_HOME", home, 1) != 0)
        bench_die("out of memory");
    bench_exec(e, program);
    bench_tool(e, program);
    double n = instructions(program) / 1e6;
    if (n > 0)
        bench_row("start_version_instructions", n, -1, "M", n, BENCH_AT_MOST, 1.5,
                  "`boxagnts version`, whole process, millions of instructions by callgrind");
    else
        bench_row_missing("start_version_instructions", "M", BENCH_AT_MOST, 1.5,
                          "valgrind is not installed");
}
