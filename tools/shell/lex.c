/* Tokens: operators, redirections, words by the place they stand in, aliases. */
#include "shell/parse_int.h"

bool sh_name_char(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }

bool sh_is_name(bx_str s)
{
    if (!s.n || is_digit((unsigned char)s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!sh_name_char((unsigned char)s.p[i]))
            return false;
    }
    return true;
}

static const char reserved_words[] = "\0if\0then\0else\0elif\0fi\0case\0esac\0for\0select\0while\0"
                                     "until\0do\0done\0in\0function\0time\0{\0}\0!\0[[\0]]\0"
                                     "coproc\0";

bool sh_is_reserved(bx_str s)
{
    const char *r = reserved_words + 1;
    for (size_t n; (n = strlen(r)) > 0; r += n + 1) {
        if (n == s.n && memcmp(r, s.p, n) == 0)
            return true;
    }
    return false;
}

bool sh_token_is(const token *t, const char *reserved)
{
    if (t->kind != T_WORD || (t->word->flags & (SH_WORD_QUOTED | SH_WORD_EXPANDS)))
        return false;
    size_t n = strlen(reserved);
    return t->word->raw.n == n && memcmp(t->word->raw.p, reserved, n) == 0;
}

bx_str sh_token_text(const token *t)
{
    static const char *const operators[] = {
        [T_NEWLINE] = "newline", [T_SEMI] = ";",   [T_AMP] = "&",       [T_AND_AND] = "&&",
        [T_OR_OR] = "||",        [T_PIPE] = "|",   [T_PIPE_AMP] = "|&", [T_OPEN] = "(",
        [T_CLOSE] = ")",         [T_DSEMI] = ";;", [T_SEMI_AMP] = ";&", [T_DSEMI_AMP] = ";;&",
    };
    static const char *const redirections[] = {
        [SH_REDIR_READ] = "<",     [SH_REDIR_WRITE] = ">",        [SH_REDIR_APPEND] = ">>",
        [SH_REDIR_CLOBBER] = ">|", [SH_REDIR_READ_WRITE] = "<>",  [SH_REDIR_DUP_IN] = "<&",
        [SH_REDIR_DUP_OUT] = ">&", [SH_REDIR_BOTH] = "&>",        [SH_REDIR_BOTH_APPEND] = "&>>",
        [SH_REDIR_HEREDOC] = "<<", [SH_REDIR_HERESTRING] = "<<<",
    };
    if (t->kind == T_WORD)
        return t->word->raw;
    if (t->kind == T_ASSIGN)
        return t->assign->raw;
    if (t->kind == T_REDIR)
        return bx_str_of(t->strip ? "<<-" : redirections[t->redir]);
    return bx_str_of(t->kind < BX_COUNT(operators) ? operators[t->kind] : "");
}

/* ---- operators */

static void skip_n(sh_parser *p, int n)
{
    while (n-- > 0) {
        (void)sh_in(p);
        sh_in_skip(p);
    }
}

/* The byte behind the next one, over line continuations. */
static int second(sh_parser *p, size_t from)
{
    size_t k = from;
    while (sh_in_at(p, k) == '\\' && sh_in_at(p, k + 1) == '\n')
        k += 2;
    return sh_in_at(p, k);
}

static void redirection(sh_parser *p, token *t, int c)
{
    t->kind = T_REDIR;
    int next;
    skip_n(p, 1);
    next = sh_in(p);
    if (c == '<') {
        t->fd = t->fd_given ? t->fd : 0;
        if (next == '<') {
            skip_n(p, 1);
            next = sh_in(p);
            t->redir = next == '<' ? SH_REDIR_HERESTRING : SH_REDIR_HEREDOC;
            t->strip = next == '-';
            if (next == '<' || next == '-')
                skip_n(p, 1);
            return;
        }
        t->redir = next == '&'   ? SH_REDIR_DUP_IN
                   : next == '>' ? SH_REDIR_READ_WRITE
                                 : SH_REDIR_READ;
    } else {
        t->fd = t->fd_given ? t->fd : 1;
        t->redir = next == '&'   ? SH_REDIR_DUP_OUT
                   : next == '>' ? SH_REDIR_APPEND
                   : next == '|' ? SH_REDIR_CLOBBER
                                 : SH_REDIR_WRITE;
    }
    if (t->redir != SH_REDIR_READ && t->redir != SH_REDIR_WRITE)
        skip_n(p, 1);
}

