/* The record of calls: what it adds to a call, to a process, and how long it takes to read. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/funnel.h"
#include "app/toolbox.h"
#include "bench/bench.h"
#include "db/audit_internal.h"

enum { TOOLS = 20, BATCH = 10000 };

static const char begin_body[] =
    "{\"version\":\"1.0.0\",\"digest\":"
    "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\","
    "\"client\":\"mcp codex 0.169.0\",\"session\":\"0123456789abcdef\","
    "\"arguments\":{\"path\":\"src/main.c\",\"limit\":100},\"fate\":\"runs\",\"decision\":"
    "{\"answer\":\"allow\",\"why\":\"boxagnts.yaml:12: allow read(**)\"},\"grant\":{\"allow\":"
    "[\"read:/workspace\"],\"mounts\":{\"/workspace\":\"/home/user/project\"}}}";
static const char end_body[] =
    "{\"is_error\":false,\"result\":{\"sha256\":"
    "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\",\"size\":4096},"
    "\"outcome\":{\"kind\":\"exit\",\"exit_code\":0,\"wall_us\":130,\"guest_us\":80,\"host_us\":12,"
    "\"memory_peak_bytes\":131072,\"read\":4096},\"touched\":{\"files\":[{\"op\":\"open\","
    "\"path\":\"/workspace/src/main.c\",\"rights\":\"r\"}]}}";

static void open_record(const char *dir, bool one_shot, bx_db **db, bx_audit **a)
{
    bx_error err;
    const bx_db_config cfg = {.dir = dir, .one_shot = one_shot};
    if (bx_db_open(&cfg, db, &err) != BX_OK || bx_audit_new(*db, a, &err) != BX_OK)
        bench_die("%s", err.msg);
}

/* ---- a call ---------------------------------------------------------------------------------- */

static const bx_str arguments = {"{\"path\":\"src/main.c\",\"limit\":100}", 33};

static void record_call(bx_audit *a, const bx_json_val *values)
{
    static const uint8_t digest[BX_SHA256_BYTES] = {1};
    bx_error err;
    int64_t id = 0;
    const bx_audit_call call = {
        .tool = BX_LIT("noop"),
        .version = BX_LIT("1.0.0"),
        .digest = digest,
        .client = BX_LIT("mcp codex 0.169.0"),
        .run = BX_LIT("01JDZX4YQ2"),
        .arguments = arguments,
        .values = values,
        .fate = BX_LIT("runs"),
        .answer = BX_LIT("allow"),
        .why = BX_LIT("boxagnts.yaml:12: allow noop(*)"),
        .grant =
            BX_LIT("{\"allow\":[\"read:/workspace\"],\"mounts\":{\"/workspace\":\"/home/u/p\"}}"),
    };
    const bx_audit_result end = {
        .result =
            BX_LIT("{\"content\":[{\"type\":\"text\",\"text\":\"done\"}],\"isError\":false}\n"),
        .outcome = BX_LIT("{\"kind\":\"exit\",\"exit_code\":0,\"wall_us\":13,\"guest_us\":3}"),
    };
    if (bx_audit_begin(a, &call, &id, &err) != BX_OK || bx_audit_end(a, id, &end, &err) != BX_OK)
        bench_die("%s", err.msg);
}

static void time_calls(const char *dir, size_t n)
{
    bx_db *db = NULL;
    bx_audit *a = NULL;
    bx_json *doc = NULL;
    bx_error err;
    double *us = calloc(n, sizeof *us);
    open_record(dir, false, &db, &a);
    if (!us || bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, &err) != BX_OK)
        bench_die("out of memory");
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        record_call(a, bx_json_root(doc));
        us[i] = bench_now_us() - begin;
    }
    bench_stats s = bench_stats_of(us, n);
    bench_row("audit_per_call", s.p50, -1, "us", s.p50, BENCH_AT_MOST, 15,
              "begin, committed, and end; %zu calls; min %.1f, mean %.1f, p99 %.1f", n, s.min,
              s.mean, s.p99);
    bx_json_free(doc);
    bx_audit_free(a);
    bx_db_close(db);
    free(us);
}

/* ---- the whole funnel ------------------------------------------------------------------------ */

static const char policy_text[] =
    "mode: default\n"
    "rules:\n"
    "  deny: [ 'read(.env)', 'bash(git push *)', 'web_fetch(domain:*.internal.example.com)' ]\n"
    "  ask: [ 'edit(./.github/**)' ]\n"
    "  allow: [ noop, 'bash(git status *)', 'edit(./src/**)' ]\n";

static const char manifest[] =
    "{\"name\":\"noop\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"execute\","
    "\"call\":\"json\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":"
    "\"string\"},\"limit\":{\"type\":\"integer\"}},\"additionalProperties\":false},\"needs\":[],"
    "\"annotations\":{\"readOnlyHint\":true,\"destructiveHint\":false,\"idempotentHint\":true,"
    "\"openWorldHint\":false}}";

