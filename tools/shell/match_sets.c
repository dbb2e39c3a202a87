/* Matching with sets of positions: a sequence maps the set of positions where it may begin to the
 * set where it may end.  No backtracking, so no pattern explodes; a budget bounds what negations
 * cost on long subjects. */
#include "shell/ast.h"
#include "shell/match_int.h"

/* ---- sets */

void sh_positions_init(sh_match_run *r, positions *set)
{
    set->lo = set->hi = 0;
    if (r->words <= BX_COUNT(set->small)) {
        memset(set->small, 0, sizeof set->small);
        set->w = set->small;
    } else if (r->n_pool) {
        set->w = r->pool[--r->n_pool];
    } else {
        set->w = sh_alloc(r->words * sizeof *set->w);
    }
}

void sh_positions_done(sh_match_run *r, positions *set)
{
    if (r->words <= BX_COUNT(set->small))
        return;
    if (r->n_pool == BX_COUNT(r->pool)) {
        free(set->w);
        return;
    }
    sh_positions_clear(set);
    r->pool[r->n_pool++] = set->w;
}

void sh_match_run_done(sh_match_run *r)
{
    while (r->n_pool)
        free(r->pool[--r->n_pool]);
}

void sh_positions_clear(positions *set)
{
    if (set->lo < set->hi)
        memset(set->w + set->lo / 64, 0, ((set->hi - 1) / 64 - set->lo / 64 + 1) * 8);
    set->lo = set->hi = 0;
}

void sh_positions_add(positions *set, size_t i)
{
    set->w[i / 64] |= 1ULL << (i % 64);
    if (set->lo >= set->hi) {
        set->lo = i;
        set->hi = i + 1;
    } else {
        set->lo = i < set->lo ? i : set->lo;
        set->hi = i >= set->hi ? i + 1 : set->hi;
    }
}

bool sh_positions_has(const positions *set, size_t i)
{
    return i >= set->lo && i < set->hi && (set->w[i / 64] >> (i % 64) & 1);
}

ptrdiff_t sh_positions_from(const positions *set, size_t i)
{
    if (i < set->lo)
        i = set->lo;
    while (i < set->hi) {
        uint64_t w = set->w[i / 64] >> (i % 64);
        if (w) {
            i += (size_t)__builtin_ctzll(w);
            return i < set->hi ? (ptrdiff_t)i : -1;
        }
        i = (i / 64 + 1) * 64;
    }
    return -1;
}

/* The greatest < i, -1: none. */
static ptrdiff_t below(const positions *set, size_t i)
{
    if (i > set->hi)
        i = set->hi;
    while (i > set->lo) {
        size_t k = i - 1;
        uint64_t w = set->w[k / 64] << (63 - k % 64);
        if (w)
            return (ptrdiff_t)(k - (size_t)__builtin_clzll(w));
        i = k / 64 * 64;
    }
    return -1;
}

ptrdiff_t sh_positions_last(const positions *set) { return below(set, set->hi); }

static void copy(const positions *from, positions *to)
{
    sh_positions_clear(to);
    if (from->lo >= from->hi)
        return;
    size_t k = from->lo / 64;
    memcpy(to->w + k, from->w + k, ((from->hi - 1) / 64 - k + 1) * 8);
    to->lo = from->lo;
    to->hi = from->hi;
}

static void join(positions *to, const positions *more)
{
    if (more->lo >= more->hi)
        return;
    for (size_t k = more->lo / 64; k <= (more->hi - 1) / 64; k++)
        to->w[k] |= more->w[k];
    if (to->lo >= to->hi) {
        to->lo = more->lo;
        to->hi = more->hi;
    } else {
        to->lo = more->lo < to->lo ? more->lo : to->lo;
        to->hi = more->hi > to->hi ? more->hi : to->hi;
    }
}

/* set &= ~gone; false: nothing is left. */
static bool subtract(positions *set, const positions *gone)
{
    uint64_t any = 0;
    if (set->lo >= set->hi)
        return false;
    for (size_t k = set->lo / 64; k <= (set->hi - 1) / 64; k++) {
        if (gone->lo < gone->hi && k >= gone->lo / 64 && k <= (gone->hi - 1) / 64)
            set->w[k] &= ~gone->w[k];
        any |= set->w[k];
    }
    return any != 0;
}

static void fill_forward(sh_match_run *r, positions *set, size_t from)
{
    for (size_t i = from; i < r->s.n;) {
        uint32_t c;
        sh_positions_add(set, i);
        i += sh_char_at(r->s.p + i, r->s.n - i, &c);
        if (i >= r->s.n)
            break;
    }
    sh_positions_add(set, r->s.n);
    r->budget -= (int64_t)(r->s.n - from);
}

static void fill_backward(sh_match_run *r, positions *set, size_t from)
{
    size_t i = from;
    for (; i > 0; i -= sh_char_before(r->s.p, i))
        sh_positions_add(set, i);
    sh_positions_add(set, 0);
    r->budget -= (int64_t)from;
}

void sh_positions_all(sh_match_run *r, positions *set) { fill_forward(r, set, 0); }

/* ---- nodes */

size_t sh_node_match(const match_node *node, bx_str s, size_t at)
{
    if (at >= s.n)
        return 0;
    if (node->kind == N_BYTE)
        return (uint8_t)s.p[at] == node->byte;
    uint32_t c;
    size_t len = sh_char_at(s.p + at, s.n - at, &c);
    if (node->kind == N_CHAR)
        return sh_fold(c) == node->c ? len : 0;
    return node->kind == N_ANY || sh_set_has(node->set, c) ? len : 0;
}

