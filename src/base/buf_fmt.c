/* The part of base/buf.h that needs printf, apart from the rest: a small guest that uses buffers
 * does without the largest part of its libc. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

bx_code bx_buf_addf(bx_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *at = NULL;
    bx_code rc = n < 0 ? BX_EINTERNAL : bx_buf_reserve(b, (size_t)n, &at);
    if (rc == BX_OK) {
        (void)vsnprintf(at, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
    return rc;
}

bx_code bx_buf_check(const bx_buf *b, bx_error *err)
{
    if (b->fail == BX_ELIMIT)
        return bx_fail(err, BX_ELIMIT, "more than %zu bytes", b->max);
    if (b->fail != BX_OK)
        return bx_fail(err, b->fail, "out of memory");
    return BX_OK;
}
