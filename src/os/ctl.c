#include "os/ctl.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"

enum { NS_PER_SEC = 1000000000, SLICE_NS = BX_CTL_SLICE_MS * 1000000, FEW_FDS = 64 };

uint64_t bx_now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail: the clock exists everywhere */
    return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

bx_code bx_ctl_make_cancellable(bx_ctl *c, bx_error *err)
{
    if (c->cancel_fd >= 0)
        return BX_OK;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return bx_fail_errno(err, errno, "make the cancel handle of a call");
    c->cancel_fd = fd;
    return BX_OK;
}

void bx_ctl_done(bx_ctl *c)
{
    if (c->cancel_fd >= 0)
        (void)close(c->cancel_fd);
    c->cancel_fd = -1;
}

/* The flag is set before the eventfd: whoever wakes up by the latter sees the former.  The
 * eventfd is never read, so it stays readable for every later wait. */
void bx_ctl_cancel(bx_ctl *c)
{
    int saved = errno;
    atomic_store_explicit(&c->cancelled, 1, memory_order_release);
    if (c->cancel_fd >= 0) {
        uint64_t one = 1;
        ssize_t ignored = write(c->cancel_fd, &one, sizeof one);
        (void)ignored; /* fails only when the counter is full: then it is readable already */
    }
    errno = saved;
}

bx_code bx_ctl_inherit(bx_ctl *c, const bx_ctl *parent, bx_error *err)
{
    size_t depth = 1;
    for (const bx_ctl *p = parent; p; p = p->parent)
        depth++;
    if (depth > BX_CTL_MAX_DEPTH)
        return bx_fail(err, BX_ELIMIT, "calls nested more than %d deep", BX_CTL_MAX_DEPTH - 1);
    c->parent = parent;
    bx_ctl_set_deadline(c, c->deadline_ns);
    return BX_OK;
}

/* A parent's deadline is fixed before it can start anything, so it need not be looked at again. */
void bx_ctl_set_deadline(bx_ctl *c, uint64_t deadline_ns)
{
    if (c->parent && c->parent->deadline_ns < deadline_ns)
        deadline_ns = c->parent->deadline_ns;
    c->deadline_ns = deadline_ns;
}

static bx_stop check_at(const bx_ctl *c, uint64_t now)
{
    for (const bx_ctl *p = c; p; p = p->parent) {
        if (atomic_load_explicit(&p->cancelled, memory_order_acquire))
            return BX_STOP_CANCELLED;
    }
    return now >= c->deadline_ns && c->deadline_ns != UINT64_MAX ? BX_STOP_DEADLINE : BX_STOP_NONE;
}

bx_stop bx_ctl_check(const bx_ctl *c)
{
    return check_at(c, c->deadline_ns == UINT64_MAX ? 0 : bx_now_ns());
}

/* One poll until `wake_ns` (UINT64_MAX = for ever).  A poll that fails for another reason than a
 * signal (more fds than RLIMIT_NOFILE, no kernel memory) marks every fd POLLNVAL, so the waiter
 * sees failing handles and not an endless wait. */
static int poll_until(struct pollfd *fds, size_t n, uint64_t now, uint64_t wake_ns)
{
    struct timespec ts = {0, 0};
    if (wake_ns > now) {
        ts.tv_sec = (time_t)((wake_ns - now) / NS_PER_SEC);
        ts.tv_nsec = (long)((wake_ns - now) % NS_PER_SEC);
    }
    int r = ppoll(fds, (nfds_t)n, wake_ns == UINT64_MAX ? NULL : &ts, NULL);
    if (r >= 0)
        return r;
    bool interrupted = errno == EINTR;
    for (size_t i = 0; i < n; i++)
        fds[i].revents = interrupted ? 0 : POLLNVAL;
    return interrupted ? 0 : (int)n;
}

/* The cancel handles of `c` and the calls above it; *all: none of them lacks one. */
static size_t cancel_handles(const bx_ctl *c, struct pollfd *ret, bool *all)
{
    size_t n = 0;
    *all = true;
    for (const bx_ctl *p = c; p; p = p->parent) {
        if (p->cancel_fd < 0)
            *all = false;
        else if (n < BX_CTL_MAX_DEPTH)
            ret[n++] = (struct pollfd){.fd = p->cancel_fd, .events = POLLIN};
    }
    return n;
}

/* `fds` has `n` entries of the caller and `own` cancel handles behind them; `all`: a cancel always
 * shows on one of these. */
static bx_stop wait_on(const bx_ctl *c, struct pollfd *fds, size_t n, size_t own, bool all,
                       uint64_t until_ns, int *ready)
{
    for (;;) {
        uint64_t now = bx_now_ns();
        bx_stop stop = check_at(c, now);
        if (stop != BX_STOP_NONE)
            return stop;
        uint64_t wake = until_ns < c->deadline_ns ? until_ns : c->deadline_ns;
        if (!all && (wake > now && wake - now > SLICE_NS))
            wake = now + SLICE_NS;
        int r = poll_until(fds, n + own, now, wake);
        int mine = 0;
        for (size_t i = 0; i < own; i++)
            mine += fds[n + i].revents != 0;
        if (r > mine) {
            *ready = r - mine;
            return bx_ctl_check(c);
        }
        if (!mine && until_ns != UINT64_MAX && bx_now_ns() >= until_ns)
            return bx_ctl_check(c);
    }
}

/* With copies of the caller's entries in `room`, which has room for the cancel handles too. */
static bx_stop wait_copied(const bx_ctl *c, struct pollfd *room, struct pollfd *fds, size_t n,
                           uint64_t until_ns, int *ready)
{
    if (n)
        memcpy(room, fds, n * sizeof *fds);
    bool all;
    size_t own = cancel_handles(c, room + n, &all);
    bx_stop stop = wait_on(c, room, n, own, all, until_ns, ready);
    if (n)
        memcpy(fds, room, n * sizeof *fds);
    return stop;
}

/* Kept out of line: the ordinary wait should not touch 32 KiB of stack. */
static __attribute__((noinline)) bx_stop wait_many(const bx_ctl *c, struct pollfd *fds, size_t n,
                                                   uint64_t until_ns, int *ready)
{
    struct pollfd room[BX_MAX_SUBSCRIPTIONS + BX_CTL_MAX_DEPTH];
    return wait_copied(c, room, fds, n, until_ns, ready);
}

static bx_stop wait_few(const bx_ctl *c, struct pollfd *fds, size_t n, uint64_t until_ns,
                        int *ready)
{
    struct pollfd room[FEW_FDS + BX_CTL_MAX_DEPTH];
    return wait_copied(c, room, fds, n, until_ns, ready);
}

bx_stop bx_ctl_wait(const bx_ctl *c, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready)
{
    BX_ASSERT(n <= BX_MAX_SUBSCRIPTIONS);
    *ready = 0;
    for (size_t i = 0; i < n; i++)
        fds[i].revents = 0;
    if (c->cancel_fd < 0 && !c->parent)
        return wait_on(c, fds, n, 0, false, until_ns, ready);
    return n <= FEW_FDS ? wait_few(c, fds, n, until_ns, ready)
                        : wait_many(c, fds, n, until_ns, ready);
}
