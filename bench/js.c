/* JavaScript: a fresh runtime against a fresh isolate and a process, kernels against the same
 * engine compiled otherwise, calls of tools, many at once. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/bench.h"
#include "policy/options.h"
#include "tool/builtin.h"
#include "tool/invoke.h"

enum { TRIES = 7, LIVE = 1000 };

#define NPM "build/bench.npm"
static const char no_npm[] = "no competitor: npm or the packages are missing (make bench installs "
                             "them into " NPM ")";

typedef struct place {
    const bench_env *e;
    bx_tool js, fetch;
    bx_tool_ground ground;
    bx_tool_caller caller;
    bx_call_tools tools;
    bx_sealed *sealed; /* of whoever calls */
    bx_sealed *tool;   /* of a call of the tool with no grants */
} place;

static bx_code protect(const void *ctx, bx_grant *g, bx_error *err)
{
    (void)ctx, (void)g, (void)err;
    return BX_OK;
}

static bx_code find(const void *ctx, bx_str name, bx_tool *ret, bx_error *err)
{
    const place *p = ctx;
    if (!bx_str_eq(name, BX_LIT("web_fetch")))
        return bx_fail(err, BX_ENOENT, "no such tool");
    *ret = p->fetch;
    return BX_OK;
}

static bx_tool builtin(bx_runtime *rt, bx_str name)
{
    const bx_builtin *b = bx_builtin_find(name);
    if (!b)
        bench_die("no %s in this build", name.p);
    const bx_carried carried = bx_builtin_module(b);
    bx_manifest *m = NULL;
    bx_tool t = {.module = NULL};
    bx_error err = {.msg = ""};
    if (bx_builtin_manifest(b, &m, &err) != BX_OK ||
        bx_module_carried(rt, &carried, &t.module, &err) != BX_OK)
        bench_die("%s", err.msg);
    t.manifest = m;
    return t;
}

static bx_sealed *seal(const char *const lines[], size_t n, const bx_limits *l)
{
    bx_error err = {.msg = ""};
    bx_grant *g = NULL;
    bx_sealed *s = NULL;
    bx_code rc = bx_grant_new(&g, &err);
    if (rc == BX_OK)
        rc = bx_grant_set_limits(g, l, &err);
    for (size_t i = 0; i < n && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(lines[i]), &err);
    bx_option o;
    if (rc == BX_OK && bx_option_find(BX_LIT("allow_networks"), &o))
        rc = bx_option_apply(g, o, BX_LIT("127.0.0.0/8"), &err);
    if (rc == BX_OK)
        rc = bx_sealed_new(g, NULL, &s, &err);
    if (rc != BX_OK)
        bench_die("%s", err.msg);
    return s;
}

static void open_place(const bench_env *e, bx_runtime *rt, place *p)
{
    static const char *const lines[] = {"tool:*", "env:BOXAGNTS_TOOL=1",
                                        "fetch:http://127.0.0.1:1..65535"};
    bx_limits l = bx_limits_default();
    l.calls = INT64_MAX;
    l.wall_ns = 600 * BX_SEC;
    l.memory = 512 * BX_MIB;
    *p = (place){.e = e, .ground = {.protect = protect, .find = find, .ctx = p}};
    p->caller = (bx_tool_caller){.on = &p->ground};
    p->tools = bx_tool_nested(&p->caller);
    p->js = builtin(rt, BX_LIT("js"));
    p->fetch = builtin(rt, BX_LIT("web_fetch"));
    p->sealed = seal(lines, 3, &l);
    p->tool = seal(lines + 1, 1, &l);
}

static void close_place(place *p)
{
    bx_sealed_free(p->sealed);
    bx_sealed_free(p->tool);
    bx_module_free(p->js.module);
    bx_module_free(p->fetch.module);
    bx_manifest_free((bx_manifest *)(uintptr_t)p->js.manifest);
    bx_manifest_free((bx_manifest *)(uintptr_t)p->fetch.manifest);
}

