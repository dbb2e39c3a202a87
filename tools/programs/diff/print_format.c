#include "programs/common/prog_text.h"
#include "programs/diff/diff.h"

#include <limits.h>
#include <stdio.h>

enum { NEST_MAX = 32 /* conditions %(A=B?T:E) within each other */ };

typedef struct group {
    const diff_file *f;
    size_t at[2], n[2]; /* lines of either file */
} group;

static void put_lines(const diff_file *f, diff_kind kind, size_t at, size_t n);

static long value_of(const group *g, char c)
{
    int side = prog_is_upper(c);
    long at = (long)g->at[side], n = (long)g->n[side];
    switch (prog_lower((unsigned char)c)) {
    case 'e':
        return at;
    case 'f':
        return at + 1;
    case 'l':
        return at + n;
    case 'm':
        return at + n + 1;
    case 'n':
        return n;
    default:
        return -1;
    }
}

/* "%" [-'0] width [.digits] (d o x X): into a format for printf; the character behind it. */
static const char *number_format(const char *p, char *spec, size_t size, char *ret_letter)
{
    size_t n = 0;
    spec[n++] = '%';
    while (*p && (strchr("-'0.", *p) || prog_is_digit((unsigned char)*p)) && n + 4 < size) {
        if (*p != '\'')
            spec[n++] = *p;
        p++;
    }
    if (!*p || !strchr("doxX", *p) || !p[1])
        return NULL;
    spec[n++] = 'l';
    spec[n++] = *p++;
    spec[n] = '\0';
    *ret_letter = *p;
    return p + 1;
}

static void put_number(const char *spec, long v)
{
    char text[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = snprintf(text, sizeof(text), spec, v);
#pragma GCC diagnostic pop
    prog_write(&prog_out, text,
               n < 0                      ? 0
               : (size_t)n < sizeof(text) ? (size_t)n
                                          : sizeof(text) - 1);
}

/* %c'C' and %c'\OOO': the character; NULL where it is none. */
static const char *char_of(const char *p, char *ret)
{
    if (*p++ != '\'' || !*p)
        return NULL;
    if (*p == '\\') {
        unsigned v = 0;
        while (*++p >= '0' && *p <= '7')
            v = v * 8 + (unsigned)(*p - '0');
        *ret = (char)v;
    } else {
        *ret = *p++;
    }
    return *p == '\'' ? p + 1 : NULL;
}

static const char *operand(const char *p, const group *g, long *ret)
{
    if (prog_is_digit((unsigned char)*p)) {
        for (*ret = 0; prog_is_digit((unsigned char)*p); p++)
            *ret = *ret < LONG_MAX / 16 ? *ret * 10 + (*p - '0') : *ret;
        return p;
    }
    *ret = value_of(g, *p);
    return *ret >= 0 ? p + 1 : NULL;
}

/* A group format up to `stop`; `out` false: only passed over.  Returns what it ended at. */
static const char *put_group(const char *p, char stop, const group *g, bool out, int nest)
{
    while (*p && *p != stop) {
        if (*p != '%') {
            if (out)
                prog_putc(&prog_out, *p);
            p++;
            continue;
        }
        const char *next = p + 2;
        char spec[32], c;
        long x, y;
        switch (p[1]) {
        case '%':
            if (out)
                prog_putc(&prog_out, '%');
            break;
        case '<':
            if (out)
                put_lines(&g->f[0], DIFF_OLD, g->at[0], g->n[0]);
            break;
        case '=':
            if (out)
                put_lines(&g->f[0], DIFF_UNCHANGED, g->at[0], g->n[0]);
            break;
        case '>':
            if (out)
                put_lines(&g->f[1], DIFF_NEW, g->at[1], g->n[1]);
            break;
        case 'c':
            next = char_of(p + 2, &c);
            if (next && out)
                prog_putc(&prog_out, c);
            break;
        case '(':
            next = nest < NEST_MAX ? operand(p + 2, g, &x) : NULL;
            next = next && *next == '=' ? operand(next + 1, g, &y) : NULL;
            if (!next || *next != '?')
                prog_die(0, "invalid conversion in format");
            next = put_group(next + 1, ':', g, out && x == y, nest + 1);
            if (*next == ':')
                next = put_group(next + 1, ')', g, out && x != y, nest + 1);
            next += *next == ')';
            break;
        default:
            next = number_format(p + 1, spec, sizeof(spec), &c);
            x = next ? value_of(g, c) : -1;
            if (x < 0)
                next = NULL;
            else if (out)
                put_number(spec, x);
            break;
        }
        if (next) {
            p = next;
            continue;
        }
        if (out)
            prog_putc(&prog_out, '%'); /* no conversion: as it stands */
        p++;
    }
    return p;
}

static void put_lines(const diff_file *f, diff_kind kind, size_t at, size_t n)
{
    const char *format = diff_opt.line_format[kind];
    for (size_t i = at; i < at + n; i++) {
        bx_str line = diff_line(&f->text, i);
        size_t full = line.n - diff_unended(&f->text, i);
        if (!format) {
            prog_write(&prog_out, line.p, line.n);
            continue;
        }
        for (const char *p = format; *p;) {
            char spec[32], c;
            const char *next = p + 2;
            if (*p != '%') {
                prog_putc(&prog_out, *p++);
                continue;
            }
            if (p[1] == '%')
                prog_putc(&prog_out, '%');
            else if (p[1] == 'l')
                prog_write(&prog_out, line.p, line.n - 1);
            else if (p[1] == 'L')
                prog_write(&prog_out, line.p, full);
            else if (p[1] == 'c' && (next = char_of(p + 2, &c)) != NULL)
                prog_putc(&prog_out, c);
            else if (p[1] != 'c' && (next = number_format(p + 1, spec, sizeof(spec), &c)) != NULL &&
                     c == 'n')
                put_number(spec, (long)i + 1);
            else
                next = NULL;
            if (!next)
                prog_putc(&prog_out, *p);
            p = next ? next : p + 1;
        }
    }
}

static void put(const diff_file f[2], diff_kind kind, const diff_change *c)
{
    const char *format = diff_opt.group_format[kind];
    group g = {f, {c->a, c->b}, {c->n_a, c->n_b}};
    if (!format && kind == DIFF_CHANGED) {
        for (diff_kind k = DIFF_OLD; k <= DIFF_NEW; k++)
            put_group(diff_opt.group_format[k] ? diff_opt.group_format[k]
                      : k == DIFF_OLD          ? "%<"
                                               : "%>",
                      '\0', &g, true, 0);
        return;
    }
    static const char *const usual[] = {"%<", "%>", "%="};
    if (!format && kind != DIFF_UNCHANGED)
        format = diff_opt.group_format[DIFF_CHANGED];
    (void)put_group(format ? format : usual[kind], '\0', &g, true, 0);
}

void diff_print_format(const diff_file f[2], const diff_script *s)
{
    diff_change equal = {0};
    for (size_t i = 0; i <= s->n; i++) {
        const diff_change *c = i < s->n ? &s->p[i] : NULL;
        size_t a_end = c ? c->a : f[0].text.n_lines;
        if (c && c->ignored)
            continue;
        equal.n_a = a_end - equal.a;
        equal.n_b = (c ? c->b : f[1].text.n_lines) - equal.b;
        if (equal.n_a > 0)
            put(f, DIFF_UNCHANGED, &equal);
        if (!c)
            break;
        put(f, c->n_a == 0 ? DIFF_NEW : c->n_b == 0 ? DIFF_OLD : DIFF_CHANGED, c);
        equal.a = c->a + c->n_a;
        equal.b = c->b + c->n_b;
    }
}
