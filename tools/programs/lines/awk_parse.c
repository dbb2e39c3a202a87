/* The grammar of awk (POSIX awk, "Grammar") with what gawk adds. */
#include "programs/lines/awk_lex.h"

enum { NEST_MAX = 400 };

typedef struct parser {
    awk_lexer l;
    unsigned nest, loops, in_function;
    bool no_in, no_gt;
    const char *rule; /* "BEGIN", "END", or NULL in others */
    awk_func *func;   /* whose body this is, for its parameters */
} parser;

awk_program awk_p;

static awk_node *expr(parser *ps);
static awk_node *ternary(parser *ps);
static awk_node *concat(parser *ps);
static awk_node *unary(parser *ps);
static awk_node *statement(parser *ps);
static awk_node *block(parser *ps);

BX_NORETURN static void fail(const parser *ps)
{
    awk_syntax_error(&ps->l, ps->l.tok == T_END || ps->l.tok == T_NEWLINE
                                 ? "unexpected newline or end of string"
                                 : "syntax error");
}

BX_NORETURN static void mistake(const parser *ps, const char *what)
{
    prog_warn(0, "%s:%lu: error: %s", awk_p.source, (unsigned long)ps->l.line, what);
    prog_exit(1);
}

static awk_node *make(parser *ps, awk_kind kind, awk_node *a, awk_node *b)
{
    awk_node *n = prog_zalloc(1, sizeof *n);
    n->kind = (uint8_t)kind;
    n->line = ps->l.line;
    n->a = a;
    n->b = b;
    return n;
}

static void enter(parser *ps)
{
    if (++ps->nest > NEST_MAX)
        awk_syntax_error(&ps->l, "the program is nested too deeply");
}

static bool is(const parser *ps, awk_tok t) { return ps->l.tok == t; }
static void next(parser *ps) { awk_lex_next(&ps->l); }

static bool accept(parser *ps, awk_tok t)
{
    if (!is(ps, t))
        return false;
    next(ps);
    return true;
}

static void expect(parser *ps, awk_tok t)
{
    if (!accept(ps, t))
        fail(ps);
}

static void skip_newlines(parser *ps)
{
    while (is(ps, T_NEWLINE))
        next(ps);
}

static void skip_ends(parser *ps)
{
    while (is(ps, T_NEWLINE) || is(ps, T_SEMI))
        next(ps);
}

/* --- names -------------------------------------------------------------------------------------
 */

static const char *const specials[V_SPECIALS] = {
    "NF",       "NR",     "FNR",        "FS",      "OFS",         "ORS",      "RS",      "RT",
    "FILENAME", "SUBSEP", "RSTART",     "RLENGTH", "CONVFMT",     "OFMT",     "ENVIRON", "ARGC",
    "ARGV",     "ARGIND", "IGNORECASE", "FPAT",    "FIELDWIDTHS", "PROCINFO", "ERRNO"};

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

static int32_t function_of(const awk_str *name)
{
    awk_program *p = &awk_p;
    for (size_t i = 0; i < p->n_funcs; i++)
        if (p->funcs[i].name->n == name->n && memcmp(p->funcs[i].name->p, name->p, name->n) == 0)
            return (int32_t)i;
    p->funcs = prog_grow(p->funcs, &p->cap_funcs, p->n_funcs, sizeof *p->funcs);
    p->funcs[p->n_funcs] = (awk_func){.name = awk_str_new(name->p, name->n)};
    return (int32_t)p->n_funcs++;
}

