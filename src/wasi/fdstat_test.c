#include "wasi/test_env.h"

enum { ALL_FILE = BX_R_FILE, STAT = 1000 };

static void fdstat_tells_type_flags_rights(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "x"));
    CHECK(P1(&e, fd_fdstat_get, 3, STAT) == 0);
    CHECK(e.mem[STAT] == BX_FT_DIR);
    CHECK(bx_get16(e.mem + STAT + 2) == 0);
    CHECK(bx_get64(e.mem + STAT + 8) == BX_R_DIR);
    CHECK(bx_get64(e.mem + STAT + 16) == (BX_R_DIR | BX_R_FILE));
    CHECK(env_open(&e, "f", 0, UINT64_MAX) == 4);
    memset(e.mem + STAT, 0xff, 24);
    CHECK(P1(&e, fd_fdstat_get, 4, STAT) == 0);
    CHECK(e.mem[STAT] == BX_FT_REG);
    CHECK(e.mem[STAT + 1] == 0); /* padding too is written */
    CHECK(bx_get64(e.mem + STAT + 8) == BX_R_FILE);
    CHECK(bx_get64(e.mem + STAT + 16) == 0);
}

static void flags_change(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, ALL_FILE) == 4);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, BX_FDF_APPEND) == 0);
    CHECK(P1(&e, fd_fdstat_get, 4, STAT) == 0);
    CHECK(bx_get16(e.mem + STAT + 2) == BX_FDF_APPEND);
    CHECK(env_write(&e, 4, "45") == 2);
    CHECK(env_host_size(&e, "f") == 6);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, BX_FDF_NONBLOCK) == 0);
    CHECK(P1(&e, fd_fdstat_get, 4, STAT) == 0);
    CHECK(bx_get16(e.mem + STAT + 2) == BX_FDF_NONBLOCK);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, BX_FDF_SYNC) == BX_E_INVAL);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, 32) == BX_E_INVAL);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, UINT32_MAX) == BX_E_INVAL);
    CHECK(P1(&e, fd_fdstat_set_flags, 3, 0) == 0);
}

static void flags_need_their_right(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ) == 4);
    CHECK(P1(&e, fd_fdstat_set_flags, 4, 0) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_filestat_get, 4, STAT) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, 0) == BX_E_NOTCAPABLE);
}

static void rights_only_shrink(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ | BX_R_FD_SEEK) == 4);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, BX_R_FD_READ | BX_R_FD_SEEK, 0) == 0);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, BX_R_FD_READ | BX_R_FD_WRITE, 0) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, BX_R_FD_READ, 1) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, UINT64_MAX, UINT64_MAX) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, BX_R_FD_SEEK, 0) == 0);
    CHECK(env_read(&e, 4, 0, 4) == -BX_E_BADF);
    CHECK(P1(&e, fd_fdstat_set_rights, 4, BX_R_FD_READ | BX_R_FD_SEEK, 0) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_fdstat_set_rights, 1, 0, 0) == 0); /* streams as well */
    CHECK(env_write(&e, 1, "x") == -BX_E_BADF);
}

static void filestat_of_file_directory_stream(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, ALL_FILE) == 4);
    CHECK(P1(&e, fd_filestat_get, 4, STAT) == 0);
    CHECK(e.mem[STAT + 16] == BX_FT_REG);
    CHECK(bx_get64(e.mem + STAT + 24) == 1);
    CHECK(bx_get64(e.mem + STAT + 32) == 4);
    uint64_t ino = bx_get64(e.mem + STAT + 8);
    CHECK(P1(&e, fd_filestat_get, 3, STAT) == 0);
    CHECK(e.mem[STAT + 16] == BX_FT_DIR);
    CHECK(bx_get64(e.mem + STAT + 8) != ino);
    CHECK(P1(&e, fd_filestat_get, 1, STAT) == 0);
    for (int i = 0; i < 64; i++)
        CHECK(e.mem[STAT + i] == 0);
}

static void times_are_set(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, ALL_FILE) == 4);
    CHECK(P1(&e, fd_filestat_set_times, 4, 1000000007, 2000000009, 5) == 0);
    CHECK(P1(&e, fd_filestat_get, 4, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 40) == 1000000007);
    CHECK(bx_get64(e.mem + STAT + 48) == 2000000009);
    CHECK(P1(&e, fd_filestat_set_times, 4, 7, 7, 0) == 0); /* neither */
    CHECK(P1(&e, fd_filestat_get, 4, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 48) == 2000000009);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, 3) == BX_E_INVAL);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, 12) == BX_E_INVAL);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, 16) == BX_E_INVAL);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, UINT32_MAX) == BX_E_INVAL);
}

static void frozen_now_is_the_guests_now(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    e.cfg.clock = BX_CLOCK_FROZEN;
    CHECK(env_reset(&e));
    CHECK(env_host_write(&e, "f", "0123"));
    CHECK(env_open(&e, "f", 0, ALL_FILE) == 4);
    CHECK(P1(&e, fd_filestat_set_times, 4, 0, 0, 10) == 0);
    CHECK(P1(&e, fd_filestat_get, 4, STAT) == 0);
    CHECK(bx_get64(e.mem + STAT + 48) == UINT64_C(1577836800000000000));
}

