/* What an agent's loop costs beyond the model and the tools: a turn, a call, executors beside each
 * other, and a long run.  Events are kept in a database, as always. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "agent/keep.h"
#include "agent/managed.h"
#include "bench/bench.h"

enum { TURNS = 200, CALLS = 10, LONG = 500, PART = 50, EXECUTORS = 100, ROUNDS = 5 };

static const char manifest_text[] =
    "{\"name\":\"noop\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"write\","
    "\"call\":\"json\",\"input_schema\":{\"type\":\"object\"},\"needs\":[],\"annotations\":{"
    "\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":"
    "false}}";

typedef struct place {
    bx_db *db;
    bx_journal journal;
    bx_manifest *manifest;
    bx_agent_tools tools;
    bx_grant *grant;
    bx_ctl ctl;
    double turn_us[LONG + 2]; /* when each request was sent */
    size_t n;
} place;

/* ---- a tool that does nothing ---------------------------------------------------------------- */

static size_t count(void *ctx)
{
    (void)ctx;
    return 1;
}

static const bx_manifest *manifest(void *ctx, size_t i)
{
    (void)i;
    return ((const place *)ctx)->manifest;
}

static bx_code call(void *ctx, const bx_agent_call *c, bx_tool_end *ret, bx_error *err)
{
    static const char result[] =
        "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}],\"isError\":false}";
    (void)ctx, (void)c;
    *ret = (bx_tool_end){.text = bx_buf_init(1024), .notes = bx_buf_init(1024)};
    bx_outcome_init(&ret->outcome);
    return bx_json_parse(bx_str_of(result), 8, &ret->result, err);
}

static void on_event(void *ctx, const bx_agent_event *ev)
{
    place *p = ctx;
    if (strcmp(ev->type, "request") == 0 && p->n < BX_COUNT(p->turn_us))
        p->turn_us[p->n++] = bench_now_us();
}

static void open_place(const bench_env *e, place *p)
{
    bx_error err = {.msg = ""};
    char dir[4096];
    (void)snprintf(dir, sizeof dir, "%s/agent", e->scratch);
    const bx_db_config cfg = {.dir = dir};
    *p = (place){.ctl = bx_ctl_init(UINT64_MAX)};
    bx_code rc = bx_db_open(&cfg, &p->db, &err);
    if (rc == BX_OK)
        rc = bx_manifest_from_json(bx_str_of(manifest_text), &p->manifest, &err);
    if (rc == BX_OK)
        rc = bx_grant_new(&p->grant, &err);
    if (rc == BX_OK)
        rc = bx_grant_seal(p->grant, &err);
    if (rc != BX_OK)
        bench_die("agent: %s", err.msg);
    p->journal = bx_journal_on(p->db);
    p->tools = (bx_agent_tools){.count = count, .manifest = manifest, .call = call, .ctx = p};
}

static void close_place(place *p)
{
    bx_grant_free(p->grant);
    bx_manifest_free(p->manifest);
    bx_db_close(p->db);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bx_llm *open_script(const bench_env *e, const char *name, const char *text)
{
    char path[4096], model[4200];
    bx_error err = {.msg = ""};
    bx_llm *m = NULL;
    static _Atomic int scripts;
    (void)snprintf(path, sizeof path, "%s/%s-%d.json", e->scratch, name,
                   atomic_fetch_add(&scripts, 1));
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        bench_die("agent: cannot write %s", path);
    (void)snprintf(model, sizeof model, "script:%s", path);
    if (bx_llm_open(NULL, bx_str_of(model), &m, &err) != BX_OK)
        bench_die("agent: %s", err.msg);
    return m;
}

/* `calls` calls a turn, each with arguments of its own. */
static bx_llm *script_of(const bench_env *e, int turns, int calls)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    (void)bx_buf_addf(&text, "{\"turns\":[{\"repeat\":%d,\"calls\":[", turns);
    for (int i = 0; i < calls; i++)
        (void)bx_buf_addf(&text,
                          "%s{\"tool\":\"noop\",\"arguments\":{\"turn\":\"{{turn}}\",\"i\":%d}}",
                          i ? "," : "", i);
    (void)bx_buf_add_z(&text, "]},{\"text\":\"end\"}]}");
    return open_script(e, "turns", bx_buf_str(&text).p);
}

/* Microseconds of a whole run. */
static double run(place *p, bx_llm *m, const bx_agent_own *own)
{
    static _Atomic int runs;
    char id[32];
    bx_error err = {.msg = ""};
    bx_budget *budget = NULL;
    bx_agent *a = NULL;
    bx_agent_end end = {.status = BX_AGENT_FAILED};
    (void)snprintf(id, sizeof id, "bench-%d", atomic_fetch_add(&runs, 1));
    bx_code rc = bx_budget_new(&bx_spend_unlimited, &budget, &err);
    const bx_agent_config cfg = {.id = bx_str_of(id),
                                 .model = m,
                                 .name = BX_LIT("manager"),
                                 .tools = &p->tools,
                                 .own = own,
                                 .n_own = own != NULL,
                                 .grant = p->grant,
                                 .budget = budget,
                                 .ctl = &p->ctl,
                                 .journal = &p->journal,
                                 .watch = {.event = own ? NULL : on_event, .ctx = p}};
    if (!own)
        p->n = 0;
    double begin = bench_now_us();
    if (rc == BX_OK)
        rc = bx_agent_new(&cfg, &a, &err);
    if (rc == BX_OK)
        rc = bx_agent_run(a, BX_LIT("go"), &end, &err);
    double took = bench_now_us() - begin;
    if (rc != BX_OK || end.status != BX_AGENT_DONE)
        bench_die("agent: %s%s", err.msg, end.why);
    bx_agent_end_done(&end);
    bx_agent_free(a);
    bx_budget_free(budget);
    return took;
}

