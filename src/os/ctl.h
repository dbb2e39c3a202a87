/* os/ctl.h - what can end a call from outside: its deadline and its owner's cancel.
 * Guest code looks at it on every epoch tick, host code before and during every wait.
 * Any thread may cancel; one thread runs the call. */
#ifndef BX_OS_CTL_H
#define BX_OS_CTL_H

#include <poll.h>
#include <stdatomic.h>

#include "base/error.h"
#include "bx_types.h"

enum {
    BX_CTL_SLICE_MS = 5,
    BX_CTL_MAX_DEPTH = 65, /* control blocks in a chain: the largest limit `depth`, and the root */
};

typedef enum bx_stop { BX_STOP_NONE = 0, BX_STOP_DEADLINE, BX_STOP_CANCELLED } bx_stop;

uint64_t bx_now_ns(void); /* CLOCK_MONOTONIC */

static inline bx_ctl bx_ctl_init(uint64_t deadline_ns)
{
    return (bx_ctl){.deadline_ns = deadline_ns, .cancel_fd = -1};
}

/* Make `c` end with `parent`: its cancel, and its deadline as it is now where that is sooner.
 * BX_ELIMIT beyond BX_CTL_MAX_DEPTH. */
BX_NODISCARD bx_code bx_ctl_inherit(bx_ctl *c, const bx_ctl *parent, bx_error *err);
/* Set the deadline, never beyond the parent's. */
void bx_ctl_set_deadline(bx_ctl *c, uint64_t deadline_ns);

/* Give `c` an eventfd, so that waits notice a cancel at once.  bx_ctl_done closes it. */
BX_NODISCARD bx_code bx_ctl_make_cancellable(bx_ctl *c, bx_error *err);
void bx_ctl_done(bx_ctl *c);

void bx_ctl_cancel(bx_ctl *c); /* any thread; idempotent; async-signal-safe */

bx_stop bx_ctl_check(const bx_ctl *c); /* no system call but the vDSO clock */

/* poll(2) on `fds` until one is ready, `until_ns` (CLOCK_MONOTONIC; UINT64_MAX = never)
 * passes, or the call must stop.  *ready = number of ready fds (0: until_ns passed).
 * EINTR is handled.  `n` <= BX_MAX_SUBSCRIPTIONS. */
bx_stop bx_ctl_wait(const bx_ctl *c, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready);

#endif
