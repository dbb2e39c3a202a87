/* The run of one executor, on a thread of its own. */
#include "agent/managed_internal.h"
#include "agent/rights.h"
#include "agent/state.h"
#include "tool/schema.h"

enum { MAX_SYSTEM = 512 << 10, MAX_WORDS = 64 << 10 };

typedef struct executor {
    bx_job *job;
    bx_ctl ctl;
    bx_ending ending;
    bx_budget *budget; /* owned */
    bx_buf system, facts;
    bx_buf told;      /* by hooks, for it */
    bx_station below; /* where it delegates from, if it may */
    bool delegates;
    bx_agent_config cfg;
    bx_agent *agent; /* owned */
    bx_json *answer; /* owned; its words as JSON, where they are to fit a schema */
} executor;

/* ---- what it is told ------------------------------------------------------------------------- */

static void write_system(executor *x)
{
    const bx_job *j = x->job;
    const bx_cap_list caps = bx_grant_caps(j->grant);
    (void)bx_buf_add_str(&x->system, j->station->tree->cfg.system);
    (void)bx_buf_add_z(&x->system,
                       "You are one of several executors. A manager gave you one task: do it, and "
                       "nothing else. Your last words are all it gets: say what you found or did, "
                       "and what you could not do.\nYou may use:\n");
    for (size_t i = 0; i < caps.n; i++) {
        char line[4096 + 1];
        if (caps.at[i].kind != BX_CAP_ENV &&
            bx_cap_print(&caps.at[i], line, sizeof line, NULL) == BX_OK)
            (void)bx_buf_addf(&x->system, "- %s\n", line);
    }
    if (!bx_grant_find(j->grant, BX_CAP_READ) && !bx_grant_find(j->grant, BX_CAP_WRITE) &&
        !bx_grant_find(j->grant, BX_CAP_RW))
        (void)bx_buf_add_z(&x->system, "There is no /workspace: commands begin in /tmp (cwd).\n");
    BX_AUTO(bx_json) bx_json *rows = NULL;
    if (bx_json_parse(bx_buf_str(&j->derivation), BX_JSON_MAX_DEPTH, &rows, NULL) == BX_OK) {
        bx_json_iter it = bx_json_iter_of(bx_json_root(rows));
        bx_str asked = BX_LIT(""), why = BX_LIT("");
        for (const bx_json_val *row; (row = bx_json_next(&it, NULL));) {
            if (bx_json_str(bx_json_get(row, BX_LIT("why")), &why) &&
                bx_str_starts(why, BX_LIT("in calls of")) &&
                bx_json_str(bx_json_get(row, BX_LIT("asked")), &asked))
                (void)bx_buf_addf(&x->system, "- %.*s (%.*s)\n", BX_FMT(asked), BX_FMT(why));
        }
    }
    if (j->definition && j->definition->body.n) {
        (void)bx_buf_add_c(&x->system, '\n');
        (void)bx_buf_add_str(&x->system, j->definition->body);
    }
    if (x->told.n)
        (void)bx_buf_addf(&x->system, "\n%.*s\n", BX_FMT(bx_buf_str(&x->told)));
    const bx_json_val *schema = bx_json_get(j->task, BX_LIT("output_schema"));
    if (schema) {
        bx_json_out o = bx_json_out_on(&x->system);
        (void)bx_buf_add_z(&x->system,
                           "\nYour last words are one JSON value and nothing else. Its schema:\n");
        bx_json_out_value(&o, schema);
    }
}

static bx_code write_facts(executor *x, bx_error *err)
{
    bx_json_out o = bx_json_out_on(&x->facts);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("granted"));
    bx_rights_put(x->job->grant, &o);
    bx_json_out_key(&o, BX_LIT("derivation"));
    bx_json_out_raw(&o, bx_buf_str(&x->job->derivation));
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

/* ---- putting it together --------------------------------------------------------------------- */

static bool allows(void *ctx, const bx_manifest *m)
{
    const bx_job *j = ctx;
    const bx_managed_config *c = &j->station->tree->cfg;
    return (!c->allows || c->allows(c->allows_ctx, m)) && bx_job_allows(j, m->name, true);
}

static bx_code model_of(const bx_job *j, bx_llm **ret, bx_error *err)
{
    const bx_managed_config *c = &j->station->tree->cfg;
    *ret = c->model;
    if (!j->definition || j->definition->model.n == 0 || !c->open_model)
        return BX_OK;
    return c->open_model(c->open_ctx, j->definition->model, ret, err);
}

