#include "sandbox/ticker.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/signals.h"

struct bx_ticker {
    _Atomic uint32_t active; /* calls running now */
    _Atomic uint32_t joined; /* who needs the thread besides */
    _Atomic uint32_t crowd;  /* 1: more than one call at once, until none is left */
    _Atomic uint32_t parked; /* 1: the thread sleeps (or is about to) until woken */
    _Atomic uint32_t quit;
    _Atomic uint64_t soonest; /* a deadline that wants its own tick; UINT64_MAX = none */
    void (*tick)(void *ctx);
    void *ctx;
    pthread_mutex_t lock;   /* held to start the thread, or the signal of a call that is alone */
    _Atomic uint32_t begun; /* 1: `thread` runs */
    pthread_t thread;
    bool by_signal;
};

static void futex_wait(_Atomic uint32_t *word, uint32_t while_value)
{
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, while_value, NULL, NULL, 0);
}

static void unpark(bx_ticker *t)
{
    if (atomic_exchange(&t->parked, 0) == 1)
        (void)syscall(SYS_futex, &t->parked, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* A call that is alone and ticked by signals needs no thread. */
static bool is_needed(bx_ticker *t)
{
    if (atomic_load(&t->joined) != 0)
        return true;
    return atomic_load(&t->active) != 0 && (!t->by_signal || atomic_load(&t->crowd) != 0);
}

/* `parked` is set before `active` is read again, and bx_ticker_enter raises `active` before
 * it reads `parked`: one of the two sides always sees the other. */
static void park(bx_ticker *t)
{
    atomic_store(&t->parked, 1);
    while (atomic_load(&t->parked) == 1) {
        if (is_needed(t) || atomic_load(&t->quit) != 0)
            atomic_store(&t->parked, 0);
        else
            futex_wait(&t->parked, 1);
    }
}

static uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t at)
{
    struct timespec t = {(time_t)(at / 1000000000), (long)(at % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

/* The next regular tick after `last`, or the soonest deadline if that comes before it.  After a
 * pause of the whole machine ticks are not made up for. */
static uint64_t next_tick(bx_ticker *t, uint64_t last)
{
    uint64_t at = last + BX_TICKER_PERIOD_NS, now = now_ns();
    if (at + 10 * (uint64_t)BX_TICKER_PERIOD_NS < now)
        at = now;
    uint64_t soonest = atomic_load(&t->soonest);
    if (soonest > at)
        return at;
    /* Taken: a later one may have been hidden by it and falls back on regular ticks. */
    (void)atomic_compare_exchange_strong(&t->soonest, &soonest, UINT64_MAX);
    return soonest > last ? soonest : at;
}

static void *run(void *arg)
{
    bx_ticker *t = arg;
    uint64_t at = now_ns();
    for (unsigned idle = 0; atomic_load(&t->quit) == 0;) {
        if (is_needed(t)) {
            idle = 0;
        } else if (++idle > BX_TICKER_LINGER) {
            park(t);
            idle = 0;
            at = now_ns();
        }
        at = next_tick(t, at);
        sleep_until(at);
        if (is_needed(t))
            t->tick(t->ctx);
    }
    return NULL;
}

bx_code bx_ticker_new(void (*tick)(void *ctx), void *ctx, bx_ticker **ret, bx_error *err)
{
    bx_ticker *t = bx_calloc(1, sizeof *t);
    if (!t)
        return bx_fail(err, BX_ENOMEM, "epoch ticker");
    t->tick = tick;
    t->ctx = ctx;
    atomic_store(&t->soonest, UINT64_MAX);
    (void)pthread_mutex_init(&t->lock, NULL);
    *ret = t;
    return BX_OK;
}

static bx_code begin_locked(bx_ticker *t, bx_error *err)
{
    if (atomic_load(&t->begun) != 0)
        return BX_OK;
    /* The embedder's signals are the embedder's: none is ever delivered to this thread. */
    sigset_t all, old;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&t->thread, NULL, run, t);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0)
        return bx_fail_errno(err, rc, "start the epoch ticker");
    atomic_store_explicit(&t->begun, 1, memory_order_release);
    return BX_OK;
}

static bx_code begin(bx_ticker *t, bx_error *err)
{
    (void)pthread_mutex_lock(&t->lock);
    bx_code rc = begin_locked(t, err);
    (void)pthread_mutex_unlock(&t->lock);
    return rc;
}

void bx_ticker_by_signal(bx_ticker *t) { t->by_signal = true; }

/* False: other calls run, the thread has to be there. */
static bool enter_alone(bx_ticker *t, uint64_t deadline_ns, bx_code *rc, bx_error *err)
{
    if (!t->by_signal)
        return false;
    (void)pthread_mutex_lock(&t->lock);
    bool alone = atomic_load(&t->active) == 0;
    if (alone)
        *rc = bx_signals_tick(deadline_ns, t->tick, t->ctx, err);
    if (alone && *rc == BX_OK)
        (void)atomic_fetch_add(&t->active, 1);
    (void)pthread_mutex_unlock(&t->lock);
    return alone;
}

static void leave_by_signal(bx_ticker *t)
{
    (void)pthread_mutex_lock(&t->lock);
    if (atomic_fetch_sub(&t->active, 1) == 1) {
        atomic_store(&t->crowd, 0);
        bx_signals_tick_off();
    }
    (void)pthread_mutex_unlock(&t->lock);
}

void bx_ticker_free(bx_ticker *t)
{
    if (!t)
        return;
    BX_ASSERT(atomic_load(&t->active) == 0 && atomic_load(&t->joined) == 0);
    atomic_store(&t->quit, 1);
    if (atomic_load(&t->begun) != 0) {
        unpark(t);
        (void)pthread_join(t->thread, NULL);
    }
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

static bx_code use_thread(bx_ticker *t, _Atomic uint32_t *count, uint64_t deadline_ns,
                          bx_error *err)
{
    bx_code rc = BX_OK;
    if (atomic_load_explicit(&t->begun, memory_order_acquire) == 0) {
        rc = begin(t, err);
        if (rc != BX_OK)
            return rc;
    }
    uint64_t soonest = atomic_load_explicit(&t->soonest, memory_order_relaxed);
    while (deadline_ns < soonest &&
           !atomic_compare_exchange_weak(&t->soonest, &soonest, deadline_ns))
        ;
    (void)atomic_fetch_add(count, 1);
    if (atomic_load(&t->parked) != 0)
        unpark(t);
    return BX_OK;
}

bx_code bx_ticker_enter(bx_ticker *t, uint64_t deadline_ns, bx_error *err)
{
    bx_code rc = BX_OK;
    if (enter_alone(t, deadline_ns, &rc, err))
        return rc;
    if (t->by_signal)
        atomic_store(&t->crowd, 1);
    return use_thread(t, &t->active, deadline_ns, err);
}

bx_code bx_ticker_join(bx_ticker *t, uint64_t deadline_ns, bx_error *err)
{
    return use_thread(t, &t->joined, deadline_ns, err);
}

void bx_ticker_part(bx_ticker *t) { (void)atomic_fetch_sub(&t->joined, 1); }

void bx_ticker_leave(bx_ticker *t)
{
    if (t->by_signal)
        leave_by_signal(t);
    else
        (void)atomic_fetch_sub(&t->active, 1);
}
