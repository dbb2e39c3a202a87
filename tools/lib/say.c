#include "lib/say.h"

#include <stdarg.h>

#include "lib/out.h"

void bx_say(bx_buf *b, const char *part, ...)
{
    va_list ap;
    va_start(ap, part);
    for (; part; part = va_arg(ap, const char *))
        (void)bx_buf_add_z(b, part);
    va_end(ap);
}

void bx_say_int(bx_buf *b, uint64_t n)
{
    char digits[24];
    (void)bx_buf_add_z(b, bx_digits((int64_t)n, digits));
}

void bx_say_count(bx_buf *b, uint64_t n, const char *one, const char *many)
{
    bx_say_int(b, n);
    bx_say(b, " ", n == 1 ? one : many, NULL);
}
