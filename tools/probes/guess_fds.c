/* guess_fds: use descriptors that were never handed out. */
#include "probe.h"

static uint8_t byte;

/* Does descriptor `fd` answer to anything? */
static bool is_alive(__wasi_fd_t fd)
{
    __wasi_filestat_t st;
    __wasi_fdstat_t fs;
    __wasi_prestat_t pre;
    __wasi_iovec_t iov = {&byte, 1};
    __wasi_size_t n;
    __wasi_filesize_t at;
    return __wasi_fd_fdstat_get(fd, &fs) == 0 || __wasi_fd_filestat_get(fd, &st) == 0 ||
           __wasi_fd_prestat_get(fd, &pre) == 0 || __wasi_fd_read(fd, &iov, 1, &n) == 0 ||
           __wasi_fd_pread(fd, &iov, 1, 0, &n) == 0 ||
           __wasi_fd_seek(fd, 0, __WASI_WHENCE_CUR, &at) == 0 || __wasi_fd_sync(fd) == 0;
}

static int attack(void)
{
    static const __wasi_fd_t odd[] = {INT32_MAX, INT32_MIN, -2, -1, 1 << 16, 1 << 20};
    for (__wasi_fd_t fd = 3; fd < 4096; fd++)
        if (is_alive(fd))
            return escaped("a descriptor that was never granted answers");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        if (is_alive(odd[i]))
            return escaped("a descriptor far outside the table answers");
    return contained(EBADF);
}

static int control(void) { return is_alive(STDOUT_FILENO) ? control_ok() : control_failed(EBADF); }
