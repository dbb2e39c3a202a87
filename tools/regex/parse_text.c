/* The text of a pattern, character by character, and what is said about it. */
#include "regex/parse.h"

/* The character at `at`, which is not the end; its length into *ret.  What is no UTF-8 counts as
 * one byte. */
static uint32_t decode(const bx_parser *ps, size_t at, size_t *ret)
{
    const uint8_t *p = ps->p + at;
    size_t left = ps->n - at;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *ret = n = n < left ? n : left;
    uint32_t cp = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        cp = cp << 6 | (p[i] & 0x3f);
    return cp <= BX_CP_MAX ? cp : 0xfffd;
}

uint32_t bx_peek(const bx_parser *ps)
{
    size_t n;
    return ps->at < ps->n ? decode(ps, ps->at, &n) : BX_END;
}

uint32_t bx_peek_behind(const bx_parser *ps)
{
    size_t n;
    if (ps->at >= ps->n)
        return BX_END;
    (void)decode(ps, ps->at, &n);
    return ps->at + n < ps->n ? decode(ps, ps->at + n, &n) : BX_END;
}

void bx_bump(bx_parser *ps)
{
    size_t n = 0;
    if (ps->at < ps->n)
        (void)decode(ps, ps->at, &n);
    ps->at += n;
}

bool bx_accept(bx_parser *ps, const char *z)
{
    size_t n = strlen(z);
    if (ps->n - ps->at < n || memcmp(ps->p + ps->at, z, n) != 0)
        return false;
    ps->at += n;
    return true;
}

static bool is_blank(uint32_t c)
{
    return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0x200e || c == 0x200f ||
           c == 0x2028 || c == 0x2029;
}

void bx_skip_blanks(bx_parser *ps)
{
    while (ps->flags.verbose && ps->at < ps->n) {
        if (is_blank(bx_peek(ps))) {
            bx_bump(ps);
        } else if (ps->p[ps->at] == '#') {
            const uint8_t *lf = memchr(ps->p + ps->at, '\n', ps->n - ps->at);
            ps->at = lf ? (size_t)(lf - ps->p) + 1 : ps->n;
        } else {
            return;
        }
    }
}

static void put(bx_error *err, const char *z, size_t n)
{
    size_t have = strlen(err->msg);
    if (n > sizeof err->msg - 1 - have)
        n = sizeof err->msg - 1 - have;
    memcpy(err->msg + have, z, n);
    err->msg[have + n] = '\0';
}

static void put_z(bx_error *err, const char *z) { put(err, z, strlen(z)); }

static uint32_t fail(bx_parser *ps, bx_code code)
{
    if (ps->fail != BX_OK)
        return 0;
    ps->fail = code;
    if (ps->err)
        *ps->err = (bx_error){.code = code};
    return 0;
}

/* "at character 5, before 'x+)'" */
static void put_place(bx_parser *ps, size_t at)
{
    char digits[24];
    size_t number = 1, n, k = sizeof digits;
    for (size_t i = 0; i < at; i++)
        number += (ps->p[i] & 0xc0) != 0x80;
    do
        digits[--k] = (char)('0' + number % 10);
    while (number /= 10);
    put_z(ps->err, " at character ");
    put(ps->err, digits + k, sizeof digits - k);
    if (at >= ps->n)
        return;
    size_t end = at;
    for (int i = 0; i < 24 && end < ps->n; i++, end += n)
        (void)decode(ps, end, &n);
    put_z(ps->err, ", where it goes on with ");
    put(ps->err, (const char *)ps->p + at, end - at);
    if (end < ps->n)
        put_z(ps->err, "…");
}

uint32_t bx_parse_fail(bx_parser *ps, size_t at, const char *what)
{
    if (ps->fail != BX_OK)
        return 0;
    fail(ps, BX_EINVAL);
    if (ps->err) {
        put_z(ps->err, what);
        put_place(ps, at);
    }
    return 0;
}

uint32_t bx_parse_too_large(bx_parser *ps)
{
    if (ps->fail == BX_OK && (fail(ps, BX_ELIMIT), ps->err))
        put_z(ps->err, "the pattern is too large: shorten it, or lower the numbers of its "
                       "repetitions");
    return 0;
}

uint32_t bx_parse_no_memory(bx_parser *ps)
{
    if (ps->fail == BX_OK && (fail(ps, BX_ENOMEM), ps->err))
        put_z(ps->err, "not enough memory for the pattern");
    return 0;
}
