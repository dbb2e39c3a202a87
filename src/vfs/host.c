#include "vfs/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "os/beneath.h"
#include "vfs/backend.h"
#include "vfs/readdir.h"

bx_filetype bx_filetype_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return BX_FT_REG;
    case S_IFDIR:
        return BX_FT_DIR;
    case S_IFLNK:
        return BX_FT_SYMLINK;
    case S_IFBLK:
        return BX_FT_BLOCK;
    case S_IFCHR:
        return BX_FT_CHAR;
    case S_IFSOCK:
        return BX_FT_STREAM;
    default:
        return BX_FT_UNKNOWN; /* preview1 has no number for a FIFO */
    }
}

/* Times before 1970 have no form in WASI. */
static uint64_t ns_of(struct timespec t)
{
    return t.tv_sec < 0 ? 0 : (uint64_t)t.tv_sec * BX_SEC + (uint64_t)t.tv_nsec;
}

void bx_host_stat(bx_vfs_session *s, const struct stat *st, bx_stat *ret)
{
    *ret = (bx_stat){
        .dev = bx_session_dev(s, st->st_dev),
        .ino = st->st_ino,
        .nlink = st->st_nlink,
        .size = st->st_size < 0 ? 0 : (uint64_t)st->st_size,
        .atim_ns = ns_of(st->st_atim),
        .mtim_ns = ns_of(st->st_mtim),
        .ctim_ns = ns_of(st->st_ctim),
        .type = bx_filetype_of(st->st_mode),
    };
}

static struct timespec time_of(bx_set_time t)
{
    if (t.kind == BX_TIME_KEEP)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    if (t.kind == BX_TIME_NOW)
        return (struct timespec){.tv_nsec = UTIME_NOW};
    return (struct timespec){.tv_sec = (time_t)(t.ns / BX_SEC), .tv_nsec = (long)(t.ns % BX_SEC)};
}

/* By the descriptor itself, O_PATH or not, so it is the object that was judged. */
bx_errno bx_host_set_fd_times(int fd, bx_set_time a, bx_set_time m)
{
    struct timespec t[2] = {time_of(a), time_of(m)};
    return utimensat(fd, "", t, AT_EMPTY_PATH) == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno);
}

static bx_errno moved(ssize_t n, size_t *ret_n)
{
    if (n < 0)
        return bx_errno_from_host(errno);
    *ret_n = (size_t)n;
    return BX_E_SUCCESS;
}

bx_errno bx_host_read(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    ssize_t k;
    do {
        k = off == BX_AT_POS ? readv(f->fd, iov, (int)n) : preadv(f->fd, iov, (int)n, (off_t)off);
    } while (k < 0 && errno == EINTR);
    return moved(k, ret_n);
}

/* RWF_APPEND finds the end and writes there in one step, as O_APPEND does, but for this one write
 * (Linux 4.16); -1 makes the position follow. */
static ssize_t write_once(int fd, const struct iovec *iov, int n, uint64_t off)
{
    if (off == BX_AT_END)
        return pwritev2(fd, iov, n, -1, RWF_APPEND);
    return off == BX_AT_POS ? writev(fd, iov, n) : pwritev(fd, iov, n, (off_t)off);
}

bx_errno bx_host_write(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    ssize_t k;
    do {
        k = write_once(f->fd, iov, (int)n, off);
    } while (k < 0 && errno == EINTR);
    return moved(k, ret_n);
}

bx_errno bx_host_seek(bx_file *f, int64_t off, int whence, uint64_t *ret)
{
    off_t at = lseek(f->fd, off, whence);
    if (at < 0)
        return bx_errno_from_host(errno);
    *ret = (uint64_t)at;
    return BX_E_SUCCESS;
}

bx_errno bx_host_fstat(bx_file *f, bx_stat *ret)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0)
        return bx_errno_from_host(errno);
    bx_host_stat(f->s, &st, ret);
    return BX_E_SUCCESS;
}

