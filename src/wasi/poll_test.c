#include "wasi/test_env.h"

#include <sys/ioctl.h>

enum { IN = 0, OUT = 20000, N = 60000, MS = 1000000 };
enum { CLOCK = 0, READ = 1, WRITE = 2 };

static void sub_clock(env *e, uint32_t i, uint32_t id, uint64_t ns, uint16_t flags)
{
    uint8_t *p = e->mem + IN + i * 48;
    memset(p, 0, 48);
    bx_put64(p, 100 + i);
    p[8] = CLOCK;
    bx_put32(p + 16, id);
    bx_put64(p + 24, ns);
    bx_put16(p + 40, flags);
}

static void sub_fd(env *e, uint32_t i, uint8_t type, uint32_t fd)
{
    uint8_t *p = e->mem + IN + i * 48;
    memset(p, 0, 48);
    bx_put64(p, 100 + i);
    p[8] = type;
    bx_put32(p + 16, fd);
}

/* Number of events, or -errno. */
static int64_t poll_n(env *e, uint32_t n)
{
    uint64_t r = P1(e, poll_oneoff, IN, OUT, n, N);
    return r ? -(int64_t)r : (int64_t)bx_get32(e->mem + N);
}

static bool event_is(const env *e, uint32_t i, uint64_t userdata, bx_errno error, uint8_t type)
{
    const uint8_t *p = e->mem + OUT + i * 32;
    return bx_get64(p) == userdata && bx_get16(p + 8) == error && p[10] == type && p[11] == 0;
}

static uint64_t n_bytes(const env *e, uint32_t i) { return bx_get64(e->mem + OUT + i * 32 + 16); }
static uint16_t flags_of(const env *e, uint32_t i) { return bx_get16(e->mem + OUT + i * 32 + 24); }

/* ---- clocks --------------------------------------------------------------------------- */

static void sleep_lasts_as_long_as_asked(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    sub_clock(&e, 0, 1, 20 * MS, 0);
    uint64_t begin = bx_now_ns();
    CHECK(poll_n(&e, 1) == 1);
    CHECK(bx_now_ns() - begin >= 20 * MS);
    CHECK(event_is(&e, 0, 100, BX_E_SUCCESS, CLOCK));
    CHECK(bx_wasi_get_counters(e.w)->host_ns >= 19 * MS);
}

static void the_earliest_clock_alone(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    sub_clock(&e, 0, 0, UINT64_C(3600000000000), 0);
    sub_clock(&e, 1, 1, 1 * MS, 0);
    sub_clock(&e, 2, 1, UINT64_MAX, 0);
    CHECK(poll_n(&e, 3) == 1);
    CHECK(event_is(&e, 0, 101, BX_E_SUCCESS, CLOCK));
}

static void absolute_times(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(P1(&e, clock_time_get, 1, 0, N) == 0);
    uint64_t begin = bx_now_ns();
    sub_clock(&e, 0, 1, bx_get64(e.mem + N) + 20 * MS, 1);
    CHECK(poll_n(&e, 1) == 1);
    CHECK(bx_now_ns() - begin >= 15 * MS);
    sub_clock(&e, 0, 0, 1, 1); /* 1970: long past */
    CHECK(poll_n(&e, 1) == 1);
    CHECK(event_is(&e, 0, 100, BX_E_SUCCESS, CLOCK));
}

static void sleep_ends_at_the_deadline(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    sub_clock(&e, 0, 1, UINT64_MAX, 0);
    e.ctl.deadline_ns = bx_now_ns() + 20 * MS;
    (void)poll_n(&e, 1);
    CHECK(e.stop == BX_WASI_DEADLINE);
    CHECK(bx_now_ns() >= e.ctl.deadline_ns);
    bx_ctl_cancel(&e.ctl);
    (void)poll_n(&e, 1);
    CHECK(e.stop == BX_WASI_CANCELLED);
}

