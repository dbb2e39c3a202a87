#include "regex/dfa.h"

enum {
    MATCH = 1 << 30, /* in the table: a match ends before the byte that led here */
    BEGIN = 1 << 29, /* in the table: nothing has begun yet, so candidates may be looked for */
    SPECIAL = BEGIN, /* what is not below this, or not above the three fixed ones, is looked at */
    FLAG_LINE = 1,   /* what is known of the byte before a state: the text or a line begins */
    FLAG_TEXT = 2,   /* the text begins */
    FLAG_WORD = 4,   /* a word character */
    FLAG_MATCH = 8,  /* see MATCH */
    N_STARTS = 8,
    UNKNOWN = 0, /* numbers of the fixed states */
    DEAD = 1,
    QUIT = 2,
    FIRST = 3,
    CLEARS_MAX = 4,       /* after that many times the table has to pay for itself: */
    BYTES_PER_STATE = 10, /* so many bytes of text for each state made */
};

typedef struct dstate {
    uint32_t at, n; /* its states, in the order of preference: pool[at..at + n) */
    uint32_t flags;
} dstate;

typedef struct nset { /* states of the automaton in the order they were added */
    uint32_t *dense, *sparse;
    uint32_t n;
} nset;

struct bx_dfa {
    const bx_nfa *nfa;
    bool backwards;
    bool longest;
    uint64_t *budget;
    uint8_t class_of[256];
    uint8_t byte_of[257]; /* of each class one byte */
    unsigned n_classes;   /* of bytes; the class of the end comes behind them */
    unsigned shift;
    bool quits; /* bytes beyond ASCII are not read */
    bool skips; /* candidates are looked for, so BEGIN is marked */
    uint32_t *table;
    dstate *states;
    uint32_t n_states, cap_states;
    uint32_t *pool;
    uint32_t n_pool, cap_pool;
    uint32_t *hash; /* numbers of states; 0: free */
    uint32_t hash_size;
    uint32_t starts[2][N_STARTS];
    nset now, next;
    uint32_t *stack;
    uint32_t clears;
    uint64_t scanned; /* bytes read since the table was last cleared */
};

