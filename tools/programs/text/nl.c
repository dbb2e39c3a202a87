/* text/nl.c - nl (POSIX nl; GNU). */
#include "programs/text/text.h"

#include <regex.h>

const char text_nl_help[] =
    "Usage: nl [OPTION]... [FILE]...\n"
    "Number lines.\n"
    "\n"
    "  -b, --body-numbering=STYLE    lines that are numbered: a all, t not empty (default),\n"
    "                                n none, pBRE those that match BRE\n"
    "  -d, --section-delimiter=CC    CC separates pages instead of \\:\n"
    "  -f, --footer-numbering=STYLE  the same for footers (n)\n"
    "  -h, --header-numbering=STYLE  the same for headers (n)\n"
    "  -i, --line-increment=N        step between numbers (1)\n"
    "  -l, --join-blank-lines=N      of N empty lines only the last is numbered\n"
    "  -n, --number-format=FORMAT    ln left, rn right, rz with zeros\n"
    "  -p, --no-renumber             go on over pages\n"
    "  -s, --number-separator=S      between number and line (TAB)\n"
    "  -v, --starting-line-number=N  first number (1)\n"
    "  -w, --number-width=N          columns for numbers (6)\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\n\\nb\\n' | nl -w2 -s' '\n"
    "   1 a\n"
    "     \n"
    "   2 b\n"
    "  $ printf 'a\\nb\\n' | nl -ba -n rz -w3 -s:\n"
    "  001:a\n"
    "  002:b\n";

typedef struct style {
    char kind;
    regex_t re;
} style;

typedef struct numbering {
    style styles[3]; /* header, body, footer */
    unsigned section;
    const char *delimiter, *separator;
    size_t n_delimiter;
    int64_t first, step, number;
    uint64_t blank_join, blanks;
    unsigned width;
    char format; /* l, r, z */
    bool renumber, overflow;
} numbering;

static void put_number(numbering *s)
{
    if (s->overflow)
        prog_die(0, "line number overflow");
    char text[24];
    int64_t n = s->number;
    size_t digits = prog_digits(n < 0 ? -(uint64_t)n : (uint64_t)n, text + 1);
    text[0] = '-';
    size_t sign = n < 0, used = digits + sign;
    size_t fill = used < s->width ? s->width - used : 0;
    if (s->format == 'r')
        prog_fill(&prog_out, ' ', fill);
    if (sign)
        prog_putc(&prog_out, '-');
    if (s->format == 'z')
        prog_fill(&prog_out, '0', fill);
    prog_write(&prog_out, text + 1, digits);
    if (s->format == 'l')
        prog_fill(&prog_out, ' ', fill);
    prog_puts(&prog_out, s->separator);
    s->overflow = __builtin_add_overflow(s->number, s->step, &s->number);
}

static bool is_numbered(numbering *s, bx_str line)
{
    style *st = &s->styles[s->section];
    switch (st->kind) {
    case 'a':
        if (s->blank_join <= 1)
            return true;
        if (line.n > 0 || ++s->blanks == s->blank_join) {
            s->blanks = 0;
            return true;
        }
        return false;
    case 't':
        return line.n > 0;
    case 'p': {
        char *text = prog_strndup(line.p, line.n);
        bool hit = regexec(&st->re, text, 0, NULL, 0) == 0;
        free(text);
        return hit;
    }
    default:
        return false;
    }
}

/* 1 to 3 delimiters and nothing else; 0: an ordinary line. */
static unsigned delimiters(const numbering *s, bx_str line)
{
    size_t n = s->n_delimiter;
    if (n == 0 || line.n % n != 0 || line.n / n > 3)
        return 0;
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != s->delimiter[i % n])
            return 0;
    return (unsigned)(line.n / n);
}

static void number_file(prog_reader *r, void *arg)
{
    numbering *s = arg;
    bx_str line;
    while (!prog_out.error && prog_line(r, '\n', &line, NULL)) {
        unsigned n = delimiters(s, line);
        if (n > 0) {
            s->section = 3 - n;
            if (s->renumber) {
                s->number = s->first;
                s->overflow = false;
            }
            prog_putc(&prog_out, '\n');
            continue;
        }
        if (is_numbered(s, line))
            put_number(s);
        else
            prog_fill(&prog_out, ' ', s->width + strlen(s->separator));
        prog_write(&prog_out, line.p, line.n);
        prog_putc(&prog_out, '\n');
    }
}

