/* sandbox/ticker.h - the one thread that ticks epochs, 1 ms apart, while calls run.
 * The thread begins with the first call.  Entering and leaving a call makes no system call as long
 * as calls follow one another within BX_TICKER_LINGER ticks; after that the thread parks on a futex
 * and costs nothing. */
#ifndef BX_SANDBOX_TICKER_H
#define BX_SANDBOX_TICKER_H

#include "base/error.h"

enum { BX_TICKER_PERIOD_NS = 1000000, BX_TICKER_LINGER = 100 };

typedef struct bx_ticker bx_ticker;

/* `tick(ctx)` runs on the ticker's thread, once a period while at least one call is active. */
BX_NODISCARD bx_code bx_ticker_new(void (*tick)(void *ctx), void *ctx, bx_ticker **ret,
                                   bx_error *err);
/* Before the first call, in a process whose SIGALRM is ours: a call that is alone gets its tick by
 * a signal, at its deadline or when a signal cancels it (os/signals.h), and needs no thread.
 * Whoever else cancels it waits for the deadline.  Several at once are ticked by the thread. */
void bx_ticker_by_signal(bx_ticker *t);
void bx_ticker_free(bx_ticker *t); /* joins the thread; no call may be active; NULL is fine */

/* Any thread.  `deadline_ns` (CLOCK_MONOTONIC) is a hint: the soonest one known gets a tick of its
 * own at that very moment, so that a lone call is not stopped up to a period late.  The first one
 * starts the thread and fails where the system has none left (BX_EIO): the call must not begin
 * then. */
BX_NODISCARD bx_code bx_ticker_enter(bx_ticker *t, uint64_t deadline_ns, bx_error *err);
void bx_ticker_leave(bx_ticker *t);

/* For a call that has entered, and now runs guests on threads that no deadline of its own
 * interrupts: regular ticks until bx_ticker_part. */
BX_NODISCARD bx_code bx_ticker_join(bx_ticker *t, uint64_t deadline_ns, bx_error *err);
void bx_ticker_part(bx_ticker *t);

#endif
