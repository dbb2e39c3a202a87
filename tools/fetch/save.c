#include "fetch/save.h"

#include <errno.h>

#include "lib/replace.h"

#ifndef ENOTCAPABLE
#define ENOTCAPABLE EPERM /* WASI's "the grant does not reach"; no host has it */
#endif

struct wf_save {
    char *path;       /* as it was asked for, absolute */
    bx_target target; /* what it leads to */
    bx_replace with;
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

static char *absolute(bx_str path)
{
    static const char base[] = "/workspace/";
    size_t n = path.n && path.p[0] == '/' ? 0 : sizeof base - 1;
    char *p = bx_calloc(1, n + path.n + 1);
    if (!p)
        return NULL;
    memcpy(p, base, n);
    memcpy(p + n, path.p, path.n);
    return p;
}

bx_code wf_save_open(bx_str path, wf_save **ret, bx_error *err)
{
    BX_AUTO(wf_save) wf_save *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->target.fd = s->with.fd = -1;
    s->path = absolute(path);
    if (!s->path)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    int error = bx_target_open(s->path, &s->target);
    if (error == 0)
        error = bx_replace_begin(&s->with, s->target.path);
    if (error)
        return fail("create", s->path, error, err);
    *ret = BX_TAKE(s);
    return BX_OK;
}

bx_code wf_save_write(wf_save *s, bx_str bytes, bx_error *err)
{
    int error = bx_replace_write(&s->with, bytes.p, bytes.n);
    return error ? fail("write", s->path, error, err) : BX_OK;
}

/* Whatever became of the file meanwhile: an answer that took long is not thrown away for that. */
bx_code wf_save_commit(wf_save *s, bx_error *err)
{
    int error = bx_replace_end(&s->with, s->target.path);
    return error ? fail("write", s->path, error, err) : BX_OK;
}

void wf_save_free(wf_save *s)
{
    if (!s)
        return;
    bx_replace_drop(&s->with);
    bx_target_done(&s->target);
    free(s->path);
    free(s);
}

const char *wf_save_path(const wf_save *s) { return s->path; }
