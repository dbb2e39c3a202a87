#include "regex/pike.h"

#include "regex/look.h"

typedef struct threads { /* in the order of preference */
    uint32_t *dense, *sparse;
    uint32_t n;
    size_t *slots; /* of state s: slots[s * n_slots ...] */
} threads;

typedef struct pending { /* on the stack of add: a state to go on with, or a slot to restore */
    uint32_t state, slot;
    size_t old;
} pending;

typedef enum mode {
    FIRST,   /* the match that is preferred */
    LONGEST, /* from one place */
    EXACT,   /* up to the end of the part */
} mode;

struct bx_pike {
    mode mode;
    const bx_nfa *nfa;
    const bx_cpset *words;
    size_t n_slots;
    uint64_t *budget;
    threads now, next;
    pending *stack;
    size_t *slots; /* of the thread that is being added */
};

enum { NO_SLOT = UINT32_MAX };

/* --- threads -----------------------------------------------------------------------------------
 */

static bool add_one(threads *t, uint32_t state)
{
    uint32_t at = t->sparse[state];
    if (at < t->n && t->dense[at] == state)
        return false;
    t->sparse[state] = t->n;
    t->dense[t->n++] = state;
    return true;
}

typedef struct place {
    const uint8_t *p;
    size_t n, at;
} place;

/* A thread at `state`, with what k->slots says, and all it reaches without a byte. */
static void add(bx_pike *k, threads *t, uint32_t state, const place *here)
{
    size_t depth = 0;
    k->stack[depth++] = (pending){.state = state, .slot = NO_SLOT};
    while (depth > 0) {
        pending top = k->stack[--depth];
        if (top.slot != NO_SLOT) {
            k->slots[top.slot] = top.old;
            continue;
        }
        uint32_t at = top.state;
        while (add_one(t, at)) {
            const bx_state *s = &k->nfa->states[at];
            *k->budget -= *k->budget > 0;
            if (s->op == BX_OP_SPLIT) {
                k->stack[depth++] = (pending){.state = s->b, .slot = NO_SLOT};
            } else if (s->op == BX_OP_SAVE) {
                if (s->b < k->n_slots) {
                    k->stack[depth++] = (pending){.slot = s->b, .old = k->slots[s->b]};
                    k->slots[s->b] = here->at;
                }
            } else if (s->op != BX_OP_LOOK ||
                       !bx_look_holds(k->words, s->lo, here->p, here->n, here->at)) {
                memcpy(t->slots + at * k->n_slots, k->slots, k->n_slots * sizeof *k->slots);
                break;
            }
            at = s->a;
        }
    }
}

static bool goes_on(const bx_nfa *nfa, const bx_state *s, uint8_t byte, uint32_t *ret)
{
    if (s->op == BX_OP_RANGE) {
        *ret = s->a;
        return s->lo <= byte && byte <= s->hi;
    }
    if (s->op != BX_OP_SPARSE)
        return false;
    const bx_step *step = nfa->steps + s->a, *end = step + s->b;
    while (step < end && step->hi < byte)
        step++;
    if (step == end || step->lo > byte)
        return false;
    *ret = step->to;
    return true;
}

/* Take the byte at `at` (none at the end of the part); true when a match was found, into ret. */
static bool step(bx_pike *k, const place *here, bool has_byte, bx_span *ret)
{
    bool found = false;
    k->next.n = 0;
    for (uint32_t i = 0; i < k->now.n; i++) {
        uint32_t state = k->now.dense[i], to;
        const bx_state *s = &k->nfa->states[state];
        const size_t *slots = k->now.slots + state * k->n_slots;
        if (s->op == BX_OP_MATCH) {
            if (k->mode == EXACT && has_byte)
                continue;
            memcpy(ret, slots, k->n_slots * sizeof *slots);
            ret[0].to = here->at;
            if (k->mode != LONGEST)
                return true;
            found = true;
            continue;
        }
        *k->budget -= *k->budget > 0;
        if (has_byte && goes_on(k->nfa, s, here->p[here->at], &to)) {
            place behind = {here->p, here->n, here->at + 1};
            memcpy(k->slots, slots, k->n_slots * sizeof *slots);
            add(k, &k->next, to, &behind);
        }
    }
    return found;
}

