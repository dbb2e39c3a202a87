/* The tools on files, each against the program people use for the same. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/bench.h"

enum {
    TRIES = 7,
    /* The tree that is searched: 50 MB in 2,000 files. */
    DIRS = 40,
    FILES = 50,
    FILE_BYTES = 25000,
    /* The tree whose names are: 50,000 files in 5,000 directories. */
    NAME_DIRS = 5000,
    NAME_FILES = 10,
    QUICK_SHARE = 10, /* of each, in a quick run */
    BIG_LINES = 200000,
    LINE = 50,
};

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f)
        bench_die("cannot write %s", path);
    return f;
}

static void make_dir(const char *path)
{
    if (mkdir(path, 0700) != 0)
        bench_die("cannot make %s", path);
}

/* ---- whole processes ------------------------------------------------------------------------- */

/* Run through the shell; its output, and how long it took. */
static double run(const char *command, bx_buf *out)
{
    char piece[65536];
    size_t k;
    bx_buf_clear(out);
    double begin = bench_now_us();
    FILE *f = popen(command, "re");
    while (f && (k = fread(piece, 1, sizeof piece, f)) > 0)
        (void)bx_buf_add(out, piece, k);
    int status = f ? pclose(f) : -1;
    double us = bench_now_us() - begin;
    if (bx_buf_add_c(out, '\0') != BX_OK)
        bench_die("out of memory");
    out->n--;
    return status == 0 ? us : -1;
}

typedef struct pair {
    const char *id, *note;
    double target;
    const char *ours, *theirs;
    uint64_t (*ours_says)(const bx_buf *out), (*theirs_says)(const bx_buf *out);
} pair;

/* In turn, so that a drift of the machine hits both alike. */
static void compare(const pair *p)
{
    double ours[TRIES], theirs[TRIES], ratio[TRIES];
    BX_AUTO_BUF a = bx_buf_init((size_t)64 << 20);
    BX_AUTO_BUF b = bx_buf_init((size_t)64 << 20);
    for (int i = -1; i < TRIES; i++) { /* the first of each is for the caches */
        double us = run(p->ours, &a), them = run(p->theirs, &b);
        if (them < 0) {
            bench_row_missing(p->id, "ms", BENCH_AT_MOST, p->target,
                              "the competitor is not installed");
            return;
        }
        if (us < 0 || p->ours_says(&a) != p->theirs_says(&b) || p->ours_says(&a) == 0)
            bench_die("%s: %llu against %llu: %.300s", p->id, (unsigned long long)p->ours_says(&a),
                      (unsigned long long)p->theirs_says(&b), a.p);
        if (i >= 0) {
            ours[i] = us / 1000;
            theirs[i] = them / 1000;
            ratio[i] = us / them;
        }
    }
    bench_row(p->id, bench_stats_of(ours, TRIES).p50, bench_stats_of(theirs, TRIES).p50, "ms",
              bench_stats_of(ratio, TRIES).p50, BENCH_AT_MOST, p->target, "%s", p->note);
}

/* `"name":N` wherever it is, added up. */
static uint64_t sum_of(const bx_buf *out, const char *name)
{
    uint64_t n = 0;
    for (const char *at = out->p; at && (at = strstr(at, name)); at += strlen(name))
        n += strtoull(at + strlen(name), NULL, 10);
    return n;
}

static uint64_t total(const bx_buf *out) { return sum_of(out, "\"count\":"); }
static uint64_t one(const bx_buf *out) { return out->n < SIZE_MAX; }

static uint64_t counts_of_rg(const bx_buf *out) /* PATH:N */
{
    uint64_t n = 0;
    for (const char *at = out->p; at && (at = strchr(at, ':')); at++)
        n += strtoull(at + 1, NULL, 10);
    return n;
}

static uint64_t lines(const bx_buf *out)
{
    uint64_t n = 0;
    for (const char *at = out->p; at && (at = strchr(at, '\n')); at++)
        n++;
    return n;
}

/* ---- grep ------------------------------------------------------------------------------------ */

static const char *const words[] = {"static", "return", "buffer", "Value_7", "index",  "TODO",
                                    "while",  "length", "config", "error",   "memory", "request"};

