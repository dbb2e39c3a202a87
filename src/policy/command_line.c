/* The grammar of lists and compound commands.  It is not checked that a text is one the shell
 * takes; only nothing that runs in a text it takes is left out. */
#include "policy/command_line.h"

#include "base/ascii.h"
#include "policy/command_internal.h"

bx_line bx_line_init(void) { return (bx_line){.text = bx_buf_init(4 * (size_t)BX_LINE_MAX_BYTES)}; }

void bx_line_done(bx_line *l)
{
    bx_buf_done(&l->text);
    free(l->commands);
    free(l->redirects);
    *l = (bx_line){.commands = NULL};
}

static bx_str slice(const bx_line *l, uint32_t begin, uint32_t end)
{
    return (bx_str){l->text.p + begin, end - begin};
}

bx_str bx_line_words(const bx_line *l, const bx_line_command *c)
{
    return slice(l, c->words, c->end);
}

bx_str bx_line_whole(const bx_line *l, const bx_line_command *c)
{
    return slice(l, c->begin, c->end);
}

bool bx_line_variable_is_harmless(bx_str name)
{
    static const char *const names[] = {
        "LANG",     "LANGUAGE",    "TZ",    "TERM",     "COLUMNS",          "LINES",
        "NO_COLOR", "FORCE_COLOR", "CI",    "NODE_ENV", "RUST_BACKTRACE",   "RUST_LOG",
        "GOOS",     "GOARCH",      "DEBUG", "VERBOSE",  "PYTHONUNBUFFERED",
    };
    if (bx_str_starts(name, BX_LIT("LC_")))
        return true;
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (bx_word_is(name, names[i]))
            return true;
    }
    return false;
}

bool bx_line_variable_starts(bx_str name)
{
    static const char *const names[] = {"PATH", "BASH_ENV", "ENV", "PS4", "PROMPT_COMMAND"};
    if (bx_str_starts(name, BX_LIT("BASH_FUNC_")))
        return true;
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (bx_word_is(name, names[i]))
            return true;
    }
    return false;
}

bool bx_scan_doubt(scan *s, const char *why)
{
    if (!s->out->uncertain)
        s->out->uncertain = why;
    return false;
}

scan bx_scan_below(const scan *s, bx_str in, size_t i)
{
    return (scan){.in = in,
                  .i = i,
                  .out = s->out,
                  .buf = bx_buf_init(BX_LINE_MAX_BYTES),
                  .within = s->within,
                  .depth = s->depth + 1,
                  .awaits = s->awaits || s->n_docs > 0};
}

void bx_scan_done(scan *s) { bx_buf_done(&s->buf); }

void bx_scan_line_feed(scan *s)
{
    if (s->n_docs || s->awaits)
        (void)bx_scan_doubt(s, "a here-document begins within a command");
}

bool bx_scan_text(const scan *s, bx_str text, int32_t within)
{
    scan below = bx_scan_below(s, text, 0);
    below.within = within;
    below.awaits = false;
    bool ok = bx_scan_commands(&below, '\0');
    bx_scan_done(&below);
    return ok;
}

/* ---- what is found --------------------------------------------------------------------------- */

static bool no_memory(scan *s)
{
    s->out->failed = BX_ENOMEM;
    return bx_scan_doubt(s, "out of memory");
}

static bool copy_out(scan *s, size_t from, uint32_t *begin, uint32_t *end)
{
    bx_buf *t = &s->out->text;
    *begin = (uint32_t)t->n;
    bx_code rc = bx_buf_add(t, s->buf.p + from, s->buf.n - from);
    *end = (uint32_t)t->n;
    if (rc != BX_OK)
        return rc == BX_ENOMEM ? no_memory(s) : bx_scan_doubt(s, "it is too long");
    return true;
}

/* Room for one more: it is full at each power of two. */
static bool grow(void **at, size_t n, size_t size)
{
    if (n & (n - 1))
        return true;
    void *more = bx_realloc(*at, (n ? 2 * n : 1) * size);
    if (more)
        *at = more;
    return more != NULL;
}

static bool is_lower_name(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (bx_is_alpha(s.p[i]) && bx_lower(s.p[i]) != s.p[i])
            return false;
    }
    return true;
}

/* A variable that is set for good may be one that is exported; by custom those are in capitals. */
static bool name_is_safe(bx_str name, bool alone)
{
    return bx_line_variable_is_harmless(name) || (alone && is_lower_name(name));
}

