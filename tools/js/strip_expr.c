/* Expressions (ECMAScript 13). */
#include "js/strip_int.h"

static const char cast_refused[] =
    "The angle-bracket syntax for type assertions, `<T>expr`, is not supported in type strip mode. "
    "Instead, use the 'as' syntax: `expr as T`.";
static const char grouping_refused[] = "Type assertions that would change binary expression "
                                       "grouping are not supported in strip-only mode.";

enum { P_RELATIONAL = 7, P_POW = 11 };

/* 0: no binary operator.  `as` and `satisfies` are not among them. */
int js_binary_precedence(const js_strip *p, uint8_t kind)
{
    switch (kind) {
    case JT_OR:
    case JT_COALESCE:
        return 1;
    case JT_AND:
        return 2;
    case '|':
        return 3;
    case '^':
        return 4;
    case '&':
        return 5;
    case JT_EQ:
        return 6;
    case JT_in:
        return p->flags & JF_NO_IN ? 0 : P_RELATIONAL;
    case '<':
    case '>':
    case JT_LE:
    case JT_GE:
    case JT_instanceof:
        return P_RELATIONAL;
    case JT_SHL:
    case JT_SHR:
        return 8;
    case '+':
    case '-':
        return 9;
    case '*':
    case '/':
    case '%':
        return 10;
    case JT_POW:
        return P_POW;
    default:
        return 0;
    }
}

static void nested_expr(js_strip *p)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_expr(p);
    p->flags = flags;
}

static void nested_assign(js_strip *p)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_assign(p, true);
    p->flags = flags;
}

/* ---- type arguments ---- */

/* TypeScript's rule of what may follow them. */
static bool type_args_end_here(js_strip *p)
{
    uint8_t k = p->t.kind;
    if (k == '(' || js_is_template(k))
        return true;
    if (k == '<' || k == '>' || k == '+' || k == '-')
        return false;
    return p->t.nl || js_binary_precedence(p, k) || k == JT_as || k == JT_satisfies ||
           !js_starts_expr(k);
}

static bool try_type_args(js_strip *p, uint32_t expr_end, bool is_new)
{
    uint32_t start = p->t.pos;
    if (js_bit(p->not_args, start))
        return false;
    js_mark m = js_mark_here(p);
    uint32_t quiet = p->quiet;
    p->quiet++;
    js_type_args(p);
    p->quiet = quiet;
    uint32_t end = p->prev_end;
    bool alone = end >= p->n || (p->src[end] != '>' && p->src[end] != '=');
    if (p->failed || !alone || !type_args_end_here(p)) {
        js_set_bit(p, &p->not_args, start);
        js_rewind(p, &m);
        return false;
    }
    bool called = js_at(p, '(') || js_is_template(p->t.kind);
    js_blank(p, called || is_new ? start : expr_end, end);
    return true;
}

/* ---- primary expressions ---- */

bool js_at_prop_name(uint8_t kind)
{
    return js_is_word(kind) || kind == JT_STRING || kind == JT_NUMBER || kind == JT_PRIVATE ||
           kind == '[';
}

void js_prop_name(js_strip *p)
{
    if (js_at(p, '[')) {
        js_next(p);
        nested_assign(p);
        js_expect(p, ']');
    } else if (js_at_prop_name(p->t.kind)) {
        js_next(p);
    } else {
        js_fail(p, "Expected ident");
    }
}

static void template_literal(js_strip *p)
{
    bool more = js_at(p, JT_TEMPLATE_HEAD);
    js_next(p);
    while (more && !p->failed) {
        nested_expr(p);
        js_rescan_template(p);
        more = js_at(p, JT_TEMPLATE_MIDDLE);
        js_next(p);
    }
}

static void elements(js_strip *p, uint8_t close)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_next(p);
    while (!js_at(p, close) && !js_at(p, JT_EOF)) {
        if (js_accept(p, ','))
            continue;
        js_accept(p, JT_DOTS);
        js_assign(p, true);
        if (!js_at(p, ',') && !js_at(p, close))
            js_expect(p, close);
    }
    js_expect(p, close);
    p->flags = flags;
}

