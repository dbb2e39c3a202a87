/* Compound commands: if, case, for, select, while, until, { }, ( ), (( )), [[ ]]. */
#include "shell/parse_int.h"

static const char openers[] = "if\0case\0for\0select\0while\0until\0{\0[[\0";

bool sh_starts_compound(const token *t)
{
    if (t->kind == T_OPEN)
        return true;
    for (const char *s = openers; *s; s += strlen(s) + 1) {
        if (sh_token_is(t, s))
            return true;
    }
    return false;
}

static void parse_if(sh_parser *p, sh_cmd *c)
{
    sh_cmd **conds = NULL, **bodies = NULL;
    size_t n = 0, cap = 0, cap2 = 0;
    do {
        sh_take(p);
        conds = sh_grow(conds, n, &cap, sizeof *conds);
        bodies = sh_grow(bodies, n, &cap2, sizeof *bodies);
        conds[n] = sh_parse_list(p);
        bodies[n] = NULL;
        if (!p->failed && sh_expect_word(p, "then"))
            bodies[n] = sh_parse_list(p);
        n++;
    } while (!p->failed && sh_token_is(sh_peek(p, M_COMMAND), "elif"));
    sh_if *f = &c->if_;
    f->n = (uint32_t)n;
    f->conds = sh_new(p, n * sizeof *conds);
    f->bodies = sh_new(p, n * sizeof *bodies);
    memcpy(f->conds, conds, n * sizeof *conds);
    memcpy(f->bodies, bodies, n * sizeof *bodies);
    free(conds);
    free(bodies);
    if (p->failed)
        return;
    if (sh_token_is(sh_peek(p, M_COMMAND), "else")) {
        sh_take(p);
        f->otherwise = sh_parse_list(p);
    }
    if (!p->failed)
        (void)sh_expect_word(p, "fi");
}

/* do … done, or { … } */
static sh_cmd *loop_body(sh_parser *p, bool braces)
{
    const char *close = "done";
    token *t = sh_peek(p, M_COMMAND);
    if (braces && sh_token_is(t, "{")) {
        close = "}";
    } else if (!sh_token_is(t, "do")) {
        sh_fail_token(p);
        return NULL;
    }
    sh_take(p);
    sh_cmd *body = sh_parse_list(p);
    if (!p->failed)
        (void)sh_expect_word(p, close);
    return body;
}

static sh_arith_text *header_part(sh_parser *p)
{
    size_t from = p->raw.n;
    int c = sh_in(p);
    while (c == ' ' || c == '\t' || c == '\n') {
        sh_in_skip(p);
        c = sh_in(p);
    }
    sh_arith_text *t = sh_arith_read(p, (word_ctx){.q = Q_SEMI, .quoted = true});
    t->word->raw = sh_arena_str(p->arena, p->raw.n > from ? p->raw.p + from : "", p->raw.n - from);
    p->raw.n = from;
    return t->word->n_parts ? t : NULL;
}

/* for (( a; b; c )); the second "(" is next.  False: failed. */
static bool for_header(sh_parser *p, sh_cmd *c)
{
    int32_t line = p->line;
    size_t frames = p->n_frames, mark = sh_in_mark(p);
    sh_arith_text *parts[3] = {NULL};
    int n = 0;
    sh_in_skip(p);
    for (;; sh_in_skip(p)) {
        sh_arith_text *t = header_part(p);
        if (n < 3)
            parts[n] = t;
        n++;
        if (p->failed)
            return false;
        if (sh_in(p) != ';')
            break;
    }
    for (int i = 0; i < 2; i++) {
        if (sh_in(p) != ')') {
            sh_fail_match(p, line, ')');
            return false;
        }
        sh_in_skip(p);
    }
    if (n != 3) {
        bx_str text = sh_in_slice(p, frames, mark);
        sh_fail(p, line,
                n < 3 ? "syntax error: arithmetic expression required"
                      : "syntax error: `;' unexpected",
                "", 0, "");
        if (p->err.n == 1) {
            p->failed = false;
            sh_fail(p, line, "syntax error: `(", text.p, text.n, "'");
        }
        return false;
    }
    c->kind = SH_CMD_FOR_ARITH;
    c->for_arith = (sh_for_arith){.init = parts[0], .test = parts[1], .step = parts[2]};
    return true;
}

