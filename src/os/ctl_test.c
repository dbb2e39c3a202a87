#include "os/ctl.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "os/fd.h"

#define MS UINT64_C(1000000)

static void no_deadline_never_stops(void)
{
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    CHECK(bx_ctl_check(&c) == BX_STOP_NONE);
    bx_ctl_done(&c);
}

static void deadline_stops_at_its_instant(void)
{
    bx_ctl past = bx_ctl_init(bx_now_ns()), future = bx_ctl_init(bx_now_ns() + 3600 * 1000 * MS);
    CHECK(bx_ctl_check(&past) == BX_STOP_DEADLINE);
    CHECK(bx_ctl_check(&future) == BX_STOP_NONE);
}

static void cancel_beats_deadline_and_is_idempotent(void)
{
    bx_ctl c = bx_ctl_init(0);
    CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
    int fd = c.cancel_fd;
    CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK && c.cancel_fd == fd);
    bx_ctl_cancel(&c);
    bx_ctl_cancel(&c);
    CHECK(bx_ctl_check(&c) == BX_STOP_CANCELLED);
    bx_ctl_done(&c);
    CHECK(c.cancel_fd == -1);
    bx_ctl_done(&c);
}

static void wait_reports_ready_fds(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC | O_NONBLOCK) == 0);
    BX_AUTOCLOSE int r = p[0];
    BX_AUTOCLOSE int w = p[1];
    CHECK(write(w, "x", 1) == 1);
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    for (int own = 0; own < 2; own++) {
        struct pollfd fds[3] = {{.fd = r, .events = POLLIN},
                                {.fd = w, .events = POLLOUT},
                                {.fd = r, .events = POLLPRI}};
        int ready = -1;
        CHECK(bx_ctl_wait(&c, fds, 3, UINT64_MAX, &ready) == BX_STOP_NONE);
        CHECK(ready == 2);
        CHECK(fds[0].revents == POLLIN && fds[1].revents == POLLOUT && fds[2].revents == 0);
        CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
    }
    bx_ctl_done(&c);
}

static void wait_ends_at_until(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    BX_AUTOCLOSE int r = p[0];
    BX_AUTOCLOSE int w = p[1];
    CHECK(w >= 0);
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    for (int own = 0; own < 2; own++) {
        struct pollfd fds[1] = {{.fd = r, .events = POLLIN, .revents = POLLIN}};
        int ready = -1;
        uint64_t until = bx_now_ns() + 12 * MS; /* more than two slices */
        CHECK(bx_ctl_wait(&c, fds, 1, until, &ready) == BX_STOP_NONE);
        CHECK(ready == 0 && fds[0].revents == 0);
        CHECK(bx_now_ns() >= until);
        CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
    }
    bx_ctl_done(&c);
}

static void until_in_the_past_still_polls_once(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    BX_AUTOCLOSE int r = p[0];
    BX_AUTOCLOSE int w = p[1];
    CHECK(write(w, "x", 1) == 1);
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    struct pollfd fds[1] = {{.fd = r, .events = POLLIN}};
    int ready = 0;
    CHECK(bx_ctl_wait(&c, fds, 1, 1, &ready) == BX_STOP_NONE);
    CHECK(ready == 1);
}

static void wait_ends_at_the_deadline(void)
{
    for (int own = 0; own < 2; own++) {
        uint64_t deadline = bx_now_ns() + 12 * MS;
        bx_ctl c = bx_ctl_init(deadline);
        if (own)
            CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
        int ready = -1;
        CHECK(bx_ctl_wait(&c, NULL, 0, UINT64_MAX, &ready) == BX_STOP_DEADLINE);
        CHECK(ready == 0);
        uint64_t now = bx_now_ns();
        CHECK(now >= deadline && now < deadline + 500 * MS);
        bx_ctl_done(&c);
    }
}

static void *cancel_it(void *c)
{
    bx_ctl_cancel(c);
    return NULL;
}

static void wait_ends_on_cancel(void)
{
    for (int own = 0; own < 2; own++) {
        bx_ctl c = bx_ctl_init(bx_now_ns() + 60 * 1000 * MS);
        if (own)
            CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
        pthread_t t;
        CHECK(pthread_create(&t, NULL, cancel_it, &c) == 0);
        int ready = -1;
        bx_stop stop = bx_ctl_wait(&c, NULL, 0, UINT64_MAX, &ready);
        (void)pthread_join(t, NULL);
        CHECK(stop == BX_STOP_CANCELLED && ready == 0);
        bx_ctl_done(&c);
    }
}

