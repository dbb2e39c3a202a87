/* Words into parts: quotes, expansions, the places where plain text ends. */
#include "shell/parse_int.h"
#include "shell/unparse.h"

enum { MAX_PRINTED = 64 << 20 }; /* bytes of one printed $(…) */

/* What grows while a word is read. */
typedef struct builder {
    size_t lit_from, part_from, raw_from;
    int nest;      /* open parentheses or brackets of plain text */
    int questions; /* ? without its : (Q_OFFSET) */
    uint8_t flags; /* SH_WORD_… */
    uint8_t brace; /* 1: a { was seen, 2: a , or . behind it */
    bool fresh;    /* nothing was read yet, or what makes a tilde start again */
    bool equals;   /* an = was seen */
    bool single;   /* between two ' that do not quote but hide a } ("${x-'}'}") */
} builder;

/* ---- parts */

sh_part *sh_part_push(sh_parser *p, sh_part_kind kind, bool quoted)
{
    p->parts = sh_grow(p->parts, p->n_parts, &p->cap_parts, sizeof *p->parts);
    sh_part *part = &p->parts[p->n_parts++];
    *part = (sh_part){.kind = (uint8_t)kind, .flags = quoted ? SH_QUOTED : 0};
    return part;
}

void sh_word_flush(sh_parser *p, size_t lit_from, uint8_t flags)
{
    if (p->lit.n == lit_from)
        return;
    sh_part *part = sh_part_push(p, SH_PART_TEXT, flags & SH_QUOTED);
    part->text = sh_arena_str(p->arena, p->lit.p + lit_from, p->lit.n - lit_from);
    p->lit.n = lit_from;
}

static void push_text(sh_parser *p, const char *s, size_t n)
{
    bx_str text = sh_arena_str(p->arena, s, n);
    sh_part_push(p, SH_PART_TEXT, true)->text = text;
}

static bool mergeable(const sh_part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (parts[i].kind != SH_PART_TEXT)
            return false;
        if (!(parts[i].flags & SH_QUOTED) && strpbrk(parts[i].text.p, "*?[]()|\\{}~"))
            return false;
    }
    return true;
}

/* "a"'b'c is one literal text. */
static void merge(sh_parser *p, size_t from)
{
    size_t n = p->n_parts - from, lit_from = p->lit.n;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        const sh_part *part = &p->parts[from + i];
        sh_text_add(&p->lit, part->text.p, part->text.n);
        quoted |= part->flags & SH_QUOTED;
    }
    p->n_parts = from;
    bx_str text = sh_arena_str(p->arena, p->lit.n ? p->lit.p + lit_from : "", p->lit.n - lit_from);
    p->lit.n = lit_from;
    sh_part_push(p, SH_PART_TEXT, quoted)->text = text;
}

static sh_word *finish(sh_parser *p, const builder *b, word_ctx ctx, int32_t line)
{
    sh_word *w = sh_new(p, sizeof *w);
    size_t n = p->n_parts - b->part_from;
    uint8_t flags = b->flags;
    if (n > 1 && ctx.q != Q_BRACE && !ctx.regex && mergeable(p->parts + b->part_from, n)) {
        merge(p, b->part_from);
        n = 1;
    }
    if (n == 0 || (n == 1 && p->parts[b->part_from].kind == SH_PART_TEXT &&
                   !(flags & (SH_WORD_GLOB | SH_WORD_BRACE)) &&
                   (!ctx.splits || (p->parts[b->part_from].flags & SH_QUOTED))))
        flags |= SH_WORD_LITERAL;
    w->parts = sh_new(p, (n ? n : 1) * sizeof *w->parts);
    if (n)
        memcpy(w->parts, p->parts + b->part_from, n * sizeof *w->parts);
    p->n_parts = b->part_from;
    w->n_parts = (uint32_t)n;
    w->line = line;
    w->flags = flags;
    return w;
}

