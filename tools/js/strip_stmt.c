/* Statements (ECMAScript 14). */
#include "js/strip_int.h"

static void statement_in(js_strip *p);

void js_statements(js_strip *p)
{
    while (!js_at(p, '}') && !js_at(p, JT_EOF))
        js_statement(p);
}

void js_block(js_strip *p)
{
    js_expect(p, '{');
    js_statements(p);
    js_expect(p, '}');
}

/* The statement that another one governs: something has to stay. */
static void statement_in(js_strip *p)
{
    uint32_t start = p->t.pos;
    if (js_statement(p) != JK_KEPT)
        js_poke(p, start, ';');
}

static void condition(js_strip *p)
{
    js_expect(p, '(');
    js_expr(p);
    js_expect(p, ')');
}

static void if_statement(js_strip *p)
{
    for (;;) {
        js_next(p);
        condition(p);
        statement_in(p);
        if (!js_accept(p, JT_else))
            return;
        if (!js_at(p, JT_if))
            break;
    }
    statement_in(p);
}

static void do_statement(js_strip *p)
{
    js_next(p);
    statement_in(p);
    js_expect(p, JT_while);
    condition(p);
    js_accept(p, ';');
}

/* let x, let [, let {, using x, await using x: does a declaration begin here?  *words of it stand
 * before the first binding. */
static bool at_var(js_strip *p, int *words)
{
    js_tok t = p->t;
    *words = 1;
    if (js_at(p, JT_var) || js_at(p, JT_const))
        return true;
    if (js_at(p, JT_let)) {
        t = js_peek(p);
        return js_is_ident(t.kind) || t.kind == '[' || t.kind == '{';
    }
    if (js_at(p, JT_await)) {
        *words = 2;
        t = js_peek(p);
    }
    if (t.kind != JT_using)
        return false;
    t = js_scan(p, t.end);
    if (t.nl || !js_is_ident(t.kind))
        return false;
    return t.kind != JT_of || js_scan(p, t.end).kind == '=';
}

void js_var(js_strip *p)
{
    do {
        js_binding(p);
        if (js_at(p, '!') && !p->t.nl) {
            js_blank(p, p->t.pos, p->t.end);
            js_next(p);
        }
        if (js_at(p, ':'))
            js_blank_annotation(p, false);
        if (js_accept(p, '='))
            js_assign(p, true);
    } while (js_accept(p, ','));
}

static void for_head(js_strip *p)
{
    int words;
    uint8_t flags = p->flags;
    p->flags |= JF_NO_IN;
    if (at_var(p, &words)) {
        while (words--)
            js_next(p);
        js_var(p);
    } else if (!js_at(p, ';')) {
        js_expr(p);
    }
    p->flags = flags;
    if (js_accept(p, JT_of)) {
        js_assign(p, true);
        return;
    }
    if (js_accept(p, JT_in)) {
        js_expr(p);
        return;
    }
    js_expect(p, ';');
    if (!js_at(p, ';'))
        js_expr(p);
    js_expect(p, ';');
    if (!js_at(p, ')'))
        js_expr(p);
}

static void for_statement(js_strip *p)
{
    js_next(p);
    js_accept(p, JT_await);
    js_expect(p, '(');
    for_head(p);
    js_expect(p, ')');
    statement_in(p);
}

static void switch_statement(js_strip *p)
{
    js_next(p);
    condition(p);
    js_expect(p, '{');
    while (!js_at(p, '}') && !js_at(p, JT_EOF)) {
        if (js_accept(p, JT_case))
            js_expr(p);
        else if (!js_accept(p, JT_default))
            js_unexpected(p);
        js_expect(p, ':');
        while (!js_at(p, JT_case) && !js_at(p, JT_default) && !js_at(p, '}') && !js_at(p, JT_EOF))
            js_statement(p);
    }
    js_expect(p, '}');
}

static void try_statement(js_strip *p)
{
    js_next(p);
    js_block(p);
    if (js_accept(p, JT_catch)) {
        if (js_accept(p, '(')) {
            js_binding(p);
            if (js_at(p, ':'))
                js_blank_annotation(p, false);
            js_expect(p, ')');
        }
        js_block(p);
    }
    if (js_accept(p, JT_finally))
        js_block(p);
}

static void jump_statement(js_strip *p)
{
    bool label = js_at(p, JT_break) || js_at(p, JT_continue);
    js_next(p);
    p->restricted = p->t.pos;
    if (!p->t.nl && !js_at(p, ';') && !js_at(p, '}') && !js_at(p, JT_EOF)) {
        if (label)
            js_ident(p);
        else
            js_expr(p);
    }
    js_semicolon(p);
}

static void expression_statement(js_strip *p)
{
    js_tok start = p->t;
    js_expr(p);
    if (js_at(p, ':') && js_is_ident(start.kind) && p->prev_end == start.end) {
        js_next(p);
        statement_in(p);
        return;
    }
    js_semicolon(p);
}

static void plain_statement(js_strip *p)
{
    int words;
    switch (p->t.kind) {
    case '{':
        js_block(p);
        return;
    case ';':
        js_next(p);
        return;
    case JT_if:
        if_statement(p);
        return;
    case JT_do:
        do_statement(p);
        return;
    case JT_for:
        for_statement(p);
        return;
    case JT_while:
    case JT_with:
        js_next(p);
        condition(p);
        statement_in(p);
        return;
    case JT_switch:
        switch_statement(p);
        return;
    case JT_try:
        try_statement(p);
        return;
    case JT_return:
    case JT_throw:
    case JT_break:
    case JT_continue:
        jump_statement(p);
        return;
    case JT_debugger:
        js_next(p);
        js_semicolon(p);
        return;
    default:
        if (!at_var(p, &words)) {
            expression_statement(p);
            return;
        }
        while (words--)
            js_next(p);
        js_var(p);
        js_semicolon(p);
    }
}

js_kept js_statement(js_strip *p)
{
    js_kept kept = JK_KEPT;
    if (!js_enter(p))
        return kept;
    if (js_at(p, JT_import))
        kept = js_import(p);
    else if (js_at(p, JT_export))
        kept = js_export(p);
    else
        kept = js_declaration(p, js_start_here(p));
    if (kept == JK_OTHER) {
        plain_statement(p);
        kept = JK_KEPT;
    }
    js_leave(p);
    return kept;
}
