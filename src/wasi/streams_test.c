#include "wasi/streams.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/test.h"

static const bx_ctl no_end = {.deadline_ns = UINT64_MAX, .cancel_fd = -1};
static bx_limits limits;

static bx_wasi *made(bx_wasi_config c)
{
    bx_wasi *w = NULL;
    limits = bx_limits_default();
    limits.output = 10;
    c.ctl = &no_end;
    c.limits = &limits;
    if (bx_wasi_new(&w, NULL) != BX_OK || bx_wasi_reset(w, &c, NULL) != BX_OK) {
        bx_wasi_free(w);
        return NULL;
    }
    return w;
}

static void bytes_come_in_pieces_and_end(void)
{
    BX_AUTO(bx_wasi)
    bx_wasi *w = made((bx_wasi_config){.in = {.kind = BX_STDIN_BYTES, .bytes = BX_LIT("abcde")}});
    char buf[4];
    size_t n = 9;
    CHECK(w && bx_wasi_stdin_fd(w) == -1);
    CHECK(bx_wasi_stdin_now(w, buf, 4, &n) == 0 && n == 4 && memcmp(buf, "abcd", 4) == 0);
    CHECK(bx_wasi_stdin_now(w, buf, 4, &n) == 0 && n == 1 && buf[0] == 'e');
    CHECK(bx_wasi_stdin_now(w, buf, 4, &n) == 0 && n == 0);
    CHECK(bx_wasi_get_counters(w)->stdin_bytes == 5);
}

static void a_silent_pipe_is_not_waited_for(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    BX_AUTO(bx_wasi) bx_wasi *w = made((bx_wasi_config){.in = {.kind = BX_STDIN_FD, .fd = p[0]}});
    char buf[4];
    size_t n = 9;
    CHECK(w && bx_wasi_stdin_fd(w) == p[0]);
    CHECK(bx_wasi_stdin_now(w, buf, 4, &n) == 1 && n == 0);
    CHECK(write(p[1], "x", 1) == 1 && bx_wasi_stdin_now(w, buf, 4, &n) == 0 && n == 1);
    CHECK(close(p[1]) == 0 && bx_wasi_stdin_now(w, buf, 4, &n) == 0 && n == 0);
    (void)close(p[0]);
}

static void output_is_captured_up_to_the_limit(void)
{
    BX_AUTO(bx_wasi)
    bx_wasi *w =
        made((bx_wasi_config){.out = {.kind = BX_SINK_CAPTURE}, .err = {.kind = BX_SINK_CAPTURE}});
    CHECK(w && bx_wasi_write(w, 1, "12345", 5) == 0 && bx_wasi_write(w, 2, "678", 3) == 0);
    CHECK(bx_wasi_write(w, 1, "90", 2) == 0); /* exactly the limit */
    CHECK(bx_wasi_write(w, 1, "", 0) == 0 && bx_wasi_write(w, 1, "x", 1) == BX_WASI_OUTPUT);
    CHECK(bx_str_eq(bx_wasi_output(w, 1), BX_LIT("1234590")) &&
          bx_str_eq(bx_wasi_output(w, 2), BX_LIT("678")));
}

static void nobody_reading_is_an_error(void)
{
    int p[2];
    (void)signal(SIGPIPE, SIG_IGN); /* as every embedder does */
    CHECK(pipe2(p, O_CLOEXEC) == 0 && close(p[0]) == 0);
    BX_AUTO(bx_wasi) bx_wasi *w = made((bx_wasi_config){.out = {.kind = BX_SINK_FD, .fd = p[1]}});
    CHECK(w && bx_wasi_write(w, 1, "x", 1) == -BX_E_PIPE);
    (void)close(p[1]);
}

static void made_up_time_moves_as_told(void)
{
    BX_AUTO(bx_wasi) bx_wasi *step = made((bx_wasi_config){.clock = BX_CLOCK_STEP});
    BX_AUTO(bx_wasi) bx_wasi *frozen = made((bx_wasi_config){.clock = BX_CLOCK_FROZEN});
    BX_AUTO(bx_wasi) bx_wasi *real = made((bx_wasi_config){.clock = BX_CLOCK_REAL});
    CHECK(step && frozen && real);
    CHECK(bx_wasi_time_is_made_up(step) && bx_wasi_time_is_made_up(frozen) &&
          !bx_wasi_time_is_made_up(real));
    uint64_t a = bx_wasi_now(step, 1);
    bx_wasi_slept(step, 5000000000);
    CHECK(bx_wasi_now(step, 1) == a + 5000000000 + 1000000);
    bx_wasi_slept(step, UINT64_MAX);
    CHECK(bx_wasi_now(step, 1) >= a);
    uint64_t f = bx_wasi_now(frozen, 0);
    bx_wasi_slept(frozen, 5000000000);
    CHECK(bx_wasi_now(frozen, 0) == f);
    CHECK(bx_wasi_now(real, 1) <= bx_wasi_now(real, 1));
}

static void seeded_bytes_repeat(void)
{
    bx_wasi_config c = {.random = BX_RANDOM_SEEDED, .seed = 7};
    BX_AUTO(bx_wasi) bx_wasi *a = made(c);
    BX_AUTO(bx_wasi) bx_wasi *b = made(c);
    BX_AUTO(bx_wasi) bx_wasi *real = made((bx_wasi_config){.random = BX_RANDOM_REAL});
    char x[16], y[16];
    CHECK(a && b && real);
    bx_wasi_random(a, x, 16);
    bx_wasi_random(b, y, 16);
    CHECK(memcmp(x, y, 16) == 0);
    bx_wasi_random(real, y, 16);
    CHECK(memcmp(x, y, 16) != 0);
}

BXT_MAIN(RUN(bytes_come_in_pieces_and_end); RUN(a_silent_pipe_is_not_waited_for);
         RUN(output_is_captured_up_to_the_limit); RUN(nobody_reading_is_an_error);
         RUN(made_up_time_moves_as_told); RUN(seeded_bytes_repeat);)
