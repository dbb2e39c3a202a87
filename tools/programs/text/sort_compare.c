/* text/sort_compare.c - the order of two keys. */
#include "programs/text/sort.h"

#include "programs/common/prog_version.h"

/* ---- numbers as text: of any length, exactly ----------------------------------------------------
 */

typedef struct decimal {
    bool negative, zero;
    const char *whole; /* without leading zeros */
    size_t n_whole;
    const char *fraction; /* without trailing zeros */
    size_t n_fraction;
    const char *end;
} decimal;

static void decimal_read(bx_str s, decimal *ret)
{
    const char *p = s.p, *end = s.p + s.n;
    decimal d = {0};
    while (p < end && (prog_is_blank(*p) || *p == '\n'))
        p++;
    if (p < end && *p == '-') {
        d.negative = true;
        p++;
    }
    while (p < end && *p == '0')
        p++;
    d.whole = p;
    while (p < end && prog_is_digit(*p))
        p++;
    d.n_whole = (size_t)(p - d.whole);
    d.fraction = p;
    if (p < end && *p == '.') {
        d.fraction = ++p;
        const char *last = p;
        for (; p < end && prog_is_digit(*p); p++)
            if (*p != '0')
                last = p + 1;
        d.n_fraction = (size_t)(last - d.fraction);
    }
    d.zero = d.n_whole == 0 && d.n_fraction == 0;
    d.negative = d.negative && !d.zero;
    d.end = p;
    *ret = d;
}

static int decimal_magnitude(const decimal *a, const decimal *b)
{
    if (a->n_whole != b->n_whole)
        return a->n_whole < b->n_whole ? -1 : 1;
    int c = a->n_whole ? memcmp(a->whole, b->whole, a->n_whole) : 0;
    if (c)
        return c;
    size_t n = a->n_fraction < b->n_fraction ? a->n_fraction : b->n_fraction;
    c = n ? memcmp(a->fraction, b->fraction, n) : 0;
    return c ? c : (a->n_fraction > b->n_fraction) - (a->n_fraction < b->n_fraction);
}

static int decimal_compare(const decimal *a, const decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int c = decimal_magnitude(a, b);
    return a->negative ? -c : c;
}

/* The order of the unit behind a number: K 1, M 2 … negative with the number. */
static int unit_of(bx_str s, const decimal *d)
{
    static const char units[] = "KMGTPEZY";
    if (d->zero || d->end >= s.p + s.n)
        return 0;
    char c = *d->end == 'k' ? 'K' : *d->end;
    const char *hit = c ? strchr(units, c) : NULL;
    int order = hit ? (int)(hit - units) + 1 : 0;
    return d->negative ? -order : order;
}

/* ---- months, general numbers, random
 * -------------------------------------------------------------- */

static int month_of(bx_str s)
{
    static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    size_t i = 0;
    while (i < s.n && prog_is_blank(s.p[i]))
        i++;
    if (s.n - i < 3)
        return 0;
    char name[3] = {(char)prog_upper(s.p[i]), (char)prog_upper(s.p[i + 1]),
                    (char)prog_upper(s.p[i + 2])};
    for (int m = 0; m < 12; m++)
        if (memcmp(names + 3 * m, name, 3) == 0)
            return m + 1;
    return 0;
}

/* 0: no number, 1: NaN, 2: a number */
static int general_of(bx_str s, double *ret)
{
    char small[64], *text = s.n < sizeof small ? small : prog_alloc(s.n + 1);
    if (s.n)
        memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    char *end;
    *ret = strtod(text, &end);
    bool number = end != text;
    if (text != small)
        free(text);
    return !number ? 0 : *ret != *ret ? 1 : 2;
}

static int general_compare(bx_str a, bx_str b)
{
    double x, y;
    int kind_x = general_of(a, &x), kind_y = general_of(b, &y);
    if (kind_x != kind_y)
        return kind_x - kind_y;
    if (kind_x == 0)
        return 0;
    if (kind_x == 1)
        return memcmp(&x, &y, sizeof x);
    return (x > y) - (x < y);
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

static uint64_t hash_of(const sort_rules *r, bx_str s)
{
    uint64_t h = r->seed;
    for (; s.n >= 8; s.p += 8, s.n -= 8) {
        uint64_t word;
        memcpy(&word, s.p, 8);
        h = mix(h ^ word);
    }
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
    return mix(h ^ s.n);
}

/* ---- text
 * ------------------------------------------------------------------------------------------ */

static int bytes_compare(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static bool is_ignored(const sort_key *k, unsigned char c)
{
    if (k->dictionary)
        return !(prog_is_alpha(c) || prog_is_digit(c) || prog_is_blank(c) || c == '\n');
    return k->printable && !prog_is_print(c);
}

static int folded(const sort_key *k, unsigned char c) { return k->fold ? prog_upper(c) : c; }

static int translated_compare(const sort_key *k, bx_str a, bx_str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.n && is_ignored(k, (unsigned char)a.p[i]))
            i++;
        while (j < b.n && is_ignored(k, (unsigned char)b.p[j]))
            j++;
        if (i == a.n || j == b.n)
            return (i < a.n) - (j < b.n);
        int c = folded(k, (unsigned char)a.p[i++]) - folded(k, (unsigned char)b.p[j++]);
        if (c)
            return c;
    }
}

bool sort_is_translated(const sort_key *k) { return k->fold || k->dictionary || k->printable; }

static int random_compare(const sort_rules *r, bx_str a, bx_str b)
{
    uint64_t x = hash_of(r, a), y = hash_of(r, b);
    return x != y ? (x < y ? -1 : 1) : bytes_compare(a, b);
}

