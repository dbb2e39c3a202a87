#include "egress/wake.h"

#include <pthread.h>

#include "base/test.h"

static void *wake_later(void *w)
{
    bx_wake_up(w);
    return NULL;
}

static void wakes(void)
{
    bx_wake w;
    pthread_t t;
    CHECK(bx_wake_init(&w, NULL) == BX_OK);
    bx_wake_up(&w);
    bx_wake_up(&w);
    CHECK(bx_wake_wait(&w, NULL, UINT64_MAX, NULL) == BX_OK); /* one that came before */
    CHECK(bx_wake_wait(&w, NULL, bx_now_ns() + 1000000, NULL) == BX_ETIMEOUT); /* two were one */
    CHECK(pthread_create(&t, NULL, wake_later, &w) == 0);
    CHECK(bx_wake_wait(&w, NULL, UINT64_MAX, NULL) == BX_OK);
    (void)pthread_join(t, NULL);
    bx_wake_done(&w);
}

static void stops(void)
{
    bx_wake w;
    bx_ctl late = bx_ctl_init(bx_now_ns() + 1000000), gone = bx_ctl_init(UINT64_MAX);
    bx_ctl_cancel(&gone);
    CHECK(bx_wake_init(&w, NULL) == BX_OK);
    CHECK(bx_wake_wait(&w, &late, UINT64_MAX, NULL) == BX_ETIMEOUT);
    CHECK(bx_wake_wait(&w, &gone, UINT64_MAX, NULL) == BX_ECANCELLED);
    bx_wake_done(&w);
}

BXT_MAIN(RUN(wakes); RUN(stops);)
