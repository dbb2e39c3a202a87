#include "shell/case.h"

#include <wctype.h>

bool sh_bytes;

uint32_t sh_char_code(const char *s, size_t n, size_t *ret_len)
{
    const unsigned char *p = (const unsigned char *)s;
    *ret_len = 1;
    if (p[0] < 0x80)
        return p[0];
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t bad = 0xdc00u + p[0];
    if (p[0] < 0xc2 || p[0] > 0xf4 || len > n || sh_bytes)
        return bad;
    uint32_t c = p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return bad;
        c = c << 6 | (p[i] & 0x3fu);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return bad;
    *ret_len = len;
    return c;
}

size_t sh_char_len(const char *s, size_t n)
{
    size_t len;
    sh_char_code(s, n, &len);
    return len;
}

bool sh_char_in(const char *set, const char *s, size_t len)
{
    for (size_t n = strlen(set), k; n; set += k, n -= k) {
        k = sh_char_len(set, n);
        if (k == len && memcmp(set, s, len) == 0)
            return true;
    }
    return false;
}

static size_t ascii_run(const char *s, size_t n)
{
    size_t i = 0;
    while (i + 8 <= n) {
        uint64_t w;
        memcpy(&w, s + i, 8);
        if (w & 0x8080808080808080u)
            break;
        i += 8;
    }
    while (i < n && !((unsigned char)s[i] & 0x80))
        i++;
    return i;
}

size_t sh_char_count(const char *s, size_t n)
{
    size_t i = 0, count = 0;
    if (sh_bytes)
        return n;
    while (i < n) {
        size_t run = ascii_run(s + i, n - i);
        i += run;
        count += run;
        if (i < n) {
            i += sh_char_len(s + i, n - i);
            count++;
        }
    }
    return count;
}

size_t sh_char_offset(const char *s, size_t n, size_t k)
{
    size_t i = 0;
    if (sh_bytes)
        return k < n ? k : n;
    while (k && i < n) {
        size_t run = ascii_run(s + i, n - i < k ? n - i : k);
        i += run;
        k -= run;
        if (k && i < n) {
            i += sh_char_len(s + i, n - i);
            k--;
        }
    }
    return i;
}

void sh_char_put(sh_buf *out, uint32_t c)
{
    if (c < 0x80) {
        sh_buf_c(out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : c < 0x200000 ? 3 : c < 0x4000000 ? 4 : 5;
    sh_buf_c(out, (char)((0xffu << (7 - more) & 0xff) | (c >> (6 * more) & 0x3f)));
    while (more--)
        sh_buf_c(out, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

static char ascii_case(char c, int how)
{
    if (c >= 'a' && c <= 'z' && how != SH_CASE_LOWER)
        return (char)(c - 32);
    if (c >= 'A' && c <= 'Z' && how != SH_CASE_UPPER)
        return (char)(c + 32);
    return c;
}

void sh_case_char(sh_buf *out, const char *s, size_t len, int how)
{
    if (len == 1) {
        sh_buf_c(out, (unsigned char)*s < 0x80 ? ascii_case(*s, how) : *s);
        return;
    }
    size_t used;
    wint_t c = (wint_t)sh_char_code(s, len, &used), to = c;
    if (how == SH_CASE_LOWER)
        to = towlower(c);
    else if (how == SH_CASE_UPPER)
        to = towupper(c);
    else
        to = towupper(c) != c ? towupper(c) : towlower(c);
    if (c == 0xdf) /* the sharp s has no capital in the locales of bash */
        to = c;
    sh_char_put(out, (uint32_t)to);
}

void sh_case_text(sh_buf *out, const char *s, size_t n, int how)
{
    size_t i = 0;
    if (how == SH_CASE_CAPITAL && n) {
        i = sh_char_len(s, n);
        sh_case_char(out, s, i, SH_CASE_UPPER);
        how = SH_CASE_LOWER;
    }
    while (i < n) {
        size_t len = sh_char_len(s + i, n - i);
        sh_case_char(out, s + i, len, how);
        i += len;
    }
}
