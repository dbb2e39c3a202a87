/* The statements and rules of awk (POSIX awk, "Grammar") with what gawk adds. */
#include "programs/lines/awk_parse.h"

#include <stdio.h>

awk_program awk_p;

static awk_node *statement(awk_parser *ps);
static awk_node *block(awk_parser *ps);

/* --- statements --------------------------------------------------------------------------------
 */

static bool ends_simple(const awk_parser *ps)
{
    return is(ps, T_SEMI) || is(ps, T_NEWLINE) || is(ps, T_RBRACE) || is(ps, T_END);
}

static bool ends_print(const awk_parser *ps)
{
    return ends_simple(ps) || is(ps, T_GT) || is(ps, T_APPEND) || is(ps, T_PIPE) ||
           is(ps, T_PIPE_BOTH);
}

/* The arguments of print: with parentheses around all of them, or bare. */
static awk_node *print_list(awk_parser *ps)
{
    awk_node *first = NULL, **last = &first;
    if (ends_print(ps))
        return NULL;
    if (is(ps, T_LPAREN)) {
        awk_lexer saved = ps->l;
        if (saved.text)
            awk_ref(saved.text);
        next(ps);
        awk_node *all = awk_list(ps, T_RPAREN);
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
        *last = awk_expr(ps);
        last = &(*last)->next;
    } while (accept(ps, T_COMMA));
    ps->no_gt = no_gt;
    return first;
}

static awk_node *print(awk_parser *ps)
{
    awk_node *n = awk_make(ps, is(ps, T_PRINT) ? S_PRINT : S_PRINTF, NULL, NULL);
    next(ps);
    n->a = print_list(ps);
    if (n->kind == S_PRINTF && !n->a)
        awk_fail(ps);
    if (is(ps, T_GT) || is(ps, T_APPEND) || is(ps, T_PIPE) || is(ps, T_PIPE_BOTH)) {
        n->op = is(ps, T_GT) ? '>' : is(ps, T_APPEND) ? 'a' : is(ps, T_PIPE) ? '|' : '&';
        next(ps);
        bool no_gt = ps->no_gt;
        ps->no_gt = true;
        n->b = awk_concat(ps);
        ps->no_gt = no_gt;
    }
    return n;
}

static awk_node *delete_statement(awk_parser *ps)
{
    next(ps);
    bool paren = accept(ps, T_LPAREN);
    if (!is(ps, T_NAME))
        awk_fail(ps);
    awk_node *n = awk_make(ps, S_DELETE, awk_lvalue(ps), NULL);
    if (paren)
        expect(ps, T_RPAREN);
    return n;
}

BX_NORETURN static void misplaced_next(const awk_parser *ps)
{
    prog_warn(0, "%s:%lu: error: `%s' used in %s action", awk_p.source, (unsigned long)ps->l.line,
              is(ps, T_NEXT) ? "next" : "nextfile", ps->rule);
    prog_exit(1);
}

static awk_node *simple(awk_parser *ps)
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
        if (is(ps, T_BREAK) && !ps->loops && !ps->switches)
            awk_mistake(ps, "`break' is not allowed outside a loop or switch");
        if (is(ps, T_CONTINUE) && !ps->loops)
            awk_mistake(ps, "`continue' is not allowed outside a loop");
        n = awk_make(ps,
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
        n = awk_make(ps, is(ps, T_EXIT) ? S_EXIT : S_RETURN, NULL, NULL);
        next(ps);
        n->a = ends_simple(ps) ? NULL : awk_expr(ps);
        return n;
    default:
        return awk_make(ps, S_EXPR, awk_expr(ps), NULL);
    }
}

static void end_simple(awk_parser *ps)
{
    if (is(ps, T_SEMI) || is(ps, T_NEWLINE))
        next(ps);
    else if (!is(ps, T_RBRACE) && !is(ps, T_END))
        awk_fail(ps);
}

static awk_node *condition(awk_parser *ps)
{
    expect(ps, T_LPAREN);
    awk_node *n = awk_list(ps, T_RPAREN);
    if (!n || n->next)
        awk_fail(ps);
    return n;
}

static awk_node *body(awk_parser *ps)
{
    skip_newlines(ps);
    if (is(ps, T_SEMI)) {
        next(ps);
        return awk_make(ps, S_BLOCK, NULL, NULL);
    }
    return statement(ps);
}

static awk_node *loop_body(awk_parser *ps)
{
    ps->loops++;
    awk_node *n = body(ps);
    ps->loops--;
    return n;
}

