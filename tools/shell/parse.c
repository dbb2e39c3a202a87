/* Commands: lists, pipelines, simple commands, functions; the parser's interface. */
#include "shell/parse_int.h"

sh_cmd *sh_new_cmd(sh_parser *p, sh_cmd_kind kind)
{
    sh_cmd *c = sh_new(p, sizeof *c);
    c->kind = (uint8_t)kind;
    c->line = p->have ? p->tok.line : p->line;
    return c;
}

void sh_skip_newlines(sh_parser *p, lex_mode mode)
{
    while (sh_peek(p, mode)->kind == T_NEWLINE)
        sh_take(p);
}

bool sh_expect_word(sh_parser *p, const char *reserved)
{
    if (!sh_token_is(sh_peek(p, M_COMMAND), reserved)) {
        sh_fail_token(p);
        return false;
    }
    sh_take(p);
    return true;
}

/* ---- growing lists: a stack in scratch memory, copied to the arena when complete */

typedef struct items {
    void **p;
    size_t n, cap;
} items;

static void items_add(items *v, void *item)
{
    v->p = sh_grow(v->p, v->n, &v->cap, sizeof *v->p);
    v->p[v->n++] = item;
}

static void *items_done(sh_parser *p, items *v)
{
    void **copy = sh_new(p, (v->n ? v->n : 1) * sizeof *copy);
    if (v->n)
        memcpy(copy, v->p, v->n * sizeof *copy);
    free(v->p);
    v->p = NULL;
    return copy;
}

/* ---- redirections */

static void quote_removed(sh_parser *p, const sh_word *w, sh_redir *r)
{
    size_t from = p->lit.n;
    bx_str raw = w->raw;
    char quote = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            r->quoted = true;
        } else if (c == quote) {
            quote = 0;
        } else if (c == '\\' && quote != '\'' && i + 1 < raw.n &&
                   (!quote || strchr("$`\"\\", raw.p[i + 1]))) {
            r->quoted = true;
            sh_text_c(&p->lit, raw.p[++i]);
        } else {
            sh_text_c(&p->lit, c);
        }
    }
    r->delimiter = sh_arena_str(p->arena, p->lit.n ? p->lit.p + from : "", p->lit.n - from);
    p->lit.n = from;
}

sh_redir *sh_parse_redir(sh_parser *p)
{
    token t = *sh_peek(p, M_COMMAND);
    sh_take(p);
    sh_redir *r = sh_new(p, sizeof *r);
    r->kind = t.redir;
    r->fd = t.fd;
    r->fd_given = t.fd_given;
    r->strip = t.strip;
    r->variable = t.variable;
    r->line = t.line;
    p->after_dup = t.redir == SH_REDIR_DUP_IN || t.redir == SH_REDIR_DUP_OUT;
    const token *target = sh_peek(p, M_PATTERN);
    p->after_dup = false;
    if (target->kind != T_WORD) {
        sh_fail_token(p);
        return r;
    }
    r->word = target->word;
    sh_take(p);
    if (r->kind == SH_REDIR_HEREDOC) {
        quote_removed(p, r->word, r);
        r->word = NULL;
        p->pending = sh_grow(p->pending, p->n_pending, &p->cap_pending, sizeof *p->pending);
        p->pending[p->n_pending++] = r;
    }
    return r;
}

static void redirections(sh_parser *p, sh_cmd *c)
{
    sh_redir **end = &c->redirs;
    while (*end)
        end = &(*end)->next;
    while (sh_peek(p, M_ARG)->kind == T_REDIR) {
        *end = sh_parse_redir(p);
        end = &(*end)->next;
    }
}

/* ---- simple commands and functions */

