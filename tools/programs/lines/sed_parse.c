/* The script of sed: POSIX sed, "Editing Commands", with what GNU sed 4.9 adds. */
#include "programs/lines/sed.h"

#include <fcntl.h>

#include "programs/common/prog_text.h"

typedef struct parser {
    sed_script *s;
    const char *p;
    size_t n, at;
    size_t *open; /* commands { that are not closed */
    size_t n_open, cap_open;
} parser;

enum { END = -1, NEST_MAX = 10000 };

BX_NORETURN static void fail_at(const parser *ps, size_t at, bool no_place, const char *what)
{
    const sed_script *s = ps->s;
    size_t i = 0;
    while (i + 1 < s->n_chunks && s->chunks[i + 1].at < at)
        i++;
    if (s->n_chunks > 0 && s->chunks[i].file) {
        uint64_t line = 1;
        for (size_t k = s->chunks[i].at; k + 1 < at; k++)
            line += ps->p[k] == '\n';
        prog_die(0, "file %s line %llu: %s", s->chunks[i].file, (unsigned long long)line, what);
    }
    prog_die(0, "-e expression #%u, char %zu: %s", s->n_chunks ? s->chunks[i].number : 1,
             no_place ? 0 : at - (s->n_chunks ? s->chunks[i].at : 0), what);
}

BX_NORETURN static void fail(const parser *ps, const char *what)
{
    fail_at(ps, ps->at, false, what);
}

static int peek(const parser *ps) { return ps->at < ps->n ? (uint8_t)ps->p[ps->at] : END; }

static int next(parser *ps) { return ps->at < ps->n ? (uint8_t)ps->p[ps->at++] : END; }

static void skip_blanks(parser *ps)
{
    while (ps->at < ps->n && ps->p[ps->at] != '\n' && prog_is_space(ps->p[ps->at]))
        ps->at++;
}

static void skip_space(parser *ps)
{
    while (ps->at < ps->n && (prog_is_space(ps->p[ps->at]) || ps->p[ps->at] == ';'))
        ps->at++;
}

static uint64_t number(parser *ps)
{
    uint64_t n = 0;
    while (prog_is_digit(peek(ps))) {
        n = n > UINT64_MAX / 16 ? n : n * 10 + (uint64_t)(ps->p[ps->at] - '0');
        ps->at++;
    }
    return n;
}

/* --- escapes -----------------------------------------------------------------------------------
 */

static unsigned digit_of(char c)
{
    return prog_is_digit(c)                         ? (unsigned)(c - '0')
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10
                                                    : 99;
}

size_t sed_escape(const char *p, size_t n, char *ret)
{
    static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
    const char *at = n > 0 && p[0] ? strchr(from, p[0]) : NULL;
    if (at) {
        *ret = to[at - from];
        return 1;
    }
    if (n >= 2 && p[0] == 'c') {
        *ret = (char)(prog_upper(p[1]) ^ 0x40);
        return p[1] == '\\' ? 0 : 2;
    }
    unsigned base = n == 0 ? 0 : p[0] == 'd' ? 10 : p[0] == 'o' ? 8 : p[0] == 'x' ? 16 : 0;
    size_t max = base == 16 ? 2 : 3, i = 1;
    unsigned value = 0;
    for (; base && i < n && i <= max && digit_of(p[i]) < base; i++)
        value = value * base + digit_of(p[i]);
    *ret = (char)value;
    return i > 1 ? i : 0;
}

/* The end of a set in brackets that begins at `at`, or `at` where it has none. */
static size_t set_end(const char *p, size_t n, size_t at)
{
    size_t i = at + 1;
    i += i < n && p[i] == '^';
    i += i < n && p[i] == ']';
    while (i < n && p[i] != ']') {
        char kind = i + 1 < n && p[i] == '[' ? p[i + 1] : 0;
        if (kind == ':' || kind == '.' || kind == '=') {
            size_t k = i + 2;
            while (k + 1 < n && !(p[k] == kind && p[k + 1] == ']'))
                k++;
            i = k + 1 < n ? k + 2 : i + 1;
        } else {
            i++;
        }
    }
    return i < n ? i : at;
}

