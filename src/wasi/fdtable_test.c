#include "wasi/test_env.h"

static void lowest_number_is_used_again(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    for (int i = 4; i < 8; i++)
        CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == i);
    CHECK(P1(&e, fd_close, 6) == 0);
    CHECK(P1(&e, fd_close, 4) == 0);
    CHECK(env_open(&e, "f", 0, 0) == 4);
    CHECK(env_open(&e, "f", 0, 0) == 6);
    CHECK(env_open(&e, "f", 0, 0) == 8);
    CHECK(P1(&e, fd_close, 0) == 0);
    CHECK(env_open(&e, "f", 0, 0) == 0);
}

static void table_grows_to_the_limit(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    e.limits.open_files = 40;
    CHECK(env_reset(&e));
    for (int i = 0; i < 40; i++)
        CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == i + 4);
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == -BX_E_MFILE);
    CHECK(env_open(&e, "new", BX_O_CREAT, BX_R_FD_WRITE) == -BX_E_MFILE);
    CHECK(env_host_size(&e, "new") == -1);
    CHECK(bx_vfs_counters(e.files)->hit_open_files);
    CHECK(P1(&e, fd_close, 20) == 0);
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == 20);
}

static void no_memory_for_the_table_is_nomem(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    for (int i = 4; i < 16; i++)
        CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == i);
    bx_test_fail_alloc = 0;
    int64_t r = env_open(&e, "f", 0, BX_R_FD_READ);
    bx_test_fail_alloc = -1;
    CHECK(r == -BX_E_NOMEM);
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == 16);
}

static void many_preopens(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO(bx_vfs) bx_vfs *v = NULL;
    bx_vfs_session *s = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK);
    for (int i = 0; i < 40; i++) {
        char text[512];
        int n = snprintf(text, sizeof text, "%s::/m%02d", e.dir, i);
        CHECK(bx_grant_map_dir(g, (bx_str){text, (size_t)n}, NULL) == BX_OK);
    }
    CHECK(bx_grant_seal(g, NULL) == BX_OK);
    CHECK(bx_vfs_new(g, NULL, &v, NULL) == BX_OK);
    CHECK(bx_vfs_session_new(v, &e.limits, NULL, NULL, &s, NULL) == BX_OK);
    e.cfg.files = s;
    e.cfg.mounts = v;
    bx_test_fail_alloc = 0; /* 43 descriptors do not fit inside */
    bool ok = bx_wasi_reset(e.w, &e.cfg, NULL) == BX_ENOMEM;
    bx_test_fail_alloc = -1;
    ok = ok && env_reset(&e);
    ok = ok && P1(&e, fd_prestat_get, 42, 0) == 0 && P1(&e, fd_prestat_get, 43, 0) == BX_E_BADF;
    ok = ok && P1(&e, fd_prestat_dir_name, 42, 100, 4) == 0 && memcmp(e.mem + 100, "/m39", 4) == 0;
    ok = ok && env_host_write(&e, "f", "abc") && env_open(&e, "f", 0, BX_R_FD_READ) == 43;
    bx_vfs_session_free(s);
    CHECK(ok);
}

static void close_refuses_what_is_not_open(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(P1(&e, fd_close, 3) == 0); /* a preopen too */
    CHECK(P1(&e, fd_close, 3) == BX_E_BADF);
    CHECK(P1(&e, fd_close, UINT32_MAX) == BX_E_BADF);
    CHECK(P1(&e, fd_prestat_get, 3, 0) == BX_E_BADF);
}

static void renumber_moves_and_closes(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "a", "aaa"));
    CHECK(env_host_write(&e, "b", "bb"));
    CHECK(env_open(&e, "a", 0, BX_R_FD_READ) == 4);
    CHECK(env_open(&e, "b", 0, BX_R_FD_READ) == 5);
    CHECK(P1(&e, fd_renumber, 4, 5) == 0);
    CHECK(env_read(&e, 4, 0, 8) == -BX_E_BADF);
    CHECK(env_read(&e, 5, 0, 8) == 3);
    CHECK(bx_vfs_counters(e.files)->open_files == 1); /* "b" was closed */
    CHECK(P1(&e, fd_renumber, 5, 5) == 0);
    CHECK(P1(&e, fd_renumber, 5, 4) == BX_E_BADF); /* the target must be open */
    CHECK(P1(&e, fd_renumber, 4, 5) == BX_E_BADF);
    CHECK(env_open(&e, "b", 0, BX_R_FD_READ) == 4);
}

static void renumbered_stream_stays_a_stream(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "a", "aaa"));
    CHECK(env_open(&e, "a", 0, BX_R_FD_READ) == 4);
    CHECK(P1(&e, fd_renumber, 1, 4) == 0);
    CHECK(env_write(&e, 4, "out") == 3);
    CHECK(env_write(&e, 1, "out") == -BX_E_BADF);
    CHECK(bx_wasi_output(e.w, 1).n == 3);
    CHECK(P1(&e, fd_renumber, 4, 3) == 0); /* over a preopen */
    CHECK(P1(&e, fd_prestat_get, 3, 0) == BX_E_BADF);
}

BXT_MAIN(RUN(lowest_number_is_used_again); RUN(table_grows_to_the_limit);
         RUN(no_memory_for_the_table_is_nomem); RUN(many_preopens);
         RUN(close_refuses_what_is_not_open); RUN(renumber_moves_and_closes);
         RUN(renumbered_stream_stays_a_stream);)