static void make_text(const char *top, unsigned dirs)
{
    char path[600];
    uint64_t seed = 1;
    make_dir(top);
    for (unsigned d = 0; d < dirs; d++) {
        (void)snprintf(path, sizeof path, "%s/d%u", top, d);
        make_dir(path);
        for (unsigned i = 0; i < FILES; i++) {
            (void)snprintf(path, sizeof path, "%s/d%u/f%u.c", top, d, i);
            FILE *f = create(path);
            for (int n = 0; n < FILE_BYTES;) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                bool rare = seed >> 52 == 0; /* one line in 4,096 */
                n += fprintf(f, "    %s %s = %s(%llu); %s\n", words[seed >> 60 & 7],
                             words[seed >> 56 & 7], words[4 + (seed >> 50 & 7)],
                             (unsigned long long)(seed >> 40), rare ? "needle_found" : "");
            }
            if (fclose(f) != 0)
                bench_die("cannot write %s", path);
        }
    }
}

static void bench_grep(const bench_env *e, const char *program)
{
    static const struct {
        const char *id, *pattern, *what;
    } rows[] = {{"grep_literal_vs_rg", "needle_found", "a literal"},
                {"grep_class_vs_rg", "[A-Z]\\\\w+_[0-9]+ = \\\\w+\\\\(1[0-9]+5", "classes"},
                {"grep_alternation_vs_rg", "needle_found|Value_8|request_sent|config_file",
                 "an alternation"}};
    char tree[512], ours[8192], theirs[8192], pattern[256], note[300];
    (void)snprintf(tree, sizeof tree, "%s/text", e->scratch);
    make_text(tree, e->quick ? DIRS / QUICK_SHARE : DIRS);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        size_t n = 0; /* the same pattern without JSON's escapes */
        for (const char *at = rows[i].pattern; *at; at++)
            if (at[0] != '\\' || at[1] != '\\')
                pattern[n++] = *at;
        pattern[n] = '\0';
        (void)snprintf(
            ours, sizeof ours,
            "%s tool call --json --workspace %s grep '{\"pattern\":\"%s\",\"mode\":\"count\","
            "\"limit\":10000}'",
            program, tree, rows[i].pattern);
        (void)snprintf(theirs, sizeof theirs, "rg -j1 -c '%s' %s", pattern, tree);
        (void)snprintf(
            note, sizeof note,
            "`tool call grep` for %s in %d files, %d MB, whole process; rg -j1 -c; the same "
            "number of lines",
            rows[i].what, (e->quick ? DIRS / QUICK_SHARE : DIRS) * FILES,
            (e->quick ? DIRS / QUICK_SHARE : DIRS) * FILES * FILE_BYTES / 1000000);
        compare(&(pair){rows[i].id, note, 1.5, ours, theirs, total, counts_of_rg});
    }
}

static const char exploding[] =
    "{\"pattern\":\"(a*)*(a|aa)+(.*)(.*)(.*)x[0-9]\",\"path\":\"%d.txt\"}";

/* Of this thread alone, which a call runs on: what else the machine does is not in it. */
static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Twice the text, no more than twice the time: in turns, and the shortest of each, for a cold cache
 * and an interrupt make a search only longer. */