sh_word *sh_word_literal(sh_parser *p, bx_str text, bx_str raw, bool quoted)
{
    sh_word *w = sh_new(p, sizeof *w);
    w->raw = raw;
    w->line = p->line;
    w->parts = sh_new(p, sizeof *w->parts);
    w->n_parts = 1;
    w->parts[0] = (sh_part){.kind = SH_PART_TEXT, .flags = quoted ? SH_QUOTED : 0, .text = text};
    w->flags = SH_WORD_LITERAL;
    return w;
}

/* ---- quotes */

static void take(sh_parser *p, int c) /* into the raw text only */
{
    sh_text_c(&p->raw, c);
    sh_in_skip(p);
}

static void single_quotes(sh_parser *p)
{
    int32_t line = p->line;
    size_t from = p->lit.n;
    take(p, '\'');
    for (int c = sh_in_raw(p); c != '\''; c = sh_in_raw(p)) {
        if (c == END) {
            sh_fail_match(p, line, '\'');
            return;
        }
        sh_text_c(&p->lit, c);
        take(p, c);
    }
    take(p, '\'');
    push_text(p, p->lit.n > from ? p->lit.p + from : "", p->lit.n - from);
    p->lit.n = from;
}

static unsigned hex(int c)
{
    return c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                : 16;
}

static size_t put_utf8(uint32_t v, char out[8])
{
    if (v < 0x80) {
        out[0] = (char)v;
        return 1;
    }
    size_t n = v < 0x800 ? 2 : v < 0x10000 ? 3 : v < 0x200000 ? 4 : v < 0x4000000 ? 5 : 6;
    for (size_t i = n; i-- > 1; v >>= 6)
        out[i] = (char)(0x80 | (v & 0x3f));
    out[0] = (char)(((0xf00U >> n) & 0xff) | v);
    return n;
}

/* What stands behind the backslash of an escape of $'…'; the number of bytes it makes. */
size_t sh_ansi_escape(const char *s, size_t n, char out[8], size_t *used)
{
    static const char from[] = "abeEfnrtv\\'\"?", to[] = "\a\b\033\033\f\n\r\t\v\\'\"?";
    *used = 1;
    int c = n ? (unsigned char)s[0] : '\\';
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        out[0] = to[at - from];
        return 1;
    }
    size_t i = 0;
    uint32_t v = 0;
    if (c >= '0' && c <= '7') {
        for (; i < 3 && i < n && s[i] >= '0' && s[i] <= '7'; i++)
            v = v * 8 + (uint32_t)(s[i] - '0');
        *used = i;
        out[0] = (char)v;
        return 1;
    }
    if (c == 'c' && n > 1) {
        bool escaped = s[1] == '\\' && n > 2 && s[2] == '\\';
        *used = escaped ? 3 : 2;
        out[0] = s[1] == '?' ? 0x7f : (char)(s[1] & 0x1f);
        return 1;
    }
    if (c == 'x' && n > 1 && s[1] == '{') { /* \x{HEX} */
        for (i = 2; i < n && hex((unsigned char)s[i]) < 16; i++)
            v = v * 16 + hex((unsigned char)s[i]);
        if (i > 2 && i < n && s[i] == '}') {
            *used = i + 1;
            out[0] = (char)v;
            return 1;
        }
        v = 0;
    }
    size_t most = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    for (i = 1; i <= most && i < n && hex((unsigned char)s[i]) < 16; i++)
        v = v * 16 + hex((unsigned char)s[i]);
    if (most == 0 || i == 1) {
        out[0] = '\\';
        out[1] = (char)c;
        return n ? 2 : 1;
    }
    *used = i;
    if (most > 2)
        return put_utf8(v & 0x7fffffff, out);
    out[0] = (char)v;
    return 1;
}

