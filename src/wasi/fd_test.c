#include "wasi/test_env.h"

enum { RW = BX_R_FD_READ | BX_R_FD_WRITE | BX_R_FD_SEEK | BX_R_FD_TELL };

static bool with_file(env *e, uint64_t rights)
{
    return env_init(e, "::/sandbox") && env_host_write(e, "f", "0123456789") &&
           env_open(e, "f", 0, rights) == 4;
}

/* ---- iovecs --------------------------------------------------------------------------- */

static void read_fills_iovecs_in_order(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    env_iovec(&e, 0, 200, 3);
    env_iovec(&e, 8, 500, 0);
    env_iovec(&e, 16, 100, 4);
    CHECK(P1(&e, fd_read, 4, 0, 3, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 7);
    CHECK(memcmp(e.mem + 200, "012\0", 4) == 0);
    CHECK(memcmp(e.mem + 100, "3456\0", 5) == 0);
}

static void read_up_to_the_last_byte_of_memory(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    env_iovec(&e, 0, ENV_MEM - 4, 4);
    CHECK(P1(&e, fd_read, 4, 0, 1, 64) == 0);
    CHECK(memcmp(e.mem + ENV_MEM - 4, "0123", 4) == 0);
    env_iovec(&e, 0, ENV_MEM, 0); /* nothing at the very end is still inside */
    CHECK(P1(&e, fd_read, 4, 0, 1, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 0);
}

static void one_bad_iovec_and_nothing_moves(void)
{
    static const struct {
        uint32_t buf, len;
    } bad[] = {
        {ENV_MEM - 3, 4}, {ENV_MEM, 1},        {UINT32_MAX, 1},
        {0, UINT32_MAX},  {UINT32_MAX - 3, 8}, {ENV_MEM + 1, 0},
    };
    ENV e = {0};
    CHECK(with_file(&e, RW));
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        env_iovec(&e, 0, 200, 4);
        env_iovec(&e, 8, bad[i].buf, bad[i].len);
        CHECK(P1(&e, fd_read, 4, 0, 2, 64) == BX_E_FAULT);
        CHECK(P1(&e, fd_write, 4, 0, 2, 64) == BX_E_FAULT);
        CHECK(P1(&e, fd_write, 1, 0, 2, 64) == BX_E_FAULT);
        CHECK(P1(&e, fd_pread, 4, 0, 2, 0, 64) == BX_E_FAULT);
        CHECK(P1(&e, fd_pwrite, 4, 0, 2, 0, 64) == BX_E_FAULT);
    }
    CHECK(bx_get32(e.mem + 200) == 0);
    CHECK(bx_get32(e.mem + 64) == 0);
    CHECK(P1(&e, fd_tell, 4, 64) == 0);
    CHECK(bx_get64(e.mem + 64) == 0);
    CHECK(bx_wasi_output(e.w, 1).n == 0);
}

static void overlapping_reads_are_refused(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    env_iovec(&e, 0, 200, 4);
    env_iovec(&e, 8, 203, 4);
    CHECK(P1(&e, fd_read, 4, 0, 2, 64) == BX_E_FAULT);
    CHECK(P1(&e, fd_pread, 4, 0, 2, 0, 64) == BX_E_FAULT);
    CHECK(bx_get32(e.mem + 200) == 0);
    env_iovec(&e, 8, 204, 4); /* side by side is fine */
    CHECK(P1(&e, fd_read, 4, 0, 2, 64) == 0);
    CHECK(memcmp(e.mem + 200, "01234567", 8) == 0);
}

static void the_same_bytes_may_be_written_twice(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    (void)env_text(&e, 200, "xy");
    env_iovec(&e, 0, 200, 2);
    env_iovec(&e, 8, 200, 2);
    CHECK(P1(&e, fd_write, 4, 0, 2, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 4);
    CHECK(P1(&e, fd_pread, 4, 0, 1, 0, 64) == 0);
    CHECK(memcmp(e.mem + 200, "xy", 2) == 0);
}

static void sum_over_32_bits_is_inval(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.limits.output = UINT64_MAX;
    CHECK(env_reset(&e));
    for (uint32_t i = 0; i < 1024; i++)
        env_iovec(&e, i * 8, 0, 65536); /* 64 MiB in all: fits */
    CHECK(P1(&e, fd_write, 1, 0, 1024, 64000) == 0);
    uint8_t *big = NULL; /* a sum past 2^32 needs a memory of more than 4 MiB */
    size_t size = (size_t)8 << 20;
    big = calloc(1, size);
    CHECK(big);
    for (uint32_t i = 0; i < 1024; i++) {
        bx_put32(big + i * 8, 0);
        bx_put32(big + i * 8 + 4, (uint32_t)size);
    }
    uint64_t r = 0;
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        if (strcmp(bx_wasi_preview1.defs[i].name, "fd_write") == 0) {
            uint64_t a[4] = {1, 0, 1024, 64000};
            (void)bx_wasi_preview1.defs[i].fn(e.w, big, size, a);
            r = a[0];
        }
    free(big);
    CHECK(r == BX_E_INVAL);
    CHECK(bx_wasi_output(e.w, 1).n == (size_t)64 << 20);
}

static void of_many_iovecs_the_first_1024(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    for (uint32_t i = 0; i < 2000; i++)
        env_iovec(&e, i * 8, 40000, 1);
    CHECK(P1(&e, fd_write, 4, 0, 2000, 64000) == 0);
    CHECK(bx_get32(e.mem + 64000) == 1024);
    CHECK(P1(&e, fd_write, 4, 0, UINT32_MAX, 64000) == BX_E_FAULT);
    CHECK(P1(&e, fd_write, 4, 0, 0x20000000, 64000) == BX_E_FAULT); /* times 8 is 2^32 */
    CHECK(P1(&e, fd_write, 4, 0, 0, 64000) == 0);
    CHECK(bx_get32(e.mem + 64000) == 0);
}

/* ---- files ---------------------------------------------------------------------------- */

static void read_write_move_the_position(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    CHECK(env_read(&e, 4, 0, 4) == 4);
    CHECK(env_write(&e, 4, "XX") == 2);
    CHECK(env_read(&e, 4, 0, 100) == 4);
    CHECK(memcmp(e.mem, "6789", 4) == 0);
    CHECK(env_read(&e, 4, 0, 100) == 0);
    CHECK(env_host_size(&e, "f") == 10);
}

static void pread_pwrite_leave_the_position(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    (void)env_text(&e, 200, "ab");
    env_iovec(&e, 0, 200, 2);
    CHECK(P1(&e, fd_pwrite, 4, 0, 1, 9, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 2);
    CHECK(P1(&e, fd_pread, 4, 0, 1, 8, 64) == 0);
    CHECK(memcmp(e.mem + 200, "8a", 2) == 0);
    CHECK(P1(&e, fd_pread, 4, 0, 1, 10, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 1);
    CHECK(P1(&e, fd_pread, 4, 0, 1, 100, 64) == 0);
    CHECK(bx_get32(e.mem + 64) == 0);
    CHECK(P1(&e, fd_pread, 4, 0, 1, UINT64_MAX, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_pwrite, 4, 0, 1, UINT64_MAX, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_tell, 4, 64) == 0);
    CHECK(bx_get64(e.mem + 64) == 0);
}

static void rights_decide(void)
{
    ENV e = {0};
    CHECK(with_file(&e, BX_R_FD_READ));
    CHECK(env_open(&e, "f", 0, BX_R_FD_WRITE) == 5);
    CHECK(env_read(&e, 4, 0, 4) == 4);
    CHECK(env_write(&e, 4, "x") == -BX_E_BADF);
    CHECK(env_read(&e, 5, 0, 4) == -BX_E_BADF);
    CHECK(env_write(&e, 5, "x") == 1);
    env_iovec(&e, 0, 200, 2);
    CHECK(P1(&e, fd_pread, 4, 0, 1, 0, 64) == BX_E_NOTCAPABLE); /* needs fd_seek as well */
    CHECK(P1(&e, fd_seek, 4, 0, 0, 64) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_seek, 4, 0, 1, 64) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_tell, 4, 64) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_advise, 4, 0, 0, 0) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_allocate, 5, 0, 1) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_filestat_set_size, 5, 0) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_sync, 5) == BX_E_NOTCAPABLE);
    CHECK(P1(&e, fd_datasync, 5) == BX_E_NOTCAPABLE);
    CHECK(env_open(&e, "f", 0, BX_R_FD_READ | BX_R_FD_TELL) == 6);
    CHECK(P1(&e, fd_tell, 6, 64) == 0);
    CHECK(P1(&e, fd_seek, 6, 0, 1, 64) == 0); /* moves nothing: fd_tell is enough */
    CHECK(P1(&e, fd_seek, 6, 1, 1, 64) == BX_E_NOTCAPABLE);
}

