#include "regex/nfa.h"

#include "lib/utf8.h"

typedef struct maker {
    const bx_ast *ast;
    bx_nfa *nfa;
    bool backwards;
    bx_nfa_copy *copies; /* of each set the first one; entry UINT32_MAX: not yet */
    uint32_t *pending;   /* children of the CAT and ALT nodes above */
    uint32_t n_pending, cap_pending;
} maker;

static bool room(bx_nfa *n, void **list, uint32_t have, uint32_t more, uint32_t *cap, size_t size)
{
    if (n->fail != BX_OK)
        return false;
    if (n->n_states + n->n_steps + more > BX_REGEX_STATES_MAX) {
        n->fail = BX_ELIMIT;
        return false;
    }
    uint32_t to = *cap ? *cap : 64;
    while (to < have + more)
        to *= 2;
    if (to == *cap)
        return true;
    void *p = bx_realloc(*list, to * size);
    if (!p) {
        n->fail = BX_ENOMEM;
        return false;
    }
    *list = p;
    *cap = to;
    return true;
}

uint32_t bx_nfa_add(bx_nfa *n, bx_state s)
{
    if (!room(n, (void **)&n->states, n->n_states, 1, &n->cap_states, sizeof s))
        return 0;
    n->states[n->n_states] = s;
    return n->n_states++;
}

uint32_t bx_nfa_add_steps(bx_nfa *n, const bx_step *steps, size_t count)
{
    if (count == 0)
        return bx_nfa_add(n, (bx_state){.op = BX_OP_FAIL});
    if (count == 1)
        return bx_nfa_add(
            n, (bx_state){.op = BX_OP_RANGE, .lo = steps->lo, .hi = steps->hi, .a = steps->to});
    if (!room(n, (void **)&n->steps, n->n_steps, (uint32_t)count, &n->cap_steps, sizeof *steps))
        return 0;
    memcpy(n->steps + n->n_steps, steps, count * sizeof *steps);
    uint32_t first = n->n_steps;
    n->n_steps += (uint32_t)count;
    return bx_nfa_add(n, (bx_state){.op = BX_OP_SPARSE, .a = first, .b = (uint32_t)count});
}

static uint32_t emit(maker *m, uint32_t node, uint32_t next);

static uint32_t emit_bytes(maker *m, const char *p, size_t n, uint32_t next)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)p[m->backwards ? i : n - 1 - i];
        next = bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_RANGE, .lo = byte, .hi = byte, .a = next});
    }
    return next;
}

static uint32_t emit_set(maker *m, uint32_t index, uint32_t next)
{
    const bx_ast_set *s = &m->ast->sets[index];
    bx_nfa_copy *c = &m->copies[index];
    bx_nfa *n = m->nfa;
    if (c->entry != UINT32_MAX)
        return bx_nfa_add_copy(n, c, next);
    *c = (bx_nfa_copy){.from = n->n_states, .steps_from = n->n_steps, .next = next};
    c->entry = bx_nfa_add_set(n, m->ast->ranges + s->from, s->n, s->is_bytes, m->backwards, next);
    c->to = n->n_states;
    c->steps_to = n->n_steps;
    return c->entry;
}

/* What holds before a position holds behind it when the text is read backwards. */
static uint32_t mirrored(uint32_t look)
{
    static const uint8_t other[BX_LOOK_WORD_END_HALF + 1] = {
        [BX_LOOK_LINE_START] = BX_LOOK_LINE_END,
        [BX_LOOK_LINE_END] = BX_LOOK_LINE_START,
        [BX_LOOK_TEXT_START] = BX_LOOK_TEXT_END,
        [BX_LOOK_TEXT_END] = BX_LOOK_TEXT_START,
        [BX_LOOK_WORD] = BX_LOOK_WORD,
        [BX_LOOK_NOT_WORD] = BX_LOOK_NOT_WORD,
        [BX_LOOK_WORD_START] = BX_LOOK_WORD_END,
        [BX_LOOK_WORD_END] = BX_LOOK_WORD_START,
        [BX_LOOK_WORD_START_HALF] = BX_LOOK_WORD_END_HALF,
        [BX_LOOK_WORD_END_HALF] = BX_LOOK_WORD_START_HALF,
    };
    return look > BX_LOOK_WORD_END_HALF ? other[look - BX_LOOK_ASCII] + BX_LOOK_ASCII : other[look];
}

static uint32_t emit_look(maker *m, uint32_t look, uint32_t next)
{
    look = m->backwards ? mirrored(look) : look;
    m->nfa->looks |= UINT32_C(1) << look;
    return bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_LOOK, .lo = (uint8_t)look, .a = next});
}

/* The children of `node` onto the list; returns how many.  SIZE_MAX: no memory. */
static uint32_t push_children(maker *m, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t c = m->ast->nodes[node].child; c; c = m->ast->nodes[c].next, n++) {
        if (m->n_pending == m->cap_pending) {
            uint32_t cap = m->cap_pending ? m->cap_pending * 2 : 64;
            uint32_t *p = bx_realloc(m->pending, cap * sizeof *p);
            if (!p) {
                m->nfa->fail = BX_ENOMEM;
                return n;
            }
            m->pending = p;
            m->cap_pending = cap;
        }
        m->pending[m->n_pending++] = c;
    }
    return n;
}

static uint32_t emit_cat(maker *m, uint32_t node, uint32_t next)
{
    uint32_t from = m->n_pending, n = push_children(m, node);
    for (uint32_t i = 0; i < n && m->nfa->fail == BX_OK; i++)
        next = emit(m, m->pending[from + (m->backwards ? i : n - 1 - i)], next);
    m->n_pending = from;
    return next;
}