static void stopped_even_without_waiting(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    bx_ctl_cancel(&e.ctl);
    sub_fd(&e, 0, WRITE, 1);
    (void)poll_n(&e, 1);
    CHECK(e.stop == BX_WASI_CANCELLED);
}

static void frozen_sleep_takes_no_time(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.clock = BX_CLOCK_FROZEN;
    CHECK(env_reset(&e));
    sub_clock(&e, 0, 1, UINT64_C(3600000000000), 0);
    sub_clock(&e, 1, 0, UINT64_C(7200000000000), 0);
    uint64_t begin = bx_now_ns();
    CHECK(poll_n(&e, 2) == 1);
    CHECK(event_is(&e, 0, 100, BX_E_SUCCESS, CLOCK));
    CHECK(bx_now_ns() - begin < UINT64_C(10000000000));
    CHECK(P1(&e, clock_time_get, 1, 0, N) == 0);
    CHECK(bx_get64(e.mem + N) == 1 * MS);
}

static void stepped_sleep_advances(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.clock = BX_CLOCK_STEP;
    CHECK(env_reset(&e));
    sub_clock(&e, 0, 1, UINT64_C(3600000000000), 0);
    CHECK(poll_n(&e, 1) == 1);
    CHECK(P1(&e, clock_time_get, 1, 0, N) == 0);
    CHECK(bx_get64(e.mem + N) == UINT64_C(3600000000000) + 1 * MS);
    sub_clock(&e, 0, 1, UINT64_C(3600000000000) + 5 * MS, 1);
    CHECK(poll_n(&e, 1) == 1);
    CHECK(P1(&e, clock_time_get, 1, 0, N) == 0);
    CHECK(bx_get64(e.mem + N) == UINT64_C(3600000000000) + 6 * MS);
}

/* ---- descriptors ---------------------------------------------------------------------- */

static void streams_are_ready(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_BYTES, .bytes = BX_LIT("12345")};
    CHECK(env_reset(&e));
    sub_fd(&e, 0, READ, 0);
    sub_fd(&e, 1, WRITE, 1);
    sub_fd(&e, 2, WRITE, 2);
    sub_clock(&e, 3, 1, UINT64_MAX, 0);
    CHECK(poll_n(&e, 4) == 3);
    CHECK(event_is(&e, 0, 100, BX_E_SUCCESS, READ) && n_bytes(&e, 0) == 5 && flags_of(&e, 0) == 0);
    CHECK(event_is(&e, 1, 101, BX_E_SUCCESS, WRITE) && n_bytes(&e, 1) == e.limits.output);
    CHECK(event_is(&e, 2, 102, BX_E_SUCCESS, WRITE));
    CHECK(env_read(&e, 0, 40000, 5) == 5);
    CHECK(poll_n(&e, 1) == 1);
    CHECK(n_bytes(&e, 0) == 0 && flags_of(&e, 0) == 1); /* nothing more will come */
}

static void pipe_becomes_ready(void)
{
    ENV e = {0};
    int p[2];
    CHECK(env_init(&e, NULL));
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p[0]};
    bool ok = env_reset(&e);
    sub_fd(&e, 0, READ, 0);
    sub_clock(&e, 1, 1, 5 * MS, 0);
    ok = ok && poll_n(&e, 2) == 1 && event_is(&e, 0, 101, BX_E_SUCCESS, CLOCK);
    ok = ok && write(p[1], "abc", 3) == 3;
    ok =
        ok && poll_n(&e, 2) == 1 && event_is(&e, 0, 100, BX_E_SUCCESS, READ) && n_bytes(&e, 0) == 3;
    ok = ok && env_read(&e, 0, 40000, 3) == 3;
    (void)close(p[1]);
    ok = ok && poll_n(&e, 2) == 1 && event_is(&e, 0, 100, BX_E_SUCCESS, READ) &&
         flags_of(&e, 0) == 1;
    (void)close(p[0]);
    CHECK(ok);
}

