/* One wait for all that a process can wait for: children, jobs, descriptors, time.  What is behind
 * the gate is looked at with its lock held and waited for without letting go of it, so no change is
 * missed; what only the host's kernel knows is polled, in slices where there is both. */
#include <poll.h>

#include "sandbox/job.h"
#include "sandbox/process.h"
#include "wasi/pipe.h"
#include "wasi/streams.h"

enum {
    SUB_BYTES = 16,
    MAX_SUBS = 1024,
    FEW = 16,
    FIRST_SLICE_NS = 50000,
    LAST_SLICE_NS = BX_CTL_SLICE_MS * 1000000,
};
enum { ON_CHILD = 0, ON_JOB = 1, ON_READ = 2, ON_WRITE = 3 };
enum { FLAG_HANGUP = 1, FLAG_BAD = 2 };

typedef struct sub {
    uint32_t kind, id;
    bool ready;
    uint32_t flags;
    bx_job *job; /* NULL: of another kind, or none */
    bx_wasi_watch watch;
} sub;

typedef struct plan {
    bx_process *p;
    sub *subs;
    struct pollfd *fds; /* as many as subs */
    uint32_t *children; /* as many; indices of those, by pid */
    size_t n, n_fds, n_children;
    bool behind_gate; /* some are not the kernel's */
    uint64_t until_ns;
} plan;

/* ---- the plan -------------------------------------------------------------------------------- */

static bool is_on_fd(const sub *s) { return s->kind == ON_READ || s->kind == ON_WRITE; }

static bx_errno read_sub(plan *r, const uint8_t *at, size_t i)
{
    sub *s = &r->subs[i];
    *s = (sub){.kind = bx_get32(at), .id = bx_get32(at + 4)};
    if (s->kind > ON_WRITE)
        return BX_E_INVAL;
    if (s->kind == ON_JOB) {
        s->job = bx_job_find(r->p, s->id);
        s->flags = s->job ? 0 : FLAG_BAD;
        s->ready = !s->job;
    } else if (s->kind == ON_CHILD) {
        r->children[r->n_children++] = (uint32_t)i;
    } else {
        s->watch = (bx_wasi_watch){.fd = s->id, .writes = s->kind == ON_WRITE};
        bx_wasi_watch_begin(r->p->wasi, &s->watch);
        s->flags = s->watch.bad ? FLAG_BAD : 0;
        s->ready = s->watch.bad || s->watch.ready;
        if (s->watch.host_fd >= 0)
            r->fds[r->n_fds++] = (struct pollfd){.fd = s->watch.host_fd,
                                                 .events = s->kind == ON_READ ? POLLIN : POLLOUT};
    }
    r->behind_gate = r->behind_gate || s->job || s->kind == ON_CHILD || s->watch.pipe;
    return BX_E_SUCCESS;
}

static const sub *of(const plan *r, size_t i) { return &r->subs[r->children[i]]; }

/* By pid, so that a look goes through all processes once.  Few as a rule, and mostly in order. */
static void sort_children(plan *r)
{
    for (size_t width = 1; width < r->n_children; width *= 2) {
        uint32_t out[MAX_SUBS];
        for (size_t at = 0; at < r->n_children; at += 2 * width) {
            size_t mid = at + width < r->n_children ? at + width : r->n_children;
            size_t end = mid + width < r->n_children ? mid + width : r->n_children;
            for (size_t a = at, b = mid, k = at; k < end; k++)
                out[k] = a < mid && (b == end || of(r, a)->id <= of(r, b)->id) ? r->children[a++]
                                                                               : r->children[b++];
        }
        memcpy(r->children, out, r->n_children * sizeof *out);
    }
}

/* ---- looking --------------------------------------------------------------------------------- */