/* A pattern as it is written, its own escapes made characters. */
static void regex_text(bx_str raw, prog_buf *out)
{
    static const char special[] = "^$.*[]\\/+?{}()|";
    size_t set_to = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i], made;
        if (c == '[' && i >= set_to)
            set_to = set_end(raw.p, raw.n, i);
        bool escapes = c == '\\' && !(sed_o.posix && i < set_to);
        size_t took = escapes ? sed_escape(raw.p + i + 1, raw.n - i - 1, &made) : 0;
        if (took > 0) {
            bool plain = i < set_to || raw.p[i + 1] == 'n' || !strchr(special, made);
            if (!plain)
                prog_buf_putc(out, '\\');
            prog_buf_putc(out, made);
            i += took;
        } else if (c == '\\' && i >= set_to && i + 1 < raw.n) {
            prog_buf_put(out, raw.p + i++, 2);
        } else {
            prog_buf_putc(out, c);
        }
    }
}

/* --- regular expressions -----------------------------------------------------------------------
 */

/* Up to the delimiter, which is moved past; \DELIMITER is the delimiter. False: there is none. */
static bool delimited(parser *ps, int delimiter, bool is_regex, prog_buf *out)
{
    size_t set_to = 0; /* within brackets a delimiter is itself */
    for (int c; (c = next(ps)) != END;) {
        if (is_regex && c == '[' && ps->at > set_to) {
            set_to = set_end(ps->p, ps->n, ps->at - 1);
            set_to = set_to == ps->at - 1 ? ps->n : set_to;
        }
        if (c == delimiter && ps->at > set_to)
            return true;
        if (c == '\n' && is_regex)
            return false;
        if (c == '\\') {
            int d = next(ps);
            if (d == END)
                return false;
            if (d == delimiter && !(d == '&' && !is_regex)) {
                c = d;
            } else if (d == '\n' && is_regex) {
                c = '\n';
            } else {
                prog_buf_putc(out, '\\');
                c = d;
            }
        }
        prog_buf_putc(out, (char)c);
    }
    return false;
}

typedef struct regex_flags {
    bool fold, multiline;
} regex_flags;

static bx_posix *compile_regex(parser *ps, bx_str raw, regex_flags f, bool captures)
{
    bx_error err;
    bx_posix *x;
    prog_buf text = {0};
    if (raw.n == 0) {
        if (f.fold || f.multiline)
            fail(ps, "no previous regular expression");
        return NULL;
    }
    regex_text(raw, &text);
    bx_posix_options o = {
        .extended = sed_o.extended, .fold = f.fold, .multiline = f.multiline, .captures = captures};
    if (bx_posix_new((bx_str){text.p, text.n}, &o, &x, &err) != BX_OK)
        fail(ps, err.msg);
    prog_buf_free(&text);
    return x;
}

/* --- addresses ---------------------------------------------------------------------------------
 */

static void regex_address(parser *ps, int delimiter, sed_address *ret)
{
    prog_buf raw = {0};
    regex_flags f = {0};
    if (!delimited(ps, delimiter, true, &raw))
        fail(ps, "unterminated address regex");
    for (;; ps->at++) {
        int c = peek(ps);
        if (c != 'I' && c != 'M')
            break;
        f.fold |= c == 'I';
        f.multiline |= c == 'M';
    }
    ret->kind = SED_REGEX;
    ret->regex = compile_regex(ps, (bx_str){raw.p, raw.n}, f, false);
    prog_buf_free(&raw);
}

