#include "regex/literal.h"

#include "lib/utf8.h"

enum {
    DEPTH_MAX = 40,    /* of nodes that are looked into */
    SET_MAX = 8,       /* characters of a set that are told apart */
    CROSSED_MAX = 16,  /* strings that sets may make of one */
    RANK_MAX = 200,    /* a single byte more common than that is no help */
    LITTLE_RANK = 120, /* nor are several strings of one byte, unless they are rarer than that */
};

static char *bytes_of(const bx_literals *l, size_t i)
{
    return (char *)l->bytes + i * BX_FINDER_BYTES_MAX;
}

static size_t room_of(const bx_literals *l)
{
    return l->n == 1 ? BX_LITERALS_BYTES : BX_FINDER_BYTES_MAX;
}

/* Nothing can be said about what follows. */
static void stop(bx_literals *l)
{
    for (size_t i = 0; i < l->n; i++)
        l->at[i].whole = false;
}

static bool is_open(const bx_literals *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i].whole)
            return true;
    return false;
}

static void append(bx_literals *l, size_t i, const char *p, size_t n)
{
    if (!l->at[i].whole)
        return;
    if (l->at[i].n + n > room_of(l)) {
        l->at[i].whole = false;
        return;
    }
    memcpy(bytes_of(l, i) + l->at[i].n, p, n);
    l->at[i].n += (uint32_t)n;
}

static void append_all(bx_literals *l, const char *p, size_t n)
{
    for (size_t i = 0; i < l->n; i++)
        append(l, i, p, n);
}

/* May there be several?  Not behind a string that is longer than each of several may be. */
static bool may_split(const bx_literals *l)
{
    return l->n != 1 || l->at[0].n <= BX_FINDER_BYTES_MAX;
}

static void extend_set(const bx_ast *a, bx_literals *l, const bx_ast_set *s)
{
    char members[SET_MAX][4];
    size_t lengths[SET_MAX], count = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        bx_range r = a->ranges[s->from + i];
        for (uint32_t cp = r.lo; cp <= r.hi; cp++) {
            if (count == SET_MAX) {
                stop(l);
                return;
            }
            members[count][0] = (char)cp;
            lengths[count] = s->is_bytes ? 1 : bx_utf8_encode(cp, members[count]);
            count++;
        }
    }
    size_t limit = l->n > CROSSED_MAX ? l->n : CROSSED_MAX;
    if (count == 0 || l->n * count > limit || !may_split(l)) {
        stop(l);
        return;
    }
    for (size_t i = l->n; i > 0; i--) /* from the end, so that nothing is overwritten too early */
        for (size_t k = count; k > 0; k--) {
            size_t to = (i - 1) * count + k - 1;
            if (to != i - 1)
                memcpy(bytes_of(l, to), bytes_of(l, i - 1), BX_FINDER_BYTES_MAX);
            l->at[to] = l->at[i - 1];
        }
    l->n *= count;
    for (size_t i = 0; i < l->n; i++)
        append(l, i, members[i % count], lengths[i % count]);
}

static bool extend(const bx_ast *a, bx_literals *l, uint32_t node, unsigned depth);

static bool extend_alt(const bx_ast *a, bx_literals *l, uint32_t node, unsigned depth)
{
    BX_AUTOFREE bx_literals *all = bx_calloc(1, sizeof *all);
    BX_AUTOFREE bx_literals *one = bx_calloc(1, sizeof *one);
    if (!all || !one)
        return false;
    all->is_ordered = l->is_ordered && l->n == 1;
    all->looks = l->looks;
    bool fits = may_split(l);
    for (uint32_t c = a->nodes[node].child; c && fits; c = a->nodes[c].next) {
        *one = *l;
        if (!extend(a, one, c, depth + 1))
            return false;
        fits = all->n + one->n <= BX_FINDER_MAX && one->n > 0;
        for (size_t i = 0; i < one->n && fits; i++) {
            size_t n = one->at[i].n;
            bool is_cut = n > BX_FINDER_BYTES_MAX;
            all->at[all->n] = one->at[i];
            if (is_cut) {
                n = BX_FINDER_BYTES_MAX;
                all->at[all->n].n = BX_FINDER_BYTES_MAX;
                all->at[all->n].whole = false;
            }
            memcpy(bytes_of(all, all->n++), bytes_of(one, i), n);
        }
        all->looks |= one->looks;
        all->is_ordered &= one->is_ordered;
    }
    if (fits)
        *l = *all;
    else
        stop(l);
    return true;
}

static bool extend_repeat(const bx_ast *a, bx_literals *l, const bx_node *n, unsigned depth)
{
    for (uint32_t i = 0; i < n->min && i < BX_FINDER_BYTES_MAX && is_open(l); i++)
        if (!extend(a, l, n->child, depth + 1))
            return false;
    if (n->max != n->min || n->min > BX_FINDER_BYTES_MAX)
        stop(l);
    return true;
}

