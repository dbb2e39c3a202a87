/* Shell patterns: the ways to ask agree with each other, in bounded time.  Input: flags, pattern, a
 * newline, subject. */
#include "shell/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const sh_pattern *p, bx_str s, bool ascii)
{
    bool whole = sh_pattern_match(p, s);
    ptrdiff_t shortest = sh_pattern_prefix(p, s, false), longest = sh_pattern_prefix(p, s, true);
    BX_ASSERT((shortest < 0) == (longest < 0) && shortest <= longest);
    BX_ASSERT(longest <= (ptrdiff_t)s.n && whole == (longest == (ptrdiff_t)s.n));
    if (shortest >= 0) {
        BX_ASSERT(sh_pattern_match(p, (bx_str){s.p, (size_t)shortest}));
        BX_ASSERT(sh_pattern_match(p, (bx_str){s.p, (size_t)longest}));
    }
    ptrdiff_t late = sh_pattern_suffix(p, s, false), early = sh_pattern_suffix(p, s, true);
    BX_ASSERT((late < 0) == (early < 0) && early <= late && late <= (ptrdiff_t)s.n);
    if (!ascii) /* an invalid byte of a pattern may match half a character from one side only */
        return;
    BX_ASSERT(whole == (early == 0));
    if (late >= 0)
        BX_ASSERT(sh_pattern_match(p, bx_str_from(s, (size_t)late)));
    size_t from, to;
    if (sh_pattern_find(p, s, 0, &from, &to)) {
        BX_ASSERT(from <= to && to <= s.n);
        BX_ASSERT(sh_pattern_match(p, (bx_str){s.p + from, to - from}));
    } else {
        BX_ASSERT(longest <= 0 && (early < 0 || (size_t)early == s.n));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 300 || memchr(data, 0, size))
        return 0;
    const char *text = (const char *)data + 1, *end = memchr(text, '\n', size - 1);
    if (!end)
        return 0;
    unsigned flags = data[0] & (SH_MATCH_EXTGLOB | SH_MATCH_NOCASE);
    sh_pattern *p = sh_pattern_new((bx_str){text, (size_t)(end - text)}, flags);
    bx_str s = {end + 1, size - 2 - (size_t)(end - text)};
    bool ascii = true;
    for (size_t i = 0; i < size; i++)
        ascii &= data[i] < 0x80;
    check(p, s, ascii);
    sh_pattern_free(p);
    return 0;
}
