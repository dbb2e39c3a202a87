#include "lib/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RANDOM = 8,
    LINKS = 40, /* followed, as by the sandbox and by Linux */
    PATH_ROOM = 4096,
};

/* WASI's "the grant does not reach"; no host has it. */
#ifdef ENOTCAPABLE
static bool is_refusal(int error) { return error == ENOTCAPABLE || error == EPERM; }
#else
static bool is_refusal(int error) { return error == EPERM; }
#endif

/* ---- the file that is to be replaced ---------------------------------------------------- */

/* The place `target` of a link at `path`, as a path; NULL and errno. */
static char *beside(const char *path, const char *target, size_t n)
{
    const char *slash = strrchr(path, '/');
    size_t head = target[0] == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
    if (head + n >= PATH_ROOM) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    char *ret = bx_calloc(1, head + n + 1);
    if (!ret) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(ret, path, head);
    memcpy(ret + head, target, n);
    return ret;
}

/* One link further; 0, or errno. */
static int follow(bx_target *t)
{
    char target[PATH_ROOM];
    ssize_t n = readlink(t->path, target, sizeof target);
    if (n < 0)
        return errno;
#ifdef __wasi__
    if (n > 0 && target[0] == '/') /* means a path of the host, which no guest can name */
        return EPERM;
#endif
    char *next = n == 0 ? (errno = ENOENT, NULL) : beside(t->path, target, (size_t)n);
    if (!next)
        return errno;
    free(t->path);
    t->path = next;
    t->is_link = true;
    return 0;
}

static int open_target(const char *path, bool *ret_readable)
{
    int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK; /* a FIFO is refused, not waited for */
    int fd = open(path, O_RDWR | flags);
    *ret_readable = true;
    if (fd < 0 &&
        errno == ETXTBSY) /* a program that runs: its file stays, its name is given away */
        fd = open(path, O_RDONLY | flags);
    if (fd < 0 && (is_refusal(errno) || errno == EACCES)) {
        int error = errno;
        *ret_readable = false;
        fd = open(path, O_WRONLY | flags);
        if (fd < 0)
            errno = error;
    }
    return fd;
}

/* The same where O_NOFOLLOW has no effect, as in Node's WASI: what was opened may then be what a
 * link leads to. */