static void ampersand(sh_parser *p, token *t)
{
    skip_n(p, 1);
    int next = sh_in(p);
    t->kind = next == '&' ? T_AND_AND : next == '>' ? T_REDIR : T_AMP;
    if (t->kind == T_AMP)
        return;
    skip_n(p, 1);
    if (t->kind == T_REDIR) {
        t->fd = 1;
        t->redir = SH_REDIR_BOTH;
        if (sh_in(p) == '>') {
            skip_n(p, 1);
            t->redir = SH_REDIR_BOTH_APPEND;
        }
    }
}

static void semicolon(sh_parser *p, token *t)
{
    skip_n(p, 1);
    int next = sh_in(p);
    t->kind = next == ';' ? T_DSEMI : next == '&' ? T_SEMI_AMP : T_SEMI;
    if (t->kind == T_SEMI)
        return;
    skip_n(p, 1);
    if (t->kind == T_DSEMI && sh_in(p) == '&') {
        skip_n(p, 1);
        t->kind = T_DSEMI_AMP;
    }
}

static bool operator_token(sh_parser *p, token *t, int c)
{
    switch (c) {
    case '\n':
        skip_n(p, 1);
        t->kind = T_NEWLINE;
        return true;
    case ';':
        semicolon(p, t);
        return true;
    case '&':
        ampersand(p, t);
        return true;
    case '(':
        skip_n(p, 1);
        t->kind = T_OPEN;
        return true;
    case ')':
        skip_n(p, 1);
        t->kind = T_CLOSE;
        return true;
    case '|': {
        skip_n(p, 1);
        int next = sh_in(p);
        t->kind = next == '|' ? T_OR_OR : next == '&' ? T_PIPE_AMP : T_PIPE;
        if (t->kind != T_PIPE)
            skip_n(p, 1);
        return true;
    }
    case '<':
    case '>':
        if (second(p, 1) == '(')
            return false; /* process substitution: a word */
        redirection(p, t, c);
        return true;
    default:
        return false;
    }
}

/* 2> or {fd}>: what stands before a redirection. */
static bool redir_prefix(sh_parser *p, token *t, int c)
{
    size_t k = 0;
    if (is_digit(c)) {
        int64_t v = 0;
        for (int d = c; is_digit(d); d = sh_in_at(p, ++k)) {
            v = v * 10 + (d - '0');
            if (v > INT32_MAX)
                return false;
        }
        t->fd = (int32_t)v;
    } else {
        int d = sh_in_at(p, ++k);
        if (is_digit(d))
            return false;
        while (sh_name_char(d))
            d = sh_in_at(p, ++k);
        if (k > 1 && d == '[') {
            while (d != ']' && d != END && !strchr(" \t\n<>&;|()", d))
                d = sh_in_at(p, ++k);
            if (d == ']')
                d = sh_in_at(p, ++k);
        }
        if (k < 2 || d != '}')
            return false;
        k++;
    }
    int op = sh_in_at(p, k);
    if ((op != '<' && op != '>') || second(p, k + 1) == '(')
        return false;
    size_t mark = sh_in_mark(p), frames = p->n_frames;
    skip_n(p, (int)k);
    if (c == '{') {
        bx_str text = sh_in_slice(p, frames, mark);
        t->variable = text.n > 2 ? sh_arena_str(p->arena, text.p + 1, text.n - 2) : BX_LIT("_");
    }
    t->fd_given = c != '{';
    redirection(p, t, sh_in(p));
    return true;
}

/* ---- assignments */

/* Is the next word an assignment?  1: NAME= or NAME+=, 2: NAME[…]=, 0: no.  *name is the length
 * of the name. */
static int looks_assigned(sh_parser *p, size_t *name, bool blanks)
{
    size_t k = 0;
    int c = sh_in_at(p, 0);
    if (is_digit(c))
        return 0;
    while (sh_name_char(c))
        c = sh_in_at(p, ++k);
    *name = k;
    if (k == 0)
        return 0;
    if (c == '=' || (c == '+' && sh_in_at(p, k + 1) == '='))
        return 1;
    if (c != '[')
        return 0;
    int depth = 0;
    char quote = 0;
    for (;; c = sh_in_at(p, ++k)) {
        if (c == END && blanks)
            sh_fail_match(p, p->line, ']');
        if (c == END || (c == '\n' && !blanks))
            return 0;
        if (quote) {
            if (c == '\\' && quote == '"')
                k++;
            else if (c == quote)
                quote = 0;
        } else if (c == '\\') {
            k++;
        } else if (c == '\'' || c == '"') {
            quote = (char)c;
        } else if (c == '[') {
            depth++;
        } else if (c == ']' && --depth == 0) {
            break;
        } else if (!blanks && strchr(" \t;&|<>", c)) {
            return 0;
        }
    }
    c = sh_in_at(p, k + 1);
    return c == '=' || (c == '+' && sh_in_at(p, k + 2) == '=') ? 2 : 0;
}

