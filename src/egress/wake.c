#include "egress/wake.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

bx_code bx_wake_init(bx_wake *w, bx_error *err)
{
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w->fd >= 0 ? BX_OK : bx_fail_errno(err, errno, "eventfd");
}

void bx_wake_done(bx_wake *w)
{
    (void)close(w->fd);
    w->fd = -1;
}

void bx_wake_up(void *wake)
{
    const bx_wake *w = wake;
    (void)eventfd_write(w->fd, 1);
}

bx_code bx_wake_wait(bx_wake *w, const bx_ctl *ctl, uint64_t deadline_ns, bx_error *err)
{
    const bx_ctl none = bx_ctl_init(UINT64_MAX);
    struct pollfd fd = {.fd = w->fd, .events = POLLIN};
    int ready = 0;
    bx_stop stop = bx_ctl_wait(ctl ? ctl : &none, &fd, 1, deadline_ns, &ready);
    if (stop == BX_STOP_CANCELLED)
        return bx_fail(err, BX_ECANCELLED, "cancelled");
    if (stop == BX_STOP_DEADLINE || ready == 0)
        return bx_fail(err, BX_ETIMEOUT, "the call's deadline passed");
    eventfd_t n;
    (void)eventfd_read(w->fd, &n);
    return BX_OK;
}