static void separator(sh_parser *p)
{
    if (sh_peek(p, M_COMMAND)->kind == T_SEMI)
        sh_take(p);
    sh_skip_newlines(p, M_COMMAND);
}

static void for_words(sh_parser *p, sh_for *f)
{
    sh_word **words = NULL;
    size_t n = 0, cap = 0;
    token *t;
    while ((t = sh_peek(p, M_PATTERN))->kind == T_WORD) {
        words = sh_grow(words, n, &cap, sizeof *words);
        words[n++] = t->word;
        sh_take(p);
    }
    f->words = sh_new(p, (n ? n : 1) * sizeof *words);
    if (n)
        memcpy(f->words, words, n * sizeof *words);
    f->n_words = (uint32_t)n;
    free(words);
    if (t->kind != T_SEMI && t->kind != T_NEWLINE)
        sh_fail_token(p);
}

static void parse_for(sh_parser *p, sh_cmd *c)
{
    bool select = c->kind == SH_CMD_SELECT;
    sh_take(p);
    token *t = sh_peek(p, M_PATTERN);
    if (!select && t->kind == T_OPEN && sh_in(p) == '(') {
        sh_take(p);
        if (!for_header(p, c))
            return;
        separator(p);
        sh_cmd *body = p->failed ? NULL : loop_body(p, true);
        c->for_arith.body = body;
        return;
    }
    if (t->kind != T_WORD) {
        sh_fail_token(p);
        return;
    }
    c->for_.name = t->word->raw;
    c->for_.positional = true;
    sh_take(p);
    /* "do" and "in" are recognized here; a newline or one ; may stand before */
    t = sh_peek(p, M_COMMAND);
    if (t->kind == T_SEMI) {
        separator(p);
    } else {
        sh_skip_newlines(p, M_COMMAND);
        if (sh_token_is(sh_peek(p, M_COMMAND), "in")) {
            sh_take(p);
            c->for_.positional = false;
            for_words(p, &c->for_);
            if (!p->failed)
                separator(p);
        }
    }
    if (!p->failed)
        c->for_.body = loop_body(p, true);
}

static void case_patterns(sh_parser *p, sh_case_item *item)
{
    sh_word **words = NULL;
    size_t n = 0, cap = 0;
    for (;;) {
        token *t = sh_peek(p, M_PATTERN);
        if (t->kind != T_WORD) {
            sh_fail_token(p);
            break;
        }
        words = sh_grow(words, n, &cap, sizeof *words);
        words[n++] = t->word;
        sh_take(p);
        token_kind kind = sh_peek(p, M_PATTERN)->kind;
        if (kind != T_PIPE && kind != T_CLOSE)
            sh_fail_token(p);
        if (p->failed)
            break;
        sh_take(p);
        if (kind == T_CLOSE)
            break;
    }
    item->patterns = sh_new(p, (n ? n : 1) * sizeof *words);
    item->slots = sh_new(p, (n ? n : 1) * sizeof *item->slots);
    if (n)
        memcpy(item->patterns, words, n * sizeof *words);
    item->n_patterns = (uint32_t)n;
    free(words);
}

/* One clause; true: another may follow. */
static bool case_item(sh_parser *p, sh_case_item *item)
{
    if (sh_peek(p, M_PATTERN)->kind == T_OPEN)
        sh_take(p);
    case_patterns(p, item);
    if (p->failed)
        return false;
    sh_skip_newlines(p, M_COMMAND);
    token *t = sh_peek(p, M_COMMAND);
    if (t->kind != T_DSEMI && t->kind != T_SEMI_AMP && t->kind != T_DSEMI_AMP &&
        !sh_token_is(t, "esac"))
        item->body = sh_parse_list(p);
    if (p->failed)
        return false;
    t = sh_peek(p, M_COMMAND);
    if (t->kind != T_DSEMI && t->kind != T_SEMI_AMP && t->kind != T_DSEMI_AMP)
        return false;
    item->end = t->kind == T_DSEMI      ? SH_CASE_BREAK
                : t->kind == T_SEMI_AMP ? SH_CASE_FALL
                                        : SH_CASE_NEXT;
    sh_take(p);
    sh_skip_newlines(p, M_PATTERN);
    return true;
}

