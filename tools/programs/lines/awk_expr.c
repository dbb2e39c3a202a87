/* The expressions of awk (POSIX awk, "Grammar") with what gawk adds. */
#include "programs/lines/awk_parse.h"

static awk_node *ternary(awk_parser *ps);

void awk_fail(const awk_parser *ps)
{
    awk_syntax_error(&ps->l, ps->l.tok == T_END || ps->l.tok == T_NEWLINE
                                 ? "unexpected newline or end of string"
                                 : "syntax error");
}

void awk_mistake(const awk_parser *ps, const char *what)
{
    prog_warn(0, "%s:%lu: error: %s", awk_p.source, (unsigned long)ps->l.line, what);
    prog_exit(1);
}

awk_node *awk_make(awk_parser *ps, awk_kind kind, awk_node *a, awk_node *b)
{
    awk_node *n = prog_zalloc(1, sizeof *n);
    n->kind = (uint8_t)kind;
    n->line = ps->l.line;
    n->a = a;
    n->b = b;
    unsigned depth = a ? a->depth + 1u : 0;
    if (b && b->depth >= depth)
        depth = b->depth + 1u;
    if (depth > AWK_DEPTH_MAX)
        awk_syntax_error(&ps->l, "the expression is too long");
    n->depth = (uint16_t)depth;
    return n;
}

void awk_enter(awk_parser *ps)
{
    if (++ps->nest > AWK_NEST_MAX)
        awk_syntax_error(&ps->l, "the program is nested too deeply");
}

/* --- names -------------------------------------------------------------------------------------
 */

static const char *const specials[V_SPECIALS] = {
    "NF",       "NR",     "FNR",        "FS",      "OFS",         "ORS",      "RS",      "RT",
    "FILENAME", "SUBSEP", "RSTART",     "RLENGTH", "CONVFMT",     "OFMT",     "ENVIRON", "ARGC",
    "ARGV",     "ARGIND", "IGNORECASE", "FPAT",    "FIELDWIDTHS", "PROCINFO", "ERRNO"};

bool awk_is_special(const awk_str *name)
{
    for (size_t i = 0; i < V_SPECIALS; i++)
        if (bx_str_eq(bx_str_of(specials[i]), (bx_str){name->p, name->n}))
            return true;
    return false;
}

int32_t awk_global(const char *name, size_t n)
{
    awk_program *p = &awk_p;
    if (p->n_globals == 0)
        for (size_t i = 0; i < V_SPECIALS; i++) {
            p->names = prog_grow(p->names, &p->cap_names, p->n_globals, sizeof *p->names);
            p->globals = prog_grow(p->globals, &p->cap_globals, p->n_globals, sizeof *p->globals);
            p->globals[p->n_globals] = (awk_val){0};
            p->names[p->n_globals++] = awk_str_new(specials[i], strlen(specials[i]));
        }
    for (size_t i = 0; i < p->n_globals; i++)
        if (p->names[i]->n == n && memcmp(p->names[i]->p, name, n) == 0)
            return (int32_t)i;
    p->names = prog_grow(p->names, &p->cap_names, p->n_globals, sizeof *p->names);
    p->globals = prog_grow(p->globals, &p->cap_globals, p->n_globals, sizeof *p->globals);
    p->names[p->n_globals] = awk_str_new(name, n);
    p->globals[p->n_globals] = (awk_val){0};
    return (int32_t)p->n_globals++;
}

int32_t awk_function_of(const awk_str *name)
{
    awk_program *p = &awk_p;
    for (size_t i = 0; i < p->n_funcs; i++)
        if (p->funcs[i].name->n == name->n && memcmp(p->funcs[i].name->p, name->p, name->n) == 0)
            return (int32_t)i;
    p->funcs = prog_grow(p->funcs, &p->cap_funcs, p->n_funcs, sizeof *p->funcs);
    p->funcs[p->n_funcs] = (awk_func){.name = awk_str_new(name->p, name->n)};
    return (int32_t)p->n_funcs++;
}

