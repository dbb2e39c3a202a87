/* Words: quotes, expansions, here-documents.  What an expansion gives is not known; the commands in
 * it are read like all others. */
#include "base/ascii.h"
#include "policy/command_internal.h"

bool bx_scan_put(scan *s, char c)
{
    if (bx_buf_add_c(&s->buf, c) == BX_OK)
        return true;
    if (s->buf.fail == BX_ENOMEM)
        s->out->failed = BX_ENOMEM;
    return bx_scan_doubt(s, "it is too long");
}

static bool put_unknown(scan *s)
{
    return (s->buf.n && s->buf.p[s->buf.n - 1] == BX_WILD_ANY) || bx_scan_put(s, BX_WILD_ANY);
}

/* A byte that stands for itself. */
static bool put_literal(scan *s, char c)
{
    if (c == ' ')
        return bx_scan_put(s, BX_WILD_SPACE);
    if (c == BX_WILD_ANY || c == BX_WILD_SPACE)
        return put_unknown(s);
    return c == '\0' ? bx_scan_doubt(s, "it has a NUL byte") : bx_scan_put(s, c);
}

static bool is_name(char c, bool first)
{
    return bx_is_alpha(c) || c == '_' || (!first && bx_is_digit(c));
}

/* ---- expansions ------------------------------------------------------------------------------ */

/* Behind the parenthesis of $( or <(. */
static bool substitution(scan *s)
{
    s->out->makes = true;
    scan below = bx_scan_below(s, s->in, s->i);
    bool ok = bx_scan_commands(&below, ')');
    s->i = below.i;
    bx_scan_done(&below);
    return ok;
}

static bool backquotes(scan *s, bool in_quotes)
{
    s->out->makes = true;
    BX_AUTO_BUF text = bx_buf_init(BX_LINE_MAX_BYTES);
    for (; !bx_scan_ends(s) && bx_scan_at(s, 0) != '`'; s->i++) {
        char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
        if (c == '\n')
            bx_scan_line_feed(s);
        if (c == '\\' && (next == '`' || next == '\\' || next == '$' || (in_quotes && next == '"')))
            c = s->in.p[++s->i];
        (void)bx_buf_add_c(&text, c);
    }
    if (bx_scan_ends(s))
        return bx_scan_doubt(s, "a backquote is not closed");
    s->i++;
    if (text.fail == BX_ENOMEM)
        s->out->failed = BX_ENOMEM;
    return text.fail == BX_OK ? bx_scan_text(s, bx_buf_str(&text), s->within)
                              : bx_scan_doubt(s, "it is too long");
}

static bool dollar(scan *s, bool in_quotes);
static bool double_quotes(scan *s);

/* Text that is quoted, but would run something if it were evaluated later. */
static void note_latent(scan *s)
{
    char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
    if (c == '`' || (c == '$' && (next == '(' || next == '{')))
        s->out->latent = true;
}

/* Behind a backslash; what follows may have one of its own. */
static void note_escaped(scan *s)
{
    char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
    if (c == '`' || (c == '$' && next && strchr("({\\'\"", next)))
        s->out->latent = true;
}

static bool skip_single_quotes(scan *s)
{
    const char *end = bx_scan_ends(s) ? NULL : memchr(s->in.p + s->i, '\'', s->in.n - s->i);
    if (!end)
        return bx_scan_doubt(s, "a quote is not closed");
    for (; s->in.p + s->i < end; s->i++)
        note_latent(s);
    s->i++;
    return true;
}

/* One piece of what stands in ${…} or in arithmetic: a quote, an expansion, a byte.  Inside of
 * double quotes it depends on the kind of expansion whether a ' quotes. */
static bool inner_piece(scan *s, bool in_quotes)
{
    char c = bx_scan_at(s, 0);
    s->i++;
    if (c == '\\') {
        note_escaped(s);
        s->i += !bx_scan_ends(s);
        return true;
    }
    if (c == '\'')
        return in_quotes ? bx_scan_doubt(s, "it has a ' inside of \"${ … }\"")
                         : skip_single_quotes(s);
    if (c == '"') {
        size_t n = s->buf.n;
        bool ok = double_quotes(s);
        s->buf.n = n;
        return ok;
    }
    if (c == '`')
        return backquotes(s, in_quotes);
    if ((c == '<' || c == '>') && bx_scan_at(s, 0) == '(') {
        s->i++;
        return substitution(s);
    }
    if (c != '$')
        return true;
    size_t n = s->buf.n;
    bool ok = dollar(s, in_quotes);
    s->buf.n = n;
    return ok;
}

static bool braces(scan *s, bool in_quotes)
{
    char c = bx_scan_at(s, 0);
    if (bx_is_space(c) || c == '|')
        return bx_scan_doubt(s, "it has a ${ … } that runs commands");
    while (!bx_scan_ends(s) && bx_scan_at(s, 0) != '}') {
        s->out->makes = s->out->makes || !is_name(bx_scan_at(s, 0), false);
        if (!inner_piece(s, in_quotes))
            return false;
    }
    if (bx_scan_ends(s))
        return bx_scan_doubt(s, "a ${ is not closed");
    s->i++;
    return true;
}