static awk_node *variable(parser *ps)
{
    const awk_str *name = ps->l.text;
    awk_node *n = make(ps, N_GLOBAL, NULL, NULL);
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
static awk_node *list(parser *ps, awk_tok end)
{
    awk_node *first = NULL, **last = &first;
    bool no_in = ps->no_in, no_gt = ps->no_gt;
    ps->no_in = ps->no_gt = false;
    skip_newlines(ps);
    while (!is(ps, end)) {
        *last = expr(ps);
        last = &(*last)->next;
        skip_newlines(ps);
        if (!is(ps, end)) {
            expect(ps, T_COMMA);
            skip_newlines(ps);
            if (is(ps, end))
                fail(ps);
        }
    }
    ps->no_in = no_in;
    ps->no_gt = no_gt;
    next(ps);
    return first;
}

static awk_node *subscripts(parser *ps, awk_node *n)
{
    while (is(ps, T_LBRACKET)) {
        next(ps);
        n = make(ps, N_INDEX, n, list(ps, T_RBRACKET));
        if (!n->b)
            fail(ps);
    }
    return n;
}

static bool is_lvalue(const awk_node *n)
{
    return n->kind == N_GLOBAL || n->kind == N_LOCAL || n->kind == N_SPECIAL ||
           n->kind == N_FIELD || n->kind == N_INDEX;
}

static awk_node *lvalue(parser *ps)
{
    if (is(ps, T_NAME))
        return subscripts(ps, variable(ps));
    if (!accept(ps, T_DOLLAR))
        fail(ps);
    enter(ps);
    awk_node *n;
    if (is(ps, T_INCR) || is(ps, T_DECR)) {
        n = unary(ps);
    } else if (is(ps, T_MINUS) || is(ps, T_PLUS) || is(ps, T_NOT)) {
        n = unary(ps);
    } else if (is(ps, T_LPAREN)) {
        next(ps);
        n = list(ps, T_RPAREN);
        if (!n || n->next)
            fail(ps);
    } else if (is(ps, T_NUMBER)) {
        n = make(ps, N_NUM, NULL, NULL);
        n->num = ps->l.num;
        next(ps);
    } else if (is(ps, T_NAME) || is(ps, T_DOLLAR)) {
        n = lvalue(ps);
    } else {
        n = unary(ps);
    }
    ps->nest--;
    return make(ps, N_FIELD, n, NULL);
}

static awk_node *call(parser *ps)
{
    awk_node *n = make(ps, N_CALL, NULL, NULL);
    n->slot = function_of(ps->l.text);
    next(ps);
    expect(ps, T_LPAREN);
    n->a = list(ps, T_RPAREN);
    for (awk_node *a = n->a; a; a = a->next)
        n->num++;
    return n;
}

static awk_node *builtin(parser *ps)
{
    awk_node *n = make(ps, N_BUILTIN, NULL, NULL);
    n->slot = ps->l.builtin;
    next(ps);
    if (accept(ps, T_LPAREN))
        n->a = list(ps, T_RPAREN);
    else if (!awk_builtin_bare(n->slot))
        fail(ps);
    for (awk_node *a = n->a; a; a = a->next)
        n->num++;
    return n;
}

static awk_node *optional_lvalue(parser *ps)
{
    return is(ps, T_DOLLAR) || is(ps, T_NAME) ? lvalue(ps) : NULL;
}

static awk_node *primary(parser *ps);

static awk_node *simple_getline(parser *ps)
{
    awk_node *n = make(ps, N_GETLINE, NULL, NULL);
    next(ps);
    n->a = optional_lvalue(ps);
    if (is(ps, T_LT)) {
        next(ps);
        n->kind = N_GETLINE_FILE;
        n->b = primary(ps);
    }
    return n;
}

static awk_node *group(parser *ps)
{
    next(ps);
    awk_node *n = list(ps, T_RPAREN);
    if (!n)
        fail(ps);
    if (!n->next)
        return make(ps, N_GROUP, n, NULL);
    if (!is(ps, T_IN))
        fail(ps);
    next(ps);
    if (!is(ps, T_NAME))
        fail(ps);
    awk_node *array = subscripts(ps, variable(ps));
    return make(ps, N_IN, array, n);
}

static awk_node *literal(parser *ps, awk_kind kind)
{
    awk_node *n = make(ps, kind, NULL, NULL);
    if (kind == N_NUM)
        n->num = ps->l.num;
    else
        n->s = awk_ref(ps->l.text);
    next(ps);
    return n;
}

static awk_node *postfix(parser *ps)
{
    awk_node *n = lvalue(ps);
    if (is(ps, T_INCR) || is(ps, T_DECR)) {
        n = make(ps, N_POST, n, NULL);
        n->op = is(ps, T_INCR) ? '+' : '-';
        next(ps);
    }
    return n;
}

static awk_node *prefix(parser *ps)
{
    uint8_t op = is(ps, T_INCR) ? '+' : '-';
    next(ps);
    awk_node *n = make(ps, N_PRE, lvalue(ps), NULL);
    n->op = op;
    return n;
}

static awk_node *primary(parser *ps)
{
    switch (ps->l.tok) {
    case T_NUMBER:
        return literal(ps, N_NUM);
    case T_STRING:
        return literal(ps, N_STR);
    case T_SLASH:
    case T_DIV_ASSIGN:
        awk_lex_regex(&ps->l);
        return literal(ps, N_REGEX);
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
    case T_GETLINE:
        return simple_getline(ps);
    case T_LPAREN:
        return group(ps);
    case T_MINUS:
    case T_PLUS:
    case T_NOT:
        return unary(ps);
    default:
        fail(ps);
    }
}

static awk_node *power(parser *ps)
{
    awk_node *n = primary(ps);
    if (!is(ps, T_CARET))
        return n;
    next(ps);
    enter(ps);
    skip_newlines(ps);
    awk_node *exponent = is(ps, T_MINUS) || is(ps, T_PLUS) || is(ps, T_NOT) ? unary(ps) : power(ps);
    ps->nest--;
    n = make(ps, N_ARITH, n, exponent);
    n->op = '^';
    return n;
}

static awk_node *unary(parser *ps)
{
    awk_tok t = ps->l.tok;
    if (t != T_NOT && t != T_MINUS && t != T_PLUS)
        return power(ps);
    enter(ps);
    next(ps);
    awk_node *n = unary(ps);
    ps->nest--;
    return make(ps, t == T_NOT ? N_NOT : t == T_MINUS ? N_NEG : N_PLUS, n, NULL);
}

static awk_node *binary(parser *ps, awk_kind kind, uint8_t op, awk_node *a, awk_node *b)
{
    awk_node *n = make(ps, kind, a, b);
    n->op = op;
    return n;
}

static awk_node *product(parser *ps)
{
    awk_node *n = unary(ps);
    for (;;) {
        uint8_t op = is(ps, T_STAR) ? '*' : is(ps, T_SLASH) ? '/' : is(ps, T_PERCENT) ? '%' : 0;
        if (!op)
            return n;
        next(ps);
        skip_newlines(ps);
        n = binary(ps, N_ARITH, op, n, unary(ps));
        bool is_zero = op != '*' && n->b->kind == N_NUM && n->b->num == 0;
        if (is_zero && n->a->kind == N_NUM)
            mistake(ps,
                    op == '/' ? "division by zero attempted" : "division by zero attempted in `%'");
    }
}

static awk_node *sum(parser *ps)
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

static bool begins_operand(const parser *ps)
{
    switch (ps->l.tok) {
    case T_NUMBER:
    case T_STRING:
    case T_NAME:
    case T_FUNC_NAME:
    case T_BUILTIN:
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

static awk_node *concat(parser *ps)
{
    awk_node *n = sum(ps);
    while (begins_operand(ps) && !(ps->no_in && is(ps, T_IN)))
        n = make(ps, N_CONCAT, n, sum(ps));
    return n;
}

static awk_node *comparison(parser *ps)
{
    awk_node *n = concat(ps);
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
            n = make(ps, N_GETLINE_CMD, NULL, n);
            n->a = optional_lvalue(ps);
            continue;
        }
        default:
            return n;
        }
        next(ps);
        n = make(ps, kind, n, concat(ps));
    }
}

