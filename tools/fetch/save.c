#include "fetch/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifndef ENOTCAPABLE
#define ENOTCAPABLE EPERM /* WASI's "the grant does not reach"; no host has it */
#endif

enum { RANDOM = 8, TRIES = 8, COPY = 65536 };

struct wf_save {
    char *path, *part;
    int fd;
};

static bx_code fail(const char *what, const char *path, int error, bx_error *err)
{
    if (error == ENOMEM)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    if (error == ENOTCAPABLE || error == EPERM || error == EACCES)
        return bx_fail(err, BX_EDENIED,
                       "not permitted to %s %s: this call has no write grant there", what, path);
    return bx_fail(err, BX_EIO, "cannot %s %s: %s", what, path, strerror(error));
}

static char *joined(const char *a, bx_str b, const char *c)
{
    size_t na = strlen(a), nc = strlen(c);
    char *p = bx_calloc(1, na + b.n + nc + 1);
    if (!p)
        return NULL;
    memcpy(p, a, na);
    memcpy(p + na, b.p, b.n);
    memcpy(p + na + b.n, c, nc);
    return p;
}

/* A name of this call's own beside the file: short, whatever the file's is. */
static char *part_name(const char *path)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char noise[RANDOM];
    char name[sizeof ".fetch-.part" + 2 * RANDOM] = ".fetch-";
    size_t n = strlen(name);
    if (getentropy(noise, sizeof noise) != 0)
        return NULL;
    for (size_t i = 0; i < RANDOM; i++) {
        name[n++] = hex[noise[i] >> 4];
        name[n++] = hex[noise[i] & 15];
    }
    memcpy(name + n, ".part", sizeof ".part");
    const char *slash = strrchr(path, '/');
    return joined("", (bx_str){path, slash ? (size_t)(slash - path) + 1 : 0}, name);
}

/* Readable where the grant allows it: wf_save_commit then can fill a file that is already there. */
static int create(const char *part)
{
    int flags = O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = open(part, O_RDWR | flags, 0666);
    return fd < 0 && errno != EEXIST ? open(part, O_WRONLY | flags, 0666) : fd;
}

bx_code wf_save_open(bx_str path, wf_save **ret, bx_error *err)
{
    BX_AUTO(wf_save) wf_save *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->fd = -1;
    s->path = joined(path.n && path.p[0] == '/' ? "" : "/workspace/", path, "");
    for (int i = 0; s->path && i < TRIES && s->fd < 0; i++) {
        free(s->part);
        s->part = part_name(s->path);
        if (!s->part)
            break;
        s->fd = create(s->part);
        if (s->fd < 0 && errno != EEXIST)
            return fail("create", s->path, errno, err);
    }
    if (!s->path || !s->part)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    if (s->fd < 0)
        return fail("create", s->path, EEXIST, err);
    *ret = BX_TAKE(s);
    return BX_OK;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : EIO;
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

bx_code wf_save_write(wf_save *s, bx_str bytes, bx_error *err)
{
    int error = write_all(s->fd, bytes.p, bytes.n);
    return error ? fail("write", s->path, error, err) : BX_OK;
}

static int copy(int from, int to)
{
    BX_AUTOFREE char *chunk = bx_realloc(NULL, COPY);
    off_t size = 0;
    if (!chunk)
        return ENOMEM;
    if (lseek(from, 0, SEEK_SET) != 0)
        return errno;
    for (;;) {
        ssize_t n = read(from, chunk, COPY);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return ftruncate(to, size) == 0 ? 0 : errno;
        int error = write_all(to, chunk, (size_t)n);
        if (error)
            return error;
        size += n;
    }
}

/* A file that is there keeps its mode and its links: it is filled.  -1: it is not there, or what
 * was written cannot be read back. */
static int refill(const wf_save *s)
{
    char probe;
    int to = open(s->path, O_WRONLY | O_CLOEXEC);
    if (to < 0)
        return -1;
    bool readable = lseek(s->fd, 0, SEEK_SET) == 0 && read(s->fd, &probe, 1) >= 0;
    int error = readable ? copy(s->fd, to) : -1;
    if (close(to) != 0 && error == 0)
        error = errno;
    return error;
}

bx_code wf_save_commit(wf_save *s, bx_error *err)
{
    int error = refill(s), rc = close(s->fd);
    s->fd = -1;
    if (error < 0)
        error = rc != 0 || rename(s->part, s->path) != 0 ? errno : 0;
    else
        (void)unlink(s->part);
    if (error)
        (void)unlink(s->part);
    free(s->part);
    s->part = NULL;
    return error ? fail("write", s->path, error, err) : BX_OK;
}

void wf_save_free(wf_save *s)
{
    if (!s)
        return;
    if (s->fd >= 0) {
        (void)close(s->fd);
        (void)unlink(s->part);
    }
    free(s->path);
    free(s->part);
    free(s);
}

const char *wf_save_path(const wf_save *s) { return s->path; }
