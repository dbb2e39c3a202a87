#include "codec/host.h"

#include "base/ascii.h"

enum { MAX_LABEL = 63 };

/* Decimal digits only, or "0x" and hexadecimal digits, of which there may be none. */
static bool is_number(bx_str label)
{
    bool hex = label.n >= 2 && label.p[0] == '0' && bx_lower(label.p[1]) == 'x';
    for (size_t i = hex ? 2 : 0; i < label.n; i++)
        if (hex ? bx_hex_value(label.p[i]) < 0 : !bx_is_digit(label.p[i]))
            return false;
    return true;
}

static bool is_label(bx_str l)
{
    if (l.n == 0 || l.n > MAX_LABEL || l.p[0] == '-' || l.p[l.n - 1] == '-')
        return false;
    for (size_t i = 0; i < l.n; i++)
        if (!bx_is_alnum(l.p[i]) && l.p[i] != '-' && l.p[i] != '_')
            return false;
    return true;
}

bool bx_host_name(bx_str s, char out[BX_MAX_HOST + 1], size_t *ret_n)
{
    if (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (s.n == 0 || s.n > BX_MAX_HOST)
        return false;
    for (size_t i = 0; i <= s.n;) {
        const char *dot = i < s.n ? memchr(s.p + i, '.', s.n - i) : NULL;
        size_t end = dot ? (size_t)(dot - s.p) : s.n;
        bx_str label = {s.p + i, end - i};
        if (!is_label(label) || (end == s.n && is_number(label)))
            return false;
        i = end + 1;
    }
    for (size_t i = 0; i < s.n; i++)
        out[i] = bx_lower(s.p[i]);
    out[s.n] = '\0';
    *ret_n = s.n;
    return true;
}
