#include "js/text_codec.h"

#include <stdlib.h>
#include <string.h>

/* ---- UTF-8 ------------------------------------------------------------------------------------
 */

size_t js_utf8_step(const uint8_t *p, size_t n, bool *ok)
{
    uint8_t c = p[0], low = 0x80, high = 0xBF;
    size_t need;
    *ok = true;
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        need = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        need = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        need = 4;
    else
        need = 0;
    if (c == 0xE0)
        low = 0xA0;
    else if (c == 0xED)
        high = 0x9F;
    else if (c == 0xF0)
        low = 0x90;
    else if (c == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i < need; i++) {
        if (i >= n || p[i] < low || p[i] > high) {
            *ok = false;
            return i;
        }
        low = 0x80;
        high = 0xBF;
    }
    *ok = need > 0;
    return need > 0 ? need : 1;
}

/* Bytes of ASCII at the beginning. */
static size_t ascii_run(const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, 8);
        if (w & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

bool js_is_ascii(const uint8_t *p, size_t n) { return n == 0 || ascii_run(p, n) == n; }

size_t js_utf8_valid(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        bool ok = true;
        size_t k = p[i] < 0x80 ? ascii_run(p + i, n - i) : js_utf8_step(p + i, n - i, &ok);
        if (!ok)
            return i;
        i += k;
    }
    return n;
}

size_t js_utf8_unfinished(const uint8_t *p, size_t n)
{
    for (size_t k = 1; k <= 3 && k <= n; k++) {
        const uint8_t *s = p + n - k;
        if (*s >= 0x80 && *s < 0xC0)
            continue;
        /* It is unfinished if all there is fits a longer character. */
        uint8_t whole[4] = {0x80, 0x80, 0x80, 0x80};
        bool ok;
        size_t need = *s >= 0xF0 ? 4 : *s >= 0xE0 ? 3 : *s >= 0xC0 ? 2 : 1;
        memcpy(whole, s, k);
        if (k == 1 && (*s == 0xE0 || *s == 0xF0)) /* whose second byte is never 0x80 */
            whole[1] = 0xA0;
        return k < need && js_utf8_step(whole, need, &ok) == need && ok ? k : 0;
    }
    return 0;
}

size_t js_utf8_repair(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t i = 0, to = 0;
    while (i < n) {
        bool ok = true;
        size_t k = in[i] < 0x80 ? ascii_run(in + i, n - i) : js_utf8_step(in + i, n - i, &ok);
        if (out)
            memcpy(out + to, ok ? in + i : (const uint8_t *)"\xEF\xBF\xBD", ok ? k : 3);
        to += ok ? k : 3;
        i += k;
    }
    return to;
}

void js_utf8_replace_surrogates(uint8_t *p, size_t n)
{
    uint8_t *end = p + n;
    while (n >= 3 && (p = memchr(p, 0xED, (size_t)(end - p))) && end - p >= 3) {
        if (p[1] >= 0xA0)
            memcpy(p, "\xEF\xBF\xBD", 3);
        p += 3;
    }
}

size_t js_latin1_to_utf8(const uint8_t *in, size_t n, uint8_t *out)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] < 0x80) {
            if (out)
                out[to] = in[i];
            to++;
            continue;
        }
        if (out) {
            out[to] = (uint8_t)(0xC0 | in[i] >> 6);
            out[to + 1] = (uint8_t)(0x80 | (in[i] & 0x3F));
        }
        to += 2;
    }
    return to;
}

/* ---- hexadecimal and base64 -------------------------------------------------------------------
 */

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t js_hex_decode(const uint8_t *in, size_t n, uint8_t *out, size_t most)
{
    size_t to = 0;
    for (; to < most && to < n / 2; to++) {
        int high = digit(in[2 * to]), low = digit(in[2 * to + 1]);
        if (high < 0 || low < 0)
            break;
        out[to] = (uint8_t)(high << 4 | low);
    }
    return to;
}

void js_hex_encode(const uint8_t *in, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
}

static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

size_t js_base64_decode(const uint8_t *in, size_t n, uint8_t *out, size_t most)
{
    uint32_t bits = 0;
    size_t to = 0;
    int have = 0;
    for (size_t i = 0; i < n && to < most && in[i] != '='; i++) {
        int v = sextet(in[i]);
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[to++] = (uint8_t)(bits >> have);
        }
    }
    return to;
}

size_t js_base64_encode(const uint8_t *in, size_t n, bool is_url, char *out)
{
    static const char usual[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *digits = is_url ? url : usual;
    size_t to = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t v = (uint32_t)in[i] << 16 | (have > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                     (have > 2 ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            if (k <= have)
                out[to++] = digits[v >> (18 - 6 * k) & 63];
            else if (!is_url)
                out[to++] = '=';
        }
    }
    return to;
}

/* ---- finding ----------------------------------------------------------------------------------
 */

typedef struct {
    const uint8_t *p;
    size_t n, unit; /* n: units */
    bool backwards;
} units;

static uint32_t at(const units *u, size_t i)
{
    size_t k = u->backwards ? u->n - 1 - i : i;
    return u->unit == 1 ? u->p[k] : u->p[2 * k] | (uint32_t)u->p[2 * k + 1] << 8;
}

/* Knuth, Morris and Pratt, from either end. */
static ptrdiff_t search(const units *hay, const units *needle, size_t from)
{
    size_t m = needle->n;
    uint32_t *back = m <= SIZE_MAX / sizeof *back ? malloc(m * sizeof *back) : NULL;
    if (!back)
        return -2;
    back[0] = 0;
    for (size_t i = 1, k = 0; i < m; i++) {
        while (k > 0 && at(needle, i) != at(needle, k))
            k = back[k - 1];
        k += at(needle, i) == at(needle, k);
        back[i] = (uint32_t)k;
    }
    ptrdiff_t r = -1;
    for (size_t i = from, k = 0; i < hay->n && r < 0; i++) {
        while (k > 0 && at(hay, i) != at(needle, k))
            k = back[k - 1];
        k += at(hay, i) == at(needle, k);
        if (k == m)
            r = (ptrdiff_t)(i + 1 - m);
    }
    free(back);
    return r;
}

ptrdiff_t js_find(const uint8_t *hay, size_t n, const uint8_t *needle, size_t m, size_t unit,
                  size_t from, bool last)
{
    units h = {hay, n / unit, unit, last}, x = {needle, m / unit, unit, last};
    if (x.n == 0 || x.n > h.n || (!last && from > h.n - x.n))
        return -1;
    if (!last && unit == 1) {
        const uint8_t *p = m == 1 ? memchr(hay + from, needle[0], n - from)
                                  : memmem(hay + from, n - from, needle, m);
        return p ? p - hay : -1;
    }
    if (!last)
        return search(&h, &x, from);
    size_t most = h.n - x.n; /* the last place there is */
    ptrdiff_t r = search(&h, &x, from < most ? most - from : 0);
    return r < 0 ? r : (ptrdiff_t)(h.n - x.n) - r;
}
