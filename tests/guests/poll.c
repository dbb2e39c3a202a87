/* poll_oneoff: clocks, descriptors, and subscriptions that are wrong. */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

static __wasi_subscription_t subs[16];
static __wasi_event_t events[16];
static __wasi_size_t n;

static void clock_sub(int i, __wasi_clockid_t id, __wasi_timestamp_t timeout,
                      __wasi_subclockflags_t flags)
{
    subs[i] = (__wasi_subscription_t){.userdata = 100 + (__wasi_userdata_t)i};
    subs[i].u.tag = __WASI_EVENTTYPE_CLOCK;
    subs[i].u.u.clock = (__wasi_subscription_clock_t){.id = id, .timeout = timeout, .flags = flags};
}

static void fd_sub(int i, __wasi_eventtype_t type, __wasi_fd_t fd)
{
    subs[i] = (__wasi_subscription_t){.userdata = 100 + (__wasi_userdata_t)i};
    subs[i].u.tag = type;
    subs[i].u.u.fd_read.file_descriptor = fd;
}

static void is_event(int i, __wasi_userdata_t user, int error, __wasi_eventtype_t type)
{
    EQ(events[i].userdata, user);
    EQ(events[i].error, error);
    EQ(events[i].type, type);
}

static uint64_t now(void)
{
    __wasi_timestamp_t t;
    OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &t));
    return t;
}

enum {
    CLOCK = __WASI_EVENTTYPE_CLOCK,
    READ = __WASI_EVENTTYPE_FD_READ,
    WRITE = __WASI_EVENTTYPE_FD_WRITE
};
enum { MS = 1000000 };

static void clocks(void)
{
    uint64_t begin = now();
    clock_sub(0, __WASI_CLOCKID_MONOTONIC, 20 * MS, 0);
    OK(__wasi_poll_oneoff(subs, events, 1, &n));
    EQ(n, 1);
    is_event(0, 100, 0, CLOCK);
    YES(now() - begin >= 20 * MS);
    begin = now();
    clock_sub(0, __WASI_CLOCKID_MONOTONIC, begin + 20 * MS,
              __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME);
    clock_sub(1, __WASI_CLOCKID_REALTIME, UINT64_C(3600000) * MS, 0);
    OK(__wasi_poll_oneoff(subs, events, 2, &n));
    EQ(n, 1);
    is_event(0, 100, 0, CLOCK);
    YES(now() - begin >= 20 * MS);
    clock_sub(0, __WASI_CLOCKID_REALTIME, 1,
              __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME); /* long past */
    clock_sub(1, __WASI_CLOCKID_MONOTONIC, 0, 0);
    clock_sub(2, __WASI_CLOCKID_MONOTONIC, UINT64_MAX, 0);
    OK(__wasi_poll_oneoff(subs, events, 3, &n));
    EQ(n, 2);
    is_event(1, 101, 0, CLOCK);
}

static void descriptors(void)
{
    make("f", "0123456789");
    __wasi_fd_t fd = OPEN("f", 0, RW | R(POLL_FD_READWRITE));
    fd_sub(0, READ, fd);
    fd_sub(1, WRITE, fd);
    fd_sub(2, WRITE, 1);
    fd_sub(3, WRITE, 2);
    fd_sub(4, READ, fd);
    clock_sub(5, __WASI_CLOCKID_MONOTONIC, UINT64_MAX, 0);
    OK(__wasi_poll_oneoff(subs, events, 6, &n));
    EQ(n, 5);
    is_event(0, 100, 0, READ);
    EQ(events[0].fd_readwrite.nbytes, 10);
    is_event(1, 101, 0, WRITE);
    YES(events[1].fd_readwrite.nbytes > 0);
    is_event(2, 102, 0, WRITE);
    is_event(3, 103, 0, WRITE);
    is_event(4, 104, 0, READ); /* the same once more */
    fd_sub(0, READ, 0);        /* stdin is empty: ready, with nothing */
    OK(__wasi_poll_oneoff(subs, events, 1, &n));
    EQ(n, 1);
    is_event(0, 100, 0, READ);
}

static void wrong_ones(void)
{
    __wasi_fd_t fd = OPEN("f", 0, R(FD_READ));
    fd_sub(0, READ, 77);
    fd_sub(1, WRITE, 0);
    fd_sub(2, READ, 1);
    fd_sub(3, READ, SANDBOX);
    fd_sub(4, READ, fd);
    clock_sub(5, (__wasi_clockid_t)9, 0, 0);
    clock_sub(6, __WASI_CLOCKID_MONOTONIC, 0, 2);
    clock_sub(7, (__wasi_clockid_t)77, 0, 0);
    clock_sub(8, __WASI_CLOCKID_MONOTONIC, UINT64_MAX, 0);
    OK(__wasi_poll_oneoff(subs, events, 9, &n));
    EQ(n, 8);
    is_event(0, 100, E(BADF), READ);
    is_event(1, 101, E(BADF), WRITE);
    is_event(2, 102, E(BADF), READ);
    is_event(3, 103, E(BADF), READ);
    is_event(4, 104, E(NOTCAPABLE), READ);
    is_event(5, 105, E(INVAL), CLOCK);
    is_event(6, 106, E(INVAL), CLOCK);
    is_event(7, 107, E(INVAL), CLOCK);
    fd_sub(0, 9, 0); /* of no type there is: not even an event could say so */
    EQ(__wasi_poll_oneoff(subs, events, 2, &n), E(INVAL));
    EQ(__wasi_poll_oneoff(subs, events, 0, &n), E(INVAL));
    n = 4711;
    EQ(raw_poll_oneoff(memory_end() - 47, at(events), 1, at(&n)), E(FAULT));
    EQ(raw_poll_oneoff(at(subs), memory_end() - 31, 1, at(&n)), E(FAULT));
    EQ(raw_poll_oneoff(at(subs), at(events), 1, memory_end() - 3), E(FAULT));
    EQ(raw_poll_oneoff(at(subs), at(events), UINT32_MAX, at(&n)), E(INVAL));
    EQ(n, 4711);
}

static void through_libc(void)
{
    struct timespec ts = {0, 10 * MS};
    uint64_t begin = now();
    EQ(nanosleep(&ts, NULL), 0);
    EQ(usleep(10000), 0);
    YES(now() - begin >= 20 * MS);
    struct pollfd p[2] = {{.fd = 1, .events = POLLOUT}, {.fd = 0, .events = POLLIN}};
    EQ(poll(p, 2, 1000), 2);
    YES(p[0].revents & POLLOUT);
    YES(p[1].revents & POLLIN);
    EQ(poll(NULL, 0, 5), 0);
}

int main(void)
{
    clocks();
    descriptors();
    wrong_ones();
    through_libc();
    return 0;
}
