/* Jobs of a process, and those of them that are tool calls. */
#include "sandbox/job.h"

#include <stdio.h>
#include <time.h>

#include "sandbox/process.h"

enum { MAX_ANSWER = 64 << 20, TICK_NS = 1000000, MAX_GENERATION = UINT32_MAX / BX_JOBS_MAX - 1 };

/* ---- the table ------------------------------------------------------------------------------- */

static bx_errno jobs_of(bx_process *p, bx_jobs **ret)
{
    bx_tree *t;
    bx_errno e = bx_tree_of(p, &t);
    if (e != BX_E_SUCCESS)
        return e;
    if (!p->jobs) {
        const bx_live *l = p->live;
        p->jobs = bx_calloc(1, sizeof *p->jobs);
        if (!p->jobs)
            return BX_E_NOMEM;
        p->jobs->net = (bx_way_out){.rt = bx_module_runtime(l->call.module),
                                    .sealed = l->call.sealed,
                                    .grant = bx_view_grant(p->view, l->call.sealed),
                                    .limits = l->limits,
                                    .budget = &t->budget,
                                    .web = &l->shared->web,
                                    .deadline_ns = bx_process_ctl(p)->deadline_ns,
                                    .record = l->call.record,
                                    .pid = p->pid};
    }
    *ret = p->jobs;
    return BX_E_SUCCESS;
}

/* Numbers go on, so that one that was dropped long ago is not another's. */
static bx_job **free_slot(bx_jobs *js, uint32_t *ret_id)
{
    for (unsigned i = 0; i < BX_JOBS_MAX; i++) {
        unsigned k = (js->hint + i) % BX_JOBS_MAX;
        if (js->at[k] || js->generation[k] == MAX_GENERATION)
            continue;
        js->hint = k + 1;
        *ret_id = ++js->generation[k] * BX_JOBS_MAX + k;
        return &js->at[k];
    }
    return NULL;
}

bx_errno bx_job_new(bx_process *p, bx_job_kind kind, uint64_t bytes, bx_job **ret)
{
    bx_jobs *js;
    bx_errno e = jobs_of(p, &js);
    if (e != BX_E_SUCCESS)
        return e;
    if (js->n == BX_JOBS_MAX)
        return BX_E_AGAIN;
    bytes += BX_JOB_BYTES;
    if (!bx_tree_charge(p->tree, bytes))
        return BX_E_NOMEM;
    bx_job *j = bx_calloc(1, sizeof *j);
    bx_job **slot = j ? free_slot(js, &j->id) : NULL;
    if (!slot) {
        bx_tree_give(p->tree, bytes);
        e = j ? BX_E_AGAIN : BX_E_NOMEM;
        free(j);
        return e;
    }
    j->owner = p;
    j->kind = kind;
    j->charged = bytes;
    *slot = j;
    js->n++;
    *ret = j;
    return BX_E_SUCCESS;
}

static void leave_slot(bx_job *j)
{
    bx_jobs *js = j->owner->jobs;
    js->at[j->id % BX_JOBS_MAX] = NULL;
    js->n--;
}

/* Whatever it has but its slot. */
static void destroy(bx_job *j)
{
    if (j->kind == BX_JOB_CALL) {
        free((void *)(uintptr_t)j->call.name.p);
        bx_buf_done(&j->call.answer);
    } else {
        bx_http_job_done(j);
    }
    bx_tree_give(j->owner->tree, j->charged);
    free(j);
}

void bx_job_free(bx_job *j)
{
    leave_slot(j);
    destroy(j);
}

bx_job *bx_job_find(const bx_process *p, uint32_t id)
{
    bx_job *j = p->jobs ? p->jobs->at[id % BX_JOBS_MAX] : NULL;
    return j && j->id == id ? j : NULL;
}

/* ---- calls: beginning one -------------------------------------------------------------------- */

static void enqueue_locked(bx_tree *t, bx_job *j)
{
    *t->queue_end = j;
    t->queue_end = &j->next;
    t->jobs_queued++;
}