static void bench_linear(const bench_env *e)
{
    char dir[512], path[600], map[600], input[2][256];
    enum { TURNS = 20 };
    static double us[2][TURNS];
    int turns = e->quick ? TRIES : TURNS;
    (void)snprintf(dir, sizeof dir, "%s/linear", e->scratch);
    (void)snprintf(map, sizeof map, "%s::/workspace:ro", dir);
    make_dir(dir);
    bx_module *m = bench_module(e, e->tools, "grep");
    bx_sealed *s = bench_seal("map_dirs", map, "limits", "memory=256MiB", NULL);
    for (int k = 0; k < 2; k++) {
        (void)snprintf(path, sizeof path, "%s/%d.txt", dir, k);
        (void)snprintf(input[k], sizeof input[k], exploding, k);
        FILE *f = create(path);
        for (int i = 0; i < (k + 1) * 1048576; i++)
            (void)fputc(i % 100 == 99 ? '\n' : i % 10 == 9 ? 'x' : 'a', f);
        if (fclose(f) != 0)
            bench_die("cannot write %s", path);
    }
    for (int i = 0; i < turns; i++) {
        for (int k = 0; k < 2; k++) {
            bx_call c = {.module = m,
                         .sealed = s,
                         .in = {.kind = BX_STDIN_BYTES, .bytes = bx_str_of(input[k])},
                         .out_fd = -1,
                         .err_fd = -1};
            double begin = cpu_us();
            bench_check(&c, NULL);
            us[k][i] = cpu_us() - begin;
        }
    }
    double once = bench_stats_of(us[0], (size_t)turns).min / 1000;
    double twice = bench_stats_of(us[1], (size_t)turns).min / 1000;
    bench_row("grep_linear", twice, once, "ms", twice / once, BENCH_AT_MOST, 2.2,
              "a pattern that explodes where matching goes back: 2 MiB against 1 MiB, both ours, "
              "processor time, the shortest of %d",
              turns);
    bx_sealed_free(s);
    bx_module_free(m);
}

/* ---- glob ------------------------------------------------------------------------------------ */

static void make_names(const char *top, unsigned dirs)
{
    static const char *const ends[NAME_FILES] = {"c",  "h", "c",  "o", "txt",
                                                 "md", "c", "py", "h", "log"};
    char path[600];
    make_dir(top);
    (void)snprintf(path, sizeof path, "%s/.gitignore", top);
    FILE *f = create(path);
    if (fputs("*.o\n*.log\n/d7/\nbuild*/\n!important.log\n", f) == EOF || fclose(f) != 0)
        bench_die("cannot write %s", path);
    (void)snprintf(path, sizeof path, "%s/.git", top);
    make_dir(path);
    for (unsigned d = 0; d < dirs; d++) {
        if (d % 50 == 0) {
            (void)snprintf(path, sizeof path, "%s/d%u", top, d / 50);
            make_dir(path);
        }
        (void)snprintf(path, sizeof path, "%s/d%u/s%u", top, d / 50, d % 50);
        make_dir(path);
        for (unsigned i = 0; i < NAME_FILES; i++) {
            (void)snprintf(path, sizeof path, "%s/d%u/s%u/f%u.%s", top, d / 50, d % 50, i, ends[i]);
            if (fclose(create(path)) != 0)
                bench_die("cannot write %s", path);
        }
    }
}

static void bench_glob(const bench_env *e, const char *program)
{
    char tree[512], ours[8192], theirs[8192], note[300];
    unsigned dirs = e->quick ? NAME_DIRS / QUICK_SHARE : NAME_DIRS;
    (void)snprintf(tree, sizeof tree, "%s/names", e->scratch);
    make_names(tree, dirs);
    (void)snprintf(ours, sizeof ours,
                   "%s tool call --workspace %s glob '{\"pattern\":\"**/*.c\",\"limit\":100000}'",
                   program, tree);
    (void)snprintf(theirs, sizeof theirs, "cd %s && rg --files -g '**/*.c' -j1", tree);
    (void)snprintf(
        note, sizeof note,
        "`tool call glob` of **/*.c, %u files in %u directories with a .gitignore, whole "
        "process; rg --files -g -j1; the same number of paths",
        dirs * NAME_FILES, dirs);
    compare(&(pair){"glob_vs_rg", note, 1.5, ours, theirs, lines, lines});
}

/* ---- edit ------------------------------------------------------------------------------------ */

static void make_lines(const char *path, int n)
{
    FILE *f = create(path);
    for (int i = 0; i < n; i++)
        (void)fprintf(f, "line %-*d\n", LINE - 6, i);
    if (fclose(f) != 0)
        bench_die("cannot write %s", path);
}