static void directories_are_no_files(void)
{
    ENV e = {0};
    CHECK(env_init(&e, "::/sandbox"));
    CHECK(env_open(&e, ".", BX_O_DIRECTORY, BX_R_FD_READ | BX_R_FD_SEEK) == 4);
    for (uint64_t fd = 3; fd < 5; fd++) {
        CHECK(env_read(&e, fd, 0, 4) == -BX_E_ISDIR);
        CHECK(env_write(&e, fd, "x") == -BX_E_ISDIR);
        CHECK(P1(&e, fd_pread, fd, 0, 0, 0, 64) == BX_E_ISDIR);
        CHECK(P1(&e, fd_pwrite, fd, 0, 0, 0, 64) == BX_E_ISDIR);
        CHECK(P1(&e, fd_seek, fd, 0, 0, 64) == BX_E_ISDIR);
        CHECK(P1(&e, fd_tell, fd, 64) == BX_E_ISDIR);
        CHECK(P1(&e, fd_allocate, fd, 0, 1) == BX_E_ISDIR);
        CHECK(P1(&e, fd_filestat_set_size, fd, 0) == BX_E_ISDIR);
    }
}

/* ---- seek, allocate, sync, advise ----------------------------------------------------- */

static void seek_everywhere(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW));
    CHECK(P1(&e, fd_seek, 4, 4, 0, 64) == 0 && bx_get64(e.mem + 64) == 4);
    CHECK(P1(&e, fd_seek, 4, (uint64_t)-3, 1, 64) == 0 && bx_get64(e.mem + 64) == 1);
    CHECK(P1(&e, fd_seek, 4, (uint64_t)-1, 2, 64) == 0 && bx_get64(e.mem + 64) == 9);
    CHECK(P1(&e, fd_seek, 4, 1000, 2, 64) == 0 && bx_get64(e.mem + 64) == 1010);
    CHECK(P1(&e, fd_seek, 4, (uint64_t)-1, 0, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_seek, 4, (uint64_t)-2000, 1, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_seek, 4, 0, 3, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_seek, 4, 0, UINT32_MAX, 64) == BX_E_INVAL);
    CHECK(P1(&e, fd_tell, 4, 64) == 0 && bx_get64(e.mem + 64) == 1010);
}

