#include "codec/regexp.h"

#include "codec/regexp_internal.h"
#include "codec/utf8.h"

bx_code bx_regexp_compile(bx_str pattern, bx_regexp **ret, bx_error *err)
{
    BX_AUTO(bx_regexp) bx_regexp *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "pattern");
    bx_code rc = bx_regexp_parse(r, pattern, err);
    if (rc == BX_OK)
        rc = bx_regexp_build(r, err);
    if (rc != BX_OK)
        return rc;
    free(r->pieces);
    r->pieces = NULL;
    *ret = BX_TAKE(r);
    return BX_OK;
}

void bx_regexp_free(bx_regexp *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->n_sets; i++)
        free(r->sets[i].r);
    free(r->sets);
    free(r->states);
    free(r->pieces);
    free(r);
}

size_t bx_regexp_size(const bx_regexp *r) { return r->n_states + r->n_ranges; }

/* ---- a run over the text ----------------------------------------------------------------------
 */

enum { FEW_STATES = 128, NO_CHARACTER = UINT32_MAX };

typedef struct list {
    uint32_t *states; /* that wait for a character */
    uint32_t n;
} list;

typedef struct run {
    const bx_regexp *r;
    bx_str text;
    uint8_t *const *found; /* of each look-around, a bit for each place */
    bool backwards;
    list now, next;
    uint32_t *stack, *met; /* met[s]: the place, plus 1, where s was met last */
    uint32_t place;
    uint64_t *steps;
    bool accepted;
} run;

static bool has(const matched_set *s, uint32_t c)
{
    if (c < 128)
        return s->ascii[c / 64] >> c % 64 & 1;
    uint32_t lo = 0, hi = s->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->r[mid].hi < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && s->r[lo].lo <= c;
}

/* The character that begins at `at`, or that ends there; a byte that is part of none stands alone.
 */
static uint32_t character_at(bx_str s, size_t at, bool before, size_t *ret_n)
{
    size_t from = at;
    if (before) {
        do
            from--;
        while (from > 0 && at - from < 4 && ((uint8_t)s.p[from] & 0xc0) == 0x80);
    }
    bx_str rest = bx_str_from(s, from);
    size_t n = bx_utf8_char(rest);
    if (n == 0 || (before && from + n != at)) {
        *ret_n = 1;
        return 0xfffd;
    }
    *ret_n = n;
    return bx_utf8_decode(rest, n);
}

static bool is_word(bx_str s, size_t at, bool before)
{
    if (before ? at == 0 : at >= s.n)
        return false;
    char c = s.p[before ? at - 1 : at];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool holds(const run *u, const state *s, size_t at)
{
    if (s->op == OP_LOOK)
        return (u->found[s->a][at / 8] >> at % 8 & 1) != u->r->looks[s->a].negated;
    switch ((regexp_place)s->a) {
    case PLACE_START:
        return at == 0;
    case PLACE_END:
        return at == u->text.n;
    default:
        return (is_word(u->text, at, true) != is_word(u->text, at, false)) == (s->a == PLACE_WORD);
    }
}

/* `from`, and whatever can be reached from it without a character, at the place `at`. */
static void follow(run *u, list *to, uint32_t from, size_t at)
{
    uint32_t depth = 0;
    u->stack[depth++] = from;
    while (depth > 0) {
        uint32_t i = u->stack[--depth];
        const state *s = &u->r->states[i];
        if (u->met[i] == u->place)
            continue;
        u->met[i] = u->place;
        *u->steps -= *u->steps > 0;
        switch ((state_op)s->op) {
        case OP_ACCEPT:
            u->accepted = true;
            break;
        case OP_SET:
            to->states[to->n++] = i;
            break;
        case OP_SPLIT: /* each state is put there once for each that leads to it: room for two */
            u->stack[depth++] = s->next;
            u->stack[depth++] = s->a;
            break;
        default:
            if (holds(u, s, at))
                u->stack[depth++] = s->next;
        }
    }
}

/* Over the whole text, a match beginning wherever it likes.  `found`: a bit where one ends; NULL:
 * it is enough to know that there is one. */
static bool go(run *u, uint32_t start, uint8_t *found)
{
    size_t at = u->backwards ? u->text.n : 0, n = 0;
    memset(u->met, 0, u->r->n_states * sizeof *u->met);
    u->now.n = 0;
    for (u->place = 1;; u->place++) {
        u->next.n = 0;
        u->accepted = false;
        /* Those that came with the last character first; they are followed here, at their place. */
        for (uint32_t i = 0; i < u->now.n; i++)
            follow(u, &u->next, u->now.states[i], at);
        follow(u, &u->next, start, at);
        if (u->accepted && found)
            found[at / 8] |= (uint8_t)(1u << at % 8);
        if ((u->accepted && !found) || *u->steps == 0)
            return u->accepted;
        if (at == (u->backwards ? 0 : u->text.n))
            return false;
        uint32_t c = character_at(u->text, at, u->backwards, &n);
        u->now.n = 0;
        for (uint32_t i = 0; i < u->next.n; i++) {
            const state *s = &u->r->states[u->next.states[i]];
            if (has(&u->r->sets[s->a], c))
                u->now.states[u->now.n++] = s->next;
        }
        at = u->backwards ? at - n : at + n;
    }
}

static bool all_runs(run *u, uint8_t **found)
{
    for (uint32_t i = 0; i < u->r->n_looks; i++) {
        u->backwards = !u->r->looks[i].behind;
        (void)go(u, u->r->looks[i].start, found[i]);
        if (*u->steps == 0)
            return false;
    }
    u->backwards = false;
    return go(u, u->r->start, NULL) && *u->steps > 0;
}

bool bx_regexp_matches(const bx_regexp *r, bx_str text, uint64_t *steps)
{
    uint32_t few[5 * FEW_STATES];
    uint8_t *found[BX_REGEXP_MAX_LOOKS] = {NULL};
    const size_t n = r->n_states, bytes = text.n / 8 + 1;
    BX_AUTOFREE uint32_t *many = n > FEW_STATES ? bx_calloc(5 * n, sizeof *many) : NULL;
    BX_AUTOFREE uint8_t *bits = r->n_looks ? bx_calloc(r->n_looks, bytes) : NULL;
    if ((n > FEW_STATES && !many) || (r->n_looks && !bits) || text.n > UINT32_MAX / 2) {
        *steps = 0;
        return false;
    }
    uint32_t *room = many ? many : few;
    for (uint32_t i = 0; i < r->n_looks; i++)
        found[i] = bits + i * bytes;
    run u = {.r = r,
             .text = text,
             .found = found,
             .now = {.states = room},
             .next = {.states = room + n},
             .met = room + 2 * n,
             .stack = room + 3 * n,
             .steps = steps};
    return all_runs(&u, found);
}