static void property(js_strip *p)
{
    uint8_t flags = JF_FUNC;
    if (js_accept(p, JT_DOTS)) {
        js_assign(p, true);
        return;
    }
    if (js_at(p, JT_async)) {
        js_tok next = js_peek(p);
        if (!next.nl && (next.kind == '*' || js_at_prop_name(next.kind))) {
            flags |= JF_AWAIT;
            js_next(p);
        }
    } else if ((js_at(p, JT_get) || js_at(p, JT_set)) && js_at_prop_name(js_peek(p).kind)) {
        js_next(p);
    }
    if (js_accept(p, '*'))
        flags |= JF_YIELD;
    js_prop_name(p);
    if (js_at(p, '(') || js_at(p, '<')) {
        if (!js_signature(p, flags, false))
            js_expect(p, '{');
    } else if (js_accept(p, ':') || js_accept(p, '=')) {
        js_assign(p, true);
    }
}

static void object(js_strip *p)
{
    uint8_t flags = p->flags;
    p->flags = (uint8_t)(flags & ~JF_HEAD);
    js_next(p);
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        property(p);
        if (!js_accept(p, ','))
            break;
    }
    js_expect(p, '}');
    p->flags = flags;
}

static void import_expr(js_strip *p)
{
    js_next(p);
    if (js_accept(p, '.')) {
        js_next(p);
        return;
    }
    if (!js_at(p, '('))
        js_expect(p, '(');
    elements(p, ')');
}

static void primary(js_strip *p)
{
    switch (p->t.kind) {
    case '(':
        js_next(p);
        nested_expr(p);
        js_expect(p, ')');
        return;
    case '[':
        elements(p, ']');
        return;
    case '{':
        object(p);
        return;
    case JT_function:
        js_function(p, false);
        return;
    case JT_class:
        js_class(p);
        return;
    case '@':
        js_decorators(p);
        if (js_at(p, JT_class))
            js_class(p);
        else
            js_unexpected(p);
        return;
    case JT_TEMPLATE:
    case JT_TEMPLATE_HEAD:
        template_literal(p);
        return;
    case JT_import:
        import_expr(p);
        return;
    case JT_async: {
        js_tok next = js_peek(p);
        js_next(p);
        if (next.kind == JT_function && !next.nl)
            js_function(p, true);
        return;
    }
    case JT_NUMBER:
    case JT_STRING:
    case JT_PRIVATE:
    case JT_this:
    case JT_super:
    case JT_null:
    case JT_true:
    case JT_false:
        js_next(p);
        return;
    case '/':
    case JT_ASSIGN:
        if (js_at(p, JT_ASSIGN) && p->src[p->t.pos] != '/')
            break;
        js_rescan_regex(p);
        js_next(p);
        return;
    default:
        if (!js_is_ident(p->t.kind))
            break;
        js_next(p);
        return;
    }
    js_unexpected(p);
}

static void new_expr(js_strip *p)
{
    if (!js_enter(p))
        return;
    js_next(p);
    if (js_accept(p, '.')) {
        js_next(p);
    } else {
        js_lhs(p, true);
        if (js_at(p, '('))
            elements(p, ')');
    }
    js_leave(p);
}

static void member_name(js_strip *p)
{
    if (js_is_word(p->t.kind) || js_at(p, JT_PRIVATE))
        js_next(p);
    else
        js_fail(p, "Expected ident");
}

void js_lhs(js_strip *p, bool no_call)
{
    if (js_at(p, JT_new))
        new_expr(p);
    else
        primary(p);
    for (;;) {
        switch (p->t.kind) {
        case '.':
            js_next(p);
            member_name(p);
            continue;
        case JT_OPTIONAL:
            js_next(p);
            if (!js_at(p, '(') && !js_at(p, '[') && !js_at(p, '<') && !js_at(p, JT_SHL) &&
                !js_is_template(p->t.kind))
                member_name(p);
            continue;
        case '[':
            if (p->flags & JF_DECORATOR)
                return;
            js_next(p);
            nested_expr(p);
            js_expect(p, ']');
            continue;
        case '(':
            if (no_call)
                return;
            elements(p, ')');
            continue;
        case JT_TEMPLATE:
        case JT_TEMPLATE_HEAD:
            template_literal(p);
            continue;
        case '!':
            if (p->t.nl)
                return;
            js_blank(p, p->t.pos, p->t.end);
            js_next(p);
            continue;
        case '<':
        case JT_SHL:
            if (!try_type_args(p, p->prev_end, no_call))
                return;
            continue;
        default:
            return;
        }
    }
}

/* ---- operators ---- */

/* Where a script uses await as a name, what follows it is no operand. */
static bool await_is_operator(js_strip *p)
{
    if (p->flags & JF_AWAIT)
        return true;
    if (p->flags & JF_FUNC)
        return false;
    js_tok next = js_peek(p);
    return js_starts_expr(next.kind) || next.kind == '/';
}

