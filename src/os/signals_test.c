#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"

static bool is_default(int sig)
{
    struct sigaction now;
    return sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
}

static void first_signal_cancels_and_a_second_would_end(void)
{
    static const int both[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < BX_COUNT(both); i++) {
        bx_ctl c = bx_ctl_init(UINT64_MAX);
        CHECK(bx_ctl_check(&c) == BX_STOP_NONE);
        bx_signals_cancel(&c);
        CHECK(!is_default(both[i]));
        CHECK(raise(both[i]) == 0);
        CHECK(bx_ctl_check(&c) == BX_STOP_CANCELLED);
        CHECK(is_default(both[i]));
        bx_signals_restore();
        bx_ctl_done(&c);
    }
}

static void restore_gives_the_signals_back(void)
{
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    bx_signals_cancel(&c);
    bx_signals_restore();
    CHECK(is_default(SIGINT) && is_default(SIGTERM));
    CHECK(bx_ctl_check(&c) == BX_STOP_NONE);
}

static void a_broken_pipe_is_an_errno(void)
{
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    bx_signals_cancel(&c);
    int p[2];
    CHECK(pipe(p) == 0);
    (void)close(p[0]);
    BX_AUTOCLOSE int w = p[1];
    CHECK(write(w, "x", 1) == -1 && errno == EPIPE);
    bx_signals_restore();
}

static _Atomic int ticks;

static void count(void *ctx)
{
    (void)ctx;
    ticks++;
}

/* Wait for `n` ticks, however slow the machine; false after ten seconds. */
static bool ticked(int n)
{
    for (int i = 0; i < 10000 && ticks < n; i++)
        (void)usleep(1000);
    return ticks >= n;
}

static void ticks_from_the_deadline_on(void)
{
    sigset_t alarm; /* as a parent may hand it down */
    (void)sigemptyset(&alarm);
    (void)sigaddset(&alarm, SIGALRM);
    CHECK(sigprocmask(SIG_BLOCK, &alarm, NULL) == 0);
    for (int round = 0; round < 2; round++) {
        ticks = 0;
        uint64_t at = bx_now_ns() + 30000000;
        CHECK(bx_signals_tick(at, count, NULL, NULL) == BX_OK);
        CHECK(ticks == 0 || bx_now_ns() >= at);
        CHECK(ticked(3) && bx_now_ns() >= at);
        bx_signals_tick_off();
        int after = ticks;
        (void)usleep(20000);
        CHECK(ticks == after);
    }
    CHECK(raise(SIGALRM) == 0); /* handled, and nothing */
}

static void a_signal_that_cancels_ticks_at_once(void)
{
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    ticks = 0;
    bx_signals_cancel(&c);
    CHECK(bx_signals_tick(UINT64_MAX, count, NULL, NULL) == BX_OK);
    CHECK(raise(SIGTERM) == 0 && ticks == 1 && bx_ctl_check(&c) == BX_STOP_CANCELLED);
    bx_signals_tick_off();
    bx_signals_restore();
}

BXT_MAIN(RUN(first_signal_cancels_and_a_second_would_end); RUN(restore_gives_the_signals_back);
         RUN(a_broken_pipe_is_an_errno); RUN(ticks_from_the_deadline_on);
         RUN(a_signal_that_cancels_ticks_at_once);)