static bool set_style(style *s, const char *text)
{
    if (!*text || !strchr("atnp", *text) || (*text != 'p' && text[1]))
        return false;
    s->kind = *text;
    if (*text == 'p' && regcomp(&s->re, text + 1, REG_NOSUB) != 0)
        prog_die(0, "invalid regular expression: %s", prog_quote(text + 1));
    return true;
}

static int64_t number_of(const char *text, const char *what, int64_t min)
{
    int64_t n = 0;
    prog_num state = prog_int(text, "", &n);
    if (state == PROG_NUM_OVERFLOW)
        prog_die(EOVERFLOW, "%s: %s", what, prog_quote(text));
    if (state == PROG_NUM_OK && n < min)
        prog_die(ERANGE, "%s: %s", what, prog_quote(text));
    if (state)
        prog_die(0, "%s: %s", what, prog_quote(text));
    return n;
}

static bool take_option(numbering *s, int c, const char *arg)
{
    static const char *const names[] = {"header", "body", "footer"};
    switch (c) {
    case 'h':
    case 'b':
    case 'f': {
        unsigned which = c == 'h' ? 0 : c == 'b' ? 1 : 2;
        if (set_style(&s->styles[which], arg))
            return true;
        prog_warn(0, "invalid %s numbering style: %s", names[which], prog_quote(arg));
        return false;
    }
    case 'd':
        s->n_delimiter = strlen(arg);
        s->delimiter = arg;
        if (s->n_delimiter == 1) {
            static char two[3] = " :";
            two[0] = *arg;
            s->delimiter = two;
            s->n_delimiter = 2;
        }
        return true;
    case 'i':
        s->step = number_of(arg, "invalid line number increment", INT64_MIN);
        return true;
    case 'l':
        s->blank_join = (uint64_t)number_of(arg, "invalid line number of blank lines", 1);
        return true;
    case 'n':
        if (strcmp(arg, "ln") == 0 || strcmp(arg, "rn") == 0 || strcmp(arg, "rz") == 0) {
            s->format = arg[0] == 'l' ? 'l' : arg[1] == 'z' ? 'z' : 'r';
            return true;
        }
        prog_warn(0, "invalid line numbering format: %s", prog_quote(arg));
        return false;
    case 'p':
        s->renumber = false;
        return true;
    case 's':
        s->separator = arg;
        return true;
    case 'v':
        s->first = number_of(arg, "invalid starting line number", INT64_MIN);
        return true;
    default: {
        int64_t width = number_of(arg, "invalid line number field width", 1);
        s->width = width > 1 << 30 ? 1u << 30 : (unsigned)width;
        return true;
    }
    }
}

int text_nl(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"body-numbering", PROG_ARG, 'b'},   {"section-delimiter", PROG_ARG, 'd'},
        {"footer-numbering", PROG_ARG, 'f'}, {"header-numbering", PROG_ARG, 'h'},
        {"line-increment", PROG_ARG, 'i'},   {"join-blank-lines", PROG_ARG, 'l'},
        {"number-format", PROG_ARG, 'n'},    {"no-renumber", PROG_NO_ARG, 'p'},
        {"number-separator", PROG_ARG, 's'}, {"starting-line-number", PROG_ARG, 'v'},
        {"number-width", PROG_ARG, 'w'},     {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "b:d:f:h:i:l:n:ps:v:w:", .longs = longs};
    numbering s = {.styles = {{.kind = 'n'}, {.kind = 't'}, {.kind = 'n'}},
                   .section = 1,
                   .delimiter = "\\:",
                   .n_delimiter = 2,
                   .separator = "\t",
                   .first = 1,
                   .step = 1,
                   .blank_join = 1,
                   .width = 6,
                   .format = 'r',
                   .renumber = true};
    bool fine = true;
    for (int c; (c = prog_opt(&o)) != -1;)
        fine &= take_option(&s, c, o.arg);
    if (!fine)
        prog_usage(NULL);
    s.number = s.first;
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), number_file, &s);
}
