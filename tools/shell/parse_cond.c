/* The expressions of [[ … ]]. */
#include "shell/parse_int.h"

static sh_cond *expression(sh_parser *p);

static sh_cond *node(sh_parser *p, sh_cond_kind kind, sh_cond *left, sh_cond *right)
{
    sh_cond *c = sh_new(p, sizeof *c);
    c->kind = (uint8_t)kind;
    c->left = left;
    c->right = right;
    c->line = p->line;
    return c;
}

/* A message about the token; a ` at the end of `before` has its text follow. */
static void fail_at(sh_parser *p, const char *before, const char *after)
{
    const token *t = &p->tok;
    bx_str text = sh_token_text(t);
    if (t->kind == T_END)
        sh_fail(p, sh_end_line(p), "unexpected token `EOF' in conditional command", "", 0, "");
    else
        sh_fail(p, t->line, before, text.p, strchr(before, '`') ? text.n : 0, after);
    p->err.at_end = t->kind == T_END;
}

static bool is_unary(const token *t)
{
    const sh_word *w = t->word;
    return t->kind == T_WORD && w->raw.n == 2 && w->raw.p[0] == '-' &&
           strchr("abcdefghknoprstuvwxzGLNOSR", w->raw.p[1]) && !(w->flags & SH_WORD_QUOTED);
}

static bool is_binary(const token *t)
{
    static const char ops[] = "=\0==\0!=\0=~\0-eq\0-ne\0-lt\0-le\0-gt\0-ge\0-nt\0-ot\0-ef\0";
    if (t->kind == T_REDIR)
        return (t->redir == SH_REDIR_READ || t->redir == SH_REDIR_WRITE) && !t->fd_given &&
               !t->variable.p;
    if (t->kind != T_WORD || (t->word->flags & SH_WORD_QUOTED))
        return false;
    for (const char *s = ops; *s; s += strlen(s) + 1) {
        if (t->word->raw.n == strlen(s) && memcmp(t->word->raw.p, s, t->word->raw.n) == 0)
            return true;
    }
    return false;
}

static bool closes(const token *t)
{
    return t->kind == T_AND_AND || t->kind == T_OR_OR || t->kind == T_CLOSE ||
           t->kind == T_NEWLINE || sh_token_is(t, "]]");
}

static sh_cond *binary(sh_parser *p, sh_word *left)
{
    token *t = sh_peek(p, M_COND);
    sh_cond *c = node(p, SH_COND_BINARY, NULL, NULL);
    c->op = t->kind == T_REDIR ? bx_str_of(t->redir == SH_REDIR_READ ? "<" : ">") : t->word->raw;
    c->a = left;
    sh_take(p);
    lex_mode mode = M_COND;
    if (bx_str_eq(c->op, BX_LIT("=~")))
        mode = M_COND_REGEX;
    else if (c->op.p[0] == '=' || c->op.p[0] == '!')
        mode = M_COND_PATTERN;
    t = sh_peek(p, mode);
    if (t->kind != T_WORD || sh_token_is(t, "]]")) {
        fail_at(p, "unexpected argument `", "' to conditional binary operator");
        return c;
    }
    c->b = t->word;
    sh_take(p);
    return c;
}

static sh_cond *word_term(sh_parser *p)
{
    token first = *sh_peek(p, M_COND);
    sh_take(p);
    token *t = sh_peek(p, M_COND);
    if (is_unary(&first)) {
        sh_cond *c = node(p, SH_COND_UNARY, NULL, NULL);
        if (t->kind != T_WORD || sh_token_is(t, "]]")) {
            fail_at(p, "unexpected argument `", "' to conditional unary operator");
            return c;
        }
        c->op = first.word->raw;
        c->a = t->word;
        sh_take(p);
        return c;
    }
    if (is_binary(t))
        return binary(p, first.word);
    if (closes(t) && t->kind != T_NEWLINE) {
        sh_cond *c = node(p, SH_COND_WORD, NULL, NULL);
        c->a = first.word;
        return c;
    }
    if (t->kind == T_WORD)
        fail_at(p, "conditional binary operator expected", "");
    else
        fail_at(p, "unexpected token `", "', conditional binary operator expected");
    return NULL;
}

static sh_cond *term(sh_parser *p)
{
    sh_cond *c = NULL;
    if (!sh_enter(p)) {
        sh_leave(p);
        return NULL;
    }
    sh_skip_newlines(p, M_COND);
    token *t = sh_peek(p, M_COND);
    if (sh_token_is(t, "!")) {
        sh_take(p);
        sh_cond *left = term(p);
        c = node(p, SH_COND_NOT, left, NULL);
    } else if (t->kind == T_OPEN) {
        sh_take(p);
        sh_cond *left = expression(p);
        sh_skip_newlines(p, M_COND);
        if (sh_peek(p, M_COND)->kind == T_CLOSE)
            sh_take(p);
        else
            fail_at(p, "unexpected token `", "', expected `)'");
        c = node(p, SH_COND_GROUP, left, NULL);
    } else if (t->kind == T_WORD && !sh_token_is(t, "]]")) {
        c = word_term(p);
    } else {
        fail_at(p, "unexpected token `", "' in conditional command");
    }
    sh_leave(p);
    if (!p->failed)
        sh_skip_newlines(p, M_COND);
    return c;
}

static sh_cond *conjunction(sh_parser *p)
{
    sh_cond *c = term(p);
    while (!p->failed && sh_peek(p, M_COND)->kind == T_AND_AND) {
        sh_take(p);
        sh_cond *right = term(p);
        c = node(p, SH_COND_AND, c, right);
    }
    return c;
}

static sh_cond *expression(sh_parser *p)
{
    sh_cond *c = conjunction(p);
    while (!p->failed && sh_peek(p, M_COND)->kind == T_OR_OR) {
        sh_take(p);
        sh_cond *right = conjunction(p);
        c = node(p, SH_COND_OR, c, right);
    }
    return c;
}

sh_cond *sh_parse_cond(sh_parser *p)
{
    sh_cond *c = expression(p);
    if (p->failed)
        return c;
    const token *t = sh_peek(p, M_COND);
    if (sh_token_is(t, "]]"))
        sh_take(p);
    else if (t->kind == T_WORD || t->kind == T_END)
        sh_fail(p, t->line, "syntax error in conditional expression", "", 0, "");
    else
        fail_at(p, "syntax error in conditional expression: unexpected token `", "'");
    return c;
}
