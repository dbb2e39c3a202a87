#include "cli/keystrokes.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
    NOTICE_TICKS = 50, /* a guest that enters its code just now has to look a little later */
    NOTICE_NS = 2000000,
};

struct bx_keystrokes {
    bx_editor *editor;
    bx_call_handle *handle;
    bx_ctl *ctl;
    pthread_t thread;
    bool ending;
};

static void awaited(sigset_t *ret)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH};
    (void)sigemptyset(ret);
    for (size_t i = 0; i < BX_COUNT(signals); i++)
        (void)sigaddset(ret, signals[i]);
}

static void on_signal(int sig) { (void)sig; }

/* A signal that is ignored by default, or was when we were started, would not be kept for
 * sigwaitinfo. */
void bx_keystrokes_block(void)
{
    sigset_t set;
    struct sigaction sa = {.sa_handler = on_signal};
    awaited(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(SIGWINCH, &sa, NULL);
    (void)sigaction(SIGINT, &sa, NULL);
}

static void make_notice(const bx_keystrokes *k)
{
    const struct timespec period = {.tv_nsec = NOTICE_NS};
    for (int i = 0; i < NOTICE_TICKS; i++) {
        bx_call_signal(k->handle, 0);
        (void)nanosleep(&period, NULL);
    }
}

static void end(bx_keystrokes *k, int sig)
{
    if (k->ending) {
        bx_editor_restore(k->editor);
        _exit(128 + sig);
    }
    k->ending = true;
    bx_ctl_cancel(k->ctl);
    make_notice(k);
}

static void *watch(void *arg)
{
    bx_keystrokes *k = arg;
    sigset_t set;
    awaited(&set);
    (void)sigaddset(&set, SIGUSR1);
    for (;;) {
        siginfo_t info;
        int sig = sigwaitinfo(&set, &info);
        if (sig == SIGUSR1)
            return NULL;
        if (sig == SIGINT) {
            bx_editor_interrupt(k->editor);
            bx_call_signal(k->handle, SIGINT);
            bx_editor_wake(k->editor);
            make_notice(k);
        } else if (sig == SIGWINCH) {
            bx_editor_resized(k->editor);
        } else if (sig > 0) {
            end(k, sig);
        }
    }
}

bx_code bx_keystrokes_new(bx_editor *e, bx_call_handle *h, bx_ctl *ctl, bx_keystrokes **ret,
                          bx_error *err)
{
    bx_keystrokes *k = bx_calloc(1, sizeof *k);
    if (!k)
        return bx_fail(err, BX_ENOMEM, "signals of the terminal");
    *k = (bx_keystrokes){.editor = e, .handle = h, .ctl = ctl};
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&k->thread, NULL, watch, k);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        free(k);
        return bx_fail_errno(err, rc, "a thread for the signals of the terminal");
    }
    *ret = k;
    return BX_OK;
}

void bx_keystrokes_free(bx_keystrokes *k)
{
    if (!k)
        return;
    (void)pthread_kill(k->thread, SIGUSR1);
    (void)pthread_join(k->thread, NULL);
    free(k);
}
