/* boxagnts-bench: every figure of the project, measured side by side with its competitor.
 *
 *   boxagnts-bench [--quick] [--only=GROUP[,GROUP...]] [GUESTS TOOLS OUT.json]
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "codec/json.h"

enum { MAX_ROWS = 128 };

static struct row {
    char id[48], unit[16], note[400];
    double ours, theirs, ratio, target;
    bench_cmp cmp;
    bool measured, ok;
} rows[MAX_ROWS];
static size_t n_rows;

static struct row *new_row(const char *id, const char *unit, bench_cmp cmp, double target)
{
    if (n_rows == MAX_ROWS)
        bench_die("more than %d rows", MAX_ROWS);
    struct row *r = &rows[n_rows++];
    (void)snprintf(r->id, sizeof r->id, "%s", id);
    (void)snprintf(r->unit, sizeof r->unit, "%s", unit);
    r->cmp = cmp;
    r->target = target;
    return r;
}

static void show(const struct row *r)
{
    const char *sign = r->cmp == BENCH_AT_LEAST ? ">=" : "<=";
    if (!r->measured)
        (void)printf("%-34s %12s %12s %-6s %9s   %s %-8g %-5s %s\n", r->id, "-", "-", r->unit, "-",
                     sign, r->target, "-", r->note);
    else if (r->theirs < 0)
        (void)printf("%-34s %12.3f %12s %-6s %9.3f   %s %-8g %-5s %s\n", r->id, r->ours, "-",
                     r->unit, r->ratio, sign, r->target, r->ok ? "ok" : "MISS", r->note);
    else
        (void)printf("%-34s %12.3f %12.3f %-6s %9.3f   %s %-8g %-5s %s\n", r->id, r->ours,
                     r->theirs, r->unit, r->ratio, sign, r->target, r->ok ? "ok" : "MISS", r->note);
    (void)fflush(stdout);
}

void bench_row(const char *id, double ours, double theirs, const char *unit, double ratio,
               bench_cmp cmp, double target, const char *fmt, ...)
{
    struct row *r = new_row(id, unit, cmp, target);
    r->ours = ours;
    r->theirs = theirs;
    r->ratio = ratio;
    r->measured = true;
    r->ok = cmp == BENCH_AT_LEAST ? ratio >= target : ratio <= target;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(r->note, sizeof r->note, fmt, ap);
    va_end(ap);
    show(r);
}

void bench_row_missing(const char *id, const char *unit, bench_cmp cmp, double target,
                       const char *why)
{
    struct row *r = new_row(id, unit, cmp, target);
    (void)snprintf(r->note, sizeof r->note, "%s", why);
    show(r);
}

static void cpu_model(char *out, size_t cap)
{
    (void)snprintf(out, cap, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "re");
    char line[256];
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon) {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(out, cap, "%s", colon + 2);
            break;
        }
    }
    if (f)
        (void)fclose(f);
}

static void put_number(FILE *f, const char *name, double v, bool known)
{
    if (known && isfinite(v))
        (void)fprintf(f, "\"%s\":%.6g,", name, v);
    else
        (void)fprintf(f, "\"%s\":null,", name);
}

static void put_string(FILE *f, const char *s)
{
    (void)fputc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            (void)fputc('\\', f);
        if ((unsigned char)*s >= 0x20)
            (void)fputc(*s, f);
    }
    (void)fputc('"', f);
}

static void write_json(const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f)
        bench_die("cannot write %s", path);
    struct utsname u;
    char cpu[256];
    cpu_model(cpu, sizeof cpu);
    (void)uname(&u);
    (void)fprintf(f, "{\"machine\":{\"cpu\":");
    put_string(f, cpu);
    (void)fprintf(f, ",\"cores\":%ld,\"kernel\":", sysconf(_SC_NPROCESSORS_ONLN));
    put_string(f, u.release);
    (void)fprintf(f, ",\"engine\":\"wasmtime %s\"},\"rows\":[", bx_engine_version());
    for (size_t i = 0; i < n_rows; i++) {
        const struct row *r = &rows[i];
        (void)fprintf(f, "%s\n{\"id\":\"%s\",", i ? "," : "", r->id);
        put_number(f, "ours", r->ours, r->measured);
        put_number(f, "theirs", r->theirs, r->measured && r->theirs >= 0);
        (void)fprintf(f, "\"unit\":\"%s\",", r->unit);
        put_number(f, "ratio", r->ratio, r->measured);
        (void)fprintf(f, "\"target\":\"%s %g\",\"ok\":%s,\"note\":",
                      r->cmp == BENCH_AT_LEAST ? ">=" : "<=", r->target,
                      !r->measured ? "null"
                      : r->ok      ? "true"
                                   : "false");
        put_string(f, r->note);
        (void)fputc('}', f);
    }
    (void)fprintf(f, "\n]}\n");
    if (fclose(f) != 0)
        bench_die("cannot write %s", path);
}

typedef struct options {
    bool quick;
    const char *only; /* NULL: every group */
    const char *guests, *tools, *out;
} options;

