/* The tool `delegate`: tasks become executors, their ends one result. */
#include <stdio.h>

#include "agent/managed_internal.h"

static const char description[] =
    "Give tasks to executors that work beside each other, each with a context and a sandbox of its "
    "own, and wait for all of them. An executor knows nothing but its prompt, and may use nothing "
    "but the capabilities you name (read:/workspace/docs, rw:/workspace/src, "
    "fetch:https://example.com), as far as you may delegate them. Two executors that run at the "
    "same time never write to overlapping paths: the second one is refused, or waits "
    "(on_conflict). The result has for each one its status, its last words, the files it changed, "
    "and what it was not granted.";

static const char schema[] =
    "{\"type\":\"object\",\"required\":[\"tasks\"],\"additionalProperties\":false,\"properties\":{"
    "\"tasks\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":64,\"items\":{\"type\":\"object\","
    "\"required\":[\"title\",\"prompt\",\"capabilities\"],\"additionalProperties\":false,"
    "\"properties\":{"
    "\"title\":{\"type\":\"string\",\"description\":\"a few words for people\"},"
    "\"prompt\":{\"type\":\"string\",\"description\":\"all the executor needs to know\"},"
    "\"agent\":{\"type\":\"string\",\"description\":\"a named executor\"},"
    "\"tools\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"names; all "
    "that you have where there is no list\"},"
    "\"capabilities\":{\"type\":\"array\",\"maxItems\":64,\"items\":{\"type\":\"string\"},"
    "\"description\":\"what it may use; an empty list: no files\"},"
    "\"budget\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"turns\":{\"type\":\"integer\",\"minimum\":1},\"calls\":{\"type\":\"integer\",\"minimum\":0},"
    "\"tokens\":{\"type\":\"integer\",\"minimum\":1},\"cost_usd\":{\"type\":\"number\","
    "\"minimum\":0},\"seconds\":{\"type\":\"number\",\"minimum\":0}}},"
    "\"on_conflict\":{\"enum\":[\"refuse\",\"wait\"],\"description\":\"where another one writes to "
    "the same path\"},"
    "\"output_schema\":{\"type\":\"object\",\"description\":\"JSON Schema of its answer\"}}}},"
    "\"until\":{\"enum\":[\"all\",\"first\"],\"description\":\"first: as soon as one is done the "
    "others are cancelled\"}}}";

/* ---- executors of before --------------------------------------------------------------------- */

typedef struct before { /* what the journal says of this station's executors */
    uint64_t call;      /* seq of the one these jobs are of; 0: only count */
    bx_job *jobs;
    size_t n_jobs;
    uint64_t next;
} before;

static bx_str text_of(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

static bx_code take_result(bx_job *j, const bx_json_val *event, bx_error *err)
{
    j->result = bx_buf_init(4 << 20);
    bx_json_out o = bx_json_out_on(&j->result);
    bx_json_out_value(&o, bx_json_get(event, BX_LIT("result")));
    j->done = true;
    j->won = bx_str_eq(text_of(event, "status"), BX_LIT("done"));
    return bx_json_out_end(&o, err);
}

static bx_code on_line(void *ctx, bx_str line, bx_error *err)
{
    before *b = ctx;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    uint64_t index = 0, seq = 0;
    bx_code rc = bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *event = bx_json_root(doc);
    bx_str type = text_of(event, "type"), id = text_of(event, "id");
    bool begins = bx_str_eq(type, BX_LIT("executor"));
    if (!begins && !bx_str_eq(type, BX_LIT("executor_end")))
        return BX_OK;
    b->next += begins;
    (void)bx_json_uint64(bx_json_get(event, BX_LIT("call_seq")), &seq);
    if (b->call == 0 || seq != b->call ||
        !bx_json_uint64(bx_json_get(event, BX_LIT("index")), &index) || index >= b->n_jobs)
        return BX_OK;
    bx_job *j = &b->jobs[index];
    bx_str own = bx_agent_cfg(j->manager)->id;
    if (!begins)
        return take_result(j, event, err);
    j->foreign = !bx_str_starts(id, own);
    (void)snprintf(j->id, sizeof j->id, "%.*s", (int)(id.n < 120 ? id.n : 120), id.p);
    j->resumed = !j->foreign;
    return BX_OK;
}

static bx_code look_back(bx_station *s, const bx_agent_own_call *call, before *b, bx_error *err)
{
    const bx_journal *j = s->tree->cfg.journal;
    if (!j || (s->counted && !call->again))
        return BX_OK;
    b->call = call->again ? call->seq : 0;
    bx_code rc = j->each(j->ctx, bx_agent_cfg(b->jobs[0].manager)->id, on_line, b, err);
    if (rc == BX_OK) {
        s->next = b->next;
        s->counted = true;
    }
    return rc;
}

/* ---- running them ---------------------------------------------------------------------------- */

typedef struct crew {
    bx_job **jobs; /* those that wait for others' paths come last: whom they wait for has begun */
    size_t n;
    bool race; /* the first that is done ends the others */
    _Atomic size_t next;
} crew;

/* One that is cancelled before it has begun does not begin. */
static void end_others(const crew *c, const bx_job *winner)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->jobs[i] != winner)
            bx_ctl_cancel(&c->jobs[i]->ctl); /* its own thread may be at its end already */
    }
}

static void *work(void *arg)
{
    crew *c = arg;
    for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->n;) {
        bx_job_run(c->jobs[i]);
        if (c->race && c->jobs[i]->won)
            end_others(c, c->jobs[i]);
    }
    return NULL;
}

/* Claims of all that do not wait are taken in the order of the tasks, before any runs: who is
 * refused does not depend on who is quicker. */
