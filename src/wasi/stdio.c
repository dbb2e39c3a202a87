/* The three standard streams: bytes or a descriptor in, a bounded buffer or a descriptor out.
 * Borrowed descriptors are shared with others, so their flags stay as they are: nothing here
 * sets O_NONBLOCK, and still no read or write may outlast the call's deadline. */
#include "wasi/internal.h"

#include <errno.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int stream_index(const bx_fd *f) { return f->kind - BX_FD_STDIN; }

static bool is_standard(const bx_fd *f)
{
    return f->kind >= BX_FD_STDIN && f->kind <= BX_FD_STDERR;
}

static int host_fd(const bx_fd *f)
{
    if (!is_standard(f))
        return -1;
    const bx_wasi *h = f->home;
    const bx_sink *out = f->kind == BX_FD_STDOUT ? &h->cfg.out : &h->cfg.err;
    if (f->kind == BX_FD_STDIN)
        return h->cfg.in.kind == BX_STDIN_FD ? h->cfg.in.fd : -1;
    return out->kind == BX_SINK_FD ? out->fd : -1;
}

/* What is counted or kept at the stream's home may be used by several processes. */
static void lock(const bx_wasi *w)
{
    if (w->cfg.gate)
        (void)pthread_mutex_lock(&w->cfg.gate->lock);
}

static void unlock(const bx_wasi *w)
{
    if (w->cfg.gate)
        (void)pthread_mutex_unlock(&w->cfg.gate->lock);
}

static _Atomic uint8_t *mode_of(const bx_fd *f, int fd)
{
    _Atomic uint8_t *mode = &f->home->host_mode[stream_index(f)];
    struct stat st;
    if (*mode == BX_HOST_UNKNOWN)
        *mode = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? BX_HOST_FILE : BX_HOST_NOWAIT;
    return mode;
}

/* Wait until `fd` can move bytes.  AGAIN when the guest asked not to wait. */
static bx_errno wait_for(bx_wasi *w, const bx_fd *f, int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    int ready = 0;
    if (atomic_load(&w->pending) & w->caught)
        return BX_E_INTR;
    bx_errno e = bx_wasi_wait(w, &p, 1, f->nonblock ? 0 : UINT64_MAX, &ready);
    if (e != BX_E_SUCCESS)
        return e;
    if (!ready)
        return BX_E_AGAIN;
    if (p.revents & POLLNVAL)
        return BX_E_BADF;
    /* Writing to a pipe nobody reads would only raise SIGPIPE. */
    return (events & POLLOUT) && (p.revents & (POLLERR | POLLHUP)) ? BX_E_PIPE : BX_E_SUCCESS;
}

static ssize_t move_nowait(int fd, short events, const struct iovec *iov, int n)
{
    return events == POLLIN ? preadv2(fd, iov, n, -1, RWF_NOWAIT)
                            : pwritev2(fd, iov, n, -1, RWF_NOWAIT);
}

/* After poll said ready: a reader gets what is there; a writer is promised room for PIPE_BUF
 * bytes and no more, so no more is written at a time.  No iovec is empty. */
static ssize_t move_polled(int fd, short events, const struct iovec *iov, int n)
{
    if (events == POLLIN)
        return readv(fd, iov, n);
    return write(fd, iov->iov_base, iov->iov_len < PIPE_BUF ? iov->iov_len : PIPE_BUF);
}

/* One read or write on a borrowed descriptor, waiting as long as the call may. */
static bx_errno move(bx_wasi *w, const bx_fd *f, int fd, short events, const struct iovec *iov,
                     size_t n, size_t *ret_n)
{
    _Atomic uint8_t *mode = mode_of(f, fd);
    for (;;) {
        bx_errno e = *mode == BX_HOST_POLL ? wait_for(w, f, fd, events) : bx_wasi_check(w);
        if (e != BX_E_SUCCESS)
            return e;
        ssize_t k;
        if (*mode == BX_HOST_FILE)
            k = events == POLLIN ? readv(fd, iov, (int)n) : writev(fd, iov, (int)n);
        else if (*mode == BX_HOST_NOWAIT)
            k = move_nowait(fd, events, iov, (int)n);
        else
            k = move_polled(fd, events, iov, (int)n);
        if (k >= 0) {
            *ret_n = (size_t)k;
            return BX_E_SUCCESS;
        }
        if (*mode == BX_HOST_NOWAIT &&
            (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
            *mode = BX_HOST_POLL;
        } else if (errno == EAGAIN) {
            e = wait_for(w, f, fd, events);
            if (e != BX_E_SUCCESS)
                return e;
        } else if (errno != EINTR) {
            return bx_errno_from_host(errno);
        }
    }
}

/* ---- stdin ---------------------------------------------------------------------------- */

static size_t read_bytes(bx_wasi *h, const struct iovec *iov, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        size_t left = h->cfg.in.bytes.n - h->in_pos;
        size_t k = iov[i].iov_len < left ? iov[i].iov_len : left;
        if (k)
            memcpy(iov[i].iov_base, h->cfg.in.bytes.p + h->in_pos, k);
        h->in_pos += k;
        moved += k;
    }
    return moved;
}

