#include "sandbox/process.h"

#include <stdio.h>
#include <time.h>

#include "sandbox/job.h"
#include "sandbox/tree.h"
#include "wasi/pipe.h"

enum { TICK_NS = 1000000, LAST_SIGNAL = 63 /* of those that have a bit */ };

/* ---- the tree ------------------------------------------------------------------------------- */

void bx_process_init(bx_process *p, bx_live *live)
{
    p->live = live;
    p->tree = NULL;
    p->parent = NULL;
    p->pid = 1;
    p->parent_pid = 0;
    p->depth = 1;
    p->state = BX_PROCESS_RUNNING;
    p->background = false;
    p->killed_by = 0;
    p->view = NULL;
    p->jobs = NULL;
    p->wasi = live->wasi;
}

/* Its input is there, or it needs none of another. */
static bool is_ready_locked(bx_process *q)
{
    if (q->state != BX_PROCESS_PENDING || q->dispatched)
        return false;
    const bx_pipe *in = bx_wasi_reads_from(q->wasi);
    return !in || bx_pipe_has_input_locked(in);
}

static void dispatch_ready(void *ctx)
{
    bx_tree *t = ctx;
    bx_jobs_unpark_locked(t);
    for (bx_process *q = t->all; q;) {
        bool same = !is_ready_locked(q) || bx_process_dispatch_locked(t, q);
        q = same ? q->next : t->all; /* each time it begins again there is one less */
    }
}

static bx_tree *new_tree(bx_live *live)
{
    bx_tree *t = bx_calloc(1, sizeof *t);
    if (!t)
        return NULL;
    pthread_condattr_t a;
    (void)pthread_condattr_init(&a);
    (void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&t->gate.lock, NULL);
    (void)pthread_cond_init(&t->gate.changed, &a);
    (void)pthread_cond_init(&t->work, &a);
    (void)pthread_condattr_destroy(&a);
    t->gate.blocked = dispatch_ready;
    t->gate.ctx = t;
    t->gate.memory = &live->shared->memory;
    t->gate.memory_max = live->limits->memory;
    t->queue_end = &t->queue;
    bx_kept_init(&t->kept);
    t->live = live;
    t->next_pid = 2;
    t->alive = 1;
    return t;
}

bx_errno bx_tree_of(bx_process *p, bx_tree **ret)
{
    if (!p->tree) {
        bx_error err;
        if (bx_vfs_session_share(p->live->files, &err) != BX_OK)
            return BX_E_NOMEM;
        p->tree = new_tree(p->live);
        if (!p->tree)
            return BX_E_NOMEM;
        bx_wasi_set_gate(p->wasi, &p->tree->gate);
    }
    *ret = p->tree;
    return BX_E_SUCCESS;
}

/* ---- ends ------------------------------------------------------------------------------------ */

static const char *const end_names[] = {
    [BX_ENDED_EXIT] = "exit",     [BX_ENDED_SIGNAL] = "signal", [BX_ENDED_TRAP] = "trap",
    [BX_ENDED_MEMORY] = "memory", [BX_ENDED_LIMIT] = "limit",   [BX_ENDED_FAILED] = "failed",
};

/* The beginning of what its caller gave it, with blanks between: those of its manifest tell nothing
 * of this start. */
static size_t show_args(const bx_process *q, char *to, size_t cap)
{
    size_t n = 0, skip = q->program->n_args;
    for (size_t i = 0, k = 0; i < q->args.n && n < cap; i++) {
        char c = q->args.p[i];
        if (k == 0 || k > skip || q->n_args <= skip)
            to[n++] = c ? c : ' ';
        k += c == '\0';
    }
    return n > 0 && to[n - 1] == ' ' && n < cap ? n - 1 : n;
}

