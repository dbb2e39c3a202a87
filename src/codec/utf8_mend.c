#include "codec/utf8_mend.h"

#include "codec/utf8.h"

void bx_utf8_mend(bx_str s, bx_buf *out)
{
    if (bx_utf8_valid(s)) {
        (void)bx_buf_add_str(out, s);
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = bx_utf8_char(bx_str_from(s, i));
        if (n == 0) {
            (void)bx_buf_add(out, s.p + from, i - from);
            (void)bx_buf_add_z(out, "\xEF\xBF\xBD");
            from = i + 1;
        }
        i += n ? n : 1;
    }
    (void)bx_buf_add(out, s.p + from, s.n - from);
}
