#include "sandbox/ticker.h"

#include <stdatomic.h>
#include <time.h>

#include "base/test.h"

static void count(void *ctx) { (void)atomic_fetch_add((_Atomic int *)ctx, 1); }

static void wait_ms(int ms)
{
    struct timespec t = {0, ms * 1000000L};
    (void)nanosleep(&t, NULL);
}

/* Wait for the count to pass `more`, however slow the machine; false after ten seconds. */
static bool passes(_Atomic int *n, int more)
{
    for (int i = 0; i < 10000 && atomic_load(n) <= more; i++)
        wait_ms(1);
    return atomic_load(n) > more;
}

static void ticks_only_while_calls_run(void)
{
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    CHECK(bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    wait_ms(10);
    CHECK(atomic_load(&n) == 0);
    bx_ticker_enter(t, UINT64_MAX);
    CHECK(passes(&n, 2));
    bx_ticker_leave(t);
    wait_ms(3); /* a tick that was under way */
    int after = atomic_load(&n);
    wait_ms(20);
    CHECK(atomic_load(&n) == after);
    bx_ticker_free(t);
}

static void wakes_from_parking(void)
{
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    CHECK(bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    for (int round = 0; round < 3; round++) {
        wait_ms(BX_TICKER_LINGER + 50); /* parked by now */
        int before = atomic_load(&n);
        bx_ticker_enter(t, UINT64_MAX);
        CHECK(passes(&n, before));
        bx_ticker_leave(t);
    }
    bx_ticker_free(t);
}

static void free_accepts_null(void)
{
    bx_ticker_free(NULL);
    CHECK(true);
}

BXT_MAIN(RUN(ticks_only_while_calls_run); RUN(wakes_from_parking); RUN(free_accepts_null);)
