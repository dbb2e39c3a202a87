/* shell/histexpand.c - `!` (Bash manual 9.3): events, words of them, modifiers. */
#include "shell/history.h"
#include "shell/expand.h"

enum {
    MADE_MAX = 1 << 20
}; /* bytes that a line may become: !# and :gs double it again and again */

typedef struct expander {
    shell *sh;
    const char *s;     /* the line */
    size_t at;         /* in it */
    size_t from;       /* where this `!` stands */
    const char *error; /* NULL: none */
    bool print;        /* :p */
    sh_buf out;
} expander;

static char *old_pattern, *old_text; /* of :s, for :& */
static char *last_search;            /* of !?…? */
static char *last_match;             /* the word it was found in: % */

static bool fail(expander *e, const char *why)
{
    if (!e->error)
        e->error = why;
    return false;
}

/* ---- words ---- */

static bool is_meta(char c) { return c && strchr("<>;&|()$\n", c) != NULL; }

/* The end of the word that begins at `i`: as the shell splits, or nearly. */
static size_t word_end(const char *s, size_t i)
{
    if (strchr("();\n", s[i]))
        return i + 1;
    if (strchr("<>&|", s[i])) {
        char c = s[i++];
        if (s[i] == c)
            i += c == '<' && (s[i + 1] == '-' || s[i + 1] == '<') ? 2 : 1;
        else if ((s[i] == '&' && (c == '<' || c == '>')) || (s[i] == '>' && c == '&') ||
                 (s[i] == '|' && c == '>'))
            i++;
        return i;
    }
    char quote = 0;
    int parens = 0;
    for (; s[i]; i++) {
        if (s[i] == '\\' && quote != '\'') {
            if (!s[i + 1])
                return i + 1;
            i++;
        } else if (quote) {
            if (s[i] == quote)
                quote = 0;
        } else if (strchr("'\"`", s[i])) {
            quote = s[i];
        } else if (strchr("$<>", s[i]) && s[i + 1] == '(') {
            parens++;
            i++;
        } else if (parens) {
            parens += (s[i] == '(') - (s[i] == ')');
        } else if (s[i] == ' ' || s[i] == '\t' || (is_meta(s[i]) && s[i] != '$')) {
            break;
        }
    }
    return i;
}

static sh_strs words_of(const char *s)
{
    sh_strs l = {0};
    for (size_t i = 0;;) {
        i += strspn(s + i, " \t");
        if (!s[i])
            return l;
        size_t end = word_end(s, i);
        sh_strs_add(&l, sh_strndup(s + i, end - i));
        i = end;
    }
}

/* Words `from` to `to`, with blanks between; NULL: there are none such. */
static char *words_between(const char *line, size_t from, size_t to)
{
    sh_strs l = words_of(line);
    sh_buf b = {0};
    bool good = from <= to && to < l.n;
    for (size_t i = from; good && i <= to; i++) {
        if (i > from)
            sh_buf_c(&b, ' ');
        sh_buf_z(&b, l.v[i]);
    }
    sh_strs_done(&l);
    if (!good)
        return NULL;
    (void)sh_buf_str(&b);
    return sh_buf_take(&b);
}

/* ---- events ---- */

static bool number_at(expander *e, int64_t *ret)
{
    int64_t v = 0;
    size_t from = e->at;
    for (; e->s[e->at] >= '0' && e->s[e->at] <= '9'; e->at++)
        v = v < INT32_MAX ? v * 10 + (e->s[e->at] - '0') : v;
    *ret = v;
    return e->at > from;
}

