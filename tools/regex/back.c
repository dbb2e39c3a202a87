#include "regex/back.h"

#include "regex/look.h"

typedef struct frame { /* a way not tried yet, or a slot to restore */
    uint32_t state, slot;
    size_t at;
} frame;

enum { NO_SLOT = UINT32_MAX, STACK_MAX = 4 << 20 };

struct bx_back {
    const bx_nfa *nfa;
    const bx_cpset *words;
    size_t n_slots;
    bool fold;
    size_t *slots; /* then, of each state, the place it was last passed at on this way, plus one */
    size_t *passed;
    uint32_t *seen; /* a bit for each state and place */
    size_t cap_seen;
    frame *stack;
    size_t n, cap;
};

bx_back *bx_back_new(const bx_nfa *nfa, const bx_cpset *words, size_t groups, bool fold)
{
    bx_back *b = bx_calloc(1, sizeof *b);
    if (!b)
        return NULL;
    *b = (bx_back){.nfa = nfa, .words = words, .n_slots = 2 * groups, .fold = fold};
    b->slots = bx_calloc(b->n_slots + nfa->n_states, sizeof *b->slots);
    if (!b->slots) {
        free(b);
        return NULL;
    }
    b->passed = b->slots + b->n_slots;
    return b;
}

void bx_back_free(bx_back *b)
{
    if (!b)
        return;
    free(b->slots);
    free(b->seen);
    free(b->stack);
    free(b);
}

static bool push(bx_back *b, frame f)
{
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 64;
        frame *p = cap <= STACK_MAX ? bx_realloc(b->stack, cap * sizeof *p) : NULL;
        if (!p)
            return false;
        b->stack = p;
        b->cap = cap;
    }
    b->stack[b->n++] = f;
    return true;
}

static bool takes(const bx_nfa *nfa, const bx_state *s, uint8_t byte, uint32_t *ret)
{
    if (s->op == BX_OP_RANGE) {
        *ret = s->a;
        return s->lo <= byte && byte <= s->hi;
    }
    const bx_step *step = nfa->steps + s->a, *end = step + s->b;
    while (step < end && step->hi < byte)
        step++;
    if (step == end || step->lo > byte)
        return false;
    *ret = step->to;
    return true;
}

/* --- groups of a match that is known -----------------------------------------------------------
 */

typedef struct walk {
    const uint8_t *p;
    size_t n, from, to;
} walk;

/* Was this state tried at this place before? */
static bool was_seen(bx_back *b, const walk *w, uint32_t state, size_t at)
{
    size_t bit = state * (w->to - w->from + 1) + (at - w->from);
    uint32_t mask = UINT32_C(1) << (bit & 31);
    bool was = b->seen[bit >> 5] & mask;
    b->seen[bit >> 5] |= mask;
    return was;
}

/* One way from `state` on until it ends or the match is whole. */
static bool exact_way(bx_back *b, const walk *w, uint32_t state, size_t at, bool *no_memory)
{
    for (;;) {
        const bx_state *s = &b->nfa->states[state];
        switch (s->op) {
        case BX_OP_SPLIT:
            if (was_seen(b, w, state, at))
                return false;
            if (!push(b, (frame){s->b, NO_SLOT, at})) {
                *no_memory = true;
                return false;
            }
            state = s->a;
            break;
        case BX_OP_LOOK:
            if (!bx_look_holds(b->words, s->lo, w->p, w->n, at))
                return false;
            state = s->a;
            break;
        case BX_OP_SAVE:
            if (s->b < b->n_slots) {
                if (!push(b, (frame){0, s->b, b->slots[s->b]})) {
                    *no_memory = true;
                    return false;
                }
                b->slots[s->b] = at;
            }
            state = s->a;
            break;
        case BX_OP_RANGE:
        case BX_OP_SPARSE:
            if (at >= w->to || !takes(b->nfa, s, w->p[at], &state))
                return false;
            at++;
            break;
        default:
            return s->op == BX_OP_MATCH && at == w->to;
        }
    }
}

static void forget(bx_back *b)
{
    for (size_t i = 0; i < b->n_slots; i++)
        b->slots[i] = SIZE_MAX;
    b->n = 0;
}

static void tell(const bx_back *b, size_t from, size_t to, bx_span *ret)
{
    memcpy(ret, b->slots, b->n_slots * sizeof *b->slots);
    ret[0] = (bx_span){from, to};
}

bx_hit bx_back_exact(bx_back *b, const uint8_t *p, size_t n, bx_span part, bx_span *ret)
{
    size_t places = part.to - part.from + 1;
    if (places > BX_BACK_SEEN_MAX / b->nfa->n_states)
        return BX_HIT_GAVE_UP;
    size_t words = (places * b->nfa->n_states + 31) / 32;
    if (words > b->cap_seen) {
        free(b->seen);
        b->cap_seen = 0;
        if (!(b->seen = bx_calloc(words, sizeof *b->seen)))
            return BX_HIT_GAVE_UP;
        b->cap_seen = words;
    }
    memset(b->seen, 0, words * sizeof *b->seen);
    walk w = {p, n, part.from, part.to};
    bool no_memory = false;
    forget(b);
    if (!push(b, (frame){b->nfa->start, NO_SLOT, part.from}))
        return BX_HIT_GAVE_UP;
    while (b->n > 0 && !no_memory) {
        frame f = b->stack[--b->n];
        if (f.slot != NO_SLOT) {
            b->slots[f.slot] = f.at;
        } else if (exact_way(b, &w, f.state, f.at, &no_memory)) {
            tell(b, part.from, part.to, ret);
            return BX_HIT;
        }
    }
    return no_memory ? BX_HIT_GAVE_UP : BX_HIT_NONE;
}