bx_hit bx_pike_find(bx_pike *k, const uint8_t *p, size_t n, bx_span part, const bx_finder *finder,
                    bx_span *ret)
{
    bool found = false;
    k->now.n = 0;
    for (size_t at = part.from;; at++) {
        if (*k->budget == 0)
            return BX_HIT_GAVE_UP;
        if (k->now.n == 0) {
            if (found)
                return BX_HIT;
            if (finder && (at = bx_finder_next(finder, p, part.to, at)) == SIZE_MAX)
                return BX_HIT_NONE;
        }
        place here = {p, n, at};
        if (!found) { /* the later a match begins, the less it is preferred */
            for (size_t i = 0; i < k->n_slots; i++)
                k->slots[i] = SIZE_MAX;
            k->slots[0] = at;
            add(k, &k->now, k->nfa->start, &here);
        }
        found |= step(k, &here, at < part.to, ret);
        threads swap = k->now;
        k->now = k->next;
        k->next = swap;
        if (at >= part.to)
            return found ? BX_HIT : BX_HIT_NONE;
    }
}

static bx_hit anchored(bx_pike *k, const uint8_t *p, size_t n, bx_span part, bx_span *ret)
{
    bool found = false;
    place here = {p, n, part.from};
    k->now.n = 0;
    for (size_t i = 0; i < k->n_slots; i++)
        k->slots[i] = SIZE_MAX;
    k->slots[0] = part.from;
    add(k, &k->now, k->nfa->start, &here);
    for (;; here.at++) {
        if (*k->budget == 0)
            return BX_HIT_GAVE_UP;
        found |= step(k, &here, here.at < part.to, ret);
        threads swap = k->now;
        k->now = k->next;
        k->next = swap;
        if (here.at >= part.to || k->now.n == 0)
            return found ? BX_HIT : BX_HIT_NONE;
    }
}

bx_hit bx_pike_longest(bx_pike *k, const uint8_t *p, size_t n, bx_span part, bx_span *ret)
{
    k->mode = LONGEST;
    bx_hit hit = anchored(k, p, n, part, ret);
    k->mode = FIRST;
    return hit;
}

bx_hit bx_pike_exact(bx_pike *k, const uint8_t *p, size_t n, bx_span part, bx_span *ret)
{
    k->mode = EXACT;
    bx_hit hit = anchored(k, p, n, part, ret);
    k->mode = FIRST;
    return hit;
}

bx_pike *bx_pike_new(const bx_nfa *nfa, const bx_cpset *words, size_t groups, uint64_t *budget)
{
    size_t n = nfa->n_states, n_slots = 2 * groups;
    if (n * n_slots > BX_PIKE_SLOTS_MAX)
        return NULL;
    bx_pike *k = bx_calloc(1, sizeof *k);
    if (!k)
        return NULL;
    *k = (bx_pike){.nfa = nfa, .words = words, .n_slots = n_slots, .budget = budget};
    uint32_t *sets = bx_calloc(4 * n, sizeof *sets);
    k->stack = bx_calloc(2 * n + 2, sizeof *k->stack);
    k->slots = bx_calloc((2 * n + 1) * n_slots, sizeof *k->slots);
    k->now.dense = sets;
    if (!sets || !k->stack || !k->slots) {
        bx_pike_free(k);
        return NULL;
    }
    k->now = (threads){sets, sets + n, 0, k->slots + n_slots};
    k->next = (threads){sets + 2 * n, sets + 3 * n, 0, k->slots + n_slots + n * n_slots};
    return k;
}

void bx_pike_free(bx_pike *k)
{
    if (!k)
        return;
    free(k->now.dense < k->next.dense || !k->next.dense ? k->now.dense : k->next.dense);
    free(k->stack);
    free(k->slots);
    free(k);
}