bool bx_wasi_wait_ready(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns)
{
    enum { SLICE_NS = 200000000 }; /* at a person's pace; a key wakes `fds` */
    int ready = 0;
    if (w->cfg.gate) {
        (void)pthread_mutex_lock(&w->cfg.gate->lock);
        w->cfg.gate->blocked(w->cfg.gate->ctx);
        (void)pthread_mutex_unlock(&w->cfg.gate->lock);
    }
    for (;;) {
        if (atomic_load(&w->pending) & w->caught)
            return false;
        uint64_t begin = bx_now_ns(), slice = begin + SLICE_NS;
        bx_stop s = bx_ctl_wait(w->cfg.ctl, fds, n, until_ns < slice ? until_ns : slice, &ready);
        w->counters.host_ns += bx_now_ns() - begin;
        if (bx_wasi_stop(w, s) != BX_E_SUCCESS)
            return false;
        if (ready > 0 || until_ns < slice)
            return true;
    }
}

/* No iovec is empty. */
static bx_errno read_terminal(bx_wasi *w, const bx_wasi *h, const struct iovec *iov, size_t *ret_n)
{
    const bx_terminal *t = h->cfg.in.terminal;
    int64_t k = t->read(t->ctx, w, w == h, iov->iov_base, iov->iov_len);
    if (k < 0)
        return w->stop != BX_WASI_GO_ON ? BX_E_CANCELED : BX_E_INTR;
    *ret_n = (size_t)k;
    return BX_E_SUCCESS;
}

static const bx_terminal *terminal_of(const bx_fd *f)
{
    return is_standard(f) ? f->home->cfg.in.terminal : NULL;
}

static size_t terminal_bytes(const bx_fd *f)
{
    const bx_terminal *t = f->kind == BX_FD_STDIN ? terminal_of(f) : NULL;
    return t ? t->buffered(t->ctx) : 0;
}

static bx_errno stdin_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                            size_t *ret_n)
{
    bx_wasi *h = f->home;
    bx_errno e = BX_E_SUCCESS;
    size_t k = 0;
    if (n && h->cfg.in.terminal && (!f->nonblock || terminal_bytes(f) > 0))
        e = read_terminal(w, h, iov, &k);
    else if (n && h->cfg.in.kind == BX_STDIN_FD)
        e = move(w, f, h->cfg.in.fd, POLLIN, iov, n, &k);
    if (e != BX_E_SUCCESS)
        return e;
    lock(w);
    if (h->cfg.in.kind == BX_STDIN_BYTES)
        k = read_bytes(h, iov, n);
    h->counters.stdin_bytes += k;
    unlock(w);
    *ret_n = k;
    return BX_E_SUCCESS;
}

/* ---- stdout and stderr ---------------------------------------------------------------- */

static uint64_t output_left(const bx_wasi *h)
{
    uint64_t used = h->counters.stdout_bytes + h->counters.stderr_bytes;
    return used < h->cfg.limits->output ? h->cfg.limits->output - used : 0;
}

static void count(bx_wasi *h, const bx_fd *f, uint64_t n)
{
    if (f->kind == BX_FD_STDERR)
        h->counters.stderr_bytes += n;
    else
        h->counters.stdout_bytes += n;
}

/* Count as many of `n` bytes as the limit has room for, before they are written: others may write
 * at the same time.  What was not written in the end is given back. */
static uint64_t take_output(const bx_wasi *w, const bx_fd *f, uint64_t n)
{
    lock(w);
    uint64_t left = output_left(f->home);
    if (n > left)
        n = left;
    count(f->home, f, n);
    unlock(w);
    return n;
}

static void give_output(const bx_wasi *w, const bx_fd *f, uint64_t n)
{
    lock(w);
    count(f->home, f, (uint64_t)0 - n);
    unlock(w);
}