void sh_parse_elements(sh_parser *p, sh_assign *a)
{
    int32_t line = p->line;
    token saved = p->tok;
    bool have = p->have;
    sh_element *list = NULL;
    size_t n = 0, cap = 0;
    p->have = false;
    if (sh_enter(p)) {
        for (;; sh_take(p)) {
            token *t = sh_peek(p, M_ELEMENT);
            if (t->kind == T_NEWLINE)
                continue;
            if (t->kind != T_WORD)
                break;
            list = sh_grow(list, n, &cap, sizeof *list);
            list[n++] = *t->element;
            sh_text_c(&p->raw, ' ');
        }
        if (n)
            p->raw.n--;
        sh_text_c(&p->raw, ')');
        if (p->tok.kind == T_END)
            sh_fail_match(p, line, ')');
        else if (p->tok.kind != T_CLOSE)
            sh_fail_token(p);
        if (p->failed)
            p->err.status = 1;
    }
    sh_leave(p);
    a->n_elements = (uint32_t)n;
    a->elements = sh_new(p, (n ? n : 1) * sizeof *list);
    if (n)
        memcpy(a->elements, list, n * sizeof *list);
    free(list);
    p->tok = saved;
    p->have = have;
}

static lex_mode argument_mode(const sh_word *w)
{
    static const char names[] = "declare\0typeset\0local\0export\0readonly\0alias\0eval\0let\0";
    int i = 0;
    for (const char *s = names; *s; s += strlen(s) + 1, i++) {
        if (w->raw.n == strlen(s) && memcmp(w->raw.p, s, w->raw.n) == 0)
            return i < 5 ? M_DECLARE : M_EVAL;
    }
    return M_ARG;
}

static bool is_function_body(const sh_cmd *c)
{
    return c->kind != SH_CMD_SIMPLE && c->kind != SH_CMD_FUNCTION && c->kind != SH_CMD_COPROC;
}

static sh_cmd *function_body(sh_parser *p, sh_cmd *c)
{
    sh_skip_newlines(p, M_COMMAND);
    if (!sh_starts_compound(sh_peek(p, M_COMMAND))) {
        sh_fail_token(p);
        return c;
    }
    sh_cmd *body = sh_parse_compound(p);
    if (p->failed)
        return c;
    if (!is_function_body(body)) {
        sh_fail_token(p);
        return c;
    }
    redirections(p, body);
    c->function.body = body;
    return c;
}

/* NAME ( ) body; the parenthesis is next. */
static sh_cmd *function(sh_parser *p, sh_cmd *c, const sh_word *name)
{
    sh_take(p);
    if (sh_peek(p, M_ARG)->kind != T_CLOSE) {
        sh_fail_token(p);
        return c;
    }
    sh_take(p);
    c->kind = SH_CMD_FUNCTION;
    c->function = (sh_function){.name = name->raw};
    return function_body(p, c);
}

static sh_cmd *function_keyword(sh_parser *p)
{
    sh_cmd *c = sh_new_cmd(p, SH_CMD_FUNCTION);
    sh_take(p);
    token *t = sh_peek(p, M_PATTERN);
    if (t->kind != T_WORD) {
        sh_fail_token(p);
        return c;
    }
    c->function.name = t->word->raw;
    c->function.keyword = true;
    sh_take(p);
    if (sh_peek(p, M_COMMAND)->kind == T_OPEN) {
        if (sh_in(p) != ')') { /* function f (subshell) */
            int c2 = sh_in(p);
            while (c2 == ' ' || c2 == '\t') {
                sh_in_skip(p);
                c2 = sh_in(p);
            }
            if (c2 != ')')
                return function_body(p, c);
        }
        sh_take(p);
        (void)sh_peek(p, M_ARG);
        sh_take(p);
    }
    return function_body(p, c);
}

static sh_cmd *simple(sh_parser *p)
{
    sh_cmd *c = sh_new_cmd(p, SH_CMD_SIMPLE);
    items assigns = {0}, words = {0};
    sh_redir **end = &c->redirs;
    lex_mode mode = M_COMMAND;
    int n_tokens = 0;
    for (;;) {
        token *t = sh_peek(p, mode);
        /* bash's $LINENO: where the first word's follower ends, or the first if it is no word */
        if (n_tokens < 2)
            c->line = t->end_line;
        n_tokens += n_tokens || t->kind == T_WORD ? 1 : 2;
        if (t->kind == T_ASSIGN) {
            items_add(&assigns, t->assign);
        } else if (t->kind == T_WORD) {
            if (!words.n)
                mode = argument_mode(t->word);
            items_add(&words, t->word);
        } else if (t->kind == T_REDIR) {
            *end = sh_parse_redir(p);
            end = &(*end)->next;
            continue;
        } else {
            if (t->kind == T_OPEN && words.n == 1 && !assigns.n && !c->redirs) {
                sh_word *name = words.p[0];
                free(words.p);
                free(assigns.p);
                return function(p, c, name);
            }
            break;
        }
        sh_take(p);
    }
    c->simple.n_assigns = (uint32_t)assigns.n;
    c->simple.n_words = (uint32_t)words.n;
    c->simple.assigns = items_done(p, &assigns);
    c->simple.words = items_done(p, &words);
    if (p->tok.kind == T_OPEN)
        sh_fail_token(p);
    return c;
}

