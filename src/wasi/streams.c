#include "wasi/streams.h"

#include "wasi/internal.h"

int bx_wasi_stdin_now(bx_wasi *w, void *buf, size_t cap, size_t *n)
{
    const bx_fd *f = bx_fd_get(w, 0);
    struct iovec iov = {buf, cap};
    *n = 0;
    w->stop = BX_WASI_GO_ON;
    if (!f)
        return 0;
    /* Of a pipe nobody can tell the engine when it has more: that wait is here. */
    bx_fd in = *f;
    in.nonblock = f->kind == BX_FD_STDIN;
    bx_errno e = f->kind == BX_FD_FILE ? bx_file_readv(f->file, &iov, 1, n)
                 : bx_fd_is_stream(f)  ? bx_stream_readv(w, &in, &iov, 1, n)
                                       : BX_E_ISDIR;
    if (e == BX_E_SUCCESS || e == BX_E_AGAIN)
        return e == BX_E_SUCCESS ? 0 : 1;
    *n = e;
    return 2;
}

int bx_wasi_stdin_fd(bx_wasi *w)
{
    const bx_fd *f = bx_fd_get(w, 0);
    return f && f->kind == BX_FD_STDIN ? bx_stream_poll_fd(w, f) : -1;
}

int32_t bx_wasi_write(bx_wasi *w, int which, const void *p, size_t n)
{
    const bx_fd *f = bx_fd_get(w, which == 2 ? 2 : 1);
    if (!f)
        return -(int32_t)BX_E_BADF;
    bx_fd out = *f;
    out.nonblock = false;
    while (n) {
        struct iovec iov = {(void *)(uintptr_t)p, n};
        size_t k = 0;
        w->stop = BX_WASI_GO_ON;
        bx_errno e = f->kind == BX_FD_FILE ? bx_file_writev(f->file, &iov, 1, &k)
                     : bx_fd_is_stream(f)  ? bx_stream_writev(w, &out, &iov, 1, &k)
                                           : BX_E_ISDIR;
        if (w->stop != BX_WASI_GO_ON)
            return w->stop;
        if (e != BX_E_SUCCESS)
            return -(int32_t)e;
        p = (const char *)p + k;
        n -= k;
    }
    return 0;
}

uint64_t bx_wasi_now(bx_wasi *w, int clock)
{
    bx_guest_step(w);
    return clock == 0 ? bx_guest_realtime(w) : bx_guest_monotonic(w);
}

bool bx_wasi_time_is_made_up(const bx_wasi *w) { return w->cfg.clock != BX_CLOCK_REAL; }

void bx_wasi_slept(bx_wasi *w, uint64_t ns) { bx_guest_advance(w, ns); }

void bx_wasi_random(bx_wasi *w, void *p, size_t n)
{
    BX_ASSERT(bx_guest_random(w, p, n) == BX_E_SUCCESS);
}