static double best_run(const bench_env *e, place *p, int turns, int calls)
{
    bx_llm *m = script_of(e, turns, calls);
    double best = run(p, m, NULL);
    for (int i = 1; i < (e->quick ? 1 : ROUNDS); i++) {
        double took = run(p, m, NULL);
        best = took < best ? took : best;
    }
    bx_llm_free(m);
    return best;
}

static void bench_loop(const bench_env *e, place *p)
{
    double one = best_run(e, p, TURNS, 1) / TURNS, many = best_run(e, p, TURNS, CALLS) / TURNS;
    double each = (many - one) / (CALLS - 1), turn = one - each;
    bench_row("agent-turn", turn / 1000, -1, "ms", turn / 1000, BENCH_AT_MOST, 1.0,
              "a turn of the loop beyond the model and its calls, events kept");
    bench_row("agent-call", each / 1000, -1, "ms", each / 1000, BENCH_AT_MOST, 0.1,
              "a tool call of the loop beyond the tool, its two events kept");
}

static void bench_long(const bench_env *e, place *p)
{
    bx_llm *m = script_of(e, LONG, 1);
    double first = 0, last = 0; /* of the quietest rounds */
    for (int i = 0; i < (e->quick ? 1 : ROUNDS); i++) {
        (void)run(p, m, NULL);
        double begin = (p->turn_us[PART] - p->turn_us[0]) / PART;
        double end = (p->turn_us[LONG - 1] - p->turn_us[LONG - 1 - PART]) / PART;
        first = i == 0 || begin < first ? begin : first;
        last = i == 0 || end < last ? end : last;
    }
    bx_llm_free(m);
    bench_row("agent-long", last, first, "us", last / first, BENCH_AT_MOST, 1.2,
              "a turn at the end of %d, against one at the beginning", LONG);
}

/* ---- executors ------------------------------------------------------------------------------- */

static bx_llm *script_of_executors(const bench_env *e, int n)
{
    BX_AUTO_BUF text = bx_buf_init(4 << 20);
    (void)bx_buf_add_z(&text, "{\"conversations\":[{\"agent\":\"manager\",\"turns\":[{\"calls\":[");
    for (int left = n, first = 1; left > 0; left -= 50, first = 0) {
        (void)bx_buf_addf(&text, "%s{\"tool\":\"delegate\",\"arguments\":{\"tasks\":[",
                          first ? "" : ",");
        for (int i = 0; i < left && i < 50; i++)
            (void)bx_buf_addf(&text, "%s{\"title\":\"t\",\"prompt\":\"p\",\"capabilities\":[]}",
                              i ? "," : "");
        (void)bx_buf_add_z(&text, "]}}");
    }
    (void)bx_buf_add_z(&text, "]},{\"text\":\"end\"}]},{\"latency_ms\":200,\"turns\":[{\"call\":{"
                              "\"tool\":\"noop\",\"arguments\":{}},\"repeat\":4},{\"text\":\"e\"}]}"
                              "]}");
    return open_script(e, "executors", bx_buf_str(&text).p);
}

static double run_executors(const bench_env *e, place *p, int n)
{
    bx_error err = {.msg = ""};
    bx_managed *managed = NULL;
    bx_llm *m = script_of_executors(e, n);
    const bx_managed_config cfg = {.delegable = p->grant,
                                   .model = m,
                                   .tools = &p->tools,
                                   .journal = &p->journal,
                                   .children = 1000,
                                   .at_once = 200};
    if (bx_managed_new(&cfg, &managed, &err) != BX_OK)
        bench_die("agent: %s", err.msg);
    double took = run(p, m, bx_managed_tool(managed));
    bx_managed_free(managed);
    bx_llm_free(m);
    return took;
}

/* A call of delegate takes 64 tasks at most, so the hundred are in one process as two managers. */
typedef struct half {
    const bench_env *e;
    place *p;
    double took;
} half;

static void *run_half(void *arg)
{
    half *h = arg;
    h->took = run_executors(h->e, h->p, EXECUTORS / 2);
    return NULL;
}

static void bench_executors(const bench_env *e, place *p)
{
    pthread_t other;
    half halves[2] = {{.e = e, .p = p}, {.e = e, .p = p}};
    double one = run_executors(e, p, 1);
    bench_reset_peak_rss();
    size_t before = bench_rss();
    if (pthread_create(&other, NULL, run_half, &halves[1]) != 0)
        bench_die("agent: no thread");
    (void)run_half(&halves[0]);
    (void)pthread_join(other, NULL);
    double all = halves[0].took > halves[1].took ? halves[0].took : halves[1].took;
    double each = (double)(bench_peak_rss() - before) / EXECUTORS / (1 << 20);
    bench_row("agent-executors", all / 1000, one / 1000, "ms", all / one, BENCH_AT_MOST, 1.3,
              "%d executors of five turns at once, a model that takes 200 ms a turn, against one",
              EXECUTORS);
    bench_row("agent-memory", each, -1, "MiB", each, BENCH_AT_MOST, 1.5,
              "memory of an executor, of %d at once", EXECUTORS);
}

void bench_agent(const bench_env *e)
{
    place p;
    open_place(e, &p);
    bench_loop(e, &p);
    bench_long(e, &p);
    bench_executors(e, &p);
    close_place(&p);
}
