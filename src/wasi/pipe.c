#include "wasi/pipe.h"

#include <time.h>

#include "wasi/internal.h"

enum { FIRST_BYTES = 4096, SLICE_NS = BX_CTL_SLICE_MS * 1000000 };

struct bx_pipe {
    bx_gate *gate;
    uint8_t *p; /* owned; a ring of `cap` bytes */
    size_t cap, at, n;
    uint32_t readers, writers;
    bool grows;
    bool writer_waits, reader_waits, is_watched;
};

/* Those who wait for this pipe, and nobody else: a pipeline has several waiting at any time. */
static void wake_locked(bx_pipe *p)
{
    for (bx_gate_wait *w = p->gate->waits; w; w = w->next)
        if (w->pipe == p)
            (void)pthread_cond_signal(&w->turn);
    if (p->is_watched)
        (void)pthread_cond_broadcast(&p->gate->changed);
    p->is_watched = false;
}

bx_errno bx_pipe_new(bx_gate *g, bool grows, bx_pipe **ret)
{
    bx_pipe *p = bx_calloc(1, sizeof *p);
    if (!p)
        return BX_E_NOMEM;
    *p = (bx_pipe){.gate = g, .readers = 1, .writers = 1, .grows = grows};
    *ret = p;
    return BX_E_SUCCESS;
}

void bx_pipe_add_end(bx_pipe *p, bool writes)
{
    (void)pthread_mutex_lock(&p->gate->lock);
    if (writes)
        p->writers++;
    else
        p->readers++;
    (void)pthread_mutex_unlock(&p->gate->lock);
}

void bx_pipe_close_end(bx_pipe *p, bool writes)
{
    bx_gate *g = p->gate;
    (void)pthread_mutex_lock(&g->lock);
    uint32_t *ends = writes ? &p->writers : &p->readers;
    --*ends;
    bool is_last = p->writers == 0 && p->readers == 0;
    if (*ends == 0)
        wake_locked(p);
    (void)pthread_mutex_unlock(&g->lock);
    if (!is_last)
        return;
    atomic_fetch_sub(g->memory, p->cap);
    free(p->p);
    free(p);
}

/* ---- waiting --------------------------------------------------------------------------- */

void bx_gate_wake_locked(bx_gate *g)
{
    for (bx_gate_wait *w = g->waits; w; w = w->next)
        (void)pthread_cond_signal(&w->turn);
    (void)pthread_cond_broadcast(&g->changed);
}

static void sleep_locked(bx_gate *g, const bx_pipe *p, const struct timespec *until)
{
    if (!p) {
        (void)pthread_cond_timedwait(&g->changed, &g->lock, until);
        return;
    }
    bx_gate_wait me = {g->waits, &g->waits, p, PTHREAD_COND_INITIALIZER};
    if (me.next)
        me.next->before = &me.next;
    g->waits = &me;
    (void)pthread_cond_clockwait(&me.turn, &g->lock, CLOCK_MONOTONIC, until);
    *me.before = me.next;
    if (me.next)
        me.next->before = me.before;
    (void)pthread_cond_destroy(&me.turn);
}

/* For pipe `p` alone, or with NULL for what is told to all. */
static bx_errno wait_locked(bx_wasi *w, const bx_pipe *p, uint64_t until_ns)
{
    bx_gate *g = w->cfg.gate;
    if (atomic_load(&w->pending) & w->caught)
        return BX_E_INTR;
    bx_errno e = bx_wasi_check(w);
    if (e != BX_E_SUCCESS)
        return e;
    g->blocked(g->ctx);
    uint64_t begin = bx_now_ns(), wake = begin + SLICE_NS;
    if (until_ns < wake)
        wake = until_ns;
    if (w->cfg.ctl && w->cfg.ctl->deadline_ns < wake)
        wake = w->cfg.ctl->deadline_ns;
    struct timespec ts = {(time_t)(wake / 1000000000), (long)(wake % 1000000000)};
    sleep_locked(g, p, &ts);
    w->counters.host_ns += bx_now_ns() - begin;
    return BX_E_SUCCESS;
}

bx_errno bx_gate_wait_locked(bx_wasi *w, uint64_t until_ns)
{
    return wait_locked(w, NULL, until_ns);
}

/* ---- moving bytes ------------------------------------------------------------------------ */

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }

static size_t take_locked(bx_pipe *p, uint8_t *to, size_t n)
{
    size_t moved = 0;
    while (moved < n && p->n > 0) {
        size_t k = min_size(min_size(n - moved, p->n), p->cap - p->at);
        memcpy(to + moved, p->p + p->at, k);
        p->at = p->at + k == p->cap ? 0 : p->at + k;
        p->n -= k;
        moved += k;
    }
    if (p->n == 0)
        p->at = 0;
    return moved;
}

static void put_locked(bx_pipe *p, const uint8_t *from, size_t n)
{
    while (n > 0) {
        size_t to = p->at + p->n < p->cap ? p->at + p->n : p->at + p->n - p->cap;
        size_t k = min_size(n, to < p->at ? p->at - to : p->cap - to);
        memcpy(p->p + to, from, k);
        p->n += k;
        from += k;
        n -= k;
    }
}

