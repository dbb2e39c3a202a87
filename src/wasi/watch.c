/* Descriptors in a wait of sandbox/ready.c. */
#include "wasi/internal.h"

static bool may(const bx_fd *f, bool writes)
{
    return f && (f->base & (writes ? BX_R_FD_WRITE : BX_R_FD_READ)) &&
           (f->base & BX_R_POLL_FD_READWRITE);
}

void bx_wasi_watch_begin(bx_wasi *w, bx_wasi_watch *x)
{
    const bx_fd *f = bx_fd_get(w, x->fd);
    x->ready = x->hangup = false;
    x->host_fd = -1;
    x->pipe = NULL;
    x->bad = !may(f, x->writes);
    if (x->bad)
        return;
    if (f->kind == BX_FD_PIPE)
        x->pipe = f->pipe;
    else if (bx_fd_is_stream(f))
        x->host_fd = bx_stream_poll_fd(w, f);
    else
        x->host_fd = bx_file_poll_fd(f->file);
    x->ready = x->host_fd < 0 && !x->pipe;
}

void bx_wasi_watch_pipe_locked(bx_wasi_watch *x)
{
    uint64_t n = bx_pipe_watch_locked(x->pipe, x->writes, &x->hangup);
    x->ready = n > 0 || x->hangup;
}

bx_errno bx_wasi_poll(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready)
{
    return bx_wasi_wait(w, fds, n, until_ns, ready);
}
