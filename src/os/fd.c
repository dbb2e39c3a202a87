#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "os/random.h"

enum { READ_STEP = 64 * 1024, TMP_SUFFIX = 32 };

void bx_autoclose(int *fd)
{
    if (*fd < 0)
        return;
    int saved = errno;
    (void)close(*fd);
    errno = saved;
}

bool bx_fd_is_spare(int fd)
{
    struct rlimit r; /* asked for each time: whoever embeds this may change it */
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return false;
    rlim_t reserve = r.rlim_cur / 4 < BX_FD_RESERVE ? r.rlim_cur / 4 : BX_FD_RESERVE;
    return (rlim_t)fd < r.rlim_cur - reserve;
}

bool bx_fd_any_spare(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    if (fd < 0)
        return false;
    bool spare = bx_fd_is_spare(fd);
    (void)close(fd);
    return spare;
}

bool bx_fd_fill_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            return false;
    }
    return true;
}

bx_code bx_fd_read_full(int fd, void *buf, size_t len, bx_error *err)
{
    for (size_t got = 0; got < len;) {
        ssize_t k = read(fd, (char *)buf + got, len - got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return bx_fail_errno(err, errno, "read %zu of %zu bytes", got, len);
        if (k == 0)
            return bx_fail_errno(err, EIO, "the file ends after %zu of %zu bytes", got, len);
        got += (size_t)k;
    }
    return BX_OK;
}

bx_code bx_fd_write_full(int fd, const void *buf, size_t len, bx_error *err)
{
    for (size_t put = 0; put < len;) {
        ssize_t k = write(fd, (const char *)buf + put, len - put);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return bx_fail_errno(err, k ? errno : EIO, "wrote %zu of %zu bytes", put, len);
        put += (size_t)k;
    }
    return BX_OK;
}

/* Reads one byte past `max` before it says "too large": a file of exactly `max` bytes is fine,
 * and a size that fstat tells is never believed. */
bx_code bx_fd_read_all(int fd, size_t max, bx_buf *ret, bx_error *err)
{
    for (size_t got = 0;;) {
        char probe, *at = &probe;
        size_t room = max - got < READ_STEP ? max - got : READ_STEP;
        if (room > ret->max - ret->n)
            room = ret->max - ret->n;
        if (room && bx_buf_reserve(ret, room, &at) != BX_OK)
            return bx_buf_check(ret, err);
        ssize_t k = read(fd, at, room ? room : 1);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return bx_fail_errno(err, errno, "read");
        if (k == 0)
            return BX_OK;
        if (room == 0)
            return bx_fail(err, BX_ELIMIT, "larger than %zu bytes", got);
        got += (size_t)k;
        ret->n += (size_t)k;
        ret->p[ret->n] = '\0';
    }
}

bx_code bx_file_read_all(int dirfd, const char *path, size_t max, bx_buf *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return bx_fail(err, BX_ENOENT, "'%s': no such file", path);
    if (fd < 0)
        return bx_fail_errno(err, errno, "open '%s'", path);
    return bx_wrap(bx_fd_read_all(fd, max, ret, err), err, "'%s'", path);
}

static bx_code write_parts(int fd, mode_t mode, const bx_str *parts, size_t n, bx_error *err)
{
    for (size_t i = 0; i < n; i++) {
        bx_code rc = bx_fd_write_full(fd, parts[i].p, parts[i].n, err);
        if (rc != BX_OK)
            return rc;
    }
    if (fchmod(fd, mode) != 0)
        return bx_fail_errno(err, errno, "set the mode");
    if (fsync(fd) != 0)
        return bx_fail_errno(err, errno, "fsync");
    return BX_OK;
}

/* The rename is on disk only once its directory is; file systems that cannot sync a directory
 * say EINVAL, and there is nothing more to do on them. */
static bx_code sync_dir_of(int dirfd, const char *tmp, size_t dir_len, bx_error *err)
{
    char dir[PATH_MAX];
    (void)snprintf(dir, sizeof dir, "%.*s", (int)dir_len, tmp);
    BX_AUTOCLOSE int fd = openat(dirfd, dir_len ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES ? BX_OK : bx_fail_errno(err, errno, "open the directory");
    if (fsync(fd) != 0 && errno != EINVAL)
        return bx_fail_errno(err, errno, "fsync of the directory");
    return BX_OK;
}

static bx_code replace(int dirfd, const char *name, size_t dir_len, mode_t mode,
                       const bx_str *parts, size_t n, bx_error *err)
{
    char tmp[PATH_MAX];
    uint64_t salt;
    bx_code rc = bx_random_fill(&salt, sizeof salt, err);
    if (rc != BX_OK)
        return rc;
    (void)snprintf(tmp, sizeof tmp, "%.*s.tmp-%016llx", (int)dir_len, name,
                   (unsigned long long)salt);
    BX_AUTOCLOSE int fd =
        openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return bx_fail_errno(err, errno, "make a temporary file");
    rc = write_parts(fd, mode, parts, n, err);
    if (rc == BX_OK && renameat(dirfd, tmp, dirfd, name) != 0)
        rc = bx_fail_errno(err, errno, "rename");
    if (rc != BX_OK) {
        (void)unlinkat(dirfd, tmp, 0);
        return rc;
    }
    return sync_dir_of(dirfd, tmp, dir_len, err);
}

bx_code bx_file_write_atomic(int dirfd, const char *name, mode_t mode, const bx_str *parts,
                             size_t n, bx_error *err)
{
    size_t len = strlen(name);
    const char *slash = strrchr(name, '/');
    size_t dir_len = slash ? (size_t)(slash - name) + 1 : 0;
    if (len == dir_len || len + TMP_SUFFIX >= PATH_MAX)
        return bx_fail(err, BX_EINVAL, "write '%.200s': not the name of a file", name);
    return bx_wrap(replace(dirfd, name, dir_len, mode, parts, n, err), err, "write '%.200s'", name);
}

bx_code bx_file_write_new(const char *path, mode_t mode, bx_str text, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0 && errno == EEXIST)
        return bx_fail(err, BX_EINVAL, "%.300s is there already, and is left as it is", path);
    if (fd < 0)
        return bx_fail_errno(err, errno, "%.300s", path);
    bx_code rc = bx_fd_write_full(fd, text.p, text.n, err);
    if (rc == BX_OK && fsync(fd) != 0)
        rc = bx_fail_errno(err, errno, "fsync");
    if (rc != BX_OK)
        (void)unlink(path); /* ours: nobody else could make it */
    return bx_wrap(rc, err, "%.300s", path);
}
