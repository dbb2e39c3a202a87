/* widened_rights: give a handle that only reads the right to write. */
#include "probe.h"

static int attack(void)
{
    int fd = open("/sandbox/inside.txt", O_RDONLY);
    __wasi_ciovec_t iov = {(const uint8_t *)"x", 1};
    __wasi_size_t n;
    if (fd < 0)
        return not_tried("", errno);
    __wasi_rights_t all = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE;
    __wasi_errno_t widened = __wasi_fd_fdstat_set_rights(fd, all, all);
    if (__wasi_fd_write(fd, &iov, 1, &n) == 0)
        return escaped("wrote through a handle that only reads");
    return widened == 0 ? escaped("was told that the handle has more rights now")
                        : contained(widened);
}

static int control(void) { return control_result(write_file("/other/inside.txt", O_WRONLY)); }
