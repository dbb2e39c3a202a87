#include "policy/limits.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/ascii.h"

static const struct {
    bx_limit_row row;
    size_t offset;
} rows[] = {
#define BX_LIMIT(field, name, unit, def, max, text) \
    {{name, text, BX_UNIT_##unit, def, max}, offsetof(bx_limits, field)},
#include "policy/limits.def"
#undef BX_LIMIT
};

static uint64_t *field_of(bx_limits *l, size_t i)
{
    return (uint64_t *)(void *)((char *)l + rows[i].offset);
}

bx_limits bx_limits_default(void)
{
    return (bx_limits){
#define BX_LIMIT(field, name, unit, def, max, text) .field = def,
#include "policy/limits.def"
#undef BX_LIMIT
    };
}

bool bx_limits_row(size_t i, bx_limit_row *ret)
{
    if (i >= BX_COUNT(rows))
        return false;
    *ret = rows[i].row;
    return true;
}

uint64_t bx_limits_get(const bx_limits *l, size_t i)
{
    BX_ASSERT(i < BX_COUNT(rows));
    uint64_t v;
    memcpy(&v, (const char *)l + rows[i].offset, sizeof v);
    return v;
}

bx_limits bx_limits_min(const bx_limits *a, const bx_limits *b)
{
    bx_limits r = *a;
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        uint64_t x = bx_limits_get(a, i), y = bx_limits_get(b, i);
        bool zero_is_unlimited = rows[i].row.def == 0;
        if (zero_is_unlimited && (x == 0 || y == 0))
            *field_of(&r, i) = x ? x : y;
        else
            *field_of(&r, i) = x < y ? x : y;
    }
    return r;
}

/* ---- text to value ------------------------------------------------------------------- */

struct suffix {
    const char *text;
    uint64_t scale;
};

/* Each list has its units from small to large; printing prefers the later one of equally short
 * texts. */
static const struct suffix size_units[] = {
    {"B", 1},
    {"KB", UINT64_C(1000)},
    {"MB", UINT64_C(1000000)},
    {"GB", UINT64_C(1000000000)},
    {"TB", UINT64_C(1000000000000)},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
    {"K", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
};
enum { SIZE_UNITS_PRINTED = 9 }; /* "64MiB", not "64M": nobody can take it for 64,000,000 */

static const struct suffix time_units[] = {
    {"ns", 1},     {"us", UINT64_C(1000)}, {"ms", UINT64_C(1000000)},
    {"s", BX_SEC}, {"m", 60 * BX_SEC},     {"h", 3600 * BX_SEC},
};

static bool suffix_is(bx_str s, const char *text, bool any_case)
{
    bx_str t = bx_str_of(text);
    return any_case ? bx_str_eq_nocase(s, t) : bx_str_eq(s, t);
}

/* A decimal number with at most three decimals at the front of `s`: *whole, *thousandths, and
 * how many bytes it takes.  0 when there is none; *over when it does not fit. */
static size_t scan_number(bx_str s, uint64_t *whole, uint64_t *thousandths, bool *has_point,
                          bool *over)
{
    size_t i = 0;
    *whole = *thousandths = 0;
    *has_point = *over = false;
    for (; i < s.n && bx_is_digit(s.p[i]); i++)
        if (__builtin_mul_overflow(*whole, 10, whole) ||
            __builtin_add_overflow(*whole, (uint64_t)(s.p[i] - '0'), whole))
            *over = true;
    if (i == 0 || i == s.n || s.p[i] != '.')
        return i;
    *has_point = true;
    size_t first = ++i;
    for (uint64_t place = 100; i < s.n && bx_is_digit(s.p[i]); i++, place /= 10) {
        if (i - first == 3)
            return 0;
        *thousandths += (uint64_t)(s.p[i] - '0') * place;
    }
    return i == first ? 0 : i;
}

struct quantity {
    const char *what, *form;
    const struct suffix *units;
    size_t n_units;
    uint64_t bare_scale; /* of a number without suffix */
    bool any_case;
};

static bx_code parse_quantity(const struct quantity *q, bx_str text, uint64_t *ret, bx_error *err)
{
    uint64_t whole, thousandths, scale = 0, value, fraction;
    bool has_point, over;
    size_t n = scan_number(text, &whole, &thousandths, &has_point, &over);
    bx_str suffix = bx_str_from(text, n);
    if (n && suffix.n == 0)
        scale = q->bare_scale;
    for (size_t i = 0; n && i < q->n_units && !scale; i++)
        if (suffix_is(suffix, q->units[i].text, q->any_case))
            scale = q->units[i].scale;
    /* The smallest unit has no parts: "1.5B" is a slip, not one byte. */
    if (!scale || (has_point && scale == 1))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not %s: write %s", BX_FMT(text), q->what,
                       q->form);
    /* Units below 1000 that have decimals do not exist, so this product stays far from 2^64. */
    fraction = thousandths * (scale / 1000) + thousandths * (scale % 1000) / 1000;
    if (over || __builtin_mul_overflow(whole, scale, &value) ||
        __builtin_add_overflow(value, fraction, &value))
        return bx_fail(err, BX_EINVAL, "'%.*s' is too large", BX_FMT(text));
    *ret = value;
    return BX_OK;
}

bx_code bx_size_parse(bx_str text, uint64_t *ret_bytes, bx_error *err)
{
    static const struct quantity q = {
        "a size",   "a number with B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, as in 64MiB",
        size_units, BX_COUNT(size_units),
        1,          true,
    };
    return parse_quantity(&q, text, ret_bytes, err);
}

bx_code bx_time_parse(bx_str text, uint64_t *ret_ns, bx_error *err)
{
    static const struct quantity q = {
        "a time",   "a number with ns, us, ms, s, m or h, as in 500ms or 30s",
        time_units, BX_COUNT(time_units),
        BX_SEC,     false,
    };
    return parse_quantity(&q, text, ret_ns, err);
}

bx_code bx_count_parse(bx_str text, uint64_t *ret, bx_error *err)
{
    uint64_t v = 0;
    bool ok = text.n > 0, over = false;
    for (size_t i = 0; i < text.n && ok; i++) {
        char c = text.p[i];
        if (c == '_')
            ok =
                i > 0 && i + 1 < text.n && bx_is_digit(text.p[i - 1]) && bx_is_digit(text.p[i + 1]);
        else if (!bx_is_digit(c))
            ok = false;
        else if (__builtin_mul_overflow(v, 10, &v) ||
                 __builtin_add_overflow(v, (uint64_t)(c - '0'), &v))
            over = true;
    }
    if (!ok)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not a count: write digits, as in 1000 or 1_000_000",
                       BX_FMT(text));
    if (over)
        return bx_fail(err, BX_EINVAL, "'%.*s' is too large", BX_FMT(text));
    *ret = v;
    return BX_OK;
}