static sh_cmd *coproc(sh_parser *p)
{
    sh_cmd *c = sh_new_cmd(p, SH_CMD_COPROC);
    sh_take(p);
    c->coproc.name = BX_LIT("COPROC");
    token *t = sh_peek(p, M_COMMAND);
    if (t->kind == T_WORD && !sh_starts_compound(t) && !sh_is_reserved(t->word->raw)) {
        /* NAME compound, or a simple command that begins with this word */
        sh_word *w = t->word;
        int next = sh_in(p);
        while (next == ' ' || next == '\t') {
            sh_in_skip(p);
            next = sh_in(p);
        }
        token saved = *t;
        if (next != END && (sh_name_char(next) || strchr("{([", next))) {
            sh_take(p);
            t = sh_peek(p, M_COMMAND);
            if (sh_starts_compound(t)) {
                c->coproc.name = w->raw;
                c->coproc.body = sh_parse_compound(p);
                if (!p->failed)
                    redirections(p, c->coproc.body);
                return c;
            }
            c->coproc.body = simple(p);
            if (c->coproc.body->kind == SH_CMD_SIMPLE) {
                sh_simple *s = &c->coproc.body->simple;
                sh_word **words = sh_new(p, (s->n_words + 1) * sizeof *words);
                words[0] = saved.word;
                if (s->n_words)
                    memcpy(words + 1, s->words, s->n_words * sizeof *words);
                s->words = words;
                s->n_words++;
            }
            return c;
        }
    }
    c->coproc.body = sh_parse_command(p);
    return c;
}

sh_cmd *sh_parse_command(sh_parser *p)
{
    sh_cmd *c = NULL;
    token *t = sh_peek(p, M_COMMAND);
    if (!sh_enter(p)) {
        /* failed */
    } else if (sh_token_is(t, "function")) {
        c = function_keyword(p);
    } else if (sh_token_is(t, "coproc")) {
        c = coproc(p);
    } else if (sh_starts_compound(t)) {
        c = sh_parse_compound(p);
        if (!p->failed)
            redirections(p, c);
    } else if (t->kind == T_ASSIGN || t->kind == T_REDIR ||
               (t->kind == T_WORD &&
                (!sh_is_reserved(t->word->raw) || !sh_token_is(t, t->word->raw.p)))) {
        c = simple(p);
    } else {
        sh_fail_token(p);
    }
    sh_leave(p);
    return c;
}

/* ---- pipelines and lists */

static void pipeline_prefix(sh_parser *p, sh_pipeline *l)
{
    for (;;) {
        const token *t = sh_peek(p, M_COMMAND);
        if (sh_token_is(t, "!")) {
            l->negate = !l->negate;
        } else if (sh_token_is(t, "time")) {
            l->timed = true;
            sh_take(p);
            if (!sh_token_is(sh_peek(p, M_COMMAND), "-p"))
                continue;
            l->timed_posix = true;
        } else {
            return;
        }
        sh_take(p);
    }
}

static bool ends_command(const token *t)
{
    return t->kind == T_END || t->kind == T_NEWLINE || t->kind == T_SEMI || t->kind == T_AMP ||
           t->kind == T_AND_AND || t->kind == T_OR_OR;
}

