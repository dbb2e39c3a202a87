/* One task: what it asks for, what it gets, what it came to. */
#include <stdio.h>

#include "agent/managed_internal.h"
#include "agent/rights.h"

enum { MAX_DERIVATION = 1 << 20, MAX_RESULT = 4 << 20 };

static bx_str text_of(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

static void put_text(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

/* ---- limits and tools ------------------------------------------------------------------------ */

bx_spend bx_job_limits(const bx_job *j, uint64_t *ret_wall_ns)
{
    static const struct {
        const char *key;
        bx_spend_kind kind;
    } rows[] = {{"tokens", BX_SPEND_TOKENS}, {"calls", BX_SPEND_CALLS}, {"turns", BX_SPEND_TURNS}};
    const bx_json_val *b = bx_json_get(j->task, BX_LIT("budget"));
    bx_spend l = bx_spend_unlimited;
    uint64_t n = 0;
    double d = 0;
    if (j->definition && j->definition->max_turns && j->definition->max_turns < INT32_MAX)
        l.of[BX_SPEND_TURNS] = (int64_t)j->definition->max_turns;
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (bx_json_uint64(bx_json_get(b, bx_str_of(rows[i].key)), &n) && n < INT64_MAX / 4)
            l.of[rows[i].kind] = (int64_t)n;
    }
    if (bx_json_double(bx_json_get(b, BX_LIT("cost_usd")), &d) && d >= 0 && d < 1e6)
        l.of[BX_SPEND_COST] = (int64_t)(d * (double)BX_PICODOLLARS);
    *ret_wall_ns = 0;
    if (bx_json_double(bx_json_get(b, BX_LIT("seconds")), &d) && d > 0 && d < 1e6)
        *ret_wall_ns = (uint64_t)(d * 1e9);
    return l;
}

/* What the task names counts among what the definition names. */
bool bx_job_allows(const bx_job *j, bx_str tool, bool by_default)
{
    const bx_json_val *named = bx_json_get(j->task, BX_LIT("tools"));
    const bx_agent_definition *d = j->definition;
    if (d && bx_definition_names(d->not_tools, tool))
        return false;
    if (d && d->tools && !bx_definition_names(d->tools, tool))
        return false;
    if (named)
        return bx_definition_names(named, tool);
    return by_default || (d && d->tools);
}

/* ---- rights ---------------------------------------------------------------------------------- */

/* A line that is refused as a whole may still be some tools' own, by the policy. */
static void explain_row(const bx_job *j, const bx_agent_tools *t, const bx_json_val *row,
                        bx_json_out *o)
{
    BX_AUTO_BUF names = bx_buf_init(4096), why = bx_buf_init(8192);
    bx_str asked = text_of(row, "asked");
    bx_cap c;
    bool refused = bx_str_starts(text_of(row, "why"), BX_LIT("refused"));
    if (refused && bx_cap_parse(asked, &c, NULL) == BX_OK) {
        t->extras(t->ctx, j->station->delegable, &c, &names);
        bx_cap_done(&c);
    }
    if (names.n == 0) {
        bx_json_out_value(o, row);
        return;
    }
    (void)bx_buf_addf(&why, "in calls of %.*s alone, as far as the policy lets them",
                      BX_FMT(bx_buf_str(&names)));
    bx_json_out_begin_object(o);
    put_text(o, "asked", asked);
    bx_json_out_key(o, BX_LIT("granted"));
    bx_json_out_begin_array(o);
    bx_json_out_string(o, asked);
    bx_json_out_end_array(o);
    put_text(o, "why", bx_buf_str(&why));
    bx_json_out_end_object(o);
}

static bx_code explain(bx_job *j, const bx_agent_tools *t, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *rows = NULL;
    bx_buf text = bx_buf_init(MAX_DERIVATION);
    bx_code rc = bx_json_parse(bx_buf_str(&j->derivation), BX_JSON_MAX_DEPTH, &rows, err);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_iter it = bx_json_iter_of(rc == BX_OK ? bx_json_root(rows) : NULL);
    bx_json_out_begin_array(&o);
    for (const bx_json_val *row; (row = bx_json_next(&it, NULL));)
        explain_row(j, t, row, &o);
    bx_json_out_end_array(&o);
    if (rc == BX_OK)
        rc = bx_json_out_end(&o, err);
    if (rc != BX_OK) {
        bx_buf_done(&text);
        return rc;
    }
    bx_buf_done(&j->derivation);
    j->derivation = text;
    return BX_OK;
}

static bx_code rights_of(bx_job *j, bx_error *err)
{
    const bx_json_val *asked = bx_json_get(j->task, BX_LIT("capabilities"));
    bx_str lines[BX_RIGHTS_MAX];
    size_t n = 0;
    if (!asked && j->definition)
        asked = j->definition->capabilities;
    bx_json_iter it = bx_json_iter_of(asked);
    for (const bx_json_val *v; n < BX_RIGHTS_MAX && (v = bx_json_next(&it, NULL));) {
        if (bx_json_str(v, &lines[n]))
            n++;
    }
    const bx_grant *above = j->station->delegable;
    const bx_agent_tools *t = j->station->tree->cfg.tools;
    bx_code rc = bx_rights_derive(above, lines, n, &j->grant, &j->derivation, err);
    if (rc == BX_OK && t && t->adopt)
        rc = t->adopt(t->ctx, j->grant, above, lines, n, err);
    return rc == BX_OK && t && t->extras ? explain(j, t, err) : rc;
}

static const bx_agent_definition *definition_of(const bx_job *j, bx_str name)
{
    const bx_managed_config *c = &j->station->tree->cfg;
    for (size_t i = 0; i < c->n_definitions; i++) {
        if (bx_str_eq(c->definitions[i].name, name))
            return &c->definitions[i];
    }
    return NULL;
}

/* ---- events ---------------------------------------------------------------------------------- */

static bx_code say_executor(bx_job *j, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(j->manager, &s, "executor");
    put_text(&s.out, "id", bx_str_of(j->id));
    put_text(&s.out, "call", j->call);
    bx_json_out_key(&s.out, BX_LIT("call_seq"));
    bx_json_out_uint(&s.out, j->seq);
    bx_json_out_key(&s.out, BX_LIT("index"));
    bx_json_out_uint(&s.out, j->index);
    put_text(&s.out, "title", j->title);
    put_text(&s.out, "agent", bx_str_of(j->name));
    bx_json_out_key(&s.out, BX_LIT("task"));
    bx_json_out_value(&s.out, j->task);
    bx_json_out_key(&s.out, BX_LIT("derivation"));
    bx_json_out_raw(&s.out, j->derivation.n ? bx_buf_str(&j->derivation) : BX_LIT("[]"));
    bx_json_out_key(&s.out, BX_LIT("granted"));
    if (j->grant)
        bx_rights_put(j->grant, &s.out);
    else
        bx_json_out_null(&s.out);
    return bx_agent_say_end(j->manager, &s, err);
}

static void put_usage(bx_json_out *o, const bx_llm_usage *u)
{
    const struct {
        bx_str key;
        uint64_t n;
    } rows[] = {{BX_LIT("input"), u->input},
                {BX_LIT("cache_read"), u->cache_read},
                {BX_LIT("cache_write"), u->cache_write},
                {BX_LIT("output"), u->output},
                {BX_LIT("thinking"), u->thinking}};
    bx_json_out_key(o, BX_LIT("usage"));
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_json_out_key(o, rows[i].key);
        bx_json_out_uint(o, rows[i].n);
    }
    bx_json_out_end_object(o);
}

