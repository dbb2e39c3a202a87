#include "regex/find.h"

#include "regex/simd.h"

enum {
    BUCKETS = 8,
    PRINTS = 3,          /* bytes at the beginning of a string that are looked at first */
    PATIENCE = 4096,     /* bytes compared in vain, beyond a few for each byte of text, before a */
    PATIENCE_FACTOR = 8, /* search goes over to one that is linear whatever the text */
};

struct bx_finder {
    size_t n;
    struct {
        size_t at, n; /* in `bytes` */
    } strings[BX_FINDER_MAX];
    char *bytes;
    size_t rare[2];                            /* one string: its two rarest bytes */
    unsigned prints;                           /* several: how many bytes are looked at */
    uint8_t low[PRINTS][16], high[PRINTS][16]; /* buckets by the halves of a byte */
    uint8_t bucket[BUCKETS][BX_FINDER_MAX], size[BUCKETS]; /* their strings */
};

unsigned bx_byte_rank(uint8_t byte)
{
    static const char common[] =
        " etaoinsrlcdpumhgf_yb.,()01;\"=-wv/\nkx:2>*'3T4ESAICN5R{}<OLPD68M79B"
        "#FUj&q[]zHG\\\tV+WX!@|Y$K%`QZ?J~^";
    const char *at = byte ? memchr(common, byte, sizeof common - 1) : NULL;
    if (at)
        return 255u - 2u * (unsigned)(at - common);
    return byte >= 0x80 ? 40 : 10;
}

size_t bx_find_byte(const uint8_t *p, size_t from, size_t to, uint8_t byte)
{
    const bx_v16 wanted = bx_v_all(byte);
    for (; to - from >= 64; from += 64) {
        bx_v16 a = bx_v_eq(bx_v_load(p + from), wanted);
        bx_v16 b = bx_v_eq(bx_v_load(p + from + 16), wanted);
        bx_v16 c = bx_v_eq(bx_v_load(p + from + 32), wanted);
        bx_v16 d = bx_v_eq(bx_v_load(p + from + 48), wanted);
        if (bx_v_any(bx_v_or(bx_v_or(a, b), bx_v_or(c, d))))
            break;
    }
    for (; to - from >= 16; from += 16) {
        bx_v16 hit = bx_v_eq(bx_v_load(p + from), wanted);
        if (bx_v_any(hit))
            return from + (size_t)__builtin_ctz(bx_v_mask(hit));
    }
    for (; from < to; from++)
        if (p[from] == byte)
            return from;
    return SIZE_MAX;
}

size_t bx_find_last_byte(const uint8_t *p, size_t from, size_t to, uint8_t byte)
{
    const bx_v16 wanted = bx_v_all(byte);
    for (; to - from >= 16; to -= 16) {
        bx_v16 hit = bx_v_eq(bx_v_load(p + to - 16), wanted);
        if (bx_v_any(hit))
            return to - 16 + (31u - (size_t)__builtin_clz(bx_v_mask(hit)));
    }
    while (to > from)
        if (p[--to] == byte)
            return to;
    return SIZE_MAX;
}

/* --- one string --------------------------------------------------------------------------------
 */

static size_t linear(const uint8_t *p, size_t n, size_t from, const char *s, size_t len)
{
    const uint8_t *at = memmem(p + from, n - from, s, len);
    return at ? (size_t)(at - p) : SIZE_MAX;
}

typedef struct pair {
    bx_v16 first, second;
} pair;

/* The lanes where both bytes stand. */
static inline bx_v16 both(const pair *two, const uint8_t *a, const uint8_t *b)
{
    return bx_v_and(bx_v_eq(bx_v_load(a), two->first), bx_v_eq(bx_v_load(b), two->second));
}

