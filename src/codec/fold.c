#include "codec/fold.h"

#include "base/ascii.h"
#include "codec/utf8.h"

/* Code points first, first + step, ... last stand for `len` others: none, the code point plus
 * `value`, or those of the pool from `value` on. */
typedef struct row {
    uint32_t first, last;
    int32_t value;
    uint8_t step, len;
} row;

static const row rows[] = {
#define FOLD(first, last, step, len, value) {first, last, value, step, len},
#define POOL(cp)
#include "codec/name_folding.def"
#undef FOLD
#undef POOL
};

static const uint32_t pool[] = {
#define FOLD(first, last, step, len, value)
#define POOL(cp) cp,
#include "codec/name_folding.def"
#undef FOLD
#undef POOL
};

/* Hangul syllables are two or three letters by arithmetic (Unicode 14.0, 3.12). */
enum {
    SYLLABLE = 0xac00,
    SYLLABLES = 11172,
    LEAD = 0x1100,
    VOWEL = 0x1161,
    TAIL = 0x11a7,
    VOWELS = 21,
    TAILS = 28,
};

typedef struct sink {
    char *p;
    size_t n, cap;
    bool full;
} sink;

static void put_byte(sink *s, uint32_t b)
{
    if (s->n + 1 < s->cap)
        s->p[s->n++] = (char)b;
    else
        s->full = true;
}

static void put(sink *s, uint32_t cp)
{
    if (cp < 0x80) {
        put_byte(s, cp);
        return;
    }
    int more = cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    put_byte(s, lead[more] | cp >> (6 * more));
    while (more-- > 0)
        put_byte(s, 0x80 | (cp >> (6 * more) & 0x3f));
}

static uint32_t char_of(const char *p, size_t n)
{
    uint32_t cp = (uint8_t)p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        cp = cp << 6 | ((uint8_t)p[i] & 0x3f);
    return cp;
}

static const row *row_of(uint32_t cp)
{
    size_t from = 0, to = BX_COUNT(rows);
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (cp > rows[mid].last)
            from = mid + 1;
        else
            to = mid;
    }
    const row *r = from < BX_COUNT(rows) ? &rows[from] : NULL;
    return r && cp >= r->first && (cp - r->first) % r->step == 0 ? r : NULL;
}

static void put_syllable(sink *s, uint32_t i)
{
    put(s, LEAD + i / (VOWELS * TAILS));
    put(s, VOWEL + i % (VOWELS * TAILS) / TAILS);
    if (i % TAILS)
        put(s, TAIL + i % TAILS);
}

static void put_folded(sink *s, uint32_t cp)
{
    const row *r = row_of(cp);
    if (cp - SYLLABLE < SYLLABLES)
        put_syllable(s, cp - SYLLABLE);
    else if (!r)
        put(s, cp);
    else if (r->len == 1)
        put(s, (uint32_t)((int64_t)cp + r->value));
    else
        for (size_t i = 0; i < r->len; i++)
            put(s, pool[(size_t)r->value + i]);
}

bool bx_fold(bx_str s, char *out, size_t cap, size_t *ret_n)
{
    sink to = {out, 0, cap, cap == 0};
    for (size_t i = 0, n; i < s.n && !to.full; i += n) {
        n = 1;
        if ((uint8_t)s.p[i] < 0x80) {
            put_byte(&to, (uint8_t)bx_lower(s.p[i]));
            continue;
        }
        n = bx_utf8_char(bx_str_from(s, i));
        if (n)
            put_folded(&to, char_of(s.p + i, n));
        else
            put_byte(&to, (uint8_t)s.p[i]);
        n += n == 0;
    }
    if (to.full)
        return false;
    out[to.n] = '\0';
    *ret_n = to.n;
    return true;
}
