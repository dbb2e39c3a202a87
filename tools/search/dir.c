#include "search/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/defs.h"

#ifdef __wasm__
#include <wasi/api.h>

static int open_at(int parent, const char *name, __wasi_oflags_t how)
{
    const __wasi_rights_t rights =
        __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_TELL |
        __WASI_RIGHTS_FD_ADVISE | __WASI_RIGHTS_FD_READDIR | __WASI_RIGHTS_FD_FILESTAT_GET |
        __WASI_RIGHTS_PATH_OPEN | __WASI_RIGHTS_PATH_FILESTAT_GET | __WASI_RIGHTS_PATH_READLINK;
    __wasi_fd_t fd;
    __wasi_errno_t e = __wasi_path_open(parent, 0, name, how, rights, rights, 0, &fd);
    if (e != 0) {
        errno = e;
        return -1;
    }
    return (int)fd;
}

int bx_dir_open(int parent, const char *name)
{
    return open_at(parent, name, __WASI_OFLAGS_DIRECTORY);
}

static int open_any(int parent, const char *name) { return open_at(parent, name, 0); }

static bool fill(bx_dir_reader *r)
{
    size_t used = 0;
    __wasi_errno_t e = __wasi_fd_readdir(r->fd, r->buf, sizeof r->buf, r->cookie, &used);
    if (e != 0) {
        r->error = e;
        return false;
    }
    r->at = 0;
    r->n = used;
    r->at_end = used < sizeof r->buf;
    return used > 0;
}

static bx_walk_type type_of(__wasi_filetype_t t)
{
    switch (t) {
    case __WASI_FILETYPE_REGULAR_FILE:
        return BX_WALK_FILES;
    case __WASI_FILETYPE_DIRECTORY:
        return BX_WALK_DIRS;
    case __WASI_FILETYPE_SYMBOLIC_LINK:
        return BX_WALK_LINKS;
    default:
        return BX_WALK_OTHERS;
    }
}

/* One entry of what was read; false: none is left that is whole. */
static bool take(bx_dir_reader *r, bx_str *ret_name, bx_walk_type *ret_type)
{
    __wasi_dirent_t head;
    if (r->n - r->at < sizeof head)
        return false;
    memcpy(&head, r->buf + r->at, sizeof head);
    if (r->n - r->at - sizeof head < head.d_namlen)
        return false;
    *ret_name = (bx_str){(const char *)r->buf + r->at + sizeof head, head.d_namlen};
    *ret_type = type_of(head.d_type);
    r->at += sizeof head + head.d_namlen;
    r->cookie = head.d_next;
    return true;
}

#else
#include <dirent.h>
#include <sys/syscall.h>

int bx_dir_open(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int open_any(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool fill(bx_dir_reader *r)
{
    long n;
    do {
        n = syscall(SYS_getdents64, r->fd, r->buf, sizeof r->buf);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        r->error = errno;
        return false;
    }
    r->at = 0;
    r->n = (size_t)n;
    r->at_end = n == 0;
    return n > 0;
}

static bx_walk_type type_of(int fd, const struct dirent64 *d)
{
    struct stat st;
    bool unknown = d->d_type == DT_UNKNOWN && fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    switch (unknown ? IFTODT(st.st_mode) : d->d_type) {
    case DT_REG:
        return BX_WALK_FILES;
    case DT_DIR:
        return BX_WALK_DIRS;
    case DT_LNK:
        return BX_WALK_LINKS;
    default:
        return BX_WALK_OTHERS;
    }
}

static bool take(bx_dir_reader *r, bx_str *ret_name, bx_walk_type *ret_type)
{
    if (r->at >= r->n)
        return false;
    const struct dirent64 *d = (const struct dirent64 *)(const void *)(r->buf + r->at);
    *ret_name = bx_str_of(d->d_name);
    *ret_type = type_of(r->fd, d);
    r->at += d->d_reclen;
    return true;
}
#endif

/* 0: a regular file; a number of errno. */
static int judge(int fd)
{
#ifdef __wasi__
    __wasi_fdstat_t st; /* the host knows it without looking at the file */
    __wasi_errno_t error = __wasi_fd_fdstat_get((__wasi_fd_t)fd, &st);
    bool is_file = st.fs_filetype == __WASI_FILETYPE_REGULAR_FILE;
    bool is_dir = st.fs_filetype == __WASI_FILETYPE_DIRECTORY;
    if (error != 0)
        return (int)error;
#else
    struct stat st;
    if (fstat(fd, &st) != 0)
        return errno;
    bool is_file = S_ISREG(st.st_mode), is_dir = S_ISDIR(st.st_mode);
#endif
    return is_file ? 0 : is_dir ? EISDIR : EACCES;
}

int bx_dir_open_file(int parent, const char *name)
{
    int fd = open_any(parent, name);
    if (fd < 0)
        return -1;
    int error = judge(fd);
    if (error == 0)
        return fd;
    (void)close(fd);
    errno = error;
    return -1;
}

void bx_dir_begin(bx_dir_reader *r, int fd)
{
    r->fd = fd;
    r->cookie = 0;
    r->at = r->n = 0;
    r->at_end = false;
    r->error = 0;
}

bool bx_dir_next(bx_dir_reader *r, bx_str *ret_name, bx_walk_type *ret_type)
{
    for (;;) {
        while (take(r, ret_name, ret_type)) {
            bx_str n = *ret_name;
            bool dots = n.n <= 2 && n.n > 0 && n.p[0] == '.' && n.p[n.n - 1] == '.';
            if (n.n > 0 && !dots)
                return true;
        }
        /* What does not make progress would never end. */
        if (r->at_end || (r->n > 0 && r->at == 0) || !fill(r))
            return false;
    }
}
