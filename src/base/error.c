#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

_Thread_local long bx_test_fail_alloc = -1;

static bool alloc_must_fail(void)
{
    if (bx_test_fail_alloc == 0)
        return true;
    if (bx_test_fail_alloc > 0)
        bx_test_fail_alloc--;
    return false;
}

void *bx_calloc(size_t n, size_t size) { return alloc_must_fail() ? NULL : calloc(n, size); }

void *bx_realloc(void *p, size_t size) { return alloc_must_fail() ? NULL : realloc(p, size); }

char *bx_strndup(const char *p, size_t n)
{
    char *copy = bx_calloc(1, n + 1);
    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}

void bx_assert_failed(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "boxagnts: %s:%d: broken invariant: %s\n", file, line, what);
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

bx_code bx_fail_errno(bx_error *err, int sys, const char *fmt, ...)
{
    if (!err)
        return BX_EIO;
    char head[800], text[80];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    const char *why = strerror_r(sys, text, sizeof text); /* GNU: may return a static text */
    int n = snprintf(err->msg, sizeof err->msg, "%s: %s", head, why);
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