/* The entry that begins with (or has) the text; the word it is in becomes %. */
static const char *search(expander *e, const char *text, bool anywhere)
{
    const sh_history *h = sh_history_list(e->sh);
    size_t n = strlen(text);
    for (size_t i = h->n; i-- > 0;) {
        const char *found = anywhere                              ? strstr(h->v[i].text, text)
                            : strncmp(h->v[i].text, text, n) == 0 ? h->v[i].text
                                                                  : NULL;
        if (!found)
            continue;
        if (anywhere) {
            sh_strs l = words_of(h->v[i].text);
            free(last_match);
            last_match = NULL;
            for (size_t k = 0; k < l.n && !last_match; k++)
                if (strstr(l.v[k], text))
                    last_match = sh_strdup(l.v[k]);
            sh_strs_done(&l);
        }
        return h->v[i].text;
    }
    return NULL;
}

static const char *by_text(expander *e, char quote)
{
    bool anywhere = e->s[e->at] == '?';
    size_t from = e->at += anywhere;
    for (char c; (c = e->s[e->at]) != '\0'; e->at++) {
        if (anywhere ? c == '?'
                     : strchr(" \t:;&()|<>", c) || (quote && c == quote) ||
                           (e->at > from && strchr("^$*%-", c)))
            break;
    }
    char *text = sh_strndup(e->s + from, e->at - from);
    e->at += anywhere && e->s[e->at] == '?';
    if (anywhere && *text) {
        free(last_search);
        last_search = text;
    } else if (anywhere) {
        free(text);
        text = last_search;
    }
    const char *found = text && *text ? search(e, text, anywhere) : NULL;
    if (!anywhere)
        free(text);
    return found;
}

/* Behind the `!`.  NULL: no such event. */
static const char *event(expander *e, char quote)
{
    const sh_history *h = sh_history_list(e->sh);
    char c = e->s[e->at];
    int64_t n = 1;
    if (c && strchr(":$*%^", c))
        return h->n ? h->v[h->n - 1].text : NULL;
    if (c == '!') {
        e->at++;
        return h->n ? h->v[h->n - 1].text : NULL;
    }
    if (c == '#') {
        e->at++;
        return sh_buf_str(&e->out);
    }
    bool back = c == '-' && e->s[e->at + 1] >= '0' && e->s[e->at + 1] <= '9';
    e->at += back;
    if (!number_at(e, &n))
        return by_text(e, quote);
    n = back ? (int64_t)h->n - n : n - h->base;
    return n >= 0 && n < (int64_t)h->n ? h->v[n].text : NULL;
}

/* ---- which words ---- */

static char *no_words(expander *e)
{
    (void)fail(e, "bad word specifier");
    return NULL;
}

/* What stands behind the event of `line`: its words, to be freed; NULL: an error. */
static char *designated(expander *e, const char *line)
{
    bool colon = e->s[e->at] == ':';
    char c = e->s[e->at + colon];
    bool digit = c >= '0' && c <= '9';
    if (!c || !(strchr("^$*%-", c) || (colon && digit)))
        return sh_strdup(line);
    e->at += colon;
    sh_strs l = words_of(line);
    size_t last = l.n ? l.n - 1 : 0;
    sh_strs_done(&l);
    int64_t from = c == '^' ? 1 : c == '$' ? (int64_t)last : 0, to;
    if (c == '%') {
        e->at++;
        return last_match ? sh_strdup(last_match) : no_words(e);
    }
    if (c == '*') {
        e->at++;
        return last < 1 ? sh_strdup("") : words_between(line, 1, last);
    }
    if (digit)
        (void)number_at(e, &from);
    else if (c != '-')
        e->at++;
    to = from;
    if (c != '$' && e->s[e->at] == '*') {
        e->at++;
        to = (int64_t)last;
        if (from > to)
            return from == to + 1 ? sh_strdup("") : no_words(e);
    } else if (c != '$' && e->s[e->at] == '-') {
        e->at++;
        if (e->s[e->at] == '$')
            e->at++, to = (int64_t)last;
        else if (e->s[e->at] == '^')
            e->at++, to = 1;
        else if (!number_at(e, &to))
            to = (int64_t)last - 1;
    }
    char *r = from >= 0 && to >= 0 ? words_between(line, (size_t)from, (size_t)to) : NULL;
    return r ? r : no_words(e);
}

