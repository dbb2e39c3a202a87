/* poll_oneoff: wait for a time or for bytes, whichever comes first.  Every subscription that is
 * wrong gets an event of its own that says so, and the others are served all the same; but one of
 * an unknown type is no subscription, no event could name it, and the call is EINVAL. */
#include "wasi/internal.h"

#include <limits.h>
#include <stdio.h>

enum { SUB_BYTES = 48, EVENT_BYTES = 32, FEW = 8 };
enum { TYPE_CLOCK = 0, TYPE_FD_READ = 1, TYPE_FD_WRITE = 2 };
enum { CLOCK_ABSTIME = 1, EVENT_HANGUP = 1 };
enum { PIPE_SLICE_NS = 1000000 };

typedef struct sub {
    uint64_t userdata;
    uint64_t wait_ns; /* clocks: from the beginning of the call */
    uint64_t n_bytes;
    uint32_t fd;
    uint8_t type;
    bool fired, hangup;
    bool is_pipe; /* of this call: nothing of the host's to wait on, and still not always ready */
    bx_errno error;
    int host_fd; /* -1: nothing of the host's to wait on */
} sub;

/* ---- reading subscriptions ------------------------------------------------------------ */

static uint64_t from_now(uint64_t at, uint64_t now) { return at > now ? at - now : 0; }

static void read_clock(bx_wasi *w, const uint8_t *p, sub *s)
{
    uint32_t id = bx_get32(p + 16);
    uint16_t flags = bx_get16(p + 40);
    s->wait_ns = bx_get64(p + 24);
    if (id > 3 || (flags & ~CLOCK_ABSTIME))
        s->error = BX_E_INVAL;
    else if (id > 1)
        s->error = BX_E_NOTSUP; /* processor time does not pass while waiting for it */
    else if (flags)
        s->wait_ns = from_now(s->wait_ns, id == 0 ? bx_guest_realtime(w) : bx_guest_monotonic(w));
}

static void read_fd(bx_wasi *w, const uint8_t *p, sub *s)
{
    s->fd = bx_get32(p + 16);
    const bx_fd *f = bx_fd_get(w, s->fd);
    uint64_t right = s->type == TYPE_FD_READ ? BX_R_FD_READ : BX_R_FD_WRITE;
    if (!f || !(f->base & right))
        s->error = BX_E_BADF;
    else if (!(f->base & BX_R_POLL_FD_READWRITE))
        s->error = BX_E_NOTCAPABLE;
    else if (bx_fd_is_stream(f))
        s->host_fd = bx_stream_poll_fd(w, f);
    else
        s->host_fd = bx_file_poll_fd(f->file);
    s->is_pipe = !s->error && f->kind == BX_FD_PIPE;
    s->fired = !s->error && s->host_fd < 0 && !s->is_pipe;
}

/* False: of an unknown type. */
static bool read_sub(bx_wasi *w, const uint8_t *p, sub *s)
{
    *s = (sub){.userdata = bx_get64(p), .type = p[8], .host_fd = -1};
    if (s->type > TYPE_FD_WRITE)
        return false;
    if (s->type == TYPE_CLOCK)
        read_clock(w, p, s);
    else
        read_fd(w, p, s);
    s->fired = s->fired || s->error;
    return true;
}

/* ---- waiting -------------------------------------------------------------------------------- */

typedef struct plan {
    sub *subs;
    struct pollfd *fds; /* as many as subs */
    size_t n, n_fds;
    bool fired; /* some event is there already */
    bool has_pipe;
    bool has_clock;
    uint64_t soonest; /* ns from the beginning; only with has_clock */
} plan;

static void make_plan(plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const sub *s = &p->subs[i];
        p->fired = p->fired || s->fired;
        p->has_pipe = p->has_pipe || s->is_pipe;
        if (s->type == TYPE_CLOCK && !s->error && (!p->has_clock || s->wait_ns < p->soonest)) {
            p->has_clock = true;
            p->soonest = s->wait_ns;
        }
        if (s->host_fd >= 0 && !s->fired)
            p->fds[p->n_fds++] = (struct pollfd){
                .fd = s->host_fd, .events = s->type == TYPE_FD_READ ? POLLIN : POLLOUT};
    }
}

static void fire_fds(plan *p)
{
    const struct pollfd *q = p->fds;
    for (size_t i = 0; i < p->n; i++) {
        sub *s = &p->subs[i];
        if (s->host_fd < 0 || s->fired)
            continue;
        short r = (q++)->revents;
        s->fired = r != 0;
        s->hangup = r & POLLHUP;
        if (r & POLLNVAL)
            s->error = BX_E_BADF;
        else if (s->type == TYPE_FD_WRITE && (r & (POLLERR | POLLHUP)))
            s->error = BX_E_PIPE;
    }
}

/* Whether any pipe has something to tell. */
static bool fire_pipes(bx_wasi *w, plan *p)
{
    bool any = false;
    for (size_t i = 0; i < p->n; i++) {
        sub *s = &p->subs[i];
        const bx_fd *f = s->is_pipe ? bx_fd_get(w, s->fd) : NULL;
        if (!f)
            continue;
        uint64_t n = bx_pipe_ready(f->pipe, f->base & BX_R_FD_WRITE, &s->hangup);
        s->fired = n > 0 || s->hangup;
        if (s->hangup && s->type == TYPE_FD_WRITE)
            s->error = BX_E_PIPE;
        any = any || s->fired;
    }
    return any;
}