/* All assignments in front of the words. */
static bool sets_something(const bx_line *l, const bx_line_command *c)
{
    bx_str s = slice(l, c->begin, c->words);
    while (s.n) {
        const char *end = memchr(s.p, ' ', s.n);
        size_t n = end ? (size_t)(end - s.p) : s.n, name = 0;
        while (name < n && (bx_is_alnum(s.p[name]) || s.p[name] == '_'))
            name++;
        if (name == n || !name_is_safe((bx_str){s.p, name}, c->words == c->end))
            return true;
        s = bx_str_from(s, n + 1);
    }
    return false;
}

static size_t name_length(bx_str s)
{
    size_t n = 0;
    while (n < s.n && (bx_is_alnum(s.p[n]) || s.p[n] == '_'))
        n++;
    return n;
}

static bool is_one_of(bx_str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bx_word_is(s, words[i]))
            return true;
    }
    return false;
}

static bx_str first_word(bx_str s)
{
    const char *end = s.n ? memchr(s.p, ' ', s.n) : NULL;
    return (bx_str){s.p, end ? (size_t)(end - s.p) : s.n};
}

/* Does it set a variable that has shells run something?  In front of words and behind declare that
 * is NAME=value (or another name for it, of declare -n), behind read NAME. */
static bool sets_a_starter(const bx_line *l, const bx_line_command *c)
{
    static const char *const declares[] = {"declare", "typeset", "local", "export", "readonly"},
                             *const reads[] = {"read", "printf",  "getopts",
                                               "wait", "mapfile", "readarray"};
    bx_str s = slice(l, c->begin, c->end);
    bx_str name = first_word(slice(l, c->words, c->end));
    bool declared = is_one_of(name, declares, BX_COUNT(declares));
    bool set = is_one_of(name, reads, BX_COUNT(reads));
    for (bool front = true; s.n; s = bx_str_from(s, first_word(s).n + 1)) {
        bx_str w = first_word(s);
        size_t n = name_length(w);
        bool assigns = n < w.n && w.p[n] && strchr("=+[", w.p[n]);
        front = front && s.p != name.p;
        if (bx_line_variable_starts((bx_str){w.p, n}) &&
            ((assigns && (front || declared)) || (n == w.n && set)))
            return true;
        if (declared && assigns && bx_line_variable_starts(bx_str_from(w, n + 1)))
            return true;
    }
    return false;
}

/* A variable gets a value like "-o", or one that is not known before. */
static bool makes_options(const bx_line *l, const bx_line_command *c)
{
    static const char *const sets[] = {"set",     "read",    "mapfile", "readarray", "getopts",
                                       "declare", "typeset", "local",   "export",    "readonly"};
    bx_str s = slice(l, c->begin, c->words);
    if (is_one_of(first_word(slice(l, c->words, c->end)), sets, BX_COUNT(sets)))
        return true;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '-' && (s.p[i - 1] == '=' || s.p[i - 1] == BX_WILD_SPACE))
            return true;
    }
    return false;
}

bool bx_scan_add(scan *s, size_t words)
{
    bx_line *l = s->out;
    if (l->n_commands == BX_LINE_MAX_COMMANDS)
        return bx_scan_doubt(s, "it has too many commands");
    if (!grow((void **)&l->commands, l->n_commands, sizeof *l->commands))
        return no_memory(s);
    bx_line_command c = {.within = s->within};
    if (!copy_out(s, 0, &c.begin, &c.end))
        return false;
    c.words = c.begin + (uint32_t)words;
    c.sets = sets_something(l, &c);
    c.opaque = sets_a_starter(l, &c);
    l->makes = l->makes || makes_options(l, &c);
    l->commands[l->n_commands++] = c;
    return bx_scan_started(s, l->n_commands - 1);
}

static int32_t pending(const scan *s) { return -2 - (int32_t)s->depth; }

static bool add_redirect(scan *s, size_t from, bool writes)
{
    bx_line *l = s->out;
    if (l->n_redirects == BX_LINE_MAX_REDIRECTS)
        return bx_scan_doubt(s, "it has too many redirections");
    if (!grow((void **)&l->redirects, l->n_redirects, sizeof *l->redirects))
        return no_memory(s);
    bx_line_redirect r = {.of = pending(s), .writes = writes};
    if (!copy_out(s, from, &r.begin, &r.end))
        return false;
    l->redirects[l->n_redirects++] = r;
    return true;
}

