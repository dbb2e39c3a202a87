#include "bx_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bx_utf8.h"

enum { EXIT_NO_OUTPUT = 74 }; /* EX_IOERR of sysexits.h */

static struct {
    char buf[8192];
    size_t n;
    unsigned depth;
    uint32_t has_member; /* bit per depth: a member precedes, so a comma comes first */
    bool after_key;
    bx_utf8 utf8;
    uint8_t base64_rest[2];
    size_t base64_rest_n;
} out;

_Static_assert(BX_JSON_MAX_DEPTH <= 32, "one bit of has_member per depth");

static void flush(void)
{
    size_t at = 0;
    while (at < out.n) {
        ssize_t n = write(STDOUT_FILENO, out.buf + at, out.n - at);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            _Exit(EXIT_NO_OUTPUT);
        at += (size_t)n;
    }
    out.n = 0;
}

static void put(const char *p, size_t n)
{
    while (n > 0) {
        if (out.n == sizeof out.buf)
            flush();
        size_t part = sizeof out.buf - out.n < n ? sizeof out.buf - out.n : n;
        memcpy(out.buf + out.n, p, part);
        out.n += part;
        p += part;
        n -= part;
    }
}

static void put_c(char c)
{
    if (out.n == sizeof out.buf)
        flush();
    out.buf[out.n++] = c;
}

/* What has to stand before the next value or key. */
static void separate(void)
{
    uint32_t bit = UINT32_C(1) << out.depth;
    if (!out.after_key && (out.has_member & bit))
        put_c(',');
    out.has_member |= bit;
    out.after_key = false;
}

void bx_json_open(char bracket)
{
    separate();
    put_c(bracket);
    if (++out.depth >= BX_JSON_MAX_DEPTH)
        abort();
    out.has_member &= ~(UINT32_C(1) << out.depth);
}

void bx_json_close(char bracket)
{
    if (out.depth == 0)
        abort();
    out.depth--;
    put_c(bracket);
}

void bx_json_key(const char *name)
{
    bx_json_str(name);
    put_c(':');
    out.after_key = true;
}

const char *bx_digits(int64_t n, char buf[24])
{
    char *at = buf + 23;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    *at = '\0';
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (n < 0)
        *--at = '-';
    return at;
}

void bx_json_int(int64_t n)
{
    char buf[24];
    const char *digits = bx_digits(n, buf);
    separate();
    put(digits, strlen(digits));
}

void bx_json_bool(bool b)
{
    separate();
    put(b ? "true" : "false", b ? 4 : 5);
}

void bx_json_null(void)
{
    separate();
    put("null", 4);
}

static void put_escaped(uint32_t cp)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "btn?fr"; /* U+0008 to U+000D; U+000B has no name */
    char bytes[6];
    if (cp == '"' || cp == '\\') {
        put((char[2]){'\\', (char)cp}, 2);
    } else if (cp >= 8 && cp <= 13 && cp != 11) {
        put((char[2]){'\\', names[cp - 8]}, 2);
    } else if (cp < 0x20 || cp == 0x7f) {
        memcpy(bytes, "\\u00", 4);
        bytes[4] = hex[cp >> 4];
        bytes[5] = hex[cp & 15];
        put(bytes, 6);
    } else {
        put(bytes, bx_utf8_encode(cp, bytes));
    }
}

static bool is_plain(uint8_t c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void bx_json_str_begin(void)
{
    separate();
    put_c('"');
    out.utf8 = (bx_utf8){0};
}

void bx_json_str_put(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n;) {
        size_t run = i;
        while (run < n && out.utf8.need == 0 && is_plain(p[run]))
            run++;
        if (run > i) {
            put((const char *)p + i, run - i);
            i = run;
            continue;
        }
        uint32_t cp[2];
        unsigned k = bx_utf8_push(&out.utf8, p[i++], cp);
        for (unsigned j = 0; j < k; j++)
            put_escaped(cp[j]);
    }
}

void bx_json_str_end(void)
{
    uint32_t cp;
    if (bx_utf8_end(&out.utf8, &cp))
        put_escaped(cp);
    put_c('"');
}

void bx_json_str(const char *s)
{
    bx_json_str_begin();
    bx_json_str_put(s, strlen(s));
    bx_json_str_end();
}

static void put_base64(const uint8_t *p, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
    char four[4] = {digit[v >> 18], digit[v >> 12 & 63], digit[v >> 6 & 63], digit[v & 63]};
    if (n < 3)
        four[3] = '=';
    if (n < 2)
        four[2] = '=';
    put(four, 4);
}

void bx_json_base64_begin(void)
{
    separate();
    put_c('"');
    out.base64_rest_n = 0;
}

void bx_json_base64_put(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    while (out.base64_rest_n > 0 && n > 0) {
        uint8_t three[3] = {out.base64_rest[0], out.base64_rest[1], *p};
        if (out.base64_rest_n == 2) {
            put_base64(three, 3);
            out.base64_rest_n = 0;
        } else {
            out.base64_rest[out.base64_rest_n++] = *p;
        }
        p++;
        n--;
    }
    for (; n >= 3; p += 3, n -= 3)
        put_base64(p, 3);
    for (; n > 0; n--)
        out.base64_rest[out.base64_rest_n++] = *p++;
}

void bx_json_base64_end(void)
{
    if (out.base64_rest_n > 0)
        put_base64(out.base64_rest, out.base64_rest_n);
    put_c('"');
}

void bx_json_end(void)
{
    put_c('\n');
    flush();
}