/* From the top down: a position is never met again where it leads to. */
static void one_forward(sh_match_run *r, const match_node *node, positions *set)
{
    size_t end = set->hi;
    positions out = {.w = set->w, .lo = 0, .hi = 0};
    for (ptrdiff_t i; (i = below(set, end)) >= 0; end = (size_t)i) {
        size_t at = (size_t)i, len = sh_node_match(node, r->s, at);
        set->w[at / 64] &= ~(1ULL << (at % 64));
        if (len)
            sh_positions_add(&out, at + len);
        r->budget--;
    }
    set->lo = out.lo;
    set->hi = out.hi;
}

static void one_backward(sh_match_run *r, const match_node *node, positions *set)
{
    size_t from = set->lo;
    positions out = {.w = set->w, .lo = 0, .hi = 0};
    for (ptrdiff_t i; (i = sh_positions_from(set, from)) >= 0; from = (size_t)i + 1) {
        size_t at = (size_t)i, len = 0;
        set->w[at / 64] &= ~(1ULL << (at % 64));
        if (at > 0) {
            len = node->kind == N_BYTE ? 1 : sh_char_before(r->s.p, at);
            if (sh_node_match(node, r->s, at - len) == len)
                sh_positions_add(&out, at - len);
        }
        r->budget--;
    }
    set->lo = out.lo;
    set->hi = out.hi;
}

static void run_seq(sh_match_run *r, const match_seq *seq, positions *set, bool back)
{
    if (back)
        sh_match_backward(r, seq, set);
    else
        sh_match_forward(r, seq, set);
}

/* The union of what the alternatives make of `from`. */
static void alternatives(sh_match_run *r, const match_node *g, const positions *from,
                         positions *out, bool back)
{
    positions one;
    sh_positions_init(r, &one);
    for (uint32_t i = 0; i < g->n_alternatives; i++) {
        copy(from, &one);
        run_seq(r, &g->alternatives[i], &one, back);
        join(out, &one);
    }
    sh_positions_done(r, &one);
}

/* *( ) and +( ): all that can be reached by going on. */
static void closure(sh_match_run *r, const match_node *g, positions *all, bool back)
{
    positions edge, next;
    sh_positions_init(r, &edge);
    sh_positions_init(r, &next);
    copy(all, &edge);
    do {
        sh_positions_clear(&next);
        alternatives(r, g, &edge, &next, back);
        if (!subtract(&next, all))
            break;
        join(all, &next);
        copy(&next, &edge);
    } while (r->budget > 0);
    sh_positions_done(r, &edge);
    sh_positions_done(r, &next);
}

/* !( ): from each position everything but what the alternatives reach. */
static void negation(sh_match_run *r, const match_node *g, positions *set, bool back)
{
    positions one, reached, rest, out;
    sh_positions_init(r, &one);
    sh_positions_init(r, &reached);
    sh_positions_init(r, &rest);
    sh_positions_init(r, &out);
    size_t from = set->lo;
    for (ptrdiff_t i; r->budget > 0 && (i = sh_positions_from(set, from)) >= 0;
         from = (size_t)i + 1) {
        sh_positions_clear(&one);
        sh_positions_clear(&reached);
        sh_positions_clear(&rest);
        sh_positions_add(&one, (size_t)i);
        alternatives(r, g, &one, &reached, back);
        if (back)
            fill_backward(r, &rest, (size_t)i);
        else
            fill_forward(r, &rest, (size_t)i);
        if (subtract(&rest, &reached))
            join(&out, &rest);
    }
    copy(&out, set);
    sh_positions_done(r, &one);
    sh_positions_done(r, &reached);
    sh_positions_done(r, &rest);
    sh_positions_done(r, &out);
}

static void group(sh_match_run *r, const match_node *g, positions *set, bool back)
{
    if (g->byte == '!') {
        negation(r, g, set, back);
        return;
    }
    if (g->byte == '*') {
        closure(r, g, set, back);
        return;
    }
    positions out;
    sh_positions_init(r, &out);
    alternatives(r, g, set, &out, back);
    if (g->byte == '?')
        join(set, &out);
    else
        copy(&out, set);
    if (g->byte == '+')
        closure(r, g, set, back);
    sh_positions_done(r, &out);
}

static void node_run(sh_match_run *r, const match_node *node, positions *set, bool back)
{
    if (node->kind == N_STAR) {
        ptrdiff_t i = back ? sh_positions_last(set) : sh_positions_from(set, 0);
        if (back)
            fill_backward(r, set, (size_t)i);
        else
            fill_forward(r, set, (size_t)i);
    } else if (node->kind == N_GROUP) {
        group(r, node, set, back);
    } else if (back) {
        one_backward(r, node, set);
    } else {
        one_forward(r, node, set);
    }
}

void sh_match_forward(sh_match_run *r, const match_seq *seq, positions *set)
{
    for (uint32_t i = 0; i < seq->n; i++) {
        if (r->budget <= 0 || sh_positions_from(set, 0) < 0) {
            sh_positions_clear(set);
            return;
        }
        node_run(r, &seq->nodes[i], set, false);
    }
}

void sh_match_backward(sh_match_run *r, const match_seq *seq, positions *set)
{
    for (uint32_t i = seq->n; i-- > 0;) {
        if (r->budget <= 0 || sh_positions_from(set, 0) < 0) {
            sh_positions_clear(set);
            return;
        }
        node_run(r, &seq->nodes[i], set, true);
    }
}