static bool address(parser *ps, sed_address *ret)
{
    int c = peek(ps);
    *ret = (sed_address){0};
    if (prog_is_digit(c)) {
        ret->n = number(ps);
        ret->kind = ret->n == 0 ? SED_ZERO : SED_LINE;
        skip_blanks(ps);
        if (peek(ps) == '~') {
            ps->at++;
            skip_blanks(ps);
            ret->step = number(ps);
            ret->kind = SED_STEP;
        }
        return true;
    }
    if (c == '+' || c == '~') {
        ps->at++;
        ret->kind = c == '+' ? SED_PLUS : SED_MULTIPLE;
        ret->n = number(ps);
        return true;
    }
    if (c != '$' && c != '/' && c != '\\')
        return false;
    ps->at++;
    if (c == '$')
        ret->kind = SED_LAST;
    else if (c == '\\' && (c = next(ps)) == END)
        fail(ps, "unexpected `,'");
    else
        regex_address(ps, c, ret);
    return true;
}

static void addresses(parser *ps, sed_command *c)
{
    if (!address(ps, &c->a1))
        return;
    if (c->a1.kind == SED_PLUS || c->a1.kind == SED_MULTIPLE)
        fail(ps, "invalid usage of +N or ~N as first address");
    skip_blanks(ps);
    if (peek(ps) == ',') {
        ps->at++;
        skip_blanks(ps);
        if (!address(ps, &c->a2)) {
            ps->at += ps->at < ps->n;
            fail(ps, "unexpected `,'");
        }
        skip_blanks(ps);
    }
    if (c->a1.kind == SED_ZERO && c->a2.kind != SED_REGEX) {
        ps->at += ps->at < ps->n;
        fail(ps, "invalid usage of line address 0");
    }
}

/* --- arguments of commands ---------------------------------------------------------------------
 */

static bool ends_command(int c)
{
    return c == END || c == '\n' || c == ';' || c == '}' || c == '#';
}

static void end_of_command(parser *ps)
{
    skip_blanks(ps);
    int c = peek(ps);
    if (!ends_command(c)) {
        ps->at++;
        fail(ps, "extra characters after command");
    }
    ps->at += c == ';' || c == '\n';
}

/* The text of a, i and c. */
static bx_str text(parser *ps)
{
    prog_buf b = {0};
    skip_blanks(ps);
    if (peek(ps) == END)
        fail(ps, "expected \\ after `a', `c' or `i'");
    if (peek(ps) == '\\') {
        ps->at++;
        size_t at = ps->at;
        skip_blanks(ps);
        if (peek(ps) == '\n')
            ps->at++;
        else
            ps->at = at;
        if (peek(ps) == END && ps->at == at)
            return (bx_str){"", 0};
    }
    for (int c; (c = next(ps)) != END && c != '\n';) {
        if (c == '\\') {
            char made;
            size_t took = sed_escape(ps->p + ps->at, ps->n - ps->at, &made);
            if (took > 0) {
                prog_buf_putc(&b, made);
                ps->at += took;
                continue;
            }
            if ((c = next(ps)) == END)
                break;
        }
        prog_buf_putc(&b, (char)c);
    }
    prog_buf_putc(&b, '\n');
    return (bx_str){b.p, b.n};
}

static bx_str rest_of_line(parser *ps)
{
    skip_blanks(ps);
    size_t from = ps->at;
    while (ps->at < ps->n && ps->p[ps->at] != '\n')
        ps->at++;
    bx_str s = {ps->p + from, ps->at - from};
    ps->at += ps->at < ps->n;
    return s;
}

static bx_str file_name(parser *ps)
{
    if (sed_o.sandbox)
        fail(ps, "e/r/w commands disabled in sandbox mode");
    bx_str s = rest_of_line(ps);
    if (s.n == 0)
        fail(ps, "missing filename in r/R/w/W commands");
    return (bx_str){prog_strndup(s.p, s.n), s.n};
}

static bx_str label(parser *ps, bool is_definition)
{
    skip_blanks(ps);
    size_t from = ps->at;
    for (; ps->at < ps->n; ps->at++) {
        char c = ps->p[ps->at];
        if (c == '\n' || c == ';' || (!is_definition && (prog_is_space(c) || c == '}')))
            break;
    }
    size_t to = ps->at;
    while (to > from && prog_is_space(ps->p[to - 1]))
        to--;
    return (bx_str){ps->p + from, to - from};
}

