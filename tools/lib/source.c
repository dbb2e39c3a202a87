#include "lib/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/scan.h"
#include "lib/utf8.h"

static size_t read_some(bx_source *s, uint8_t *p, size_t n)
{
    while (!s->at_end) {
        ssize_t k = read(s->fd, p, n);
        if (k > 0 && s->seen)
            s->seen(s->seen_ctx, p, (size_t)k);
        if (k > 0)
            return (size_t)k;
        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (k < 0)
            s->error = errno;
        s->at_end = true;
    }
    return 0;
}

void bx_source_open(bx_source *s, int fd)
{
    size_t n = 0, k;
    memset(s, 0, offsetof(bx_source, raw));
    s->fd = fd;
    while (n < sizeof s->raw && (k = read_some(s, s->raw + n, sizeof s->raw - n)) > 0)
        n += k;
    s->p = s->raw;
    s->n = n;
}

void bx_source_as_text(bx_source *s)
{
    static const struct {
        const char *mark;
        size_t n;
        bx_encoding encoding;
    } marks[] = {
        {"\xef\xbb\xbf", 3, BX_UTF8_BOM}, {"\xff\xfe", 2, BX_UTF16LE}, {"\xfe\xff", 2, BX_UTF16BE}};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (s->n < marks[i].n || memcmp(s->raw, marks[i].mark, marks[i].n) != 0)
            continue;
        s->encoding = marks[i].encoding;
        s->at = marks[i].n;
        break;
    }
    if (s->encoding == BX_UTF16LE || s->encoding == BX_UTF16BE) {
        s->raw_at = s->at;
        s->raw_n = s->n;
        s->at = s->n = 0;
        s->p = s->decoded;
    }
}

static void decode(bx_source *s, uint32_t cp)
{
    char bytes[4] = {(char)0xff};
    size_t n = cp == BX_UTF8_BAD ? 1 : bx_utf8_encode(cp, bytes);
    memcpy(s->decoded + s->n, bytes, n);
    s->n += n;
}

static void decode_unit(bx_source *s, uint32_t unit)
{
    bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    if (s->high && is_low) {
        decode(s, 0x10000 + ((s->high - 0xd800) << 10) + (unit - 0xdc00));
        s->high = 0;
        return;
    }
    if (s->high)
        decode(s, BX_UTF8_BAD);
    s->high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
    if (!s->high)
        decode(s, is_low ? BX_UTF8_BAD : unit);
}

/* A unit may be split between two reads: the odd byte moves to the front. */
static void refill_units(bx_source *s)
{
    size_t rest = s->raw_n - s->raw_at;
    memmove(s->raw, s->raw + s->raw_at, rest);
    s->raw_at = 0;
    s->raw_n = rest + read_some(s, s->raw + rest, sizeof s->raw - rest);
}

static void decode_more(bx_source *s)
{
    s->at = s->n = 0;
    while (s->n == 0) {
        if (s->raw_n - s->raw_at < 2)
            refill_units(s);
        if (s->raw_n - s->raw_at < 2) { /* the end; half a unit or half a pair may be left */
            if (s->high || s->raw_n > s->raw_at)
                decode(s, BX_UTF8_BAD);
            s->high = 0;
            s->raw_at = s->raw_n;
            return;
        }
        for (size_t i = 0; i < BX_SOURCE_UNITS && s->raw_n - s->raw_at >= 2; i++, s->raw_at += 2) {
            uint32_t a = s->raw[s->raw_at], b = s->raw[s->raw_at + 1];
            decode_unit(s, s->encoding == BX_UTF16LE ? b << 8 | a : a << 8 | b);
        }
    }
}

bool bx_source_more(bx_source *s)
{
    if (s->at < s->n)
        return true;
    if (s->p == s->decoded) {
        decode_more(s);
    } else {
        s->at = 0;
        s->n = read_some(s, s->raw, sizeof s->raw);
    }
    return s->n > 0;
}

bool bx_source_skip(bx_source *s)
{
    s->at = s->n = s->raw_at = s->raw_n = 0;
    s->high = 0;
    return read_some(s, s->raw, sizeof s->raw) > 0;
}

uint64_t bx_source_skip_lines(bx_source *s, uint64_t lines, bool *ret_rest)
{
    uint64_t skipped = 0;
    *ret_rest = false;
    while (skipped < lines && bx_source_more(s)) {
        const uint8_t *p = s->p + s->at;
        size_t here = bx_count_byte(p, s->n - s->at, '\n');
        if (here < lines - skipped) {
            skipped += here;
            *ret_rest = s->p[s->n - 1] != '\n';
            s->at = s->n;
            continue;
        }
        *ret_rest = false;
        for (; skipped < lines; skipped++)
            s->at = (size_t)((const uint8_t *)memchr(s->p + s->at, '\n', s->n - s->at) - s->p) + 1;
    }
    return skipped;
}
