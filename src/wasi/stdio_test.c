#include "wasi/test_env.h"

#include <pthread.h>
#include <pty.h>

typedef struct pipe_ends {
    int r, w;
} pipe_ends;

static void pipe_done(pipe_ends *p)
{
    if (p->r >= 0)
        (void)close(p->r);
    if (p->w >= 0)
        (void)close(p->w);
}
#define PIPE __attribute__((cleanup(pipe_done))) pipe_ends

static bool pipe_open(pipe_ends *p)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return false;
    *p = (pipe_ends){fds[0], fds[1]};
    return true;
}

/* ---- stdin ---------------------------------------------------------------------------- */

static void stdin_empty_is_at_its_end(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(env_read(&e, 0, 0, 16) == 0);
    CHECK(env_read(&e, 0, 0, 0) == 0);
}

static void stdin_bytes_in_pieces(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_BYTES, .bytes = BX_LIT("hello, guest")};
    CHECK(env_reset(&e));
    CHECK(env_read(&e, 0, 100, 5) == 5);
    CHECK(memcmp(e.mem + 100, "hello", 6) == 0);
    env_iovec(&e, 63000, 200, 2);
    env_iovec(&e, 63008, 300, 0);
    env_iovec(&e, 63016, 400, 100);
    CHECK(P1(&e, fd_read, 0, 63000, 3, 64000) == 0);
    CHECK(bx_get32(e.mem + 64000) == 7);
    CHECK(memcmp(e.mem + 200, ", \0", 3) == 0);
    CHECK(memcmp(e.mem + 400, "guest\0", 6) == 0);
    CHECK(env_read(&e, 0, 100, 5) == 0);
    CHECK(bx_wasi_get_counters(e.w)->stdin_bytes == 12);
}

/* ---- a terminal that somebody else reads ------------------------------------------------ */

typedef struct person {
    const char *says; /* NULL: a signal comes instead */
    size_t buffered;
    bool by_first;
    char seen[64];
    size_t n_seen;
} person;

static int64_t person_read(void *ctx, bx_wasi *w, bool by_first, void *buf, size_t cap)
{
    person *p = ctx;
    p->by_first = by_first;
    if (!p->says) {
        struct pollfd none = {.fd = -1};
        bx_wasi_send(w, 2);
        return bx_wasi_wait_ready(w, &none, 1, UINT64_MAX) ? 0 : -1;
    }
    size_t n = strlen(p->says) < cap ? strlen(p->says) : cap;
    memcpy(buf, p->says, n);
    return (int64_t)n;
}

static size_t person_buffered(void *ctx) { return ((person *)ctx)->buffered; }

static void person_wrote(void *ctx, const void *text, size_t n)
{
    person *p = ctx;
    if (n <= sizeof p->seen - p->n_seen)
        memcpy(p->seen + p->n_seen, text, n);
    p->n_seen += n;
}

static void a_terminal_is_read_by_whom_it_belongs_to(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    uint64_t pending;
    person who = {.says = "line\n"};
    bx_terminal t = {person_read, person_buffered, person_wrote, &who};
    CHECK(env_init(&e, NULL) && openpty(&p.r, &p.w, NULL, NULL, NULL) == 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.w, .terminal = &t};
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    CHECK(env_read(&e, 0, 100, 16) == 5 && memcmp(e.mem + 100, "line\n", 5) == 0);
    CHECK(who.by_first && bx_wasi_get_counters(e.w)->stdin_bytes == 5);
    CHECK(env_read(&e, 0, 100, 2) == 2);
    CHECK(env_read(&e, 0, 100, 0) == 0);
    who.says = "";
    CHECK(env_read(&e, 0, 100, 16) == 0);
    memcpy(e.mem + 200, "name: ", 6);
    env_iovec(&e, 63000, 200, 4);
    env_iovec(&e, 63008, 204, 2);
    CHECK(P1(&e, fd_write, 1, 63000, 2, 64000) == 0);
    CHECK(who.n_seen == 6 && memcmp(who.seen, "name: ", 6) == 0);
    who.says = NULL;
    bx_wasi_catch(e.w, 1 << 2, &pending);
    env_iovec(&e, 63000, 100, 16);
    CHECK(P1(&e, fd_read, 0, 63000, 1, 64000) == BX_E_INTR);
    bx_wasi_catch(e.w, 1 << 2, &pending);
    CHECK(pending == 1 << 2);
    bx_ctl_cancel(&e.ctl); /* and when it has to end, it does */
    bx_wasi_catch(e.w, 0, &pending);
    (void)P1(&e, fd_read, 0, 63000, 1, 64000);
    CHECK(e.stop == BX_WASI_CANCELLED);
}