static void ansi_quotes(sh_parser *p) /* behind the $ */
{
    int32_t line = p->line;
    size_t from = p->lit.n;
    sh_in_skip(p);
    int c = sh_in_raw(p);
    for (; c != '\'' && c != END; c = sh_in_raw(p)) {
        sh_text_c(&p->lit, c);
        sh_in_skip(p);
        if (c == '\\' && (c = sh_in_raw(p)) != END) {
            sh_text_c(&p->lit, c);
            sh_in_skip(p);
        }
    }
    if (c == END) {
        sh_fail_match(p, line, '\'');
        return;
    }
    sh_in_skip(p);
    char *s = p->lit.n ? p->lit.p + from : NULL;
    size_t n = p->lit.n - from, to = 0;
    for (size_t i = 0; i < n;) { /* never longer than what it is made of, but for \u: 6 <- 4 */
        if (s[i] != '\\') {
            s[to++] = s[i++];
            continue;
        }
        char out[8];
        size_t used, made = sh_ansi_escape(s + i + 1, n - i - 1, out, &used);
        if (made == 1 && out[0] == '\0')
            break;
        memcpy(s + to, out, made);
        to += made;
        i += 1 + used;
    }
    push_text(p, to ? s : "", to);
    sh_text_c(&p->raw, '\'');
    for (size_t i = 0; i < to; i++) {
        if (s[i] == '\'')
            sh_text_add(&p->raw, "'\\'", 3);
        sh_text_c(&p->raw, s[i]);
    }
    sh_text_c(&p->raw, '\'');
    p->lit.n = from;
}

static sh_word *inner(sh_parser *p, word_ctx ctx);

/* Both quotes, the text between them as one part. */
static void double_quotes(sh_parser *p, builder *b, bool quoted)
{
    int32_t line = p->line;
    take(p, '"');
    if (!sh_enter(p))
        return;
    sh_word *w = inner(p, (word_ctx){.q = Q_DOUBLE, .quoted = true});
    sh_leave(p);
    if (sh_in(p) != '"') {
        sh_fail_match(p, line, '"');
        return;
    }
    take(p, '"');
    b->flags |= w->flags & SH_WORD_EXPANDS;
    if ((w->flags & SH_WORD_LITERAL) && w->n_parts <= 1) {
        bx_str text = w->n_parts ? w->parts[0].text : (bx_str){"", 0};
        sh_part_push(p, SH_PART_TEXT, true)->text = text;
    } else {
        sh_part_push(p, SH_PART_DQUOTE, quoted)->dquote = w;
    }
}

/* A backslash in plain text. */
static void backslash(sh_parser *p, builder *b, word_ctx ctx)
{
    int next = sh_in_at(p, 1);
    take(p, '\\');
    bool special = !ctx.quoted || (ctx.q == Q_BRACKET && ctx.single);
    if (ctx.quoted && next != END) {
        special = strchr("$`\\", next) || (next == '"' && ctx.q != Q_HERE) ||
                  (next == '}' && ctx.q == Q_BRACE) || (ctx.q == Q_BRACKET && strchr("[]'", next));
    }
    if (next == END || !special) {
        sh_text_c(&p->lit, '\\');
        if (next == '\'' && ctx.q == Q_BRACE) { /* is no quote that hides a brace */
            sh_text_c(&p->lit, next);
            take(p, next);
        }
        return;
    }
    take(p, next);
    if (ctx.quoted) {
        sh_text_c(&p->lit, next);
        return;
    }
    sh_word_flush(p, b->lit_from, 0);
    char c = (char)next;
    push_text(p, &c, 1);
    b->flags |= SH_WORD_QUOTED;
}

/* ---- expansions */

static void backtick(sh_parser *p, word_ctx ctx)
{
    int32_t line = p->line;
    size_t from = p->lit.n;
    take(p, '`');
    for (int c = sh_in_raw(p); c != '`'; c = sh_in_raw(p)) {
        if (c == END) {
            sh_fail_match(p, line, '`');
            return;
        }
        take(p, c);
        if (c == '\\') {
            int next = sh_in_raw(p);
            if (next != END && next != '\n')
                take(p, next);
            if (next == '\n') {
                p->raw.n--;
                sh_in_skip(p);
                continue;
            }
            if (next == END || !(strchr("$`\\", next) || (next == '"' && ctx.q == Q_DOUBLE)))
                sh_text_c(&p->lit, '\\');
            c = next;
        }
        if (c != END)
            sh_text_c(&p->lit, c);
    }
    take(p, '`');
    sh_command_subst *s = sh_new(p, sizeof *s);
    s->backtick = true;
    s->line = line;
    s->source = sh_arena_str(p->arena, p->lit.n > from ? p->lit.p + from : "", p->lit.n - from);
    p->lit.n = from;
    s->next_lazy = p->unit->lazy;
    p->unit->lazy = s;
    sh_part_push(p, SH_PART_COMMAND, ctx.quoted)->command = s;
}