static void parse_case(sh_parser *p, sh_cmd *c)
{
    sh_take(p);
    token *t = sh_peek(p, M_PATTERN);
    if (t->kind != T_WORD) {
        sh_fail_token(p);
        return;
    }
    c->case_.word = t->word;
    sh_take(p);
    sh_skip_newlines(p, M_COMMAND);
    if (!sh_expect_word(p, "in"))
        return;
    sh_skip_newlines(p, M_PATTERN);
    sh_case_item *items = NULL;
    size_t n = 0, cap = 0;
    while (!p->failed && !sh_token_is(sh_peek(p, M_PATTERN), "esac")) {
        items = sh_grow(items, n, &cap, sizeof *items);
        items[n] = (sh_case_item){0};
        if (!case_item(p, &items[n++]))
            break;
    }
    c->case_.items = sh_new(p, (n ? n : 1) * sizeof *items);
    if (n)
        memcpy(c->case_.items, items, n * sizeof *items);
    c->case_.n = (uint32_t)n;
    free(items);
    if (!p->failed)
        (void)sh_expect_word(p, "esac");
}

/* (( expression )); the second "(" is next. */
static void parse_arith(sh_parser *p, sh_cmd *c)
{
    int32_t line = p->line;
    size_t from = p->raw.n;
    sh_take(p);
    sh_in_skip(p);
    c->kind = SH_CMD_ARITH;
    sh_arith_text *t = sh_arith_read(p, (word_ctx){.q = Q_PAREN, .quoted = true});
    t->word->raw = sh_arena_str(p->arena, p->raw.n > from ? p->raw.p + from : "", p->raw.n - from);
    p->raw.n = from;
    c->arith = t;
    for (int i = 0; i < 2; i++) {
        if (sh_in(p) != ')') {
            sh_fail_match(p, line, ')');
            return;
        }
        sh_in_skip(p);
    }
}

static void parse_paren(sh_parser *p, sh_cmd *c)
{
    if (sh_in(p) == '(') {
        int arith = sh_scan_parens(p, 1);
        if (arith != 0) {
            if (arith > 0)
                parse_arith(p, c);
            return;
        }
    }
    sh_take(p);
    c->kind = SH_CMD_SUBSHELL;
    c->group = sh_parse_list(p);
    if (p->failed)
        return;
    if (sh_peek(p, M_COMMAND)->kind != T_CLOSE)
        sh_fail_token(p);
    else
        sh_take(p);
}

static void parse_while(sh_parser *p, sh_cmd *c)
{
    sh_take(p);
    c->loop.cond = sh_parse_list(p);
    if (!p->failed)
        c->loop.body = loop_body(p, false);
}

static void parse_group(sh_parser *p, sh_cmd *c)
{
    sh_take(p);
    c->group = sh_parse_list(p);
    if (!p->failed)
        (void)sh_expect_word(p, "}");
}

sh_cmd *sh_parse_compound(sh_parser *p)
{
    static const uint8_t kinds[] = {SH_CMD_IF,    SH_CMD_CASE,  SH_CMD_FOR,   SH_CMD_SELECT,
                                    SH_CMD_WHILE, SH_CMD_UNTIL, SH_CMD_GROUP, SH_CMD_COND};
    token *t = sh_peek(p, M_COMMAND);
    sh_cmd *c = sh_new_cmd(p, SH_CMD_SUBSHELL);
    int kind = -1, i = 0;
    if (t->kind != T_OPEN) {
        for (const char *s = openers; *s; s += strlen(s) + 1, i++) {
            if (sh_token_is(t, s))
                kind = kinds[i];
        }
        c->kind = (uint8_t)kind;
    }
    switch (kind) {
    case SH_CMD_IF:
        parse_if(p, c);
        break;
    case SH_CMD_CASE:
        parse_case(p, c);
        break;
    case SH_CMD_FOR:
    case SH_CMD_SELECT:
        parse_for(p, c);
        break;
    case SH_CMD_WHILE:
    case SH_CMD_UNTIL:
        parse_while(p, c);
        break;
    case SH_CMD_GROUP:
        parse_group(p, c);
        break;
    case SH_CMD_COND:
        sh_take(p);
        c->cond = sh_parse_cond(p);
        break;
    default:
        parse_paren(p, c);
        break;
    }
    return c;
}
