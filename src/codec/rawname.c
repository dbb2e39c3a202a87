#include "codec/rawname.h"

#include "codec/utf8.h"

static const char head[] = "\xf4\x8f"; /* of U+10F000 to U+10FFFF */
enum { CHAR = 4 };

/* The byte that the character at `s` stands for; -1: none. */
static int byte_at(bx_str s)
{
    if (s.n < CHAR || memcmp(s.p, head, 2) != 0 || (uint8_t)s.p[2] < 0xbe)
        return -1;
    return (uint8_t)((uint8_t)s.p[2] << 6 | ((uint8_t)s.p[3] & 0x3f));
}

static void put_byte(uint8_t byte, char *out)
{
    memcpy(out, head, 2);
    out[2] = (char)(0xbc | byte >> 6);
    out[3] = (char)(0x80 | (byte & 0x3f));
}

size_t bx_rawname_show(bx_str raw, char *out, size_t cap)
{
    size_t to = 0;
    if (bx_utf8_valid(raw) && !bx_rawname_is_raw(raw)) {
        if (raw.n > cap)
            return SIZE_MAX;
        memcpy(out, raw.p, raw.n);
        return raw.n;
    }
    while (raw.n > 0) {
        size_t n = bx_utf8_char(raw);
        bool is_plain = n > 0 && byte_at(raw) < 0;
        n = n > 0 ? n : 1;
        if (cap - to < (is_plain ? n : CHAR * n))
            return SIZE_MAX;
        for (size_t i = 0; i < n && !is_plain; i++, to += CHAR)
            put_byte((uint8_t)raw.p[i], out + to);
        if (is_plain)
            memcpy(out + to, raw.p, n);
        to += is_plain ? n : 0;
        raw = bx_str_from(raw, n);
    }
    return to;
}

bool bx_rawname_is_raw(bx_str text)
{
    for (const char *at; text.n >= CHAR && (at = memchr(text.p, head[0], text.n)) != NULL;) {
        text = bx_str_from(text, (size_t)(at - text.p));
        if (byte_at(text) >= 0)
            return true;
        text = bx_str_from(text, 1);
    }
    return false;
}

/* Do the bytes raw[0..n) have the text that is shown for them?  Without a buffer for it: where a
 * byte was written as a character, no well-formed one may begin there but one of those. */
static bool is_the_text_of(bx_str text, bx_str raw)
{
    while (raw.n > 0) {
        size_t n = bx_utf8_char(raw);
        bool is_plain = n > 0 && byte_at(raw) < 0;
        n = n > 0 ? n : 1;
        for (size_t i = 0; i < n; i++) {
            int byte = byte_at(text);
            if (is_plain ? byte >= 0 || text.n == 0 : byte != (uint8_t)raw.p[i])
                return false;
            text = bx_str_from(text, is_plain ? 1 : CHAR);
        }
        raw = bx_str_from(raw, n);
    }
    return text.n == 0;
}

size_t bx_rawname_take(bx_str text, char *out)
{
    if (!bx_rawname_is_raw(text)) {
        memcpy(out, text.p, text.n);
        return text.n;
    }
    size_t to = 0;
    for (bx_str rest = text; rest.n > 0;) {
        int byte = byte_at(rest);
        out[to++] = byte >= 0 ? (char)byte : rest.p[0];
        rest = bx_str_from(rest, byte >= 0 ? CHAR : 1);
    }
    return is_the_text_of(text, (bx_str){out, to}) ? to : SIZE_MAX;
}