/* One call of the tool through the embedder API; dies unless its output holds `expect`. */
static double call(const place *p, const bx_sealed *s, bx_str ask, const char *expect)
{
    const char *const args[] = {"js"};
    const bx_call c = {.module = p->js.module,
                       .sealed = (bx_sealed *)(uintptr_t)s,
                       .args = args,
                       .n_args = 1,
                       .in = {.kind = BX_STDIN_BYTES, .bytes = ask},
                       .out_fd = -1,
                       .err_fd = -1,
                       .tools = &p->tools};
    bx_outcome o;
    bx_error err = {.msg = ""};
    double begin = bench_now_us();
    if (bx_call_run(&c, &o, &err) != BX_OK)
        bench_die("js: %s", err.msg);
    double us = bench_now_us() - begin;
    if (o.kind != BX_OUT_EXIT || o.exit_code != 0 || !o.out || !strstr(o.out, expect))
        bench_die("js: %s %u %.300s %.*s %.*s; expected %s", bx_outcome_kind_name(o.kind),
                  o.exit_code, o.error ? o.error : "", (int)o.out_n, o.out ? o.out : "",
                  (int)o.err_n, o.err ? o.err : "", expect);
    bx_outcome_done(&o);
    return us;
}

/* ---- fresh runtimes ---------------------------------------------------------------------------
 */

/* As a model's call: validated, granted, checked. */
static double tool_call(const place *p)
{
    bx_error err = {.msg = ""};
    bx_tool_end end;
    const bx_tool_call c = {
        .arguments = BX_LIT("{\"code\":\"1+1\"}"), .run = bx_sealed_grant(p->tool), .err_fd = -2};
    double begin = bench_now_us();
    if (bx_tool_invoke(&p->ground, &p->js, &c, &end, &err) != BX_OK || end.is_error)
        bench_die("js: %s %s", err.msg, end.text.p ? end.text.p : "");
    double us = bench_now_us() - begin;
    bx_tool_end_done(&end);
    return us;
}

/* The line of a program's output that begins with `key`, without it; NULL: there is none. */
static const char *line_of(const bx_buf *said, const char *key)
{
    size_t n = strlen(key);
    for (const char *at = said->p; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, key, n) == 0 && at[n] == ' ')
            return at + n + 1;
    }
    return NULL;
}

static void host(const char *command, bx_buf *out)
{
    char piece[4096];
    size_t k;
    bx_buf_clear(out);
    FILE *f = popen(command, "re");
    while (f && (k = fread(piece, 1, sizeof piece, f)) > 0)
        (void)bx_buf_add(out, piece, k);
    if (f)
        (void)pclose(f);
    (void)bx_buf_add_c(out, '\0');
}

static void bench_fresh(const place *p)
{
    enum { N = 500 };
    static double bare[N], tool[N];
    BX_AUTO_BUF said = bx_buf_init(4096);
    size_t n = p->e->quick ? 50 : N;
    for (size_t i = 0; i < 20; i++)
        (void)tool_call(p);
    for (size_t i = 0; i < n; i++) {
        bare[i] = call(p, p->tool, BX_LIT("{\"code\":\"1+1\"}"), "\"result\":2");
        tool[i] = tool_call(p);
    }
    bench_stats b = bench_stats_of(bare, n), t = bench_stats_of(tool, n);
    host(NPM "/node --no-node-snapshot bench/js/isolate.cjs 2>/dev/null", &said);
    const char *isolate = line_of(&said, "isolate");
    double theirs = isolate ? strtod(isolate, NULL) : -1;
    if (!isolate)
        bench_row_missing("js_start_vs_isolated_vm", "us", BENCH_AT_LEAST, 30, no_npm);
    else
        bench_row("js_start_vs_isolated_vm", b.p50, theirs, "us", theirs / b.p50, BENCH_AT_LEAST,
                  30,
                  "fresh runtime to the value of 1+1, a pooled call of `js` by the embedder API "
                  "(best %.0f us; with validation and grant %.0f us); isolated-vm 6.1.2 on node "
                  "24, fresh isolate and context",
                  b.min, t.p50);
    char *const node[] = {"node", "-p", "1+1", NULL};
    bench_stats spawned;
    if (!bench_spawn(node, p->e->quick ? 5 : 20, "2\n", &spawned))
        bench_row_missing("js_start_vs_node", "us", BENCH_AT_LEAST, 400, "node is not installed");
    else
        bench_row("js_start_vs_node", b.p50, spawned.p50, "us", spawned.p50 / b.p50, BENCH_AT_LEAST,
                  400, "the same; a process of the machine's node -p 1+1");
}

