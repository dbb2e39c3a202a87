#include "wasi/test_env.h"

static void table_has_the_standard_signatures(void)
{
    static const struct {
        const char *name, *sig;
    } some[] = {
        {"fd_write", "iiii:i"},      {"fd_seek", "iIii:i"}, {"path_open", "iiiiiIIii:i"},
        {"proc_exit", "i:"},         {"sched_yield", ":i"}, {"fd_readdir", "iiiIi:i"},
        {"clock_time_get", "iIi:i"},
    };
    size_t found = 0;
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        for (size_t k = 0; k < BX_COUNT(some); k++)
            if (strcmp(bx_wasi_preview1.defs[i].name, some[k].name) == 0) {
                CHECK(strcmp(bx_wasi_preview1.defs[i].sig, some[k].sig) == 0);
                found++;
            }
    CHECK(found == BX_COUNT(some));
}

static void each_name_is_there_once(void)
{
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(bx_wasi_preview1.defs[i].name, bx_wasi_preview1.defs[k].name) != 0);
}

static void new_survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_wasi) bx_wasi *w = NULL;
        rc = bx_wasi_new(&w, NULL);
    });
}

static void reset_forgets_the_call_before(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(env_write(&e, 1, "old") == 3);
    CHECK(P1(&e, fd_close, 0) == 0);
    (void)P1(&e, proc_exit, 9);
    CHECK(bx_wasi_exit_code(e.w) == 9);
    CHECK(env_reset(&e));
    CHECK(bx_wasi_exit_code(e.w) == 0);
    CHECK(bx_wasi_output(e.w, 1).n == 0);
    CHECK(bx_wasi_get_counters(e.w)->calls == 0);
    CHECK(bx_wasi_get_counters(e.w)->stdout_bytes == 0);
    CHECK(env_read(&e, 0, 0, 4) == 0); /* fd 0 is back */
}

static void reset_begins_every_stream_and_clock_anew(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_BYTES, .bytes = BX_LIT("abc")};
    CHECK(env_reset(&e));
    for (int i = 0; i < 2; i++) {
        CHECK(env_read(&e, 0, 0, 8) == 3);
        CHECK(P1(&e, clock_time_get, 1, 0, 64) == 0);
        CHECK(bx_get64(e.mem + 64) == 1000000);
        CHECK(P1(&e, fd_fdstat_set_rights, 3, 0, 0) == 0);
        CHECK(P1(&e, fd_fdstat_set_flags, 1, BX_FDF_NONBLOCK) == 0);
        CHECK(env_reset(&e));
        CHECK(P1(&e, fd_fdstat_get, 3, 64) == 0);
        CHECK(bx_get64(e.mem + 72) == BX_R_DIR);
        CHECK(P1(&e, fd_fdstat_get, 1, 64) == 0);
        CHECK(bx_get16(e.mem + 66) == 0);
    }
    char path[PATH_MAX]; /* a pipe where there was a file */
    int p[2];
    CHECK(env_host_write(&e, "in", "file"));
    (void)snprintf(path, sizeof path, "%s/in", e.dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && pipe2(p, O_CLOEXEC) == 0);
    e.cfg.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = fd};
    bool ok = env_reset(&e) && env_read(&e, 0, 0, 8) == 4;
    e.cfg.in.fd = p[0];
    ok = ok && env_reset(&e) && P1(&e, fd_fdstat_set_flags, 0, BX_FDF_NONBLOCK) == 0 &&
         env_read(&e, 0, 0, 8) == -BX_E_AGAIN;
    (void)close(fd);
    (void)close(p[0]);
    (void)close(p[1]);
    CHECK(ok);
}

static void calls_are_counted(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    (void)P1(&e, sched_yield, 0);
    (void)P1(&e, sched_yield, 0);
    CHECK(bx_wasi_get_counters(e.w)->calls == 2);
}

static void free_takes_null(void) { bx_wasi_free(NULL); }

BXT_MAIN(RUN(table_has_the_standard_signatures); RUN(each_name_is_there_once);
         RUN(new_survives_failed_allocations); RUN(reset_forgets_the_call_before);
         RUN(reset_begins_every_stream_and_clock_anew); RUN(calls_are_counted);
         RUN(free_takes_null);)
