/* files/find_regex.c - the dialects of find -regextype as POSIX extended regular expressions. */
#include "find.h"

#include <string.h>

const char find_regex_types[] =
    "'findutils-default', 'ed', 'emacs', 'gnu-awk', 'grep', 'posix-awk', 'awk', 'posix-basic', "
    "'posix-egrep', 'egrep', 'posix-extended', 'posix-minimal-basic', 'sed'";

enum {
    BASIC = 1,   /* \( \) \{ \} are operators, ( ) { } | + ? are not */
    PLUS = 2,    /* + and ? are operators without a backslash */
    MINIMAL = 4, /* \+ \? \| are no operators either */
    NO_BRACE = 8 /* there are no counts */
};

static const struct {
    const char *name;
    unsigned how;
} dialects[] = {
    {"findutils-default", BASIC | PLUS | NO_BRACE},
    {"emacs", BASIC | PLUS | NO_BRACE},
    {"ed", BASIC},
    {"sed", BASIC},
    {"grep", BASIC},
    {"posix-basic", BASIC},
    {"posix-minimal-basic", BASIC | MINIMAL},
    {"gnu-awk", 0},
    {"posix-awk", 0},
    {"awk", NO_BRACE},
    {"posix-egrep", 0},
    {"egrep", 0},
    {"posix-extended", 0},
};

static size_t copy_set(const char *s, prog_buf *ret)
{
    size_t i = 1;
    if (s[i] == '^')
        i++;
    if (s[i] == ']')
        i++;
    while (s[i] && s[i] != ']') {
        if (s[i] == '[' && (s[i + 1] == ':' || s[i + 1] == '.' || s[i + 1] == '=')) {
            char kind = s[i + 1];
            size_t k = i + 2;
            while (s[k] && !(s[k] == kind && s[k + 1] == ']'))
                k++;
            if (s[k]) {
                i = k + 2;
                continue;
            }
        }
        i++;
    }
    if (s[i])
        i++;
    prog_buf_put(ret, s, i);
    return i;
}

static void escaped(char c, unsigned how, prog_buf *ret, bool *at_start)
{
    bool was_start = *at_start;
    *at_start = false;
    if (how & BASIC) {
        if (strchr("()", c) || (c == '|' && !(how & MINIMAL)) ||
            (strchr("{}", c) && !(how & NO_BRACE))) {
            prog_buf_putc(ret, c);
            *at_start = c == '(' || c == '|';
            return;
        }
        if ((c == '+' || c == '?') && !(how & (PLUS | MINIMAL)) && !was_start) {
            prog_buf_putc(ret, c);
            return;
        }
    }
    if (c == '`')
        prog_buf_putc(ret, '^');
    else if (c == '\'')
        prog_buf_putc(ret, '$');
    else if (strchr("wWsSbB<>", c) || strchr(".[]*^$\\(){}|+?", c)) {
        prog_buf_putc(ret, '\\');
        prog_buf_putc(ret, c);
    } else {
        prog_buf_putc(ret, c);
    }
}

static void plain(char c, unsigned how, prog_buf *ret, bool *at_start)
{
    bool literal = false;
    if (how & BASIC)
        literal = strchr("(){}|", c) || (strchr("+?", c) && (!(how & PLUS) || *at_start)) ||
                  (c == '*' && *at_start);
    else
        literal = (how & NO_BRACE) && strchr("{}", c);
    if (literal)
        prog_buf_putc(ret, '\\');
    prog_buf_putc(ret, c);
    *at_start = !literal && (c == '(' || c == '|' || (c == '^' && *at_start));
}

bool find_regex_translate(const char *s, const char *dialect, prog_buf *ret)
{
    size_t k = 0;
    while (k < BX_COUNT(dialects) && strcmp(dialects[k].name, dialect) != 0)
        k++;
    if (k == BX_COUNT(dialects))
        return false;
    unsigned how = dialects[k].how;
    bool at_start = true;
    prog_buf_put(ret, "^(", 2);
    while (*s) {
        if (*s == '[') {
            s += copy_set(s, ret);
            at_start = false;
        } else if (*s == '\\' && s[1]) {
            escaped(s[1], how, ret, &at_start);
            s += 2;
        } else {
            plain(*s++, how, ret, &at_start);
        }
    }
    prog_buf_put(ret, ")$", 2);
    return true;
}