static int open_named(const char *path, bool *ret_readable)
{
    struct stat st;
    int fd = open_target(path, ret_readable);
#ifdef __wasi__
    if (fd >= 0 && lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
        (void)close(fd);
        errno = ELOOP;
        return -1;
    }
    if (fd < 0 && errno == ENOENT && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
        errno = ELOOP;
#else
    (void)st;
#endif
    return fd;
}

/* What is replaced is a name, the one at the end of all links: so they are followed here, one at a
 * time.
 */
int bx_target_open(const char *path, bx_target *ret)
{
    struct stat st;
    *ret = (bx_target){.fd = -1};
    ret->path = bx_strndup(path, strlen(path));
    if (!ret->path)
        return ENOMEM;
    for (int i = 0; (ret->fd = open_named(ret->path, &ret->is_readable)) < 0; i++) {
        if (errno == ENOENT)
            return 0;
        int error = errno != ELOOP || i == LINKS ? errno : follow(ret);
        if (error)
            return error == EINVAL ? EAGAIN : error; /* it was a link a moment ago */
    }
    if (fstat(ret->fd, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? EISDIR : EACCES;
    ret->dev = st.st_dev;
    ret->ino = st.st_ino;
    ret->size = (uint64_t)st.st_size;
    ret->changed = st.st_mtim;
    return 0;
}

void bx_target_done(bx_target *t)
{
    if (t->fd >= 0)
        (void)close(t->fd);
    free(t->path);
    *t = (bx_target){.fd = -1};
}

int bx_target_check(const bx_target *t)
{
    struct stat st;
    if (t->fd < 0)
        return 0;
    if (lstat(t->path, &st) != 0)
        return errno == ENOENT ? EAGAIN : errno;
    bool same = st.st_dev == t->dev && st.st_ino == t->ino && (uint64_t)st.st_size == t->size &&
                st.st_mtim.tv_sec == t->changed.tv_sec && st.st_mtim.tv_nsec == t->changed.tv_nsec;
    return same ? 0 : EAGAIN;
}

int bx_target_load(const bx_target *t, bx_buf *ret)
{
    if (t->size >= ret->max)
        return EFBIG;
    size_t ahead = (size_t)t->size;
    for (off_t at = 0;;) {
        char *to;
        if (bx_buf_reserve(ret, ahead + 1, &to) != BX_OK)
            return ret->fail == BX_ENOMEM ? ENOMEM : EFBIG;
        ssize_t n = pread(t->fd, to, ahead + 1, at);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return 0;
        ret->n += (size_t)n;
        at += n;
        if ((size_t)n == ahead && ret->n == t->size) /* one more was asked for: that is the end */
            return 0;
        ahead = ret->n < t->size ? (size_t)t->size - ret->n : 0;
    }
}

/* What is at `path` that is no regular file; NULL: none such. */
static const char *kind_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
        return NULL;
    return S_ISDIR(st.st_mode)                          ? "a directory"
           : S_ISSOCK(st.st_mode)                       ? "a socket"
           : S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? "a device"
                                                        : "a FIFO or the like";
}

/* Is the file there, or the directory it would be in?  Then it is within the grant. */
static bool is_seen(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return true;
    char *above = beside(path, ".", 1);
    bool seen = above && stat(above, &st) == 0;
    free(above);
    return seen;
}

static const char *words_for(int error)
{
    switch (error) {
    case ENOTDIR:
        return "a part of its path is a file, not a directory";
    case ENOSPC:
        return "no space is left; nothing was changed";
    case EDQUOT:
        return "this is more than this call may write (a limit of the call or of the store); "
               "nothing was "
               "changed";
    case EROFS:
        return "it is on a read-only file system";
    case ELOOP:
        return "symbolic links lead around in a circle";
    case ENAMETOOLONG:
        return "its name is longer than the file system takes";
    default:
        return NULL;
    }
}

int bx_target_fail(bx_result *r, const char *what, const char *path, int error)
{
    bool refused = error == EACCES || is_refusal(error);
    const char *kind = refused || error == EISDIR ? kind_of(path) : NULL;
    const char *words = words_for(error);
    if (kind)
        return bx_result_fail(r, path, " is ", kind, ", not a regular file; name a file", NULL);
    if (error == EAGAIN)
        return bx_result_fail(
            r, path,
            " was changed by another program at this moment; nothing was done. Read it "
            "again and repeat the call",
            NULL);
    if (refused && is_seen(path))
        return bx_result_fail(r, "not permitted to ", what, " ", path,
                              ": this call may read it at most, or the file itself is read-only",
                              NULL);
    if (words)
        return bx_result_fail(r, "cannot ", what, " ", path, ": ", words, NULL);
    return bx_result_fail_file(r, what, path, error);
}

/* ---- replacing it ----------------------------------------------------------------------- */

/* In the same directory, so that giving it the file's name is one step; short, whatever that is;
 * new with every call, so that no other program has made it. */
static char *temp_name(const char *path)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char noise[RANDOM];
    char name[sizeof ".bx-.part" + 2 * RANDOM] = ".bx-";
    size_t n = strlen(name);
    if (getentropy(noise, sizeof noise) != 0)
        return NULL;
    for (size_t i = 0; i < RANDOM; i++) {
        name[n++] = hex[noise[i] >> 4];
        name[n++] = hex[noise[i] & 15];
    }
    memcpy(name + n, ".part", sizeof ".part");
    return beside(path[0] ? path : "/", name, n + 5);
}

int bx_replace_begin(bx_replace *r, const char *path)
{
    *r = (bx_replace){.fd = -1};
    char *temp = temp_name(path);
    if (!temp)
        return errno;
    r->fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (r->fd < 0) {
        int error = errno;
        free(temp);
        return error;
    }
    r->temp = temp;
    return 0;
}

void bx_replace_drop(bx_replace *r)
{
    if (r->fd >= 0)
        (void)close(r->fd);
    if (r->temp)
        (void)unlink(r->temp);
    free(r->temp);
    *r = (bx_replace){.fd = -1};
}

static int failed(bx_replace *r, int error)
{
    bx_replace_drop(r);
    return error;
}

int bx_replace_write(bx_replace *r, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = write(r->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return failed(r, done < 0 ? errno : EIO);
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

/* Some file systems find out only now that there is no room. */
static int close_temp(bx_replace *r)
{
    int rc = close(r->fd);
    r->fd = -1;
    return rc == 0 ? 0 : errno;
}

int bx_replace_end(bx_replace *r, const char *path)
{
    int error = close_temp(r);
    if (error == 0 && rename(r->temp, path) != 0)
        error = errno;
    if (error)
        return failed(r, error);
    free(r->temp);
    r->temp = NULL;
    return 0;
}

/* A second name, which is refused where there is one already; then the first is taken away. */
int bx_replace_end_new(bx_replace *r, const char *path)
{
    int error = close_temp(r);
    if (error == 0 && link(r->temp, path) != 0)
        error = errno;
    if (error == EPERM || error == ENOTSUP || error == ENOSYS || error == EMLINK) {
        struct stat st; /* a file system without hard links: a look before is as near as one gets */
        error = lstat(path, &st) == 0 ? EEXIST : rename(r->temp, path) == 0 ? 0 : errno;
        if (error == 0) {
            free(r->temp);
            r->temp = NULL;
        }
    }
    bx_replace_drop(r);
    return error;
}

/* ---- the directories above -------------------------------------------------------------- */

/* The '/' of `path` in front of which lies the deepest directory that is there; NULL: none is. */
static char *deepest(char *path)
{
    char *slash = strrchr(path, '/');
    for (; slash && slash > path; slash = memrchr(path, '/', (size_t)(slash - path))) {
        struct stat st;
        *slash = '\0';
        int error = stat(path, &st) == 0 ? 0 : errno;
        *slash = '/';
        if (error != ENOENT)
            break;
    }
    return slash;
}

int bx_parents_make(const char *path, size_t *ret_made)
{
    *ret_made = 0;
    char *copy = bx_strndup(path, strlen(path));
    if (!copy)
        return ENOMEM;
    int error = 0;
    char *slash = deepest(copy);
    slash = slash ? slash + 1 : copy;
    for (; !error && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(copy, 0777) == 0)
            *ret_made = *ret_made ? *ret_made : (size_t)(slash - copy);
        else if (errno != EEXIST)
            error = errno;
        *slash = '/';
    }
    if (error)
        bx_parents_drop(path, *ret_made);
    free(copy);
    return error;
}

void bx_parents_drop(const char *path, size_t made)
{
    char *copy = made ? bx_strndup(path, strlen(path)) : NULL;
    if (!copy)
        return;
    for (char *slash; (slash = strrchr(copy, '/')) && (size_t)(slash - copy) >= made;) {
        *slash = '\0';
        if (rmdir(copy) != 0)
            break;
    }
    free(copy);
}
