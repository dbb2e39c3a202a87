#include "regex/find.h"

#include "regex/simd.h"

enum {
    BUCKETS = 8,
    PRINTS = 3,          /* bytes at the beginning of a string that are looked at first */
    HEAD = 8,            /* bytes of it that are compared in one step */
    PATIENCE = 4096,     /* bytes compared in vain, beyond a few for each byte of text, before a */
    PATIENCE_FACTOR = 8, /* search goes over to one that is linear whatever the text */
};

struct bx_finder {
    size_t n;
    struct {
        size_t at, n;        /* in `bytes` */
        uint64_t head, mask; /* its first HEAD bytes, and which of those there are */
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

/* Where 128 bytes begin that have a NUL among them, or less than 128 are left: the smallest of many
 * is found in half the steps of comparing each. */
static size_t pass_no_nul(const uint8_t *p, size_t from, size_t to)
{
    for (; to - from >= 128; from += 128) {
        const uint8_t *q = p + from;
        bx_v16 a = bx_v_min(bx_v_load(q), bx_v_load(q + 16));
        bx_v16 b = bx_v_min(bx_v_load(q + 32), bx_v_load(q + 48));
        bx_v16 c = bx_v_min(bx_v_load(q + 64), bx_v_load(q + 80));
        bx_v16 d = bx_v_min(bx_v_load(q + 96), bx_v_load(q + 112));
        if (bx_v_any(bx_v_eq(bx_v_min(bx_v_min(a, b), bx_v_min(c, d)), bx_v_all(0))))
            break;
    }
    return from;
}

size_t bx_find_byte(const uint8_t *p, size_t from, size_t to, uint8_t byte)
{
    const bx_v16 wanted = bx_v_all(byte);
    if (byte == '\0')
        from = pass_no_nul(p, from, to);
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

/* Does this string stand at `at`?  Most that do not differ in the first bytes. */
static inline bool stands(const bx_finder *f, size_t string, const uint8_t *p, size_t n, size_t at)
{
    size_t len = f->strings[string].n;
    uint64_t head;
    if (n - at < len)
        return false;
    if (n - at >= HEAD) {
        memcpy(&head, p + at, HEAD);
        if ((head ^ f->strings[string].head) & f->strings[string].mask)
            return false;
        if (len <= HEAD)
            return true;
    }
    return memcmp(p + at, f->bytes + f->strings[string].at, len) == 0;
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
            if (stands(f, 0, p, n, at))
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

/* The same for 16 places, a lane each: of the last byte that is looked at.  Each half is picked
 * apart once and used for every byte; the lanes of the earlier ones come from the 16 before. */
typedef struct sieve {
    bx_v16 low[PRINTS], high[PRINTS];
    bx_v16 first, second; /* the buckets of the bytes before, for the first print and the second */
} sieve;

static inline bx_v16 sift(sieve *s, const uint8_t *p, unsigned prints)
{
    const bx_v16 bytes = bx_v_load(p);
    const bx_v16 low = bx_v_and(bytes, bx_v_all(15)), high = bx_v_high(bytes);
    bx_v16 last =
        bx_v_and(bx_v_pick(s->low[prints - 1], low), bx_v_pick(s->high[prints - 1], high));
    if (prints == 2) {
        bx_v16 a = bx_v_and(bx_v_pick(s->low[0], low), bx_v_pick(s->high[0], high));
        last = bx_v_and(last, bx_v_behind1(s->first, a));
        s->first = a;
    } else if (prints == 3) {
        bx_v16 a = bx_v_and(bx_v_pick(s->low[0], low), bx_v_pick(s->high[0], high));
        bx_v16 b = bx_v_and(bx_v_pick(s->low[1], low), bx_v_pick(s->high[1], high));
        last = bx_v_and(last, bx_v_and(bx_v_behind2(s->first, a), bx_v_behind1(s->second, b)));
        s->first = a;
        s->second = b;
    }
    return last;
}

/* The first string in what was found in the lanes of `hit`, whose first one is at `at`. */
static size_t first_of(const bx_finder *f, bx_v16 hit, const uint8_t *p, size_t n, size_t at)
{
    uint8_t lanes[16];
    memcpy(lanes, &hit, 16);
    for (uint32_t mask = bx_v_mask(hit); mask; mask &= mask - 1) {
        size_t lane = (size_t)__builtin_ctz(mask);
        if (verify(f, lanes[lane], p, n, at + lane))
            return at + lane;
    }
    return SIZE_MAX;
}

static inline size_t scan(const bx_finder *f, const uint8_t *p, size_t n, size_t from,
                          unsigned prints)
{
    sieve s = {.first = bx_v_all(0), .second = bx_v_all(0)};
    size_t i = from + prints - 1; /* where the last byte of a print is looked at */
    for (unsigned k = 0; k < prints; k++) {
        s.low[k] = bx_v_load(f->low[k]);
        s.high[k] = bx_v_load(f->high[k]);
    }
    if (n - from >= 32) { /* what lies before the first lanes */
        uint8_t first[16] = {0}, second[16] = {0};
        for (unsigned k = 0; k + 1 < prints; k++)
            first[16 - (prints - 1) + k] =
                f->low[0][p[from + k] & 15] & f->high[0][p[from + k] >> 4];
        if (prints == 3)
            second[15] = f->low[1][p[from + 1] & 15] & f->high[1][p[from + 1] >> 4];
        s.first = bx_v_load(first);
        s.second = bx_v_load(second);
        for (; n - i >= 32; i += 32) {
            bx_v16 hit = sift(&s, p + i, prints), more = sift(&s, p + i + 16, prints);
            if (!bx_v_any(bx_v_or(hit, more)))
                continue;
            size_t at = first_of(f, hit, p, n, i - (prints - 1));
            if (at == SIZE_MAX)
                at = first_of(f, more, p, n, i + 16 - (prints - 1));
            if (at != SIZE_MAX)
                return at;
        }
    }
    for (i -= prints - 1; n - i >= prints; i++)
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
        size_t head = strings[f->n].n < HEAD ? strings[f->n].n : HEAD;
        memcpy(&f->strings[f->n].head, strings[f->n].p, head);
        memset(&f->strings[f->n].mask, 0xff, head);
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
