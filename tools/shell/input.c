/* The parser's input: lines on demand, texts pushed before them (aliases, bodies of
 * here-documents), line numbers and messages. */
#include "shell/parse_int.h"

enum { MAX_FRAMES = 1000, MAX_ALIASES = 20000 };

void *sh_grow(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    size_t more = *cap ? *cap * 2 : 16;
    if (more > SIZE_MAX / 2 / size)
        sh_out_of_memory();
    *cap = more;
    return sh_realloc(p, more * size);
}

void sh_text_add(text_stack *t, const char *s, size_t n)
{
    if (t->cap - t->n < n) {
        size_t cap = t->cap ? t->cap : 128;
        while (cap - t->n < n) {
            if (cap > SIZE_MAX / 4)
                sh_out_of_memory();
            cap *= 2;
        }
        t->p = sh_realloc(t->p, cap);
        t->cap = cap;
    }
    if (n)
        memcpy(t->p + t->n, s, n);
    t->n += n;
}

/* ---- reading */

/* One more line at the end of the base text; NUL bytes are dropped. */
static bool fill(sh_parser *p)
{
    bx_str line;
    if (p->ended || !p->source.line || !p->source.line(p->source.ctx, p->started, &line)) {
        p->ended = true;
        return false;
    }
    if (p->cap - p->n < line.n + 1) {
        size_t cap = p->cap > (p->n + line.n) ? p->cap : p->n + line.n;
        cap = cap * 2 + 64;
        p->buf = sh_realloc(p->buf, cap);
        p->cap = cap;
    }
    if (line.n && !memchr(line.p, '\0', line.n)) {
        memcpy(p->buf + p->n, line.p, line.n);
        p->n += line.n;
    } else {
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i])
                p->buf[p->n++] = line.p[i];
        }
    }
    return true;
}

int sh_in_raw(sh_parser *p)
{
    while (p->n_frames) {
        frame *f = &p->frames[p->n_frames - 1];
        if (f->pos < f->text.n)
            return (unsigned char)f->text.p[f->pos];
        if (f->barrier)
            return END;
        if (f->text.n && strchr(" \t", f->text.p[f->text.n - 1]))
            p->alias_next = true;
        sh_in_drop(p, p->n_frames - 1);
    }
    while (p->pos >= p->n) {
        if (!fill(p))
            return END;
    }
    return (unsigned char)p->buf[p->pos];
}

int sh_in_at(sh_parser *p, size_t k)
{
    for (size_t i = p->n_frames; i-- > 0;) {
        const frame *f = &p->frames[i];
        if (k < f->text.n - f->pos)
            return (unsigned char)f->text.p[f->pos + k];
        if (f->barrier)
            return END;
        k -= f->text.n - f->pos;
    }
    while (k >= p->n - p->pos) {
        if (!fill(p))
            return END;
    }
    return (unsigned char)p->buf[p->pos + k];
}

void sh_in_skip(sh_parser *p)
{
    if (p->n_frames) {
        frame *f = &p->frames[p->n_frames - 1];
        if (f->pos < f->text.n && f->text.p[f->pos++] == '\n' && f->barrier)
            p->line++;
    } else if (p->pos < p->n) {
        if (p->buf[p->pos++] == '\n') {
            p->line++;
            p->line_start = p->pos;
        }
        p->started = true;
    }
}

int sh_in(sh_parser *p)
{
    int c = sh_in_raw(p);
    while (c == '\\' && sh_in_at(p, 1) == '\n') {
        sh_in_skip(p);
        sh_in_skip(p);
        c = sh_in_raw(p);
    }
    return c;
}

void sh_in_push(sh_parser *p, bx_str text, bx_str alias, bool barrier)
{
    if (p->n_frames >= MAX_FRAMES || (alias.p && ++p->n_aliases > MAX_ALIASES)) {
        sh_fail(p, p->line, "aliases nested too deeply", "", 0, "");
        return;
    }
    p->frames = sh_grow(p->frames, p->n_frames, &p->cap_frames, sizeof *p->frames);
    if (alias.p) { /* an alias may outlive the unit that it is read for */
        char *own = sh_alloc(text.n + alias.n + 2);
        memcpy(own, text.p, text.n);
        memcpy(own + text.n + 1, alias.p, alias.n);
        text.p = own;
        alias.p = own + text.n + 1;
    }
    p->frames[p->n_frames++] = (frame){.text = text, .alias = alias, .barrier = barrier};
}

