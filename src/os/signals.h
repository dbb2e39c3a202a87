/* os/signals.h - the signals of a process that runs calls.  For the main thread of a program, not
 * for a library. */
#ifndef BX_OS_SIGNALS_H
#define BX_OS_SIGNALS_H

#include "os/ctl.h"

/* SIGINT and SIGTERM cancel `ctl` once each, the second one of a kind ends the process; SIGPIPE
 * and SIGXFSZ are ignored from now on, since a guest's broken pipe or a file beyond RLIMIT_FSIZE
 * is its errno, not our end.  `ctl` must outlive bx_signals_restore. */
void bx_signals_cancel(bx_ctl *ctl);
/* Of that only what is ignored. */
void bx_signals_ignore(void);
/* SIGINT and SIGTERM end the process again. */
void bx_signals_restore(void);

/* Instead of a thread that keeps time: `tick(ctx)` runs in a handler of SIGALRM at `at_ns`
 * (CLOCK_MONOTONIC; UINT64_MAX: never) and every millisecond from then on, and whenever a signal
 * cancels (above).  It must be async-signal-safe.  One at a time; BX_EIO when the system has no
 * timer left. */
BX_NODISCARD bx_code bx_signals_tick(uint64_t at_ns, void (*tick)(void *ctx), void *ctx,
                                     bx_error *err);
/* No further tick begins.  SIGALRM stays handled, and does nothing. */
void bx_signals_tick_off(void);

#endif