/* $(…), <(…), >(…); the "(" is next. */
static void substitution(sh_parser *p, sh_part_kind kind, bool quoted, bool output)
{
    int32_t line = p->line;
    take(p, '(');
    if (!sh_enter(p))
        return;
    sh_command_subst *s = sh_parse_subst(p, line);
    sh_leave(p);
    if (p->failed)
        return;
    s->output = output;
    bx_buf out = bx_buf_init(MAX_PRINTED);
    if (s->body)
        sh_unparse_command(&out, s->body);
    if (out.n && out.p[0] == '(')
        sh_text_c(&p->raw, ' ');
    sh_text_add(&p->raw, out.n ? out.p : "", out.n);
    sh_text_c(&p->raw, ')');
    bx_buf_done(&out);
    sh_part_push(p, kind, quoted)->command = s;
}

int sh_scan_parens(sh_parser *p, size_t k)
{
    int depth = 0, c;
    char quote = 0;
    int32_t line = p->line;
    for (;; k++) {
        c = sh_in_at(p, k);
        if (c == END) {
            sh_fail_match(p, line, ')');
            return -1;
        }
        if (c == '\\' && quote != '\'') {
            k++;
        } else if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '\'' || c == '"') {
            quote = (char)c;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && depth-- == 0) {
            return sh_in_at(p, k + 1) == ')';
        }
    }
}

sh_arith_text *sh_arith_read(sh_parser *p, word_ctx ctx)
{
    sh_arith_text *t = sh_new(p, sizeof *t);
    t->arena = p->arena;
    t->word = inner(p, ctx);
    return t;
}

static void arithmetic(sh_parser *p, word_ctx ctx, bool brackets)
{
    int32_t line = p->line;
    take(p, brackets ? '[' : '(');
    if (!brackets)
        take(p, '(');
    if (!sh_enter(p))
        return;
    word_ctx within = {.q = brackets ? Q_BRACKET : Q_PAREN, .quoted = true, .blanks = true};
    sh_arith_text *t = sh_arith_read(p, within);
    sh_leave(p);
    if (p->failed)
        return;
    char close = brackets ? ']' : ')';
    for (int i = brackets; i < 2; i++) {
        if (sh_in(p) != close) {
            sh_fail_match(p, line, close);
            return;
        }
        take(p, close);
    }
    sh_part_push(p, SH_PART_ARITH, ctx.quoted)->arith = t;
}

static void plain_param(sh_parser *p, int c, bool quoted)
{
    sh_param *m = sh_new(p, sizeof *m);
    size_t from = p->raw.n;
    if (c >= '0' && c <= '9') {
        m->name_kind = SH_NAME_POSITIONAL;
        m->number = (uint32_t)(c - '0');
        take(p, c);
    } else if (sh_name_char(c)) {
        for (; sh_name_char(c); c = sh_in(p))
            take(p, c);
    } else {
        m->name_kind = SH_NAME_SPECIAL;
        m->special = (char)c;
        take(p, c);
    }
    m->name = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    sh_part_push(p, SH_PART_PARAM, quoted)->param = m;
}