static void bench_edit(const bench_env *e, const char *program)
{
    char dir[512], path[600], ours[8192], theirs[8192];
    (void)snprintf(dir, sizeof dir, "%s/edit", e->scratch);
    make_dir(dir);
    (void)snprintf(path, sizeof path, "%s/a.txt", dir);
    make_lines(path, BIG_LINES);
    (void)snprintf(path, sizeof path, "%s/b.txt", dir);
    make_lines(path, BIG_LINES);
    /* There and back again, so that each turn finds what it looks for. */
    (void)snprintf(
        ours, sizeof ours,
        "%s tool call --workspace %s edit '{\"path\":\"a.txt\",\"old_string\":\"line 123456 \","
        "\"new_string\":\"LINE 123456 \"}' >%s/out && %s tool call --workspace %s edit "
        "'{\"path\":\"a.txt\",\"old_string\":\"LINE 123456 \",\"new_string\":\"line 123456 \"}' "
        ">>%s/out && grep -c '^+[lL]' %s/out && cmp %s/a.txt %s/b.txt",
        program, dir, e->scratch, program, dir, e->scratch, e->scratch, dir, dir);
    (void)snprintf(theirs, sizeof theirs,
                   "sed -i 's/line 123456 /LINE 123456 /' %s/b.txt && sed -i 's/LINE 123456 /line "
                   "123456 /' %s/b.txt && cmp %s/a.txt %s/b.txt",
                   dir, dir, dir, dir);
    compare(
        &(pair){"edit_10mb_vs_sed",
                "`tool call edit` of one line in 10 MB, twice, whole process; sed -i, twice; the "
                "files compared",
                1.5, ours, theirs, one, one});
}

/* A fresh edit of a small file against a fresh call that does nothing, both in process. */
static void bench_small_edit(const bench_env *e)
{
    static const char input[] =
        "{\"path\":\"s.txt\",\"old_string\":\"line 100 \",\"new_string\":\"line 100 \\n\"}";
    char dir[512], path[600], map[600];
    size_t n = e->quick ? 100 : 1000;
    /* In memory: what a disk's file system does where one file takes another's place is not ours.
     */
    (void)snprintf(dir, sizeof dir, "/dev/shm/boxagnts-bench.XXXXXX");
    if (!mkdtemp(dir)) {
        bench_row_missing("edit_10k_vs_noop", "us", BENCH_AT_MOST, 60,
                          "/dev/shm cannot be written");
        return;
    }
    (void)snprintf(map, sizeof map, "%s::/workspace", dir);
    (void)snprintf(path, sizeof path, "%s/s.txt", dir);
    bx_module *m = bench_module(e, e->tools, "edit"), *noop = bench_module(e, e->guests, "noop");
    bx_sealed *s = bench_seal("map_dirs", map, "limits", "memory=256MiB", NULL);
    bx_call c = {.module = m,
                 .sealed = s,
                 .in = {.kind = BX_STDIN_BYTES, .bytes = {input, sizeof input - 1}},
                 .out_fd = -1,
                 .err_fd = -1};
    bx_call nothing = c;
    nothing.module = noop;
    nothing.in.bytes = BX_LIT("hello\n");
    double *us = calloc(n, sizeof *us), *base = calloc(n, sizeof *base);
    if (!us || !base)
        bench_die("out of memory");
    for (size_t i = 0; i < n; i++) {
        make_lines(path, 10240 / LINE);
        double begin = bench_now_us();
        bench_check(&c, NULL);
        us[i] = bench_now_us() - begin;
    }
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        bench_check(&nothing, "done\n");
        base[i] = bench_now_us() - begin;
    }
    struct stat st;
    if (stat(path, &st) != 0 || st.st_size != 10240 / LINE * LINE + 1)
        bench_die("edit has not changed %s as it should", path);
    bench_stats a = bench_stats_of(us, n), b = bench_stats_of(base, n);
    bench_row("edit_10k_vs_noop", a.p50, b.p50, "us", a.p50 / b.p50, BENCH_AT_MOST, 60,
              "a fresh edit of a 10 KB file in memory, in process, against a fresh call that does "
              "nothing");
    (void)unlink(path);
    (void)rmdir(dir);
    free(us);
    free(base);
    bx_sealed_free(s);
    bx_module_free(m);
    bx_module_free(noop);
}

void bench_filetools(const bench_env *e)
{
    char program[512];
    (void)snprintf(program, sizeof program, "%s/../boxagnts", e->tools);
    bench_grep(e, program);
    bench_linear(e);
    bench_glob(e, program);
    bench_edit(e, program);
    bench_small_edit(e);
}
