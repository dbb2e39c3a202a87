#include <pthread.h>
#include <sys/resource.h>

#include "base/test.h"
#include "sandbox/internal.h"

/* What the C library finds out, reading /proc/self/maps on the main thread. */
static uintptr_t low_by_libc(void)
{
    pthread_attr_t a;
    void *at = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &a) != 0)
        return 0;
    (void)pthread_attr_getstack(&a, &at, &size);
    (void)pthread_attr_destroy(&a);
    return (uintptr_t)at;
}

static void *other_thread(void *ret)
{
    *(bool *)ret = bx_stack_low() == low_by_libc();
    return NULL;
}

/* A bound that is too low would let a guest run into what lies below the stack. */
static void the_bound_is_never_too_low(void)
{
    uintptr_t low = bx_stack_low(), libc = low_by_libc(),
              here = (uintptr_t)__builtin_frame_address(0);
    CHECK(libc != 0 && low >= libc && low < here);
    struct rlimit l;
    CHECK(getrlimit(RLIMIT_STACK, &l) == 0);
    if (l.rlim_cur <= 64 << 20) /* a finite stack: the same to the page */
        CHECK(low - libc < 65536);
}

static void another_thread_has_its_own(void)
{
    pthread_t t;
    bool same = false;
    CHECK(pthread_create(&t, NULL, other_thread, &same) == 0 && pthread_join(t, NULL) == 0 && same);
}

static void use(void *arg)
{
    volatile char on_stack[700 << 10];
    for (size_t i = 0; i < sizeof on_stack; i += 4096)
        on_stack[i] = 1;
    *(uintptr_t *)arg = (uintptr_t)&on_stack[0] - bx_stack_low();
}

/* All that is promised can be used, here or on a thread that is made for it. */
static void what_is_asked_for_is_there(void)
{
    static const uint64_t sizes[] = {1 << 20, 64 << 20, 300 << 20};
    for (size_t i = 0; i < BX_COUNT(sizes); i++) {
        uintptr_t left = 0;
        CHECK(bx_with_stack(sizes[i], use, &left, NULL) == BX_OK);
        CHECK(left > sizes[i] - (800 << 10));
    }
}

BXT_MAIN(RUN(the_bound_is_never_too_low); RUN(another_thread_has_its_own);
         RUN(what_is_asked_for_is_there);)