/* --- s and y -----------------------------------------------------------------------------------
 */

static void add_part(sed_subst *s, sed_part part)
{
    if (part.kind == SED_TEXT && s->n_parts > 0 && s->parts[s->n_parts - 1].kind == SED_TEXT) {
        s->parts[s->n_parts - 1].n += part.n;
        return;
    }
    s->parts = prog_grow(s->parts, &s->cap_parts, s->n_parts, sizeof *s->parts);
    s->parts[s->n_parts++] = part;
}

static void add_text(sed_subst *s, char c)
{
    size_t at = s->text.n;
    prog_buf_putc(&s->text, c);
    add_part(s, (sed_part){SED_TEXT, at, 1});
}

static void add_group(sed_subst *s, size_t n)
{
    add_part(s, (sed_part){SED_GROUP, 0, n});
    s->groups = n + 1 > s->groups ? n + 1 : s->groups;
}

static void replacement(sed_subst *s, bx_str raw)
{
    s->groups = 1;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i], made;
        if (c == '&') {
            add_group(s, 0);
            continue;
        }
        if (c != '\\' || i + 1 >= raw.n) {
            add_text(s, c);
            continue;
        }
        char d = raw.p[i + 1];
        size_t took = sed_escape(raw.p + i + 1, raw.n - i - 1, &made);
        if (prog_is_digit(d)) {
            add_group(s, (size_t)(d - '0'));
            i++;
        } else if (!sed_o.posix && d && strchr("LUluE", d)) {
            add_part(s, (sed_part){SED_CASE, 0, (size_t)d});
            s->has_case = true;
            i++;
        } else if (took > 0) {
            add_text(s, made);
            i += took;
        } else {
            add_text(s, d);
            i++;
        }
    }
}

/* The flags of s; false at the end of them. */
static bool subst_flag(parser *ps, sed_subst *s, regex_flags *f)
{
    int c = next(ps);
    switch (c) {
    case 'i':
    case 'I':
        f->fold = true;
        return true;
    case 'm':
    case 'M':
        f->multiline = true;
        return true;
    case 'e':
        if (sed_o.sandbox)
            fail(ps, "e/r/w commands disabled in sandbox mode");
        s->eval = true;
        return true;
    case 'p':
        if (s->print)
            fail(ps, "multiple `p' options to `s' command");
        s->print = s->eval ? 2 : 1;
        return true;
    case 'g':
        if (s->all)
            fail(ps, "multiple `g' options to `s' command");
        return s->all = true;
    case 'w': {
        bx_str name = file_name(ps);
        s->file = sed_open_output(name);
        return false;
    }
    case '}':
    case '#':
        ps->at--;
        return false;
    case '\n':
    case ';':
    case END:
        return false;
    default:
        break;
    }
    if (prog_is_digit(c)) {
        if (s->number)
            fail(ps, "multiple number options to `s' command");
        ps->at--;
        s->number = number(ps);
        if (!s->number)
            fail(ps, "number option to `s' command may not be zero");
        return true;
    }
    if (c == ' ' || c == '\t' || c == '\r')
        return true;
    fail(ps, "unknown option to `s'");
}

static void parse_subst(parser *ps, sed_command *c)
{
    prog_buf pattern = {0}, with = {0};
    sed_subst *s = c->subst = prog_zalloc(1, sizeof *s);
    regex_flags f = {0};
    int delimiter = next(ps);
    if (delimiter == END || delimiter == '\n' || delimiter == '\\' ||
        !delimited(ps, delimiter, true, &pattern) || !delimited(ps, delimiter, false, &with))
        fail(ps, "unterminated `s' command");
    replacement(s, (bx_str){with.p, with.n});
    while (subst_flag(ps, s, &f))
        ;
    s->regex = compile_regex(ps, (bx_str){pattern.p, pattern.n}, f, true);
    if (s->regex && s->groups > bx_posix_groups(s->regex)) {
        char what[64] = "invalid reference \\0 on `s' command's RHS";
        what[19] = (char)('0' + s->groups - 1);
        fail(ps, what);
    }
    prog_buf_free(&pattern);
    prog_buf_free(&with);
}