static void record(const bx_process *q)
{
    enum { SHOWN = 512 };
    char args[SHOWN];
    size_t n = show_args(q, args, sizeof args);
    const bx_record_process p = {
        .pid = q->pid,
        .parent = q->parent_pid,
        .code = q->ended.code,
        .begin_us = q->begin_ns ? (q->begin_ns - q->live->begin_ns) / 1000 : 0, /* it never did */
        .wall_us = q->ended.wall_us,
        .cpu_us = q->ended.cpu_us,
        .memory_bytes = q->ended.memory_bytes,
    };
    const bx_process_texts t = {.program = q->program->name,
                                .args = {args, n},
                                .end = bx_str_of(end_names[q->ended.kind]),
                                .error = bx_str_of(q->error)};
    bx_record_add_process(q->live->call.record, &p, &t);
}

static void forget(bx_tree *t, bx_process *q)
{
    bx_process **at = &t->all;
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    bx_process_free(q);
}

void bx_process_ended_locked(bx_process *q)
{
    bx_tree *t = q->tree;
    q->state = BX_PROCESS_ENDED;
    t->alive--;
    atomic_fetch_sub(&t->live->shared->processes, 1);
    q->ended_as = ++t->ended;
    record(q);
    bx_process_empty(q);
    for (bx_process *c = t->all, *next; c; c = next) { /* nobody waits for those any more */
        next = c->next;
        if (c->parent != q)
            continue;
        c->parent = NULL;
        if (c->state == BX_PROCESS_ENDED)
            forget(t, c);
    }
    bx_gate_wake_locked(&t->gate);
    if (!q->parent)
        forget(t, q);
}

/* ---- waiting --------------------------------------------------------------------------------- */

static bool is_child(const bx_process *p, const bx_process *q, int32_t pid)
{
    return q->parent == p && (pid < 0 || q->pid == pid);
}

static bx_process *ended_child(const bx_process *p, int32_t pid, bool *any)
{
    bx_process *found = NULL;
    *any = false;
    for (bx_process *q = p->tree->all; q; q = q->next) {
        if (!is_child(p, q, pid))
            continue;
        *any = true;
        if (q->state == BX_PROCESS_ENDED && (!found || q->ended_as < found->ended_as))
            found = q;
    }
    return found;
}

static bx_process *pending_writer(const bx_process *p, const bx_pipe *to, const bx_process *but)
{
    for (bx_process *q = p->tree->all; q; q = q->next) {
        if (q != but && q->parent == p && q->state == BX_PROCESS_PENDING && !q->dispatched &&
            bx_wasi_writes_to(q->wasi, to))
            return q;
    }
    return NULL;
}

/* Which process to run on this stack while waiting for `pid`: that one or, where it would wait for
 * input at once, the child that makes it; NULL: none.  Never another: what is not waited for may
 * itself wait for the one that waits, which could not go on before it.  Where no child makes the
 * input it is begun all the same: it may never read, and who writes may never end. */
static bx_process *pick(bx_process *p, int32_t pid)
{
    bx_tree *t = p->tree;
    bx_process *q = NULL;
    for (bx_process *c = t->all; c; c = c->next) {
        if (is_child(p, c, pid) && c->state == BX_PROCESS_PENDING && !c->dispatched)
            q = c; /* the oldest */
    }
    for (uint64_t steps = t->alive; q && steps > 0; steps--) {
        const bx_pipe *in = bx_wasi_reads_from(q->wasi);
        bx_process *w = in && !bx_pipe_has_input_locked(in) ? pending_writer(p, in, q) : NULL;
        if (!w)
            break;
        q = w;
    }
    return q;
}

static bx_errno wait_locked(bx_process *p, int32_t pid, uint64_t timeout_ns, int32_t *ret_pid,
                            bx_ended *ret)
{
    bx_tree *t = p->tree;
    bool forever = timeout_ns == UINT64_MAX, any;
    uint64_t now = bx_now_ns();
    uint64_t until = forever || timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
    for (;;) {
        bx_process *q = ended_child(p, pid, &any);
        if (q) {
            *ret_pid = q->pid;
            *ret = q->ended;
            forget(t, q);
            return BX_E_SUCCESS;
        }
        if (!any)
            return BX_E_CHILD;
        if (!forever)
            dispatch_ready(t);
        if (!forever && bx_now_ns() >= until)
            return BX_E_TIMEDOUT;
        q = forever ? pick(p, pid) : NULL;
        if (q) {
            bx_process_run_locked(t, q, p);
            continue;
        }
        bx_errno e = bx_gate_wait_locked(p->wasi, until);
        if (e != BX_E_SUCCESS)
            return e;
    }
}

