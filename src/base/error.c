#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void bx_assert_failed(const char *file, int line, const char *what)
{
    char text[512];
    (void)snprintf(text, sizeof text, "boxagnts: %s:%d: broken invariant: %s\n", file, line, what);
    /* Past the streams: another thread may hold their lock, and a guest has none. */
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* if not, there is nobody to tell */
    abort();
}

static void mark_truncated(char *msg, size_t cap, int want)
{
    if (want < 0 || (size_t)want >= cap)
        memcpy(msg + cap - 4, "...", 4);
}

bx_code bx_fail(bx_error *err, bx_code code, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    mark_truncated(err->msg, sizeof err->msg, n);
    err->code = code;
    err->sys = 0;
    return code;
}

/* The text of errno `sys`, for which `room` has place.  A guest has one thread, and its strerror_r
 * is POSIX's, which returns a number. */
static const char *sys_text(int sys, char *room, size_t n)
{
#ifdef __wasi__
    (void)room, (void)n;
    return strerror(sys);
#else
    return strerror_r(sys, room, n); /* GNU's: may return a static text */
#endif
}

bx_code bx_fail_errno(bx_error *err, int sys, const char *fmt, ...)
{
    if (!err)
        return BX_EIO;
    char head[800], text[80];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    int n = snprintf(err->msg, sizeof err->msg, "%s: %s", head, sys_text(sys, text, sizeof text));
    mark_truncated(err->msg, sizeof err->msg, n);
    err->code = BX_EIO;
    err->sys = sys;
    return BX_EIO;
}

bx_code bx_wrap(bx_code code, bx_error *err, const char *fmt, ...)
{
    if (!err || code == BX_OK)
        return code;
    char head[400], old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    int n = snprintf(err->msg, sizeof err->msg, "%s: %s", head, old);
    mark_truncated(err->msg, sizeof err->msg, n);
    return code;
}

const char *bx_code_name(bx_code code)
{
    static const char *const names[] = {
#define BX_CODE(name, text) #name,
#include "base/codes.def"
#undef BX_CODE
    };
    return (size_t)code < BX_COUNT(names) ? names[code] : "BX_?";
}