/* Hooks of the manager are told of it, and may be against it, or have words for it. */
static bx_code announce(executor *x, bx_error *err)
{
    bx_job *j = x->job;
    const bx_str name = bx_str_of(j->name);
    BX_AUTO_BUF members = bx_buf_init(4 << 20);
    if (j->resumed || !bx_agent_wants(j->manager, BX_HOOK_SUBAGENT_START, name))
        return BX_OK;
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_json_out o = bx_json_out_on(&members);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("agent_id"));
    bx_json_out_string(&o, bx_str_of(j->id));
    bx_json_out_key(&o, BX_LIT("task"));
    bx_json_out_value(&o, j->task);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    const bx_hook_moment m = {.event = BX_HOOK_SUBAGENT_START,
                              .subject = name,
                              .agent = name,
                              .members = bx_buf_str(&members),
                              .ctl = &x->ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(j->manager, &m, &v, err);
    if (rc == BX_OK && (v.blocks || v.ends))
        rc = bx_fail(err, BX_EDENIED, "%.*s", BX_FMT(bx_buf_str(&v.why)));
    (void)bx_buf_add_str(&x->told, bx_buf_str(&v.context));
    bx_hook_verdict_done(&v);
    return rc;
}

static bx_code begin(executor *x, bx_error *err)
{
    bx_job *j = x->job;
    const bx_managed_config *c = &j->station->tree->cfg;
    const bx_agent_config *above = bx_agent_cfg(j->manager);
    bx_llm *model = NULL;
    bx_code rc = model_of(j, &model, err);
    if (rc == BX_OK && x->delegates)
        rc = bx_station_open(&x->below, j->station->tree, j->grant, j->station->depth + 1, err);
    if (rc != BX_OK)
        return rc;
    write_system(x);
    rc = write_facts(x, err);
    x->cfg = (bx_agent_config){.id = bx_str_of(j->id),
                               .parent = above->id,
                               .title = j->title,
                               .name = bx_str_of(j->name),
                               .workspace = c->workspace,
                               .managed = x->delegates,
                               .model = model,
                               .system = bx_buf_str(&x->system),
                               .tools = c->tools,
                               .allows = allows,
                               .allows_ctx = j,
                               .own = &x->below.tool,
                               .n_own = x->delegates,
                               .grant = j->grant,
                               .budget = x->budget,
                               .ctl = &x->ctl,
                               .journal = c->journal,
                               .watch = c->watch,
                               .hooks = c->hooks,
                               .compact_at = c->compact_at,
                               .asker = c->asker,
                               .facts = bx_buf_str(&x->facts)};
    if (rc == BX_OK)
        rc = bx_agent_new(&x->cfg, &x->agent, err);
    return rc;
}

static bx_code limit(executor *x, bx_error *err)
{
    uint64_t wall = 0;
    const bx_agent_config *above = bx_agent_cfg(x->job->manager);
    const bx_spend limits = bx_job_limits(x->job, &wall);
    bool race = x->job->ctl.parent != NULL;
    bx_code rc = bx_ctl_inherit(&x->ctl, race ? &x->job->ctl : above->ctl, err);
    if (rc == BX_OK && wall)
        bx_ctl_set_deadline(&x->ctl, bx_now_ns() + wall);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&x->ctl, err);
    return rc == BX_OK ? bx_budget_child(above->budget, &limits, &x->budget, err) : rc;
}

/* ---- its answer ------------------------------------------------------------------------------ */