static awk_node *match(parser *ps)
{
    awk_node *n = comparison(ps);
    while (is(ps, T_TILDE) || is(ps, T_NOTILDE)) {
        awk_kind kind = is(ps, T_TILDE) ? N_MATCH : N_NOMATCH;
        next(ps);
        n = make(ps, kind, n, comparison(ps));
    }
    return n;
}

static awk_node *membership(parser *ps)
{
    awk_node *n = match(ps);
    while (is(ps, T_IN) && !ps->no_in) {
        next(ps);
        if (!is(ps, T_NAME))
            fail(ps);
        awk_node *array = subscripts(ps, variable(ps));
        n = make(ps, N_IN, array, n);
    }
    return n;
}

static awk_node *conjunction(parser *ps)
{
    awk_node *n = membership(ps);
    while (is(ps, T_AND)) {
        next(ps);
        skip_newlines(ps);
        n = make(ps, N_AND, n, membership(ps));
    }
    return n;
}

static awk_node *disjunction(parser *ps)
{
    awk_node *n = conjunction(ps);
    while (is(ps, T_OR)) {
        next(ps);
        skip_newlines(ps);
        n = make(ps, N_OR, n, conjunction(ps));
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

static awk_node *assign_to(parser *ps, awk_node *to, uint8_t op)
{
    next(ps);
    skip_newlines(ps);
    awk_node *value = ternary(ps);
    return binary(ps, op == '=' ? N_ASSIGN : N_UPDATE, op, to, value);
}

/* An assignment whose target the grammar above took for an operand: of the last operand of what it
 * made (`1 + x = 2`, `a && b = c`, `!x = y`). */
static bool assign_within(parser *ps, awk_node **at, uint8_t op)
{
    for (unsigned i = 0; i < NEST_MAX; i++) {
        awk_node *n = *at;
        if (is_lvalue(n)) {
            *at = assign_to(ps, n, op);
            return true;
        }
        switch (n->kind) {
        case N_NOT:
        case N_NEG:
        case N_PLUS:
            at = &n->a;
            break;
        case N_AND:
        case N_OR:
        case N_ARITH:
        case N_CONCAT:
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

static awk_node *ternary(parser *ps)
{
    enter(ps);
    awk_node *n = disjunction(ps);
    if (is(ps, T_QUESTION)) {
        next(ps);
        skip_newlines(ps);
        awk_node *yes = ternary(ps);
        skip_newlines(ps);
        expect(ps, T_COLON);
        skip_newlines(ps);
        awk_node *no = ternary(ps);
        n = make(ps, N_COND, n, yes);
        n->c = no;
    }
    uint8_t op = assignment_op(ps->l.tok);
    if (op && !assign_within(ps, &n, op))
        fail(ps);
    ps->nest--;
    return n;
}

static awk_node *expr(parser *ps) { return ternary(ps); }

/* --- statements --------------------------------------------------------------------------------
 */

static bool ends_simple(const parser *ps)
{
    return is(ps, T_SEMI) || is(ps, T_NEWLINE) || is(ps, T_RBRACE) || is(ps, T_END);
}

static bool ends_print(const parser *ps)
{
    return ends_simple(ps) || is(ps, T_GT) || is(ps, T_APPEND) || is(ps, T_PIPE) ||
           is(ps, T_PIPE_BOTH);
}

/* The arguments of print: with parentheses around all of them, or bare. */
static awk_node *print_list(parser *ps)
{
    awk_node *first = NULL, **last = &first;
    if (ends_print(ps))
        return NULL;
    if (is(ps, T_LPAREN)) {
        awk_lexer saved = ps->l;
        if (saved.text)
            awk_ref(saved.text);
        next(ps);
        awk_node *all = list(ps, T_RPAREN);
        bool is_whole = ends_print(ps) && all;
        if (is_whole) {
            if (saved.text)
                awk_unref(saved.text);
            return all;
        }
        if (ps->l.text)
            awk_unref(ps->l.text);
        ps->l = saved;
    }
    bool no_gt = ps->no_gt;
    ps->no_gt = true;
    do {
        if (first)
            skip_newlines(ps);
        *last = expr(ps);
        last = &(*last)->next;
    } while (accept(ps, T_COMMA));
    ps->no_gt = no_gt;
    return first;
}

static awk_node *print(parser *ps)
{
    awk_node *n = make(ps, is(ps, T_PRINT) ? S_PRINT : S_PRINTF, NULL, NULL);
    next(ps);
    n->a = print_list(ps);
    if (n->kind == S_PRINTF && !n->a)
        fail(ps);
    if (is(ps, T_GT) || is(ps, T_APPEND) || is(ps, T_PIPE) || is(ps, T_PIPE_BOTH)) {
        n->op = is(ps, T_GT) ? '>' : is(ps, T_APPEND) ? 'a' : is(ps, T_PIPE) ? '|' : '&';
        next(ps);
        bool no_gt = ps->no_gt;
        ps->no_gt = true;
        n->b = concat(ps);
        ps->no_gt = no_gt;
    }
    return n;
}

static awk_node *delete_statement(parser *ps)
{
    next(ps);
    bool paren = accept(ps, T_LPAREN);
    if (!is(ps, T_NAME))
        fail(ps);
    awk_node *n = make(ps, S_DELETE, lvalue(ps), NULL);
    if (paren)
        expect(ps, T_RPAREN);
    return n;
}

BX_NORETURN static void misplaced_next(const parser *ps)
{
    prog_warn(0, "%s:%lu: error: `%s' used in %s action", awk_p.source, (unsigned long)ps->l.line,
              is(ps, T_NEXT) ? "next" : "nextfile", ps->rule);
    prog_exit(1);
}

static awk_node *simple(parser *ps)
{
    awk_node *n;
    switch (ps->l.tok) {
    case T_PRINT:
    case T_PRINTF:
        return print(ps);
    case T_DELETE:
        return delete_statement(ps);
    case T_NEXT:
    case T_NEXTFILE:
    case T_BREAK:
    case T_CONTINUE:
        if (ps->rule && (is(ps, T_NEXT) || is(ps, T_NEXTFILE)))
            misplaced_next(ps);
        n = make(ps,
                 is(ps, T_NEXT)       ? S_NEXT
                 : is(ps, T_NEXTFILE) ? S_NEXTFILE
                 : is(ps, T_BREAK)    ? S_BREAK
                                      : S_CONTINUE,
                 NULL, NULL);
        next(ps);
        return n;
    case T_EXIT:
    case T_RETURN:
        if (is(ps, T_RETURN) && !ps->func)
            awk_syntax_error(&ps->l, "`return' used outside function context");
        n = make(ps, is(ps, T_EXIT) ? S_EXIT : S_RETURN, NULL, NULL);
        next(ps);
        n->a = ends_simple(ps) ? NULL : expr(ps);
        return n;
    default:
        return make(ps, S_EXPR, expr(ps), NULL);
    }
}

static void end_simple(parser *ps)
{
    if (is(ps, T_SEMI) || is(ps, T_NEWLINE))
        next(ps);
    else if (!is(ps, T_RBRACE) && !is(ps, T_END))
        fail(ps);
}

static awk_node *condition(parser *ps)
{
    expect(ps, T_LPAREN);
    awk_node *n = list(ps, T_RPAREN);
    if (!n || n->next)
        fail(ps);
    return n;
}

static awk_node *body(parser *ps)
{
    skip_newlines(ps);
    if (is(ps, T_SEMI)) {
        next(ps);
        return make(ps, S_BLOCK, NULL, NULL);
    }
    return statement(ps);
}

static awk_node *if_statement(parser *ps)
{
    next(ps);
    awk_node *n = make(ps, S_IF, NULL, NULL);
    n->a = condition(ps);
    n->b = body(ps);
    awk_lexer saved = ps->l;
    if (saved.text)
        awk_ref(saved.text);
    skip_ends(ps);
    if (is(ps, T_ELSE)) {
        if (saved.text)
            awk_unref(saved.text);
        next(ps);
        n->c = body(ps);
    } else {
        if (ps->l.text)
            awk_unref(ps->l.text);
        ps->l = saved;
    }
    return n;
}

static awk_node *for_in(parser *ps, awk_node *in)
{
    awk_node *var = in->b, *array = in->a, *n = make(ps, S_FORIN, var, array);
    if (!is_lvalue(var))
        fail(ps);
    n->c = body(ps);
    return n;
}

static awk_node *for_statement(parser *ps)
{
    next(ps);
    expect(ps, T_LPAREN);
    awk_node *n = make(ps, S_FOR, NULL, NULL), *first = NULL;
    if (!is(ps, T_SEMI)) {
        first = simple(ps);
        if (is(ps, T_RPAREN) && first->kind == S_EXPR && first->a->kind == N_IN) {
            next(ps);
            return for_in(ps, first->a);
        }
    }
    expect(ps, T_SEMI);
    skip_newlines(ps);
    n->a = first;
    n->b = is(ps, T_SEMI) ? NULL : expr(ps);
    expect(ps, T_SEMI);
    skip_newlines(ps);
    n->c = is(ps, T_RPAREN) ? NULL : simple(ps);
    expect(ps, T_RPAREN);
    n->d = body(ps);
    return n;
}

static awk_node *do_statement(parser *ps)
{
    next(ps);
    awk_node *n = make(ps, S_DO, NULL, NULL);
    n->b = body(ps);
    skip_ends(ps);
    expect(ps, T_WHILE);
    n->a = condition(ps);
    end_simple(ps);
    return n;
}

static awk_node *switch_statement(parser *ps)
{
    next(ps);
    awk_node *n = make(ps, S_SWITCH, condition(ps), NULL), **last = &n->b;
    skip_newlines(ps);
    expect(ps, T_LBRACE);
    skip_ends(ps);
    while (!is(ps, T_RBRACE)) {
        awk_node *c = make(ps, S_CASE, NULL, NULL), **statements = &c->b;
        if (accept(ps, T_CASE)) {
            enter(ps);
            c->a = unary(ps);
            ps->nest--;
        } else {
            expect(ps, T_DEFAULT);
        }
        expect(ps, T_COLON);
        skip_ends(ps);
        while (!is(ps, T_CASE) && !is(ps, T_DEFAULT) && !is(ps, T_RBRACE)) {
            *statements = statement(ps);
            statements = &(*statements)->next;
            skip_ends(ps);
        }
        *last = c;
        last = &c->next;
    }
    next(ps);
    return n;
}

static awk_node *block(parser *ps)
{
    awk_node *n = make(ps, S_BLOCK, NULL, NULL), **last = &n->a;
    expect(ps, T_LBRACE);
    enter(ps);
    skip_ends(ps);
    while (!is(ps, T_RBRACE)) {
        *last = statement(ps);
        last = &(*last)->next;
        skip_ends(ps);
    }
    ps->nest--;
    next(ps);
    return n;
}

static awk_node *statement(parser *ps)
{
    awk_node *n;
    enter(ps);
    switch (ps->l.tok) {
    case T_LBRACE:
        n = block(ps);
        break;
    case T_IF:
        n = if_statement(ps);
        break;
    case T_WHILE:
        next(ps);
        n = make(ps, S_WHILE, NULL, NULL);
        n->a = condition(ps);
        n->b = body(ps);
        break;
    case T_FOR:
        n = for_statement(ps);
        break;
    case T_DO:
        n = do_statement(ps);
        break;
    case T_SWITCH:
        n = switch_statement(ps);
        break;
    default:
        n = simple(ps);
        end_simple(ps);
    }
    ps->nest--;
    return n;
}

/* --- rules and functions -----------------------------------------------------------------------
 */

static void parameters(parser *ps, awk_func *f)
{
    size_t cap = 0;
    expect(ps, T_LPAREN);
    skip_newlines(ps);
    while (!is(ps, T_RPAREN)) {
        if (!is(ps, T_NAME))
            fail(ps);
        f->params = prog_grow(f->params, &cap, f->n_params, sizeof(awk_str *));
        f->params[f->n_params++] = awk_ref(ps->l.text);
        next(ps);
        skip_newlines(ps);
        if (!is(ps, T_RPAREN)) {
            expect(ps, T_COMMA);
            skip_newlines(ps);
        }
    }
    next(ps);
}

static void function(parser *ps)
{
    next(ps);
    if (!is(ps, T_NAME) && !is(ps, T_FUNC_NAME))
        fail(ps);
    int32_t slot = function_of(ps->l.text);
    awk_func f = awk_p.funcs[slot];
    if (f.is_defined)
        awk_syntax_error(&ps->l, "function name previously defined");
    next(ps);
    parameters(ps, &f);
    skip_newlines(ps);
    ps->func = &f;
    f.is_defined = true;
    awk_p.funcs[slot].is_defined = true;
    f.body = block(ps);
    ps->func = NULL;
    awk_p.funcs[slot] = f;
}

static void rule(parser *ps)
{
    awk_rule r = {.when = RULE_MAIN};
    awk_tok t = ps->l.tok;
    if (t == T_BEGIN || t == T_ENDRULE || t == T_BEGINFILE || t == T_ENDFILE) {
        r.when = t == T_BEGIN       ? RULE_BEGIN
                 : t == T_ENDRULE   ? RULE_END
                 : t == T_BEGINFILE ? RULE_BEGINFILE
                                    : RULE_ENDFILE;
        next(ps);
        if (!is(ps, T_LBRACE))
            fail(ps);
        ps->rule = t == T_BEGIN ? "BEGIN" : t == T_ENDRULE ? "END" : NULL;
    } else if (t != T_LBRACE) {
        r.from = expr(ps);
        if (accept(ps, T_COMMA)) {
            skip_newlines(ps);
            r.to = expr(ps);
        }
    }
    if (is(ps, T_LBRACE))
        r.body = block(ps);
    else if (!ends_simple(ps))
        fail(ps);
    ps->rule = NULL;
    awk_program *p = &awk_p;
    p->rules = prog_grow(p->rules, &p->cap_rules, p->n_rules, sizeof *p->rules);
    p->rules[p->n_rules++] = r;
}

void awk_parse(const char *text, size_t n)
{
    parser ps = {.l = {.p = text, .n = n, .line = 1, .tok = T_SEMI}};
    (void)awk_global("NF", 2);
    next(&ps);
    for (;;) {
        skip_ends(&ps);
        if (is(&ps, T_END))
            break;
        if (is(&ps, T_FUNCTION))
            function(&ps);
        else
            rule(&ps);
    }
    for (size_t i = 0; i < awk_p.n_funcs; i++)
        if (!awk_p.funcs[i].is_defined) {
            awk_str *name = awk_p.funcs[i].name;
            awk_m.line = 1;
            prog_status = 1;
            awk_fatal("function `%.*s' not defined", (int)name->n, name->p);
        }
    if (ps.l.text)
        awk_unref(ps.l.text);
}
