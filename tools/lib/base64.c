#include "lib/base64.h"

enum { BAD = 64 };

static unsigned value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : BAD;
}

size_t bx_base64_decode_here(char *text, size_t n, size_t *ret_n)
{
    size_t padding = 0, put = 0;
    while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
        padding++;
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned value = i < n - padding ? value_of(text[i]) : 0;
        if (value == BAD)
            return i;
        bits = bits << 6 | value;
        if (i % 4 == 3) { /* what is written was read before */
            text[put++] = (char)(bits >> 16);
            text[put++] = (char)(bits >> 8);
            text[put++] = (char)bits;
        }
    }
    if (n % 4 || (padding == 1 && (bits & 0xff)) || (padding == 2 && (bits & 0xffff)))
        return n % 4 ? n : n - padding - 1;
    *ret_n = put - padding;
    return SIZE_MAX;
}
