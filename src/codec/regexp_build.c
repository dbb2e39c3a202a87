/* The states of a pattern (Thompson's construction, from the end on). */
#include "codec/regexp_internal.h"

typedef struct builder {
    bx_regexp *r;
    bool backwards; /* the states read the text from its end */
    uint32_t work;  /* pieces that were built; one in a repeat counts each time */
    bx_code fail;
} builder;

static uint32_t add(builder *b, state_op op, uint32_t a, uint32_t next)
{
    bx_regexp *r = b->r;
    if (b->fail == BX_OK && r->n_states >= BX_REGEXP_MAX_STATES)
        b->fail = BX_ELIMIT;
    if (b->fail == BX_OK &&
        !bx_regexp_grow((void **)&r->states, &r->cap_states, r->n_states, sizeof *r->states))
        b->fail = BX_ENOMEM;
    if (b->fail != BX_OK)
        return 0;
    r->states[r->n_states] = (state){(uint8_t)op, a, next};
    return r->n_states++;
}

static uint32_t build(builder *b, uint32_t at, uint32_t next);

/* A sequence is built from its last piece on; when the text is read backwards, from its first. */
static uint32_t build_sequence(builder *b, uint32_t first, uint32_t next)
{
    uint32_t n = 0, order[64];
    if (b->backwards) {
        for (uint32_t i = first; i; i = b->r->pieces[i].next)
            next = build(b, i, next);
        return next;
    }
    /* Pieces know only who follows: so many of them at once, those behind them first. */
    for (uint32_t i = first; i; i = b->r->pieces[i].next) {
        order[n++] = i;
        if (n == BX_COUNT(order) && b->r->pieces[i].next) {
            next = build_sequence(b, b->r->pieces[i].next, next);
            break;
        }
    }
    while (n > 0)
        next = build(b, order[--n], next);
    return next;
}

static uint32_t build_choice(builder *b, uint32_t first, uint32_t next)
{
    uint32_t way = build(b, first, next);
    for (uint32_t i = b->r->pieces[first].next; i && b->fail == BX_OK; i = b->r->pieces[i].next)
        way = add(b, OP_SPLIT, build(b, i, next), way);
    return way;
}

static uint32_t build_repeat(builder *b, uint32_t at, uint32_t next)
{
    const piece p = b->r->pieces[at];
    uint32_t way = next, end = next, copies = p.min;
    if (p.max == REGEXP_REPEAT_INF) {
        uint32_t loop = add(b, OP_SPLIT, next, next);
        uint32_t body = build(b, p.child, loop);
        if (b->fail != BX_OK)
            return 0;
        b->r->states[loop].a = body;
        way = p.min > 0 ? body : loop;
        copies -= p.min > 0;
    }
    for (uint32_t i = p.min; p.max != REGEXP_REPEAT_INF && i < p.max && b->fail == BX_OK; i++)
        way = add(b, OP_SPLIT, build(b, p.child, way), end);
    for (; copies > 0 && b->fail == BX_OK; copies--)
        way = build(b, p.child, way);
    return way;
}

/* Recursion: as deep as the groups, which are bounded, and by 64 pieces of a sequence. */
static uint32_t build(builder *b, uint32_t at, uint32_t next)
{
    const piece p = b->r->pieces[at];
    if (b->work++ > 4 * BX_REGEXP_MAX_STATES && b->fail == BX_OK)
        b->fail = BX_ELIMIT;
    if (b->fail != BX_OK)
        return 0;
    switch ((piece_kind)p.kind) {
    case PIECE_SET:
        return add(b, OP_SET, p.value, next);
    case PIECE_PLACE:
        return add(b, OP_PLACE, p.value, next);
    case PIECE_LOOK:
        return add(b, OP_LOOK, p.value, next);
    case PIECE_CAT:
        return build_sequence(b, p.child, next);
    case PIECE_ALT:
        return build_choice(b, p.child, next);
    case PIECE_REPEAT:
        return build_repeat(b, at, next);
    default:
        return next;
    }
}

bx_code bx_regexp_build(bx_regexp *r, bx_error *err)
{
    builder b = {.r = r};
    uint32_t accept = add(&b, OP_ACCEPT, 0, 0);
    for (uint32_t i = 0; i < r->n_looks; i++) {
        b.backwards = !r->looks[i].behind;
        r->looks[i].start = build(&b, r->looks[i].piece, accept);
    }
    b.backwards = false;
    r->start = build(&b, r->root, accept);
    if (b.fail == BX_ELIMIT)
        return bx_fail(err, BX_ELIMIT, "pattern: it becomes more than %d states",
                       BX_REGEXP_MAX_STATES);
    return b.fail == BX_OK ? BX_OK : bx_fail(err, b.fail, "pattern");
}
