/* Sets of code points, and what Unicode says of them. */
#include "codec/regexp_internal.h"

/* Runs of one general category each, from U+0000 on (scripts/regex_tables.py): the category, then
 * the length, 7 bits a byte. */
static const uint8_t runs[] = {
#define RUN(...) __VA_ARGS__,
#define SCRIPT_RUN(...)
#define CATEGORY(name)
#define SCRIPT(name)
#define FOLD(first, last, step, delta)
#include "codec/unicode.def"
#undef RUN
#undef SCRIPT_RUN
};
static const uint8_t script_runs[] = {
#define RUN(...)
#define SCRIPT_RUN(...) __VA_ARGS__,
#include "codec/unicode.def"
#undef SCRIPT_RUN
#undef CATEGORY
};
static const char categories[][3] = {
#define SCRIPT_RUN(...)
#define CATEGORY(name) name,
#include "codec/unicode.def"
#undef CATEGORY
#undef SCRIPT
};
static const char *const scripts[] = {
#define CATEGORY(name)
#define SCRIPT(name) name,
#include "codec/unicode.def"
#undef RUN
#undef SCRIPT_RUN
#undef CATEGORY
#undef SCRIPT
#undef FOLD
};

static const struct {
    const char *name, *category;
} long_names[] = {
#define LONG(code, name) {name, code},
#include "codec/categories.def"
#undef LONG
    {"digit", "Nd"},
    {"punct", "P"},
    {"cntrl", "Cc"},
    {"combining_mark", "M"},
};

void code_set_done(code_set *s)
{
    free(s->r);
    *s = (code_set){.r = NULL};
}

void code_set_add(code_set *s, uint32_t lo, uint32_t hi)
{
    if (s->n == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 8;
        s->full |= cap > REGEXP_RANGES_MAX;
        code_range *r = s->failed || s->full ? NULL : bx_realloc(s->r, cap * sizeof *r);
        s->failed |= !r && !s->full;
        if (!r)
            return;
        s->r = r;
        s->cap = cap;
    }
    s->r[s->n++] = (code_range){lo, hi};
}

static int by_low(const void *a, const void *b)
{
    const code_range *x = a, *y = b;
    return (x->lo > y->lo) - (x->lo < y->lo);
}

void code_set_tidy(code_set *s)
{
    uint32_t kept = 0;
    if (s->n > 1)
        qsort(s->r, s->n, sizeof *s->r, by_low);
    for (uint32_t i = 0; i < s->n; i++) {
        if (kept > 0 && s->r[i].lo <= s->r[kept - 1].hi + 1) {
            if (s->r[i].hi > s->r[kept - 1].hi)
                s->r[kept - 1].hi = s->r[i].hi;
        } else {
            s->r[kept++] = s->r[i];
        }
    }
    s->n = kept;
}

void code_set_negate(code_set *s)
{
    code_set other = {.full = s->full, .failed = s->failed};
    uint32_t from = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->r[i].lo > from)
            code_set_add(&other, from, s->r[i].lo - 1);
        from = s->r[i].hi + 1;
    }
    if (from <= CODE_POINT_MAX)
        code_set_add(&other, from, CODE_POINT_MAX);
    code_set_done(s);
    *s = other;
}

void code_set_join(code_set *s, const code_set *other)
{
    s->full |= other->full;
    s->failed |= other->failed;
    for (uint32_t i = 0; i < other->n; i++)
        code_set_add(s, other->r[i].lo, other->r[i].hi);
}

/* ---- what has a name ------------------------------------------------------------------------- */

