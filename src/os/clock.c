#include "os/clock.h"

#include <time.h>

static clockid_t id_of(bx_clock which)
{
    switch (which) {
    case BX_CLOCK_REALTIME:
        return CLOCK_REALTIME;
    case BX_CLOCK_MONOTONIC:
        return CLOCK_MONOTONIC;
    case BX_CLOCK_PROCESS_CPU:
        return CLOCK_PROCESS_CPUTIME_ID;
    case BX_CLOCK_THREAD_CPU:
        return CLOCK_THREAD_CPUTIME_ID;
    }
    return CLOCK_MONOTONIC;
}

static uint64_t to_ns(struct timespec ts)
{
    return ts.tv_sec < 0 ? 0 : (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

uint64_t bx_clock_now_ns(bx_clock which)
{
    struct timespec ts = {0, 0};
    (void)clock_gettime(id_of(which), &ts); /* all four exist on every Linux */
    return to_ns(ts);
}

uint64_t bx_clock_resolution_ns(bx_clock which)
{
    struct timespec ts = {0, 0};
    (void)clock_getres(id_of(which), &ts);
    uint64_t ns = to_ns(ts);
    return ns ? ns : 1;
}