static void sizes(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW | BX_R_FD_ALLOCATE | BX_R_FD_FILESTAT_SET_SIZE));
    CHECK(P1(&e, fd_filestat_set_size, 4, 4) == 0 && env_host_size(&e, "f") == 4);
    CHECK(P1(&e, fd_filestat_set_size, 4, 100) == 0 && env_host_size(&e, "f") == 100);
    CHECK(P1(&e, fd_filestat_set_size, 4, UINT64_MAX) == BX_E_INVAL);
    CHECK(P1(&e, fd_allocate, 4, 90, 20) == 0 && env_host_size(&e, "f") == 110);
    CHECK(P1(&e, fd_allocate, 4, 0, 0) == BX_E_INVAL);
    CHECK(P1(&e, fd_allocate, 4, UINT64_MAX, 1) == BX_E_INVAL);
    e.limits.fs_write = 200;
    CHECK(P1(&e, fd_filestat_set_size, 4, 100000) == BX_E_DQUOT);
    CHECK(env_host_size(&e, "f") == 110);
}

static void sync_and_advise(void)
{
    ENV e = {0};
    CHECK(with_file(&e, RW | BX_R_FD_SYNC | BX_R_FD_DATASYNC | BX_R_FD_ADVISE));
    CHECK(P1(&e, fd_sync, 4) == 0);
    CHECK(P1(&e, fd_datasync, 4) == 0);
    for (uint64_t advice = 0; advice < 6; advice++)
        CHECK(P1(&e, fd_advise, 4, 0, 10, advice) == 0);
    CHECK(P1(&e, fd_advise, 4, 0, 10, 6) == BX_E_INVAL);
    CHECK(P1(&e, fd_advise, 4, UINT64_MAX, 1, 0) == BX_E_INVAL);
}

BXT_MAIN(RUN(read_fills_iovecs_in_order); RUN(read_up_to_the_last_byte_of_memory);
         RUN(one_bad_iovec_and_nothing_moves); RUN(overlapping_reads_are_refused);
         RUN(the_same_bytes_may_be_written_twice); RUN(sum_over_32_bits_is_inval);
         RUN(of_many_iovecs_the_first_1024); RUN(read_write_move_the_position);
         RUN(pread_pwrite_leave_the_position); RUN(rights_decide); RUN(directories_are_no_files);
         RUN(seek_everywhere); RUN(sizes); RUN(sync_and_advise);)
