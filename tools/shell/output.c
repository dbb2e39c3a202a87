/* shell/output.c - standard output of builtins, held back until somebody else could write there,
 * and messages on standard error. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "shell/run.h"

enum { OUT_HOLD = 32768 };

static int write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t did = write(fd, p, n);
        if (did < 0) {
            if (errno == EINTR)
                continue;
            return errno;
        }
        p += did, n -= (size_t)did;
    }
    return 0;
}

int sh_flush(shell *sh)
{
    if (sh->out.n == 0 || (sh->capture && !sh->capture->real))
        return 0;
    size_t n = sh->out.n;
    sh->out.n = 0;
    int error = write_all(1, sh->out.p, n);
    if (error) {
        if (error == EPIPE && sh_broken_pipe(sh))
            return error;
        sh->out_error = error;
    }
    return error;
}

void sh_put(shell *sh, const char *p, size_t n)
{
    if (sh->unwind == SH_EXIT && sh->broken_pipe)
        return;
    sh_buf_add(&sh->out, p, n);
    if (sh->out.n >= OUT_HOLD)
        (void)sh_flush(sh);
}

void sh_puts(shell *sh, const char *s) { sh_put(sh, s, strlen(s)); }

static void BX_PRINTF(2, 0)
add_format(sh_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        sh_buf_grow(b, (size_t)n + 1);
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void sh_printf(shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sh_buf b = {0};
    add_format(&b, fmt, ap);
    va_end(ap);
    sh_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

void sh_err_put(shell *sh, const char *p, size_t n)
{
    (void)sh_flush(sh);
    if (sh->err_fd >= 0)
        (void)write_all(sh->err_fd, p, n);
}

static void add_prolog(shell *sh, sh_buf *b)
{
    sh_buf_z(b, sh_error_name(sh));
    if (!sh->interactive || sh->source_depth > 0) {
        sh_buf_z(b, ": line ");
        sh_buf_int(b, sh->line);
    }
    sh_buf_z(b, ": ");
}

void sh_error(shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sh_buf b = {0};
    add_prolog(sh, &b);
    add_format(&b, fmt, ap);
    sh_buf_c(&b, '\n');
    va_end(ap);
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

void sh_error_plain(shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sh_buf b = {0};
    sh_buf_z(&b, sh_error_name(sh));
    sh_buf_z(&b, ": ");
    add_format(&b, fmt, ap);
    sh_buf_c(&b, '\n');
    va_end(ap);
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

void sh_builtin_error(shell *sh, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sh_buf b = {0};
    add_prolog(sh, &b);
    if (sh->builtin) {
        sh_buf_z(&b, sh->builtin);
        sh_buf_z(&b, ": ");
    }
    add_format(&b, fmt, ap);
    sh_buf_c(&b, '\n');
    va_end(ap);
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

int sh_builtin_usage(shell *sh)
{
    const sh_builtin *b = sh->builtin ? sh_builtin_any(sh->builtin) : NULL;
    if (b) {
        sh_buf t = {0};
        sh_buf_z(&t, b->name);
        sh_buf_z(&t, ": usage: ");
        sh_buf_z(&t, b->usage);
        sh_buf_c(&t, '\n');
        sh_err_put(sh, t.p, t.n);
        sh_buf_done(&t);
    }
    return 2;
}

char *sh_format(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sh_buf b = {0};
    add_format(&b, fmt, ap);
    va_end(ap);
    return sh_buf_take(&b);
}

const char *sh_strerror(int error)
{
#ifdef ENOTCAPABLE
    if (error == ENOTCAPABLE)
        error = EACCES;
#endif
    return strerror(error);
}
