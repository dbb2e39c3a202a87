/* Small scripts on a command line: do they start commands or write files?  Not a parser of them;
 * what is not plain is taken for both. */
#include "base/ascii.h"
#include "policy/command_internal.h"

enum { BOTH = BX_SCRIPT_STARTS | BX_SCRIPT_WRITES };

/* ---- sed: POSIX.1-2017 "sed", with what GNU sed adds ----------------------------------------- */

typedef struct sed {
    bx_str t;
    size_t i;
} sed;

static char at(const sed *s) { return s->i < s->t.n ? s->t.p[s->i] : '\0'; }

static void skip(sed *s, const char *set)
{
    while (s->i < s->t.n && s->t.p[s->i] && strchr(set, s->t.p[s->i]))
        s->i++;
}

/* Behind the set in brackets that begins at s->i.  What has escapes in it is not the same
 * everywhere: false. */
static bool set(sed *s)
{
    size_t k = s->i + 1;
    k += k < s->t.n && s->t.p[k] == '^';
    k += k < s->t.n && s->t.p[k] == ']';
    for (; k < s->t.n && s->t.p[k] != ']'; k++) {
        if (s->t.p[k] == '\\')
            return false;
        if (s->t.p[k] == '[') { /* of [:alpha:] */
            const char *end = k + 1 < s->t.n && s->t.p[k + 1] == ':'
                                  ? memmem(s->t.p + k, s->t.n - k, ":]", 2)
                                  : NULL;
            if (!end)
                return false;
            k = (size_t)(end - s->t.p) + 1;
        }
    }
    s->i = k;
    return k < s->t.n;
}

/* Up to the delimiter of a regular expression.  Within brackets it is plain; a sed that takes it
 * for the end has a set that is not closed, which is an error. */
static bool section(sed *s, char delimiter)
{
    for (; s->i < s->t.n; s->i++) {
        char c = at(s);
        if (c == delimiter) {
            s->i++;
            return true;
        }
        if (c == '\\')
            s->i++;
        else if (c == '[' && !set(s))
            return false;
    }
    return false;
}

static bool is_delimiter(char c) { return c && c != '\\' && c != '\n' && c != '['; }

static bool address(sed *s)
{
    char c = at(s);
    if (c == '/' || c == '\\') {
        s->i += c == '\\' ? 2 : 1;
        char delimiter = c == '\\' && s->i - 1 < s->t.n ? s->t.p[s->i - 1] : '/';
        if (!is_delimiter(delimiter) || !section(s, delimiter))
            return false;
        skip(s, "IM");
        return true;
    }
    skip(s, "0123456789$~+");
    return true;
}

static bool addresses(sed *s)
{
    for (int n = 0; n < 2; n++) {
        skip(s, " \t");
        if (!address(s))
            return false;
        skip(s, " \t");
        if (at(s) != ',')
            break;
        s->i++;
    }
    skip(s, " \t!");
    return true;
}

/* s/RE/WITH/FLAGS, of which e runs and w writes. */
static unsigned substitute(sed *s, bool flags)
{
    char delimiter = at(s);
    s->i++;
    if (!is_delimiter(delimiter) || !section(s, delimiter))
        return BOTH;
    while (s->i < s->t.n && at(s) != delimiter) /* brackets are plain in it */
        s->i += at(s) == '\\' ? 2 : 1;
    if (s->i >= s->t.n)
        return BOTH;
    s->i++;
    if (flags)
        skip(s, "gpiImM0123456789");
    return at(s) == 'w' && flags ? BX_SCRIPT_WRITES : at(s) == 'e' ? BOTH : 0;
}

static unsigned sed_command(sed *s)
{
    char c = at(s);
    s->i++;
    if (c == 's' || c == 'y') {
        unsigned may = substitute(s, c == 's');
        if (may)
            return may;
    } else if (c == 'b' || c == 't' || c == 'T' || c == ':') {
        skip(s, " \t");
        while (bx_is_alnum(at(s)) || at(s) == '_')
            s->i++;
    } else if (c == 'q' || c == 'Q' || c == 'l' || c == 'L') {
        skip(s, " \t0123456789");
    } else if (c == 'w' || c == 'W') {
        return BX_SCRIPT_WRITES;
    } else if (!c || !strchr("{}pPdDnNgGhHxz=F", c)) {
        return BOTH; /* e; a, i and c, whose text may go on; r */
    }
    skip(s, " \t");
    char end = at(s);
    bool ok = c == '{' || s->i >= s->t.n || end == ';' || end == '\n' || end == '}' || end == '#';
    return ok ? 0 : BOTH;
}

/* a, i, c TEXT to the end of a line that does not go on; r FILE. */
static bool takes_line(sed *s)
{
    size_t i = s->i;
    if (!at(s) || !strchr("aicrR", at(s)))
        return false;
    const char *end = memchr(s->t.p + i, '\n', s->t.n - i);
    size_t to = end ? (size_t)(end - s->t.p) : s->t.n;
    if (memchr(s->t.p + i, '\\', to - i) || i + 1 >= to)
        return false;
    s->i = to;
    return true;
}

unsigned bx_script_of_sed(bx_str text)
{
    sed s = {.t = text};
    unsigned may = 0;
    for (;;) {
        skip(&s, " \t\n;");
        if (s.i >= s.t.n || may == BOTH)
            return may;
        if (at(&s) == '#') {
            while (s.i < s.t.n && at(&s) != '\n')
                s.i++;
            continue;
        }
        if (!addresses(&s) || s.i >= s.t.n)
            return BOTH;
        if (takes_line(&s))
            continue;
        unsigned one = sed_command(&s);
        if (one == BX_SCRIPT_WRITES) { /* FILE is the rest of the line */
            const char *end = memchr(s.t.p + s.i, '\n', s.t.n - s.i);
            s.i = end ? (size_t)(end - s.t.p) : s.t.n;
        }
        may |= one;
    }
}

/* ---- awk ------------------------------------------------------------------------------------- */

static bool has(bx_str t, const char *what) { return memmem(t.p, t.n, what, strlen(what)) != NULL; }

/* system(), `print | CMD`, `CMD | getline`, @load and @f() start; `print > FILE` writes.  A bar of
 * a regular expression in front of all that is none. */
unsigned bx_script_of_awk(bx_str t)
{
    unsigned may = has(t, "system") || memchr(t.p, '@', t.n) ? BX_SCRIPT_STARTS : 0;
    for (size_t i = 0; i < t.n; i++) {
        bool twice = i + 1 < t.n && t.p[i] == '|' && t.p[i + 1] == '|';
        bx_str before = {t.p, i};
        if (t.p[i] == '|' && !twice &&
            (has(before, "print") || has(bx_str_from(t, i + 1), "getline")))
            may |= BX_SCRIPT_STARTS;
        if (t.p[i] == '>' && !(i + 1 < t.n && t.p[i + 1] == '=') && has(before, "print"))
            may |= BX_SCRIPT_WRITES;
        i += twice;
    }
    return may;
}
