#include "os/fstype.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/test.h"

static bool is_kernel_fs(const char *path)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool yes = bx_fd_is_kernel_fs(fd);
    (void)close(fd);
    return yes;
}

static void kinds(void)
{
    CHECK(is_kernel_fs("/proc") && is_kernel_fs("/proc/self/environ"));
    CHECK(access("/sys/kernel", F_OK) != 0 || is_kernel_fs("/sys/kernel"));
    CHECK(!is_kernel_fs("/tmp") && !is_kernel_fs("/"));
    CHECK(bx_fd_is_kernel_fs(-1)); /* cannot be told */
}

BXT_MAIN(RUN(kinds);)