bool bx_scan_add_write(scan *s, bx_str file, size_t of)
{
    bx_line *l = s->out;
    if (l->n_redirects == BX_LINE_MAX_REDIRECTS)
        return bx_scan_doubt(s, "it writes too many files");
    if (!grow((void **)&l->redirects, l->n_redirects, sizeof *l->redirects))
        return no_memory(s);
    bx_line_redirect r = {
        .of = (int32_t)of, .writes = true, .option = true, .begin = (uint32_t)l->text.n};
    bx_code rc = bx_buf_add_str(&l->text, file);
    if (rc != BX_OK)
        return rc == BX_ENOMEM ? no_memory(s) : bx_scan_doubt(s, "it is too long");
    r.end = (uint32_t)l->text.n;
    l->redirects[l->n_redirects++] = r;
    return true;
}

bool bx_scan_add_open(scan *s, size_t of)
{
    const char any = BX_WILD_ANY;
    if (!bx_scan_add_write(s, (bx_str){&any, 1}, of))
        return false;
    s->out->redirects[s->out->n_redirects - 1].open = true;
    return true;
}

static void settle_redirects(scan *s, int32_t of)
{
    for (size_t i = 0; i < s->out->n_redirects; i++) {
        if (s->out->redirects[i].of == pending(s))
            s->out->redirects[i].of = of;
    }
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static void skip_blanks(scan *s, bool lines)
{
    for (;;) {
        char c = bx_scan_at(s, 0);
        if (lines && c == '\n')
            bx_scan_line_feed(s);
        if (c == ' ' || c == '\t' || (lines && c == '\n'))
            s->i++;
        else if (c == '\\' && bx_scan_at(s, 1) == '\n')
            s->i += 2;
        else
            return;
    }
}

static void skip_comment(scan *s)
{
    while (!bx_scan_ends(s) && bx_scan_at(s, 0) != '\n')
        s->i++;
}

static bool is_meta(const scan *s, size_t ahead)
{
    return s->i + ahead >= s->in.n || strchr(" \t\n;&|<>()", bx_scan_at(s, ahead));
}

/* The bytes up to the next one that could end a word.  A word that goes on in the next line may be
 * a reserved one, which is not looked for. */
static bx_str raw_word(scan *s)
{
    size_t n = 0, slashes = 0;
    for (; !is_meta(s, n); n++)
        slashes = bx_scan_at(s, n) == '\\' ? slashes + 1 : 0;
    if (slashes % 2 && bx_scan_at(s, n) == '\n') {
        n--;
        if (!is_meta(s, n + 2) || (s->i + n + 2 < s->in.n && strchr("\n<>(", bx_scan_at(s, n + 2))))
            (void)bx_scan_doubt(s, "a word goes over the end of a line");
    }
    return (bx_str){s->in.p + s->i, n};
}

static bool raw_is(scan *s, const char *word) { return bx_str_eq(raw_word(s), bx_str_of(word)); }

static bool drop(scan *s, bool is_value)
{
    scan_word w;
    size_t i = s->i, n = s->buf.n;
    bool ok = bx_scan_word(s, &w);
    if (is_value && s->buf.n > n && s->buf.p[n] == '-')
        s->out->makes = true;
    s->buf.n = n;
    return ok && (s->i > i || bx_scan_doubt(s, "a word is missing"));
}

static bool drop_word(scan *s) { return drop(s, false); }
static bool drop_value(scan *s) { return drop(s, true); } /* of a variable */

/* ---- redirections ---------------------------------------------------------------------------- */

static size_t io_number(const scan *s)
{
    size_t n = 0;
    while (bx_is_digit(bx_scan_at(s, n)))
        n++;
    return bx_scan_at(s, n) == '<' || bx_scan_at(s, n) == '>' ? n : 0;
}

static bool at_redirect(const scan *s)
{
    size_t n = io_number(s);
    char c = bx_scan_at(s, n), next = bx_scan_at(s, n + 1);
    if (c == '&')
        return next == '>';
    return (c == '<' || c == '>') && next != '(';
}

static bool begin_heredoc(scan *s, size_t from, bool quoted, bool tabs)
{
    heredoc d = {.quoted = quoted, .tabs = tabs};
    for (size_t i = from; i < s->buf.n; i++) {
        if (s->buf.p[i] == BX_WILD_SPACE)
            s->buf.p[i] = ' ';
        if (s->buf.p[i] == BX_WILD_ANY)
            return bx_scan_doubt(s, "the end of a here-document is not plain text");
    }
    if (s->n_docs == MAX_HEREDOCS)
        return bx_scan_doubt(s, "it has too many here-documents");
    if (!copy_out(s, from, &d.begin, &d.end))
        return false;
    s->docs[s->n_docs++] = d;
    return true;
}

/* Of ">&" and "<&": a number or '-' names no file. */
static bool names_descriptor(bx_str s)
{
    size_t n = 0;
    while (n < s.n && bx_is_digit(s.p[n]))
        n++;
    return s.n > 0 && (n == s.n || (n + 1 == s.n && s.p[n] == '-'));
}

static bool redirect(scan *s)
{
    scan_word w;
    s->i += io_number(s);
    bool both = bx_scan_at(s, 0) == '&', in = bx_scan_at(s, 0) == '<';
    s->i += both ? 2 : 1;
    char second = bx_scan_at(s, 0), third = bx_scan_at(s, 1);
    bool doc = in && second == '<', here = doc && third == '<', tabs = doc && third == '-';
    bool dup = !both && second == '&';
    if (doc)
        s->i += here || tabs ? 2 : 1;
    else
        s->i += second && (in ? strchr("&>", second) : strchr(both ? ">" : ">|&", second));
    skip_blanks(s, false);
    size_t i = s->i, from = s->buf.n;
    if (!bx_scan_word(s, &w))
        return false;
    if (s->i == i)
        return bx_scan_doubt(s, "a redirection has no target");
    bool ok = true;
    if (doc && !here)
        ok = begin_heredoc(s, from, w.quoted, tabs);
    else if (!doc && !(dup && names_descriptor((bx_str){s->buf.p + from, s->buf.n - from})))
        ok = add_redirect(s, from, !in || second == '>');
    s->buf.n = from;
    return ok;
}

/* ---- compound commands ----------------------------------------------------------------------- */

static bool for_clause(scan *s)
{
    skip_blanks(s, false);
    if (bx_scan_at(s, 0) == '(' && bx_scan_at(s, 1) == '(') {
        s->i += 2;
        return bx_scan_arithmetic(s);
    }
    bx_str name = raw_word(s);
    if (!name_is_safe(name, true))
        return bx_scan_doubt(s, "a loop sets a variable in capitals");
    if (!drop_word(s))
        return false;
    skip_blanks(s, true);
    if (!raw_is(s, "in"))
        return true;
    s->i += 2;
    for (;;) {
        skip_blanks(s, false);
        char c = bx_scan_at(s, 0);
        if (bx_scan_ends(s) || c == ';' || c == '\n')
            return true;
        if (!drop_value(s))
            return false;
    }
}

static bool case_patterns(scan *s)
{
    s->i += bx_scan_at(s, 0) == '(';
    for (;;) {
        skip_blanks(s, false);
        char c = bx_scan_at(s, 0);
        s->i += c == ')' || c == '|';
        if (c == ')')
            return true;
        if (c != '|' && !drop_word(s))
            return false;
    }
}

static bool case_items(scan *s)
{
    for (;;) {
        skip_blanks(s, true);
        if (bx_scan_at(s, 0) == '#') {
            skip_comment(s);
            continue;
        }
        if (raw_is(s, "esac")) {
            s->i += 4;
            return true;
        }
        if (!case_patterns(s) || !bx_scan_commands(s, 'c'))
            return false;
        while (bx_scan_at(s, 0) == ';' || bx_scan_at(s, 0) == '&')
            s->i++;
    }
}

static bool case_clause(scan *s)
{
    skip_blanks(s, false);
    if (!drop_word(s))
        return false;
    skip_blanks(s, true);
    if (!raw_is(s, "in"))
        return bx_scan_doubt(s, "a case without 'in'");
    s->i += 2;
    s->depth++;
    bool ok = case_items(s);
    s->depth--;
    return ok;
}

static bool conditional(scan *s)
{
    for (;;) {
        skip_blanks(s, true);
        if (raw_is(s, "]]")) {
            s->i += 2;
            return true;
        }
        char c = bx_scan_at(s, 0);
        bool paren = (c == '<' || c == '>') && bx_scan_at(s, 1) == '(';
        if (c && strchr("&|()<>", c) && !paren)
            s->i++;
        else if (!drop_word(s))
            return false;
    }
}

static bool function_head(scan *s)
{
    s->out->makes = true; /* its arguments */
    skip_blanks(s, false);
    if (!drop_word(s))
        return false;
    skip_blanks(s, false);
    if (bx_scan_at(s, 0) != '(')
        return true;
    s->i++;
    skip_blanks(s, false);
    if (bx_scan_at(s, 0) != ')')
        return bx_scan_doubt(s, "a function is not defined as usual");
    s->i++;
    return true;
}

/* *ret: a reserved word was there, and what it takes is read. */
static bool reserved(scan *s, bool *ret)
{
    static const char *const plain[] = {"if", "then", "elif", "else", "while", "until", "do",
                                        "{",  "}",    "!",    "fi",   "done",  "time"};
    static const struct {
        const char *word;
        bool (*read)(scan *s);
    } clauses[] = {
        {"for", for_clause}, {"select", for_clause},      {"case", case_clause},
        {"[[", conditional}, {"function", function_head},
    };
    bx_str w = raw_word(s);
    *ret = true;
    if (is_one_of(w, plain, BX_COUNT(plain))) {
        s->i += w.n;
        skip_blanks(s, false);
        for (int n = 0; n < 2 && bx_str_eq(w, BX_LIT("time")); n++) {
            s->i += raw_is(s, n ? "--" : "-p") ? 2 : 0;
            skip_blanks(s, false);
        }
        return true;
    }
    if (bx_str_eq(w, BX_LIT("coproc")) || bx_str_eq(w, BX_LIT("esac")))
        return bx_scan_doubt(s, "it has a coproc, or an esac out of place");
    for (size_t i = 0; i < BX_COUNT(clauses); i++) {
        if (bx_word_is(w, clauses[i].word)) {
            s->i += w.n;
            return clauses[i].read(s);
        }
    }
    *ret = false;
    return true;
}

/* ---- simple commands ------------------------------------------------------------------------- */

typedef struct simple {
    size_t words; /* where they begin in scan.buf, once there is one */
    size_t n_words, n_assigned;
    bool begun; /* something was there, so no reserved word can be */
} simple;

/* NAME=, NAME+=, NAME[…]=: its length, else 0; the value is a list in parentheses: *list. */
static size_t assignment(scan *s, bool *list)
{
    size_t n = 0;
    while (bx_is_alnum(bx_scan_at(s, n)) || bx_scan_at(s, n) == '_')
        n++;
    if (n == 0 || bx_is_digit(bx_scan_at(s, 0)))
        return 0;
    if (bx_scan_at(s, n) == '[') {
        bx_str w = raw_word(s);
        size_t k = n;
        while (k + 1 < w.n && !(w.p[k] == ']' && (w.p[k + 1] == '=' || w.p[k + 1] == '+')))
            k++;
        return k + 1 < w.n ? n : 0;
    }
    n += bx_scan_at(s, n) == '+' && bx_scan_at(s, n + 1) == '=';
    if (bx_scan_at(s, n) != '=')
        return 0;
    *list = bx_scan_at(s, n + 1) == '(';
    return n + 1;
}

static bool list_value(scan *s)
{
    for (;;) {
        skip_blanks(s, true);
        if (bx_scan_at(s, 0) == '#') {
            skip_comment(s);
            continue;
        }
        if (bx_scan_at(s, 0) == ')') {
            s->i++;
            return true;
        }
        if (!drop_value(s))
            return false;
    }
}

static bool take_word(scan *s, simple *c)
{
    bool list = false;
    scan_word w;
    size_t n = c->n_words == 0 ? assignment(s, &list) : 0;
    if (n && list) {
        for (size_t i = 0; i < n; i++) {
            if (!bx_scan_put(s, s->in.p[s->i + i]))
                return false;
        }
        s->i += n + 1;
        c->n_assigned++;
        return list_value(s) && bx_scan_put(s, BX_WILD_ANY) && bx_scan_put(s, ' ');
    }
    if (n == 0 && c->n_words == 0)
        c->words = s->buf.n;
    if (!bx_scan_word(s, &w))
        return false;
    c->n_words += n == 0;
    c->n_assigned += n != 0;
    return (w.vanish && n == 0) || bx_scan_put(s, ' ');
}

/* "NAME ()": what it does follows, and is read like any other command. */
static bool is_function(scan *s, const simple *c)
{
    size_t i = s->i;
    if (c->n_words != 1 || c->n_assigned)
        return bx_scan_doubt(s, "a parenthesis is out of place");
    s->i++;
    skip_blanks(s, false);
    if (bx_scan_at(s, 0) != ')') {
        s->i = i;
        return bx_scan_doubt(s, "a parenthesis is out of place");
    }
    s->i++;
    settle_redirects(s, -1);
    s->out->makes = true; /* its arguments */
    return true;
}

/* {name}>file would be read as a word. */
static bool check_named_descriptor(scan *s)
{
    bx_str w = raw_word(s);
    char next = bx_scan_at(s, w.n);
    if (w.n > 2 && w.p[0] == '{' && w.p[w.n - 1] == '}' && (next == '<' || next == '>'))
        return bx_scan_doubt(s, "a descriptor is named by a variable");
    return true;
}

static bool finish(scan *s, const simple *c)
{
    int32_t of = -1;
    if (c->n_words || c->n_assigned) {
        size_t i = s->out->n_commands;
        if (!bx_scan_add(s, c->n_words ? c->words : s->buf.n))
            return false;
        of = (int32_t)i;
    }
    settle_redirects(s, of);
    return true;
}

static bool simple_command(scan *s)
{
    simple c = {.n_words = 0};
    bx_buf_clear(&s->buf);
    for (;;) {
        bool is_reserved = false;
        skip_blanks(s, false);
        char at = bx_scan_at(s, 0);
        if (bx_scan_ends(s) || at == '\n' || at == ';' || at == '|' || at == ')' || at == '#' ||
            (at == '&' && bx_scan_at(s, 1) != '>'))
            break;
        if (at == '(')
            return is_function(s, &c);
        if (!c.begun && !reserved(s, &is_reserved))
            return false;
        if (is_reserved)
            return true;
        c.begun = true;
        bool ok = at_redirect(s) ? redirect(s) : check_named_descriptor(s) && take_word(s, &c);
        if (!ok)
            return false;
    }
    return finish(s, &c);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool parenthesis(scan *s)
{
    if (bx_scan_at(s, 1) == '(') {
        s->i += 2;
        return bx_scan_arithmetic(s);
    }
    scan below = bx_scan_below(s, s->in, s->i + 1);
    bool ok = bx_scan_commands(&below, ')');
    s->i = below.i;
    bx_scan_done(&below);
    return ok;
}

/* What stands between commands; *ret: something did. */
static bool separator(scan *s, char stop, bool *ret, bool *ret_end)
{
    char c = bx_scan_at(s, 0), next = bx_scan_at(s, 1);
    *ret = true;
    if (c == '#') {
        skip_comment(s);
    } else if (c == '\n') {
        s->i++;
        if (s->awaits)
            bx_scan_line_feed(s);
        return bx_scan_heredocs(s);
    } else if (c == ';' && (next == ';' || next == '&')) {
        *ret_end = stop == 'c';
        return *ret_end || bx_scan_doubt(s, "a ;; is out of place");
    } else if (c == ';' || c == '|' || (c == '&' && next != '>')) {
        s->i++;
    } else if (c == ')') {
        *ret_end = stop == ')' && s->n_docs == 0;
        s->i++;
        return *ret_end || bx_scan_doubt(s, "a parenthesis is out of place");
    } else {
        *ret = false;
    }
    return true;
}

bool bx_scan_commands(scan *s, char stop)
{
    if (s->depth > BX_LINE_MAX_DEPTH)
        return bx_scan_doubt(s, "it is nested too deeply");
    for (;;) {
        bool between = false, end = false;
        skip_blanks(s, false);
        if (bx_scan_ends(s))
            return (stop == '\0' && s->n_docs == 0) ||
                   bx_scan_doubt(s, "something in it is not closed");
        if (stop == 'c' && raw_is(s, "esac"))
            return true;
        if (!separator(s, stop, &between, &end))
            return false;
        if (end)
            return true;
        if (between)
            continue;
        if (!(bx_scan_at(s, 0) == '(' ? parenthesis(s) : simple_command(s)))
            return false;
    }
}

bx_code bx_line_read(bx_line *l, bx_str text, bx_error *err)
{
    scan s = {.in = text, .out = l, .buf = bx_buf_init(BX_LINE_MAX_BYTES), .within = -1};
    if (text.n > BX_LINE_MAX_BYTES)
        (void)bx_scan_doubt(&s, "it is too long");
    else
        (void)bx_scan_commands(&s, '\0');
    bx_scan_done(&s);
    return l->failed == BX_OK ? BX_OK : bx_fail(err, l->failed, "command line");
}
