#include "regex/set.h"

void bx_cpset_done(bx_cpset *s)
{
    free(s->r);
    *s = (bx_cpset){0};
}

void bx_cpset_add(bx_cpset *s, uint32_t lo, uint32_t hi)
{
    if (s->fail != BX_OK)
        return;
    if (s->n > 0 && s->r[s->n - 1].lo <= lo && lo <= s->r[s->n - 1].hi + 1) {
        if (hi > s->r[s->n - 1].hi)
            s->r[s->n - 1].hi = hi;
        return;
    }
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        bx_range *r = cap <= BX_SET_RANGES_MAX ? bx_realloc(s->r, cap * sizeof *r) : NULL;
        if (!r) {
            s->fail = cap > BX_SET_RANGES_MAX ? BX_ELIMIT : BX_ENOMEM;
            return;
        }
        s->r = r;
        s->cap = cap;
    }
    s->r[s->n++] = (bx_range){lo, hi};
}

void bx_set_add_set(bx_cpset *s, const bx_cpset *other)
{
    for (size_t i = 0; i < other->n; i++)
        bx_cpset_add(s, other->r[i].lo, other->r[i].hi);
    if (s->fail == BX_OK)
        s->fail = other->fail;
}

static int by_lo(const void *a, const void *b)
{
    const bx_range *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

void bx_cpset_tidy(bx_cpset *s)
{
    size_t out = 0;
    bool is_sorted = true;
    for (size_t i = 1; i < s->n && is_sorted; i++)
        is_sorted = s->r[i - 1].lo <= s->r[i].lo;
    if (!is_sorted)
        qsort(s->r, s->n, sizeof *s->r, by_lo);
    for (size_t i = 0; i < s->n; i++) {
        if (out > 0 && s->r[i].lo <= s->r[out - 1].hi + 1) {
            if (s->r[i].hi > s->r[out - 1].hi)
                s->r[out - 1].hi = s->r[i].hi;
        } else {
            s->r[out++] = s->r[i];
        }
    }
    s->n = out;
}

static void replace(bx_cpset *s, bx_cpset *with)
{
    if (with->fail == BX_OK)
        with->fail = s->fail;
    free(s->r);
    *s = *with;
}

void bx_cpset_negate(bx_cpset *s, uint32_t max)
{
    bx_cpset out = {0};
    uint32_t from = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->r[i].lo > from)
            bx_cpset_add(&out, from, s->r[i].lo - 1);
        from = s->r[i].hi + 1;
    }
    if (from <= max)
        bx_cpset_add(&out, from, max);
    replace(s, &out);
}

void bx_cpset_and(bx_cpset *s, const bx_cpset *other)
{
    bx_cpset out = {0};
    for (size_t i = 0, j = 0; i < s->n && j < other->n;) {
        bx_range a = s->r[i], b = other->r[j];
        uint32_t lo = a.lo > b.lo ? a.lo : b.lo, hi = a.hi < b.hi ? a.hi : b.hi;
        if (lo <= hi)
            bx_cpset_add(&out, lo, hi);
        *(a.hi < b.hi ? &i : &j) += 1;
    }
    if (out.fail == BX_OK)
        out.fail = other->fail;
    replace(s, &out);
}

void bx_cpset_minus(bx_cpset *s, const bx_cpset *other)
{
    BX_AUTO_SET rest = {0};
    bx_set_add_set(&rest, other);
    bx_cpset_negate(&rest, UINT32_MAX - 1);
    bx_cpset_and(s, &rest);
}

void bx_cpset_xor(bx_cpset *s, const bx_cpset *other)
{
    BX_AUTO_SET both = {0};
    bx_set_add_set(&both, s);
    bx_cpset_and(&both, other);
    bx_set_add_set(s, other);
    bx_cpset_tidy(s);
    bx_cpset_minus(s, &both);
}

size_t bx_cpset_at(const bx_cpset *s, uint32_t cp)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cp > s->r[mid].hi)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool bx_cpset_has(const bx_cpset *s, uint32_t cp)
{
    size_t i = bx_cpset_at(s, cp);
    return i < s->n && s->r[i].lo <= cp;
}
