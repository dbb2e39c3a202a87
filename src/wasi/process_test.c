#include "wasi/test_env.h"

static void arguments_and_environment(void)
{
    static const char args[] = "prog\0\0-x=\xc3\xa9", vars[] = "HOME=/\0EMPTY=";
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.args = args;
    e.cfg.n_args = 3;
    e.cfg.args_bytes = sizeof args;
    e.cfg.env = vars;
    e.cfg.n_env = 2;
    e.cfg.env_bytes = sizeof vars;
    CHECK(env_reset(&e));
    CHECK(P1(&e, args_sizes_get, 0, 4) == 0);
    CHECK(bx_get32(e.mem) == 3);
    CHECK(bx_get32(e.mem + 4) == sizeof args);
    CHECK(P1(&e, args_get, 100, 200) == 0);
    CHECK(bx_get32(e.mem + 100) == 200);
    CHECK(bx_get32(e.mem + 104) == 205);
    CHECK(bx_get32(e.mem + 108) == 206);
    CHECK(memcmp(e.mem + 200, args, sizeof args) == 0);
    CHECK(P1(&e, environ_sizes_get, 0, 4) == 0);
    CHECK(bx_get32(e.mem) == 2);
    CHECK(bx_get32(e.mem + 4) == sizeof vars);
    CHECK(P1(&e, environ_get, 300, 400) == 0);
    CHECK(strcmp((char *)e.mem + bx_get32(e.mem + 304), "EMPTY=") == 0);
    CHECK(P1(&e, environ_get, ENV_MEM - 8, ENV_MEM - 24) == 0); /* up to the last byte */
    CHECK(P1(&e, environ_get, ENV_MEM - 7, 0) == BX_E_FAULT);
}

static void none_at_all(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(P1(&e, args_sizes_get, 0, 4) == 0);
    CHECK(bx_get32(e.mem) == 0 && bx_get32(e.mem + 4) == 0);
    CHECK(P1(&e, args_get, 0, 0) == 0);
    CHECK(P1(&e, environ_get, ENV_MEM, ENV_MEM) == 0);
    CHECK(P1(&e, environ_get, ENV_MEM + 1, 0) == BX_E_FAULT);
}

static void exit_codes(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    (void)P1(&e, proc_exit, 0);
    CHECK(e.stop == BX_WASI_EXIT && bx_wasi_exit_code(e.w) == 0);
    (void)P1(&e, proc_exit, 255);
    CHECK(bx_wasi_exit_code(e.w) == 255);
    (void)P1(&e, proc_exit, UINT32_MAX);
    CHECK(e.stop == BX_WASI_EXIT && bx_wasi_exit_code(e.w) == -1);
}

static void yield_minds_the_deadline(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(P1(&e, sched_yield, 0) == 0);
    CHECK(e.stop == BX_WASI_GO_ON);
    e.ctl.deadline_ns = 1;
    (void)P1(&e, sched_yield, 0);
    CHECK(e.stop == BX_WASI_DEADLINE);
    bx_ctl_cancel(&e.ctl);
    (void)P1(&e, sched_yield, 0);
    CHECK(e.stop == BX_WASI_CANCELLED);
}

static void no_signals(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    for (uint64_t sig = 0; sig < 32; sig++) {
        CHECK(P1(&e, proc_raise, sig) == BX_E_NOSYS);
        CHECK(e.stop == BX_WASI_GO_ON);
    }
}

static void no_sockets(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    for (uint64_t fd = 0; fd < 5; fd++) {
        uint64_t expect = fd < 4 ? BX_E_NOTSOCK : BX_E_BADF;
        CHECK(P1(&e, sock_accept, fd, 0, 0) == expect);
        CHECK(P1(&e, sock_recv, fd, 0, 0, 0, 0, 0) == expect);
        CHECK(P1(&e, sock_send, fd, 0, 0, 0, 0) == expect);
        CHECK(P1(&e, sock_shutdown, fd, 3) == expect);
    }
}

BXT_MAIN(RUN(arguments_and_environment); RUN(none_at_all); RUN(exit_codes);
         RUN(yield_minds_the_deadline); RUN(no_signals); RUN(no_sockets);)
