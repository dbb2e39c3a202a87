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

static int host_fd(const bx_wasi *w, const bx_fd *f)
{
    const bx_sink *out = f->kind == BX_FD_STDOUT ? &w->cfg.out : &w->cfg.err;
    if (f->kind == BX_FD_STDIN)
        return w->cfg.in.kind == BX_STDIN_FD ? w->cfg.in.fd : -1;
    return out->kind == BX_SINK_FD ? out->fd : -1;
}

static uint8_t *mode_of(bx_wasi *w, const bx_fd *f, int fd)
{
    uint8_t *mode = &w->host_mode[stream_index(f)];
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
    uint8_t *mode = mode_of(w, f, fd);
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

static size_t read_bytes(bx_wasi *w, const struct iovec *iov, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        size_t left = w->cfg.in.bytes.n - w->in_pos;
        size_t k = iov[i].iov_len < left ? iov[i].iov_len : left;
        if (k)
            memcpy(iov[i].iov_base, w->cfg.in.bytes.p + w->in_pos, k);
        w->in_pos += k;
        moved += k;
    }
    return moved;
}

bx_errno bx_stdin_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                        size_t *ret_n)
{
    bx_errno e = BX_E_SUCCESS;
    size_t k = 0;
    if (n && w->cfg.in.kind == BX_STDIN_FD)
        e = move(w, f, w->cfg.in.fd, POLLIN, iov, n, &k);
    else if (w->cfg.in.kind == BX_STDIN_BYTES)
        k = read_bytes(w, iov, n);
    if (e != BX_E_SUCCESS)
        return e;
    w->counters.stdin_bytes += k;
    *ret_n = k;
    return BX_E_SUCCESS;
}

/* ---- stdout and stderr ---------------------------------------------------------------- */

static uint64_t output_left(const bx_wasi *w)
{
    uint64_t used = w->counters.stdout_bytes + w->counters.stderr_bytes;
    return used < w->cfg.limits->output ? w->cfg.limits->output - used : 0;
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

/* `n` iovecs that hold at most what may still be written.  *ret_n counts also when the guest ends.
 */
static bx_errno put(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n, size_t len,
                    size_t *ret_n)
{
    bool err = f->kind == BX_FD_STDERR;
    const bx_sink *sink = err ? &w->cfg.err : &w->cfg.out;
    if (sink->kind == BX_SINK_FD)
        return move_all(w, f, sink->fd, iov, n, len, ret_n);
    bx_capture *c = &w->captured[err];
    if (sink->kind == BX_SINK_CAPTURE && !capture_reserve(c, len, w->cfg.limits->output))
        return BX_E_NOMEM;
    *ret_n = len;
    if (sink->kind == BX_SINK_DISCARD)
        return BX_E_SUCCESS;
    for (size_t i = 0; i < n; i++) {
        if (iov[i].iov_len)
            memcpy(c->p + c->n, iov[i].iov_base, iov[i].iov_len);
        c->n += iov[i].iov_len;
    }
    return BX_E_SUCCESS;
}

static void count(bx_wasi *w, const bx_fd *f, size_t n)
{
    if (f->kind == BX_FD_STDERR)
        w->counters.stderr_bytes += n;
    else
        w->counters.stdout_bytes += n;
}

/* More than the limit: keep what fits, all of it, then end the guest. */
static bx_errno put_rest_and_stop(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct iovec part = iov[i];
        while (part.iov_len && output_left(w)) {
            if (part.iov_len > output_left(w))
                part.iov_len = (size_t)output_left(w);
            size_t k = 0;
            bx_errno e = put(w, f, &part, 1, part.iov_len, &k);
            count(w, f, k);
            if (e != BX_E_SUCCESS && w->stop != BX_WASI_GO_ON)
                return e;
            if (e != BX_E_SUCCESS)
                break;
            part.iov_base = (char *)part.iov_base + k;
            part.iov_len -= k;
        }
    }
    w->stop = BX_WASI_OUTPUT;
    return BX_E_FBIG;
}

bx_errno bx_stdout_writev(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                          size_t *ret_n)
{
    size_t len = 0, k = 0;
    for (size_t i = 0; i < n; i++)
        len += iov[i].iov_len;
    if (len > output_left(w))
        return put_rest_and_stop(w, f, iov, n);
    if (len) {
        bx_errno e = put(w, f, iov, n, len, &k);
        count(w, f, k);
        if (e != BX_E_SUCCESS)
            return e;
    }
    *ret_n = k;
    return BX_E_SUCCESS;
}

/* ---- what others ask about a stream --------------------------------------------------- */

bool bx_stream_is_tty(const bx_wasi *w, const bx_fd *f)
{
    int fd = host_fd(w, f);
    return fd >= 0 && isatty(fd);
}

bool bx_stream_has_room(const bx_wasi *w, const bx_fd *f, uint64_t n)
{
    bool is_output = f->kind == BX_FD_STDOUT || f->kind == BX_FD_STDERR;
    return !is_output || n <= output_left(w);
}

int bx_stream_poll_fd(bx_wasi *w, const bx_fd *f)
{
    int fd = host_fd(w, f);
    return fd >= 0 && *mode_of(w, f, fd) != BX_HOST_FILE ? fd : -1;
}

static uint64_t rest_of_file(int fd)
{
    struct stat st;
    off_t at = lseek(fd, 0, SEEK_CUR);
    return fstat(fd, &st) == 0 && at >= 0 && st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
}

uint64_t bx_stream_ready_bytes(const bx_wasi *w, const bx_fd *f)
{
    int fd = host_fd(w, f), n = 0;
    if (f->kind != BX_FD_STDIN)
        return fd >= 0 && output_left(w) > PIPE_BUF ? PIPE_BUF : output_left(w);
    if (fd < 0)
        return w->cfg.in.kind == BX_STDIN_BYTES ? w->cfg.in.bytes.n - w->in_pos : 0;
    if (w->host_mode[0] == BX_HOST_FILE)
        return rest_of_file(fd);
    return ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

bool bx_stream_at_end(const bx_wasi *w, const bx_fd *f)
{
    return f->kind == BX_FD_STDIN && host_fd(w, f) < 0 && bx_stream_ready_bytes(w, f) == 0;
}