static void cast(js_strip *p)
{
    uint32_t quiet = p->quiet;
    js_unsupported(p, p->t.pos, p->t.end, cast_refused);
    p->quiet++;
    js_next(p);
    js_type(p);
    p->quiet = quiet;
    js_expect(p, '>');
}

static void unary(js_strip *p)
{
    uint32_t cast_at = UINT32_MAX;
    for (;;) {
        switch (p->t.kind) {
        case '!':
        case '~':
        case '+':
        case '-':
        case JT_INCREMENT:
        case JT_typeof:
        case JT_void:
        case JT_delete:
            js_next(p);
            continue;
        case '<':
            if (cast_at == UINT32_MAX)
                cast_at = p->t.pos;
            cast(p);
            continue;
        case JT_await:
            if (!await_is_operator(p))
                break;
            js_next(p);
            continue;
        default:
            break;
        }
        break;
    }
    js_lhs(p, false);
    if (js_at(p, JT_INCREMENT) && !p->t.nl)
        js_next(p);
    if (p->unsupported && p->refusal.start == cast_at)
        p->refusal.end = p->prev_end;
}

static bool at_assertion(const js_strip *p)
{
    return !p->t.nl && (js_at(p, JT_as) || js_at(p, JT_satisfies));
}

/* The operands since the last operator that binds weaker than `as`. */
typedef struct operands {
    uint32_t start;
    int lowest;    /* precedence of the operator that is applied last; 0: none */
    bool asserted; /* the next operator takes an assertion as its left side */
} operands;

/* as T, satisfies T */
static void assertion(js_strip *p, operands *o)
{
    uint32_t expr_end = p->prev_end, as = p->t.pos, quiet = p->quiet;
    p->quiet++;
    js_next(p);
    js_type(p);
    p->quiet = quiet;
    if (js_at(p, '>'))
        js_rescan_greater(p);
    int next = js_binary_precedence(p, p->t.kind);
    if (o->lowest && (next > o->lowest || (next == P_POW && o->lowest == P_POW)))
        js_unsupported(p, o->start, p->prev_end, grouping_refused);
    js_blank(p, expr_end, p->prev_end);
    o->asserted = true;
    if (p->t.nl && (js_at(p, '(') || js_at(p, '[') || js_is_template(p->t.kind)))
        js_poke(p, as, ';');
}

static void binary(js_strip *p)
{
    operands o = {.start = p->t.pos};
    for (;;) {
        unary(p);
        while (at_assertion(p))
            assertion(p, &o);
        if (js_at(p, '>'))
            js_rescan_greater(p);
        int precedence = js_binary_precedence(p, p->t.kind);
        if (!precedence)
            return;
        js_next(p);
        if (precedence < P_RELATIONAL)
            o = (operands){.start = p->t.pos};
        else if (!o.lowest || o.asserted || precedence < o.lowest)
            o.lowest = precedence;
        o.asserted = false;
    }
}

static bool yield_has_operand(js_strip *p)
{
    js_next(p);
    p->restricted = p->t.pos;
    if (p->t.nl)
        return false;
    return js_accept(p, '*') || js_starts_expr(p->t.kind) || js_at(p, '/') ||
           (js_at(p, JT_ASSIGN) && p->src[p->t.pos] == '/');
}

/* return_type_allowed: false between ? and :, where `(a) : b => c` is only an arrow function with
 * a return type when another : follows. */
void js_assign(js_strip *p, bool return_type_allowed)
{
    if (!js_enter(p))
        return;
    for (;;) {
        js_tok start = p->t;
        if (js_at(p, JT_yield) && (p->flags & JF_YIELD)) {
            if (!yield_has_operand(p))
                break;
            continue;
        }
        if (js_try_arrow(p, return_type_allowed))
            break;
        binary(p);
        if (js_at(p, JT_ARROW) && js_is_ident(start.kind) && p->prev_end == start.end) {
            js_arrow_body(p, false, return_type_allowed);
            break;
        }
        if (js_accept(p, '=') || js_accept(p, JT_ASSIGN))
            continue;
        if (!js_accept(p, '?'))
            break;
        uint8_t flags = p->flags;
        p->flags = (uint8_t)(flags & ~JF_HEAD);
        js_assign(p, false);
        p->flags = flags;
        js_expect(p, ':');
    }
    js_leave(p);
}

void js_expr(js_strip *p)
{
    do
        js_assign(p, true);
    while (js_accept(p, ','));
}