static bx_code say_executor_end(bx_job *j, const char *status, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(j->manager, &s, "executor_end");
    put_text(&s.out, "status", bx_str_of(status));
    put_text(&s.out, "id", bx_str_of(j->id));
    put_text(&s.out, "call", j->call);
    bx_json_out_key(&s.out, BX_LIT("call_seq"));
    bx_json_out_uint(&s.out, j->seq);
    bx_json_out_key(&s.out, BX_LIT("index"));
    bx_json_out_uint(&s.out, j->index);
    bx_json_out_key(&s.out, BX_LIT("turns"));
    bx_json_out_uint(&s.out, j->end.turns);
    bx_json_out_key(&s.out, BX_LIT("calls"));
    bx_json_out_uint(&s.out, j->end.calls);
    put_usage(&s.out, &j->end.usage);
    bx_json_out_key(&s.out, BX_LIT("cost_picodollars"));
    if (j->end.has_cost)
        bx_json_out_uint(&s.out, j->end.cost);
    else
        bx_json_out_null(&s.out);
    bx_json_out_key(&s.out, BX_LIT("result"));
    bx_json_out_raw(&s.out, bx_buf_str(&j->result));
    return bx_agent_say_end(j->manager, &s, err);
}

/* ---- results --------------------------------------------------------------------------------- */

static bx_str cut(bx_str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max && ((uint8_t)s.p[max] & 0xc0) == 0x80)
        max--;
    return (bx_str){s.p, max};
}

/* Only lines that were not granted as asked: the manager has to know what its executor lacked. */
static void put_refused(const bx_job *j, bx_json_out *o)
{
    BX_AUTO(bx_json) bx_json *rows = NULL;
    bx_json_out_key(o, BX_LIT("not_granted"));
    bx_json_out_begin_array(o);
    if (j->derivation.n &&
        bx_json_parse(bx_buf_str(&j->derivation), BX_JSON_MAX_DEPTH, &rows, NULL) == BX_OK) {
        bx_json_iter it = bx_json_iter_of(bx_json_root(rows));
        for (const bx_json_val *row; (row = bx_json_next(&it, NULL));) {
            if (!bx_str_eq(text_of(row, "why"), BX_LIT("as asked")))
                bx_json_out_value(o, row);
        }
    }
    bx_json_out_end_array(o);
}

