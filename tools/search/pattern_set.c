#include "search/pattern_set.h"

#include "lib/utf8.h"

static void set_bit(bx_set *s, uint32_t c) { s->bits[c / 32] |= UINT32_C(1) << (c % 32); }

uint32_t bx_next_char(bx_str s, size_t *at)
{
    uint8_t first = (uint8_t)s.p[*at];
    size_t end = *at + 4 < s.n ? *at + 4 : s.n, i = *at;
    uint32_t cp[2];
    *at += 1;
    if (first < 0x80)
        return first;
    for (bx_utf8 d = {0}; i < end;) {
        unsigned n = bx_utf8_push(&d, (uint8_t)s.p[i++], cp);
        if (n == 0)
            continue;
        if (cp[0] == BX_UTF8_BAD)
            break;
        *at = i;
        return cp[0];
    }
    return BX_LONE_BYTE + first;
}

bool bx_set_has(const bx_set *s, uint32_t cp)
{
    if (cp == '/')
        return false;
    bool in = cp < 256 && (s->bits[cp / 32] >> (cp % 32) & 1);
    for (unsigned i = 0; !in && cp >= 256 && i < s->n; i++)
        in = cp >= s->lo[i] && cp <= s->hi[i];
    return in != s->negated;
}

/* ---- classes ------------------------------------------------------------------------------ */

