/* egress/wake.h - a thread waits for another one, its deadline, or its call's end. */
#ifndef BX_EGRESS_WAKE_H
#define BX_EGRESS_WAKE_H

#include "os/ctl.h"

typedef struct bx_wake {
    int fd; /* eventfd */
} bx_wake;

BX_NODISCARD bx_code bx_wake_init(bx_wake *w, bx_error *err);
void bx_wake_done(bx_wake *w);
void bx_wake_up(void *wake); /* any thread; a bx_wake * */
/* BX_ETIMEOUT, BX_ECANCELLED, BX_EIO; returns at a wake-up that came before as well.
 * `ctl` may be NULL. */
BX_NODISCARD bx_code bx_wake_wait(bx_wake *w, const bx_ctl *ctl, uint64_t deadline_ns,
                                  bx_error *err);

#endif