awk_node *awk_variable(awk_parser *ps)
{
    const awk_str *name = ps->l.text;
    awk_node *n = awk_make(ps, N_GLOBAL, NULL, NULL);
    for (uint32_t i = 0; ps->func && i < ps->func->n_params; i++) {
        const awk_str *param = ps->func->params[i];
        if (param->n == name->n && memcmp(param->p, name->p, name->n) == 0) {
            n->kind = N_LOCAL;
            n->slot = (int32_t)i;
            next(ps);
            return n;
        }
    }
    n->slot = awk_global(name->p, name->n);
    if (n->slot < V_SPECIALS)
        n->kind = N_SPECIAL;
    if (n->slot == V_RT)
        awk_m.uses_rt = true;
    next(ps);
    return n;
}

/* --- expressions -------------------------------------------------------------------------------
 */

/* Expressions with commas between, up to a closing `end`, which is moved past. */
awk_node *awk_list(awk_parser *ps, awk_tok end)
{
    awk_node *first = NULL, **last = &first;
    bool no_in = ps->no_in, no_gt = ps->no_gt;
    ps->no_in = ps->no_gt = false;
    skip_newlines(ps);
    while (!is(ps, end)) {
        *last = awk_expr(ps);
        last = &(*last)->next;
        skip_newlines(ps);
        if (!is(ps, end)) {
            expect(ps, T_COMMA);
            skip_newlines(ps);
            if (is(ps, end))
                awk_fail(ps);
        }
    }
    ps->no_in = no_in;
    ps->no_gt = no_gt;
    next(ps);
    return first;
}

static awk_node *subscripts(awk_parser *ps, awk_node *n)
{
    while (is(ps, T_LBRACKET)) {
        next(ps);
        n = awk_make(ps, N_INDEX, n, awk_list(ps, T_RBRACKET));
        if (!n->b)
            awk_fail(ps);
    }
    return n;
}

bool awk_is_lvalue(const awk_node *n)
{
    return n->kind == N_GLOBAL || n->kind == N_LOCAL || n->kind == N_SPECIAL ||
           n->kind == N_FIELD || n->kind == N_INDEX;
}

static awk_node *postfix(awk_parser *ps);

awk_node *awk_lvalue(awk_parser *ps)
{
    if (is(ps, T_NAME))
        return subscripts(ps, awk_variable(ps));
    if (!accept(ps, T_DOLLAR))
        awk_fail(ps);
    awk_enter(ps);
    awk_node *n;
    if (is(ps, T_INCR) || is(ps, T_DECR)) {
        n = awk_unary(ps);
    } else if (is(ps, T_MINUS) || is(ps, T_PLUS) || is(ps, T_NOT)) {
        n = awk_unary(ps);
    } else if (is(ps, T_LPAREN)) {
        next(ps);
        n = awk_list(ps, T_RPAREN);
        if (!n || n->next)
            awk_fail(ps);
    } else if (is(ps, T_NUMBER)) {
        n = awk_make(ps, N_NUM, NULL, NULL);
        n->num = ps->l.num;
        next(ps);
    } else if (is(ps, T_NAME)) {
        n = awk_lvalue(ps);
    } else if (is(ps, T_DOLLAR)) { /* of `$$a++++` the inner one has the first */
        n = postfix(ps);
    } else {
        n = awk_unary(ps);
    }
    ps->nest--;
    return awk_make(ps, N_FIELD, n, NULL);
}

static awk_node *call(awk_parser *ps)
{
    awk_node *n = awk_make(ps, N_CALL, NULL, NULL);
    n->slot = awk_function_of(ps->l.text);
    next(ps);
    expect(ps, T_LPAREN);
    n->a = awk_list(ps, T_RPAREN);
    for (awk_node *a = n->a; a; a = a->next)
        n->num++;
    return n;
}

static awk_node *regex(awk_parser *ps);

/* `@name(...)` calls what the variable names; `@/regex/` is a value. */
static awk_node *indirect(awk_parser *ps)
{
    next(ps);
    if (is(ps, T_SLASH) || is(ps, T_DIV_ASSIGN)) {
        awk_node *n = regex(ps);
        n->kind = N_STR;
        return n;
    }
    if (!is(ps, T_FUNC_NAME))
        awk_fail(ps);
    awk_node *n = awk_make(ps, N_CALL_NAMED, NULL, awk_variable(ps));
    expect(ps, T_LPAREN);
    n->a = awk_list(ps, T_RPAREN);
    for (awk_node *a = n->a; a; a = a->next)
        n->num++;
    return n;
}

