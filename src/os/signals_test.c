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

BXT_MAIN(RUN(first_signal_cancels_and_a_second_would_end); RUN(restore_gives_the_signals_back);
         RUN(a_broken_pipe_is_an_errno);)
