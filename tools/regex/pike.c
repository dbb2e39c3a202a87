#include "regex/pike.h"

typedef struct threads { /* in the order of preference */
    uint32_t *dense, *sparse;
    uint32_t n;
    size_t *slots; /* of state s: slots[s * n_slots ...] */
} threads;

typedef struct pending { /* on the stack of add: a state to go on with, or a slot to restore */
    uint32_t state, slot;
    size_t old;
} pending;

struct bx_pike {
    const bx_nfa *nfa;
    const bx_cpset *words;
    size_t n_slots;
    uint64_t *budget;
    threads now, next;
    pending *stack;
    size_t *slots; /* of the thread that is being added */
};

enum { NO_SLOT = UINT32_MAX };

/* --- what holds at a position ------------------------------------------------------------------
 */

static bool is_ascii_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The character of n bytes at p, or UINT32_MAX when it is no UTF-8. */
static uint32_t decode(const uint8_t *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (p[0] < 0x80)
        return p[0];
    if (need == 0 || n < need)
        return UINT32_MAX;
    uint32_t cp = p[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        cp = cp << 6 | (p[i] & 0x3f);
    }
    bool is_fine = cp >= least[need] && cp <= BX_CP_MAX && !(cp >= 0xd800 && cp < 0xe000);
    return is_fine ? cp : UINT32_MAX;
}

static size_t length_of(uint32_t cp)
{
    return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

/* What stands beside a position. */
typedef enum beside {
    NO_WORD,
    WORD,
    NO_CHARACTER /* of the text: bytes that are no UTF-8 */
} beside;

static beside judge(const bx_pike *k, uint32_t cp, bool is_whole)
{
    if (cp == UINT32_MAX || !is_whole)
        return NO_CHARACTER;
    return bx_cpset_has(k->words, cp) ? WORD : NO_WORD;
}

static beside behind_of(const bx_pike *k, const uint8_t *p, size_t n, size_t at, bool unicode)
{
    if (at >= n)
        return NO_WORD;
    if (p[at] < 0x80 || !unicode)
        return is_ascii_word(p[at]) ? WORD : NO_WORD;
    return judge(k, decode(p + at, n - at), true);
}

static beside before_of(const bx_pike *k, const uint8_t *p, size_t at, bool unicode)
{
    if (at == 0)
        return NO_WORD;
    if (p[at - 1] < 0x80 || !unicode)
        return is_ascii_word(p[at - 1]) ? WORD : NO_WORD;
    size_t from = at - 1;
    while (from > 0 && at - from < 4 && (p[from] & 0xc0) == 0x80)
        from--;
    uint32_t cp = decode(p + from, at - from);
    return judge(k, cp, length_of(cp) == at - from);
}

static bool holds(const bx_pike *k, uint32_t look, const uint8_t *p, size_t n, size_t at)
{
    switch (look) {
    case BX_LOOK_LINE_START:
        return at == 0 || p[at - 1] == '\n';
    case BX_LOOK_LINE_END:
        return at == n || p[at] == '\n';
    case BX_LOOK_TEXT_START:
        return at == 0;
    case BX_LOOK_TEXT_END:
        return at == n;
    default:
        break;
    }
    bool unicode = bx_look_is_unicode(look);
    beside before = before_of(k, p, at, unicode), behind = behind_of(k, p, n, at, unicode);
    switch (unicode ? look : look - BX_LOOK_ASCII) {
    case BX_LOOK_WORD:
        return (before == WORD) != (behind == WORD);
    case BX_LOOK_NOT_WORD: /* nor the halves: within a character there is no place for a match */
        return before == behind && before != NO_CHARACTER;
    case BX_LOOK_WORD_START:
        return before != WORD && behind == WORD;
    case BX_LOOK_WORD_END:
        return before == WORD && behind != WORD;
    case BX_LOOK_WORD_START_HALF:
        return before == NO_WORD;
    default:
        return behind == NO_WORD;
    }
}

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
            } else if (s->op != BX_OP_LOOK || !holds(k, s->lo, here->p, here->n, here->at)) {
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
    k->next.n = 0;
    for (uint32_t i = 0; i < k->now.n; i++) {
        uint32_t state = k->now.dense[i], to;
        const bx_state *s = &k->nfa->states[state];
        const size_t *slots = k->now.slots + state * k->n_slots;
        if (s->op == BX_OP_MATCH) {
            memcpy(ret, slots, k->n_slots * sizeof *slots);
            ret[0].to = here->at;
            return true;
        }
        *k->budget -= *k->budget > 0;
        if (has_byte && goes_on(k->nfa, s, here->p[here->at], &to)) {
            place behind = {here->p, here->n, here->at + 1};
            memcpy(k->slots, slots, k->n_slots * sizeof *slots);
            add(k, &k->next, to, &behind);
        }
    }
    return false;
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