static awk_node *if_statement(awk_parser *ps)
{
    next(ps);
    awk_node *n = awk_make(ps, S_IF, NULL, NULL);
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

static awk_node *for_in(awk_parser *ps, awk_node *in)
{
    awk_node *var = in->b, *array = in->a, *n = awk_make(ps, S_FORIN, var, array);
    if (!awk_is_lvalue(var))
        awk_fail(ps);
    n->c = loop_body(ps);
    return n;
}

static awk_node *for_statement(awk_parser *ps)
{
    next(ps);
    expect(ps, T_LPAREN);
    awk_node *n = awk_make(ps, S_FOR, NULL, NULL), *first = NULL;
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
    n->b = is(ps, T_SEMI) ? NULL : awk_expr(ps);
    expect(ps, T_SEMI);
    skip_newlines(ps);
    n->c = is(ps, T_RPAREN) ? NULL : simple(ps);
    expect(ps, T_RPAREN);
    n->d = loop_body(ps);
    return n;
}

static awk_node *do_statement(awk_parser *ps)
{
    next(ps);
    awk_node *n = awk_make(ps, S_DO, NULL, NULL);
    n->b = loop_body(ps);
    skip_ends(ps);
    expect(ps, T_WHILE);
    n->a = condition(ps);
    end_simple(ps);
    return n;
}

static awk_node *switch_statement(awk_parser *ps)
{
    next(ps);
    awk_node *n = awk_make(ps, S_SWITCH, condition(ps), NULL), **last = &n->b;
    skip_newlines(ps);
    expect(ps, T_LBRACE);
    skip_ends(ps);
    while (!is(ps, T_RBRACE)) {
        awk_node *c = awk_make(ps, S_CASE, NULL, NULL), **statements = &c->b;
        if (accept(ps, T_CASE)) {
            awk_enter(ps);
            c->a = awk_unary(ps);
            ps->nest--;
        } else {
            expect(ps, T_DEFAULT);
        }
        expect(ps, T_COLON);
        skip_ends(ps);
        ps->switches++;
        while (!is(ps, T_CASE) && !is(ps, T_DEFAULT) && !is(ps, T_RBRACE)) {
            *statements = statement(ps);
            statements = &(*statements)->next;
            skip_ends(ps);
        }
        ps->switches--;
        *last = c;
        last = &c->next;
    }
    next(ps);
    return n;
}

static awk_node *block(awk_parser *ps)
{
    awk_node *n = awk_make(ps, S_BLOCK, NULL, NULL), **last = &n->a;
    expect(ps, T_LBRACE);
    awk_enter(ps);
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

static awk_node *statement(awk_parser *ps)
{
    awk_node *n;
    awk_enter(ps);
    switch (ps->l.tok) {
    case T_LBRACE:
        n = block(ps);
        break;
    case T_IF:
        n = if_statement(ps);
        break;
    case T_WHILE:
        next(ps);
        n = awk_make(ps, S_WHILE, NULL, NULL);
        n->a = condition(ps);
        n->b = loop_body(ps);
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

static bool is_named(const awk_str *a, const awk_str *b)
{
    return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* A name of its own: not the function's, no special variable's, no other parameter's. */
static void check_parameter(awk_parser *ps, const awk_func *f)
{
    const awk_str *name = ps->l.text;
    char text[512];
    const char *wrong = NULL;
    if (is_named(f->name, name))
        wrong = "cannot use function name as parameter name";
    else if (awk_is_special(name))
        wrong = "cannot use a special variable as a function parameter";
    for (uint32_t i = 0; i < f->n_params && !wrong; i++)
        if (is_named(f->params[i], name))
            wrong = "a parameter duplicates another one";
    if (!wrong)
        return;
    (void)snprintf(text, sizeof text, "function `%.*s': parameter `%.*s': %s",
                   f->name->n < 100 ? (int)f->name->n : 100, f->name->p,
                   name->n < 100 ? (int)name->n : 100, name->p, wrong);
    awk_syntax_error(&ps->l, text);
}

static void parameters(awk_parser *ps, awk_func *f)
{
    size_t cap = 0;
    expect(ps, T_LPAREN);
    skip_newlines(ps);
    while (!is(ps, T_RPAREN)) {
        if (!is(ps, T_NAME))
            awk_fail(ps);
        check_parameter(ps, f);
        f->params = prog_grow(f->params, &cap, f->n_params, sizeof(awk_str *));
        f->params[f->n_params++] = awk_ref(ps->l.text);
        next(ps);
        skip_newlines(ps);
        if (!is(ps, T_RPAREN)) {
            expect(ps, T_COMMA);
            skip_newlines(ps);
            if (is(ps, T_RPAREN))
                awk_fail(ps);
        }
    }
    next(ps);
}

static void function(awk_parser *ps)
{
    next(ps);
    if (!is(ps, T_NAME) && !is(ps, T_FUNC_NAME))
        awk_fail(ps);
    int32_t slot = awk_function_of(ps->l.text);
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

static void rule(awk_parser *ps)
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
            awk_fail(ps);
        ps->rule = t == T_BEGIN ? "BEGIN" : t == T_ENDRULE ? "END" : NULL;
    } else if (t != T_LBRACE) {
        r.from = awk_expr(ps);
        if (accept(ps, T_COMMA)) {
            skip_newlines(ps);
            r.to = awk_expr(ps);
        }
    }
    if (is(ps, T_LBRACE))
        r.body = block(ps);
    else if (!ends_simple(ps))
        awk_fail(ps);
    ps->rule = NULL;
    awk_program *p = &awk_p;
    p->rules = prog_grow(p->rules, &p->cap_rules, p->n_rules, sizeof *p->rules);
    p->rules[p->n_rules++] = r;
}

/* Else `f (x)` and `g(f)` would quietly be about a variable that nobody assigns. */
static void refuse_functions_as_variables(void)
{
    for (size_t i = 0; i < awk_p.n_funcs; i++)
        for (size_t k = 0; k < awk_p.n_globals; k++) {
            const awk_str *f = awk_p.funcs[i].name, *v = awk_p.names[k];
            if (f->n != v->n || memcmp(f->p, v->p, f->n) != 0)
                continue;
            prog_warn(0, "%s: error: function `%.*s' called with space between name and `(',",
                      awk_p.source, (int)f->n, f->p);
            prog_warn(0, "or used as a variable or an array");
            prog_exit(1);
        }
}

void awk_parse(const char *text, size_t n)
{
    awk_parser ps = {.l = {.p = text, .n = n, .line = 1, .tok = T_SEMI}};
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
    refuse_functions_as_variables();
    if (ps.l.text)
        awk_unref(ps.l.text);
}