static sh_cmd *pipeline(sh_parser *p)
{
    sh_pipeline l = {0};
    int32_t line = sh_peek(p, M_COMMAND)->line;
    bool prefix = sh_token_is(&p->tok, "!") || sh_token_is(&p->tok, "time");
    if (prefix)
        pipeline_prefix(p, &l);
    items cmds = {0}, both = {0};
    bool bare = prefix && ends_command(sh_peek(p, M_COMMAND));
    while (!bare && !p->failed) {
        items_add(&cmds, sh_parse_command(p));
        token_kind kind = p->failed ? T_ERROR : (token_kind)sh_peek(p, M_ARG)->kind;
        items_add(&both, kind == T_PIPE_AMP ? p : NULL);
        if (kind != T_PIPE && kind != T_PIPE_AMP)
            break;
        sh_take(p);
        sh_skip_newlines(p, M_COMMAND);
    }
    sh_cmd *c = cmds.n ? cmds.p[0] : NULL;
    if (!p->failed && (prefix || cmds.n > 1)) {
        c = sh_new_cmd(p, SH_CMD_PIPELINE);
        c->line = line;
        l.n = (uint32_t)cmds.n;
        l.both = sh_new(p, cmds.n + 1);
        for (size_t i = 0; i < cmds.n; i++)
            l.both[i] = both.p[i] != NULL;
        l.cmds = items_done(p, &cmds);
        c->pipeline = l;
    }
    free(cmds.p);
    free(both.p);
    return c;
}

static sh_cmd *and_or(sh_parser *p)
{
    sh_cmd *first = pipeline(p);
    if (p->failed)
        return NULL;
    token_kind kind = sh_peek(p, M_ARG)->kind;
    if (kind != T_AND_AND && kind != T_OR_OR)
        return first;
    items cmds = {0}, ops = {0};
    items_add(&cmds, first);
    while (!p->failed && (kind == T_AND_AND || kind == T_OR_OR)) {
        items_add(&ops, kind == T_OR_OR ? p : NULL);
        sh_take(p);
        sh_skip_newlines(p, M_COMMAND);
        items_add(&cmds, pipeline(p));
        kind = p->failed ? T_ERROR : (token_kind)sh_peek(p, M_ARG)->kind;
    }
    sh_cmd *c = sh_new_cmd(p, SH_CMD_AND_OR);
    c->line = first->line;
    c->and_or.n = (uint32_t)cmds.n;
    c->and_or.ops = sh_new(p, ops.n + 1);
    for (size_t i = 0; i < ops.n; i++)
        c->and_or.ops[i] = ops.p[i] ? SH_OR : SH_AND;
    c->and_or.cmds = items_done(p, &cmds);
    free(ops.p);
    return c;
}

/* Can a command begin here, or does the list end? */
static bool begins(const token *t)
{
    static const char closing[] = "then\0else\0elif\0fi\0do\0done\0esac\0}\0";
    if (t->kind == T_ASSIGN || t->kind == T_REDIR || t->kind == T_OPEN)
        return true;
    if (t->kind != T_WORD)
        return false;
    for (const char *s = closing; *s; s += strlen(s) + 1) {
        if (sh_token_is(t, s))
            return false;
    }
    return true;
}

/* Commands with ; and & (and newlines, when `compound`) between them. */
static sh_cmd *list(sh_parser *p, bool compound)
{
    items cmds = {0}, back = {0};
    for (;;) {
        items_add(&cmds, and_or(p));
        token_kind kind = p->failed ? T_ERROR : (token_kind)sh_peek(p, M_ARG)->kind;
        items_add(&back, kind == T_AMP ? p : NULL);
        if (kind != T_SEMI && kind != T_AMP && (kind != T_NEWLINE || !compound))
            break;
        sh_take(p);
        if (compound)
            sh_skip_newlines(p, M_COMMAND);
        if (!begins(sh_peek(p, M_COMMAND)))
            break;
    }
    sh_cmd *c = cmds.p[0];
    if (!p->failed && (cmds.n > 1 || back.p[0])) {
        c = sh_new_cmd(p, SH_CMD_LIST);
        c->line = ((sh_cmd *)cmds.p[0])->line;
        c->list.n = (uint32_t)cmds.n;
        c->list.background = sh_new(p, cmds.n + 1);
        for (size_t i = 0; i < cmds.n; i++)
            c->list.background[i] = back.p[i] != NULL;
        c->list.cmds = items_done(p, &cmds);
    }
    free(cmds.p);
    free(back.p);
    return c;
}

sh_cmd *sh_parse_list(sh_parser *p)
{
    sh_skip_newlines(p, M_COMMAND);
    if (!begins(sh_peek(p, M_COMMAND))) {
        sh_fail_token(p);
        return NULL;
    }
    return list(p, true);
}

