#include "fetch/md_escape.h"

#include "fetch/ascii.h"

static bool is_punct(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

/* The run of '_' at `i` stands between letters, where it means nothing.  A character beyond ASCII
 * may be punctuation. */
static bool inside_word(bx_str text, size_t i, char before)
{
    while (i < text.n && text.p[i] == '_')
        i++;
    return bx_is_alnum(before) && i < text.n && bx_is_alnum(text.p[i]);
}

static bool is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

/* "&name;" or "&#1;" in the text would be read as the character. */
static bool reads_as_ref(bx_str rest)
{
    size_t i = 1;
    if (i < rest.n && rest.p[i] == '#')
        i++;
    size_t from = i;
    while (i < rest.n && i < 40 && bx_is_alnum(rest.p[i]))
        i++;
    return i == rest.n || (i > from && rest.p[i] == ';'); /* the text may go on elsewhere */
}

/* The run of one character that begins the rest, then a blank or the end. */
static size_t marker_run(bx_str rest)
{
    size_t n = 1;
    while (n < rest.n && rest.p[n] == rest.p[0])
        n++;
    return n == rest.n || bx_is_space(rest.p[n]) || wf_md_is_nbsp(rest, n) ? n : 0;
}

/* Characters with a meaning only where a line begins. */
static bool escape_at_line_start(bx_str rest, const wf_md_context *c)
{
    switch (rest.p[0]) {
    case '>':
        return true;
    case '#':
        return marker_run(rest) >= 1 && marker_run(rest) <= 6;
    case '-':
        return marker_run(rest) != 0;
    case '+':
        return marker_run(rest) == 1;
    case '=':
        return !c->first_line && marker_run(rest) != 0;
    case '*':
        return true;
    default:
        return false;
    }
}

/* A star between blanks, with text behind, is no delimiter. */
static bool lone_star(bx_str text, size_t i, char before)
{
    return (before == ' ' || before == '\n') && i + 2 < text.n && bx_is_space(text.p[i + 1]) &&
           !bx_is_space(text.p[i + 2]);
}

static bool escape_inline(bx_str text, size_t i, bool first, char before, const wf_md_context *c)
{
    char next = i + 1 < text.n ? text.p[i + 1] : ' ';
    switch (text.p[i]) {
    case '\\':
        return is_punct(next) || i + 1 == text.n;
    case '`':
        return true;
    case '*':
        return !lone_star(text, i, before);
    case '~':
        return next == '~' || before == '~';
    case '[':
        return c->link || (first && before == ']');
    case ']':
        return c->link || next == '(' || next == '[' || next == ':';
    case '(':
    case ':':
        return first && before == ']'; /* of a text before: it would make a link of that */
    case '<':
        return i + 1 == text.n || bx_is_alpha(next) || next == '/' || next == '!' || next == '?';
    case '&':
        return reads_as_ref(bx_str_from(text, i));
    case '|':
        return c->cell;
    default:
        return false;
    }
}

/* "12." and "12)" at the start of a line, a blank behind: a list item. */
static bool is_list_number(bx_str text, size_t from, size_t i)
{
    if ((text.p[i] != '.' && text.p[i] != ')') || i == from || i - from > 9)
        return false;
    for (size_t k = from; k < i; k++)
        if (!bx_is_digit(text.p[k]))
            return false;
    return i + 1 == text.n || bx_is_space(text.p[i + 1]);
}

/* Brackets in a link's text need no escape where each word holds pairs of them. */
static bool brackets_pair(bx_str text, size_t from, size_t to)
{
    int depth = 0;
    for (size_t i = from; i < to; i++) {
        depth += (text.p[i] == '[') - (text.p[i] == ']');
        bool starts_target = text.p[i] == ']' && i + 1 < text.n &&
                             (text.p[i + 1] == '(' || text.p[i + 1] == '[' || text.p[i + 1] == ':');
        if (depth < 0 || starts_target)
            return false;
    }
    return depth == 0;
}

void wf_md_add_escaped(bx_buf *b, bx_str text, size_t from, size_t to, const wf_md_context *context)
{
    char *out;
    size_t n = 0;
    if (bx_buf_reserve(b, 2 * (to - from), &out) != BX_OK)
        return;
    wf_md_context c = *context;
    c.link = c.link && !brackets_pair(text, from, to);
    char before = c.before;
    bool word = false; /* the run of '_' at hand stands inside a word */
    for (size_t i = from; i < to; i++) {
        char ch = text.p[i];
        if (is_control(ch))
            continue;
        bool escape = false;
        if (c.code) {
            escape = c.cell && ch == '|';
        } else if (ch == '_') {
            word = before == '_' && i > from ? word : inside_word(text, i, before);
            escape = !word;
        } else if (is_punct(ch)) {
            escape =
                escape_inline(text, i, i == from, before, &c) ||
                (c.line_start && i == from && escape_at_line_start(bx_str_from(text, i), &c)) ||
                (c.line_start && is_list_number(text, from, i));
        }
        if (escape)
            out[n++] = '\\';
        out[n++] = ch;
        before = ch;
    }
    b->n += n;
    b->p[b->n] = '\0';
}

void wf_md_add_plain(bx_buf *b, bx_str word)
{
    char *out;
    size_t n = 0;
    if (bx_buf_reserve(b, word.n, &out) != BX_OK)
        return;
    for (size_t i = 0; i < word.n; i++)
        if (!is_control(word.p[i]))
            out[n++] = word.p[i];
    b->n += n;
    b->p[b->n] = '\0';
}

void wf_md_add_url(bx_buf *b, bx_str url)
{
    int depth = 0;
    bool balanced = true;
    for (size_t i = 0; i < url.n; i++) {
        depth += (url.p[i] == '(') - (url.p[i] == ')');
        balanced = balanced && depth >= 0;
    }
    bool angle = !balanced || depth != 0;
    if (angle)
        (void)bx_buf_add_c(b, '<');
    (void)bx_buf_add_str(b, url);
    if (angle)
        (void)bx_buf_add_c(b, '>');
}

bool wf_md_is_autolink(bx_str text, bx_str url)
{
    if (!bx_str_starts(url, BX_LIT("http://")) && !bx_str_starts(url, BX_LIT("https://")))
        return false;
    if (memchr(url.p, '%', url.n)) /* some readers show such a URL decoded */
        return false;
    size_t k = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\' && i + 1 < text.n && is_punct(text.p[i + 1]))
            i++;
        if (k >= url.n || text.p[i] != url.p[k++])
            return false;
    }
    return k == url.n;
}
