/* A set of characters as states over the bytes of their UTF-8. */
#include "regex/nfa.h"

enum { TABLE = 1024 /* states looked up by what they are; a power of two */ };

typedef struct seq { /* byte ranges that make up the UTF-8 of a range of code points */
    bx_step at[4];   /* `to` is not used */
    unsigned n;
} seq;

/* One level of the tree that is being built: the steps that are settled, and the last one, whose
 * target is not known yet. */
typedef struct level {
    bx_step steps[256];
    unsigned n;
    bx_step last;
} level;

typedef struct tree {
    bx_nfa *nfa;
    uint32_t next, base; /* states from `base` on are of this set */
    uint32_t table[TABLE];
    level levels[4];
    unsigned depth; /* levels in use, the first one always */
    bx_step ascii[64];
    unsigned n_ascii;
    bool backwards;
    uint32_t entry; /* backwards: the alternatives so far, or UINT32_MAX */
} tree;

/* --- the UTF-8 of ranges -----------------------------------------------------------------------
 */

static void encode(uint32_t cp, unsigned n, uint8_t out[4])
{
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (unsigned i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (uint8_t)(0x80 | (cp & 0x3f));
    out[0] = (uint8_t)(first[n] | cp);
}

/* Where [lo, hi] has to be cut so that what is below the cut is one sequence of byte ranges;
 * returns the last code point of that. */
static uint32_t cut(uint32_t lo, uint32_t hi)
{
    static const uint32_t ends[] = {0x7f, 0x7ff, 0xd7ff, 0xffff};
    for (size_t i = 0; i < BX_COUNT(ends); i++)
        if (lo <= ends[i] && ends[i] < hi)
            hi = ends[i];
    if (hi < 0x80)
        return hi;
    for (unsigned bits = 6; bits <= 18; bits += 6) {
        uint32_t mask = (UINT32_C(1) << bits) - 1;
        if ((lo & ~mask) == (hi & ~mask))
            continue;
        if ((lo & mask) != 0)
            return lo | mask;
        if ((hi & mask) != mask)
            return (hi & ~mask) - 1;
    }
    return hi;
}

/* Take the first sequence off *lo..hi; false when there is none left. */
static bool next_seq(uint32_t *lo, uint32_t hi, seq *ret)
{
    if (*lo >= 0xd800 && *lo < 0xe000)
        *lo = 0xe000;
    if (*lo > hi)
        return false;
    uint32_t end = hi;
    for (uint32_t shorter; (shorter = cut(*lo, end)) != end;)
        end = shorter;
    uint8_t a[4], b[4];
    ret->n = *lo < 0x80 ? 1 : *lo < 0x800 ? 2 : *lo < 0x10000 ? 3 : 4;
    encode(*lo, ret->n, a);
    encode(end, ret->n, b);
    for (unsigned i = 0; i < ret->n; i++)
        ret->at[i] = (bx_step){a[i], b[i], 0};
    *lo = end + 1;
    return true;
}

/* --- states that are equal are one -------------------------------------------------------------
 */

static bool is_state(const bx_nfa *n, uint32_t state, const bx_step *steps, unsigned count)
{
    const bx_state *s = &n->states[state];
    if (s->op == BX_OP_RANGE)
        return count == 1 && s->lo == steps->lo && s->hi == steps->hi && s->a == steps->to;
    if (s->op != BX_OP_SPARSE || s->b != count)
        return false;
    for (unsigned i = 0; i < count; i++) {
        const bx_step *have = &n->steps[s->a + i];
        if (have->lo != steps[i].lo || have->hi != steps[i].hi || have->to != steps[i].to)
            return false;
    }
    return true;
}

static uint32_t intern(tree *t, const bx_step *steps, unsigned count, bool *ret_is_new)
{
    uint32_t hash = 2166136261u;
    for (unsigned i = 0; i < count; i++) {
        hash = (hash ^ steps[i].lo) * 16777619u;
        hash = (hash ^ steps[i].hi) * 16777619u;
        hash = (hash ^ steps[i].to) * 16777619u;
    }
    uint32_t *slot = &t->table[(hash ^ hash >> 15) & (TABLE - 1)];
    *ret_is_new = false;
    if (*slot >= t->base && *slot < t->nfa->n_states && is_state(t->nfa, *slot, steps, count))
        return *slot;
    *ret_is_new = true;
    return *slot = bx_nfa_add_steps(t->nfa, steps, count);
}

/* --- forwards: a tree of ascending sequences, equal ends shared --------------------------------
 */

static void settle(level *l, uint32_t to)
{
    bx_step *before = l->n > 0 ? &l->steps[l->n - 1] : NULL;
    if (before && before->to == to && before->hi + 1 == l->last.lo) {
        before->hi = l->last.hi;
        return;
    }
    l->last.to = to;
    l->steps[l->n++] = l->last;
}

/* Settle the levels above `keep`, and what leads to them. */
static void settle_above(tree *t, unsigned keep)
{
    uint32_t to = t->next;
    bool is_new;
    while (t->depth > keep + 1) {
        level *l = &t->levels[--t->depth];
        settle(l, to);
        to = intern(t, l->steps, l->n, &is_new);
    }
    settle(&t->levels[keep], to);
}

static void add_forwards(tree *t, const seq *s)
{
    unsigned same = 0;
    while (same < t->depth && t->levels[same].last.lo == s->at[same].lo &&
           t->levels[same].last.hi == s->at[same].hi)
        same++;
    if (t->depth > 0)
        settle_above(t, same);
    for (unsigned i = t->depth > 0 ? same : 0; i < s->n; i++) {
        if (i >= t->depth)
            t->levels[i].n = 0;
        t->levels[i].last = s->at[i];
    }
    t->depth = s->n;
}

static uint32_t finish_forwards(tree *t)
{
    bool is_new;
    if (t->depth == 0)
        return bx_nfa_add_steps(t->nfa, NULL, 0);
    settle_above(t, 0);
    return intern(t, t->levels[0].steps, t->levels[0].n, &is_new);
}

/* --- backwards: alternatives, equal beginnings shared ------------------------------------------
 */

static void add_alternative(tree *t, uint32_t state)
{
    t->entry = t->entry == UINT32_MAX
                   ? state
                   : bx_nfa_add(t->nfa, (bx_state){.op = BX_OP_SPLIT, .a = state, .b = t->entry});
}

static void add_backwards(tree *t, const seq *s)
{
    uint32_t to = t->next;
    bool is_new = false;
    if (s->n == 1 && t->n_ascii < BX_COUNT(t->ascii)) {
        t->ascii[t->n_ascii] = s->at[0];
        t->ascii[t->n_ascii++].to = to;
        return;
    }
    for (unsigned i = 0; i < s->n; i++) {
        bx_step step = s->at[i];
        step.to = to;
        to = intern(t, &step, 1, &is_new);
    }
    if (is_new) /* else it is there already */
        add_alternative(t, to);
}

static uint32_t finish_backwards(tree *t)
{
    if (t->n_ascii > 0)
        add_alternative(t, bx_nfa_add_steps(t->nfa, t->ascii, t->n_ascii));
    return t->entry == UINT32_MAX ? bx_nfa_add_steps(t->nfa, NULL, 0) : t->entry;
}

static uint32_t add_bytes(bx_nfa *n, const bx_range *r, size_t count, uint32_t next)
{
    bx_step steps[256];
    for (size_t i = 0; i < count; i++)
        steps[i] = (bx_step){(uint8_t)r[i].lo, (uint8_t)r[i].hi, next};
    return bx_nfa_add_steps(n, steps, count);
}

uint32_t bx_nfa_add_set(bx_nfa *n, const bx_range *r, size_t count, bool is_bytes, bool backwards,
                        uint32_t next)
{
    if (is_bytes || count == 0 || r[count - 1].hi < 0x80)
        return add_bytes(n, r, count, next);
    tree *t = bx_calloc(1, sizeof *t);
    if (!t) {
        n->fail = BX_ENOMEM;
        return 0;
    }
    *t = (tree){
        .nfa = n, .next = next, .base = n->n_states, .backwards = backwards, .entry = UINT32_MAX};
    for (size_t i = 0; i < count && n->fail == BX_OK; i++) {
        seq s;
        for (uint32_t lo = r[i].lo; next_seq(&lo, r[i].hi, &s) && n->fail == BX_OK;)
            if (backwards)
                add_backwards(t, &s);
            else
                add_forwards(t, &s);
    }
    uint32_t entry = backwards ? finish_backwards(t) : finish_forwards(t);
    free(t);
    return entry;
}

uint32_t bx_nfa_add_copy(bx_nfa *n, const bx_nfa_copy *c, uint32_t next)
{
    uint32_t delta = n->n_states - c->from, end = c->to;
#define MOVED(state) ((state) >= c->from && (state) < end ? (state) + delta : next)
    for (uint32_t i = c->from; i < end && n->fail == BX_OK; i++) {
        bx_state s = n->states[i];
        if (s.op == BX_OP_SPARSE) {
            bx_step steps[256];
            for (uint32_t k = 0; k < s.b; k++) {
                steps[k] = n->steps[s.a + k];
                steps[k].to = MOVED(steps[k].to);
            }
            (void)bx_nfa_add_steps(n, steps, s.b);
        } else {
            s.a = MOVED(s.a);
            if (s.op == BX_OP_SPLIT)
                s.b = MOVED(s.b);
            (void)bx_nfa_add(n, s);
        }
    }
    return MOVED(c->entry);
#undef MOVED
}
