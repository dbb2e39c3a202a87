#include "fetch/window.h"

#include "lib/scan.h"

static uint64_t chars_of(bx_str s) { return bx_count_chars((const uint8_t *)s.p, s.n); }

/* Where character number `n` of `s` begins; its end, where it has no more than `n`. */
static size_t after_chars(bx_str s, uint64_t n)
{
    size_t at = 0;
    while (n >= 64 && s.n - at >= 64) { /* at most 64 characters: none is passed too many */
        n -= chars_of((bx_str){s.p + at, 64});
        at += 64;
    }
    for (; at < s.n; at++) {
        bool begins = ((unsigned char)s.p[at] & 0xc0) != 0x80;
        if (begins && n-- == 0)
            break;
    }
    return at;
}

wf_window wf_window_of(bx_str text, uint64_t offset, uint64_t max)
{
    size_t from = after_chars(text, offset);
    bx_str rest = bx_str_from(text, from);
    size_t n = after_chars(rest, max);
    wf_window w = {{rest.p, n}, chars_of(text), 0};
    if (n == rest.n)
        return w;
    w.next = offset + max;
    /* Between two lines, if one ends in the last fifth. */
    size_t least = after_chars(rest, max - max / 5 > 0 ? max - max / 5 - 1 : 0);
    const char *end = n > least ? memrchr(rest.p + least, '\n', n - least) : NULL;
    if (end) {
        w.shown.n = (size_t)(end - rest.p) + 1;
        w.next = offset + chars_of(w.shown);
    }
    return w;
}