static void dollar(sh_parser *p, builder *b, word_ctx ctx)
{
    sh_in_skip(p);
    int c = sh_in(p);
    bool quotes = !ctx.quoted && ctx.q != Q_DOUBLE && ctx.q != Q_HERE;
    if ((c == '\'' && quotes) || (c == '"' && quotes)) {
        sh_word_flush(p, b->lit_from, 0);
        b->flags |= SH_WORD_QUOTED;
        if (c == '"')
            double_quotes(p, b, ctx.quoted);
        else
            ansi_quotes(p);
        return;
    }
    bool known = c != END && (sh_name_char(c) || strchr("{([@*#?-$!", c));
    sh_text_c(&p->raw, '$');
    if (!known) {
        sh_text_c(&p->lit, '$');
        return;
    }
    sh_word_flush(p, b->lit_from, ctx.quoted);
    b->flags |= SH_WORD_EXPANDS;
    if (c == '(') {
        int arith = 0;
        if (sh_in_at(p, 1) == '(')
            arith = sh_scan_parens(p, 2);
        if (arith > 0)
            arithmetic(p, ctx, false);
        else if (arith == 0)
            substitution(p, SH_PART_COMMAND, ctx.quoted, false);
    } else if (c == '[') {
        arithmetic(p, ctx, true);
    } else if (c == '{') {
        take(p, c);
        if (sh_enter(p))
            sh_param_braced(p, ctx.quoted);
        sh_leave(p);
    } else {
        plain_param(p, c, ctx.quoted);
    }
}

/* ---- plain text */

/* A tilde that begins a word, or part of an assignment's value. */
static bool tilde(sh_parser *p, builder *b, word_ctx ctx)
{
    size_t k = 1;
    int c = sh_in_at(p, k);
    while (sh_name_char(c) || (c != END && strchr(".+-", c)))
        c = sh_in_at(p, ++k);
    bool ends = c == END || c == '/' || c == ':' ||
                (ctx.q == Q_BRACE ? c == '}' || c == ctx.stop : !!strchr(" \t\n;&|<>()", c));
    if (!ends)
        return false;
    sh_word_flush(p, b->lit_from, 0);
    take(p, '~');
    size_t from = p->raw.n;
    while (--k > 0)
        take(p, sh_in_raw(p));
    bx_str name = sh_arena_str(p->arena, p->raw.p + from, p->raw.n - from);
    sh_part_push(p, SH_PART_TILDE, false)->text = name;
    b->flags |= SH_WORD_EXPANDS;
    return true;
}

static bool ends_word(sh_parser *p, const builder *b, word_ctx ctx, int c)
{
    if (ctx.regex) {
        if (b->nest)
            return c == '\n';
        return !!strchr(" \t\n)&;<>", c);
    }
    if (b->nest || !strchr(" \t\n;&|<>()", c))
        return false;
    return !((c == '<' || c == '>') && sh_in_at(p, 1) == '(');
}

static bool ends(sh_parser *p, const builder *b, word_ctx ctx, int c)
{
    switch (ctx.q) {
    case Q_WORD:
        return ends_word(p, b, ctx, c);
    case Q_DOUBLE:
        return c == '"';
    case Q_BRACE:
        return (c == '}' && !b->single) || (c == ctx.stop && c);
    case Q_PAREN:
        return c == ')' && b->nest == 0;
    case Q_SEMI:
        return (c == ')' || c == ';') && b->nest == 0;
    case Q_BRACKET:
        return (c == ']' && b->nest == 0) || (c && c == ctx.stop);
    case Q_OFFSET:
        return c == '}' || (c == ':' && b->nest == 0 && b->questions == 0);
    default:
        return false;
    }
}

/* Parentheses and the like in plain text: what nests, what globs. */
static void note(sh_parser *p, builder *b, word_ctx ctx, int c)
{
    if (ctx.q == Q_WORD) {
        if (c == '{')
            b->brace |= 1;
        else if ((c == ',' || c == '.') && b->brace)
            b->brace |= 2;
        else if (c == '}' && b->brace == 3)
            b->flags |= SH_WORD_BRACE;
        if (c == '*' || c == '?' || c == '[')
            b->flags |= SH_WORD_GLOB;
        if (c == ')' && b->nest)
            b->nest--;
        else if (c == '(' && (b->nest || ctx.regex))
            b->nest++;
        else if (ctx.extglob && strchr("?*+@!", c) && sh_in_at(p, 1) == '(') {
            b->flags |= SH_WORD_GLOB;
            sh_text_c(&p->lit, c);
            take(p, c);
            b->nest++; /* the caller takes the parenthesis */
        }
        return;
    }
    if (ctx.q == Q_PAREN || ctx.q == Q_SEMI || ctx.q == Q_OFFSET)
        b->nest += (c == '(') - (c == ')' && b->nest);
    if (ctx.q == Q_BRACKET)
        b->nest += (c == '[') - (c == ']');
    if (ctx.q == Q_OFFSET)
        b->questions += (c == '?') - (c == ':');
}

