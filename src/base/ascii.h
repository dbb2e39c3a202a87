/* base/ascii.h - the ASCII classes and cases, without a locale; for the host and for guests.
 * A byte above 0x7f is in no class and is its own lower case. */
#ifndef BX_BASE_ASCII_H
#define BX_BASE_ASCII_H

#include "base/defs.h"

static inline bool bx_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool bx_is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static inline bool bx_is_alnum(char c) { return bx_is_alpha(c) || bx_is_digit(c); }
static inline char bx_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* The value of a hexadecimal digit of either case; -1: it is none. */
static inline int bx_hex_value(char c)
{
    if (bx_is_digit(c))
        return c - '0';
    c = bx_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "ASCII whitespace" of the WHATWG Infra standard. */
static inline bool bx_is_space(char c)
{
    const uint64_t set = 1ull << ' ' | 1ull << '\n' | 1ull << '\t' | 1ull << '\r' | 1ull << '\f';
    return (unsigned char)c <= ' ' && (set >> (unsigned char)c & 1);
}

/* Equal when the case of ASCII letters is ignored. */
static inline bool bx_str_eq_nocase(bx_str a, bx_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (bx_lower(a.p[i]) != bx_lower(b.p[i]))
            return false;
    return true;
}

#endif