bool bx_scan_arithmetic(scan *s)
{
    size_t open = 0;
    while (!bx_scan_ends(s)) {
        char c = bx_scan_at(s, 0);
        if (c == ')' && open == 0)
            break;
        open += c == '(';
        open -= c == ')';
        if (!inner_piece(s, true))
            return false;
    }
    if (bx_scan_at(s, 0) != ')' || bx_scan_at(s, 1) != ')')
        return bx_scan_doubt(s, "(( is not closed by ))");
    s->i += 2;
    return true;
}

/* Behind a '$'. */
static bool expansion(scan *s, bool in_quotes)
{
    char c = bx_scan_at(s, 0);
    if (c == '(' && bx_scan_at(s, 1) == '(') {
        s->i += 2;
        return bx_scan_arithmetic(s) && put_unknown(s);
    }
    if (c == '(' || c == '{') {
        s->i++;
        return (c == '(' ? substitution(s) : braces(s, in_quotes)) && put_unknown(s);
    }
    if (c == '[' || (c == '\\' && bx_scan_at(s, 1) == '\n'))
        return bx_scan_doubt(s, "it has a $[ … ], or a $ at the end of a line");
    if (!is_name(c, true)) {
        bool special = c && (bx_is_digit(c) || strchr("@*#?-$!", c));
        s->i += special;
        return special ? put_unknown(s) : put_literal(s, '$');
    }
    while (is_name(bx_scan_at(s, 0), false))
        s->i++;
    return put_unknown(s);
}

static bool dollar(scan *s, bool in_quotes)
{
    if (s->depth > BX_LINE_MAX_DEPTH)
        return bx_scan_doubt(s, "it is nested too deeply");
    s->depth++;
    bool ok = expansion(s, in_quotes);
    s->depth--;
    return ok;
}

/* ---- quotes ---------------------------------------------------------------------------------- */

static bool single_quotes(scan *s)
{
    for (; !bx_scan_ends(s); s->i++) {
        char c = bx_scan_at(s, 0);
        if (c == '\'') {
            s->i++;
            return true;
        }
        note_latent(s);
        if (!put_literal(s, c))
            return false;
    }
    return bx_scan_doubt(s, "a quote is not closed");
}

/* $'…': what its escapes give is not worked out. */
static bool ansi_quotes(scan *s)
{
    s->out->latent = true;
    for (; !bx_scan_ends(s); s->i++) {
        char c = bx_scan_at(s, 0);
        if (c == '\'') {
            s->i++;
            return put_unknown(s);
        }
        s->i += c == '\\';
    }
    return bx_scan_doubt(s, "a quote is not closed");
}

/* From behind the quote to behind the one that ends it. */
static bool double_quotes(scan *s)
{
    while (!bx_scan_ends(s)) {
        char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
        bool ok = true;
        s->i++;
        if (c == '"')
            return true;
        if (c == '\\' && next && strchr("$`\"\\\n", next)) {
            s->out->latent = s->out->latent || next == '$' || next == '`';
            s->i++;
            ok = next == '\n' || put_literal(s, next);
        } else if (c == '$') {
            ok = dollar(s, true);
        } else if (c == '`') {
            ok = backquotes(s, true) && put_unknown(s);
        } else {
            ok = put_literal(s, c);
        }
        if (!ok)
            return false;
    }
    return bx_scan_doubt(s, "a quote is not closed");
}

/* ---- words ----------------------------------------------------------------------------------- */

typedef struct expands { /* {a,b}, {1..9} and [ab]: what becomes of it stands nowhere in it */
    bool brace, braced, is;
} expands;

static void look_for_braces(const scan *s, char c, expands *b)
{
    b->brace = b->brace || c == '{';
    b->braced = b->braced || (b->brace && (c == ',' || (c == '.' && bx_scan_at(s, 0) == '.')));
    b->is = b->is || b->braced;
}

/* A byte without quotes that ends no word; taken already. */
static bool plain(scan *s, char c, const scan_word *w, expands *b)
{
    bool first = s->buf.n == w->begin && !w->quoted;
    char next = bx_scan_at(s, 0);
    if ((unsigned char)c < ' ' || c == 0x7f)
        return bx_scan_doubt(s, "it has a control character");
    if (next == '(' && strchr("?*+@!", c))
        return bx_scan_doubt(s, "it has a pattern with parentheses");
    look_for_braces(s, c, b);
    if (c == '*' || c == '?')
        return put_unknown(s);
    if (c == '[') { /* the command of that name, or a set of characters */
        bool alone = first && (bx_scan_ends(s) || (next && strchr(" \t\n;", next)));
        b->is = b->is || !alone;
        return put_literal(s, c);
    }
    return c == '~' && first ? put_unknown(s) : put_literal(s, c);
}

