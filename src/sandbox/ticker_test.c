#include "sandbox/ticker.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "base/test.h"
#include "os/ctl.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) };
#else
enum { SANITIZED = 0 };
#endif

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
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK);
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
        CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK);
        CHECK(passes(&n, before));
        bx_ticker_leave(t);
    }
    bx_ticker_free(t);
}

static int threads(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    for (const struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        (void)closedir(d);
    return n;
}

static void the_thread_begins_with_the_first_call(void)
{
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    int before = threads();
    CHECK(before > 0 && bx_ticker_new(count, &n, &t, NULL) == BX_OK && threads() == before);
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK && threads() == before + 1);
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK && threads() == before + 1);
    bx_ticker_leave(t);
    bx_ticker_leave(t);
    bx_ticker_free(t);
    CHECK(bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    bx_ticker_free(t); /* it never began */
}

/* A process that may have no further thread is told so; nothing is counted, and it can try again.
 * The first test: later there are stacks of ended threads to take. */
static void a_refused_thread_is_an_error(void)
{
    if (SANITIZED)
        SKIP("sanitizers need address space of their own");
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    bx_error err = {.msg = ""};
    struct rlimit was, none;
    CHECK(getrlimit(RLIMIT_AS, &was) == 0 && bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    none = was;
    none.rlim_cur = 1; /* no address space for its stack; holds for root as well */
    bool limited = setrlimit(RLIMIT_AS, &none) == 0;
    bx_code rc = bx_ticker_enter(t, UINT64_MAX, &err);
    CHECK(setrlimit(RLIMIT_AS, &was) == 0);
    CHECK(limited && rc == BX_EIO && strstr(err.msg, "epoch ticker"));
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK); /* control */
    bx_ticker_leave(t);
    bx_ticker_free(t);
}

static void a_lone_call_needs_no_thread(void)
{
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    int before = threads();
    CHECK(bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    bx_ticker_by_signal(t);
    for (int round = 0; round < 3; round++) {
        uint64_t at = bx_now_ns() + 20000000;
        int had = atomic_load(&n);
        CHECK(bx_ticker_enter(t, at, NULL) == BX_OK && threads() == before);
        CHECK(passes(&n, had) && bx_now_ns() >= at);
        bx_ticker_leave(t);
    }
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK && threads() == before);
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK && threads() == before + 1);
    CHECK(passes(&n, atomic_load(&n))); /* several at once: by the thread, no deadline needed */
    bx_ticker_leave(t);
    CHECK(passes(&n, atomic_load(&n)));
    bx_ticker_leave(t);
    bx_ticker_free(t);
}

static void a_lone_call_is_ticked_as_long_as_it_asks(void)
{
    _Atomic int n = 0;
    bx_ticker *t = NULL;
    CHECK(bx_ticker_new(count, &n, &t, NULL) == BX_OK);
    bx_ticker_by_signal(t);
    CHECK(bx_ticker_enter(t, UINT64_MAX, NULL) == BX_OK);
    for (int round = 0; round < 2; round++) {
        CHECK(bx_ticker_join(t, UINT64_MAX, NULL) == BX_OK);
        CHECK(passes(&n, atomic_load(&n)));
        bx_ticker_part(t);
        struct timespec while_ = {.tv_nsec = 20000000};
        (void)nanosleep(&while_, NULL); /* one that has begun may still end */
        int had = atomic_load(&n);
        (void)nanosleep(&while_, NULL);
        CHECK(atomic_load(&n) == had);
    }
    bx_ticker_leave(t);
    bx_ticker_free(t);
}

static void free_accepts_null(void)
{
    bx_ticker_free(NULL);
    CHECK(true);
}

BXT_MAIN(RUN(a_refused_thread_is_an_error); RUN(ticks_only_while_calls_run);
         RUN(wakes_from_parking); RUN(the_thread_begins_with_the_first_call);
         RUN(a_lone_call_needs_no_thread); RUN(a_lone_call_is_ticked_as_long_as_it_asks);
         RUN(free_accepts_null);)
