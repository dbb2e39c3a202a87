#include "fetch/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifndef ENOTCAPABLE
#define ENOTCAPABLE EPERM /* WASI's "the grant does not reach"; no host has it */
#endif

struct wf_save {
    char *path, *part;
    int fd;
};

static bx_code fail(const char *what, const char *path, int error, bx_error *err)
{
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

bx_code wf_save_open(bx_str path, wf_save **ret, bx_error *err)
{
    BX_AUTO(wf_save) wf_save *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->fd = -1;
    const char *below = path.n && path.p[0] == '/' ? "" : "/workspace/";
    s->path = joined(below, path, "");
    s->part = joined(below, path, ".part");
    if (!s->path || !s->part)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->fd = open(s->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (s->fd < 0)
        return fail("create", s->path, errno, err);
    *ret = BX_TAKE(s);
    return BX_OK;
}

bx_code wf_save_write(wf_save *s, bx_str bytes, bx_error *err)
{
    while (bytes.n) {
        ssize_t n = write(s->fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail("write", s->path, n < 0 ? errno : EIO, err);
        bytes = bx_str_from(bytes, (size_t)n);
    }
    return BX_OK;
}

bx_code wf_save_commit(wf_save *s, bx_error *err)
{
    int rc = close(s->fd);
    s->fd = -1;
    if (rc != 0 || rename(s->part, s->path) != 0) {
        int error = errno;
        (void)unlink(s->part);
        free(s->part);
        s->part = NULL;
        return fail("write", s->path, error, err);
    }
    free(s->part);
    s->part = NULL;
    return BX_OK;
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