/* Add what `node` says to the strings that are still whole.  False: no memory. */
static bool extend(const bx_ast *a, bx_literals *l, uint32_t node, unsigned depth)
{
    const bx_node *n = &a->nodes[node];
    char bytes[4];
    if (depth > DEPTH_MAX) {
        stop(l);
        return true;
    }
    switch ((bx_node_kind)n->kind) {
    case BX_NODE_EMPTY:
        break;
    case BX_NODE_CHAR:
        append_all(l, bytes, bx_utf8_encode(n->value, bytes));
        break;
    case BX_NODE_BYTE:
        bytes[0] = (char)n->value;
        append_all(l, bytes, 1);
        break;
    case BX_NODE_SET:
        extend_set(a, l, &a->sets[n->value]);
        break;
    case BX_NODE_LOOK:
        l->looks = true;
        break;
    case BX_NODE_CAT:
        for (uint32_t c = n->child; c && is_open(l); c = a->nodes[c].next)
            if (!extend(a, l, c, depth + 1))
                return false;
        break;
    case BX_NODE_ALT:
        return extend_alt(a, l, node, depth);
    case BX_NODE_REPEAT:
        return extend_repeat(a, l, n, depth);
    case BX_NODE_GROUP:
        return extend(a, l, n->child, depth + 1);
    case BX_NODE_AGAIN:
        stop(l);
        break;
    case BX_NODE_AROUND:
    case BX_NODE_KEEP:
        l->looks = true;
        break;
    }
    return true;
}

static bool is_rare_enough(const bx_literals *l)
{
    for (size_t i = 0; i < l->n; i++) {
        unsigned limit = l->n == 1 ? RANK_MAX : LITTLE_RANK;
        if (l->at[i].n == 0)
            return false;
        if (l->at[i].n == 1 && bx_byte_rank((uint8_t)*bytes_of(l, i)) > limit)
            return false;
    }
    return l->n > 0;
}

bool bx_literals_are_whole(const bx_literals *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!l->at[i].whole || l->at[i].n == 0)
            return false;
    return l->n > 0 && l->is_ordered && !l->looks;
}

bool bx_literals_first(const bx_ast *a, bx_literals *ret)
{
    ret->n = 1;
    ret->at[0].n = 0;
    ret->at[0].whole = true;
    ret->is_ordered = true;
    ret->looks = false;
    if (!extend(a, ret, a->root, 0))
        return false;
    return bx_literals_are_whole(ret) || is_rare_enough(ret);
}

static unsigned worth(const char *p, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += 300 - bx_byte_rank((uint8_t)p[i]);
    return sum;
}

typedef struct best {
    char run[BX_FINDER_BYTES_MAX];
    size_t n;
    bx_literals *found;
} best;

static void end_run(best *b)
{
    bx_literals *l = b->found;
    if (worth(b->run, b->n) > worth(l->bytes, l->at[0].n)) {
        memcpy(l->bytes, b->run, b->n);
        l->at[0].n = (uint32_t)b->n;
    }
    b->n = 0;
}

/* Characters that stand side by side in every match. */
static void look_for_runs(const bx_ast *a, best *b, uint32_t node, unsigned depth)
{
    const bx_node *n = &a->nodes[node];
    char bytes[4];
    if (depth > DEPTH_MAX) {
        end_run(b);
    } else if (n->kind == BX_NODE_CHAR) {
        size_t len = bx_utf8_encode(n->value, bytes);
        if (b->n + len > sizeof b->run)
            end_run(b);
        memcpy(b->run + b->n, bytes, len);
        b->n += len;
    } else if (n->kind == BX_NODE_CAT) {
        for (uint32_t c = n->child; c; c = a->nodes[c].next)
            look_for_runs(a, b, c, depth + 1);
    } else if (n->kind == BX_NODE_GROUP) {
        look_for_runs(a, b, n->child, depth + 1);
    } else if (n->kind == BX_NODE_REPEAT && n->min > 0) {
        end_run(b);
        look_for_runs(a, b, n->child, depth + 1);
        end_run(b);
    } else if (n->kind != BX_NODE_EMPTY && n->kind != BX_NODE_LOOK) {
        end_run(b);
    }
}

bool bx_literals_inner(const bx_ast *a, bx_literals *ret)
{
    best b = {.found = ret};
    ret->n = 1;
    ret->at[0].n = 0;
    look_for_runs(a, &b, a->root, 0);
    end_run(&b);
    return is_rare_enough(ret);
}

bx_finder *bx_literals_finder(const bx_literals *l)
{
    bx_str strings[BX_FINDER_MAX];
    for (size_t i = 0; i < l->n; i++)
        strings[i] = (bx_str){bytes_of(l, i), l->at[i].n};
    return bx_finder_new(strings, l->n);
}