/* Where those that wait for `pid` begin. */
static size_t first_for(const plan *r, uint32_t pid)
{
    size_t lo = 0, hi = r->n_children;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (of(r, mid)->id < pid)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void mark(plan *r, uint32_t pid, bool ended)
{
    for (size_t i = first_for(r, pid); i < r->n_children && of(r, i)->id == pid; i++) {
        sub *s = &r->subs[r->children[i]];
        s->flags = 0;
        s->ready = s->ready || ended;
    }
}

/* Those there is no child for stay bad. */
static void look_at_children_locked(plan *r)
{
    bool any = false, any_ended = false;
    for (size_t i = 0; i < r->n_children; i++) {
        sub *s = &r->subs[r->children[i]];
        s->ready = false;
        s->flags = FLAG_BAD;
    }
    for (const bx_process *q = r->p->tree->all; q; q = q->next) {
        if (q->parent != r->p)
            continue;
        any = true;
        any_ended = any_ended || q->state == BX_PROCESS_ENDED;
        mark(r, (uint32_t)q->pid, q->state == BX_PROCESS_ENDED);
    }
    if (any)
        mark(r, UINT32_MAX, any_ended);
    for (size_t i = 0; i < r->n_children; i++) {
        sub *s = &r->subs[r->children[i]];
        s->ready = s->ready || s->flags;
    }
}

/* What the kernel knows; without waiting, unless `until_ns` says so. */
static bx_errno look_at_host(plan *r, uint64_t until_ns)
{
    int ready = 0;
    if (r->n_fds == 0)
        return BX_E_SUCCESS;
    bx_errno e = bx_wasi_poll(r->p->wasi, r->fds, r->n_fds, until_ns, &ready);
    if (e != BX_E_SUCCESS)
        return e;
    const struct pollfd *f = r->fds;
    for (size_t i = 0; i < r->n; i++) {
        sub *s = &r->subs[i];
        if (!is_on_fd(s) || s->watch.host_fd < 0)
            continue;
        short got = (f++)->revents;
        s->ready = got != 0;
        s->flags = (got & POLLNVAL ? FLAG_BAD : 0) | (got & (POLLHUP | POLLERR) ? FLAG_HANGUP : 0);
    }
    return BX_E_SUCCESS;
}

static void pump(plan *r)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->subs[i].job)
            bx_job_pump(r->subs[i].job);
    }
}

/* *ret_again: one was woken after the pump. */
static void look_locked(plan *r, bool *ret_again)
{
    if (r->n_children > 0)
        look_at_children_locked(r);
    for (size_t i = 0; i < r->n; i++) {
        sub *s = &r->subs[i];
        if (s->job) {
            s->ready = bx_job_is_ready_locked(s->job);
            *ret_again = *ret_again || (!s->ready && bx_job_is_woken_locked(s->job));
        } else if (s->watch.pipe) {
            bx_wasi_watch_pipe_locked(&s->watch);
            s->ready = s->watch.ready;
            s->flags = s->watch.hangup ? FLAG_HANGUP : 0;
        }
    }
}

static size_t count(const plan *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->subs[i].ready;
    return n;
}

/* ---- waiting --------------------------------------------------------------------------------- */

static uint64_t wake_at(const plan *r)
{
    uint64_t at = r->until_ns;
    for (size_t i = 0; i < r->n; i++) {
        uint64_t until = r->subs[i].job ? bx_job_until(r->subs[i].job) : UINT64_MAX;
        at = until < at ? until : at;
    }
    return at;
}

/* One look, and where there is nothing one wait; *ret_n 0: look again. */
static bx_errno step_behind_gate(plan *r, uint64_t slice_ns, size_t *ret_n)
{
    bx_tree *t = r->p->tree;
    bool again = false, wait;
    pump(r);
    bx_errno e = look_at_host(r, 0);
    if (e != BX_E_SUCCESS && e != BX_E_INTR)
        return e;
    bx_tree_lock(t);
    look_locked(r, &again);
    *ret_n = count(r);
    wait = *ret_n == 0 && !again && e == BX_E_SUCCESS && bx_now_ns() < r->until_ns;
    if (wait && r->n_fds == 0)
        e = bx_gate_wait_locked(r->p->wasi, wake_at(r));
    bx_tree_unlock(t);
    if (wait && r->n_fds > 0) {
        uint64_t at = wake_at(r), slice = bx_now_ns() + slice_ns;
        e = look_at_host(r, slice < at ? slice : at);
        *ret_n = count(r);
    }
    return *ret_n > 0 ? BX_E_SUCCESS : e;
}

static void run_what_is_waited_for(plan *r)
{
    bx_job *j = r->n == 1 && r->until_ns == UINT64_MAX ? r->subs[0].job : NULL;
    if (!j || j->kind != BX_JOB_CALL)
        return;
    bx_tree_lock(r->p->tree);
    (void)bx_job_run_here_locked(j);
    bx_tree_unlock(r->p->tree);
}