/* The characters of one side of y. */
static size_t map_side(bx_str raw, uint32_t *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        char made;
        uint32_t cp;
        if (raw.p[i] == '\\' && i + 1 < raw.n) {
            size_t took = sed_escape(raw.p + i + 1, raw.n - i - 1, &made);
            if (took > 0) {
                ret[n++] = (uint8_t)made;
                i += 1 + took;
                continue;
            }
            i++;
        }
        size_t len = prog_utf8(raw.p + i, raw.n - i, &cp);
        ret[n++] = cp == PROG_BAD_CHAR ? UINT32_C(0x80000000) + (uint8_t)raw.p[i] : cp;
        i += len;
    }
    return n;
}

static void parse_map(parser *ps, sed_command *c)
{
    prog_buf from = {0}, to = {0};
    sed_map *m = c->map = prog_zalloc(1, sizeof *m);
    int delimiter = next(ps);
    if (delimiter == END || delimiter == '\n' || delimiter == '\\' ||
        !delimited(ps, delimiter, false, &from) || !delimited(ps, delimiter, false, &to))
        fail(ps, "unterminated `y' command");
    m->from = prog_zalloc(from.n + 1, sizeof *m->from);
    m->to = prog_zalloc(to.n + 1, sizeof *m->to);
    m->n = map_side((bx_str){from.p, from.n}, m->from);
    if (map_side((bx_str){to.p, to.n}, m->to) != m->n)
        fail(ps, "strings for `y' command are different lengths");
    m->is_bytes = true;
    for (size_t i = 0; i < 256; i++)
        m->bytes[i] = (uint8_t)i;
    for (size_t i = m->n; i > 0; i--) {
        m->is_bytes &= m->from[i - 1] < 0x80 && m->to[i - 1] < 0x80;
        m->bytes[m->from[i - 1] & 0xff] = (uint8_t)m->to[i - 1];
    }
    prog_buf_free(&from);
    prog_buf_free(&to);
    end_of_command(ps);
}

/* --- commands ----------------------------------------------------------------------------------
 */

static void open_group(parser *ps)
{
    if (ps->n_open >= NEST_MAX)
        fail(ps, "too many `{'");
    ps->open = prog_grow(ps->open, &ps->cap_open, ps->n_open, sizeof *ps->open);
    ps->open[ps->n_open++] = ps->s->n;
}

static void close_group(parser *ps, const sed_command *c)
{
    if (ps->n_open == 0)
        fail(ps, "unexpected `}'");
    if (c->a1.kind != SED_NONE)
        fail(ps, "} doesn't want any addresses");
    ps->s->c[ps->open[--ps->n_open]].jump = ps->s->n;
    end_of_command(ps);
}

static void only_one_address(const parser *ps, const sed_command *c)
{
    if (c->a2.kind != SED_NONE)
        fail(ps, "command only uses one address");
}

static void optional_number(parser *ps, sed_command *c, uint64_t otherwise)
{
    skip_blanks(ps);
    c->value = prog_is_digit(peek(ps)) ? number(ps) : otherwise;
    end_of_command(ps);
}

/* GNU's version that this follows is 4.9: what asks for more, or for no number, is refused. */
static void check_version(parser *ps)
{
    static const uint64_t ours[] = {4, 9, 0};
    bx_str s = label(ps, false);
    for (size_t i = 0, k = 0; k < BX_COUNT(ours) && i < s.n && s.p[i] != '-'; k++, i++) {
        uint64_t n = 0;
        size_t from = i;
        for (; i < s.n && prog_is_digit(s.p[i]); i++)
            n = n > 1000 ? n : n * 10 + (uint64_t)(s.p[i] - '0');
        if (i == from || n > ours[k])
            fail(ps, "expected newer version of sed");
        if (n < ours[k])
            break;
    }
    end_of_command(ps);
}