static void stdin_fd_reads_what_is_there(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    CHECK(write(p.w, "abc", 3) == 3);
    CHECK(env_read(&e, 0, 0, 16) == 3);
    CHECK(close(p.w) == 0);
    p.w = -1;
    CHECK(env_read(&e, 0, 0, 16) == 0);
}

static void stdin_fd_regular_file(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "in", "from a file"));
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/in", e.dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = fd};
    bool ok = env_reset(&e) && env_read(&e, 0, 0, 4) == 4 && env_read(&e, 0, 10, 100) == 7 &&
              env_read(&e, 0, 0, 4) == 0 && memcmp(e.mem + 10, " a file", 7) == 0;
    (void)close(fd);
    CHECK(ok);
}

static void blocking_stdin_ends_at_the_deadline(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    uint64_t begin = bx_now_ns();
    e.ctl.deadline_ns = begin + 20000000;
    (void)env_read(&e, 0, 0, 16);
    CHECK(e.stop == BX_WASI_DEADLINE);
    CHECK(bx_now_ns() >= e.ctl.deadline_ns);
    CHECK(bx_now_ns() - begin < UINT64_C(2000000000));
    CHECK(bx_wasi_get_counters(e.w)->host_ns >= 10000000);
}

static void cancelled_stdin_ends_the_guest(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    bx_ctl_cancel(&e.ctl);
    (void)env_read(&e, 0, 0, 16);
    CHECK(e.stop == BX_WASI_CANCELLED);
}

static void nonblocking_stdin_answers_again(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    CHECK(P1(&e, fd_fdstat_set_flags, 0, BX_FDF_NONBLOCK) == 0);
    CHECK(env_read(&e, 0, 0, 16) == -BX_E_AGAIN);
    CHECK(write(p.w, "x", 1) == 1);
    CHECK(env_read(&e, 0, 0, 16) == 1);
    CHECK((fcntl(p.r, F_GETFL) & O_NONBLOCK) == 0); /* the owner's descriptor stays as it was */
}

static void stdin_of_a_terminal(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(openpty(&p.w, &p.r, NULL, NULL, NULL) == 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    CHECK(P1(&e, fd_fdstat_get, 0, 0) == 0);
    CHECK(e.mem[0] == BX_FT_CHAR);
    CHECK(write(p.w, "line\n", 5) == 5);
    CHECK(env_read(&e, 0, 0, 16) == 5);
    e.ctl.deadline_ns = bx_now_ns() + 10000000;
    (void)env_read(&e, 0, 0, 16);
    CHECK(e.stop == BX_WASI_DEADLINE);
}

/* ---- stdout and stderr ---------------------------------------------------------------- */

static void output_is_captured_apart(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(env_write(&e, 1, "one") == 3);
    CHECK(env_write(&e, 2, "error") == 5);
    CHECK(env_write(&e, 1, " two") == 4);
    CHECK(bx_str_eq(bx_wasi_output(e.w, 1), BX_LIT("one two")));
    CHECK(bx_str_eq(bx_wasi_output(e.w, 2), BX_LIT("error")));
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes == 7);
    CHECK(bx_wasi_get_counters(e.w)->stderr_bytes == 5);
}

static void output_at_the_limit(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.limits.output = 10;
    CHECK(env_write(&e, 2, "abcd") == 4);
    CHECK(env_write(&e, 1, "012345") == 6);
    CHECK(e.stop == BX_WASI_GO_ON);
    CHECK(env_write(&e, 1, "") == 0);
    CHECK(e.stop == BX_WASI_GO_ON);
    (void)env_write(&e, 2, "x");
    CHECK(e.stop == BX_WASI_OUTPUT);
    CHECK(bx_wasi_output(e.w, 1).n + bx_wasi_output(e.w, 2).n == 10);
}

static void output_tells_whether_there_is_room(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.limits.output = 10;
    CHECK(env_write(&e, 1, "abc") == 3);
    CHECK(env_write(&e, 2, "d") == 1);
    for (uint64_t fd = 1; fd <= 2; fd++) {
        CHECK(P1(&e, fd_allocate, fd, 0, 6) == BX_E_SPIPE);
        CHECK(P1(&e, fd_allocate, fd, 0, 7) == BX_E_NOSPC);
        CHECK(P1(&e, fd_allocate, fd, 0, UINT64_MAX) == BX_E_NOSPC);
    }
    CHECK(P1(&e, fd_allocate, 0, 0, UINT64_MAX) == BX_E_SPIPE);
    CHECK(e.stop == BX_WASI_GO_ON);
    CHECK(env_write(&e, 1, "efghij") == 6);
}

