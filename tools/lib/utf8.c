#include "lib/utf8.h"

static unsigned begin(bx_utf8 *d, uint8_t byte, uint32_t *ret)
{
    d->lo = 0x80;
    d->hi = 0xbf;
    if (byte < 0x80) {
        *ret = byte;
        return 1;
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
        d->need = 1;
        d->cp = byte & 0x1fu;
        return 0;
    }
    if ((byte & 0xf0) == 0xe0) {
        d->lo = byte == 0xe0 ? 0xa0 : 0x80; /* no overlong forms */
        d->hi = byte == 0xed ? 0x9f : 0xbf; /* no surrogates */
        d->need = 2;
        d->cp = byte & 0x0fu;
        return 0;
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        d->lo = byte == 0xf0 ? 0x90 : 0x80;
        d->hi = byte == 0xf4 ? 0x8f : 0xbf; /* no more than U+10FFFF */
        d->need = 3;
        d->cp = byte & 0x07u;
        return 0;
    }
    *ret = BX_UTF8_BAD;
    return 1;
}

unsigned bx_utf8_push(bx_utf8 *d, uint8_t byte, uint32_t ret[2])
{
    if (d->need == 0)
        return begin(d, byte, ret);
    if (byte < d->lo || byte > d->hi) { /* the byte may begin the next character */
        d->need = 0;
        ret[0] = BX_UTF8_BAD;
        return 1 + begin(d, byte, ret + 1);
    }
    d->lo = 0x80;
    d->hi = 0xbf;
    d->cp = d->cp << 6 | (byte & 0x3fu);
    if (--d->need > 0)
        return 0;
    ret[0] = d->cp;
    return 1;
}

unsigned bx_utf8_end(bx_utf8 *d, uint32_t *ret)
{
    if (d->need == 0)
        return 0;
    d->need = 0;
    *ret = BX_UTF8_BAD;
    return 1;
}

size_t bx_utf8_encode(uint32_t cp, char out[4])
{
    if (cp >= BX_UTF8_BAD)
        cp = 0xfffd;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    out[0] = (char)(first[n] | cp);
    return n;
}
