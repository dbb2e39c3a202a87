#include "os/clock.h"

#include <time.h>

#include "base/test.h"
#include "os/ctl.h"

static void realtime_is_the_time_of_day(void)
{
    time_t before = time(NULL);
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME) / UINT64_C(1000000000);
    CHECK(now + 1 >= (uint64_t)before && now <= (uint64_t)time(NULL) + 1);
}

static void monotonic_is_the_clock_of_deadlines(void)
{
    uint64_t a = bx_now_ns(), b = bx_clock_now_ns(BX_CLOCK_MONOTONIC), c = bx_now_ns();
    CHECK(a <= b && b <= c);
}

static void cpu_time_grows_with_work(void)
{
    uint64_t p = bx_clock_now_ns(BX_CLOCK_PROCESS_CPU), t = bx_clock_now_ns(BX_CLOCK_THREAD_CPU);
    for (volatile uint32_t i = 0; i < 1000000; i++)
        continue;
    CHECK(bx_clock_now_ns(BX_CLOCK_PROCESS_CPU) > p);
    CHECK(bx_clock_now_ns(BX_CLOCK_THREAD_CPU) > t);
}

static void resolutions_are_positive(void)
{
    for (int i = BX_CLOCK_REALTIME; i <= BX_CLOCK_THREAD_CPU; i++) {
        uint64_t ns = bx_clock_resolution_ns((bx_clock)i);
        CHECK(ns >= 1 && ns <= UINT64_C(1000000000));
    }
}

BXT_MAIN(RUN(realtime_is_the_time_of_day); RUN(monotonic_is_the_clock_of_deadlines);
         RUN(cpu_time_grows_with_work); RUN(resolutions_are_positive);)