/* Validate, decide, record, and the sandbox; beside the sandbox alone, in turns. */
static void time_funnel(const bench_env *e, const char *dir, size_t n)
{
    char path[1024];
    bx_error err = {.msg = ""};
    BX_AUTO_BUF notes = bx_buf_init(1 << 16);
    bx_manifest *m = NULL;
    bx_app *app = NULL;
    bx_toolbox *box = NULL;
    bx_funnel *f = NULL;
    double *with = calloc(n, sizeof *with), *bare = calloc(n, sizeof *bare);
    (void)snprintf(path, sizeof path, "%s/policy.yaml", e->scratch);
    FILE *to = fopen(path, "w");
    if (!with || !bare || !to || fputs(policy_text, to) < 0 || fclose(to) != 0 ||
        setenv("BOXAGNTS_HOME", dir, 1) != 0)
        bench_die("the policy cannot be written");
    const char *const named[] = {path};
    const bx_funnel_config cfg = {.workspace = NULL, .policy = named, .n_policy = 1};
    const bx_app_config of = {.use_home = true, .slots = 32, .compile_here = true};
    char work[1024]; /* the home directory is not in it, as usual */
    (void)snprintf(work, sizeof work, "%s/work", e->scratch);
    if (mkdir(work, 0700) != 0)
        bench_die("no directory");
    bx_toolbox_config in = {.workspace = work};
    if (bx_manifest_from_json(bx_str_of(manifest), &m, &err) != BX_OK ||
        bx_app_new(&of, &app, &err) != BX_OK || bx_funnel_open(&cfg, &f, &notes, &err) != BX_OK)
        bench_die("%s", err.msg);
    bx_funnel_fill(f, &in);
    if (bx_toolbox_new(app, &in, &box, &err) != BX_OK)
        bench_die("%s", err.msg);
    const bx_limits limits = bx_limits_default();
    bx_module *module = NULL;
    (void)snprintf(path, sizeof path, "%s/tool_noop.wasm", e->guests);
    if (bx_module_open(bx_app_runtime(app), path, &limits, &module, &err) != BX_OK)
        bench_die("%s", err.msg);
    const bx_tool tool = {.manifest = m, .module = module};
    BX_AUTO(bx_sealed) bx_sealed *sealed = bench_seal(NULL);
    const char *const args[] = {"noop"};
    const bx_call alone = {.module = module,
                           .sealed = sealed,
                           .args = args,
                           .n_args = 1,
                           .in = {.kind = BX_STDIN_BYTES, .bytes = arguments},
                           .out_fd = -1,
                           .err_fd = -2};
    const bx_toolbox_call call = {.arguments = arguments,
                                  .err_fd = -2,
                                  .origin = {.client = BX_LIT("mcp codex 0.169.0"),
                                             .run = BX_LIT("01JDZX4YQ2"),
                                             .key = BX_LIT("")}};
    for (size_t i = 0; i < n; i++) {
        bx_tool_end end;
        double begin = bench_now_us();
        bench_check(&alone, NULL);
        bare[i] = bench_now_us() - begin;
        begin = bench_now_us();
        if (bx_toolbox_run_this(box, &tool, &call, &end, &err) != BX_OK || end.is_error)
            bench_die("noop: %s %s", err.msg, end.text.p ? end.text.p : "");
        with[i] = bench_now_us() - begin;
        bx_tool_end_done(&end);
    }
    bench_stats w = bench_stats_of(with, n), b = bench_stats_of(bare, n);
    bench_row("audit_funnel", w.p50, b.p50, "us", w.p50 - b.p50, BENCH_AT_MOST, 15,
              "validated, decided, recorded and run, beside the sandbox alone; the ratio is the "
              "difference; %zu calls; p99 %.1f and %.1f",
              n, w.p99, b.p99);
    bx_toolbox_free(box);
    bx_funnel_close(f);
    bx_module_free(module);
    bx_app_free(app);
    bx_manifest_free(m);
    free(with);
    free(bare);
}

/* ---- a process ------------------------------------------------------------------------------- */

/* Load SQLite, open, record one call, all in a process of its own. */
static double first_call(const char *dir)
{
    int fd[2];
    double us = -1;
    if (pipe(fd) != 0)
        bench_die("no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        bx_db *db = NULL;
        bx_audit *a = NULL;
        bx_error err;
        double begin = bench_now_us();
        open_record(dir, true, &db, &a);
        record_call(a, NULL);
        us = bx_audit_finish(a, &err) == BX_OK ? bench_now_us() - begin : -1;
        _exit(write(fd[1], &us, sizeof us) == sizeof us ? 0 : 1);
    }
    (void)close(fd[1]);
    if (read(fd[0], &us, sizeof us) != sizeof us || us < 0)
        bench_die("recording a call in a process of its own failed");
    (void)close(fd[0]);
    (void)waitpid(pid, NULL, 0);
    return us;
}

static void time_processes(const char *dir, size_t n)
{
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    (void)first_call(dir); /* makes the database */
    for (size_t i = 0; i < n; i++)
        us[i] = first_call(dir);
    bench_stats s = bench_stats_of(us, n);
    free(us);
    bench_row("audit_per_process", s.p50, -1, "us", s.p50, BENCH_AT_MOST, 2000,
              "load SQLite, open the database, record one call; min %.0f, mean %.0f", s.min,
              s.mean);
}

