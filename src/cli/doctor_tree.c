#include "cli/doctor_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fd.h"

bool bx_doctor_has_openat2(void)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
    BX_AUTOCLOSE int fd = (int)syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how);
    return fd >= 0 || errno != ENOSYS;
}

static bool make_file(int dir, const char *path, const char *contents)
{
    BX_AUTOCLOSE int fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 && bx_fd_write_full(fd, contents, strlen(contents), NULL) == BX_OK;
}

/* "@" at the start of a target stands for the tree's own absolute path. */
static bool make_link(int dir, const char *path, const char *target, const char *tree)
{
    char full[512];
    (void)snprintf(full, sizeof full, "%s%s", target[0] == '@' ? tree : "",
                   target[0] == '@' ? target + 1 : target);
    return symlinkat(full, dir, path) == 0;
}

static bool fill(int dir, const char *tree)
{
    return true
#define BX_TREE_DIR(path)                 &&mkdirat(dir, path, 0700) == 0
#define BX_TREE_FILE(path, contents)      &&make_file(dir, path, contents)
#define BX_TREE_LINK(path, target)        &&make_link(dir, path, target, tree)
#define BX_TREE_HARD_LINK(path, existing) &&linkat(dir, existing, dir, path, 0) == 0
#define BX_TREE_FIFO(path)                &&mkfifoat(dir, path, 0600) == 0
#include "cli/doctor_tree.def"
        ;
}

bx_code bx_doctor_tree_make(char *ret, size_t cap, bx_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(ret, cap, "%s/boxagnts-doctor.XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= cap) {
        ret[0] = '\0';
        return bx_fail(err, BX_EINVAL, "TMPDIR is too long");
    }
    if (!mkdtemp(ret)) {
        int sys = errno;
        ret[0] = '\0';
        return bx_fail_errno(err, sys, "a temporary directory");
    }
    BX_AUTOCLOSE int dir = open(ret, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir >= 0 && fill(dir, ret) ? BX_OK
                                      : bx_fail_errno(err, errno, "the files the probes attack");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void bx_doctor_tree_remove(const char *path)
{
    if (path[0])
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
