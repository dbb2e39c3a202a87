/* shell/histline.c - how the lines of one command become one entry of the history: what stands
 * between them says the same as the end of the line did (shopt cmdhist, Bash manual 9.2). */
#include "shell/history.h"

enum { WORD = 0, OPEN, CLOSE, FUNCTION, FOR, CASE, SAME }; /* SAME: a blank may follow, no `;` */

void sh_histline_begin(sh_histline *h)
{
    sh_strs_done(&h->delimiters);
    *h = (sh_histline){.command = true, .last = SAME, .before = SAME};
}

bool sh_histline_in_here(const sh_histline *h) { return h->delimiters.n > 0; }

static void word_seen(sh_histline *h, int kind)
{
    h->before = h->last;
    h->last = (uint8_t)kind;
}

/* What a word means where a command's name may stand. */
static void plain_word(sh_histline *h, const char *s, size_t n)
{
    static const struct {
        const char *word;
        int kind;
    } reserved[] = {
        {"if", SAME},           {"then", SAME}, {"else", SAME}, {"do", SAME},   {"while", SAME},
        {"until", SAME},        {"{", SAME},    {"case", CASE}, {"for", FOR},   {"select", FOR},
        {"function", FUNCTION}, {"elif", WORD}, {"!", WORD},    {"time", WORD}, {"fi", WORD},
        {"done", WORD},         {"esac", WORD}, {"}", WORD},
    };
    if (n == 2 && memcmp(s, "in", 2) == 0 && (h->before == FOR || h->before == CASE)) {
        word_seen(h, SAME);
        h->command = false;
        return;
    }
    for (size_t i = 0; h->command && i < BX_COUNT(reserved); i++)
        if (strlen(reserved[i].word) == n && memcmp(reserved[i].word, s, n) == 0) {
            word_seen(h, reserved[i].kind);
            h->command =
                reserved[i].kind != CASE && reserved[i].kind != FOR && reserved[i].kind != FUNCTION;
            return;
        }
    word_seen(h, WORD);
    h->command = false;
}

/* Behind "<<": the delimiter, without its quotes.  Returns where the word ends. */
static size_t delimiter(sh_histline *h, const char *s, size_t i, size_t n)
{
    bool dash = i < n && s[i] == '-';
    sh_buf b = {0};
    for (i += dash; i < n && (s[i] == ' ' || s[i] == '\t'); i++)
        ;
    char quote = 0;
    for (; i < n && (quote || !strchr(" \t;&|<>()", s[i])); i++) {
        if (quote ? s[i] == quote : s[i] == '\'' || s[i] == '"')
            quote = quote ? 0 : s[i];
        else if (s[i] != '\\' || quote)
            sh_buf_c(&b, s[i]);
    }
    if (dash && h->delimiters.n < 32)
        h->dashes |= 1u << h->delimiters.n;
    else if (h->delimiters.n < 32)
        h->dashes &= ~(1u << h->delimiters.n);
    sh_strs_add(&h->delimiters, sh_buf_take(&b));
    h->here_first = true;
    word_seen(h, WORD);
    return i;
}

static size_t operator_at(sh_histline *h, const char *s, size_t i, size_t n)
{
    if (s[i] == '<' && i + 1 < n && s[i + 1] == '<' && !(i + 2 < n && s[i + 2] == '<'))
        return delimiter(h, s, i + 2, n);
    if (s[i] == '<' || s[i] == '>') {
        while (i < n && strchr("<>&|", s[i]))
            i++;
        return i;
    }
    if (s[i] == ')' && h->array)
        h->array = false;
    word_seen(h, s[i] == '(' ? OPEN : s[i] == ')' ? CLOSE : SAME);
    h->command = true;
    return i + 1;
}

/* Within quotes or $( … ) from `i` on; where it ends. */
static size_t quoted(sh_histline *h, const char *s, size_t i, size_t n)
{
    for (; i < n && h->quote; i++) {
        if (s[i] == '\\' && h->quote != '\'') {
            i++;
        } else if (h->quote == '(') {
            h->parens += (s[i] == '(') - (s[i] == ')');
            if (h->parens == 0)
                h->quote = 0;
        } else if (s[i] == h->quote) {
            h->quote = 0;
        }
    }
    return i < n ? i : n;
}

/* The rest of a word. */
static size_t word_at(sh_histline *h, const char *s, size_t i, size_t n)
{
    size_t from = i;
    while (i < n && !strchr(" \t;&|<>()", s[i])) {
        if (s[i] == '\\') {
            i += 2;
        } else if (strchr("'\"`", s[i]) || (s[i] == '$' && i + 1 < n && s[i + 1] == '(')) {
            bool open = s[i] == '$';
            h->quote = open ? '(' : s[i];
            h->parens = open;
            i = quoted(h, s, i + (open ? 2 : 1), n);
        } else {
            bool array = s[i] == '=' && i + 1 < n && s[i + 1] == '(';
            i += array ? 2 : 1;
            if (array) {
                h->array = true;
                h->command = false;
                return i;
            }
        }
    }
    i = i < n ? i : n;
    plain_word(h, s + from, i - from);
    return i;
}

/* A line of a body. */
static void body_line(sh_histline *h, const char *s, size_t n)
{
    h->here_first = false;
    for (; (h->dashes & 1) && n > 0 && *s == '\t'; n--)
        s++;
    const char *d = h->delimiters.v[0];
    if (strlen(d) != n || memcmp(d, s, n) != 0)
        return;
    free(h->delimiters.v[0]);
    memmove(h->delimiters.v, h->delimiters.v + 1, h->delimiters.n * sizeof *h->delimiters.v);
    h->delimiters.n--;
    h->dashes >>= 1;
}

void sh_histline_scan(sh_histline *h, const char *s, size_t n)
{
    if (h->delimiters.n > 0) {
        body_line(h, s, n);
        return;
    }
    h->comment = false;
    size_t i = h->quote ? quoted(h, s, 0, n) : 0;
    while (i < n) {
        if (s[i] == ' ' || s[i] == '\t') {
            i++;
        } else if (s[i] == '#') {
            h->comment = true;
            break;
        } else if (strchr(";&|<>()", s[i])) {
            i = operator_at(h, s, i, n);
        } else {
            i = word_at(h, s, i, n);
        }
    }
    if (!h->quote && !h->array && n > 0 && s[n - 1] != '\\')
        h->command = true;
}

const char *sh_histline_between(const sh_histline *h, const char *line)
{
    if (h->delimiters.n > 0)
        return h->here_first ? "\n" : "";
    if (h->quote || h->comment)
        return "\n";
    line += strspn(line, " \t");
    if (h->array)
        return " ";
    if (h->last == FOR || h->last == CASE || h->last == FUNCTION || h->last == OPEN ||
        h->last == SAME || h->last == CLOSE || h->before == FUNCTION || h->before == CASE)
        return " ";
    if (h->before == FOR)
        return strncmp(line, "in", 2) == 0 && strchr(" \t;", line[2]) ? " " : ";";
    return *line ? "; " : "";
}