static void arguments(parser *ps, sed_command *c)
{
    switch (c->c) {
    case '{':
        open_group(ps);
        break;
    case '}':
        close_group(ps, c);
        break;
    case ':':
        if (c->a1.kind != SED_NONE)
            fail(ps, ": doesn't want any addresses");
        c->text = label(ps, true);
        if (c->text.n == 0)
            fail(ps, "\":\" lacks a label");
        break;
    case 'b':
    case 't':
    case 'T':
        c->text = label(ps, false);
        end_of_command(ps);
        break;
    case 'a':
    case 'i':
    case 'c':
        c->text = text(ps);
        break;
    case 'r':
    case 'R':
        c->text = file_name(ps);
        break;
    case 'w':
    case 'W':
        c->file = sed_open_output(file_name(ps));
        break;
    case 's':
        parse_subst(ps, c);
        break;
    case 'y':
        parse_map(ps, c);
        break;
    case 'q':
    case 'Q':
        only_one_address(ps, c);
        optional_number(ps, c, 0);
        break;
    case 'l':
    case 'L':
        optional_number(ps, c, UINT64_MAX);
        break;
    case 'e':
        if (sed_o.sandbox)
            fail(ps, "e/r/w commands disabled in sandbox mode");
        c->text = rest_of_line(ps);
        break;
    case 'v':
        check_version(ps);
        break;
    default:
        end_of_command(ps);
    }
}

static void parse_command(parser *ps)
{
    sed_command c = {.offset = ps->at};
    addresses(ps, &c);
    skip_blanks(ps);
    while (peek(ps) == '!') {
        ps->at++;
        if (c.negated)
            fail(ps, "multiple `!'s");
        c.negated = true;
        skip_blanks(ps);
    }
    int letter = next(ps);
    if (letter == END || letter == '\n' || letter == ';')
        fail(ps, "missing command");
    if (letter == '#') {
        if (c.a1.kind != SED_NONE)
            fail(ps, "comments don't accept any addresses");
        (void)rest_of_line(ps);
        return;
    }
    if (!strchr("{}=abcdDeFgGhHilnNpPqQrRstTvwWxyz:", letter)) {
        char what[32] = "unknown command: `?'";
        what[18] = (char)letter;
        fail(ps, what);
    }
    c.c = (char)letter;
    arguments(ps, &c);
    sed_script *s = ps->s;
    s->c = prog_grow(s->c, &s->cap, s->n, sizeof *s->c);
    s->c[s->n++] = c;
}

BX_NORETURN static void fail_label(const sed_command *c)
{
    prog_status = 4;
    prog_die(0, "can't find label for jump to `%.*s'", (int)c->text.n, c->text.p);
}

static void resolve(sed_script *s)
{
    for (size_t i = 0; i < s->n; i++) {
        sed_command *c = &s->c[i];
        if (c->c != 'b' && c->c != 't' && c->c != 'T')
            continue;
        c->jump = c->text.n == 0 ? s->n : SIZE_MAX;
        for (size_t k = 0; k < s->n && c->jump == SIZE_MAX; k++)
            if (s->c[k].c == ':' && bx_str_eq(s->c[k].text, c->text))
                c->jump = k;
        if (c->jump == SIZE_MAX)
            fail_label(c);
    }
}

void sed_compile(sed_script *s)
{
    parser ps = {.s = s, .p = s->text.p, .n = s->text.n};
    if (ps.n >= 2 && ps.p[0] == '#' && ps.p[1] == 'n') /* GNU asks for no end of line behind it */
        sed_o.quiet = true;
    for (;;) {
        skip_space(&ps);
        if (ps.at >= ps.n)
            break;
        parse_command(&ps);
    }
    if (ps.n_open > 0)
        fail_at(&ps, s->c[ps.open[ps.n_open - 1]].offset, true, "unmatched `{'");
    free(ps.open);
    resolve(s);
}