/* ---- a million rows -------------------------------------------------------------------------- */

struct rows {
    bx_audit_head head;
    int64_t n;
};

static bx_code add_rows(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct rows *k = ctx;
    bx_code rc = BX_OK;
    for (int64_t i = 0; i < k->n && rc == BX_OK; i++) {
        uint8_t hash[BX_SHA256_BYTES];
        char tool[16];
        bool end = k->head.id % 2 == 1;
        bx_db_stmt *s = NULL;
        (void)snprintf(tool, sizeof tool, "tool%d", (int)(k->head.id / 2 % TOOLS));
        const bx_audit_row row = {.id = k->head.id + 1,
                                  .kind = end ? BX_AUDIT_END : BX_AUDIT_BEGIN,
                                  .call = end ? k->head.id : 0,
                                  .time_us = k->head.id,
                                  .tool = bx_str_of(end ? "" : tool),
                                  .run = bx_str_of(end ? "" : "run1"),
                                  .body = bx_str_of(end ? end_body : begin_body),
                                  .prev = k->head.hash};
        bx_audit_row_hash(&row, hash);
        rc = bx_db_sql(c, sql, &s, err);
        if (rc != BX_OK)
            return rc;
        bx_db_bind_int(s, 1, row.id);
        bx_db_bind_int(s, 2, row.kind);
        bx_db_bind_int(s, 3, row.call);
        bx_db_bind_int(s, 4, row.time_us);
        bx_db_bind_text(s, 5, row.tool);
        bx_db_bind_text(s, 6, row.run);
        bx_db_bind_text(s, 7, row.body);
        bx_db_bind_blob(s, 8, (bx_str){(const char *)k->head.hash, sizeof k->head.hash});
        bx_db_bind_blob(s, 9, (bx_str){(const char *)hash, sizeof hash});
        rc = bx_db_step(s, NULL, err);
        k->head.id++;
        memcpy(k->head.hash, hash, sizeof hash);
    }
    return rc;
}

static bool count_one(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                      bx_audit_state state)
{
    (void)begin;
    (void)end;
    *(int *)ctx += state == BX_AUDIT_DONE;
    return true;
}

static void time_verify(bx_audit *a, int64_t n)
{
    bx_audit_verdict v;
    bx_error err;
    double begin = bench_now_us();
    if (bx_audit_verify(a, 1, NULL, 0, &v, &err) != BX_OK || !v.whole || v.rows != n)
        bench_die("the record does not verify");
    double s = (bench_now_us() - begin) / 1e6;
    bench_row("audit_verify", s, -1, "s", s * 1e6 / (double)n, BENCH_AT_MOST, 5,
              "%lld rows; the ratio is for a million", (long long)n);
}

static void time_list(bx_audit *a, bool quick)
{
    enum { N = 50 };
    double ms[N];
    size_t n = quick ? 5 : N;
    bx_error err;
    const bx_audit_filter f = {.tool = BX_LIT("tool7"), .limit = 50};
    for (size_t i = 0; i < n; i++) {
        int seen = 0;
        double begin = bench_now_us();
        if (bx_audit_list(a, &f, count_one, &seen, &err) != BX_OK || seen != 50)
            bench_die("listing: %d calls", seen);
        ms[i] = (bench_now_us() - begin) / 1e3;
    }
    bench_stats s = bench_stats_of(ms, n);
    bench_row("audit_list", s.p50, -1, "ms", s.p50, BENCH_AT_MOST, 10,
              "the last 50 calls of one of %d tools; min %.2f, p99 %.2f", TOOLS, s.min, s.p99);
}

static void time_many(const char *dir, const bench_env *e)
{
    bx_db *db = NULL;
    bx_audit *a = NULL;
    bx_error err;
    struct rows k = {.n = BATCH};
    int64_t n = e->quick ? 2 * BATCH : 100 * BATCH;
    bool more = true;
    open_record(dir, true, &db, &a);
    while (k.head.id < n) {
        if (bx_db_write(db, add_rows, &k, &err) != BX_OK)
            bench_die("%s", err.msg);
        bx_db_tidy(db);
    }
    while (more) {
        if (bx_audit_index(a, BATCH, &more, &err) != BX_OK)
            bench_die("%s", err.msg);
        bx_db_tidy(db);
    }
    time_verify(a, n);
    time_list(a, e->quick);
    bx_audit_free(a);
    bx_db_close(db);
}

void bench_audit(const bench_env *e)
{
    char dir[4][512];
    for (int i = 0; i < 4; i++)
        (void)snprintf(dir[i], sizeof dir[i], "%s/audit%d", e->scratch, i);
    time_processes(dir[0], e->quick ? 5 : 100);
    time_calls(dir[1], e->quick ? 1000 : 50000);
    time_funnel(e, dir[3], e->quick ? 200 : 20000);
    time_many(dir[2], e);
}