/* --- back-references ---------------------------------------------------------------------------
 */

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

/* Does what group `number` captured stand here?  Its length into *ret. */
static bool stands_again(const bx_back *b, const walk *w, uint32_t number, size_t at, size_t *ret)
{
    size_t from = b->slots[2 * number], to = b->slots[2 * number + 1];
    if (from == SIZE_MAX || to == SIZE_MAX || w->n - at < to - from)
        return false;
    *ret = to - from;
    if (!b->fold)
        return memcmp(w->p + from, w->p + at, to - from) == 0;
    for (size_t i = 0; i < to - from; i++)
        if (lower(w->p[from + i]) != lower(w->p[at + i]))
            return false;
    return true;
}

/* Remember a slot (or, from n_slots on, a state's last place) and set it. */
static bool set(bx_back *b, uint32_t slot, size_t value)
{
    if (!push(b, (frame){0, slot, b->slots[slot]}))
        return false;
    b->slots[slot] = value;
    return true;
}

static bool around(bx_back *b, const walk *w, const bx_state *s, size_t at, uint64_t *steps);

/* One way; true when it reached the end of a match at *at.  *steps 0: gave up. */
static bool any_way(bx_back *b, const walk *w, uint32_t state, size_t *at, uint64_t *steps)
{
    size_t len;
    for (; *steps > 0; --*steps) {
        const bx_state *s = &b->nfa->states[state];
        uint32_t mark = (uint32_t)b->n_slots + state;
        switch (s->op) {
        case BX_OP_SPLIT:
            if (b->slots[mark] == *at + 1) /* round and round for nothing */
                return false;
            if (!set(b, mark, *at + 1) || !push(b, (frame){s->b, NO_SLOT, *at})) {
                *steps = 0;
                return false;
            }
            state = s->a;
            break;
        case BX_OP_LOOK:
            if (!bx_look_holds(b->words, s->lo, w->p, w->n, *at))
                return false;
            state = s->a;
            break;
        case BX_OP_SAVE:
            if (s->b < b->n_slots && !set(b, s->b, *at)) {
                *steps = 0;
                return false;
            }
            state = s->a;
            break;
        case BX_OP_AROUND:
            if (!around(b, w, s, *at, steps))
                return false;
            state = s->a;
            break;
        case BX_OP_AGAIN:
            if (!stands_again(b, w, s->b, *at, &len))
                return false;
            *at += len;
            state = s->a;
            break;
        case BX_OP_RANGE:
        case BX_OP_SPARSE:
            if (*at >= w->n || !takes(b->nfa, s, w->p[*at], &state))
                return false;
            ++*at;
            break;
        default:
            return s->op == BX_OP_MATCH;
        }
    }
    return false;
}

/* From `state` at `from` on, is there a match (with `to` not SIZE_MAX: one that ends there)?  All
 * is left as it was. */
static bool found_from(bx_back *b, const walk *w, uint32_t state, bx_span part, uint64_t *steps)
{
    size_t base = b->n;
    bool found = false;
    if (!push(b, (frame){state, NO_SLOT, part.from})) {
        *steps = 0;
        return false;
    }
    while (b->n > base) {
        frame f = b->stack[--b->n];
        size_t at = f.at;
        if (f.slot != NO_SLOT)
            b->slots[f.slot] = f.at;
        else if (!found && *steps > 0 && any_way(b, w, f.state, &at, steps))
            found = part.to == SIZE_MAX || at == part.to;
    }
    return found;
}

static bool around(bx_back *b, const walk *w, const bx_state *s, size_t at, uint64_t *steps)
{
    bool found = false;
    if (!(s->lo & 2))
        found = found_from(b, w, s->b, (bx_span){at, SIZE_MAX}, steps);
    else
        for (size_t from = at + 1; from > 0 && !found && *steps > 0; from--)
            found = found_from(b, w, s->b, (bx_span){from - 1, at}, steps);
    return found != (s->lo & 1);
}

bx_hit bx_back_any(bx_back *b, const uint8_t *p, size_t n, size_t from, bool longest,
                   uint64_t *steps, bx_span *ret)
{
    walk w = {p, n, from, n};
    bool found = false;
    forget(b);
    memset(b->passed, 0, b->nfa->n_states * sizeof *b->passed);
    if (!push(b, (frame){b->nfa->start, NO_SLOT, from}))
        return BX_HIT_GAVE_UP;
    while (b->n > 0 && *steps > 0) {
        frame f = b->stack[--b->n];
        size_t at = f.at;
        if (f.slot != NO_SLOT) {
            b->slots[f.slot] = f.at;
        } else if (any_way(b, &w, f.state, &at, steps) && (!found || at > ret->to)) {
            tell(b, b->slots[0] != SIZE_MAX ? b->slots[0] : from, at, ret);
            found = true;
            if (at == n || !longest)
                break;
        }
    }
    return *steps == 0 ? BX_HIT_GAVE_UP : found ? BX_HIT : BX_HIT_NONE;
}