static bool is_word_byte(uint32_t c)
{
    return c < 0x80 &&
           ((c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
}

/* --- classes of bytes that no state tells apart ------------------------------------------------
 */

static void mark_range(bool ends[256], unsigned lo, unsigned hi)
{
    ends[hi] = true;
    if (lo > 0)
        ends[lo - 1] = true;
}

static void find_classes(bx_dfa *d)
{
    const bx_nfa *n = d->nfa;
    bool ends[256] = {0}; /* a class ends with this byte */
    for (uint32_t i = 0; i < n->n_states; i++)
        if (n->states[i].op == BX_OP_RANGE)
            mark_range(ends, n->states[i].lo, n->states[i].hi);
    for (uint32_t i = 0; i < n->n_steps; i++)
        mark_range(ends, n->steps[i].lo, n->steps[i].hi);
    if (n->looks & (1u << BX_LOOK_LINE_START | 1u << BX_LOOK_LINE_END))
        mark_range(ends, '\n', '\n');
    if (n->looks >> BX_LOOK_WORD)
        for (unsigned c = 1; c < 256; c++)
            ends[c - 1] |= is_word_byte(c - 1) != is_word_byte(c);
    for (uint32_t look = 0; look < BX_LOOK_COUNT; look++)
        d->quits |= bx_look_is_unicode(look) && n->looks >> look & 1;
    ends[0x7f] |= d->quits;
    ends[255] = true;
    for (unsigned c = 0, class = 0; c < 256; c++) {
        d->class_of[c] = (uint8_t)class;
        d->byte_of[class] = (uint8_t)c;
        class += ends[c];
        d->n_classes = class;
    }
    d->shift = 1;
    while (1u << d->shift < d->n_classes + 1)
        d->shift++;
}

/* --- sets of states ----------------------------------------------------------------------------
 */

static bool set_add(nset *s, uint32_t state)
{
    uint32_t at = s->sparse[state];
    if (at < s->n && s->dense[at] == state)
        return false;
    s->sparse[state] = s->n;
    s->dense[s->n++] = state;
    return true;
}

/* Add `state` and what is reached from it without a byte, where the looks of `holds` hold.  Looks
 * that do not hold stay in the set: the next byte may say more. */
static void add_closure(bx_dfa *d, nset *set, uint32_t state, uint32_t holds)
{
    uint32_t depth = 0;
    d->stack[depth++] = state;
    while (depth > 0) {
        uint32_t at = d->stack[--depth];
        while (set_add(set, at)) {
            const bx_state *s = &d->nfa->states[at];
            *d->budget -= *d->budget > 0;
            if (s->op == BX_OP_SPLIT)
                d->stack[depth++] = s->b;
            else if (s->op != BX_OP_SAVE && !(s->op == BX_OP_LOOK && holds >> s->lo & 1))
                break;
            at = s->a;
        }
    }
}

static bool is_kept(const bx_state *s)
{
    return s->op == BX_OP_RANGE || s->op == BX_OP_SPARSE || s->op == BX_OP_MATCH ||
           s->op == BX_OP_LOOK;
}

static uint32_t looks_behind(uint32_t flags)
{
    return (flags & FLAG_LINE ? 1u << BX_LOOK_LINE_START : 0) |
           (flags & FLAG_TEXT ? 1u << BX_LOOK_TEXT_START : 0);
}

/* All looks that hold between what `flags` says and `byte`; 256: the end of the text. */
static uint32_t looks_between(uint32_t flags, uint32_t byte)
{
    uint32_t holds = looks_behind(flags), words = 0;
    bool before = flags & FLAG_WORD, after = is_word_byte(byte);
    if (byte == '\n' || byte == 256)
        holds |= 1u << BX_LOOK_LINE_END;
    if (byte == 256)
        holds |= 1u << BX_LOOK_TEXT_END;
    words |= 1u << (before != after ? BX_LOOK_WORD : BX_LOOK_NOT_WORD);
    words |= !before && after ? 1u << BX_LOOK_WORD_START : 0;
    words |= before && !after ? 1u << BX_LOOK_WORD_END : 0;
    words |= !before ? 1u << BX_LOOK_WORD_START_HALF : 0;
    words |= !after ? 1u << BX_LOOK_WORD_END_HALF : 0;
    return holds | words | words << BX_LOOK_ASCII;
}

/* What can matter of the byte before. */
static uint32_t flags_after(const bx_dfa *d, uint32_t byte)
{
    uint32_t flags = 0;
    if (d->nfa->looks & (1u << BX_LOOK_LINE_START) && byte == '\n')
        flags |= FLAG_LINE;
    if (d->nfa->looks >> BX_LOOK_WORD && is_word_byte(byte))
        flags |= FLAG_WORD;
    return flags;
}

/* --- the table ---------------------------------------------------------------------------------
 */

static uint32_t hash_of(const uint32_t *p, uint32_t n, uint32_t flags)
{
    uint32_t h = 2166136261u ^ flags;
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619u;
    return h ^ h >> 15;
}

static void clear(bx_dfa *d)
{
    d->n_states = FIRST;
    d->n_pool = 0;
    if (d->hash_size > 0)
        memset(d->hash, 0, d->hash_size * sizeof *d->hash);
    memset(d->starts, 0, sizeof d->starts);
}

static bool grow_list(void *list, uint32_t *cap, uint32_t to, size_t size)
{
    void **p = list, *more = bx_realloc(*p, to * size);
    if (!more)
        return false;
    *p = more;
    *cap = to;
    return true;
}

static void put_hash(bx_dfa *d, uint32_t number)
{
    const dstate *s = &d->states[number];
    uint32_t at = hash_of(d->pool + s->at, s->n, s->flags) & (d->hash_size - 1);
    while (d->hash[at])
        at = (at + 1) & (d->hash_size - 1);
    d->hash[at] = number;
}

/* Room for one more state of `n` members: false when the table has its largest size. */
static bool make_room(bx_dfa *d, uint32_t n)
{
    size_t row = (sizeof(uint32_t) << d->shift) + sizeof(dstate) + 2 * sizeof(uint32_t);
    if (row * d->n_states + sizeof(uint32_t) * (d->n_pool + n) > BX_REGEX_DFA_BYTES)
        return false;
    if (d->n_states >= d->cap_states) {
        uint32_t cap = d->cap_states ? d->cap_states * 2 : 64, unused = 0;
        if (!grow_list(&d->table, &unused, cap << d->shift, sizeof *d->table) ||
            !grow_list(&d->hash, &d->hash_size, cap * 2, sizeof *d->hash) ||
            !grow_list(&d->states, &d->cap_states, cap, sizeof *d->states))
            return false;
        memset(d->hash, 0, d->hash_size * sizeof *d->hash);
        for (uint32_t i = FIRST; i < d->n_states; i++)
            put_hash(d, i);
    }
    if (d->n_pool + n > d->cap_pool) {
        uint32_t cap = d->cap_pool ? d->cap_pool : 1024;
        while (cap < d->n_pool + n)
            cap *= 2;
        if (!grow_list(&d->pool, &d->cap_pool, cap, sizeof *d->pool))
            return false;
    }
    return true;
}

/* The number of the state of these members; 0: no room. */
static uint32_t state_of(bx_dfa *d, const uint32_t *members, uint32_t n, uint32_t flags)
{
    if (d->hash_size > 0) {
        uint32_t at = hash_of(members, n, flags) & (d->hash_size - 1);
        for (; d->hash[at]; at = (at + 1) & (d->hash_size - 1)) {
            const dstate *s = &d->states[d->hash[at]];
            if (s->n == n && s->flags == flags &&
                (n == 0 || memcmp(d->pool + s->at, members, n * sizeof *members) == 0))
                return d->hash[at];
        }
    }
    if (!make_room(d, n))
        return 0;
    uint32_t number = d->n_states++;
    d->states[number] = (dstate){d->n_pool, n, flags};
    if (n > 0)
        memcpy(d->pool + d->n_pool, members, n * sizeof *members);
    d->n_pool += n;
    memset(d->table + ((size_t)number << d->shift), 0, sizeof(uint32_t) << d->shift);
    put_hash(d, number);
    return number;
}

/* The members of d->next that matter, as a state; 0: no room. */
static uint32_t settle(bx_dfa *d, uint32_t flags)
{
    uint32_t kept = 0;
    nset *s = &d->next;
    for (uint32_t i = 0; i < s->n; i++)
        if (is_kept(&d->nfa->states[s->dense[i]]))
            s->dense[kept++] = s->dense[i]; /* s->sparse is no longer true, and no longer needed */
    s->n = 0;
    if (kept == 0 && !(flags & FLAG_MATCH))
        return DEAD;
    return state_of(d, s->dense, kept, flags);
}

/* The table is full: begin anew, unless it does not pay. */
static bool begin_anew(bx_dfa *d)
{
    bool pays = d->scanned >= (uint64_t)d->n_states * BYTES_PER_STATE;
    d->scanned = 0;
    clear(d);
    return ++d->clears <= CLEARS_MAX || pays;
}

static uint32_t start_state(bx_dfa *d, bool anchored, uint32_t flags)
{
    uint32_t *known = &d->starts[anchored][flags];
    if (*known)
        return *known;
    d->next.n = 0;
    add_closure(d, &d->next, anchored ? d->nfa->start : d->nfa->search, looks_behind(flags));
    return *known = settle(d, flags);
}

/* Where `byte` (256: the end) leads from state `from`: its entry for the table; UNKNOWN: no room.
 */
static uint32_t lead(bx_dfa *d, uint32_t from, uint32_t byte)
{
    const dstate *s = &d->states[from];
    uint32_t holds = looks_between(s->flags, byte), flags = byte < 256 ? flags_after(d, byte) : 0;
    nset *now = &d->now;
    now->n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t member = d->pool[s->at + i];
        if (d->nfa->looks)
            add_closure(d, now, member, holds);
        else
            (void)set_add(now, member);
    }
    *d->budget -= *d->budget > now->n ? now->n : *d->budget;
    d->next.n = 0;
    for (uint32_t i = 0; i < now->n; i++) {
        const bx_state *m = &d->nfa->states[now->dense[i]];
        if (m->op == BX_OP_MATCH) {
            flags |= FLAG_MATCH;
            if (!d->longest) /* what comes after it is preferred less */
                break;
        } else if (byte < 256 && m->op == BX_OP_RANGE) {
            if (m->lo <= byte && byte <= m->hi)
                add_closure(d, &d->next, m->a, looks_behind(flags));
        } else if (byte < 256 && m->op == BX_OP_SPARSE) {
            const bx_step *step = d->nfa->steps + m->a, *end = step + m->b;
            while (step < end && step->hi < byte)
                step++;
            if (step < end && step->lo <= byte)
                add_closure(d, &d->next, step->to, looks_behind(flags));
        }
    }
    uint32_t state = settle(d, flags);
    if (state == UNKNOWN)
        return UNKNOWN;
    bool begins = d->skips && state != DEAD && state == d->starts[0][flags & (N_STARTS - 1)];
    return state << d->shift | (flags & FLAG_MATCH ? (uint32_t)MATCH
                                : begins           ? (uint32_t)BEGIN
                                                   : 0);
}

/* The same, in the table too.  BX_DFA_GAVE_UP's sign is UNKNOWN. */
static uint32_t learn(bx_dfa *d, uint32_t *from, unsigned class)
{
    uint32_t byte = class == d->n_classes ? 256u : d->byte_of[class], to;
    if (byte < 256 && byte >= 0x80 && d->quits) {
        to = (uint32_t)QUIT << d->shift;
    } else {
        to = *d->budget > 0 ? lead(d, *from, byte) : UNKNOWN;
        if (to == UNKNOWN && *d->budget > 0) {
            dstate s = d->states[*from];
            memcpy(d->now.dense, d->pool + s.at, s.n * sizeof *d->pool);
            d->now.n = 0;
            if (!begin_anew(d) || !(*from = state_of(d, d->now.dense, s.n, s.flags)))
                return UNKNOWN;
            to = lead(d, *from, byte);
        }
    }
    if (to != UNKNOWN)
        d->table[(*from << d->shift) + class] = to;
    return to;
}

/* --- searches ----------------------------------------------------------------------------------
 */

/* What is known of the byte before position `at` (backwards: behind it), as far as it matters. */
static uint32_t flags_at(const bx_dfa *d, const bx_dfa_ask *ask, size_t at)
{
    uint32_t looks = d->nfa->looks;
    if (at == (d->backwards ? ask->n : 0))
        return (looks & 1u << BX_LOOK_LINE_START ? FLAG_LINE : 0u) |
               (looks & 1u << BX_LOOK_TEXT_START ? FLAG_TEXT : 0u);
    return flags_after(d, ask->p[d->backwards ? at : at - 1]);
}

static bool is_unreadable(const bx_dfa *d, const bx_dfa_ask *ask, size_t at)
{
    if (!d->quits || at == (d->backwards ? ask->n : 0))
        return false;
    return ask->p[d->backwards ? at : at - 1] >= 0x80;
}

/* The class of what follows the part that is searched: it may settle a match. */
static unsigned class_of_end(const bx_dfa *d, const bx_dfa_ask *ask)
{
    if (d->backwards)
        return ask->from == 0 ? d->n_classes : d->class_of[ask->p[ask->from - 1]];
    return ask->to == ask->n ? d->n_classes : d->class_of[ask->p[ask->to]];
}

typedef struct run {
    bx_dfa *d;
    const bx_dfa_ask *ask;
    uint32_t state; /* its number, shifted */
    size_t at;      /* forwards: of the next byte; backwards: behind it */
    size_t counted; /* `at` when it was last added to what the table has paid for */
    size_t match;   /* where a match ends, or SIZE_MAX */
    bx_dfa_end end; /* once it is over */
} run;

/* One step whose target is not just another state.  False: the search is over. */
static bool special_step(run *r, unsigned class, uint32_t to)
{
    bx_dfa *d = r->d;
    if (to >> d->shift == UNKNOWN) {
        d->scanned += r->at > r->counted ? r->at - r->counted : r->counted - r->at;
        r->counted = r->at;
        uint32_t from = r->state >> d->shift;
        to = learn(d, &from, class);
        if (to == UNKNOWN) {
            r->end = BX_DFA_GAVE_UP;
            return false;
        }
    }
    if (to & MATCH) {
        r->match = r->at;
        uint32_t number = (to & ~(uint32_t)MATCH) >> d->shift;
        if (r->ask->earliest || d->states[number].n == 0) /* nothing could match longer */
            return false;
    }
    r->state = to & ~(uint32_t)(MATCH | BEGIN);
    if (r->state >> d->shift == QUIT)
        r->end = BX_DFA_QUIT;
    return r->state >> d->shift > QUIT;
}

/* Nothing has begun: go on at the next candidate.  False: there is none. */
static bool skip(run *r)
{
    const bx_dfa_ask *ask = r->ask;
    size_t at = bx_finder_next(ask->finder, ask->p, ask->to, r->at);
    if (at == SIZE_MAX)
        return false;
    if (at > r->at) {
        uint32_t flags = flags_at(r->d, ask, at);
        if (is_unreadable(r->d, ask, at)) {
            r->at = at;
            r->end = BX_DFA_QUIT;
            return false;
        }
        uint32_t state = start_state(r->d, false, flags);
        r->at = at;
        if (state == UNKNOWN)
            r->end = BX_DFA_GAVE_UP;
        if (state <= QUIT)
            return false;
        r->state = state << r->d->shift;
    }
    return true;
}

static void run_forwards(run *r)
{
    const bx_dfa *d = r->d;
    const uint8_t *p = r->ask->p, *class_of = d->class_of;
    const size_t to = r->ask->to;
    const uint32_t low = (uint32_t)FIRST << d->shift, span = (uint32_t)SPECIAL - low;
    if (r->ask->finder && !skip(r))
        return;
    while (r->at < to) {
        const uint32_t *table = d->table;
        uint32_t state = r->state, next = 0;
        size_t at = r->at;
        while (at < to && (next = table[state + class_of[p[at]]]) - low < span) {
            state = next;
            at++;
        }
        r->state = state;
        r->at = at;
        if (at == to)
            return;
        if (!special_step(r, class_of[p[at]], next))
            return;
        r->at = at + 1;
        if (next & BEGIN && r->ask->finder && !skip(r))
            return;
    }
}

static void run_backwards(run *r)
{
    const bx_dfa *d = r->d;
    const uint8_t *p = r->ask->p;
    const uint32_t low = (uint32_t)FIRST << d->shift;
    while (r->at > r->ask->from) {
        unsigned class = d->class_of[p[r->at - 1]];
        uint32_t next = d->table[r->state + class];
        if (next - low < (uint32_t)SPECIAL - low)
            r->state = next;
        else if (!special_step(r, class, next))
            return;
        r->at--;
    }
}

static void finish(run *r)
{
    bx_dfa *d = r->d;
    unsigned class = class_of_end(d, r->ask);
    uint32_t to = d->table[r->state + class];
    if (class < d->n_classes && d->quits && d->byte_of[class] >= 0x80)
        r->end = BX_DFA_QUIT;
    else
        (void)special_step(r, class, to);
}

bx_dfa_end bx_dfa_find(bx_dfa *d, const bx_dfa_ask *ask, size_t *ret)
{
    run r = {.d = d, .ask = ask, .match = SIZE_MAX, .end = BX_DFA_NONE};
    r.at = d->backwards ? ask->to : ask->from;
    if (is_unreadable(d, ask, r.at)) {
        *ret = r.at;
        return BX_DFA_QUIT;
    }
    d->skips |= ask->finder != NULL;
    if (ask->finder && !d->nfa->looks)
        (void)start_state(d, false, 0);
    uint32_t state = start_state(d, ask->anchored, flags_at(d, ask, r.at));
    if (state == UNKNOWN && begin_anew(d))
        state = start_state(d, ask->anchored, flags_at(d, ask, r.at));
    *ret = r.at;
    if (state == UNKNOWN)
        return BX_DFA_GAVE_UP;
    if (state == DEAD)
        return BX_DFA_NONE;
    r.state = state << d->shift;
    r.counted = r.at;
    if (d->backwards)
        run_backwards(&r);
    else
        run_forwards(&r);
    d->scanned += r.at > r.counted ? r.at - r.counted : r.counted - r.at;
    bool is_at_end = r.at == (d->backwards ? ask->from : ask->to);
    if (is_at_end && r.end == BX_DFA_NONE && r.state >> d->shift > QUIT &&
        !(ask->earliest && r.match != SIZE_MAX))
        finish(&r);
    if (r.end != BX_DFA_NONE) {
        *ret = r.at;
        return r.end;
    }
    if (r.match == SIZE_MAX)
        return BX_DFA_NONE;
    *ret = r.match;
    return BX_DFA_MATCH;
}

bx_dfa *bx_dfa_new(const bx_nfa *nfa, bool backwards, uint64_t *budget)
{
    bx_dfa *d = bx_calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->nfa = nfa;
    d->backwards = backwards;
    d->longest = backwards;
    d->budget = budget;
    d->n_states = FIRST;
    find_classes(d);
    uint32_t n = nfa->n_states, *sets = bx_calloc(4 * (size_t)n + 2 * (size_t)n + 2, sizeof *sets);
    if (!sets || !make_room(d, 0)) {
        free(sets);
        bx_dfa_free(d);
        return NULL;
    }
    d->now = (nset){.dense = sets, .sparse = sets + n};
    d->next = (nset){.dense = sets + 2 * n, .sparse = sets + 3 * n};
    d->stack = sets + 4 * n;
    return d;
}

void bx_dfa_want_longest(bx_dfa *d) { d->longest = true; }

void bx_dfa_free(bx_dfa *d)
{
    if (!d)
        return;
    free(d->now.dense); /* the first of one block */
    free(d->table);
    free(d->states);
    free(d->pool);
    free(d->hash);
    free(d);
}
