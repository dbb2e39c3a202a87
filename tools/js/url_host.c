/* Hosts: domains, IPv4 and IPv6 addresses, opaque ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js/text_codec.h"
#include "js/url_parse.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    int l = c | 0x20;
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* ---- IPv4 -------------------------------------------------------------------------------------
 */

/* "IPv4 number parser": -1: none, else at most 2^32. */
static int64_t ipv4_number(const char *p, size_t n)
{
    int base = 10;
    if (n == 0)
        return -1;
    if (n >= 2 && p[0] == '0' && (p[1] | 0x20) == 'x') {
        base = 16;
        p += 2;
        n -= 2;
    } else if (n >= 2 && p[0] == '0') {
        base = 8;
        p++;
        n--;
    }
    int64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        int d = hex_value(p[i]);
        if (d < 0 || d >= base)
            return -1;
        v = v * base + d;
        if (v > UINT32_MAX)
            v = (int64_t)UINT32_MAX + 1;
    }
    return v;
}

/* "ends in a number checker" */
static bool ends_in_number(const char *p, size_t n)
{
    if (n > 0 && p[n - 1] == '.')
        n--;
    size_t from = n;
    while (from > 0 && p[from - 1] != '.')
        from--;
    if (from == n)
        return false;
    bool digits = true;
    for (size_t i = from; i < n; i++)
        digits = digits && is_digit(p[i]);
    return digits || ipv4_number(p + from, n - from) >= 0;
}

static bool ipv4(const char *p, size_t n, js_text *to)
{
    int64_t parts[4];
    size_t count = 0;
    if (n > 0 && p[n - 1] == '.')
        n--;
    for (size_t i = 0; i <= n;) {
        size_t end = i;
        while (end < n && p[end] != '.')
            end++;
        if (count == 4 || (parts[count] = ipv4_number(p + i, end - i)) < 0)
            return false;
        count++;
        i = end + 1;
    }
    uint32_t v = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        v |= (uint32_t)parts[i] << (24 - 8 * i);
    }
    if (count == 0 || parts[count - 1] >= (int64_t)1 << (8 * (5 - count)))
        return false;
    v |= (uint32_t)parts[count - 1];
    char text[16];
    int k =
        snprintf(text, sizeof text, "%u.%u.%u.%u", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
    js_text_add(to, text, (size_t)k);
    return true;
}

/* ---- IPv6 -------------------------------------------------------------------------------------
 */

/* The address in dots at the end of an IPv6 address: its two pieces. */
static bool ipv4_tail(const char *p, size_t n, uint16_t *pieces)
{
    uint32_t bytes[4];
    size_t at = 0;
    for (size_t k = 0; k < 4; k++) {
        if (k > 0 && (at >= n || p[at++] != '.'))
            return false;
        size_t from = at;
        uint32_t v = 0;
        while (at < n && is_digit(p[at])) {
            if (at > from && v == 0)
                return false;
            v = v * 10 + (uint32_t)(p[at++] - '0');
            if (v > 255)
                return false;
        }
        if (at == from)
            return false;
        bytes[k] = v;
    }
    pieces[0] = (uint16_t)(bytes[0] << 8 | bytes[1]);
    pieces[1] = (uint16_t)(bytes[2] << 8 | bytes[3]);
    return at == n;
}

/* "IPv6 parser", of what is between the brackets. */
static bool ipv6_pieces(const char *p, size_t n, uint16_t pieces[8])
{
    size_t at = 0, count = 0;
    int compress = -1;
    memset(pieces, 0, 8 * sizeof *pieces);
    if (n > 0 && p[0] == ':') {
        if (n < 2 || p[1] != ':')
            return false;
        at = 2;
        compress = 0;
    }
    while (at < n) {
        if (count == 8)
            return false;
        if (p[at] == ':') {
            if (compress >= 0)
                return false;
            at++;
            compress = (int)count;
            continue;
        }
        uint32_t v = 0;
        size_t from = at;
        while (at < n && at - from < 4 && hex_value(p[at]) >= 0)
            v = v << 4 | (uint32_t)hex_value(p[at++]);
        if (at < n && p[at] == '.') {
            if (at == from || count > 6 || !ipv4_tail(p + from, n - from, pieces + count))
                return false;
            count += 2;
            break;
        }
        if (at < n && (p[at] != ':' || ++at == n))
            return false;
        pieces[count++] = (uint16_t)v;
    }
    if (compress >= 0) {
        size_t tail = count - (size_t)compress, gap = 8 - count;
        memmove(pieces + 8 - tail, pieces + compress, tail * sizeof *pieces);
        memset(pieces + compress, 0, gap * sizeof *pieces);
        return count < 8;
    }
    return count == 8;
}

static bool ipv6(const char *p, size_t n, js_text *to)
{
    uint16_t pieces[8];
    if (!ipv6_pieces(p, n, pieces))
        return false;
    size_t best = 8, best_n = 1; /* the first longest run of zeros, of at least two */
    for (size_t i = 0, run = 0; i < 8; i++) {
        run = pieces[i] == 0 ? run + 1 : 0;
        if (run > best_n) {
            best = i + 1 - run;
            best_n = run;
        }
    }
    js_text_put(to, '[');
    for (size_t i = 0; i < 8; i++) {
        if (i == best) {
            js_text_add(to, "::", i == 0 ? 2 : 1);
            i += best_n - 1;
            continue;
        }
        char text[8];
        int k = snprintf(text, sizeof text, "%x%s", pieces[i], i < 7 ? ":" : "");
        js_text_add(to, text, (size_t)k);
    }
    js_text_put(to, ']');
    return true;
}

/* ---- all hosts --------------------------------------------------------------------------------
 */

static bool is_forbidden(char c)
{
    return c == '\0' || c == '\t' || c == '\n' || c == '\r' ||
           (c != '\0' && strchr(" #/:<>?@[\\]^|", c) != NULL);
}

static bool opaque(const char *p, size_t n, js_text *to)
{
    for (size_t i = 0; i < n; i++) {
        if (is_forbidden(p[i]))
            return false;
        js_url_encode(p[i], JS_SET_C0, to);
    }
    return true;
}

static bool domain(const char *p, size_t n, js_text *to)
{
    js_text plain = {0}, ascii = {0};
    js_url_decode(p, n, &plain);
    bool ok = !plain.failed && js_domain_to_ascii(plain.p ? plain.p : "", plain.n, &ascii) &&
              !ascii.failed && ascii.n > 0;
    for (size_t i = 0; ok && i < ascii.n; i++) {
        char c = ascii.p[i];
        ok = !is_forbidden(c) && c != '%' && c != 0x7F && (unsigned char)c > 0x1F;
    }
    if (ok && ends_in_number(ascii.p, ascii.n))
        ok = ipv4(ascii.p, ascii.n, to);
    else if (ok)
        js_text_add(to, ascii.p, ascii.n);
    js_text_done(&plain);
    js_text_done(&ascii);
    return ok;
}

bool js_url_host(const char *p, size_t n, bool is_special, js_text *to)
{
    if (n > 0 && p[0] == '[')
        return n >= 2 && p[n - 1] == ']' && ipv6(p + 1, n - 2, to);
    return is_special ? domain(p, n, to) : opaque(p, n, to);
}