/* A handle without write access can still be asked to truncate while it is being opened. */
bx_errno bx_host_set_size(bx_file *f, uint64_t size)
{
    int r;
    if (f->path_only || !(f->rights & BX_FS_WRITE)) {
        char proc[40];
        bx_proc_fd(f->fd, proc);
        r = truncate(proc, (off_t)size);
    } else {
        do {
            r = ftruncate(f->fd, (off_t)size);
        } while (r != 0 && errno == EINTR);
    }
    return r == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno);
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

bx_errno bx_host_allocate(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used)
{
    struct stat a, b;
    if (fstat(f->fd, &a) != 0)
        return bx_errno_from_host(errno);
    int r;
    do {
        r = fallocate(f->fd, 0, (off_t)off, (off_t)len);
    } while (r != 0 && errno == EINTR);
    int why = r == 0 ? 0 : errno;
    *ret_used = 0;
    if (fstat(f->fd, &b) == 0) {
        uint64_t size = grown((uint64_t)a.st_size, (uint64_t)b.st_size);
        uint64_t disk = grown((uint64_t)a.st_blocks, (uint64_t)b.st_blocks) * 512;
        *ret_used = size > disk ? size : disk;
    }
    return bx_errno_from_host(why);
}

/* An O_PATH handle has nothing written through it, so there is nothing of its own to wait for,
 * but a directory's entries count: they are synced through a descriptor opened for it. */
bx_errno bx_host_sync(bx_file *f, bool data_only)
{
    if (!f->path_only) {
        int r = data_only ? fdatasync(f->fd) : fsync(f->fd);
        return r == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno);
    }
    char proc[40];
    bx_proc_fd(f->fd, proc);
    int fd = open(proc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return bx_errno_from_host(errno);
    int r = data_only ? fdatasync(fd) : fsync(fd);
    bx_errno e = r == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno);
    (void)close(fd);
    return e;
}

bx_errno bx_host_advise(bx_file *f, uint64_t off, uint64_t len, int advice)
{
    static const int host[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                               POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
    if (f->path_only)
        return BX_E_SUCCESS;
    return bx_errno_from_host(posix_fadvise(f->fd, (off_t)off, (off_t)len, host[advice]));
}

bx_errno bx_host_set_times(bx_file *f, bx_set_time a, bx_set_time m)
{
    return bx_host_set_fd_times(f->fd, a, m);
}

bool bx_host_is_same(const bx_file *a, const bx_file *b)
{
    struct stat x, y;
    return fstat(a->fd, &x) == 0 && fstat(b->fd, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* Linux has closed the descriptor whatever close(2) says, EINTR included. */
bx_errno bx_host_close(bx_file *f)
{
    int r = !f->preopen && f->fd >= 0 ? close(f->fd) : 0;
    f->fd = -1;
    return r == 0 || errno == EINTR ? BX_E_SUCCESS : bx_errno_from_host(errno);
}

const bx_backend bx_host_backend = {
    .open = bx_host_open,
    .stat_at = bx_host_stat_at,
    .set_times_at = bx_host_set_times_at,
    .mkdir_at = bx_host_mkdir_at,
    .rmdir_at = bx_host_rmdir_at,
    .unlink_at = bx_host_unlink_at,
    .symlink_at = bx_host_symlink_at,
    .readlink_at = bx_host_readlink_at,
    .link_at = bx_host_link_at,
    .rename_at = bx_host_rename_at,
    .close = bx_host_close,
    .read = bx_host_read,
    .write = bx_host_write,
    .seek = bx_host_seek,
    .stat = bx_host_fstat,
    .set_size = bx_host_set_size,
    .allocate = bx_host_allocate,
    .sync = bx_host_sync,
    .advise = bx_host_advise,
    .set_times = bx_host_set_times,
    .readdir = bx_host_readdir,
    .is_same = bx_host_is_same,
};