static sh_arith_text *bracketed(sh_parser *p)
{
    int32_t line = p->line;
    sh_text_c(&p->raw, '[');
    sh_in_skip(p);
    sh_arith_text *t = sh_arith_read(
        p, (word_ctx){.q = Q_BRACKET, .quoted = true, .single = true, .blanks = true});
    if (sh_in(p) != ']') {
        sh_fail_match(p, line, ']');
        return t;
    }
    sh_in_skip(p);
    sh_text_c(&p->raw, ']');
    return t;
}

static bool equals(sh_parser *p)
{
    bool append = sh_in(p) == '+';
    if (append) {
        sh_in_skip(p);
        sh_text_c(&p->raw, '+');
    }
    if (sh_in(p) == '=') {
        sh_in_skip(p);
        sh_text_c(&p->raw, '=');
    }
    return append;
}

static sh_assign *assignment(sh_parser *p, int form, size_t name, bool extglob)
{
    sh_assign *a = sh_new(p, sizeof *a);
    size_t from = p->raw.n;
    a->line = p->line;
    while (name-- > 0) {
        sh_text_c(&p->raw, sh_in(p));
        sh_in_skip(p);
    }
    a->name = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    if (form == 2)
        a->index = bracketed(p);
    a->append = equals(p);
    if (!p->failed && sh_in(p) == '(') {
        sh_in_skip(p);
        sh_text_c(&p->raw, '(');
        a->array = true;
        sh_parse_elements(p, a);
    } else {
        a->value = sh_word_read(p, (word_ctx){.single = true, .extglob = extglob, .assign = true});
        sh_text_add(&p->raw, a->value->raw.p, a->value->raw.n);
    }
    a->raw = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    p->raw.n = from;
    return a;
}

static sh_element *element(sh_parser *p, bool extglob)
{
    sh_element *e = sh_new(p, sizeof *e);
    size_t from = p->raw.n, k = 0;
    int depth = 0, c = sh_in(p);
    bool indexed = c == '[';
    for (; indexed; c = sh_in_at(p, ++k)) {
        if (c == END || (c == '\n' && depth == 0)) {
            indexed = false;
        } else if (c == '\\') {
            k++;
        } else if (c == '[') {
            depth++;
        } else if (c == ']' && --depth == 0) {
            c = sh_in_at(p, k + 1);
            indexed = c == '=' || (c == '+' && sh_in_at(p, k + 2) == '=');
            break;
        }
    }
    if (indexed) {
        e->index = bracketed(p);
        e->append = equals(p);
    }
    word_ctx ctx = {.single = true, .extglob = extglob, .assign = indexed};
    e->value = sh_word_read(p, ctx);
    /* the array's own raw text goes on growing on the stack */
    if (!indexed)
        p->raw.n = from;
    sh_text_add(&p->raw, e->value->raw.p, e->value->raw.n);
    return e;
}

/* ---- words */

/* A text as one word, with its quotes and expansions: to `eval`, a=( ... ) is that. */
static sh_word *whole_word(sh_parser *p, bx_str text)
{
    size_t frames = p->n_frames;
    sh_in_push(p, text, (bx_str){0}, true);
    sh_word *w = p->failed ? sh_word_literal(p, text, text, false)
                           : sh_word_read(p, (word_ctx){.q = Q_ALL, .single = true});
    sh_in_drop(p, frames);
    w->raw = text;
    return w;
}