bx_errno bx_process_wait(bx_process *p, int32_t pid, uint64_t timeout_ns, int32_t *ret_pid,
                         bx_ended *ret)
{
    if (!p->tree)
        return BX_E_CHILD;
    bx_tree_lock(p->tree);
    bx_jobs_unpark_locked(p->tree);
    bx_errno e = wait_locked(p, pid, timeout_ns, ret_pid, ret);
    bx_tree_unlock(p->tree);
    return e;
}

/* ---- signals --------------------------------------------------------------------------------- */

/* SIGCHLD, SIGCONT, SIGSTOP and its like, SIGURG, SIGWINCH. */
static bool does_nothing(unsigned sig) { return (sig >= 17 && sig <= 23) || sig == 28; }

static bx_process *find(bx_process *p, int32_t pid)
{
    bx_process *q = p->tree ? p->tree->all : NULL;
    if (pid == p->pid)
        return p;
    if (pid == 1)
        return p->tree ? &p->live->first : NULL;
    while (q && q->pid != pid)
        q = q->next;
    return q;
}

void bx_process_end_locked(bx_process *q, unsigned sig)
{
    atomic_store(&q->killed_by, sig);
    bx_ctl_cancel(q->pid == 1 ? q->live->ctl : &q->ctl);
    for (bx_process *c = q->tree->all; c; c = c->next) { /* it cannot end before what is on top */
        if (c->state == BX_PROCESS_RUNNING && c->below == q)
            bx_process_end_locked(c, sig);
    }
}

static void signal_locked(bx_process *p, bx_process *q, unsigned sig, bool *ret_self)
{
    bool caught = sig != 9 && (bx_wasi_caught(q->wasi) >> sig & 1);
    if (caught && q->state == BX_PROCESS_RUNNING) {
        bx_wasi_send(q->wasi, sig);
        if (p->tree)
            bx_gate_wake_locked(&p->tree->gate);
    } else if (!does_nothing(sig)) {
        if (q == p) {
            atomic_store(&q->killed_by, sig);
            *ret_self = true;
        } else {
            bx_process_end_locked(q, sig);
        }
        if (p->tree)
            bx_gate_wake_locked(&p->tree->gate);
    }
}

bx_errno bx_process_kill(bx_process *p, int32_t pid, unsigned sig, bool *ret_self)
{
    *ret_self = false;
    if (sig > LAST_SIGNAL)
        return BX_E_INVAL;
    if (p->tree)
        bx_tree_lock(p->tree);
    bx_process *q = find(p, pid);
    bx_errno e = q ? BX_E_SUCCESS : BX_E_SRCH;
    if (e == BX_E_SUCCESS && sig > 0 && q->state != BX_PROCESS_ENDED)
        signal_locked(p, q, sig, ret_self);
    if (p->tree)
        bx_tree_unlock(p->tree);
    if (e == BX_E_SUCCESS &&
        sig > 0) /* where all are on one stack nobody ticks before the deadline */
        bx_runtime_tick(bx_module_runtime(p->live->call.module));
    return e;
}

bx_errno bx_process_be_ready(bx_process *first)
{
    bx_tree *t;
    return bx_tree_of(first, &t);
}

void bx_process_signal_all(bx_process *first, unsigned sig)
{
    bx_tree *t = first->tree;
    bool self = false;
    bx_tree_lock(t);
    for (bx_process *q = t->all; q; q = q->next) {
        if (q->state != BX_PROCESS_ENDED && !q->background)
            signal_locked(first, q, sig, &self);
    }
    if (bx_wasi_caught(first->wasi) >> sig & 1)
        signal_locked(first, first, sig, &self);
    bx_tree_unlock(t);
}

/* ---- the end of all -------------------------------------------------------------------------- */