/* ---- modifiers ---- */

static char *until(expander *e, char end)
{
    sh_buf b = {0};
    for (; e->s[e->at] && e->s[e->at] != end; e->at++) {
        if (e->s[e->at] == '\\' && e->s[e->at + 1] == end)
            e->at++;
        sh_buf_c(&b, e->s[e->at]);
    }
    e->at += e->s[e->at] == end;
    (void)sh_buf_str(&b);
    return sh_buf_take(&b);
}

/* s/old/new/: what is to be done from now on; the delimiter is next. */
static bool read_substitution(expander *e)
{
    char end = e->s[e->at];
    if (!end)
        return fail(e, "no previous substitution");
    e->at++;
    char *from = until(e, end), *to = until(e, end);
    if (!*from) {
        free(from);
        from = old_pattern ? sh_strdup(old_pattern) : last_search ? sh_strdup(last_search) : NULL;
    }
    if (!from) {
        free(to);
        return fail(e, "no previous substitution");
    }
    free(old_pattern);
    free(old_text);
    old_pattern = from;
    sh_buf b = {0};
    for (const char *c = to; *c; c++) {
        if (*c == '\\' && c[1] == '&')
            sh_buf_c(&b, *++c);
        else if (*c == '&')
            sh_buf_z(&b, from);
        else
            sh_buf_c(&b, *c);
    }
    free(to);
    (void)sh_buf_str(&b);
    old_text = sh_buf_take(&b);
    return true;
}

/* Once, everywhere, or once in each word. */
static bool substitute(expander *e, char **text, bool all, bool words)
{
    sh_buf b = {0};
    size_t n = old_pattern ? strlen(old_pattern) : 0;
    bool any = false, done = false;
    if (!old_pattern)
        return fail(e, "no previous substitution");
    for (const char *s = *text; *s && b.n < MADE_MAX;) {
        if (words && (*s == ' ' || *s == '\t'))
            done = false;
        if (!done && n && strncmp(s, old_pattern, n) == 0) {
            sh_buf_z(&b, old_text);
            s += n;
            any = true;
            done = !all;
        } else {
            sh_buf_c(&b, *s++);
        }
    }
    (void)sh_buf_str(&b);
    if (!any || b.n >= MADE_MAX) {
        sh_buf_done(&b);
        return fail(e, any ? "the line becomes too long" : "substitution failed");
    }
    free(*text);
    *text = sh_buf_take(&b);
    return true;
}

static void quote(char **text, bool each)
{
    sh_buf b = {0};
    for (const char *s = *text;; s += strspn(s, " \t\n")) {
        size_t n = each ? strcspn(s, " \t\n") : strlen(s);
        char *piece = sh_strndup(s, n);
        sh_quote_single(&b, piece);
        free(piece);
        s += n;
        if (!*s)
            break;
        sh_buf_c(&b, ' ');
    }
    (void)sh_buf_str(&b);
    free(*text);
    *text = sh_buf_take(&b);
}

static void path_part(char **text, char c)
{
    char *s = *text, *slash = strrchr(s, '/'), *dot = strrchr(s, '.');
    char *from = s;
    if (c == 'h' && slash)
        *slash = '\0';
    else if (c == 't' && slash)
        from = slash + 1;
    else if (c == 'r' && dot)
        *dot = '\0';
    else if (c == 'e' && dot)
        from = dot;
    *text = sh_strdup(from);
    free(s);
}

static bool modify(expander *e, char **text)
{
    while (e->s[e->at] == ':') {
        bool all = false, words = false;
        char c = e->s[e->at + 1];
        e->at += 2;
        if (c == 'g' || c == 'a' || c == 'G') {
            all = c != 'G';
            words = c == 'G';
            c = e->s[e->at++];
        }
        if (c == 'p')
            e->print = true;
        else if (c == 'q' || c == 'x')
            quote(text, c == 'x');
        else if (c && strchr("htre", c))
            path_part(text, c);
        else if (c != 's' && c != '&')
            return fail(e, "unrecognized history modifier");
        else if ((c == 's' && !read_substitution(e)) || !substitute(e, text, all, words))
            return false;
    }
    return true;
}

