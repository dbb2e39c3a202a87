/* js/engine.c - QuickJS-ng as this guest needs it, without a change to its source:
 *
 * Under __wasi__ it switches its stack check off, so that deep recursion would be a trap; its
 * headers are read as they are, then it is compiled as for any other system, and a recursion too
 * deep is a RangeError.
 *
 * What it asks the clock for when a context is made would be the same in every copy of a snapshot,
 * and nothing may be asked of the host while one is made: the clock it sees is js_engine_clock's.
 */
#include <assert.h>
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "cutils.h"
#include "js/engine.h"
#include "list.h"

#undef __wasi__
#undef __STDC_NO_ATOMICS__
#define __STDC_NO_ATOMICS__ 1
#define js__gettimeofday_us js_engine_now_us
#define js__hrtime_ns       js_engine_now_ns

static bool has_clock;

static int64_t js_engine_now_us(void)
{
    struct timeval tv = {0};
    if (has_clock)
        (void)gettimeofday(&tv, NULL);
    return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

static uint64_t js_engine_now_ns(void)
{
    struct timespec ts = {0};
    if (has_clock)
        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

#include "quickjs.c"

void js_engine_wake(JSContext *cx, uint64_t seed)
{
    has_clock = true;
    cx->random_state = seed ? seed : 1; /* of xorshift64*, which stays at 0 */
}

void js_engine_set_time_origin(JSContext *cx) { cx->time_origin = js__now_ms(); }
