#include "codec/utf8.h"

/* RFC 3629 section 4, the table UTF8-octets: what the first byte allows for the second. */
static size_t shape_of(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF) {
        *low = first == 0xE0 ? 0xA0 : 0x80;
        *high = first == 0xED ? 0x9F : 0xBF;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *low = first == 0xF0 ? 0x90 : 0x80;
        *high = first == 0xF4 ? 0x8F : 0xBF;
        return 4;
    }
    return 0;
}

size_t bx_utf8_char(bx_str s)
{
    if (s.n == 0)
        return 0;
    uint8_t low, high;
    size_t n = shape_of((uint8_t)s.p[0], &low, &high);
    if (n > s.n)
        return 0;
    for (size_t i = 1; i < n; i++, low = 0x80, high = 0xBF)
        if ((uint8_t)s.p[i] < low || (uint8_t)s.p[i] > high)
            return 0;
    return n;
}

uint32_t bx_utf8_decode(bx_str s, size_t n)
{
    static const uint8_t lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = (uint8_t)s.p[0] & lead[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((uint8_t)s.p[i] & 0x3F);
    return c;
}

bool bx_utf8_valid(bx_str s)
{
    for (size_t i = 0; i < s.n;) {
        uint64_t eight;
        if (s.n - i >= sizeof eight) {
            memcpy(&eight, s.p + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        size_t n = bx_utf8_char(bx_str_from(s, i));
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}
