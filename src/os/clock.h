/* os/clock.h - the clocks of this machine in nanoseconds.  Any thread; no state.
 * The monotonic clock of deadlines is bx_now_ns in os/ctl.h. */
#ifndef BX_OS_CLOCK_H
#define BX_OS_CLOCK_H

#include "base/defs.h"

typedef enum bx_clock {
    BX_CLOCK_REALTIME,    /* since 1970, UTC; 0 while the machine's clock is before 1970 */
    BX_CLOCK_MONOTONIC,   /* since an arbitrary point */
    BX_CLOCK_PROCESS_CPU, /* processor time of this process */
    BX_CLOCK_THREAD_CPU,  /* processor time of this thread */
} bx_clock;

/* Realtime and monotonic read the vDSO; the processor times are system calls. */
uint64_t bx_clock_now_ns(bx_clock which);

/* The step of that clock, at least 1. */
uint64_t bx_clock_resolution_ns(bx_clock which);

#endif