static bx_errno wait_behind_gate(plan *r, size_t *ret_n)
{
    bx_gate *g = &r->p->tree->gate;
    run_what_is_waited_for(r);
    if (r->n_children > 0) { /* who is asked for has to run beside from now on */
        bx_tree_lock(r->p->tree);
        g->blocked(g->ctx);
        bx_tree_unlock(r->p->tree);
    }
    for (uint64_t slice = FIRST_SLICE_NS;; slice = slice < LAST_SLICE_NS ? slice * 2 : slice) {
        bx_errno e = step_behind_gate(r, slice, ret_n);
        if (e != BX_E_SUCCESS || *ret_n > 0 || bx_now_ns() >= r->until_ns)
            return e;
    }
}

static bx_errno wait_for_host(plan *r, size_t *ret_n)
{
    int ready = 0;
    bx_errno e = BX_E_SUCCESS;
    *ret_n = count(r);
    if (r->n_fds > 0)
        e = look_at_host(r, *ret_n > 0 ? 0 : r->until_ns);
    else if (*ret_n == 0)
        e = bx_wasi_poll(r->p->wasi, r->fds, 0, r->until_ns, &ready);
    *ret_n = count(r);
    return *ret_n > 0 ? BX_E_SUCCESS : e; /* what ends the guest is not lost by that */
}

/* A clock that is not the real one lets a sleep end at once, as in poll_oneoff. */
static bx_errno wait_for_any(plan *r, uint64_t timeout_ns, size_t *ret_n)
{
    bx_wasi *w = r->p->wasi;
    bool forever = timeout_ns == UINT64_MAX, made_up = !forever && bx_wasi_time_is_made_up(w);
    uint64_t now = bx_now_ns();
    r->until_ns = made_up                                        ? 0
                  : forever || timeout_ns > UINT64_MAX - 1 - now ? UINT64_MAX
                                                                 : now + timeout_ns;
    bx_errno e =
        r->behind_gate && r->p->tree ? wait_behind_gate(r, ret_n) : wait_for_host(r, ret_n);
    if (e == BX_E_SUCCESS && *ret_n == 0 && made_up)
        bx_wasi_slept(w, timeout_ns);
    return e;
}

/* ---- the host function ----------------------------------------------------------------------- */

static bx_errno serve(plan *r, uint8_t *subs, uint64_t timeout_ns, uint8_t *ret)
{
    bx_errno e = BX_E_SUCCESS;
    size_t n = 0;
    for (size_t i = 0; i < r->n && e == BX_E_SUCCESS; i++)
        e = read_sub(r, subs + i * SUB_BYTES, i);
    if (e != BX_E_SUCCESS)
        return e;
    if (!r->p->tree) { /* nothing was ever begun */
        for (size_t i = 0; i < r->n_children; i++) {
            sub *s = &r->subs[r->children[i]];
            s->ready = true;
            s->flags = FLAG_BAD;
        }
    }
    sort_children(r);
    e = wait_for_any(r, timeout_ns, &n);
    if (e != BX_E_SUCCESS)
        return e;
    for (size_t i = 0; i < r->n; i++) {
        bx_put32(subs + i * SUB_BYTES + 8, r->subs[i].ready);
        bx_put32(subs + i * SUB_BYTES + 12, r->subs[i].ready ? r->subs[i].flags : 0);
    }
    bx_put32(ret, (uint32_t)n);
    return BX_E_SUCCESS;
}

/* subs, n, timeout_ns, ret_n. */
bx_errno bx_door_ready(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    uint32_t n = (uint32_t)a[1];
    uint8_t *subs, *ret;
    if (n > MAX_SUBS)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, (uint32_t)a[0], (uint64_t)n * SUB_BYTES, &subs) ||
        !bx_guest_slice(m, (uint32_t)a[3], 4, &ret))
        return BX_E_FAULT;
    sub few_subs[FEW];
    struct pollfd few_fds[FEW];
    uint32_t few_children[FEW];
    plan r = {.p = p, .subs = few_subs, .fds = few_fds, .children = few_children, .n = n};
    if (n <= FEW)
        return serve(&r, subs, a[2], ret);
    BX_AUTOFREE sub *many_subs = bx_calloc(n, sizeof *many_subs);
    BX_AUTOFREE struct pollfd *many_fds = bx_calloc(n, sizeof *many_fds);
    BX_AUTOFREE uint32_t *many_children = bx_calloc(n, sizeof *many_children);
    if (!many_subs || !many_fds || !many_children)
        return BX_E_NOMEM;
    r.subs = many_subs;
    r.fds = many_fds;
    r.children = many_children;
    return serve(&r, subs, a[2], ret);
}