/* ---- substitutions */

/* The program up to the ")", which is taken. */
sh_command_subst *sh_parse_subst(sh_parser *p, int32_t line)
{
    sh_command_subst *s = sh_new(p, sizeof *s);
    token saved = p->tok;
    bool have = p->have, alias_next = p->alias_next;
    size_t frames = p->n_frames, mark = sh_in_mark(p);
    sh_redir **pending = p->pending;
    size_t n_pending = p->n_pending, cap_pending = p->cap_pending;
    p->pending = NULL;
    p->n_pending = p->cap_pending = 0;
    p->have = p->alias_next = false;
    p->in_subst++;
    s->line = line;
    sh_skip_newlines(p, M_COMMAND);
    if (sh_peek(p, M_COMMAND)->kind != T_CLOSE)
        s->body = sh_parse_list(p);
    if (!p->failed && sh_peek(p, M_COMMAND)->kind != T_CLOSE)
        sh_fail_token(p);
    if (!p->failed) {
        s->source = sh_in_slice(p, frames, mark);
        if (s->source.n) {
            s->source.n--;
            ((char *)(uintptr_t)s->source.p)[s->source.n] = '\0';
        }
        if (p->n_pending)
            sh_heredocs(p);
    }
    const sh_cmd *b = s->body;
    if (!p->failed && b && b->kind == SH_CMD_SIMPLE && !b->simple.n_words && !b->simple.n_assigns &&
        b->redirs && !b->redirs->next && b->redirs->kind == SH_REDIR_READ && !b->redirs->fd_given &&
        !b->redirs->variable.p)
        s->file = b->redirs->word;
    free(p->pending);
    p->pending = pending;
    p->n_pending = n_pending;
    p->cap_pending = cap_pending;
    p->in_subst--;
    p->tok = saved;
    p->have = have;
    p->alias_next = alias_next;
    return s;
}

/* ---- the interface */

sh_parser *sh_parser_new(const sh_source *source, bx_str text, int32_t line)
{
    sh_parser *p = sh_alloc(sizeof *p);
    if (source)
        p->source = *source;
    p->line = line;
    p->buf = sh_alloc(text.n + 1);
    p->cap = text.n + 1;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i])
            p->buf[p->n++] = text.p[i];
    }
    return p;
}

void sh_parser_free(sh_parser *p)
{
    if (!p)
        return;
    sh_unit_unref(p->unit);
    sh_arena_done(&p->err_arena);
    free(p->buf);
    sh_in_drop(p, 0);
    free(p->frames);
    free(p->raw.p);
    free(p->lit.p);
    free(p->parts);
    free(p->pending);
    free(p);
}

int32_t sh_parser_line(const sh_parser *p) { return p->line; }

static void begin(sh_parser *p)
{
    sh_unit_unref(p->unit);
    p->unit = sh_alloc(sizeof *p->unit);
    p->unit->refs = 1;
    p->unit->line = p->line;
    p->arena = &p->unit->arena;
    if (p->pos && p->pos == p->n && !p->n_frames) {
        p->n = p->pos = p->line_start = 0;
    } else if (p->pos > 65536 && p->pos > p->n / 2) {
        memmove(p->buf, p->buf + p->pos, p->n - p->pos);
        p->n -= p->pos;
        p->line_start = p->line_start > p->pos ? p->line_start - p->pos : 0;
        p->pos = 0;
    }
    p->unit_start = p->pos;
    p->started = p->have = p->failed = p->alias_next = p->last_newline = false;
    p->n_parts = p->n_pending = 0; /* but an alias may go on with a further command */
    p->raw.n = p->lit.n = 0;
    p->n_aliases = 0;
    p->depth = p->in_subst = 0;
    sh_arena_done(&p->err_arena);
    p->err = (sh_parse_error){.n = 0, .status = 2};
    p->options = p->source.options ? p->source.options(p->source.ctx) : 0;
}

static sh_parse_result give_error(sh_parser *p, sh_parse_error *err)
{
    *err = p->err;
    sh_in_drop(p, 0);
    p->failed = false;
    while (p->pos < p->n && p->pos != p->line_start) /* the rest of the line */
        sh_in_skip(p);
    sh_unit_unref(p->unit);
    p->unit = NULL;
    return SH_PARSE_ERROR;
}

