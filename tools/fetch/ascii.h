/* fetch/ascii.h - character classes of the HTML and URL standards: ASCII only, no locale. */
#ifndef WF_ASCII_H
#define WF_ASCII_H

#include "base/defs.h"

static inline bool wf_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool wf_is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static inline bool wf_is_alnum(char c) { return wf_is_alpha(c) || wf_is_digit(c); }
static inline char wf_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* "ASCII whitespace" of the HTML standard. */
static inline bool wf_is_space(char c)
{
    const uint64_t set = 1ull << ' ' | 1ull << '\n' | 1ull << '\t' | 1ull << '\r' | 1ull << '\f';
    return (unsigned char)c <= ' ' && (set >> (unsigned char)c & 1);
}

static inline bool wf_eq_nocase(bx_str a, bx_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (wf_lower(a.p[i]) != wf_lower(b.p[i]))
            return false;
    return true;
}

static inline bx_str wf_trim(bx_str s)
{
    while (s.n && wf_is_space(s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && wf_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Where `needle` (lower case) begins in `s`, without regard to case; SIZE_MAX: nowhere. */
static inline size_t wf_find_nocase(bx_str s, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = 0; i + n <= s.n; i++)
        if (wf_eq_nocase((bx_str){s.p + i, n}, (bx_str){needle, n}))
            return i;
    return SIZE_MAX;
}

#endif