/* The groups in the order they run.  `alone`: measured without the common runtime's threads. */
static const struct group {
    const char *name;
    void (*run)(const bench_env *e);
    bool alone;
} groups[] = {
    {"noop", bench_noop, false},
    {"files", bench_files, false},
    {"limits", bench_limits, false},
    {"cache", bench_cache, false},
    {"component", bench_component, false},
    {"net", bench_net, false},
    {"models", bench_llm, false},
    {"convert", bench_convert, false},
    {"start", bench_start, true},
    {"large", bench_large, true},
    {"filetools", bench_filetools, false},
    {"shell", bench_shell, false},
    {"nested", bench_nested, false},
    {"policy", bench_policy, false},
    {"agent", bench_agent, false},
    {"js", bench_js, false},
    {"many", bench_many, true},
    {"python", bench_python, true},
    {"audit", bench_audit, true},
    {"mcp", bench_mcp, true},
};

/* Whether `name` is one of the words of `only`. */
static bool selected(const char *only, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = only; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0'))
            return true;
    }
    return !only;
}

static void run_groups(const options *o, bool alone, const bench_env *e)
{
    for (size_t i = 0; i < BX_COUNT(groups); i++) {
        if (groups[i].alone == alone && selected(o->only, groups[i].name))
            groups[i].run(e);
    }
}

static bool parse(int argc, char **argv, options *o)
{
    static const char *const defaults[] = {"build/bench-guests", "build/tools", "build/bench.json"};
    const char *const *where = defaults;
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            o->quick = true;
        else if (strncmp(argv[i], "--only=", 7) == 0)
            o->only = argv[i] + 7;
        else
            return false;
    }
    if (i != argc && i + 3 != argc)
        return false;
    if (i + 3 == argc)
        where = (const char *const *)argv + i;
    o->guests = where[0];
    o->tools = where[1];
    o->out = where[2];
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--traced") == 0)
        bench_traced(argv[2], (int)strtoul(argv[3], NULL, 10));
    if (argc > 2 && strcmp(argv[1], "--measure") == 0)
        bench_measure(argv + 2);
    if (argc == 5 && strcmp(argv[1], "--save") == 0)
        bench_save(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(argv[1], "--saved") == 0)
        bench_saved(argv[2]);
    if (argc == 5 && strcmp(argv[1], "--mcp") == 0)
        bench_mcp_serve(argv[2], argv[3], strcmp(argv[4], "http") == 0);
    options o = {.quick = false};
    if (!parse(argc, argv, &o)) {
        (void)fprintf(stderr, "usage: boxagnts-bench [--quick] [--only=GROUP[,GROUP...]] "
                              "[GUESTS TOOLS OUT.json]\n");
        return 2;
    }
    char scratch[] = "/tmp/boxagnts-bench.XXXXXX", cache[64];
    if (!mkdtemp(scratch))
        bench_die("no scratch directory");
    (void)snprintf(cache, sizeof cache, "%s/cache", scratch);
    bx_error err;
    bx_egress_cfg net = {0};
    bx_egress *egress = NULL;
    if (bx_egress_new(&net, &egress, &err) != BX_OK)
        bench_die("%s", err.msg);
    bx_runtime_config cfg = {.slots = 1040, .egress = egress, .compile_here = true};
    bench_env e = {.guests = o.guests,
                   .tools = o.tools,
                   .scratch = scratch,
                   .cache_dir = cache,
                   .quick = o.quick};
    if (bx_runtime_new(&cfg, &e.rt, &err) != BX_OK)
        bench_die("%s", err.msg);
    (void)printf("%-34s %12s %12s %-6s %9s   %-11s %-5s\n", "figure", "ours", "theirs", "unit",
                 "ratio", "target", "");
    run_groups(&o, false, &e);
    bx_runtime_free(e.rt);
    bx_egress_free(egress);
    run_groups(&o, true, &e);
    write_json(o.out);
    char cmd[96];
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s", scratch);
    if (system(cmd) != 0)
        (void)fprintf(stderr, "left behind: %s\n", scratch);
    return 0;
}