static void many_fds_at_the_limit(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    BX_AUTOCLOSE int r = p[0];
    BX_AUTOCLOSE int w = p[1];
    CHECK(r >= 0);
    static struct pollfd fds[1000]; /* below any RLIMIT_NOFILE, above the short path */
    for (size_t i = 0; i < BX_COUNT(fds); i++)
        fds[i] = (struct pollfd){.fd = w, .events = POLLOUT};
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    CHECK(bx_ctl_make_cancellable(&c, NULL) == BX_OK);
    int ready = 0;
    CHECK(bx_ctl_wait(&c, fds, BX_COUNT(fds), UINT64_MAX, &ready) == BX_STOP_NONE);
    CHECK(ready == (int)BX_COUNT(fds) && fds[999].revents == POLLOUT);
    bx_ctl_done(&c);
}

static void a_closed_fd_is_reported_not_waited_for(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    (void)close(p[0]);
    (void)close(p[1]);
    bx_ctl c = bx_ctl_init(UINT64_MAX);
    struct pollfd fds[1] = {{.fd = p[0], .events = POLLIN}};
    int ready = 0;
    CHECK(bx_ctl_wait(&c, fds, 1, UINT64_MAX, &ready) == BX_STOP_NONE);
    CHECK(ready == 1 && fds[0].revents == POLLNVAL);
}

static void a_child_ends_with_its_parent(void)
{
    bx_ctl root = bx_ctl_init(bx_now_ns() + 1000 * MS), child = bx_ctl_init(UINT64_MAX),
           grandchild = bx_ctl_init(UINT64_MAX);
    CHECK(bx_ctl_inherit(&child, &root, NULL) == BX_OK);
    CHECK(bx_ctl_inherit(&grandchild, &child, NULL) == BX_OK);
    CHECK(grandchild.deadline_ns == root.deadline_ns); /* sooner than its own */
    bx_ctl_set_deadline(&grandchild, 1);
    CHECK(grandchild.deadline_ns == 1);
    bx_ctl_set_deadline(&grandchild, UINT64_MAX);
    CHECK(grandchild.deadline_ns == root.deadline_ns);
    CHECK(bx_ctl_check(&grandchild) == BX_STOP_NONE);
    bx_ctl_cancel(&root);
    CHECK(bx_ctl_check(&grandchild) == BX_STOP_CANCELLED);
}

static void a_childs_cancel_is_its_own(void)
{
    bx_ctl root = bx_ctl_init(UINT64_MAX), child = bx_ctl_init(UINT64_MAX);
    CHECK(bx_ctl_inherit(&child, &root, NULL) == BX_OK);
    bx_ctl_cancel(&child);
    CHECK(bx_ctl_check(&child) == BX_STOP_CANCELLED && bx_ctl_check(&root) == BX_STOP_NONE);
}

/* Whichever of the two has an eventfd: the child's wait must end. */
static void a_waiting_child_notices_its_parents_cancel(void)
{
    for (int has = 0; has < 4; has++) {
        bx_ctl root = bx_ctl_init(UINT64_MAX), child = bx_ctl_init(UINT64_MAX);
        CHECK(bx_ctl_inherit(&child, &root, NULL) == BX_OK);
        CHECK(!(has & 1) || bx_ctl_make_cancellable(&root, NULL) == BX_OK);
        CHECK(!(has & 2) || bx_ctl_make_cancellable(&child, NULL) == BX_OK);
        bx_ctl_cancel(&root);
        int ready = -1;
        CHECK(bx_ctl_wait(&child, NULL, 0, UINT64_MAX, &ready) == BX_STOP_CANCELLED && ready == 0);
        bx_ctl_done(&root);
        bx_ctl_done(&child);
    }
}

static void a_chain_is_bounded(void)
{
    static bx_ctl chain[BX_CTL_MAX_DEPTH + 1];
    for (int i = 0; i <= BX_CTL_MAX_DEPTH; i++)
        chain[i] = bx_ctl_init(UINT64_MAX);
    for (int i = 1; i < BX_CTL_MAX_DEPTH; i++)
        CHECK(bx_ctl_inherit(&chain[i], &chain[i - 1], NULL) == BX_OK);
    bx_ctl *last = &chain[BX_CTL_MAX_DEPTH];
    CHECK(bx_ctl_inherit(last, last - 1, NULL) == BX_ELIMIT && !last->parent);
}

BXT_MAIN(RUN(a_child_ends_with_its_parent); RUN(a_childs_cancel_is_its_own);
         RUN(a_waiting_child_notices_its_parents_cancel); RUN(a_chain_is_bounded);
         RUN(no_deadline_never_stops); RUN(deadline_stops_at_its_instant);
         RUN(cancel_beats_deadline_and_is_idempotent); RUN(wait_reports_ready_fds);
         RUN(wait_ends_at_until); RUN(until_in_the_past_still_polls_once);
         RUN(wait_ends_at_the_deadline); RUN(wait_ends_on_cancel); RUN(many_fds_at_the_limit);
         RUN(a_closed_fd_is_reported_not_waited_for);)