static void the_same_descriptor_twice(void)
{
    ENV e = {0};
    int p[2];
    CHECK(env_init(&e, NULL));
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p[0]};
    bool ok = env_reset(&e) && write(p[1], "x", 1) == 1;
    sub_fd(&e, 0, READ, 0);
    sub_fd(&e, 1, READ, 0);
    ok = ok && poll_n(&e, 2) == 2 && event_is(&e, 0, 100, BX_E_SUCCESS, READ) &&
         event_is(&e, 1, 101, BX_E_SUCCESS, READ);
    (void)close(p[0]);
    (void)close(p[1]);
    CHECK(ok);
}

static void broken_output_is_pipe(void)
{
    ENV e = {0};
    int p[2];
    CHECK(env_init(&e, NULL));
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p[1]};
    bool ok = env_reset(&e);
    sub_fd(&e, 0, WRITE, 1);
    ok = ok && poll_n(&e, 1) == 1 && event_is(&e, 0, 100, BX_E_SUCCESS, WRITE) &&
         n_bytes(&e, 0) == 4096;
    (void)close(p[0]);
    ok = ok && poll_n(&e, 1) == 1 && event_is(&e, 0, 100, BX_E_PIPE, WRITE);
    (void)close(p[1]);
    CHECK(ok);
}

static void closed_descriptor_of_the_host(void)
{
    ENV e = {0};
    int p[2];
    CHECK(env_init(&e, NULL));
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    (void)close(p[0]);
    (void)close(p[1]);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p[0]};
    CHECK(env_reset(&e));
    sub_fd(&e, 0, READ, 0);
    CHECK(poll_n(&e, 1) == 1);
    CHECK(event_is(&e, 0, 100, BX_E_BADF, READ));
    CHECK(env_read(&e, 0, 40000, 4) == -BX_E_BADF);
    e.w->host_mode[0] = BX_HOST_POLL;
    CHECK(env_read(&e, 0, 40000, 4) == -BX_E_BADF);
}

static void stdin_from_a_file_tells_what_is_left(void)
{
    ENV e = {0};
    char path[PATH_MAX];
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "in", "0123456789"));
    (void)snprintf(path, sizeof path, "%s/in", e.dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = fd};
    sub_fd(&e, 0, READ, 0);
    bool ok = env_reset(&e) && poll_n(&e, 1) == 1 && n_bytes(&e, 0) == 10;
    ok = ok && env_read(&e, 0, 40000, 4) == 4 && poll_n(&e, 1) == 1 && n_bytes(&e, 0) == 6;
    (void)close(fd);
    CHECK(ok);
}

static void files_are_always_ready(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123456789"));
    CHECK(env_open(&e, "f", 0, BX_R_FILE) == 4);
    CHECK(env_read(&e, 4, 40000, 4) == 4);
    sub_fd(&e, 0, READ, 4);
    sub_fd(&e, 1, WRITE, 4);
    CHECK(poll_n(&e, 2) == 2);
    CHECK(event_is(&e, 0, 100, BX_E_SUCCESS, READ) && n_bytes(&e, 0) == 6);
    CHECK(event_is(&e, 1, 101, BX_E_SUCCESS, WRITE) && n_bytes(&e, 1) > 0);
}

/* ---- what is wrong -------------------------------------------------------------------------- */

