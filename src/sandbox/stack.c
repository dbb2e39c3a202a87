/* Guest code runs on the stack of the thread that calls it, down to the grant's stack limit; the
 * host functions it calls need their own share below that. */
#include <errno.h>
#include <pthread.h>

#include "sandbox/internal.h"

enum { HOST_SHARE = 512 << 10 }; /* bytes of stack for our own frames and the libraries below us */

/* The lowest address of this thread's stack; asked once, since on the main thread the answer
 * is read from /proc. */
static uintptr_t stack_low(void)
{
    static _Thread_local uintptr_t low;
    if (low == 0) {
        pthread_attr_t a;
        void *at = NULL;
        size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &a) == 0) {
            (void)pthread_attr_getstack(&a, &at, &size);
            (void)pthread_attr_destroy(&a);
        }
        low = at ? (uintptr_t)at : UINTPTR_MAX;
    }
    return low;
}

static bool has_room(uint64_t bytes)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), low = stack_low();
    return low < here && here - low >= bytes;
}

struct job {
    void (*fn)(void *arg);
    void *arg;
};

static void *run_job(void *p)
{
    struct job *j = p;
    j->fn(j->arg);
    return NULL;
}

bx_code bx_with_stack(uint64_t bytes, void (*fn)(void *arg), void *arg, bx_error *err)
{
    if (has_room(bytes + HOST_SHARE)) {
        fn(arg);
        return BX_OK;
    }
    struct job j = {fn, arg};
    pthread_attr_t a;
    pthread_t t;
    (void)pthread_attr_init(&a);
    int rc = pthread_attr_setstacksize(&a, (size_t)bytes + 2 * (size_t)HOST_SHARE);
    if (rc == 0)
        rc = pthread_create(&t, &a, run_job, &j);
    (void)pthread_attr_destroy(&a);
    if (rc != 0)
        return bx_fail_errno(err, rc, "a thread with %llu bytes of stack for the guest",
                             (unsigned long long)bytes);
    (void)pthread_join(t, NULL);
    return BX_OK;
}