/* Room for `want` more bytes as far as the pipe and the call's memory have it. */
static bx_errno make_room_locked(bx_pipe *p, size_t want)
{
    size_t most = p->grows ? SIZE_MAX / 4 : BX_PIPE_BYTES, cap = p->cap ? p->cap : FIRST_BYTES;
    while (cap - p->n < want && cap < most)
        cap *= 2;
    if (cap <= p->cap)
        return BX_E_SUCCESS;
    size_t more = cap - p->cap;
    bx_gate *g = p->gate;
    if (atomic_fetch_add(g->memory, more) + more > g->memory_max) {
        atomic_fetch_sub(g->memory, more);
        return p->n < p->cap ? BX_E_SUCCESS : BX_E_NOMEM;
    }
    uint8_t *larger = bx_calloc(1, cap);
    if (!larger) {
        atomic_fetch_sub(g->memory, more);
        return p->n < p->cap ? BX_E_SUCCESS : BX_E_NOMEM;
    }
    size_t n = p->n;
    (void)take_locked(p, larger, n);
    free(p->p);
    *p = (bx_pipe){.gate = p->gate,
                   .p = larger,
                   .cap = cap,
                   .n = n,
                   .readers = p->readers,
                   .writers = p->writers,
                   .grows = p->grows,
                   .writer_waits = p->writer_waits,
                   .reader_waits = p->reader_waits,
                   .is_watched = p->is_watched};
    return BX_E_SUCCESS;
}

bool bx_pipe_has_input_locked(const bx_pipe *p) { return p->n > 0 || p->writers == 0; }

static bx_errno read_locked(bx_wasi *w, bx_pipe *p, bool nonblock, const struct iovec *iov,
                            size_t n, size_t *ret_n)
{
    while (p->n == 0) {
        if (p->writers == 0)
            return BX_E_SUCCESS;
        if (nonblock)
            return BX_E_AGAIN;
        p->reader_waits = true;
        bx_errno e = wait_locked(w, p, UINT64_MAX);
        if (e != BX_E_SUCCESS)
            return e;
    }
    for (size_t i = 0; i < n && p->n > 0; i++)
        *ret_n += take_locked(p, iov[i].iov_base, iov[i].iov_len);
    /* Half of it has to be free before a writer is woken, or the two would run in turn. */
    if (p->writer_waits && p->n <= p->cap / 2) {
        p->writer_waits = false;
        wake_locked(p);
    }
    return BX_E_SUCCESS;
}

bx_errno bx_pipe_readv(bx_wasi *w, bx_pipe *p, bool nonblock, const struct iovec *iov, size_t n,
                       size_t *ret_n)
{
    *ret_n = 0;
    if (n == 0)
        return BX_E_SUCCESS;
    (void)pthread_mutex_lock(&p->gate->lock);
    bx_errno e = read_locked(w, p, nonblock, iov, n, ret_n);
    (void)pthread_mutex_unlock(&p->gate->lock);
    return e;
}

/* SIGPIPE ends whoever does not catch it. */
bx_errno bx_wasi_broken_pipe(bx_wasi *w)
{
    if (!(w->caught & BX_SIGPIPE_BIT))
        w->stop = BX_WASI_SIGPIPE;
    return BX_E_PIPE;
}

/* One piece; *ret_n counts what went, also before an error. */
static bx_errno write_locked(bx_wasi *w, bx_pipe *p, bool nonblock, const uint8_t *from, size_t n,
                             size_t *ret_n)
{
    size_t done = 0;
    bx_errno e = BX_E_SUCCESS;
    while (done < n && e == BX_E_SUCCESS) {
        if (p->readers == 0) {
            e = bx_wasi_broken_pipe(w);
            break;
        }
        e = make_room_locked(p, n - done);
        size_t k = min_size(p->cap - p->n, n - done);
        if (k > 0) {
            put_locked(p, from + done, k);
            done += k;
            if (p->reader_waits) {
                p->reader_waits = false;
                wake_locked(p);
            }
        } else if (e == BX_E_SUCCESS && nonblock) {
            e = BX_E_AGAIN;
        } else if (e == BX_E_SUCCESS) {
            p->writer_waits = true;
            e = wait_locked(w, p, UINT64_MAX);
        }
    }
    *ret_n += done;
    return e;
}

bx_errno bx_pipe_writev(bx_wasi *w, bx_pipe *p, bool nonblock, const struct iovec *iov, size_t n,
                        size_t *ret_n)
{
    bx_errno e = BX_E_SUCCESS;
    *ret_n = 0;
    (void)pthread_mutex_lock(&p->gate->lock);
    for (size_t i = 0; i < n && e == BX_E_SUCCESS; i++)
        e = write_locked(w, p, nonblock, iov[i].iov_base, iov[i].iov_len, ret_n);
    (void)pthread_mutex_unlock(&p->gate->lock);
    if (*ret_n > 0 && w->stop == BX_WASI_GO_ON) /* the next write will tell */
        return BX_E_SUCCESS;
    return e;
}

static uint64_t ready_locked(const bx_pipe *p, bool writes, bool *ret_hangup)
{
    *ret_hangup = writes ? p->readers == 0 : p->writers == 0;
    return !writes ? p->n : p->grows ? BX_PIPE_BYTES : BX_PIPE_BYTES - p->n;
}

uint64_t bx_pipe_ready(bx_pipe *p, bool writes, bool *ret_hangup)
{
    (void)pthread_mutex_lock(&p->gate->lock);
    uint64_t n = ready_locked(p, writes, ret_hangup);
    (void)pthread_mutex_unlock(&p->gate->lock);
    return n;
}

uint64_t bx_pipe_watch_locked(bx_pipe *p, bool writes, bool *ret_hangup)
{
    uint64_t n = ready_locked(p, writes, ret_hangup);
    p->is_watched = true;
    if (n == 0 && writes)
        p->writer_waits = true;
    else if (n == 0)
        p->reader_waits = true;
    return n;
}
