/* fetch/ascii.h - what the parsers of web_fetch do with ASCII text beyond base/ascii.h. */
#ifndef WF_ASCII_H
#define WF_ASCII_H

#include "base/ascii.h"

static inline bx_str wf_trim(bx_str s)
{
    while (s.n && bx_is_space(s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && bx_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Where `needle` (lower case) begins in `s`, without regard to case; SIZE_MAX: nowhere. */
static inline size_t wf_find_nocase(bx_str s, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = 0; i + n <= s.n; i++)
        if (bx_str_eq_nocase((bx_str){s.p + i, n}, (bx_str){needle, n}))
            return i;
    return SIZE_MAX;
}

#endif