static void wrong_subscriptions_get_their_own_events(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == 4);
    sub_fd(&e, 0, READ, 77);
    sub_fd(&e, 1, READ, 1);
    sub_fd(&e, 2, WRITE, 0);
    sub_clock(&e, 3, 4, 0, 0);
    sub_clock(&e, 4, 9, 0, 0);
    sub_clock(&e, 5, 2, 0, 0);
    sub_clock(&e, 6, 1, 0, 2);
    sub_fd(&e, 7, READ, 3);
    sub_fd(&e, 8, READ, UINT32_MAX);
    sub_fd(&e, 9, READ, 4);
    sub_clock(&e, 10, 1, UINT64_MAX, 0);
    CHECK(poll_n(&e, 11) == 10);
    static const struct {
        bx_errno error;
        uint8_t type;
    } want[] = {
        {BX_E_BADF, READ},   {BX_E_BADF, READ},       {BX_E_BADF, WRITE},  {BX_E_INVAL, CLOCK},
        {BX_E_INVAL, CLOCK}, {BX_E_NOTSUP, CLOCK},    {BX_E_INVAL, CLOCK}, {BX_E_BADF, READ},
        {BX_E_BADF, READ},   {BX_E_NOTCAPABLE, READ},
    };
    for (uint32_t i = 0; i < BX_COUNT(want); i++)
        CHECK(event_is(&e, i, 100 + i, want[i].error, want[i].type));
}

/* Control: the same three with a type there is. */
static void an_unknown_type_is_no_subscription(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    for (int type = 0; type < 256; type += type < 4 ? 1 : 84) {
        sub_clock(&e, 0, 1, 0, 0);
        sub_fd(&e, 1, (uint8_t)type, type == 0 ? 1 : 0);
        sub_clock(&e, 2, 1, 0, 0);
        int64_t n = (int64_t)poll_n(&e, 3);
        CHECK(type <= WRITE ? n > 0 : n == -BX_E_INVAL);
    }
}

static void numbers_of_subscriptions(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(poll_n(&e, 0) == -BX_E_INVAL);
    CHECK(poll_n(&e, BX_MAX_SUBSCRIPTIONS + 1) == -BX_E_INVAL);
    CHECK(poll_n(&e, UINT32_MAX) == -BX_E_INVAL);
    CHECK(poll_n(&e, BX_MAX_SUBSCRIPTIONS) == -BX_E_FAULT); /* does not fit this memory */
    for (uint32_t i = 0; i < 400; i++)
        sub_fd(&e, i, WRITE, 1);
    CHECK(P1(&e, poll_oneoff, IN, OUT, 400, N) == 0);
    CHECK(bx_get32(e.mem + N) == 400);
    CHECK(event_is(&e, 399, 499, BX_E_SUCCESS, WRITE));
}

static void arrays_may_overlap(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    for (uint32_t i = 0; i < 12; i++)
        sub_fd(&e, i, WRITE, 1 + i % 2);
    CHECK(P1(&e, poll_oneoff, IN, IN, 12, N) == 0);
    CHECK(bx_get32(e.mem + N) == 12);
    for (uint32_t i = 0; i < 12; i++)
        CHECK(bx_get64(e.mem + IN + i * 32) == 100 + i);
}

static void no_memory_is_nomem(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    for (uint32_t i = 0; i < 9; i++)
        sub_fd(&e, i, WRITE, 1);
    for (long k = 0; k < 2; k++) {
        bx_test_fail_alloc = k;
        int64_t r = poll_n(&e, 9);
        bx_test_fail_alloc = -1;
        CHECK(r == -BX_E_NOMEM);
    }
    CHECK(poll_n(&e, 9) == 9);
}

BXT_MAIN(RUN(sleep_lasts_as_long_as_asked); RUN(the_earliest_clock_alone); RUN(absolute_times);
         RUN(sleep_ends_at_the_deadline); RUN(stopped_even_without_waiting);
         RUN(frozen_sleep_takes_no_time); RUN(stepped_sleep_advances); RUN(streams_are_ready);
         RUN(pipe_becomes_ready); RUN(the_same_descriptor_twice); RUN(broken_output_is_pipe);
         RUN(closed_descriptor_of_the_host); RUN(stdin_from_a_file_tells_what_is_left);
         RUN(files_are_always_ready); RUN(wrong_subscriptions_get_their_own_events);
         RUN(an_unknown_type_is_no_subscription); RUN(numbers_of_subscriptions);
         RUN(arrays_may_overlap); RUN(no_memory_is_nomem);)
