#include "os/signals.h"

#include <signal.h>
#include <stdatomic.h>

/* The call that a signal cancels; set before the handlers are. */
static _Atomic(bx_ctl *) running;

static void on_signal(int sig)
{
    (void)sig;
    bx_ctl *ctl = atomic_load(&running);
    if (ctl)
        bx_ctl_cancel(ctl);
}

void bx_signals_cancel(bx_ctl *ctl)
{
    atomic_store(&running, ctl);
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &sa, NULL);
    (void)sigaction(SIGTERM, &sa, NULL);
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
