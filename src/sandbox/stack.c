/* Guest code runs on the stack of the thread that calls it, down to the grant's stack limit; the
 * host functions it calls need their own share below that. */
#include <errno.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/internal.h"

enum {
    HOST_SHARE = 512 << 10, /* bytes of stack for our own frames and the libraries below us */
    MAIN_STACK_MAX =
        120 << 20, /* of the main thread's stack, however large the system says it is */
};

/* The main thread's stack from what the kernel said at the start: the C library would read
 * /proc/self/maps, which takes longer than a small guest.  It ends with the page that holds the
 * program's name (AT_EXECFN, getauxval(3)) and grows down to RLIMIT_STACK below that, where no
 * mapping is put within the first 128 MiB.  0: cannot be told that way. */
static uintptr_t main_stack_low(uintptr_t here)
{
    const char *name = (const char *)getauxval(AT_EXECFN);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct rlimit l;
    if (!name || gettid() != getpid() || getrlimit(RLIMIT_STACK, &l) != 0)
        return 0;
    uintptr_t last =
        (uintptr_t)name + strlen(name) + sizeof(void *); /* a null pointer follows it */
    uintptr_t top = (last | (page - 1)) + 1;
    size_t size = l.rlim_cur < MAIN_STACK_MAX ? (size_t)l.rlim_cur : MAIN_STACK_MAX;
    return here < top && top - here < size ? top - size : 0;
}

uintptr_t bx_stack_low(void)
{
    static _Thread_local uintptr_t low; /* asked once */
    if (low == 0)
        low = main_stack_low((uintptr_t)__builtin_frame_address(0));
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
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), low = bx_stack_low();
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