static void dequeue_locked(bx_tree *t, bx_job *j)
{
    bx_job **at = &t->queue;
    while (*at != j)
        at = &(*at)->next;
    if (t->parked == j)
        t->parked = NULL;
    *at = j->next;
    if (!*at)
        t->queue_end = at;
    j->next = NULL;
    t->jobs_queued--;
}

static void end_with(bx_call_job *c, bx_nested_status s, const char *words)
{
    c->status = s;
    bx_buf_clear(&c->answer);
    (void)bx_buf_add_z(&c->answer, words);
    c->stage = BX_CALL_OVER;
}

static bx_errno copy_texts(bx_call_job *c, bx_str name, bx_str input)
{
    char *p = bx_calloc(1, name.n + input.n + 1);
    if (!p)
        return BX_E_NOMEM;
    if (name.n > 0)
        memcpy(p, name.p, name.n);
    if (input.n > 0)
        memcpy(p + name.n, input.p, input.n);
    c->name = (bx_str){p, name.n};
    c->input = (bx_str){p + name.n, input.n};
    return BX_E_SUCCESS;
}

/* Without any thread nobody would ever take them. */
static void fail_all_locked(bx_tree *t)
{
    while (t->queue) {
        bx_job *j = t->queue;
        dequeue_locked(t, j);
        end_with(&j->call, BX_NESTED_LIMIT, "no thread to run it");
    }
}

/* For one more in the queue, and for who is parked. */
static void find_threads_locked(bx_tree *t)
{
    bx_jobs_unpark_locked(t);
    if (bx_tree_thread_for_job_locked(t) != 0)
        fail_all_locked(t);
}

void bx_jobs_unpark_locked(bx_tree *t)
{
    if (t->parked && bx_tree_thread_for_job_locked(t) != 0)
        fail_all_locked(t);
    t->parked = NULL;
}

void bx_jobs_unpark(const bx_process *p)
{
    if (!p->tree)
        return;
    bx_tree_lock(p->tree);
    bx_jobs_unpark_locked(p->tree);
    bx_tree_unlock(p->tree);
}

bx_errno bx_job_call_start(bx_process *p, bx_str name, bx_str input, uint32_t *ret)
{
    bx_job *j;
    bx_errno e = bx_job_new(p, BX_JOB_CALL, name.n + input.n, &j);
    if (e != BX_E_SUCCESS)
        return e;
    bx_call_job *c = &j->call;
    c->answer = bx_buf_init(MAX_ANSWER);
    c->ctl = bx_ctl_init(UINT64_MAX);
    e = copy_texts(c, name, input);
    if (e != BX_E_SUCCESS) {
        bx_job_free(j);
        return e;
    }
    bx_tree *t = p->tree;
    bx_tree_lock(t);
    if (bx_ctl_inherit(&c->ctl, bx_process_ctl(p), NULL) != BX_OK) {
        end_with(c, BX_NESTED_LIMIT, "over the limit depth");
    } else {
        bool alone = t->jobs_queued == 0 && t->jobs_running == 0 && t->running == 0;
        enqueue_locked(t, j);
        if (alone)
            t->parked = j;
        else
            find_threads_locked(t);
    }
    bx_tree_unlock(t);
    *ret = j->id;
    return BX_E_SUCCESS;
}

/* ---- calls: on a thread ---------------------------------------------------------------------- */

unsigned bx_jobs_startable_locked(const bx_tree *t)
{
    unsigned more = t->jobs_running < BX_JOBS_AT_ONCE ? BX_JOBS_AT_ONCE - t->jobs_running : 0;
    if (atomic_load(&t->live->shared->jobs) >= BX_JOBS_IN_ALL) /* one goes on, so that all end */
        more = t->jobs_running == 0;
    return t->closing ? 0 : t->jobs_queued < more ? t->jobs_queued : more;
}

