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

static bool folds(const char *dir)
{
    int fd = open(dir, O_PATH | O_CLOEXEC);
    bool yes = bx_dir_names_fold(fd);
    (void)close(fd);
    return yes;
}

static void names(void)
{
    CHECK(folds("/proc")); /* not among those that are known */
    CHECK(!folds("/tmp") && !folds("/"));
    CHECK(bx_dir_names_fold(-1) && !bx_fd_inodes_tell(-1)); /* cannot be told */
    int fd = open("/", O_PATH | O_CLOEXEC);
    CHECK(bx_fd_inodes_tell(fd));
    CHECK(!bx_dir_hides_name(fd, "tmp") && !bx_dir_hides_name(fd, "no such name"));
    (void)close(fd);
}

BXT_MAIN(RUN(kinds); RUN(names);)
