#include "regex/unicode.h"

/* Runs of one value each, from U+0000 on: the value, then the length, 7 bits a byte. */
static const uint8_t category_runs[] = {
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
#undef SCRIPT
#undef FOLD
};
static const struct {
    uint32_t first, last;
    int32_t step, delta;
} folds[] = {
#define SCRIPT(name)
#define FOLD(first, last, step, delta) {first, last, step, delta},
#include "codec/unicode.def"
#undef RUN
#undef SCRIPT_RUN
#undef CATEGORY
#undef SCRIPT
#undef FOLD
};

static const char *const long_names[][2] = {
#define LONG(code, name) {code, name},
#include "codec/categories.def"
#undef LONG
};

static const bx_range white_space[] = {
    {0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
    {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
/* Symbols that count as letters: circled and squared ones. */
static const bx_range upper_symbols[] = {
    {0x24b6, 0x24cf}, {0x1f130, 0x1f149}, {0x1f150, 0x1f169}, {0x1f170, 0x1f189}};
static const bx_range other_upper[] = {{0x2160, 0x216f}};
static const bx_range lower_symbols[] = {{0x24d0, 0x24e9}};
static const bx_range other_lower[] = {
    {0xaa, 0xaa},       {0xba, 0xba},       {0x2b0, 0x2b8},    {0x2c0, 0x2c1},   {0x2e0, 0x2e4},
    {0x345, 0x345},     {0x37a, 0x37a},     {0x1d2c, 0x1d6a},  {0x1d78, 0x1d78}, {0x1d9b, 0x1dbf},
    {0x2071, 0x2071},   {0x207f, 0x207f},   {0x2090, 0x209c},  {0x2170, 0x217f}, {0x2c7c, 0x2c7d},
    {0xa69c, 0xa69d},   {0xa770, 0xa770},   {0xa7f8, 0xa7f9},  {0xab5c, 0xab5f}, {0x10780, 0x10780},
    {0x10783, 0x10785}, {0x10787, 0x107b0}, {0x107b2, 0x107ba}};

static void add_ranges(bx_cpset *s, const bx_range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bx_cpset_add(s, r[i].lo, r[i].hi);
}
#define ADD(s, ranges) add_ranges((s), (ranges), BX_COUNT(ranges))

/* Add the runs whose value has its bit in `wanted`. */
static void add_runs(bx_cpset *s, const uint8_t *p, size_t n, uint64_t wanted)
{
    uint32_t cp = 0;
    for (const uint8_t *end = p + n; p < end;) {
        unsigned value = *p++, shift = 0;
        uint32_t length = 0;
        do {
            length |= (uint32_t)(*p & 0x7f) << shift;
            shift += 7;
        } while (*p++ & 0x80);
        if (wanted >> value & 1)
            bx_cpset_add(s, cp, cp + length - 1);
        cp += length;
    }
}

/* Categories that begin with `code`: one letter takes all of a kind. */
static uint64_t categories_of(const char *code)
{
    uint64_t wanted = 0;
    for (size_t i = 0; i < BX_COUNT(categories); i++)
        if (strncmp(categories[i], code, strlen(code)) == 0)
            wanted |= UINT64_C(1) << i;
    return wanted;
}

static void add_categories(bx_cpset *s, const char *const *codes, size_t n)
{
    uint64_t wanted = 0;
    for (size_t i = 0; i < n; i++)
        wanted |= categories_of(codes[i]);
    add_runs(s, category_runs, sizeof category_runs, wanted);
}

/* Does `name`, loosely, say what `z` (lower case, underscores) says? */
static bool is_called(bx_str name, const char *z)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == ' ' || c == '_' || c == '-')
            continue;
        while (*z == '_')
            z++;
        if (*z == '\0' || (c >= 'A' && c <= 'Z' ? c + 32 : c) != *z++)
            return false;
    }
    return *z == '\0';
}

static bool named_category(bx_str name, bx_cpset *s)
{
    for (size_t i = 0; i < BX_COUNT(long_names); i++) {
        char code[3] = {0};
        for (size_t k = 0; long_names[i][0][k]; k++) {
            char c = long_names[i][0][k];
            code[k] = (char)(k == 0 && c >= 'A' ? c + 32 : c);
        }
        if (!is_called(name, code) && !is_called(name, long_names[i][1]))
            continue;
        if (strcmp(long_names[i][0], "LC") == 0)
            add_categories(s, (const char *const[]){"Lu", "Ll", "Lt"}, 3);
        else
            add_categories(s, &long_names[i][0], 1);
        return true;
    }
    return false;
}

