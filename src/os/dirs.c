#include "os/dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "os/fd.h"

enum { MAX_ABOVE = 128 }; /* directories above one that are looked at */

static const char *env_of(const char *name)
{
    const char *v = secure_getenv(name);
    return v && *v ? v : NULL;
}

bx_code bx_home_dir(char *out, size_t cap, bx_error *err)
{
    const char *base = env_of("BOXAGNTS_HOME"), *below = "";
    if (base && *base != '/')
        return bx_fail(err, BX_EINVAL, "BOXAGNTS_HOME is '%.200s': set it to an absolute path",
                       base);
    if (!base) {
        base = env_of("XDG_DATA_HOME");
        below = "/boxagnts";
        if (base && *base != '/')
            base = NULL;
    }
    if (!base) {
        base = env_of("HOME");
        below = "/.local/share/boxagnts";
    }
    if (!base || *base != '/')
        return bx_fail(err, BX_ENOENT,
                       "no home directory: set HOME or BOXAGNTS_HOME to an absolute path");
    int n = snprintf(out, cap, "%s%s", base, below);
    if (n < 0 || (size_t)n >= cap)
        return bx_fail(err, BX_ELIMIT, "the path of the home directory is longer than %zu bytes",
                       cap - 1);
    return BX_OK;
}

bx_code bx_dir_make(const char *path, bx_error *err)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return bx_fail(err, BX_EINVAL, "directory '%.200s': not a path", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char was = part[i];
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            int sys = errno;
            struct stat st;
            /* An existing directory in a read-only or foreign parent: EROFS or EACCES, not EEXIST.
             */
            if (stat(part, &st) != 0 || !S_ISDIR(st.st_mode))
                return bx_fail_errno(err, sys, "make directory '%.400s'", part);
        }
        part[i] = was;
    }
    return BX_OK;
}

bx_code bx_dir_check_private(int fd, const char *path, bx_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "directory '%.400s'", path);
    if (!S_ISDIR(st.st_mode))
        return bx_fail(err, BX_EUNSAFE, "'%.400s' is not a directory", path);
    if (st.st_uid != geteuid())
        return bx_fail(err, BX_EUNSAFE,
                       "directory '%.400s' belongs to user %u, not to us (%u): use one of your own",
                       path, (unsigned)st.st_uid, (unsigned)geteuid());
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return bx_fail(
            err, BX_EUNSAFE,
            "directory '%.400s' can be written to by others (mode %04o): run `chmod "
            "go-w` on it; where that has no effect (FAT, some shares) use a directory of "
            "another file system",
            path, (unsigned)(st.st_mode & 07777));
    return BX_OK;
}

/* Whoever may write to a directory above can put another one in its place.  A sticky one, as /tmp,
 * lets only the owner do that. */
static bx_code check_above(int fd, const char *path, bx_error *err)
{
    char up[3 * MAX_ABOVE] = "..";
    struct stat st, below = {.st_ino = 0};
    for (size_t n = 2; n + 4 < sizeof up; n += 3, memcpy(up + n - 3, "/..", 4)) {
        if (fstatat(fd, up, &st, 0) != 0)
            return errno == EACCES ? BX_OK : bx_fail_errno(err, errno, "above '%.400s'", path);
        if (st.st_dev == below.st_dev && st.st_ino == below.st_ino)
            return BX_OK; /* the root is its own parent */
        if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
            return bx_fail(err, BX_EUNSAFE,
                           "a directory above '%.400s' can be written to by everybody (mode %04o): "
                           "run `chmod o-w` on it, or use another place",
                           path, (unsigned)(st.st_mode & 07777));
        below = st;
    }
    return BX_OK;
}

bx_code bx_dir_open_private(const char *path, int *ret_fd, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bx_code rc = BX_OK;
    if (fd < 0 && errno == ENOENT) {
        rc = bx_dir_make(path, err);
        if (rc != BX_OK)
            return rc;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0 && errno == ENOTDIR)
        return bx_fail(err, BX_EUNSAFE, "'%.400s' is not a directory", path);
    if (fd < 0)
        return bx_fail_errno(err, errno, "open directory '%.400s'", path);
    rc = bx_dir_check_private(fd, path, err);
    if (rc == BX_OK)
        rc = check_above(fd, path, err);
    if (rc == BX_OK)
        *ret_fd = bx_fd_take(&fd);
    return rc;
}
