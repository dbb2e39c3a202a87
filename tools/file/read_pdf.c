#include "file/read_parts.h"
int bx_read_pdf(bx_reader *r, const uint8_t *p, size_t n)
{
    (void)p, (void)n;
    return bx_read_describe(r, bx_file_format_of(p, n), NULL, NULL);
}