static void word_token(sh_parser *p, token *t, lex_mode mode)
{
    bool extglob = (p->options & SH_SYNTAX_EXTGLOB) || mode == M_COND_PATTERN;
    size_t name = 0;
    int form = 0;
    t->kind = T_WORD;
    if (mode == M_ELEMENT) {
        t->element = element(p, extglob);
        t->word = t->element->value;
        return;
    }
    if (mode <= M_DECLARE)
        form = looks_assigned(p, &name, mode == M_COMMAND);
    if (form == 1 && mode == M_EVAL) { /* only a literal array matters */
        size_t k = name + 1 + (sh_in_at(p, name) == '+');
        form = sh_in_at(p, k) == '(' ? 3 : 1;
    }
    if (form && mode != M_ARG && (mode != M_EVAL || form == 3)) {
        sh_assign *a = assignment(p, form, name, extglob);
        t->assign = a;
        if (mode == M_COMMAND) {
            t->kind = T_ASSIGN;
            return;
        }
        t->word =
            mode == M_EVAL ? whole_word(p, a->raw) : sh_word_literal(p, a->raw, a->raw, false);
        t->word->line = a->line;
        if (form == 3)
            return;
        t->word->assign = a;
        if (a->value)
            t->word->flags = (uint8_t)(a->value->flags & (SH_WORD_EXPANDS | SH_WORD_QUOTED));
        return;
    }
    word_ctx ctx = {
        .single = true, .extglob = extglob, .regex = mode == M_COND_REGEX, .assign = form != 0};
    t->word = sh_word_read(p, ctx);
}

typedef struct alias_chain { /* the texts of the aliases that one word came from */
    const char *texts[16];
    size_t n;
} alias_chain;

/* Replace the word by its alias: true when a text was pushed and a new token is to be read. */
static bool alias(sh_parser *p, const token *t, alias_chain *chain)
{
    bx_str name = t->word->raw, value;
    if (!(p->options & SH_SYNTAX_ALIASES) || !p->source.alias || !name.n ||
        (t->word->flags & (SH_WORD_QUOTED | SH_WORD_EXPANDS)) ||
        !p->source.alias(p->source.ctx, name, &value))
        return false;
    for (size_t i = 0; i < p->n_frames; i++) {
        if (p->frames[i].alias.p && bx_str_eq(p->frames[i].alias, name))
            return false;
    }
    for (size_t i = 0; i < chain->n; i++) /* its text may have been read to the end */
        if (chain->texts[i] == value.p)
            return false;
    if (chain->n < BX_COUNT(chain->texts))
        chain->texts[chain->n++] = value.p;
    sh_in_push(p, value, name, false);
    return !p->failed;
}

static int skip_blanks(sh_parser *p, lex_mode mode)
{
    int c = sh_in(p);
    for (;;) {
        if (c == ' ' || c == '\t') {
            sh_in_skip(p);
            c = sh_in(p);
        } else if (c == '#' && mode < M_COND && !(p->options & SH_SYNTAX_NO_COMMENTS)) {
            while (c != '\n' && c != END) {
                sh_in_skip(p);
                c = sh_in_raw(p);
            }
            return c;
        } else {
            return c;
        }
    }
}

static void read_token(sh_parser *p, token *t, lex_mode mode)
{
    alias_chain chain = {.n = 0};
    bool wanted = false; /* what an alias begins with may be an alias where its name might be */
    for (;;) {
        wanted |= p->alias_next;
        int c = skip_blanks(p, mode);
        wanted = mode == M_COMMAND || ((wanted || p->alias_next) && mode <= M_PATTERN);
        *t = (token){.kind = T_END, .line = p->line, .line_start = p->line_start};
        if (p->failed)
            t->kind = T_ERROR;
        if (!p->failed && c == END && !p->n_frames && !p->last_newline && p->pos > p->line_start) {
            p->last_newline = true;
            t->kind = T_NEWLINE;
            t->end_line = t->line;
            sh_heredocs(p);
            break;
        }
        if (p->failed || c == END)
            return;
        if (mode == M_COND_REGEX ? c == '\n' && operator_token(p, t, c) : operator_token(p, t, c)) {
            t->end_line = t->line;
            if (t->kind == T_NEWLINE)
                sh_heredocs(p);
            break;
        }
        if ((is_digit(c) || c == '{') && mode != M_ELEMENT && mode < M_COND && !p->after_dup &&
            redir_prefix(p, t, c))
            break;
        word_token(p, t, mode);
        p->alias_next = false;
        if (!wanted || t->kind != T_WORD || p->failed || !alias(p, t, &chain))
            break;
    }
    if (p->failed)
        t->kind = T_ERROR;
}

token *sh_peek(sh_parser *p, lex_mode mode)
{
    if (!p->have) {
        token t;
        read_token(p, &t, mode);
        if (t.end_line == 0)
            t.end_line = p->line;
        p->tok = t;
        p->have = true;
    }
    if (p->failed)
        p->tok.kind = T_ERROR;
    return &p->tok;
}