static bool capture_reserve(bx_capture *c, size_t n, uint64_t limit)
{
    if (n <= c->cap - c->n)
        return true;
    size_t cap = c->cap ? c->cap : 512;
    while (cap - c->n < n)
        cap *= 2;
    if (cap > limit && limit >= c->n + n)
        cap = (size_t)limit; /* never more than can ever be used */
    uint8_t *p = bx_realloc(c->p, cap);
    if (!p)
        return false;
    c->p = p;
    c->cap = cap;
    return true;
}

/* All of it, as a blocking write of POSIX does; a guest that asked for non-blocking gets what went
 * at once.  What had gone when the reader left counts as written. */
static bx_errno move_all(bx_wasi *w, const bx_fd *f, int fd, const struct iovec *iov, size_t n,
                         size_t len, size_t *ret_n)
{
    size_t done = 0;
    bx_errno e = move(w, f, fd, POLLOUT, iov, n, &done);
    if (e != BX_E_SUCCESS)
        return e;
    size_t skip = done;
    for (size_t i = 0; i < n && done < len && !f->nonblock;) {
        if (skip >= iov[i].iov_len) {
            skip -= iov[i++].iov_len;
            continue;
        }
        struct iovec part = {(char *)iov[i].iov_base + skip, iov[i].iov_len - skip};
        size_t k = 0;
        e = move(w, f, fd, POLLOUT, &part, 1, &k);
        done += k;
        skip += k;
        if (e != BX_E_SUCCESS || k == 0)
            break;
    }
    *ret_n = done;
    return w->stop != BX_WASI_GO_ON ? e : BX_E_SUCCESS;
}

static bx_errno keep_locked(bx_wasi *h, const bx_fd *f, const struct iovec *iov, size_t n,
                            size_t len)
{
    bx_capture *c = &h->captured[f->kind == BX_FD_STDERR];
    if (!capture_reserve(c, len, h->cfg.limits->output))
        return BX_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (iov[i].iov_len)
            memcpy(c->p + c->n, iov[i].iov_base, iov[i].iov_len);
        c->n += iov[i].iov_len;
    }
    return BX_E_SUCCESS;
}

/* `n` iovecs of `len` bytes that were counted.  *ret_n counts also when the guest ends. */
static bx_errno put(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n, size_t len,
                    size_t *ret_n)
{
    bx_wasi *h = f->home;
    const bx_sink *sink = f->kind == BX_FD_STDERR ? &h->cfg.err : &h->cfg.out;
    if (sink->kind == BX_SINK_FD)
        return move_all(w, f, sink->fd, iov, n, len, ret_n);
    bx_errno e = BX_E_SUCCESS;
    if (sink->kind == BX_SINK_CAPTURE) {
        lock(w);
        e = keep_locked(h, f, iov, n, len);
        unlock(w);
    }
    if (e == BX_E_SUCCESS)
        *ret_n = len;
    return e;
}

static void tell_terminal(const bx_terminal *t, const struct iovec *iov, size_t n, size_t written)
{
    for (size_t i = 0; i < n && written > 0; i++) {
        size_t k = iov[i].iov_len < written ? iov[i].iov_len : written;
        t->wrote(t->ctx, iov[i].iov_base, k);
        written -= k;
    }
}

static bx_errno put_counted(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                            size_t len, size_t *ret_n)
{
    size_t k = 0;
    bx_errno e = put(w, f, iov, n, len, &k);
    give_output(w, f, len - k);
    *ret_n += k;
    if (terminal_of(f) && bx_stream_is_tty(w, f))
        tell_terminal(terminal_of(f), iov, n, k);
    /* A program that was started by another is ended as programs are elsewhere. */
    return e == BX_E_PIPE && f->home != w ? bx_wasi_broken_pipe(w) : e;
}

/* More than the limit: keep what fits, all of it, then end the guest. */
static bx_errno put_rest_and_stop(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                                  uint64_t left)
{
    for (size_t i = 0; i < n && left > 0; i++) {
        struct iovec part = iov[i];
        while (part.iov_len && left > 0) {
            if (part.iov_len > left)
                part.iov_len = (size_t)left;
            size_t k = 0;
            bx_errno e = put(w, f, &part, 1, part.iov_len, &k);
            left -= k;
            if (e != BX_E_SUCCESS) {
                give_output(w, f, left);
                if (w->stop != BX_WASI_GO_ON)
                    return e;
                left = 0;
                break;
            }
            part.iov_base = (char *)part.iov_base + k;
            part.iov_len -= k;
        }
    }
    w->stop = BX_WASI_OUTPUT;
    return BX_E_FBIG;
}