/* ---- preopens ------------------------------------------------------------------------- */

static void prestat_names_the_mount(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(P1(&e, fd_prestat_get, 3, STAT) == 0);
    CHECK(bx_get32(e.mem + STAT) == 0);
    CHECK(bx_get32(e.mem + STAT + 4) == 8);
    CHECK(P1(&e, fd_prestat_dir_name, 3, STAT, 8) == 0);
    CHECK(memcmp(e.mem + STAT, "/sandbox\0", 9) == 0);
    CHECK(P1(&e, fd_prestat_dir_name, 3, STAT, 100) == 0);
    CHECK(P1(&e, fd_prestat_dir_name, 3, STAT, 7) == BX_E_NAMETOOLONG);
    CHECK(P1(&e, fd_prestat_dir_name, 4, STAT, 8) == BX_E_BADF);
    CHECK(P1(&e, fd_prestat_get, 4, STAT) == BX_E_BADF);
    CHECK(env_open(&e, ".", BX_O_DIRECTORY, BX_R_DIR) == 4);
    CHECK(P1(&e, fd_prestat_get, 4, STAT) == BX_E_BADF); /* opened, not preopened */
}

static void no_files_no_preopens(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(P1(&e, fd_prestat_get, 3, STAT) == BX_E_BADF);
}

/* ---- readdir -------------------------------------------------------------------------- */

static void readdir_in_one_go(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "file", "x"));
    CHECK(P1(&e, fd_readdir, 3, 0, 1000, 0, 2000) == 0);
    CHECK(bx_get32(e.mem + 2000) == 24 * 3 + 1 + 2 + 4);
    CHECK(bx_get32(e.mem + 16) == 1 && e.mem[20] == BX_FT_DIR && e.mem[24] == '.');
    const uint8_t *third = e.mem + 25 + 26;
    CHECK(bx_get32(third + 16) == 4 && third[20] == BX_FT_REG &&
          memcmp(third + 24, "file", 4) == 0);
    CHECK(P1(&e, fd_readdir, 3, 0, 1000, bx_get64(third), 2000) == 0);
    CHECK(bx_get32(e.mem + 2000) == 0);
}

static void readdir_cuts_the_last_entry(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "file", "x"));
    memset(e.mem, 0xee, 100);
    for (uint32_t room = 0; room < 79; room++) {
        CHECK(P1(&e, fd_readdir, 3, 0, room, 0, 2000) == 0);
        CHECK(bx_get32(e.mem + 2000) == room); /* full: there is more */
        CHECK(e.mem[room] == 0xee);
    }
    CHECK(P1(&e, fd_readdir, 3, 0, 80, 0, 2000) == 0);
    CHECK(bx_get32(e.mem + 2000) == 79); /* not full: that was all */
}

/* Follow cookies through a buffer of `room` bytes; the number of whole entries met. */
static int walk(env *e, uint32_t room)
{
    uint64_t cookie = 0;
    int n = 0;
    for (int rounds = 0; rounds < 10000; rounds++) {
        if (P1(e, fd_readdir, 3, 0, room, cookie, 2000) != 0)
            return -1;
        uint32_t used = bx_get32(e->mem + 2000), at = 0;
        while (used - at >= 24 && used - at - 24 >= bx_get32(e->mem + at + 16)) {
            cookie = bx_get64(e->mem + at);
            at += 24 + bx_get32(e->mem + at + 16);
            n++;
        }
        if (used < room)
            return n;
    }
    return -2;
}

static void readdir_by_cookies(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    for (int i = 0; i < 100; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "f%d", i);
        CHECK(env_host_write(&e, name, ""));
    }
    CHECK(walk(&e, 30) == 102);
    CHECK(walk(&e, 256) == 102);
    CHECK(walk(&e, 1999) == 102);
}

static void readdir_over_the_limit_is_an_error(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "a", ""));
    CHECK(env_host_write(&e, "b", ""));
    e.limits.dir_entries = 3;
    memset(e.mem + 2000, 0, 4);
    CHECK(P1(&e, fd_readdir, 3, 0, 1000, 0, 2000) == BX_E_DQUOT);
    CHECK(bx_get32(e.mem + 2000) == 0);
}

static void readdir_refusals(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_host_write(&e, "f", ""));
    CHECK(env_open(&e, "f", 0, ALL_FILE) == 4);
    CHECK(P1(&e, fd_readdir, 4, 0, 100, 0, 2000) == BX_E_NOTDIR);
    CHECK(env_open(&e, ".", BX_O_DIRECTORY, BX_R_PATH_OPEN) == 5);
    CHECK(P1(&e, fd_readdir, 5, 0, 100, 0, 2000) == BX_E_NOTCAPABLE);
}

BXT_MAIN(RUN(fdstat_tells_type_flags_rights); RUN(flags_change); RUN(flags_need_their_right);
         RUN(rights_only_shrink); RUN(filestat_of_file_directory_stream); RUN(times_are_set);
         RUN(frozen_now_is_the_guests_now); RUN(prestat_names_the_mount); RUN(no_files_no_preopens);
         RUN(readdir_in_one_go); RUN(readdir_cuts_the_last_entry); RUN(readdir_by_cookies);
         RUN(readdir_over_the_limit_is_an_error); RUN(readdir_refusals);)