/* ---- value to text ------------------------------------------------------------------- */

/* `value` in units of `s` with up to three decimals; false when that is not exact. */
static bool print_in(uint64_t value, const struct suffix *s, char out[32])
{
    uint64_t whole = value / s->scale, rest = value % s->scale;
    if (rest == 0) {
        (void)snprintf(out, 32, "%" PRIu64 "%s", whole, s->text);
        return true;
    }
    if (rest > UINT64_MAX / 1000 || rest * 1000 % s->scale != 0)
        return false;
    int digits = 3;
    uint64_t thousandths = rest * 1000 / s->scale;
    for (; thousandths % 10 == 0; digits--)
        thousandths /= 10;
    (void)snprintf(out, 32, "%" PRIu64 ".%0*" PRIu64 "%s", whole, digits, thousandths, s->text);
    return true;
}

static void print_shortest(uint64_t value, const struct suffix *units, size_t n, char out[32])
{
    size_t best = strlen(out);
    for (size_t i = 0; i < n; i++) {
        char text[32];
        if (!print_in(value, &units[i], text) || (best && strlen(text) > best))
            continue;
        best = strlen(text);
        memcpy(out, text, best + 1);
    }
}

void bx_size_print(uint64_t bytes, char out[32])
{
    (void)snprintf(out, 32, "%" PRIu64, bytes);
    if (bytes)
        print_shortest(bytes, size_units, SIZE_UNITS_PRINTED, out);
}

