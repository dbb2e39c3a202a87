#include "codec/shown.h"

#include <stdio.h>

#include "codec/utf8.h"

bool bx_shown_plain(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } rows[] = {
#define BX_UNSHOWN(first, last) {first, last},
#include "bx_unshown.def"
#undef BX_UNSHOWN
    };
    for (size_t i = 0; i < BX_COUNT(rows) && rows[i].first <= c; i++) {
        if (c <= rows[i].last)
            return false;
    }
    return true;
}

static const char *short_form(char c)
{
    return c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : NULL;
}

size_t bx_shown_char(bx_str s, char room[BX_SHOWN_ROOM], bx_str *form)
{
    size_t n = bx_utf8_char(s);
    uint32_t c = n ? bx_utf8_decode(s, n) : (uint8_t)s.p[0];
    if (n && bx_shown_plain(c)) {
        *form = (bx_str){s.p, n};
        return n;
    }
    const char *name = n ? short_form(s.p[0]) : NULL;
    if (name)
        *form = bx_str_of(name);
    else
        *form = (bx_str){room, (size_t)snprintf(room, BX_SHOWN_ROOM, n ? "\\u{%x}" : "\\x%02x", c)};
    return n ? n : 1;
}

void bx_shown_add(bx_buf *out, bx_str s, size_t max)
{
    size_t begin = out->n;
    while (s.n && out->fail == BX_OK) {
        char room[BX_SHOWN_ROOM];
        bx_str form;
        size_t used = bx_shown_char(s, room, &form);
        if (out->n - begin + form.n > max) {
            (void)bx_buf_add_z(out, "…");
            return;
        }
        (void)bx_buf_add_str(out, form);
        s = bx_str_from(s, used);
    }
}