/* Candidates are where two of its bytes, the rarest, stand at their places. */
static size_t next_single(const bx_finder *f, const uint8_t *p, size_t n, size_t from)
{
    const char *s = f->bytes;
    size_t len = f->strings[0].n, a = f->rare[0], b = f->rare[1];
    if (len == 1)
        return bx_find_byte(p, from, n, (uint8_t)s[0]);
    if (n - from < len)
        return SIZE_MAX;
    size_t last = n - len, patience = PATIENCE; /* the last place where it can begin */
    const pair two = {bx_v_all((uint8_t)s[a]), bx_v_all((uint8_t)s[b])};
    const uint8_t *pa = p + a, *pb = p + b;
    size_t i = from;
    for (; i + 15 <= last; i += 16, patience += PATIENCE_FACTOR) {
        for (; i + 63 <= last; i += 64, patience += 4 * PATIENCE_FACTOR)
            if (bx_v_any(bx_v_or(
                    bx_v_or(both(&two, pa + i, pb + i), both(&two, pa + i + 16, pb + i + 16)),
                    bx_v_or(both(&two, pa + i + 32, pb + i + 32),
                            both(&two, pa + i + 48, pb + i + 48)))))
                break;
        if (i + 15 > last)
            break;
        for (uint32_t mask = bx_v_mask(both(&two, pa + i, pb + i)); mask; mask &= mask - 1) {
            size_t at = i + (size_t)__builtin_ctz(mask);
            if (memcmp(p + at, s, len) == 0)
                return at;
            if (patience < len)
                return linear(p, n, at + 1, s, len);
            patience -= len;
        }
    }
    return i <= last ? linear(p, n, i, s, len) : SIZE_MAX;
}

static void choose_rare(bx_finder *f)
{
    size_t len = f->strings[0].n, a = 0, b = len > 1;
    for (size_t i = 0; i < len && i < 256; i++)
        if (bx_byte_rank((uint8_t)f->bytes[i]) < bx_byte_rank((uint8_t)f->bytes[a]))
            a = i;
    b = b == a ? 0 : b;
    for (size_t i = 0; i < len && i < 256; i++)
        if (i != a && bx_byte_rank((uint8_t)f->bytes[i]) < bx_byte_rank((uint8_t)f->bytes[b]))
            b = i;
    f->rare[0] = a;
    f->rare[1] = b;
}

/* --- several -----------------------------------------------------------------------------------
 */

static bool stands(const bx_finder *f, size_t string, const uint8_t *p, size_t n, size_t at)
{
    size_t len = f->strings[string].n;
    return n - at >= len && memcmp(p + at, f->bytes + f->strings[string].at, len) == 0;
}

static bool verify(const bx_finder *f, uint8_t buckets, const uint8_t *p, size_t n, size_t at)
{
    for (; buckets; buckets &= (uint8_t)(buckets - 1)) {
        unsigned bucket = (unsigned)__builtin_ctz(buckets);
        for (unsigned i = 0; i < f->size[bucket]; i++)
            if (stands(f, f->bucket[bucket][i], p, n, at))
                return true;
    }
    return false;
}

/* The buckets that have a string which begins with the bytes at p. */
static uint8_t buckets_at(const bx_finder *f, const uint8_t *p)
{
    uint8_t buckets = 0xff;
    for (unsigned k = 0; k < f->prints; k++)
        buckets &= f->low[k][p[k] & 15] & f->high[k][p[k] >> 4];
    return buckets;
}

/* The same for 16 places, a lane each. */
static inline bx_v16 buckets_of(const uint8_t *p, unsigned prints, const bx_v16 *low,
                                const bx_v16 *high)
{
    const bx_v16 nibble = bx_v_all(15);
    bx_v16 hit = bx_v_all(0xff);
    for (unsigned k = 0; k < prints; k++) {
        bx_v16 bytes = bx_v_load(p + k);
        hit = bx_v_and(hit, bx_v_and(bx_v_pick(low[k], bx_v_and(bytes, nibble)),
                                     bx_v_pick(high[k], bx_v_high(bytes))));
    }
    return hit;
}