void bx_time_print(uint64_t ns, char out[32])
{
    out[0] = '\0';
    if (ns)
        print_shortest(ns, time_units, BX_COUNT(time_units), out);
    else
        memcpy(out, "0s", 3);
}

static void print_unit(bx_unit unit, uint64_t v, char out[32])
{
    if (unit == BX_UNIT_SIZE)
        bx_size_print(v, out);
    else if (unit == BX_UNIT_TIME)
        bx_time_print(v, out);
    else
        (void)snprintf(out, 32, "%" PRIu64, v);
}

bool bx_limits_print_default(const char *name, char out[32])
{
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        const bx_limit_row *row = &rows[i].row;
        if (strcmp(name, row->name) != 0)
            continue;
        if (row->def == 0)
            (void)snprintf(out, 32, "not counted");
        else
            print_unit(row->unit, row->def, out);
        return true;
    }
    return false;
}

void bx_limits_print(const bx_limits *l, size_t i, char out[32])
{
    BX_ASSERT(i < BX_COUNT(rows));
    print_unit(rows[i].row.unit, bx_limits_get(l, i), out);
}

uint64_t bx_limit_hits_get(const bx_limit_hits *h, size_t i)
{
    _Static_assert(sizeof(bx_limit_hits) == sizeof(bx_limits), "one count a limit");
    BX_ASSERT(i < BX_COUNT(rows));
    return *(const uint64_t *)(const void *)((const char *)h + rows[i].offset);
}

/* ---- by name ------------------------------------------------------------------------- */

static bx_code parse_unit(bx_unit unit, bx_str value, uint64_t *ret, bx_error *err)
{
    switch (unit) {
    case BX_UNIT_SIZE:
        return bx_size_parse(value, ret, err);
    case BX_UNIT_TIME:
        return bx_time_parse(value, ret, err);
    case BX_UNIT_COUNT:
        return bx_count_parse(value, ret, err);
    }
    return BX_EINTERNAL;
}

static bx_code unknown_limit(bx_str name, bx_error *err)
{
    char known[512];
    size_t n = 0;
    for (size_t i = 0; i < BX_COUNT(rows) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, " %s", rows[i].row.name);
    return bx_fail(err, BX_EINVAL, "no limit is called '%.*s'; the limits are:%s", BX_FMT(name),
                   known);
}

bx_code bx_limits_set_named(bx_limits *l, bx_str name, bx_str value, bx_error *err)
{
    size_t i = 0;
    while (i < BX_COUNT(rows) && !bx_str_eq(name, bx_str_of(rows[i].row.name)))
        i++;
    if (i == BX_COUNT(rows))
        return unknown_limit(name, err);
    const bx_limit_row *row = &rows[i].row;
    uint64_t v;
    bx_code rc = parse_unit(row->unit, value, &v, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "limit %s", row->name);
    if (v == 0 && row->def != 0)
        return bx_fail(err, BX_EINVAL, "limit %s: zero is refused, every call has this limit",
                       row->name);
    if (v > row->max) {
        char most[32];
        print_unit(row->unit, row->max, most);
        return bx_fail(err, BX_EINVAL, "limit %s: '%.*s' is more than the largest, %s", row->name,
                       BX_FMT(value), most);
    }
    *field_of(l, i) = v;
    return BX_OK;
}

bx_code bx_limits_set(bx_limits *l, bx_str text, bx_error *err)
{
    const char *eq = text.n ? memchr(text.p, '=', text.n) : NULL;
    if (!eq)
        return bx_fail(err, BX_EINVAL, "limit '%.*s': write NAME=VALUE, as in wall=5s",
                       BX_FMT(text));
    bx_str name = {text.p, (size_t)(eq - text.p)};
    return bx_limits_set_named(l, name, bx_str_from(text, name.n + 1), err);
}
