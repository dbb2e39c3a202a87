/* common/prog_io.c - reading and writing in large blocks. */
#include "programs/common/prog_io.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

prog_writer prog_out = {.fd = 1};

/* ---- writing -----------------------------------------------------------------------------------
 */

int prog_write_all(int fd, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n > 0) {
        ssize_t done = write(fd, from, n);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EPIPE)
                _Exit(141);
            return errno;
        }
        from += done;
        n -= (size_t)done;
    }
    return 0;
}

int prog_flush(prog_writer *w)
{
    size_t n = w->n;
    w->n = 0;
    if (!w->error && n > 0)
        w->error = prog_write_all(w->fd, w->p, n);
    return w->error;
}

void prog_write_slow(prog_writer *w, const void *p, size_t n)
{
    if (!w->p) {
        w->p = prog_alloc(PROG_BLOCK);
        w->cap = PROG_BLOCK;
    }
    if (w->n > 0 && n < w->cap) { /* full blocks go out */
        size_t part = w->cap - w->n < n ? w->cap - w->n : n;
        memcpy(w->p + w->n, p, part);
        w->n += part;
        p = (const uint8_t *)p + part;
        n -= part;
    }
    if (w->n == w->cap || (n >= w->cap && w->n > 0))
        (void)prog_flush(w);
    if (n >= w->cap) {
        if (!w->error)
            w->error = prog_write_all(w->fd, p, n);
        return;
    }
    if (n)
        memcpy(w->p + w->n, p, n);
    w->n += n;
}

uint8_t *prog_room(prog_writer *w, size_t n)
{
    if (!w->p)
        prog_write_slow(w, "", 0);
    if (w->cap - w->n < n)
        (void)prog_flush(w);
    return w->p + w->n;
}

int prog_writer_close(prog_writer *w)
{
    int error = prog_flush(w);
    if (close(w->fd) != 0 && !error)
        error = errno;
    free(w->p);
    *w = (prog_writer){.fd = -1};
    return error;
}

void prog_check_out(void)
{
    if (prog_out.error)
        prog_exit(prog_status);
}

void prog_puts(prog_writer *w, const char *z) { prog_write(w, z, strlen(z)); }

void prog_fill(prog_writer *w, int c, size_t n)
{
    while (n > 0) {
        size_t part = n < 4096 ? n : 4096;
        memset(prog_room(w, part), c, part);
        w->n += part;
        n -= part;
    }
}

void prog_put_uint(prog_writer *w, uint64_t n, unsigned width, char fill)
{
    char text[20];
    size_t used = prog_digits(n, text);
    if (used < width)
        prog_fill(w, fill, width - used);
    prog_write(w, text, used);
}

void prog_put_int(prog_writer *w, int64_t n)
{
    if (n < 0)
        prog_putc(w, '-');
    prog_put_uint(w, n < 0 ? -(uint64_t)n : (uint64_t)n, 0, ' ');
}

void prog_printf(prog_writer *w, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0)
        return;
    if (n < (int)sizeof small) {
        prog_write(w, small, (size_t)n);
        return;
    }
    char *text = prog_alloc((size_t)n + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    prog_write(w, text, (size_t)n);
    free(text);
}

/* ---- reading ------------------------------------------------------------------------------------
 */

ssize_t prog_read(int fd, void *p, size_t n)
{
    for (;;) {
        ssize_t done = read(fd, p, n);
        if (done >= 0)
            return done;
        if (errno == EINTR)
            continue;
        int error = errno;
        struct stat st;
        if (error != EISDIR && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
            error = EISDIR;
        errno = error;
        return -1;
    }
}

bool prog_open(prog_reader *r, const char *name)
{
    *r = (prog_reader){.name = name};
    if (strcmp(name, "-") == 0)
        return true;
    do
        r->fd = open(name, O_RDONLY | O_CLOEXEC);
    while (r->fd < 0 && errno == EINTR);
    if (r->fd >= 0)
        return true;
    prog_warn_file(errno, name);
    return false;
}

bool prog_close(prog_reader *r)
{
    int error = r->error;
    if (r->fd > 0)
        (void)close(r->fd);
    free(r->p);
    if (error)
        prog_warn_file(error, r->name ? r->name : "-");
    *r = (prog_reader){.fd = -1, .eof = true};
    return error == 0;
}

bool prog_more(prog_reader *r)
{
    if (r->eof)
        return false;
    if (r->at == r->end)
        r->at = r->end = 0;
    if (r->end == r->cap) {
        if (r->at >= r->cap / 2 && r->at > 0) {
            memmove(r->p, r->p + r->at, r->end - r->at);
            r->end -= r->at;
            r->at = 0;
        } else {
            size_t cap = r->cap ? r->cap * 2 : PROG_READ_BLOCK;
            if (cap < r->cap)
                prog_no_memory();
            r->p = prog_realloc(r->p, cap, 1);
            r->cap = cap;
        }
    }
    ssize_t n = prog_read(r->fd, r->p + r->end, r->cap - r->end);
    if (n <= 0) {
        r->eof = true;
        r->error = n < 0 ? errno : 0;
        return false;
    }
    r->end += (size_t)n;
    return true;
}

bool prog_block(prog_reader *r, bx_str *ret)
{
    if (r->at == r->end && !prog_more(r))
        return false;
    *ret = (bx_str){(const char *)r->p + r->at, r->end - r->at};
    r->at = r->end;
    return true;
}

bool prog_line_slow(prog_reader *r, char delimiter, bx_str *ret, bool *ended)
{
    size_t looked = 0; /* bytes behind r->at without a delimiter */
    for (;;) {
        size_t n = r->end - r->at - looked;
        const uint8_t *hit = n ? memchr(r->p + r->at + looked, delimiter, n) : NULL;
        if (hit) {
            const uint8_t *from = r->p + r->at;
            *ret = (bx_str){(const char *)from, (size_t)(hit - from)};
            r->at += ret->n + 1;
            if (ended)
                *ended = true;
            return true;
        }
        looked += n;
        if (!prog_more(r))
            break;
    }
    if (looked == 0)
        return false;
    *ret = (bx_str){(const char *)r->p + r->at, looked};
    r->at = r->end;
    if (ended)
        *ended = false;
    return true;
}

void prog_read_rest(prog_reader *r, prog_buf *b)
{
    prog_buf_put(b, r->p ? r->p + r->at : NULL, r->end - r->at);
    r->at = r->end;
    while (!r->eof) {
        if (b->cap - b->n < PROG_BLOCK)
            prog_buf_room(b, PROG_READ_BLOCK);
        ssize_t n = prog_read(r->fd, b->p + b->n, b->cap - b->n);
        if (n <= 0) {
            r->eof = true;
            r->error = n < 0 ? errno : 0;
            return;
        }
        b->n += (size_t)n;
    }
}

void prog_unread(prog_reader *r)
{
    if (r->end > r->at && lseek(r->fd, -(off_t)(r->end - r->at), SEEK_CUR) >= 0)
        r->at = r->end;
}

int prog_each_file(char **names, size_t n, void (*f)(prog_reader *r, void *arg), void *arg)
{
    int status = 0;
    static char dash[] = "-", *only[] = {dash};
    if (n == 0) {
        names = only;
        n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        prog_reader r;
        if (!prog_open(&r, names[i])) {
            status = 1;
            continue;
        }
        f(&r, arg);
        if (!prog_close(&r))
            status = 1;
    }
    return status;
}