static bool named_script(bx_str name, bx_cpset *s)
{
    for (size_t i = 0; i < BX_COUNT(scripts); i++)
        if (is_called(name, scripts[i])) {
            add_runs(s, script_runs, sizeof script_runs, UINT64_C(1) << (i + 1));
            return true;
        }
    return false;
}

static bool named_property(bx_str name, bx_cpset *s)
{
    if (is_called(name, "any")) {
        bx_cpset_add(s, 0, BX_CP_MAX);
    } else if (is_called(name, "ascii")) {
        bx_cpset_add(s, 0, 0x7f);
    } else if (is_called(name, "assigned")) {
        add_runs(s, category_runs, sizeof category_runs, ~categories_of("Cn"));
    } else if (is_called(name, "white_space") || is_called(name, "space")) {
        ADD(s, white_space);
    } else if (is_called(name, "lowercase") || is_called(name, "lower")) {
        add_runs(s, category_runs, sizeof category_runs, categories_of("Ll"));
        ADD(s, other_lower);
        ADD(s, lower_symbols);
    } else if (is_called(name, "uppercase") || is_called(name, "upper")) {
        add_runs(s, category_runs, sizeof category_runs, categories_of("Lu"));
        ADD(s, other_upper);
        ADD(s, upper_symbols);
    } else {
        return false;
    }
    return true;
}

bool bx_unicode_named(bx_str kind, bx_str name, bx_cpset *s)
{
    bool found;
    if (kind.n == 0)
        found = named_property(name, s) || named_category(name, s) || named_script(name, s);
    else if (is_called(kind, "gc") || is_called(kind, "general_category"))
        found = named_property(name, s) || named_category(name, s);
    else if (is_called(kind, "sc") || is_called(kind, "script"))
        found = named_script(name, s);
    else
        return false;
    bx_cpset_tidy(s);
    return found;
}

void bx_unicode_digits(bx_cpset *s) { add_categories(s, (const char *const[]){"Nd"}, 1); }

void bx_unicode_spaces(bx_cpset *s) { ADD(s, white_space); }

void bx_unicode_words(bx_cpset *s)
{
    add_categories(s, (const char *const[]){"L", "M", "Nd", "Nl", "Pc"}, 5);
    ADD(s, upper_symbols);
    ADD(s, lower_symbols);
    bx_cpset_add(s, 0x200c, 0x200d);
    bx_cpset_tidy(s);
}

/* The members among first, first + step, ... last go over by delta. */
static void fold_row(const bx_cpset *s, bx_cpset *more, size_t row)
{
    uint32_t first = folds[row].first, last = folds[row].last, step = (uint32_t)folds[row].step;
    uint32_t delta = (uint32_t)folds[row].delta;
    for (size_t i = bx_cpset_at(s, first); i < s->n && s->r[i].lo <= last; i++) {
        uint32_t lo = s->r[i].lo > first ? s->r[i].lo : first;
        uint32_t hi = s->r[i].hi < last ? s->r[i].hi : last;
        lo += (lo - first) % step;
        if (step == 1)
            bx_cpset_add(more, lo + delta, hi + delta);
        else
            for (uint32_t cp = lo; cp <= hi; cp += step)
                bx_cpset_add(more, cp + delta, cp + delta);
    }
}

void bx_unicode_fold(bx_cpset *s)
{
    bx_cpset_tidy(s);
    for (int round = 0; round < 3; round++) { /* no ring has more than four members */
        BX_AUTO_SET more = {0};
        for (size_t row = 0; row < BX_COUNT(folds); row++)
            fold_row(s, &more, row);
        bx_set_add_set(s, &more);
        bx_cpset_tidy(s);
    }
}

void bx_ascii_fold(bx_cpset *s)
{
    static const bx_range cases[] = {{'A', 'Z'}, {'a', 'z'}};
    bx_cpset_tidy(s);
    for (size_t i = 0, n = s->n; i < n; i++)
        for (size_t k = 0; k < 2; k++) {
            uint32_t lo = s->r[i].lo > cases[k].lo ? s->r[i].lo : cases[k].lo;
            uint32_t hi = s->r[i].hi < cases[k].hi ? s->r[i].hi : cases[k].hi;
            if (lo <= hi)
                bx_cpset_add(s, lo ^ 0x20, hi ^ 0x20);
        }
    bx_cpset_tidy(s);
}