/* "```json … ```" around it is what models like to put. */
static bx_str unfenced(bx_str s)
{
    while (s.n && strchr(" \n\r\t", s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && strchr(" \n\r\t", s.p[s.n - 1]))
        s.n--;
    if (!bx_str_starts(s, BX_LIT("```")) || s.n < 6)
        return s;
    const char *line = memchr(s.p, '\n', s.n);
    if (!line || memcmp(s.p + s.n - 3, "```", 3) != 0)
        return s;
    size_t from = (size_t)(line - s.p) + 1;
    return from + 3 <= s.n ? (bx_str){s.p + from, s.n - from - 3} : s;
}

/* False: `why` says what does not fit. */
static bool fits(executor *x, const bx_schema *schema, bx_buf *why)
{
    bx_error broken = {.msg = ""};
    bx_json_free(BX_TAKE(x->answer));
    if (bx_json_parse(unfenced(bx_buf_str(&x->job->end.text)), BX_JSON_MAX_DEPTH, &x->answer,
                      &broken) != BX_OK) {
        (void)bx_buf_addf(why, "it is no JSON: %s", broken.msg);
        return false;
    }
    if (bx_schema_judge(schema, bx_json_root(x->answer), why) == 0)
        return true;
    bx_json_free(BX_TAKE(x->answer));
    return false;
}

/* Asked once more where it does not fit. */
static bx_code shape(executor *x, bx_buf *why, bx_error *err)
{
    const bx_json_val *schema = bx_json_get(x->job->task, BX_LIT("output_schema"));
    BX_AUTO_BUF again = bx_buf_init(MAX_WORDS);
    bx_error wrong = {.msg = ""};
    BX_AUTO(bx_schema) bx_schema *compiled = NULL;
    if (!schema || x->job->end.status != BX_AGENT_DONE)
        return BX_OK;
    if (bx_schema_compile(schema, NULL, &compiled, &wrong) != BX_OK) {
        (void)bx_buf_addf(why, "output_schema: %s", wrong.msg);
        return BX_OK;
    }
    if (fits(x, compiled, why))
        return BX_OK;
    (void)bx_buf_addf(&again,
                      "Your answer does not fit its schema: %.*s\nAnswer again, with the "
                      "JSON value and nothing else.",
                      (int)why->n, bx_buf_str(why).p);
    bx_agent_end first = x->job->end;
    x->job->end = (bx_agent_end){.status = BX_AGENT_FAILED};
    bx_code rc = bx_agent_run(x->agent, bx_buf_str(&again), &x->job->end, err);
    x->job->end.turns += first.turns;
    x->job->end.calls += first.calls;
    x->job->end.usage.input += first.usage.input;
    x->job->end.usage.output += first.usage.output;
    x->job->end.usage.cache_read += first.usage.cache_read;
    x->job->end.usage.cache_write += first.usage.cache_write;
    x->job->end.cost += first.cost;
    bx_agent_end_done(&first);
    bx_buf_clear(why);
    if (rc == BX_OK && x->job->end.status == BX_AGENT_DONE && fits(x, compiled, why))
        bx_buf_clear(why);
    return rc;
}

/* ---- the run --------------------------------------------------------------------------------- */

static bx_code run_agent(executor *x, bx_error *err)
{
    bx_job *j = x->job;
    bx_code rc = announce(x, err);
    if (rc == BX_OK)
        rc = begin(x, err);
    if (rc == BX_OK && j->resumed) {
        rc = bx_agent_resume(x->agent, err);
        if (rc == BX_ENOENT) /* it had not come to its begin */
            j->resumed = false, rc = BX_OK;
    }
    if (rc == BX_OK && j->resumed && bx_agent_has_ended(x->agent, &j->end))
        return BX_OK;
    bool asked = j->resumed && bx_agent_is_asked(x->agent);
    if (rc == BX_OK)
        rc = bx_agent_run(x->agent, asked ? BX_LIT("") : j->prompt, &j->end, err);
    return rc;
}

static bx_code run(executor *x, bx_buf *why, bx_error *err)
{
    bx_job *j = x->job;
    bx_code rc = limit(x, err);
    if (rc == BX_OK)
        bx_managed_watch(j->station->tree, &x->ending);
    if (rc == BX_OK)
        rc = bx_managed_enter(j->station->tree, &x->ctl, err);
    if (rc != BX_OK)
        return rc;
    if (!j->claimed)
        rc = bx_claims_take(j->station->claims, j->id, j->grant, j->waits, &x->ctl, err);
    j->claimed = j->claimed || rc == BX_OK;
    if (rc == BX_OK)
        rc = run_agent(x, err);
    if (rc == BX_OK)
        rc = shape(x, why, err);
    bx_managed_leave(j->station->tree);
    return rc;
}

/* Whatever happens to it is a result; only a journal that cannot be written ends the manager. */
void bx_job_run(bx_job *j)
{
    executor x = {.job = j,
                  .ctl = bx_ctl_init(UINT64_MAX),
                  .system = bx_buf_init(MAX_SYSTEM),
                  .facts = bx_buf_init(2 << 20),
                  .told = bx_buf_init(BX_HOOK_MAX_CONTEXT + 4)};
    BX_AUTO_BUF why = bx_buf_init(MAX_WORDS);
    bx_error err = {.msg = ""};
    x.delegates = j->station->depth + 1 < j->station->tree->cfg.depth &&
                  bx_job_allows(j, BX_LIT("delegate"), false);
    x.ending = (bx_ending){.id = j->id, .ctl = &x.ctl};
    bx_code rc = run(&x, &why, &err);
    bx_managed_forget(j->station->tree, &x.ending);
    if (rc == BX_OK) {
        bx_agent_add_below(j->manager, &j->end);
        const char *words = j->end.status != BX_AGENT_DONE ? j->end.why : why.n ? why.p : "";
        if (x.ending.cancelled && j->end.status == BX_AGENT_CANCELLED)
            words = "a person ended it";
        j->won = j->end.status == BX_AGENT_DONE;
        j->rc = bx_job_finish(j, bx_agent_status_name(j->end.status), words,
                              x.answer ? bx_json_root(x.answer) : NULL, &j->err);
    } else {
        j->rc = bx_job_refuse(j, err.msg, &j->err);
    }
    if (j->claimed)
        bx_claims_give(j->station->claims, j->id);
    j->claimed = false;
    bx_agent_free(x.agent);
    bx_station_close(&x.below);
    bx_budget_free(x.budget);
    bx_ctl_done(&x.ctl);
    bx_json_free(x.answer);
    bx_buf_done(&x.system);
    bx_buf_done(&x.facts);
    bx_buf_done(&x.told);
}