static bx_code claim(bx_job *j, bx_error *err)
{
    bx_error why = {.msg = ""};
    if (j->waits || j->done)
        return BX_OK;
    bx_code rc = bx_claims_take(j->station->claims, j->id, j->grant, false,
                                bx_agent_cfg(j->manager)->ctl, &why);
    j->claimed = rc == BX_OK;
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", why.msg);
    return rc == BX_OK ? BX_OK : bx_job_refuse(j, why.msg, err);
}

static size_t gather(bx_job *jobs, size_t n, bool waiting, bx_job **ret)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!jobs[i].done && jobs[i].waits == waiting)
            ret[found++] = &jobs[i];
    }
    return found;
}

/* Where the system refuses threads, those there are do it all. */
static void run_all(bx_managed *m, bx_job *jobs, size_t n, bool race)
{
    bx_job *order[BX_TASKS_MAX];
    pthread_t threads[BX_TASKS_MAX];
    crew c = {.jobs = order, .race = race};
    size_t begun = 0;
    c.n = gather(jobs, n, false, order);
    c.n += gather(jobs, n, true, order + c.n);
    for (size_t i = 0; race && i < n; i++) {
        if (jobs[i].won) /* in the process before */
            end_others(&c, &jobs[i]);
    }
    while (begun + 1 < c.n && begun + 1 < m->cfg.at_once &&
           pthread_create(&threads[begun], NULL, work, &c) == 0)
        begun++;
    (void)work(&c);
    for (size_t i = 0; i < begun; i++)
        (void)pthread_join(threads[i], NULL);
}

static bx_code answer(const bx_job *jobs, size_t n, const bx_agent_own_call *call, bx_error *err)
{
    bx_json_out o = bx_json_out_on(call->out);
    bx_code rc = BX_OK;
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("executors"));
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc != BX_OK && rc == BX_OK) {
            *err = jobs[i].err;
            rc = jobs[i].rc;
        }
        bx_json_out_raw(&o, jobs[i].result.n ? bx_buf_str(&jobs[i].result) : BX_LIT("null"));
    }
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    return rc == BX_OK ? bx_json_out_end(&o, err) : rc;
}

static bx_code prepare(bx_station *s, bx_job *jobs, size_t n, const bx_agent_own_call *call,
                       bx_error *err)
{
    before b = {.jobs = jobs, .n_jobs = n};
    bx_code rc = look_back(s, call, &b, err);
    for (size_t i = 0; i < n && rc == BX_OK; i++) {
        if (jobs[i].done) /* by the process before */
            continue;
        if (!jobs[i].resumed && !jobs[i].foreign) {
            bx_str above = bx_agent_cfg(jobs[i].manager)->id;
            (void)snprintf(jobs[i].id, sizeof jobs[i].id, "%.*s.%llu", BX_FMT(above),
                           (unsigned long long)++s->next);
        }
        rc = bx_job_prepare(&jobs[i], err);
    }
    for (size_t i = 0; i < n && rc == BX_OK; i++)
        rc = claim(&jobs[i], err);
    return rc;
}

static bx_code delegate(void *ctx, bx_agent *a, const bx_agent_own_call *call, bx_error *err)
{
    bx_station *s = ctx;
    const bx_json_val *tasks = bx_json_get(call->args, BX_LIT("tasks"));
    size_t n = bx_json_size(tasks), i = 0;
    if (n == 0 || n > BX_TASKS_MAX)
        return bx_fail(err, BX_EINVAL, "delegate: %zu tasks", n);
    BX_AUTOFREE bx_job *jobs = bx_calloc(n, sizeof *jobs);
    if (!jobs)
        return bx_fail(err, BX_ENOMEM, "executors");
    bx_json_iter it = bx_json_iter_of(tasks);
    for (const bx_json_val *task; (task = bx_json_next(&it, NULL)); i++)
        jobs[i] = (bx_job){.station = s,
                           .manager = a,
                           .call = call->id,
                           .seq = call->seq,
                           .index = i,
                           .task = task,
                           .ctl = bx_ctl_init(UINT64_MAX),
                           .text_max = BX_EXECUTOR_TEXT * 12 / (n < 12 ? 12 : n)};
    bool race = bx_str_eq(text_of(call->args, "until"), BX_LIT("first"));
    bx_code rc = BX_OK;
    for (i = 0; i < n && race && rc == BX_OK; i++) {
        rc = bx_ctl_inherit(&jobs[i].ctl, bx_agent_cfg(a)->ctl, err);
        if (rc == BX_OK)
            rc = bx_ctl_make_cancellable(&jobs[i].ctl, err);
    }
    if (rc == BX_OK)
        rc = prepare(s, jobs, n, call, err);
    if (rc == BX_OK) {
        if (s->depth) /* one that only waits does not count among those that run */
            bx_managed_leave(s->tree);
        run_all(s->tree, jobs, n, race);
        if (s->depth)
            bx_managed_return(s->tree, bx_agent_cfg(a)->ctl);
        rc = answer(jobs, n, call, err);
    }
    for (i = 0; i < n; i++)
        bx_job_done(&jobs[i]);
    return rc;
}

bx_code bx_station_open(bx_station *s, bx_managed *tree, const bx_grant *delegable, unsigned depth,
                        bx_error *err)
{
    s->tree = tree;
    s->delegable = delegable;
    s->depth = depth;
    s->tool = (bx_agent_own){.name = "delegate",
                             .description = description,
                             .schema = schema,
                             .resumes = true,
                             .call = delegate,
                             .ctx = s};
    return bx_claims_new(&s->claims, err);
}

void bx_station_close(bx_station *s)
{
    bx_claims_free(s->claims);
    s->claims = NULL;
}