/* ---- a line ---- */

/* The `!` of $!, ${!x}, [!a], !( … ) is none of the history's. */
static bool is_plain(expander *e, size_t i, bool in_double)
{
    const char *s = e->s;
    char c = s[i + 1];
    if (!c || strchr(" \t\n\r=", c) || (in_double && c == '"'))
        return true;
    if (i > 0 && s[i - 1] == '[' && strchr(s + i + 1, ']'))
        return true;
    if (i > 1 && s[i - 1] == '{' && s[i - 2] == '$' && strchr(s + i + 1, '}'))
        return true;
    if (i > 0 && s[i - 1] == '$')
        return true;
    return c == '(' && e->sh->shopt[SH_SHOPT_EXTGLOB];
}

static bool one(expander *e, char quote_char)
{
    e->from = e->at++;
    const char *line = event(e, quote_char);
    if (!line)
        return fail(e, "event not found");
    char *copy = sh_strdup(line);
    e->from = e->at;
    char *text = designated(e, copy);
    free(copy);
    e->from = text ? e->at : e->from;
    bool good = text && modify(e, &text);
    if (good)
        sh_buf_z(&e->out, text);
    free(text);
    return good && e->out.n >= MADE_MAX ? fail(e, "the line becomes too long") : good;
}

/* All of it, into e->out; *ret: was there anything to expand? */
static bool run(expander *e, char within, bool *ret)
{
    bool in_double = within == '"';
    size_t quoted_to = 0;
    *ret = false;
    if (within == '\'') {
        const char *end = strchr(e->s, '\'');
        quoted_to = end ? (size_t)(end - e->s) + 1 : strlen(e->s);
    }
    while (e->s[e->at]) {
        char c = e->s[e->at];
        if (e->at < quoted_to) {
            sh_buf_c(&e->out, c);
            e->at++;
        } else if (c == '\\' && e->s[e->at + 1]) {
            sh_buf_add(&e->out, e->s + e->at, 2);
            e->at += 2;
        } else if (c == '\'' && !in_double) {
            const char *end = strchr(e->s + e->at + 1, '\'');
            quoted_to = end ? (size_t)(end - e->s) + 1 : strlen(e->s);
        } else if (c == '!' && !is_plain(e, e->at, in_double)) {
            *ret = true;
            if (!one(e, in_double ? '"' : 0))
                return false;
        } else if (c == '#' && (e->at == 0 || strchr(" \t", e->s[e->at - 1])) && !in_double) {
            quoted_to = strlen(e->s); /* a comment */
        } else {
            in_double ^= c == '"';
            sh_buf_c(&e->out, c);
            e->at++;
        }
    }
    return true;
}

int sh_history_expand(shell *sh, const char *line, char quote_char, char **ret)
{
    *ret = NULL;
    char *quick = *line == '^' && line[1] ? sh_format("!!:s%s", line) : NULL;
    if (!quick && !strchr(line, '!'))
        return SH_HISTEXPAND_SAME;
    expander e = {.sh = sh, .s = quick ? quick : line};
    bool any, good = run(&e, quote_char, &any);
    if (!good)
        *ret = sh_format("%.*s: %s", (int)(e.at - e.from), e.s + e.from, e.error);
    else if (any)
        *ret = sh_strdup(sh_buf_str(&e.out));
    sh_buf_done(&e.out);
    free(quick);
    return !good     ? SH_HISTEXPAND_BAD
           : !any    ? SH_HISTEXPAND_SAME
           : e.print ? SH_HISTEXPAND_PRINT
                     : SH_HISTEXPAND_NEW;
}