static awk_node *builtin(awk_parser *ps)
{
    awk_node *n = awk_make(ps, N_BUILTIN, NULL, NULL);
    n->slot = ps->l.builtin;
    next(ps);
    if (accept(ps, T_LPAREN))
        n->a = awk_list(ps, T_RPAREN);
    else if (!awk_builtin_bare(n->slot))
        awk_fail(ps);
    for (awk_node *a = n->a; a; a = a->next)
        n->num++;
    return n;
}

static awk_node *optional_lvalue(awk_parser *ps)
{
    return is(ps, T_DOLLAR) || is(ps, T_NAME) ? awk_lvalue(ps) : NULL;
}

static awk_node *primary(awk_parser *ps);

static awk_node *simple_getline(awk_parser *ps)
{
    awk_node *n = awk_make(ps, N_GETLINE, NULL, NULL);
    next(ps);
    n->a = optional_lvalue(ps);
    if (is(ps, T_LT)) {
        next(ps);
        n->kind = N_GETLINE_FILE;
        n->b = primary(ps);
    }
    return n;
}

static awk_node *group(awk_parser *ps)
{
    next(ps);
    awk_node *n = awk_list(ps, T_RPAREN);
    if (!n)
        awk_fail(ps);
    if (!n->next)
        return awk_make(ps, N_GROUP, n, NULL);
    if (!is(ps, T_IN))
        awk_fail(ps);
    next(ps);
    if (!is(ps, T_NAME))
        awk_fail(ps);
    awk_node *array = subscripts(ps, awk_variable(ps));
    return awk_make(ps, N_IN, array, n);
}

static awk_node *literal(awk_parser *ps, awk_kind kind)
{
    awk_node *n = awk_make(ps, kind, NULL, NULL);
    if (kind == N_NUM)
        n->num = ps->l.num;
    else
        n->s = awk_ref(ps->l.text);
    next(ps);
    return n;
}

static awk_node *regex(awk_parser *ps)
{
    size_t line = ps->l.line;
    awk_lex_regex(&ps->l);
    awk_node *n = literal(ps, N_REGEX);
    awk_check_regex(n, line);
    return n;
}

static awk_node *postfix(awk_parser *ps)
{
    awk_node *n = awk_lvalue(ps);
    if (is(ps, T_INCR) || is(ps, T_DECR)) {
        n = awk_make(ps, N_POST, n, NULL);
        n->op = is(ps, T_INCR) ? '+' : '-';
        next(ps);
    }
    return n;
}

static awk_node *prefix(awk_parser *ps)
{
    uint8_t op = is(ps, T_INCR) ? '+' : '-';
    next(ps);
    awk_node *n = awk_make(ps, N_PRE, awk_lvalue(ps), NULL);
    n->op = op;
    return n;
}

static awk_node *primary(awk_parser *ps)
{
    switch (ps->l.tok) {
    case T_NUMBER:
        return literal(ps, N_NUM);
    case T_STRING:
        return literal(ps, N_STR);
    case T_SLASH:
    case T_DIV_ASSIGN:
        return regex(ps);
    case T_NAME:
    case T_DOLLAR:
        return postfix(ps);
    case T_INCR:
    case T_DECR:
        return prefix(ps);
    case T_FUNC_NAME:
        return call(ps);
    case T_BUILTIN:
        return builtin(ps);
    case T_AT:
        return indirect(ps);
    case T_GETLINE:
        return simple_getline(ps);
    case T_LPAREN:
        return group(ps);
    case T_MINUS:
    case T_PLUS:
    case T_NOT:
        return awk_unary(ps);
    default:
        awk_fail(ps);
    }
}

static awk_node *power(awk_parser *ps)
{
    awk_node *n = primary(ps);
    if (!is(ps, T_CARET))
        return n;
    next(ps);
    awk_enter(ps);
    skip_newlines(ps);
    awk_node *exponent =
        is(ps, T_MINUS) || is(ps, T_PLUS) || is(ps, T_NOT) ? awk_unary(ps) : power(ps);
    ps->nest--;
    n = awk_make(ps, N_ARITH, n, exponent);
    n->op = '^';
    return n;
}

