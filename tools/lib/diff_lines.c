#include "lib/diff_lines.h"

#include "lib/scan.h"

enum {
    LINES_MAX = 1 << 19, /* of both texts: more are taken as replaced as a whole */
    COST_MAX = 2048,    /* lines added and removed that are looked for in one stretch; beyond, it is
                           taken as replaced as a whole */
    WORK_MAX = 1 << 25, /* steps of all stretches together */
};

typedef struct side { /* one text */
    bx_str text;
    size_t n;
    uint32_t *at;    /* n + 1 places: where each line begins, and the end */
    uint32_t *class; /* n: equal lines have equal numbers, on both sides */
    bool *changed;   /* n */
} side;

typedef struct differ {
    side a, b;
    int32_t *forward, *backward; /* by diagonal: how far a path along it has got */
    size_t work;
} differ;

/* ---- lines ------------------------------------------------------------------------------ */

static bx_code split(bx_str text, side *s)
{
    s->text = text;
    s->n = bx_count_byte((const uint8_t *)text.p, text.n, '\n');
    s->n += text.n > 0 && text.p[text.n - 1] != '\n';
    if (s->n > LINES_MAX)
        return BX_ELIMIT;
    s->at = bx_calloc(s->n + 1, sizeof *s->at);
    s->class = bx_calloc(s->n + 1, sizeof *s->class);
    s->changed = bx_calloc(s->n + 1, sizeof *s->changed);
    if (!s->at || !s->class || !s->changed)
        return BX_ENOMEM;
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->at[i] = (uint32_t)at;
        const char *lf = memchr(text.p + at, '\n', text.n - at);
        at = lf ? (size_t)(lf - text.p) + 1 : text.n;
    }
    s->at[s->n] = (uint32_t)text.n;
    return BX_OK;
}

static void side_done(side *s)
{
    free(s->at);
    free(s->class);
    free(s->changed);
}

static bx_str line(const side *s, size_t i)
{
    return (bx_str){s->text.p + s->at[i], s->at[i + 1] - s->at[i]};
}

static uint32_t hash(bx_str s)
{
    uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15), w;
    size_t i = 0;
    for (; s.n - i >= 8; i += 8) {
        memcpy(&w, s.p + i, 8);
        h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    for (; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 29;
    return (uint32_t)(h ^ h >> 32);
}

/* Give equal lines of both texts the same number.  The table holds 1 + the index of the first line
 * of each kind, those of `b` behind those of `a`; hostile texts make its chains long, so a probe
 * costs. */
static bx_code classify(differ *d)
{
    enum { PROBES_MAX = 256 };
    size_t all = d->a.n + d->b.n, cap = 16;
    while (cap < all * 2)
        cap *= 2;
    BX_AUTOFREE uint32_t *table = bx_calloc(cap, sizeof *table);
    if (!table)
        return BX_ENOMEM;
    for (size_t i = 0; i < all; i++) {
        side *s = i < d->a.n ? &d->a : &d->b;
        size_t own = i < d->a.n ? i : i - d->a.n, probes = 0;
        bx_str text = line(s, own);
        size_t slot = hash(text) & (cap - 1);
        for (; table[slot]; slot = (slot + 1) & (cap - 1)) {
            size_t other = table[slot] - 1;
            bool in_a = other < d->a.n;
            if (++probes > PROBES_MAX)
                return BX_ELIMIT;
            if (bx_str_eq(text, line(in_a ? &d->a : &d->b, in_a ? other : other - d->a.n)))
                break;
        }
        if (!table[slot])
            table[slot] = (uint32_t)i + 1;
        s->class[own] = table[slot];
    }
    return BX_OK;
}

/* ---- the shortest way ------------------------------------------------------------------- */

typedef struct box { /* lines a[a..a_end) against b[b..b_end) */
    size_t a, a_end, b, b_end;
} box;

static void replace_all(differ *d, const box *x)
{
    memset(d->a.changed + x->a, true, x->a_end - x->a);
    memset(d->b.changed + x->b, true, x->b_end - x->b);
}

/* A point in the middle of a shortest way through the box, neither of whose sides is empty; false
 * when it is too long to look for.  Section 4b of the paper: paths from both corners, one step each
 * in turn, until two meet.  Places are relative to the box, diagonals are x - y. */
static bool find_middle(differ *d, const box *x, size_t *ret_a, size_t *ret_b)
{
    const uint32_t *ca = d->a.class + x->a, *cb = d->b.class + x->b;
    const int32_t n = (int32_t)(x->a_end - x->a), m = (int32_t)(x->b_end - x->b), delta = n - m;
    int32_t *f = d->forward, *r = d->backward;
    f[1] = 0;
    r[1] = 0;
    for (int32_t cost = 0; cost <= (n + m + 1) / 2 && cost <= COST_MAX; cost++) {
        for (int32_t k = -cost; k <= cost; k += 2) {
            int32_t i = k == -cost || (k != cost && f[k - 1] < f[k + 1]) ? f[k + 1] : f[k - 1] + 1;
            int32_t start = i;
            while (i < n && i - k < m && ca[i] == cb[i - k])
                i++;
            f[k] = i;
            d->work += (size_t)(i - start) + 1;
            if ((delta & 1) && k > delta - cost && k < delta + cost && i + r[delta - k] >= n &&
                i <= n && i - k <= m) {
                *ret_a = x->a + (size_t)i;
                *ret_b = x->b + (size_t)(i - k);
                return true;
            }
        }
        for (int32_t k = -cost; k <= cost; k += 2) {
            int32_t i = k == -cost || (k != cost && r[k - 1] < r[k + 1]) ? r[k + 1] : r[k - 1] + 1;
            int32_t start = i;
            while (i < n && i - k < m && ca[n - 1 - i] == cb[m - 1 - (i - k)])
                i++;
            r[k] = i;
            d->work += (size_t)(i - start) + 1;
            if (!(delta & 1) && delta - k >= -cost && delta - k <= cost && i + f[delta - k] >= n &&
                i <= n && i - k <= m) {
                *ret_a = x->a + (size_t)(n - i);
                *ret_b = x->b + (size_t)(m - (i - k));
                return true;
            }
        }
        if (d->work > WORK_MAX)
            return false;
    }
    return false;
}

static void compare(differ *d, box x)
{
    for (;;) {
        const uint32_t *ca = d->a.class, *cb = d->b.class;
        while (x.a < x.a_end && x.b < x.b_end && ca[x.a] == cb[x.b])
            x.a++, x.b++;
        while (x.a < x.a_end && x.b < x.b_end && ca[x.a_end - 1] == cb[x.b_end - 1])
            x.a_end--, x.b_end--;
        size_t a, b;
        if (x.a == x.a_end || x.b == x.b_end || !find_middle(d, &x, &a, &b)) {
            replace_all(d, &x);
            return;
        }
        box first = {x.a, a, x.b, b};
        if ((a == x.a && b == x.b) || (a == x.a_end && b == x.b_end)) { /* no progress */
            replace_all(d, &x);
            return;
        }
        compare(d, first);
        x.a = a;
        x.b = b;
    }
}

/* ---- the changes ------------------------------------------------------------------------ */

static bx_code add(bx_changes *c, const bx_change *one)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        bx_change *p = bx_realloc(c->p, cap * sizeof *p);
        if (!p)
            return BX_ENOMEM;
        c->p = p;
        c->cap = cap;
    }
    c->p[c->n++] = *one;
    return BX_OK;
}