void sh_in_drop(sh_parser *p, size_t n)
{
    while (p->n_frames > n) {
        frame *f = &p->frames[--p->n_frames];
        if (f->alias.p)
            free((void *)(uintptr_t)f->text.p);
    }
}

size_t sh_in_mark(const sh_parser *p)
{
    return p->n_frames ? p->frames[p->n_frames - 1].pos : p->pos;
}

bx_str sh_in_slice(sh_parser *p, size_t frames, size_t from)
{
    if (frames != p->n_frames)
        return sh_arena_str(p->arena, "", 0);
    const char *text = frames ? p->frames[frames - 1].text.p : p->buf;
    size_t to = sh_in_mark(p);
    return sh_arena_str(p->arena, text + from, to > from ? to - from : 0);
}

/* ---- here-documents */

/* One line of a body, backslash-newlines joined when `join`; false at the end of the input. */
static bool body_line(sh_parser *p, bool join, bool strip, text_stack *out)
{
    int c = sh_in_raw(p);
    if (c == END)
        return false;
    while (strip && c == '\t') {
        sh_in_skip(p);
        c = sh_in_raw(p);
    }
    while (c != END) {
        if (join && c == '\\') {
            int next = sh_in_at(p, 1);
            if (next == '\n') {
                sh_in_skip(p);
                sh_in_skip(p);
                c = sh_in_raw(p);
                continue;
            }
            if (next != END) {
                sh_text_c(out, c);
                sh_in_skip(p);
                c = next;
                sh_text_c(out, c);
                sh_in_skip(p);
                c = sh_in_raw(p);
                continue;
            }
        }
        sh_text_c(out, c);
        sh_in_skip(p);
        if (c == '\n')
            break;
        c = sh_in_raw(p);
    }
    return true;
}

static bool is_delimiter(const char *line, size_t n, bx_str d)
{
    if (n && line[n - 1] == '\n')
        n--;
    return n == d.n && memcmp(line, d.p, n) == 0;
}

/* $(cat <<E … E): within a substitution the delimiter may have the rest of the line behind it, with
 * the parenthesis.  Takes the delimiter. */
static bool ends_early(sh_parser *p, const sh_redir *r)
{
    size_t k = 0;
    if (!p->in_subst)
        return false;
    while (r->strip && sh_in_at(p, k) == '\t')
        k++;
    for (size_t i = 0; i < r->delimiter.n; i++, k++) {
        if (sh_in_at(p, k) != (unsigned char)r->delimiter.p[i])
            return false;
    }
    size_t end = k;
    int c = sh_in_at(p, k);
    while (c != ')' && c != '\n' && c != END)
        c = sh_in_at(p, ++k);
    for (size_t i = 0; c == ')' && i < end; i++)
        sh_in_skip(p);
    return c == ')';
}

static void warn_end(sh_parser *p, const sh_redir *r)
{
    if (!p->source.warn)
        return;
    text_stack t = {0};
    char digits[16];
    size_t at = sizeof digits;
    for (uint32_t v = (uint32_t)r->line; at == sizeof digits || v; v /= 10)
        digits[--at] = (char)('0' + v % 10);
    const char *head = "here-document at line ";
    const char *mid = " delimited by end-of-file (wanted `";
    sh_text_add(&t, head, strlen(head));
    sh_text_add(&t, digits + at, sizeof digits - at);
    sh_text_add(&t, mid, strlen(mid));
    sh_text_add(&t, r->delimiter.p, r->delimiter.n);
    sh_text_add(&t, "')", 2);
    bool at_start = !p->n_frames && p->pos == p->line_start;
    p->source.warn(p->source.ctx, p->line - at_start, (bx_str){t.p, t.n});
    free(t.p);
}

/* A body in which an expansion is broken stays literal: bash would complain when it is expanded. */
static sh_word *body_word(sh_parser *p, bx_str body)
{
    size_t lit = p->lit.n, raw = p->raw.n, parts = p->n_parts, frames = p->n_frames;
    sh_redir **pending = p->pending;
    size_t n_pending = p->n_pending, cap_pending = p->cap_pending;
    int depth = p->depth, in_subst = p->in_subst;
    sh_command_subst *lazy = p->unit->lazy;
    p->pending = NULL;
    p->n_pending = p->cap_pending = 0;
    sh_in_push(p, body, (bx_str){0}, true);
    sh_word *w = sh_word_read(p, (word_ctx){.q = Q_HERE, .quoted = true});
    if (p->failed && p->depth <= SH_MAX_NESTING) {
        p->failed = false;
        p->err.n = 0;
        p->err.at_end = false;
        p->depth = depth;
        p->unit->lazy = lazy;
        w = sh_word_literal(p, body, body, true);
    }
    free(p->pending);
    p->pending = pending;
    p->n_pending = n_pending;
    p->cap_pending = cap_pending;
    p->in_subst = in_subst;
    sh_in_drop(p, frames);
    p->lit.n = lit;
    p->raw.n = raw;
    p->n_parts = parts;
    w->raw = body;
    return w;
}