size_t sort_translate(const sort_key *k, bx_str s, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!is_ignored(k, (unsigned char)s.p[i]))
            to[n++] = (char)folded(k, (unsigned char)s.p[i]);
    return n;
}

int sort_kind_compare(const sort_rules *r, const sort_key *k, bx_str a, bx_str b)
{
    decimal x, y;
    int unit_x, unit_y;
    switch (k->by) {
    case SORT_NUMERIC:
        decimal_read(a, &x);
        decimal_read(b, &y);
        return decimal_compare(&x, &y);
    case SORT_HUMAN:
        decimal_read(a, &x);
        decimal_read(b, &y);
        unit_x = unit_of(a, &x);
        unit_y = unit_of(b, &y);
        return unit_x != unit_y ? unit_x - unit_y : decimal_compare(&x, &y);
    case SORT_GENERAL:
        return general_compare(a, b);
    case SORT_MONTH:
        return month_of(a) - month_of(b);
    case SORT_VERSION:
        return prog_version_compare(a, b);
    case SORT_RANDOM:
        return random_compare(r, a, b);
    default:
        return bytes_compare(a, b);
    }
}

static int key_compare(const sort_rules *r, const sort_key *k, bx_str a, bx_str b)
{
    if (!sort_is_translated(k))
        return sort_kind_compare(r, k, a, b);
    if (k->by == SORT_TEXT)
        return translated_compare(k, a, b);
    char *x = prog_alloc(a.n), *y = prog_alloc(b.n);
    bx_str text_a = {x, sort_translate(k, a, x)}, text_b = {y, sort_translate(k, b, y)};
    int c = sort_kind_compare(r, k, text_a, text_b);
    free(x);
    free(y);
    return c;
}

int sort_compare_keys(const sort_rules *r, bx_str a, bx_str b)
{
    if (r->plain) {
        int c = bytes_compare(a, b);
        return r->global.reverse ? -c : c;
    }
    for (size_t i = 0; i < r->n_keys; i++) {
        const sort_key *k = &r->keys[i];
        int c = key_compare(r, k, sort_key_part(r, k, a), sort_key_part(r, k, b));
        if (c)
            return k->reverse ? -c : c;
    }
    return 0;
}

int sort_compare(const sort_rules *r, const sort_line *a, const sort_line *b)
{
    if (a->cache != b->cache)
        return a->cache < b->cache ? -1 : 1;
    bx_str x = {a->p, a->n}, y = {b->p, b->n};
    int c = sort_compare_keys(r, x, y);
    if (c || !r->last_resort || r->plain)
        return c;
    c = bytes_compare(x, y);
    return r->global.reverse ? -c : c;
}

/* ---- the first eight bytes' worth of a key
 * ---------------------------------------------------------- */

static uint64_t text_cache(bx_str s)
{
    uint64_t word = 0;
    if (s.n >= 8) {
        memcpy(&word, s.p, 8);
        return __builtin_bswap64(word);
    }
    for (size_t i = 0; i < s.n; i++)
        word |= (uint64_t)(uint8_t)s.p[i] << (56 - 8 * i);
    return word;
}

static uint64_t translated_cache(const sort_key *k, bx_str s)
{
    uint64_t word = 0;
    int shift = 56;
    for (size_t i = 0; i < s.n && shift >= 0; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_ignored(k, c))
            continue;
        word |= (uint64_t)folded(k, c) << shift;
        shift -= 8;
    }
    return word;
}

/* Numbers below 10^15 with three digits of their fraction; larger ones all alike. */
static uint64_t decimal_cache(const decimal *d)
{
    uint64_t n = 0;
    if (d->n_whole > 15) {
        n = UINT64_C(1) << 62;
    } else {
        for (size_t i = 0; i < d->n_whole; i++)
            n = n * 10 + (uint64_t)(d->whole[i] - '0');
        for (size_t i = 0; i < 3; i++)
            n = n * 10 + (i < d->n_fraction ? (uint64_t)(d->fraction[i] - '0') : 0);
    }
    return (UINT64_C(1) << 63) + (d->negative ? -n : n);
}

static uint64_t general_cache(bx_str s)
{
    double x;
    int kind = general_of(s, &x);
    if (kind < 2)
        return (uint64_t)kind;
    if (x == 0)
        x = 0; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
    return bits / 2 + 2;
}

uint64_t sort_kind_cache(const sort_rules *r, const sort_key *k, bx_str s, bool *ret_all)
{
    decimal d;
    *ret_all = false;
    switch (k->by) {
    case SORT_NUMERIC:
        decimal_read(s, &d);
        *ret_all = d.n_whole <= 15 && d.n_fraction <= 3;
        return decimal_cache(&d);
    case SORT_HUMAN:
        decimal_read(s, &d);
        return (uint64_t)(unit_of(s, &d) + 16) << 57 | decimal_cache(&d) >> 7;
    case SORT_GENERAL:
        return general_cache(s);
    case SORT_MONTH:
        *ret_all = true;
        return (uint64_t)month_of(s);
    case SORT_RANDOM:
        return hash_of(r, s);
    default:
        return 0;
    }
}

uint64_t sort_cache(const sort_rules *r, bx_str line)
{
    if (r->plain) {
        uint64_t word = text_cache(line);
        return r->global.reverse ? ~word : word;
    }
    const sort_key *k = &r->keys[0];
    bx_str s = sort_key_part(r, k, line);
    uint64_t cache = 0;
    bool all;
    if (!sort_is_translated(k))
        cache = k->by == SORT_TEXT ? text_cache(s) : sort_kind_cache(r, k, s, &all);
    else if (k->by == SORT_TEXT)
        cache = translated_cache(k, s);
    return k->reverse ? ~cache : cache;
}