static uint32_t emit_alt(maker *m, uint32_t node, uint32_t next)
{
    uint32_t from = m->n_pending, n = push_children(m, node), entry = 0;
    for (uint32_t i = n; i > 0 && m->nfa->fail == BX_OK; i--) {
        uint32_t one = emit(m, m->pending[from + i - 1], next);
        entry =
            i == n ? one : bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_SPLIT, .a = one, .b = entry});
    }
    m->n_pending = from;
    return entry;
}

static uint32_t emit_split(maker *m, const bx_node *n, uint32_t body, uint32_t next)
{
    return bx_nfa_add(
        m->nfa,
        (bx_state){.op = BX_OP_SPLIT, .a = n->lazy ? next : body, .b = n->lazy ? body : next});
}

/* child* (or its last, endless part): the state that decides whether to go round once more. */
static uint32_t emit_loop(maker *m, const bx_node *n, uint32_t next, uint32_t *ret_body)
{
    uint32_t loop = emit_split(m, n, next, next);
    *ret_body = emit(m, n->child, loop);
    if (m->nfa->fail == BX_OK)
        *(n->lazy ? &m->nfa->states[loop].b : &m->nfa->states[loop].a) = *ret_body;
    return loop;
}

static uint32_t emit_repeat(maker *m, uint32_t node, uint32_t next)
{
    bx_node n = m->ast->nodes[node];
    uint32_t times = n.min, end = next;
    if (n.max == BX_REPEAT_INF) {
        uint32_t body, loop = emit_loop(m, &n, next, &body);
        next = n.min > 0 ? body : loop;
        times = n.min > 0 ? n.min - 1 : 0;
    } else {
        for (uint32_t i = n.min; i < n.max && m->nfa->fail == BX_OK; i++)
            next = emit_split(m, &n, emit(m, n.child, next), end);
    }
    for (uint32_t i = 0; i < times && m->nfa->fail == BX_OK; i++) {
        uint32_t before = next;
        next = emit(m, n.child, next);
        if (next == before) /* it takes nothing and is nothing */
            break;
    }
    return next;
}

static uint32_t emit_group(maker *m, const bx_node *n, uint32_t next)
{
    if (m->backwards)
        return emit(m, n->child, next);
    uint32_t number = n->value, child = n->child;
    next = bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_SAVE, .a = next, .b = 2 * number + 1});
    next = emit(m, child, next);
    return bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_SAVE, .a = next, .b = 2 * number});
}

static uint32_t emit_around(maker *m, const bx_node *n, uint32_t next)
{
    uint8_t kind = (uint8_t)n->value;
    uint32_t inner = emit(m, n->child, bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_MATCH}));
    return bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_AROUND, .lo = kind, .a = next, .b = inner});
}

/* The states of `node` in front of `next`: where they begin. */
static uint32_t emit(maker *m, uint32_t node, uint32_t next)
{
    const bx_node *n = &m->ast->nodes[node];
    char bytes[4];
    switch ((bx_node_kind)n->kind) {
    case BX_NODE_EMPTY:
        return next;
    case BX_NODE_CHAR:
        return emit_bytes(m, bytes, bx_utf8_encode(n->value, bytes), next);
    case BX_NODE_BYTE:
        bytes[0] = (char)n->value;
        return emit_bytes(m, bytes, 1, next);
    case BX_NODE_SET:
        return emit_set(m, n->value, next);
    case BX_NODE_LOOK:
        return emit_look(m, n->value, next);
    case BX_NODE_CAT:
        return emit_cat(m, node, next);
    case BX_NODE_ALT:
        return emit_alt(m, node, next);
    case BX_NODE_REPEAT:
        return emit_repeat(m, node, next);
    case BX_NODE_GROUP:
        return emit_group(m, n, next);
    case BX_NODE_KEEP:
        return bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_SAVE, .a = next});
    case BX_NODE_AROUND:
        return emit_around(m, n, next);
    case BX_NODE_AGAIN:
        return bx_nfa_add(m->nfa, (bx_state){.op = BX_OP_AGAIN, .a = next, .b = n->value});
    }
    return next;
}

bx_code bx_nfa_new(const bx_ast *a, bool backwards, bx_nfa *ret)
{
    *ret = (bx_nfa){0};
    maker m = {.ast = a, .nfa = ret, .backwards = backwards};
    m.copies = bx_calloc(a->n_sets + 1, sizeof *m.copies);
    if (!m.copies)
        return BX_ENOMEM;
    for (uint32_t i = 0; i < a->n_sets; i++)
        m.copies[i].entry = UINT32_MAX;
    ret->start = emit(&m, a->root, bx_nfa_add(ret, (bx_state){.op = BX_OP_MATCH}));
    uint32_t any = bx_nfa_add(ret, (bx_state){.op = BX_OP_RANGE, .lo = 0, .hi = 0xff});
    ret->search = bx_nfa_add(ret, (bx_state){.op = BX_OP_SPLIT, .a = ret->start, .b = any});
    if (ret->fail == BX_OK)
        ret->states[any].a = ret->search;
    free(m.copies);
    free(m.pending);
    bx_code rc = ret->fail;
    if (rc != BX_OK)
        bx_nfa_done(ret);
    return rc;
}

void bx_nfa_done(bx_nfa *n)
{
    free(n->states);
    free(n->steps);
    *n = (bx_nfa){0};
}