static void output_over_the_limit_keeps_what_fits(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.limits.output = 10;
    (void)env_text(&e, 100, "0123456");
    env_iovec(&e, 63000, 100, 7);
    env_iovec(&e, 63008, 100, 7);
    (void)P1(&e, fd_write, 1, 63000, 2, 64000);
    CHECK(e.stop == BX_WASI_OUTPUT);
    CHECK(bx_str_eq(bx_wasi_output(e.w, 1), BX_LIT("0123456012")));
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes == 10);
}

static void capture_without_memory_is_nomem(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    bx_test_fail_alloc = 0;
    int64_t r = env_write(&e, 1, "abc");
    bx_test_fail_alloc = -1;
    CHECK(r == -BX_E_NOMEM);
    CHECK(env_write(&e, 1, "abc") == 3);
    CHECK(bx_wasi_output(e.w, 1).n == 3);
}

static void discarded_output_counts(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.out.kind = BX_SINK_DISCARD;
    e.limits.output = 4;
    CHECK(env_reset(&e));
    CHECK(env_write(&e, 1, "abcd") == 4);
    CHECK(bx_wasi_output(e.w, 1).n == 0);
    (void)env_write(&e, 1, "e");
    CHECK(e.stop == BX_WASI_OUTPUT);
}

static void output_passes_through(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    e.limits.output = 8;
    CHECK(env_reset(&e));
    char got[16];
    CHECK(env_write(&e, 1, "abcde") == 5);
    CHECK(read(p.r, got, sizeof got) == 5);
    (void)env_write(&e, 1, "fghij");
    CHECK(e.stop == BX_WASI_OUTPUT);
    CHECK(read(p.r, got, sizeof got) == 3);
    CHECK(memcmp(got, "fgh", 3) == 0);
}

static void full_pipe_ends_at_the_deadline(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    CHECK(fcntl(p.w, F_SETPIPE_SZ, 4096) >= 0);
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    e.ctl.deadline_ns = bx_now_ns() + 50000000;
    for (int i = 0; i < 100 && e.stop == BX_WASI_GO_ON; i++) {
        env_iovec(&e, 63000, 0, 60000);
        (void)P1(&e, fd_write, 1, 63000, 1, 64000);
    }
    CHECK(e.stop == BX_WASI_DEADLINE);
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes > 0);
}

/* Where the kernel knows no RWF_NOWAIT for a descriptor. */
static void full_pipe_by_poll_alone(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    CHECK(fcntl(p.w, F_SETPIPE_SZ, 8192) >= 0);
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    e.w->host_mode[1] = BX_HOST_POLL;
    e.ctl.deadline_ns = bx_now_ns() + 50000000;
    env_iovec(&e, 63000, 0, 60000);
    (void)P1(&e, fd_write, 1, 63000, 1, 64000);
    CHECK(e.stop == BX_WASI_DEADLINE);
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes == 8192);
}

static void *drain(void *fd)
{
    static char got[4096];
    static size_t sum;
    sum = 0;
    for (ssize_t n; sum < 60000 && (n = read(*(int *)fd, got, sizeof got)) > 0;)
        sum += (size_t)n;
    return &sum;
}

/* A blocking write takes everything, however small the pipe; a non-blocking one what fits. */
static void large_write_is_taken_whole(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    pthread_t t;
    void *sum = NULL;
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    CHECK(fcntl(p.w, F_SETPIPE_SZ, 4096) >= 0);
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    env_iovec(&e, 63000, 0, 25000);
    env_iovec(&e, 63008, 25000, 0);
    env_iovec(&e, 63016, 20000, 35000);
    CHECK(pthread_create(&t, NULL, drain, &p.r) == 0);
    bx_errno rc = (bx_errno)P1(&e, fd_write, 1, 63000, 3, 64000);
    CHECK(pthread_join(t, &sum) == 0);
    CHECK(rc == BX_E_SUCCESS && bx_get32(e.mem + 64000) == 60000 && *(size_t *)sum == 60000);
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes == 60000);
    CHECK(P1(&e, fd_fdstat_set_flags, 1, BX_FDF_NONBLOCK) == 0);
    CHECK(P1(&e, fd_write, 1, 63000, 3, 64000) == BX_E_SUCCESS);
    CHECK(bx_get32(e.mem + 64000) > 0 && bx_get32(e.mem + 64000) < 60000);
}

static void stdin_by_poll_alone(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = p.r};
    CHECK(env_reset(&e));
    e.w->host_mode[0] = BX_HOST_POLL;
    CHECK(write(p.w, "abc", 3) == 3);
    CHECK(env_read(&e, 0, 0, 2) == 2);
    CHECK(env_read(&e, 0, 0, 16) == 1);
    CHECK(env_read(&e, 0, 0, 0) == 0); /* asks for nothing, so waits for nothing */
    e.ctl.deadline_ns = bx_now_ns() + 10000000;
    (void)env_read(&e, 0, 0, 16);
    CHECK(e.stop == BX_WASI_DEADLINE);
}