/* ---- kernels ----------------------------------------------------------------------------------
 */

static const char *const kernels[] = {"primes", "json", "strings", "regexps", "maps", "sort"};

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void ask_of_file(const char *path, bx_buf *ask)
{
    FILE *f = fopen(path, "re");
    if (!f)
        bench_die("cannot read %s: run it where the repository is", path);
    (void)bx_buf_addf(ask, "{\"code\":\"");
    for (int c; (c = getc(f)) != EOF;) {
        if (c == '"' || c == '\\')
            (void)bx_buf_add_c(ask, '\\');
        if (c == '\n')
            (void)bx_buf_addf(ask, "\\n");
        else
            (void)bx_buf_add_c(ask, (char)c);
    }
    (void)fclose(f);
    (void)bx_buf_addf(ask, "\"}");
}

/* "PATH MS VALUE" of both competitors; the least of ours, whole calls, with the same value. */
static void bench_kernel(const place *p, const char *name, const bx_buf *qjs, const bx_buf *npm)
{
    char path[64], id[64], expect[512] = "\"result\":";
    BX_AUTO_BUF ask = bx_buf_init(1 << 16);
    (void)snprintf(path, sizeof path, "bench/js/%s.js", name);
    ask_of_file(path, &ask);
    const char *native = line_of(qjs, path), *other = line_of(npm, path), *value = native;
    char *end = NULL;
    double native_ms = native ? strtod(native, &end) : -1;
    if (native) {
        value = end + 1;
        (void)snprintf(expect, sizeof expect, "\"result\":\"%.*s\"", (int)strcspn(value, "\n"),
                       value);
    }
    double best = 1e300;
    for (int i = 0; i < (p->e->quick ? 2 : TRIES); i++) {
        double begin = cpu_ms();
        (void)call(p, p->tool, bx_buf_str(&ask), expect);
        double ms = cpu_ms() - begin;
        best = ms < best ? ms : best;
    }
    (void)snprintf(id, sizeof id, "js_%s_vs_native", name);
    if (!native)
        bench_row_missing(id, "ms", BENCH_AT_MOST, 2, "build/bench-qjs is not built");
    else
        bench_row(id, best, native_ms, "ms", best / native_ms, BENCH_AT_MOST, 2,
                  "%s; a whole call, and the evaluation by the same engine compiled by gcc -O2, "
                  "processor time, best of each",
                  path);
    (void)snprintf(id, sizeof id, "js_%s_vs_emscripten", name);
    double theirs = other ? strtod(other, &end) : -1;
    if (!other)
        bench_row_missing(id, "ms", BENCH_AT_MOST, 0.9, no_npm);
    else if (native && strncmp(end + 1, value, strcspn(value, "\n") + 1) != 0)
        bench_die("%s: %.80s", path, end);
    else
        bench_row(id, best, theirs, "ms", best / theirs, BENCH_AT_MOST, 0.9,
                  "the same; quickjs-emscripten 0.31.0 on node 24");
}

static void bench_kernels(const place *p)
{
    BX_AUTO_BUF qjs = bx_buf_init(8192), npm = bx_buf_init(8192);
    char files[512] = "";
    size_t n = 0;
    for (size_t i = 0; i < BX_COUNT(kernels); i++)
        n += (size_t)snprintf(files + n, sizeof files - n, " bench/js/%s.js", kernels[i]);
    char command[1024];
    (void)snprintf(command, sizeof command, "build/bench-qjs%s 2>/dev/null", files);
    host(command, &qjs);
    (void)snprintf(command, sizeof command, NPM "/node bench/js/emscripten.mjs%s 2>/dev/null",
                   files);
    host(command, &npm);
    for (size_t i = 0; i < BX_COUNT(kernels); i++)
        bench_kernel(p, kernels[i], &qjs, &npm);
}