static bool ends_word(const scan *s)
{
    char c = bx_scan_at(s, 0);
    if (bx_scan_ends(s))
        return true;
    if ((c == '<' || c == '>') && bx_scan_at(s, 1) == '(')
        return false;
    return c && strchr(" \t\n;&|<>()", c);
}

static bool quoted_piece(scan *s, char c, scan_word *w)
{
    char next = bx_scan_at(s, 0);
    w->quoted = w->quoted || c != '\\' || next != '\n';
    if (c != '\\')
        return c == '"' ? double_quotes(s) : single_quotes(s);
    if (bx_scan_ends(s))
        return bx_scan_doubt(s, "it ends in a backslash");
    note_escaped(s);
    s->i++;
    char then = bx_scan_at(s, 0);
    if (next == '\n' && s->buf.n > w->begin && (!ends_word(s) || (then && strchr("<>(", then))))
        return bx_scan_doubt(s, "a word goes over the end of a line");
    return next == '\n' || put_literal(s, next);
}

static bool piece(scan *s, scan_word *w, expands *b)
{
    char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
    s->i++;
    switch (c) {
    case '\\':
    case '\'':
    case '"':
        return quoted_piece(s, c, w);
    case '`':
        return backquotes(s, false) && put_unknown(s);
    case '$':
        if (next != '\'' && next != '"')
            return dollar(s, false);
        w->quoted = true;
        s->i++;
        return next == '"' ? double_quotes(s) : ansi_quotes(s);
    case '<':
    case '>':
        s->i++;
        return substitution(s) && put_unknown(s);
    default:
        return plain(s, c, w, b);
    }
}

/* One of {a,b} is something like -o. */
static bool braces_make_options(bx_str w)
{
    for (size_t i = 0; i < w.n; i++) {
        bool begins = i == 0 || w.p[i - 1] == '{' || w.p[i - 1] == ',';
        if (begins && w.p[i] == '-' && !(i + 1 < w.n && bx_is_digit(w.p[i + 1])))
            return true;
    }
    return false;
}

bool bx_scan_word(scan *s, scan_word *w)
{
    expands b = {.is = false};
    *w = (scan_word){.begin = s->buf.n};
    if (bx_scan_at(s, 0) == '#') /* what is no word for the shell may hold a quote */
        return bx_scan_doubt(s, "it has a comment within a command");
    while (!ends_word(s)) {
        if (!piece(s, w, &b))
            return false;
    }
    if (b.braced && braces_make_options((bx_str){s->buf.p + w->begin, s->buf.n - w->begin}))
        return bx_scan_doubt(s, "braces in it may make an option");
    if (b.is) {
        s->buf.n = w->begin;
        if (!bx_scan_put(s, BX_WILD_ANY))
            return false;
    }
    w->vanish = !w->quoted && s->buf.n == w->begin + 1 && s->buf.p[w->begin] == BX_WILD_ANY;
    return true;
}

/* ---- here-documents -------------------------------------------------------------------------- */

static bx_str line_at(const scan *s)
{
    const char *end = memchr(s->in.p + s->i, '\n', s->in.n - s->i);
    return (bx_str){s->in.p + s->i, end ? (size_t)(end - s->in.p) - s->i : s->in.n - s->i};
}

/* The text up to the line that ends it. */
static bool take_body(scan *s, const heredoc *d, bx_buf *text)
{
    for (;;) {
        if (bx_scan_ends(s))
            return bx_scan_doubt(s, "a here-document does not end");
        bx_str line = line_at(s);
        s->i += line.n + (s->i + line.n < s->in.n);
        while (d->tabs && line.n && line.p[0] == '\t')
            line = bx_str_from(line, 1);
        if (bx_str_eq(line, (bx_str){s->out->text.p + d->begin, d->end - d->begin}))
            return text->fail == BX_OK || bx_scan_doubt(s, "it is too long");
        if (!d->quoted && line.n && line.p[line.n - 1] == '\\')
            return bx_scan_doubt(s, "a here-document has a line that goes on");
        (void)bx_buf_add_str(text, line);
        (void)bx_buf_add_c(text, '\n');
    }
}

/* What is expanded in a body: all but that a quote is a byte like any other as in double quotes. */
static bool expand_body(scan *s, bx_str text)
{
    scan below = bx_scan_below(s, text, 0);
    bool ok = true;
    while (ok && !bx_scan_ends(&below)) {
        char c = bx_scan_at(&below, 0);
        below.i++;
        if (c == '\\')
            below.i += !bx_scan_ends(&below);
        else if (c == '$')
            ok = dollar(&below, true);
        else if (c == '`')
            ok = backquotes(&below, false);
    }
    bx_scan_done(&below);
    return ok;
}

bool bx_scan_heredocs(scan *s)
{
    size_t n = s->n_docs;
    s->n_docs = 0;
    for (size_t i = 0; i < n; i++) {
        BX_AUTO_BUF text = bx_buf_init(BX_LINE_MAX_BYTES);
        const heredoc d = s->docs[i];
        if (!take_body(s, &d, &text) || (!d.quoted && !expand_body(s, bx_buf_str(&text))))
            return false;
    }
    return true;
}