static bx_errno stdout_writev(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                              size_t *ret_n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += iov[i].iov_len;
    *ret_n = 0;
    uint64_t may = take_output(w, f, len);
    if (may < len)
        return put_rest_and_stop(w, f, iov, n, may);
    return len ? put_counted(w, f, iov, n, len, ret_n) : BX_E_SUCCESS;
}

/* ---- any stream --------------------------------------------------------------------------- */

bx_errno bx_stream_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                         size_t *ret_n)
{
    switch (f->kind) {
    case BX_FD_STDIN:
        return stdin_readv(w, f, iov, n, ret_n);
    case BX_FD_PIPE:
        return f->base & BX_R_FD_READ ? bx_pipe_readv(w, f->pipe, f->nonblock, iov, n, ret_n)
                                      : BX_E_BADF;
    case BX_FD_DEVICE:
        return bx_device_readv(w, f, iov, n, ret_n);
    default:
        return BX_E_BADF;
    }
}

bx_errno bx_stream_writev(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                          size_t *ret_n)
{
    switch (f->kind) {
    case BX_FD_STDOUT:
    case BX_FD_STDERR:
        return stdout_writev(w, f, iov, n, ret_n);
    case BX_FD_PIPE:
        return f->base & BX_R_FD_WRITE ? bx_pipe_writev(w, f->pipe, f->nonblock, iov, n, ret_n)
                                       : BX_E_BADF;
    case BX_FD_DEVICE:
        return bx_device_writev(f, iov, n, ret_n);
    default:
        return BX_E_BADF;
    }
}

/* ---- what others ask about a stream --------------------------------------------------- */

bool bx_stream_is_tty(const bx_wasi *w, const bx_fd *f)
{
    (void)w;
    int fd = host_fd(f);
    if (fd < 0)
        return false;
    _Atomic uint8_t *known = &f->home->is_tty[stream_index(f)];
    if (*known == 0)
        *known = isatty(fd) ? 2 : 1;
    return *known == 2;
}

bool bx_stream_has_room(const bx_wasi *w, const bx_fd *f, uint64_t n)
{
    (void)w;
    bool is_output = f->kind == BX_FD_STDOUT || f->kind == BX_FD_STDERR;
    return !is_output || n <= output_left(f->home);
}

int bx_stream_poll_fd(bx_wasi *w, const bx_fd *f)
{
    (void)w;
    int fd = host_fd(f);
    if (terminal_bytes(f) > 0)
        return -1;
    return fd >= 0 && *mode_of(f, fd) != BX_HOST_FILE ? fd : -1;
}

static uint64_t rest_of_file(int fd)
{
    struct stat st;
    off_t at = lseek(fd, 0, SEEK_CUR);
    return fstat(fd, &st) == 0 && at >= 0 && st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
}

uint64_t bx_stream_ready_bytes(const bx_wasi *w, const bx_fd *f)
{
    (void)w;
    int fd = host_fd(f), n = 0;
    bool hangup;
    if (f->kind == BX_FD_PIPE)
        return bx_pipe_ready(f->pipe, f->base & BX_R_FD_WRITE, &hangup);
    if (f->kind == BX_FD_DEVICE)
        return f->device == BX_DEVICE_NULL ? 0 : PIPE_BUF;
    const bx_wasi *h = f->home;
    if (f->kind != BX_FD_STDIN)
        return fd >= 0 && output_left(h) > PIPE_BUF ? PIPE_BUF : output_left(h);
    if (fd < 0)
        return h->cfg.in.kind == BX_STDIN_BYTES ? h->cfg.in.bytes.n - h->in_pos : 0;
    if (h->host_mode[0] == BX_HOST_FILE)
        return rest_of_file(fd);
    if (terminal_bytes(f) > 0)
        return terminal_bytes(f);
    return ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

bool bx_stream_at_end(const bx_wasi *w, const bx_fd *f)
{
    bool hangup = false;
    if (f->kind == BX_FD_PIPE) {
        (void)bx_pipe_ready(f->pipe, f->base & BX_R_FD_WRITE, &hangup);
        return hangup;
    }
    return f->kind == BX_FD_STDIN && host_fd(f) < 0 && bx_stream_ready_bytes(w, f) == 0;
}