static inline size_t scan(const bx_finder *f, const uint8_t *p, size_t n, size_t from,
                          unsigned prints)
{
    bx_v16 low[PRINTS], high[PRINTS];
    for (unsigned k = 0; k < prints; k++) {
        low[k] = bx_v_load(f->low[k]);
        high[k] = bx_v_load(f->high[k]);
    }
    size_t i = from;
    for (; n - i >= 16 + prints - 1; i += 16) {
        for (; n - i >= 32 + prints - 1; i += 32)
            if (bx_v_any(bx_v_or(buckets_of(p + i, prints, low, high),
                                 buckets_of(p + i + 16, prints, low, high))))
                break;
        if (n - i < 16 + prints - 1)
            break;
        bx_v16 hit = buckets_of(p + i, prints, low, high);
        uint8_t lanes[16];
        memcpy(lanes, &hit, 16);
        for (uint32_t mask = bx_v_mask(hit); mask; mask &= mask - 1) {
            size_t lane = (size_t)__builtin_ctz(mask);
            if (verify(f, lanes[lane], p, n, i + lane))
                return i + lane;
        }
    }
    for (; n - i >= prints; i++)
        if (verify(f, buckets_at(f, p + i), p, n, i))
            return i;
    return SIZE_MAX;
}

static void fill_buckets(bx_finder *f)
{
    f->prints = PRINTS;
    for (size_t i = 0; i < f->n; i++)
        if (f->strings[i].n < f->prints)
            f->prints = (unsigned)f->strings[i].n;
    for (size_t i = 0; i < f->n; i++) {
        const uint8_t *s = (const uint8_t *)f->bytes + f->strings[i].at;
        unsigned bucket = (unsigned)(i * BUCKETS / f->n);
        f->bucket[bucket][f->size[bucket]++] = (uint8_t)i;
        for (unsigned k = 0; k < f->prints; k++) {
            f->low[k][s[k] & 15] |= (uint8_t)(1u << bucket);
            f->high[k][s[k] >> 4] |= (uint8_t)(1u << bucket);
        }
    }
}

/* --- the whole ---------------------------------------------------------------------------------
 */

size_t bx_finder_next(const bx_finder *f, const uint8_t *p, size_t n, size_t from)
{
    if (from >= n)
        return SIZE_MAX;
    if (f->n == 1)
        return next_single(f, p, n, from);
    return f->prints == 1   ? scan(f, p, n, from, 1)
           : f->prints == 2 ? scan(f, p, n, from, 2)
                            : scan(f, p, n, from, 3);
}

size_t bx_finder_length(const bx_finder *f, const uint8_t *p, size_t n, size_t at)
{
    for (size_t i = 0; i < f->n; i++)
        if (stands(f, i, p, n, at))
            return f->strings[i].n;
    return 0;
}

size_t bx_finder_longest(const bx_finder *f, const uint8_t *p, size_t n, size_t at)
{
    size_t longest = 0;
    for (size_t i = 0; i < f->n; i++)
        if (f->strings[i].n > longest && stands(f, i, p, n, at))
            longest = f->strings[i].n;
    return longest;
}

bx_finder *bx_finder_new(const bx_str *strings, size_t n)
{
    bx_finder *f = bx_calloc(1, sizeof *f);
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += strings[i].n;
    if (!f || !(f->bytes = bx_calloc(1, total))) {
        free(f);
        return NULL;
    }
    size_t at = 0;
    for (f->n = 0; f->n < n; at += strings[f->n++].n) {
        f->strings[f->n].at = at;
        f->strings[f->n].n = strings[f->n].n;
        memcpy(f->bytes + at, strings[f->n].p, strings[f->n].n);
    }
    if (n == 1)
        choose_rare(f);
    else
        fill_buckets(f);
    return f;
}

void bx_finder_free(bx_finder *f)
{
    if (!f)
        return;
    free(f->bytes);
    free(f);
}