/* ---- eight fetches at once --------------------------------------------------------------------
 */

static double fetches(const place *p, uint16_t port, int n)
{
    char ask[512], expect[64];
    (void)snprintf(ask, sizeof ask,
                   "{\"code\":\"const all = await Promise.all(Array.from({length: %d}, () => "
                   "tools.web_fetch({url: 'http://127.0.0.1:%u/ms100'}))); "
                   "all.filter((r) => JSON.stringify(r).includes('aaaa')).length\"}",
                   n, port);
    (void)snprintf(expect, sizeof expect, "\"result\":%d,", n);
    double best = 1e300;
    for (int i = 0; i < TRIES; i++) {
        double us = call(p, p->sealed, bx_str_of(ask), expect);
        best = us < best ? us : best;
    }
    return best / 1000;
}

static void bench_fetches(const place *p)
{
    uint16_t port = 0;
    pid_t server = bench_server(&port);
    double one = fetches(p, port, 1), eight = fetches(p, port, 8);
    bench_row("js_8_fetches_at_once", eight, one, "ms", eight / one, BENCH_AT_MOST, 1.3,
              "8 tools.web_fetch in one Promise.all, and one; the server takes 100 ms");
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}

/* ---- 1,000 live ones ---------------------------------------------------------------------------
 */

typedef struct live {
    const place *p;
    int id;
    double began, ended;
} live;

static void *live_one(void *arg)
{
    live *l = arg;
    char ask[256], expect[64];
    (void)snprintf(ask, sizeof ask,
                   "{\"code\":\"const keep = [args]; await new Promise((r) => setTimeout(r, %d)); "
                   "keep[0] * 7\",\"args\":%d}",
                   l->p->e->quick ? 500 : 15000, l->id);
    (void)snprintf(expect, sizeof expect, "\"result\":%d,", l->id * 7);
    l->began = bench_now_us();
    (void)call(l->p, l->p->tool, bx_str_of(ask), expect);
    l->ended = bench_now_us();
    return NULL;
}

static void bench_live(const place *p)
{
    static live all[LIVE];
    static pthread_t t[LIVE];
    int n = p->e->quick ? 50 : LIVE;
    pthread_attr_t attr;
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, 4 << 20);
    bench_reset_peak_rss();
    size_t before = bench_rss();
    for (int i = 0; i < n; i++) {
        all[i] = (live){.p = p, .id = i};
        if (pthread_create(&t[i], &attr, live_one, &all[i]) != 0)
            bench_die("no thread");
    }
    double last = 0, first = 1e300;
    for (int i = 0; i < n; i++) {
        (void)pthread_join(t[i], NULL);
        last = all[i].began > last ? all[i].began : last;
        first = all[i].ended < first ? all[i].ended : first;
    }
    (void)pthread_attr_destroy(&attr);
    double mib = ((double)bench_peak_rss() - (double)before) / 1048576;
    bench_row("js_live_sandboxes", n, LIVE, "", last < first ? 1 : 0, BENCH_AT_LEAST, 1,
              "%d calls, each with a timer pending and a thread, all begun before the first ends, "
              "all answers right",
              n);
    bench_row("js_live_memory", mib, -1, "MiB", mib * LIVE / n, BENCH_AT_MOST, 2560,
              "peak of resident memory of them all, host and threads included");
    bench_row("js_call_memory", mib / n, -1, "MiB", mib / n, BENCH_AT_MOST, 4, "of one of them");
}

void bench_js(const bench_env *e)
{
    place p;
    struct stat st;
    char path[512];
    open_place(e, e->rt, &p);
    (void)snprintf(path, sizeof path, "%s/js.wasm", e->tools);
    if (stat(path, &st) != 0)
        bench_die("cannot find %s", path);
    bench_fresh(&p);
    bench_kernels(&p);
    bench_fetches(&p);
    bench_live(&p);
    double mib = (double)st.st_size / 1048576;
    bench_row("js_module_size", mib, -1, "MiB", mib, BENCH_AT_MOST, 1.6, "js.wasm, in MiB");
    close_place(&p);
}