bx_job *bx_job_pick_locked(bx_tree *t)
{
    if (bx_jobs_startable_locked(t) == 0)
        return NULL;
    bx_job *j = t->queue;
    dequeue_locked(t, j);
    j->call.stage = BX_CALL_RUNS;
    t->jobs_running++;
    atomic_fetch_add(&t->live->shared->jobs, 1);
    j->owner->jobs->running++;
    return j;
}

/* The answer counts as long as it is kept. */
static void charge_answer(bx_job *j)
{
    bx_call_job *c = &j->call;
    if (bx_tree_charge(j->owner->tree, c->answer.cap)) {
        j->charged += c->answer.cap;
        return;
    }
    bx_buf_done(&c->answer);
    c->answer = bx_buf_init(MAX_ANSWER);
    c->status = BX_NESTED_LIMIT;
    (void)bx_buf_add_z(&c->answer, "over the limit memory: there is no room for the answer");
}

static void run(bx_job *j)
{
    bx_call_job *c = &j->call;
    if (bx_ctl_check(&c->ctl) != BX_STOP_NONE) { /* while it was in the queue */
        c->status = BX_NESTED_LIMIT;
        (void)bx_buf_add_z(&c->answer, "the call that asks is over");
        return;
    }
    const bx_process *before = bx_process_act_for(j->owner);
    const bx_tool_ask ask = {.name = c->name,
                             .input = c->input,
                             .above = &c->ctl,
                             .beside = !c->alone,
                             .answer = &c->answer};
    c->status = bx_process_ask(j->owner, &ask);
    (void)bx_process_act_for(before);
    charge_answer(j);
}

void bx_job_run_locked(bx_tree *t, bx_job *j)
{
    bx_jobs *js = j->owner->jobs;
    bx_tree_unlock(t);
    run(j);
    bx_tree_lock(t);
    t->jobs_running--;
    atomic_fetch_sub(&t->live->shared->jobs, 1);
    js->running--;
    j->call.stage = BX_CALL_OVER;
    if (j->call.dropped)
        destroy(j);
}

/* ---- calls: what the process asks ------------------------------------------------------------ */

/* Who asks instead of waiting goes on with something else. */
static bx_call_stage stage_of(bx_job *j)
{
    bx_tree *t = j->owner->tree;
    bx_tree_lock(t);
    bx_jobs_unpark_locked(t);
    bx_call_stage s = j->call.stage;
    bx_tree_unlock(t);
    return s;
}

bool bx_job_run_here_locked(bx_job *j)
{
    bx_tree *t = j->owner->tree;
    if (t->parked != j || t->queue != j || !bx_job_pick_locked(t))
        return false;
    j->call.alone = t->n_threads == 0;
    bx_job_run_locked(t, j);
    return true;
}

/* Arguments that do not fit have a result too, one that says so. */
static bool has_result(const bx_call_job *c)
{
    return c->status == BX_NESTED_OK || c->status == BX_NESTED_INVALID;
}

static void call_state(bx_job *j, bx_job_info *ret)
{
    const bx_call_job *c = &j->call;
    *ret = (bx_job_info){.kind = BX_JOB_CALL};
    if (stage_of(j) != BX_CALL_OVER)
        return;
    bool refused = c->status == BX_NESTED_DENIED || c->status == BX_NESTED_LIMIT;
    ret->progress = has_result(c) ? BX_JOB_ENDED : BX_JOB_FAILED;
    ret->status = (uint32_t)c->status;
    ret->why = has_result(c) ? BX_JOB_NO_WHY : refused ? BX_JOB_REFUSED : BX_JOB_NETWORK;
    ret->head_bytes = has_result(c) ? 0 : c->answer.n;
    ret->body_bytes = c->answer.n - c->read;
}

static bx_errno call_head(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    const bx_call_job *c = &j->call;
    if (stage_of(j) != BX_CALL_OVER)
        return BX_E_AGAIN;
    size_t n = has_result(c) ? 0 : c->answer.n, k = n < cap ? n : cap;
    if (k > 0)
        memcpy(to, c->answer.p, k);
    *ret_n = n;
    return BX_E_SUCCESS;
}