sh_parse_result sh_parser_next(sh_parser *p, sh_unit **ret, sh_parse_error *err)
{
    begin(p);
    sh_cmd *c = NULL;
    token *t = sh_peek(p, M_COMMAND);
    if (t->kind == T_END)
        return SH_PARSE_END;
    if (t->kind != T_NEWLINE) {
        if (!p->failed)
            c = list(p, false);
        if (!p->failed) {
            t = sh_peek(p, M_ARG);
            if (t->kind == T_END && p->n_pending)
                sh_heredocs(p);
            else if (t->kind != T_NEWLINE && t->kind != T_END)
                sh_fail_token(p);
        }
    }
    if (p->failed)
        return give_error(p, err);
    p->unit->cmd = c;
    p->unit->source = sh_in_slice(p, 0, p->unit_start);
    *ret = p->unit;
    p->unit = NULL;
    return SH_PARSED;
}

/* Messages that outlive their parser: until the next such error. */
static void keep_messages(sh_parse_error *err)
{
    static sh_arena kept;
    sh_arena_done(&kept);
    for (int i = 0; i < err->n; i++) {
        bx_str *text = &err->messages[i].text;
        *text = sh_arena_str(&kept, text->p, text->n);
    }
}

sh_parse_result sh_parse_backtick(sh_command_subst *c, const sh_source *source, sh_unit **ret,
                                  sh_parse_error *err)
{
    *ret = c->lazy;
    if (c->lazy)
        return SH_PARSED;
    /* a newline at its end would be a second unit: the whole text is one list */
    sh_parser *p = sh_parser_new(source, c->source, c->line);
    p->source.line = NULL;
    begin(p);
    sh_skip_newlines(p, M_COMMAND);
    sh_parse_result result = SH_PARSED;
    if (sh_peek(p, M_COMMAND)->kind != T_END) {
        p->unit->cmd = sh_parse_list(p);
        if (!p->failed && sh_peek(p, M_COMMAND)->kind != T_END)
            sh_fail_token(p);
        if (!p->failed && p->n_pending)
            sh_heredocs(p);
    }
    if (p->failed) {
        result = give_error(p, err);
        keep_messages(err);
    } else {
        *ret = c->lazy = p->unit;
        p->unit = NULL;
    }
    sh_parser_free(p);
    return result;
}

/* The parser's unit to the caller, or its error. */
static bool finish(sh_parser *p, sh_unit **unit, sh_parse_error *err)
{
    bool good = !p->failed;
    if (good) {
        *unit = p->unit;
        p->unit = NULL;
    } else {
        (void)give_error(p, err);
        keep_messages(err);
    }
    sh_parser_free(p);
    return good;
}

sh_word *sh_parse_dquoted(bx_str text, const sh_source *source, int32_t line, sh_unit **unit,
                          sh_parse_error *err)
{
    sh_parser *p = sh_parser_new(source, text, line);
    p->source.line = NULL;
    begin(p);
    sh_word *w = sh_word_read(p, (word_ctx){.q = Q_HERE, .quoted = true});
    return finish(p, unit, err) ? w : NULL;
}

bool sh_parse_array(bx_str text, const sh_source *source, sh_unit **unit, sh_assign **ret,
                    sh_parse_error *err)
{
    sh_parser *p = sh_parser_new(source, text, 1);
    p->source.line = NULL;
    begin(p);
    sh_assign *a = sh_new(p, sizeof *a);
    a->array = true;
    if (sh_in(p) == '(')
        sh_in_skip(p);
    sh_parse_elements(p, a);
    p->raw.n = 0;
    *ret = a;
    return finish(p, unit, err);
}

sh_arith_text *sh_parse_subscript(bx_str text, sh_arena *arena)
{
    sh_parser *p = sh_parser_new(NULL, text, 1);
    begin(p);
    p->arena = arena;
    sh_arith_text *t = sh_arith_read(p, (word_ctx){.q = Q_BRACKET, .quoted = true, .single = true});
    if (p->failed || sh_in(p) != END)
        t->word = sh_word_literal(p, sh_arena_str(arena, text.p, text.n), text, true);
    t->word->raw = sh_arena_str(arena, text.p, text.n);
    sh_parser_free(p);
    return t;
}
