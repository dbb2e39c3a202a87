#include "os/beneath.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A rename elsewhere in the tree makes the kernel unsure whether ".." stayed beneath (EAGAIN);
 * trying again is what openat2(2) asks for.  Bounded, so that a busy neighbour cannot hold us. */
enum { AGAIN_MAX = 128 };

int bx_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};
    for (int i = 0;; i++) {
        long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
        if (fd >= 0 || (errno != EINTR && errno != EAGAIN) || i == AGAIN_MAX)
            return (int)fd;
    }
}

void bx_proc_fd(int fd, char out[BX_PROC_FD_MAX])
{
    static const char head[] = "/proc/self/fd/";
    char digits[12];
    size_t n = sizeof digits;
    for (unsigned left = fd < 0 ? 0 : (unsigned)fd; n == sizeof digits || left > 0; left /= 10)
        digits[--n] = (char)('0' + left % 10);
    memcpy(out, head, sizeof head - 1);
    memcpy(out + sizeof head - 1, digits + n, sizeof digits - n);
    out[sizeof head - 1 + sizeof digits - n] = '\0';
}