static void plain(sh_parser *p, builder *b, word_ctx ctx, int c)
{
    if (c == '~' && b->fresh && !ctx.quoted && (ctx.q == Q_WORD || ctx.q == Q_BRACE) &&
        tilde(p, b, ctx))
        return;
    note(p, b, ctx, c);
    if (c == '\'' && ctx.q == Q_BRACE && ctx.quoted && !(p->options & SH_SYNTAX_POSIX))
        b->single = !b->single;
    c = sh_in_raw(p);
    sh_text_c(&p->lit, c);
    take(p, c);
    b->fresh = ctx.assign && (c == ':' || (c == '=' && !b->equals && ctx.q == Q_WORD));
    b->equals |= c == '=';
}

static void step(sh_parser *p, builder *b, word_ctx ctx, int c)
{
    bool fresh = b->fresh;
    b->fresh = false;
    if (c == '\\') {
        backslash(p, b, ctx);
    } else if (c == '$') {
        dollar(p, b, ctx);
    } else if (c == '`') {
        sh_word_flush(p, b->lit_from, ctx.quoted);
        b->flags |= SH_WORD_EXPANDS;
        backtick(p, ctx);
    } else if (c == '"' && ctx.q != Q_HERE) {
        sh_word_flush(p, b->lit_from, ctx.quoted);
        b->flags |= SH_WORD_QUOTED;
        double_quotes(p, b, ctx.quoted);
    } else if (c == '\'' && ctx.single) {
        sh_word_flush(p, b->lit_from, ctx.quoted);
        b->flags |= SH_WORD_QUOTED;
        single_quotes(p);
    } else if ((c == '<' || c == '>') && !ctx.quoted && !ctx.regex && sh_in_at(p, 1) == '(') {
        sh_word_flush(p, b->lit_from, 0);
        b->flags |= SH_WORD_EXPANDS;
        take(p, c);
        substitution(p, SH_PART_PROCESS, false, c == '>');
    } else {
        b->fresh = fresh;
        plain(p, b, ctx, c);
    }
}

static sh_word *inner(sh_parser *p, word_ctx ctx)
{
    int32_t line = p->line;
    builder b = {
        .lit_from = p->lit.n, .part_from = p->n_parts, .raw_from = p->raw.n, .fresh = true};
    if (ctx.stop && sh_in(p) == ctx.stop && ctx.q == Q_BRACE) { /* ${x///y}: a slash as pattern */
        sh_text_c(&p->lit, ctx.stop);
        take(p, ctx.stop);
    }
    while (!p->failed) {
        int c = sh_in(p);
        if (c == END || ends(p, &b, ctx, c))
            break;
        step(p, &b, ctx, c);
    }
    if (b.single && !p->failed)
        sh_fail_match(p, line, '\'');
    if (ctx.q == Q_WORD && b.nest && !p->failed && sh_in(p) == END)
        sh_fail_match(p, line, ')');
    sh_word_flush(p, b.lit_from, ctx.quoted);
    return finish(p, &b, ctx, line);
}

sh_word *sh_word_inner(sh_parser *p, word_ctx ctx) { return inner(p, ctx); }

sh_word *sh_word_read(sh_parser *p, word_ctx ctx)
{
    size_t from = p->raw.n;
    bool outer = p->in_value;
    p->in_value = ctx.assign;
    sh_word *w = inner(p, ctx);
    p->in_value = outer;
    w->raw = sh_arena_str(p->arena, p->raw.n > from ? p->raw.p + from : "", p->raw.n - from);
    p->raw.n = from;
    return w;
}
