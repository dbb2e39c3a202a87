#include "fetch/ascii.h"
#include "fetch/html_tok.h"

static const struct entity {
    const char *name;
    uint32_t cp   : 24;
    uint32_t bare : 1; /* counts without its semicolon */
} entities[] = {
#define ENTITY(name, cp, bare) {name, cp, bare},
#include "fetch/entities.def"
#undef ENTITY
};

enum { MAX_NAME = 32 };

void wf_add_utf8(bx_buf *b, uint32_t cp)
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        cp = 0xfffd;
    char u[4];
    size_t n;
    if (cp < 0x80) {
        u[0] = (char)cp;
        n = 1;
    } else if (cp < 0x800) {
        u[0] = (char)(0xc0 | cp >> 6);
        u[1] = (char)(0x80 | (cp & 63));
        n = 2;
    } else if (cp < 0x10000) {
        u[0] = (char)(0xe0 | cp >> 12);
        u[1] = (char)(0x80 | (cp >> 6 & 63));
        u[2] = (char)(0x80 | (cp & 63));
        n = 3;
    } else {
        u[0] = (char)(0xf0 | cp >> 18);
        u[1] = (char)(0x80 | (cp >> 12 & 63));
        u[2] = (char)(0x80 | (cp >> 6 & 63));
        u[3] = (char)(0x80 | (cp & 63));
        n = 4;
    }
    (void)bx_buf_add(b, u, n);
}

static const struct entity *find_entity(bx_str name)
{
    size_t lo = 0, hi = BX_COUNT(entities);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const char *have = entities[mid].name;
        int d = strncmp(have, name.p, name.n);
        if (d == 0 && have[name.n] == '\0')
            return &entities[mid];
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* HTML standard 13.2.5.80: what a number stands for. */
static uint32_t numeric_value(uint32_t n)
{
    static const uint16_t c1[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                    0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
    if (n >= 0x80 && n <= 0x9f)
        return c1[n - 0x80];
    return n == 0 ? 0xfffd : n;
}

/* "&#...": bytes used, 0 when it is none. */
static size_t numeric_ref(bx_str s, bx_buf *ret)
{
    size_t i = 2;
    bool hex = i < s.n && bx_lower(s.p[i]) == 'x';
    i += hex;
    size_t from = i;
    uint32_t value = 0;
    for (; i < s.n; i++) {
        char c = bx_lower(s.p[i]);
        uint32_t digit;
        if (bx_is_digit(c))
            digit = (uint32_t)(c - '0');
        else if (hex && c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else
            break;
        if (value <= 0x10ffff)
            value = value * (hex ? 16 : 10) + digit;
    }
    if (i == from)
        return 0;
    wf_add_utf8(ret, numeric_value(value));
    return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

/* "&name": bytes used, 0 when it is none.  The longest name that counts wins. */
static size_t named_ref(bx_str s, bool in_attr, bx_buf *ret)
{
    size_t n = 0;
    while (n < MAX_NAME && n + 1 < s.n && bx_is_alnum(s.p[n + 1]))
        n++;
    bx_str name = {s.p + 1, n};
    if (n + 1 < s.n && s.p[n + 1] == ';') {
        const struct entity *e = find_entity(name);
        if (e) {
            wf_add_utf8(ret, e->cp);
            return n + 2;
        }
    }
    for (; name.n >= 2; name.n--) {
        const struct entity *e = find_entity(name);
        if (!e || !e->bare)
            continue;
        char next = name.n + 1 < s.n ? s.p[name.n + 1] : '\0';
        if (in_attr && (next == '=' || bx_is_alnum(next)))
            return 0;
        wf_add_utf8(ret, e->cp);
        return name.n + 1;
    }
    return 0;
}

void wf_decode_refs(bx_str s, bool in_attr, bx_buf *ret)
{
    size_t at = 0;
    while (at < s.n) {
        const char *amp = memchr(s.p + at, '&', s.n - at);
        size_t end = amp ? (size_t)(amp - s.p) : s.n;
        (void)bx_buf_add(ret, s.p + at, end - at);
        at = end;
        if (!amp)
            break;
        bx_str rest = bx_str_from(s, at);
        size_t used =
            rest.n > 1 && rest.p[1] == '#' ? numeric_ref(rest, ret) : named_ref(rest, in_attr, ret);
        if (used == 0) {
            (void)bx_buf_add_c(ret, '&');
            used = 1;
        }
        at += used;
    }
}