awk_node *awk_unary(awk_parser *ps)
{
    awk_tok t = ps->l.tok;
    if (t != T_NOT && t != T_MINUS && t != T_PLUS)
        return power(ps);
    awk_enter(ps);
    next(ps);
    awk_node *n = awk_unary(ps);
    ps->nest--;
    return awk_make(ps, t == T_NOT ? N_NOT : t == T_MINUS ? N_NEG : N_PLUS, n, NULL);
}

static awk_node *binary(awk_parser *ps, awk_kind kind, uint8_t op, awk_node *a, awk_node *b)
{
    awk_node *n = awk_make(ps, kind, a, b);
    n->op = op;
    return n;
}

static awk_node *product(awk_parser *ps)
{
    awk_node *n = awk_unary(ps);
    for (;;) {
        uint8_t op = is(ps, T_STAR) ? '*' : is(ps, T_SLASH) ? '/' : is(ps, T_PERCENT) ? '%' : 0;
        if (!op)
            return n;
        next(ps);
        skip_newlines(ps);
        n = binary(ps, N_ARITH, op, n, awk_unary(ps));
        bool is_zero = op != '*' && n->b->kind == N_NUM && n->b->num == 0;
        if (is_zero && n->a->kind == N_NUM)
            awk_mistake(ps, op == '/' ? "division by zero attempted"
                                      : "division by zero attempted in `%'");
    }
}

static awk_node *sum(awk_parser *ps)
{
    awk_node *n = product(ps);
    while (is(ps, T_PLUS) || is(ps, T_MINUS)) {
        uint8_t op = is(ps, T_PLUS) ? '+' : '-';
        next(ps);
        skip_newlines(ps);
        n = binary(ps, N_ARITH, op, n, product(ps));
    }
    return n;
}

static bool begins_operand(const awk_parser *ps)
{
    switch (ps->l.tok) {
    case T_NUMBER:
    case T_STRING:
    case T_NAME:
    case T_FUNC_NAME:
    case T_BUILTIN:
    case T_AT:
    case T_DOLLAR:
    case T_NOT:
    case T_LPAREN:
    case T_MINUS:
    case T_PLUS:
    case T_INCR:
    case T_DECR:
        return true;
    default:
        return false;
    }
}

/* `"cmd" | getline x` is an operand itself: it may be added to, and more may be put behind it. */
static awk_node *go_on(awk_parser *ps, awk_node *n)
{
    while (is(ps, T_PLUS) || is(ps, T_MINUS)) {
        uint8_t op = is(ps, T_PLUS) ? '+' : '-';
        next(ps);
        skip_newlines(ps);
        n = binary(ps, N_ARITH, op, n, product(ps));
    }
    while (begins_operand(ps) && !(ps->no_in && is(ps, T_IN)))
        n = awk_make(ps, N_CONCAT, n, sum(ps));
    return n;
}

awk_node *awk_concat(awk_parser *ps)
{
    awk_node *n = sum(ps);
    while (begins_operand(ps) && !(ps->no_in && is(ps, T_IN)))
        n = awk_make(ps, N_CONCAT, n, sum(ps));
    return n;
}

static awk_node *comparison(awk_parser *ps)
{
    awk_node *n = awk_concat(ps);
    for (;;) {
        awk_kind kind;
        switch (ps->l.tok) {
        case T_LT:
            kind = N_LT;
            break;
        case T_LE:
            kind = N_LE;
            break;
        case T_EQ:
            kind = N_EQ;
            break;
        case T_NE:
            kind = N_NE;
            break;
        case T_GE:
            kind = N_GE;
            break;
        case T_GT:
            if (ps->no_gt)
                return n;
            kind = N_GT;
            break;
        case T_PIPE:
        case T_PIPE_BOTH: {
            awk_lexer saved = ps->l;
            saved.text = saved.text ? awk_ref(saved.text) : NULL;
            next(ps);
            if (!is(ps, T_GETLINE)) {
                if (ps->l.text)
                    awk_unref(ps->l.text);
                ps->l = saved;
                return n;
            }
            if (saved.text)
                awk_unref(saved.text);
            next(ps);
            n = awk_make(ps, N_GETLINE_CMD, NULL, n);
            n->a = optional_lvalue(ps);
            n = go_on(ps, n);
            continue;
        }
        default:
            return n;
        }
        next(ps);
        n = awk_make(ps, kind, n, awk_concat(ps));
    }
}