bx_code bx_job_finish(bx_job *j, const char *status, const char *why, const bx_json_val *structured,
                      bx_error *err)
{
    bx_str text = bx_buf_str(&j->end.text), told = cut(text, j->text_max);
    bx_json_out o = bx_json_out_on(&j->result);
    bx_json_out_begin_object(&o);
    put_text(&o, "id", bx_str_of(j->id));
    put_text(&o, "title", j->title);
    put_text(&o, "status", bx_str_of(status));
    put_text(&o, "result", told);
    if (told.n < text.n) {
        bx_json_out_key(&o, BX_LIT("result_bytes_left_out"));
        bx_json_out_uint(&o, text.n - told.n);
    }
    if (*why)
        put_text(&o, "why", bx_str_of(why));
    if (structured) {
        bx_json_out_key(&o, BX_LIT("structured"));
        bx_json_out_value(&o, structured);
    }
    bx_json_out_key(&o, BX_LIT("changed"));
    bx_json_out_raw(&o, j->end.changed.n ? bx_buf_str(&j->end.changed) : BX_LIT("[]"));
    put_refused(j, &o);
    bx_json_out_key(&o, BX_LIT("turns"));
    bx_json_out_uint(&o, j->end.turns);
    bx_json_out_key(&o, BX_LIT("tool_calls"));
    bx_json_out_uint(&o, j->end.calls);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = say_executor_end(j, status, err);
    j->done = rc == BX_OK;
    return rc;
}

bx_code bx_job_refuse(bx_job *j, const char *why, bx_error *err)
{
    j->end.has_cost = true; /* nothing */
    return bx_job_finish(j, "not_started", why, NULL, err);
}

/* ---- before it runs -------------------------------------------------------------------------- */

static bool may_begin(bx_managed *m)
{
    (void)pthread_mutex_lock(&m->lock);
    bool may = m->begun < m->cfg.children;
    m->begun += may;
    (void)pthread_mutex_unlock(&m->lock);
    return may;
}

bx_code bx_job_prepare(bx_job *j, bx_error *err)
{
    bx_managed *m = j->station->tree;
    bx_error why = {.msg = ""};
    bx_str agent = text_of(j->task, "agent");
    j->derivation = bx_buf_init(MAX_DERIVATION);
    j->result = bx_buf_init(MAX_RESULT);
    j->end = (bx_agent_end){.status = BX_AGENT_FAILED};
    j->title = text_of(j->task, "title");
    j->prompt = text_of(j->task, "prompt");
    j->waits = bx_str_eq(text_of(j->task, "on_conflict"), BX_LIT("wait"));
    j->definition = agent.n ? definition_of(j, agent) : NULL;
    bx_code derived = rights_of(j, &why);
    if (derived == BX_ENOMEM)
        return bx_fail(err, derived, "%s", why.msg);
    if (j->definition)
        (void)snprintf(j->name, sizeof j->name, "%.*s", BX_FMT(j->definition->name));
    else
        (void)snprintf(j->name, sizeof j->name, "exec-%.60s", strrchr(j->id, '.') + 1);
    bx_code rc = j->resumed || j->foreign ? BX_OK : say_executor(j, err);
    if (rc != BX_OK)
        return rc;
    if (agent.n && !j->definition) {
        (void)snprintf(why.msg, sizeof why.msg, "there is no agent '%.*s'", BX_FMT(agent));
        derived = BX_ENOENT;
    }
    if (j->foreign)
        return bx_job_finish(j, "unknown",
                             "it began in the session this one was forked from, may have "
                             "done something, and was not begun again",
                             NULL, err);
    if (derived == BX_OK && !may_begin(m)) {
        (void)snprintf(why.msg, sizeof why.msg,
                       "there were %u executors already, the most there "
                       "may be",
                       m->cfg.children);
        derived = BX_ELIMIT;
    }
    return derived == BX_OK ? BX_OK : bx_job_refuse(j, why.msg, err);
}

void bx_job_done(bx_job *j)
{
    const bx_agent_tools *t = j->station->tree->cfg.tools;
    if (j->claimed)
        bx_claims_give(j->station->claims, j->id);
    if (j->grant && t && t->forget)
        t->forget(t->ctx, j->grant);
    bx_grant_free(j->grant);
    bx_ctl_done(&j->ctl);
    bx_buf_done(&j->derivation);
    bx_buf_done(&j->result);
    bx_agent_end_done(&j->end);
}