static void closed_pipe_is_pipe(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    (void)signal(SIGPIPE, SIG_IGN);
    CHECK(env_init(&e, NULL));
    CHECK(pipe_open(&p));
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    CHECK(close(p.r) == 0);
    p.r = -1;
    CHECK(env_write(&e, 1, "x") == -BX_E_PIPE);
    CHECK(e.stop == BX_WASI_GO_ON);
}

static void terminal_output(void)
{
    ENV e = {0};
    PIPE p = {-1, -1};
    CHECK(env_init(&e, NULL));
    CHECK(openpty(&p.r, &p.w, NULL, NULL, NULL) == 0);
    e.cfg.out = (bx_sink){.kind = BX_SINK_FD, .fd = p.w};
    CHECK(env_reset(&e));
    CHECK(P1(&e, fd_fdstat_get, 1, 0) == 0);
    CHECK(e.mem[0] == BX_FT_CHAR);
    CHECK((bx_get64(e.mem + 8) & (BX_R_FD_SEEK | BX_R_FD_TELL)) ==
          0); /* how libc knows a terminal */
    CHECK(env_write(&e, 1, "tty") == 3);
    char got[8];
    CHECK(read(p.r, got, sizeof got) == 3);
}

/* ---- what streams are not ------------------------------------------------------------- */

static void streams_have_one_direction_and_no_position(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(env_write(&e, 0, "x") == -BX_E_BADF);
    CHECK(env_read(&e, 1, 0, 4) == -BX_E_BADF);
    CHECK(env_read(&e, 2, 0, 4) == -BX_E_BADF);
    for (uint64_t fd = 0; fd < 3; fd++) {
        CHECK(P1(&e, fd_seek, fd, 0, 1, 0) == BX_E_SPIPE);
        CHECK(P1(&e, fd_tell, fd, 0) == BX_E_SPIPE);
        CHECK(P1(&e, fd_pread, fd, 0, 0, 0, 64) == (fd == 0 ? BX_E_SPIPE : BX_E_BADF));
        CHECK(P1(&e, fd_pwrite, fd, 0, 0, 0, 64) == (fd == 0 ? BX_E_BADF : BX_E_SPIPE));
        CHECK(P1(&e, fd_advise, fd, 0, 0, 0) == BX_E_SPIPE);
        CHECK(P1(&e, fd_allocate, fd, 0, 1) == BX_E_SPIPE);
        CHECK(P1(&e, fd_filestat_set_size, fd, 0) == BX_E_INVAL);
        CHECK(P1(&e, fd_filestat_set_times, fd, 0, 0, 0) == BX_E_INVAL);
        CHECK(P1(&e, fd_sync, fd) == BX_E_INVAL);
        CHECK(P1(&e, fd_datasync, fd) == BX_E_INVAL);
        CHECK(P1(&e, fd_readdir, fd, 0, 64, 0, 128) == BX_E_NOTDIR);
        CHECK(P1(&e, path_open, fd, 0, 0, 1, 0, 0, 0, 0, 64) == BX_E_NOTDIR);
        CHECK(P1(&e, fd_prestat_get, fd, 0) == BX_E_BADF);
        CHECK(P1(&e, fd_fdstat_get, fd, 0) == 0);
        CHECK(e.mem[0] == BX_FT_UNKNOWN);
        CHECK(P1(&e, fd_filestat_get, fd, 0) == 0);
        CHECK(P1(&e, fd_fdstat_set_flags, fd, BX_FDF_SYNC) == BX_E_INVAL);
    }
}

BXT_MAIN(RUN(stdin_empty_is_at_its_end); RUN(stdin_bytes_in_pieces);
         RUN(stdin_fd_reads_what_is_there); RUN(a_terminal_is_read_by_whom_it_belongs_to);
         RUN(stdin_fd_regular_file); RUN(blocking_stdin_ends_at_the_deadline);
         RUN(cancelled_stdin_ends_the_guest); RUN(nonblocking_stdin_answers_again);
         RUN(stdin_of_a_terminal); RUN(output_is_captured_apart); RUN(output_at_the_limit);
         RUN(output_tells_whether_there_is_room); RUN(output_over_the_limit_keeps_what_fits);
         RUN(capture_without_memory_is_nomem); RUN(discarded_output_counts);
         RUN(output_passes_through); RUN(full_pipe_ends_at_the_deadline);
         RUN(full_pipe_by_poll_alone); RUN(large_write_is_taken_whole); RUN(stdin_by_poll_alone);
         RUN(closed_pipe_is_pipe); RUN(terminal_output);
         RUN(streams_have_one_direction_and_no_position);)
