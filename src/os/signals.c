#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

/* The call that a signal cancels; set before the handlers are. */
static _Atomic(bx_ctl *) running;

/* What ticks; `tick_ctx` is set before `ticking` is. */
static void (*_Atomic ticking)(void *ctx);
static void *_Atomic tick_ctx;
static timer_t timer;

static void tick(void)
{
    void (*fn)(void *ctx) = atomic_load(&ticking);
    if (fn)
        fn(atomic_load(&tick_ctx));
}

static void on_signal(int sig)
{
    (void)sig;
    bx_ctl *ctl = atomic_load(&running);
    if (ctl) {
        bx_ctl_cancel(ctl);
        tick();
    }
}

static void on_alarm(int sig)
{
    (void)sig;
    tick();
}

void bx_signals_cancel(bx_ctl *ctl)
{
    atomic_store(&running, ctl);
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &sa, NULL);
    (void)sigaction(SIGTERM, &sa, NULL);
    bx_signals_ignore();
}

void bx_signals_ignore(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

void bx_signals_restore(void)
{
    struct sigaction sa = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGINT, &sa, NULL);
    (void)sigaction(SIGTERM, &sa, NULL);
    atomic_store(&running, NULL);
}

bx_code bx_signals_tick(uint64_t at_ns, void (*fn)(void *ctx), void *ctx, bx_error *err)
{
    enum { NS_PER_SEC = 1000000000, PERIOD_NS = 1000000 };
    BX_ASSERT(!atomic_load(&ticking));
    struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec when = {.it_interval.tv_nsec = PERIOD_NS,
                              .it_value = {.tv_sec = (time_t)(at_ns / NS_PER_SEC),
                                           .tv_nsec = (long)(at_ns % NS_PER_SEC)}};
    sigset_t alarm; /* whoever started us may have blocked it */
    (void)sigemptyset(&alarm);
    (void)sigaddset(&alarm, SIGALRM);
    (void)sigaction(SIGALRM, &sa, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    if (timer_create(CLOCK_MONOTONIC, &ev, &timer) != 0)
        return bx_fail_errno(err, errno, "a timer for the deadline");
    atomic_store(&tick_ctx, ctx);
    atomic_store(&ticking, fn);
    if (at_ns != UINT64_MAX)
        (void)timer_settime(timer, TIMER_ABSTIME, &when, NULL);
    return BX_OK;
}

void bx_signals_tick_off(void)
{
    if (!atomic_load(&ticking))
        return;
    (void)timer_delete(timer);
    atomic_store(&ticking, NULL);
}