static void cancel_all_locked(bx_tree *t)
{
    t->closing = true;
    for (bx_process *q = t->all; q; q = q->next) {
        if (q->state == BX_PROCESS_ENDED)
            continue;
        bx_process_end_locked(q, atomic_load(&q->killed_by) == 0 ? 9 : q->killed_by);
    }
    bx_gate_wake_locked(&t->gate);
    (void)pthread_cond_broadcast(&t->work);
}

/* Guest code looks at its cancel when it is ticked. */
static void wait_for_running_locked(bx_tree *t)
{
    bx_runtime *rt = bx_module_runtime(t->live->call.module);
    while (t->running > 0) {
        bx_tree_unlock(t);
        bx_runtime_tick(rt);
        bx_tree_lock(t);
        if (t->running == 0)
            break;
        uint64_t wake = bx_now_ns() + TICK_NS;
        struct timespec ts = {(time_t)(wake / 1000000000), (long)(wake % 1000000000)};
        (void)pthread_cond_timedwait(&t->gate.changed, &t->gate.lock, &ts);
    }
}

static void tell(const bx_tree *t, bx_outcome *o)
{
    o->hits.processes += t->hits.processes;
    o->hits.starts += t->hits.starts;
    o->hits.depth += t->hits.depth;
    o->hits.calls += t->hits.calls;
    o->hits.memory += t->hits.memory + t->memory_hits;
    o->http_requests += t->budget.requests;
    o->http_in += t->budget.bytes_in;
    o->http_out += t->budget.bytes_out;
    o->hits.http_requests += t->budget.hit_requests;
    o->hits.http_in += t->budget.hit_in;
    o->hits.http_out += t->budget.hit_out;
}

void bx_process_end_tree(bx_process *first, bx_outcome *o)
{
    bx_tree *t = first->tree;
    if (!t)
        return;
    bx_jobs_end(first);
    bx_tree_lock(t);
    cancel_all_locked(t);
    wait_for_running_locked(t);
    bx_tree_unlock(t);
    while (t->threads) {
        bx_thread *h = t->threads;
        t->threads = h->next;
        (void)pthread_join(h->id, NULL);
        free(h);
    }
    if (t->ticking)
        bx_ticker_part(bx_runtime_ticker(bx_module_runtime(t->live->call.module)));
    bx_wasi_close_all(first->wasi);
    for (bx_process *q = t->all; q; q = q->next) { /* what has not begun yet holds pipes */
        if (q->state != BX_PROCESS_ENDED)
            bx_wasi_close_all(q->wasi);
    }
    bx_tree_lock(t);
    while (t->all) {
        bx_process *q = t->all;
        if (q->state != BX_PROCESS_ENDED) {
            q->parent = NULL; /* so that it is forgotten at once */
            q->ended = (bx_ended){.kind = BX_ENDED_SIGNAL, .code = 137, .signal = 9};
            bx_process_ended_locked(q);
        } else {
            forget(t, q);
        }
    }
    bx_tree_unlock(t);
    if (o)
        tell(t, o);
    for (unsigned i = 0; i < t->n_spare; i++)
        bx_wasi_free(t->spare[i]);
    bx_kept_done(&t->kept);
    bx_views_free(t->views);
    bx_data_free(t->data);
    (void)pthread_cond_destroy(&t->work);
    (void)pthread_cond_destroy(&t->gate.changed);
    (void)pthread_mutex_destroy(&t->gate.lock);
    bx_wasi_set_gate(first->wasi, NULL);
    free(t);
    first->tree = NULL;
}

void bx_process_judge(const bx_process *first, bx_outcome *o)
{
    bx_tree *t = first->tree;
    unsigned sig = atomic_load(&first->killed_by);
    if (t)
        bx_tree_lock(t); /* the others may still run */
    bool has_fatal = t && t->has_fatal;
    if (has_fatal) {
        o->kind = t->fatal;
        free(o->error);
        o->error = bx_strndup(t->fatal_error, strlen(t->fatal_error));
    }
    if (t)
        bx_tree_unlock(t);
    if (!has_fatal && sig > 0 && (o->kind == BX_OUT_CANCELLED || o->kind == BX_OUT_FAILED)) {
        o->kind = BX_OUT_EXIT;
        o->exit_code = 128 + sig;
        free(o->error);
        o->error = NULL;
    }
}
