/* guest.h - for the conformance guests: each checks one area of wasi_snapshot_preview1 from inside,
 * prints the line that failed and ends with 1, or ends with 0.  <name>.json beside a guest says how
 * tests/e2e/preview1_test.py runs it.  Functions are named as the standard names them; `raw_` are
 * the same imports with plain numbers, for pointers no C program could have. */
#ifndef BX_TESTS_GUEST_H
#define BX_TESTS_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

/* A guest uses what it needs of the following. */
#pragma clang diagnostic ignored "-Wunused-function"

static _Noreturn void guest_fail(const char *file, int line, const char *what, long long a,
                                 long long b)
{
    fprintf(stderr, "%s:%d: %s: %lld, expected %lld\n", file, line, what, a, b);
    exit(1);
}

#define EQ(a, b) \
    do { \
        long long a_ = (long long)(a), b_ = (long long)(b); \
        if (a_ != b_) \
            guest_fail(__FILE__, __LINE__, #a, a_, b_); \
    } while (0)
#define OK(call) EQ(call, 0)
#define YES(c)   EQ(!!(c), 1)
/* One of two answers the standard leaves open. */
#define EITHER(a, b, c) \
    do { \
        long long a_ = (long long)(a); \
        if (a_ != (b) && a_ != (c)) \
            guest_fail(__FILE__, __LINE__, #a, a_, (b)); \
    } while (0)

#define R(name) __WASI_RIGHTS_##name
#define E(name) __WASI_ERRNO_##name

enum { SANDBOX = 3 }; /* the first preopen */
#define RW  (R(FD_READ) | R(FD_WRITE) | R(FD_SEEK) | R(FD_TELL) | R(FD_FILESTAT_GET))
#define ALL UINT64_C(0x0fffffff)

/* path_open beneath SANDBOX that must succeed. */
#define OPEN(path, oflags, rights) guest_open(__LINE__, path, oflags, rights)
static __wasi_fd_t guest_open(int line, const char *path, __wasi_oflags_t oflags,
                              __wasi_rights_t rights)
{
    __wasi_fd_t fd;
    __wasi_errno_t e = __wasi_path_open(SANDBOX, 0, path, oflags, rights, ALL, 0, &fd);
    if (e)
        guest_fail(path, line, "path_open", e, 0);
    return fd;
}

/* The errno of opening, whatever comes of it. */
static __wasi_errno_t open_errno(__wasi_fd_t dir, const char *path, __wasi_lookupflags_t look,
                                 __wasi_oflags_t oflags, __wasi_rights_t rights,
                                 __wasi_fdflags_t flags)
{
    __wasi_fd_t fd;
    __wasi_errno_t e = __wasi_path_open(dir, look, path, oflags, rights, ALL, flags, &fd);
    if (!e && __wasi_fd_close(fd))
        guest_fail(path, 0, "fd_close", 1, 0);
    return e;
}

static __wasi_errno_t write_fd(__wasi_fd_t fd, const char *text, __wasi_size_t *n)
{
    __wasi_ciovec_t v = {(const uint8_t *)text, strlen(text)};
    return __wasi_fd_write(fd, &v, 1, n);
}

static __wasi_errno_t read_fd(__wasi_fd_t fd, char *buf, size_t len, __wasi_size_t *n)
{
    __wasi_iovec_t v = {(uint8_t *)buf, len};
    return __wasi_fd_read(fd, &v, 1, n);
}

/* A new file with this content. */
static void make(const char *path, const char *text)
{
    __wasi_size_t n;
    __wasi_fd_t fd = OPEN(path, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_TRUNC, R(FD_WRITE));
    OK(write_fd(fd, text, &n));
    EQ(n, strlen(text));
    OK(__wasi_fd_close(fd));
}

static __wasi_filestat_t stat_of(const char *path, __wasi_lookupflags_t look)
{
    __wasi_filestat_t st;
    OK(__wasi_path_filestat_get(SANDBOX, look, path, &st));
    return st;
}

#define RAW(name, ...) \
    int32_t raw_##name(__VA_ARGS__) \
        __attribute__((__import_module__("wasi_snapshot_preview1"), __import_name__(#name)));
RAW(args_get, uint32_t, uint32_t)
RAW(args_sizes_get, uint32_t, uint32_t)
RAW(environ_get, uint32_t, uint32_t)
RAW(environ_sizes_get, uint32_t, uint32_t)
RAW(clock_res_get, uint32_t, uint32_t)
RAW(clock_time_get, uint32_t, uint64_t, uint32_t)
RAW(fd_fdstat_get, __wasi_fd_t, uint32_t)
RAW(fd_fdstat_set_flags, __wasi_fd_t, uint32_t)
RAW(fd_filestat_get, __wasi_fd_t, uint32_t)
RAW(fd_filestat_set_times, __wasi_fd_t, uint64_t, uint64_t, uint32_t)
RAW(fd_advise, __wasi_fd_t, uint64_t, uint64_t, uint32_t)
RAW(fd_pread, __wasi_fd_t, uint32_t, uint32_t, uint64_t, uint32_t)
RAW(fd_prestat_get, __wasi_fd_t, uint32_t)
RAW(fd_prestat_dir_name, __wasi_fd_t, uint32_t, uint32_t)
RAW(fd_pwrite, __wasi_fd_t, uint32_t, uint32_t, uint64_t, uint32_t)
RAW(fd_read, __wasi_fd_t, uint32_t, uint32_t, uint32_t)
RAW(fd_readdir, __wasi_fd_t, uint32_t, uint32_t, uint64_t, uint32_t)
RAW(fd_seek, __wasi_fd_t, uint64_t, uint32_t, uint32_t)
RAW(fd_tell, __wasi_fd_t, uint32_t)
RAW(fd_write, __wasi_fd_t, uint32_t, uint32_t, uint32_t)
RAW(path_create_directory, __wasi_fd_t, uint32_t, uint32_t)
RAW(path_filestat_get, __wasi_fd_t, uint32_t, uint32_t, uint32_t, uint32_t)
RAW(path_filestat_set_times, __wasi_fd_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t,
    uint32_t)
RAW(path_link, __wasi_fd_t, uint32_t, uint32_t, uint32_t, __wasi_fd_t, uint32_t, uint32_t)
RAW(path_open, __wasi_fd_t, uint32_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t, uint32_t,
    uint32_t)
RAW(path_readlink, __wasi_fd_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t)
RAW(path_remove_directory, __wasi_fd_t, uint32_t, uint32_t)
RAW(path_rename, __wasi_fd_t, uint32_t, uint32_t, __wasi_fd_t, uint32_t, uint32_t)
RAW(path_symlink, uint32_t, uint32_t, __wasi_fd_t, uint32_t, uint32_t)
RAW(path_unlink_file, __wasi_fd_t, uint32_t, uint32_t)
RAW(poll_oneoff, uint32_t, uint32_t, uint32_t, uint32_t)
RAW(proc_raise, uint32_t)
RAW(random_get, uint32_t, uint32_t)
RAW(sock_accept, __wasi_fd_t, uint32_t, uint32_t)

static inline uint32_t at(const void *p) { return (uint32_t)(uintptr_t)p; }
static inline uint32_t memory_end(void)
{
    return (uint32_t)(__builtin_wasm_memory_size(0) * 65536);
}

#endif