static bx_errno call_read(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    bx_call_job *c = &j->call;
    if (stage_of(j) != BX_CALL_OVER)
        return BX_E_AGAIN;
    size_t n = c->answer.n - c->read;
    if (n > cap)
        n = cap;
    if (n > 0)
        memcpy(to, c->answer.p + c->read, n);
    c->read += n;
    *ret_n = n;
    return BX_E_SUCCESS;
}

void bx_job_state(bx_job *j, bx_job_info *ret)
{
    if (j->kind == BX_JOB_CALL)
        call_state(j, ret);
    else
        bx_http_job_state(j, ret);
}

bx_errno bx_job_head(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    return j->kind == BX_JOB_CALL ? call_head(j, to, cap, ret_n)
                                  : bx_http_job_head(j, to, cap, ret_n);
}

bx_errno bx_job_read(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    return j->kind == BX_JOB_CALL ? call_read(j, to, cap, ret_n)
                                  : bx_http_job_read(j, to, cap, ret_n);
}

/* ---- the end --------------------------------------------------------------------------------- */

/* A call that runs is told to end; whoever runs it frees it. */
static bool leave_to_its_thread(bx_job *j)
{
    bx_tree *t = j->owner->tree;
    bx_tree_lock(t);
    bool runs = j->call.stage == BX_CALL_RUNS;
    if (j->call.stage == BX_CALL_QUEUED)
        dequeue_locked(t, j);
    if (runs) {
        j->call.dropped = true;
        bx_ctl_cancel(&j->call.ctl);
        bx_tree_tick_locked(t);
    }
    bx_tree_unlock(t);
    return runs;
}

void bx_job_drop(bx_job *j)
{
    bx_runtime *rt = bx_module_runtime(j->owner->live->call.module);
    leave_slot(j);
    if (j->kind == BX_JOB_CALL && leave_to_its_thread(j))
        bx_runtime_tick(rt);
    else
        destroy(j);
}

/* Guest code looks at its cancel when it is ticked. */
static void wait_for_calls(bx_process *p)
{
    bx_tree *t = p->tree;
    bx_runtime *rt = bx_module_runtime(p->live->call.module);
    bx_tree_lock(t);
    while (p->jobs->running > 0) {
        bx_tree_unlock(t);
        bx_runtime_tick(rt);
        bx_tree_lock(t);
        if (p->jobs->running == 0)
            break;
        uint64_t wake = bx_now_ns() + TICK_NS;
        struct timespec ts = {(time_t)(wake / 1000000000), (long)(wake % 1000000000)};
        (void)pthread_cond_timedwait(&t->gate.changed, &t->gate.lock, &ts);
    }
    bx_tree_unlock(t);
}

void bx_jobs_end(bx_process *p)
{
    bx_jobs *js = p->jobs;
    if (!js)
        return;
    for (size_t i = 0; i < BX_JOBS_MAX && js->n > 0; i++) {
        if (js->at[i])
            bx_job_drop(js->at[i]);
    }
    wait_for_calls(p);
    bx_way_out_close(&js->net);
    free(js);
    p->jobs = NULL;
}

/* ---- for waits ------------------------------------------------------------------------------- */

bool bx_job_is_ready_locked(const bx_job *j)
{
    if (j->kind == BX_JOB_CALL)
        return j->call.stage == BX_CALL_OVER;
    const bx_http_job *h = &j->http;
    return h->progress >= BX_JOB_ENDED || (h->progress == BX_JOB_HEAD && !h->told) || h->n > h->at;
}

bool bx_job_is_woken_locked(const bx_job *j)
{
    return j->kind == BX_JOB_HTTP && atomic_load(&j->http.woken);
}

uint64_t bx_job_until(const bx_job *j)
{
    return j->kind == BX_JOB_HTTP && j->http.progress < BX_JOB_ENDED ? j->http.until_ns
                                                                     : UINT64_MAX;
}