static void fire_clocks(plan *p, uint64_t passed_ns)
{
    for (size_t i = 0; i < p->n; i++) {
        sub *s = &p->subs[i];
        if (s->type == TYPE_CLOCK && !s->error)
            s->fired = s->wait_ns <= passed_ns;
    }
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* A clock that is not the real one lets a sleep end at once. */
static void pass_time(bx_wasi *w, plan *p, int ready)
{
    if (!p->has_clock)
        return;
    bool slept = !p->fired && !ready;
    if (slept)
        bx_guest_advance(w, p->soonest);
    fire_clocks(p, slept ? p->soonest : 0);
}

static bx_errno wait_behind_gate(bx_wasi *w, uint64_t until)
{
    (void)pthread_mutex_lock(&w->cfg.gate->lock);
    bx_errno e = bx_gate_wait_locked(w, until);
    (void)pthread_mutex_unlock(&w->cfg.gate->lock);
    return e;
}

/* Among the subscriptions are pipes, which the kernel knows nothing of: what it does know is looked
 * at in between. */
static bx_errno wait_with_pipes(bx_wasi *w, plan *p, uint64_t until, int *ready)
{
    for (;;) {
        if (fire_pipes(w, p))
            p->fired = true;
        bx_errno e = BX_E_SUCCESS;
        if (p->n_fds > 0)
            e = bx_wasi_wait(w, p->fds, p->n_fds, p->fired ? 0 : bx_now_ns() + PIPE_SLICE_NS,
                             ready);
        if (e != BX_E_SUCCESS || p->fired || *ready > 0 || bx_now_ns() >= until)
            return e;
        if (p->n_fds == 0)
            e = wait_behind_gate(w, until);
        if (e != BX_E_SUCCESS)
            return e;
    }
}

static bx_errno wait_for_first(bx_wasi *w, plan *p)
{
    bool real = w->cfg.clock == BX_CLOCK_REAL;
    uint64_t begin = bx_now_ns(), until = UINT64_MAX;
    if (p->fired || (p->has_clock && !real))
        until = 0;
    else if (p->has_clock)
        until = add_saturated(begin, p->soonest);
    int ready = 0;
    bx_errno e;
    if (p->has_pipe)
        e = wait_with_pipes(w, p, until, &ready);
    else if (until == 0 && p->n_fds == 0)
        e = bx_wasi_check(w);
    else
        e = bx_wasi_wait(w, p->fds, p->n_fds, until, &ready);
    if (e != BX_E_SUCCESS)
        return e;
    if (ready)
        fire_fds(p);
    if (real)
        fire_clocks(p, from_now(bx_now_ns(), begin));
    else
        pass_time(w, p, ready);
    return BX_E_SUCCESS;
}

/* ---- writing events ------------------------------------------------------------------------- */

static void measure(bx_wasi *w, sub *s)
{
    const bx_fd *f = bx_fd_get(w, s->fd);
    bx_stat st;
    uint64_t at = 0;
    if (bx_fd_is_stream(f)) {
        s->n_bytes = bx_stream_ready_bytes(w, f);
        s->hangup = s->hangup || bx_stream_at_end(w, f);
    } else if (s->type == TYPE_FD_WRITE) {
        s->n_bytes = PIPE_BUF; /* a file has no such number; enough for the careful */
    } else if (bx_file_stat(f->file, &st) == BX_E_SUCCESS &&
               bx_file_seek(f->file, 0, SEEK_CUR, &at) == BX_E_SUCCESS) {
        s->n_bytes = from_now(st.size, at);
    }
}

static size_t put_events(bx_wasi *w, const plan *p, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        sub *s = &p->subs[i];
        if (!s->fired)
            continue;
        if (s->type != TYPE_CLOCK && !s->error)
            measure(w, s);
        uint8_t *e = out + n++ * EVENT_BYTES;
        memset(e, 0, EVENT_BYTES);
        bx_put64(e, s->userdata);
        bx_put16(e + 8, (uint16_t)s->error);
        e[10] = s->type;
        bx_put64(e + 16, s->n_bytes);
        bx_put16(e + 24, s->hangup ? EVENT_HANGUP : 0);
    }
    return n;
}

static bx_errno poll_subs(bx_wasi *w, const uint8_t *in, uint8_t *out, uint8_t *ret, plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!read_sub(w, in + i * SUB_BYTES, &p->subs[i]))
            return BX_E_INVAL;
    }
    make_plan(p);
    bx_errno e = wait_for_first(w, p);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)put_events(w, p, out));
    return e;
}

/* in, out, n, ret.  All subscriptions are copied before anything is written: the guest's two
 * arrays may overlap. */
bx_errno bx_p1_poll_oneoff(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *in, *out, *ret;
    uint32_t n = (uint32_t)a[2];
    if (n == 0 || n > BX_MAX_SUBSCRIPTIONS)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, (uint32_t)a[0], (uint64_t)n * SUB_BYTES, &in) ||
        !bx_guest_slice(m, (uint32_t)a[1], (uint64_t)n * EVENT_BYTES, &out) ||
        !bx_guest_slice(m, (uint32_t)a[3], 4, &ret))
        return BX_E_FAULT;
    sub few_subs[FEW];
    struct pollfd few_fds[FEW];
    plan p = {.subs = few_subs, .fds = few_fds, .n = n};
    if (n <= FEW)
        return poll_subs(w, in, out, ret, &p);
    BX_AUTOFREE sub *subs = bx_calloc(n, sizeof *subs);
    BX_AUTOFREE struct pollfd *fds = bx_calloc(n, sizeof *fds);
    if (!subs || !fds)
        return BX_E_NOMEM;
    p.subs = subs;
    p.fds = fds;
    return poll_subs(w, in, out, ret, &p);
}
