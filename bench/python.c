/* `python3 -c 'print(1)'` in the sandbox, from the start of the process to its end, against the
 * host's interpreter.  Needs python in build/python-home: BOXAGNTS_HOME=build/python-home boxagnts
 * tool add python. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"

enum { ROUNDS = 7, EACH = 10, WARM_TRIES = 4 };

/* The interpreter itself, not a script in front of it. */
static bool host_python(char *out, size_t cap)
{
    FILE *f = popen("python3 -c 'import os, sys; print(os.path.realpath(sys.executable))'", "re");
    bool good = f && fgets(out, (int)cap, f);
    if (f && pclose(f) != 0)
        good = false;
    if (good)
        out[strcspn(out, "\n")] = '\0';
    return good && out[0] == '/';
}

void bench_python(const bench_env *e)
{
    static const char id[] = "python_vs_process";
    char program[512], home[512], module[600], python[512];
    (void)snprintf(program, sizeof program, "%s/../boxagnts", e->tools);
    (void)snprintf(home, sizeof home, "%s/../python-home", e->tools);
    char *real = realpath(home, NULL);
    (void)snprintf(module, sizeof module, "%s/programs/python.wasm", real ? real : "");
    bool there = real && access(module, R_OK) == 0 && setenv("BOXAGNTS_HOME", real, 1) == 0;
    free(real);
    if (!there || !host_python(python, sizeof python)) {
        bench_row_missing(id, "us", BENCH_AT_MOST, 1.5,
                          there ? "python3 cannot be started"
                                : "no python: BOXAGNTS_HOME=$PWD/build/python-home build/boxagnts "
                                  "tool add python");
        return;
    }
    char script[] = "python3 -c 'print(1)'";
    char *const ours[] = {program, "sh", "-c", script, NULL};
    char *const theirs[] = {python, "-c", "print(1)", NULL};
    (void)unsetenv("PYTHONUNBUFFERED"); /* with it the line is written in two pieces */
    double us[ROUNDS], them[ROUNDS], ratio[ROUNDS];
    bench_stats a, b;
    for (int i = 0; i < WARM_TRIES; i++) {
        if (!bench_spawn(ours, 1, "1\n", &a))
            bench_die("%s sh does not run python3", program);
        (void)usleep(700000);
    }
    for (int i = 0; i < ROUNDS; i++) {
        if (!bench_spawn(ours, EACH, "1\n", &a) || !bench_spawn(theirs, EACH, "1\n", &b))
            bench_die("%s does not print 1", script);
        us[i] = a.p50;
        them[i] = b.p50;
        ratio[i] = a.p50 / b.p50;
    }
    double r = bench_stats_of(ratio, ROUNDS).p50;
    bench_row(id, bench_stats_of(us, ROUNDS).p50, bench_stats_of(them, ROUNDS).p50, "us", r,
              BENCH_AT_MOST, 1.5, "whole process `boxagnts sh -c \"%s\"` against %s -c", script,
              python);
}