static void read_body(sh_parser *p, sh_redir *r)
{
    text_stack *t = &p->raw;
    bool at_start = !p->n_frames && p->pos == p->line_start;
    r->line = p->line - at_start;
    size_t from = t->n;
    int32_t line = p->line;
    for (;;) {
        size_t start = t->n;
        if (ends_early(p, r)) {
            warn_end(p, r);
            break;
        }
        if (!body_line(p, !r->quoted, r->strip, t)) {
            warn_end(p, r);
            break;
        }
        if (is_delimiter(t->p + start, t->n - start, r->delimiter)) {
            t->n = start;
            break;
        }
    }
    bx_str body = sh_arena_str(p->arena, t->n > from ? t->p + from : "", t->n - from);
    t->n = from;
    if (r->quoted || !(memchr(body.p, '$', body.n) || memchr(body.p, '`', body.n) ||
                       memchr(body.p, '\\', body.n))) {
        r->word = sh_word_literal(p, body, body, true);
        r->word->line = line;
        return;
    }
    token saved = p->tok;
    bool have = p->have;
    int32_t line_now = p->line;
    p->line = line;
    r->word = body_word(p, body);
    p->line = line_now;
    p->tok = saved;
    p->have = have;
}

void sh_heredocs(sh_parser *p)
{
    for (size_t i = 0; i < p->n_pending && !p->failed; i++)
        read_body(p, p->pending[i]);
    p->n_pending = 0;
}

/* ---- messages */

static void add_message(sh_parser *p, int32_t line, const text_stack *t)
{
    int i = p->err.n;
    if (i == (int)BX_COUNT(p->err.messages))
        return;
    p->err.messages[i].line = line;
    p->err.messages[i].text = sh_arena_str(&p->err_arena, t->p, t->n);
    p->err.n++;
}

static void message(sh_parser *p, int32_t line, const char *a, const char *b, size_t n,
                    const char *c)
{
    text_stack t = {0};
    sh_text_add(&t, a, strlen(a));
    sh_text_add(&t, b, n);
    sh_text_add(&t, c, strlen(c));
    add_message(p, line, &t);
    free(t.p);
}

void sh_fail(sh_parser *p, int32_t line, const char *a, const char *b, size_t n, const char *c)
{
    if (p->failed)
        return;
    p->failed = true;
    p->err.status = 2;
    message(p, line, a, b, n, c);
}

int32_t sh_end_line(const sh_parser *p)
{
    return p->line + (!p->n_frames && p->pos > p->line_start);
}

void sh_fail_end(sh_parser *p)
{
    if (p->failed)
        return;
    sh_fail(p, sh_end_line(p), "syntax error: unexpected end of file", "", 0, "");
    p->err.at_end = true;
}

void sh_fail_match(sh_parser *p, int32_t line, char wanted)
{
    if (p->failed)
        return;
    char text[3] = {wanted, '\'', '\0'};
    sh_fail(p, line, "unexpected EOF while looking for matching `", text, 2, "");
    p->err.at_end = true;
}

void sh_fail_token(sh_parser *p)
{
    if (p->failed)
        return;
    const token *t = &p->tok;
    if (t->kind == T_END) {
        if (p->in_subst)
            sh_fail_match(p, sh_end_line(p), ')');
        else
            sh_fail_end(p);
        return;
    }
    bx_str text = sh_token_text(t);
    sh_fail(p, t->line, "syntax error near unexpected token `", text.p, text.n, "'");
    size_t from = t->line_start, to = from;
    while (to < p->n && p->buf[to] != '\n')
        to++;
    message(p, t->line, "`", from < p->n ? p->buf + from : "", to - from, "'");
}

bool sh_enter(sh_parser *p)
{
    p->depth++;
    if (p->depth <= SH_MAX_NESTING)
        return !p->failed;
    sh_fail(p, p->line, "syntax error: nested too deeply", "", 0, "");
    return false;
}