static bx_code collect(const differ *d, bx_changes *ret)
{
    const side *a = &d->a, *b = &d->b;
    for (size_t i = 0, j = 0; i < a->n || j < b->n;) {
        bx_change c = {.a = i, .b = j};
        while (i < a->n && a->changed[i])
            i++;
        while (j < b->n && b->changed[j])
            j++;
        c.n_a = i - c.a;
        c.n_b = j - c.b;
        if (c.n_a + c.n_b == 0) {
            i++, j++;
            continue;
        }
        c.byte_a = a->at[c.a];
        c.byte_b = b->at[c.b];
        c.bytes_a = a->at[i] - c.byte_a;
        c.bytes_b = b->at[j] - c.byte_b;
        if (add(ret, &c) != BX_OK)
            return BX_ENOMEM;
    }
    return BX_OK;
}

/* Everything as one change. */
static bx_code whole(bx_str a, bx_str b, bx_changes *ret)
{
    bx_change c = {.bytes_a = a.n, .bytes_b = b.n};
    c.n_a = bx_count_byte((const uint8_t *)a.p, a.n, '\n') + (a.n && a.p[a.n - 1] != '\n');
    c.n_b = bx_count_byte((const uint8_t *)b.p, b.n, '\n') + (b.n && b.p[b.n - 1] != '\n');
    return add(ret, &c);
}

static bx_code find(differ *d, bx_str a, bx_str b, bx_changes *ret)
{
    bx_code rc = split(a, &d->a);
    if (rc == BX_OK)
        rc = split(b, &d->b);
    if (rc == BX_OK)
        rc = classify(d);
    if (rc != BX_OK)
        return rc;
    /* Diagonals from -cost - 1 to cost + 1. */
    size_t most = d->a.n + d->b.n < COST_MAX ? d->a.n + d->b.n : COST_MAX, room = 2 * most + 8;
    BX_AUTOFREE int32_t *paths = bx_calloc(2 * room, sizeof *paths);
    if (!paths)
        return BX_ENOMEM;
    d->forward = paths + room / 2;
    d->backward = paths + room + room / 2;
    compare(d, (box){0, d->a.n, 0, d->b.n});
    return collect(d, ret);
}

bx_code bx_changes_find(bx_str a, bx_str b, bx_changes *ret)
{
    differ d = {0};
    if (a.n == 0 && b.n == 0)
        return BX_OK;
    bx_code rc = a.n == 0 || b.n == 0 || a.n > UINT32_MAX || b.n > UINT32_MAX ? BX_ELIMIT
                                                                              : find(&d, a, b, ret);
    side_done(&d.a);
    side_done(&d.b);
    if (rc == BX_ELIMIT)
        rc = whole(a, b, ret);
    if (rc != BX_OK)
        bx_changes_done(ret);
    return rc;
}

void bx_changes_done(bx_changes *c)
{
    free(c->p);
    *c = (bx_changes){0};
}