static bool is_punct(uint32_t c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

static bool is_in_class(unsigned class, uint32_t c)
{
    bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    switch (class) {
    case 0: /* alnum */
        return upper || lower || digit;
    case 1: /* alpha */
        return upper || lower;
    case 2: /* blank */
        return c == ' ' || c == '\t';
    case 3: /* cntrl */
        return c < 0x20 || c == 0x7f;
    case 4: /* digit */
        return digit;
    case 5: /* graph */
        return c > ' ' && c < 0x7f;
    case 6: /* lower */
        return lower;
    case 7: /* print */
        return c >= ' ' && c < 0x7f;
    case 8: /* punct */
        return is_punct(c);
    case 9: /* space */
        return c == ' ' || (c >= '\t' && c <= '\r');
    case 10: /* upper */
        return upper;
    default: /* xdigit */
        return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}

static bool add_class(bx_set *s, bx_str name)
{
    static const char *const names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                        "lower", "print", "punct", "space", "upper", "xdigit"};
    for (unsigned i = 0; i < BX_COUNT(names); i++) {
        if (!bx_str_eq(name, bx_str_of(names[i])))
            continue;
        for (uint32_t c = 0; c < 128; c++)
            if (is_in_class(i, c))
                set_bit(s, c);
        return true;
    }
    return false;
}

/* ---- as people write them ------------------------------------------------------------------- */

static bx_code add_range(bx_set *s, uint32_t lo, uint32_t hi, bx_error *err)
{
    if (lo > hi)
        return bx_fail(err, BX_EINVAL, "a range in a set [...] runs backwards");
    for (uint32_t c = lo; c <= hi && c < 256; c++)
        set_bit(s, c);
    if (hi < 256)
        return BX_OK;
    if (s->n == BX_SET_RANGES)
        return bx_fail(err, BX_ELIMIT,
                       "a set [...] holds more than %d characters and ranges beyond U+00FF",
                       BX_SET_RANGES);
    s->lo[s->n] = lo < 256 ? 256 : lo;
    s->hi[s->n++] = hi;
    return BX_OK;
}

static bx_code fail_no_end(bx_str text, size_t begin, bx_error *err)
{
    return bx_fail(err, BX_EINVAL, "the set that begins with \"%.*s\" has no \"]\"; \\[ is a [",
                   (int)(text.n - begin > 20 ? 20 : text.n - begin), text.p + begin);
}

/* One character of a set, perhaps escaped. */
static bool take_char(bx_str text, size_t *at, uint32_t *ret)
{
    if (*at < text.n && text.p[*at] == '\\')
        ++*at;
    if (*at >= text.n)
        return false;
    *ret = bx_next_char(text, at);
    return true;
}

/* [:name:] at text.p[at]; its length, or 0. */
static size_t class_length(bx_str text, size_t at)
{
    if (text.n - at < 4 || text.p[at + 1] != ':')
        return 0;
    for (size_t i = at + 2; i + 1 < text.n && text.p[i] >= 'a' && text.p[i] <= 'z'; i++)
        if (text.p[i + 1] == ':')
            return i + 2 < text.n && text.p[i + 2] == ']' ? i + 3 - at : 0;
    return 0;
}

bx_code bx_set_parse(bx_str text, size_t *at, bx_set *ret, bx_error *err)
{
    bx_set s = {0};
    size_t begin = *at, i = begin + 1;
    if (i < text.n && (text.p[i] == '!' || text.p[i] == '^')) {
        s.negated = true;
        i++;
    }
    for (bool first = true; i < text.n && (first || text.p[i] != ']'); first = false) {
        size_t class = text.p[i] == '[' ? class_length(text, i) : 0;
        if (class > 0) {
            if (!add_class(&s, (bx_str){text.p + i + 2, class - 4}))
                return bx_fail(err, BX_EINVAL, "there is no class \"%.*s\" of characters",
                               (int)(class > 20 ? 20 : class), text.p + i);
            i += class;
            continue;
        }
        uint32_t lo, hi;
        if (!take_char(text, &i, &lo))
            return fail_no_end(text, begin, err);
        hi = lo;
        if (i + 1 < text.n && text.p[i] == '-' && text.p[i + 1] != ']') {
            i++;
            if (!take_char(text, &i, &hi))
                return fail_no_end(text, begin, err);
        }
        bx_code e = add_range(&s, lo, hi, err);
        if (e != BX_OK)
            return e;
    }
    if (i >= text.n)
        return fail_no_end(text, begin, err);
    *at = i + 1;
    *ret = s;
    return BX_OK;
}

/* ---- as git reads them ---------------------------------------------------------------------- */

/* The byte at text.p[i], and 0 where the text ends: git's patterns end with one. */
static uint8_t byte_at(bx_str text, size_t i) { return i < text.n ? (uint8_t)text.p[i] : 0; }

/* [:name:] at text.p[*at].  False: malformed.  *at moves to its last byte, or stays on the `[` that
 * then stands for itself. */
static bool git_class(bx_str text, size_t *at, bx_set *s, uint8_t *ret_last)
{
    size_t name = *at + 2, end = name;
    while (byte_at(text, end) != 0 && byte_at(text, end) != ']')
        end++;
    if (byte_at(text, end) == 0)
        return false;
    if (end == name || text.p[end - 1] != ':') {
        set_bit(s, '[');
        *ret_last = '[';
        return true;
    }
    *at = end;
    *ret_last = 0;
    return add_class(s, (bx_str){text.p + name, end - 1 - name});
}

bool bx_set_parse_git(bx_str text, size_t *at, bx_set *ret)
{
    bx_set s = {0};
    size_t i = *at + 1;
    uint8_t c = byte_at(text, i), last = 0; /* what a range may begin with; 0: nothing */
    if (c == '!' || c == '^') {
        s.negated = true;
        c = byte_at(text, ++i);
    }
    do {
        if (c == '\\') {
            c = byte_at(text, ++i);
        } else if (c == '-' && last != 0 && byte_at(text, i + 1) != 0 &&
                   byte_at(text, i + 1) != ']') {
            c = byte_at(text, ++i);
            if (c == '\\')
                c = byte_at(text, ++i);
            for (uint32_t in = last; c != 0 && in <= c; in++)
                set_bit(&s, in);
            last = 0;
            if (c == 0)
                return false;
            continue;
        } else if (c == '[' && byte_at(text, i + 1) == ':') {
            if (!git_class(text, &i, &s, &last))
                return false;
            continue;
        }
        if (c == 0)
            return false;
        set_bit(&s, c);
        last = c;
    } while ((c = byte_at(text, ++i)) != ']');
    *at = i + 1;
    *ret = s;
    return true;
}