void code_set_class(code_set *s, char c)
{
    /* ECMA-262 sections 12.2 (white space) and 12.3 (line terminators), and Zs. */
    static const code_range spaces[] = {
        {0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
        {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
    static const code_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    const code_range *r = c == 's' ? spaces : words;
    size_t n = c == 's' ? BX_COUNT(spaces) : c == 'd' ? 1 : BX_COUNT(words);
    for (size_t i = 0; i < n; i++)
        code_set_add(s, r[i].lo, r[i].hi);
}

/* Add the runs whose value has its bit in `wanted`. */
static void add_runs(code_set *s, const uint8_t *p, size_t n, uint64_t wanted)
{
    uint32_t at = 0;
    for (size_t i = 0; i < n;) {
        uint8_t value = p[i++];
        uint32_t length = 0;
        for (unsigned shift = 0; i < n; shift += 7) {
            length |= (uint32_t)(p[i] & 0x7f) << shift;
            if (!(p[i++] & 0x80))
                break;
        }
        if (wanted >> value & 1)
            code_set_add(s, at, at + length - 1);
        at += length;
    }
}

/* The categories that begin with `code`, one or two letters, as bits. */
static uint64_t category_bits(bx_str code)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < BX_COUNT(categories) && code.n > 0 && code.n <= 2; i++) {
        if (memcmp(categories[i], code.p, code.n) == 0)
            bits |= 1ull << i;
    }
    if (bx_str_eq(code, BX_LIT("LC")))
        bits =
            category_bits(BX_LIT("Lu")) | category_bits(BX_LIT("Ll")) | category_bits(BX_LIT("Lt"));
    return bits;
}

/* As they are written in patterns: the case of the first letters and '_' count there, and are
 * forgiven here. */
static bool same_name(bx_str a, const char *b)
{
    size_t i = 0;
    for (; *b; b++) {
        if (*b == '_' || *b == ' ')
            continue;
        while (i < a.n && a.p[i] == '_')
            i++;
        if (i >= a.n || (a.p[i] | 0x20) != (*b | 0x20))
            return false;
        i++;
    }
    return i == a.n;
}

static bool add_category(code_set *s, bx_str name)
{
    uint64_t bits = category_bits(name);
    for (size_t i = 0; i < BX_COUNT(long_names) && !bits; i++) {
        if (same_name(name, long_names[i].name))
            bits = category_bits(bx_str_of(long_names[i].category));
    }
    add_runs(s, runs, sizeof runs, bits);
    return bits != 0;
}

static bool add_script(code_set *s, bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(scripts); i++) {
        if (same_name(name, scripts[i])) {
            add_runs(s, script_runs, sizeof script_runs, 1ull << (i + 1));
            return true;
        }
    }
    return false;
}

static bool add_binary(code_set *s, bx_str name)
{
    if (bx_str_eq(name, BX_LIT("Any")))
        code_set_add(s, 0, CODE_POINT_MAX);
    else if (bx_str_eq(name, BX_LIT("ASCII")))
        code_set_add(s, 0, 0x7f);
    else if (bx_str_eq(name, BX_LIT("Alphabetic")) || bx_str_eq(name, BX_LIT("Alpha")))
        return add_category(s, BX_LIT("L")) && add_category(s, BX_LIT("Nl"));
    else if (bx_str_eq(name, BX_LIT("White_Space")))
        code_set_class(s, 's');
    else if (bx_str_eq(name, BX_LIT("Uppercase")))
        return add_category(s, BX_LIT("Lu"));
    else if (bx_str_eq(name, BX_LIT("Lowercase")))
        return add_category(s, BX_LIT("Ll"));
    else
        return false;
    return true;
}

bool code_set_property(code_set *s, bx_str name)
{
    const char *equals = name.n ? memchr(name.p, '=', name.n) : NULL;
    if (!equals)
        return add_binary(s, name) || add_category(s, name);
    bx_str kind = {name.p, (size_t)(equals - name.p)}, value = bx_str_from(name, kind.n + 1);
    if (bx_str_eq(kind, BX_LIT("gc")) || bx_str_eq(kind, BX_LIT("General_Category")))
        return add_category(s, value);
    return (bx_str_eq(kind, BX_LIT("sc")) || bx_str_eq(kind, BX_LIT("Script")) ||
            bx_str_eq(kind, BX_LIT("scx")) || bx_str_eq(kind, BX_LIT("Script_Extensions"))) &&
           add_script(s, value);
}