static awk_node *match(awk_parser *ps)
{
    awk_node *n = comparison(ps);
    while (is(ps, T_TILDE) || is(ps, T_NOTILDE)) {
        awk_kind kind = is(ps, T_TILDE) ? N_MATCH : N_NOMATCH;
        next(ps);
        n = awk_make(ps, kind, n, comparison(ps));
    }
    return n;
}

static awk_node *membership(awk_parser *ps)
{
    awk_node *n = match(ps);
    while (is(ps, T_IN) && !ps->no_in) {
        next(ps);
        if (!is(ps, T_NAME))
            awk_fail(ps);
        awk_node *array = subscripts(ps, awk_variable(ps));
        n = awk_make(ps, N_IN, array, n);
    }
    return n;
}

static awk_node *conjunction(awk_parser *ps)
{
    awk_node *n = membership(ps);
    while (is(ps, T_AND)) {
        next(ps);
        skip_newlines(ps);
        n = awk_make(ps, N_AND, n, membership(ps));
    }
    return n;
}

static awk_node *disjunction(awk_parser *ps)
{
    awk_node *n = conjunction(ps);
    while (is(ps, T_OR)) {
        next(ps);
        skip_newlines(ps);
        n = awk_make(ps, N_OR, n, conjunction(ps));
    }
    return n;
}

static uint8_t assignment_op(awk_tok t)
{
    switch (t) {
    case T_ASSIGN:
        return '=';
    case T_ADD_ASSIGN:
        return '+';
    case T_SUB_ASSIGN:
        return '-';
    case T_MUL_ASSIGN:
        return '*';
    case T_DIV_ASSIGN:
        return '/';
    case T_MOD_ASSIGN:
        return '%';
    case T_POW_ASSIGN:
        return '^';
    default:
        return 0;
    }
}

static awk_node *assign_to(awk_parser *ps, awk_node *to, uint8_t op)
{
    next(ps);
    skip_newlines(ps);
    awk_node *value = ternary(ps);
    return binary(ps, op == '=' ? N_ASSIGN : N_UPDATE, op, to, value);
}

/* An assignment whose target the grammar above took for an operand: of the last operand of what it
 * made (`1 < x = 2`, `a && b = c`); gawk knows none behind `!`, `-` and arithmetic. */
static bool assign_within(awk_parser *ps, awk_node **at, uint8_t op)
{
    for (unsigned i = 0; i < AWK_NEST_MAX; i++) {
        awk_node *n = *at;
        if (awk_is_lvalue(n)) {
            *at = assign_to(ps, n, op);
            return true;
        }
        switch (n->kind) {
        case N_AND:
        case N_OR:
        case N_LT:
        case N_LE:
        case N_EQ:
        case N_NE:
        case N_GT:
        case N_GE:
        case N_MATCH:
        case N_NOMATCH:
            at = &n->b;
            break;
        case N_COND:
            at = &n->c;
            break;
        default:
            return false;
        }
    }
    return false;
}

static awk_node *ternary(awk_parser *ps)
{
    awk_enter(ps);
    awk_node *n = disjunction(ps);
    if (is(ps, T_QUESTION)) {
        next(ps);
        skip_newlines(ps);
        awk_node *yes = ternary(ps);
        skip_newlines(ps);
        expect(ps, T_COLON);
        skip_newlines(ps);
        awk_node *no = ternary(ps);
        n = awk_make(ps, N_COND, n, yes);
        n->c = no;
    }
    uint8_t op = assignment_op(ps->l.tok);
    if (op && !assign_within(ps, &n, op))
        awk_fail(ps);
    ps->nest--;
    return n;
}

awk_node *awk_expr(awk_parser *ps) { return ternary(ps); }
