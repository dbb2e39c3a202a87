/* text/echo.c - echo, printf, true, false, nproc, getconf (POSIX; GNU). */
#include "programs/text/text.h"

#include <stdio.h>
#include <unistd.h>

const char text_true_help[] = "Usage: true [ANYTHING]...\n"
                              "Do nothing; the exit status is 0.\n"
                              "\n"
                              "Examples:\n"
                              "  $ true && echo yes\n"
                              "  yes\n";
const char text_false_help[] = "Usage: false [ANYTHING]...\n"
                               "Do nothing; the exit status is 1.\n"
                               "\n"
                               "Examples:\n"
                               "  $ false || echo no\n"
                               "  no\n";
const char text_echo_help[] =
    "Usage: echo [OPTION]... [STRING]...\n"
    "Print STRINGs with spaces between.\n"
    "\n"
    "  -n  no newline at the end\n"
    "  -e  \\a \\b \\c (nothing more) \\e \\f \\n \\r \\t \\v \\\\ \\0NNN \\xHH\n"
    "  -E  none of these (default)\n"
    "\n"
    "Examples:\n"
    "  $ echo -e 'a\\tb'\n"
    "  a\tb\n";

int text_true(int argc, char **argv)
{
    prog_only_help(argc, argv);
    return 0;
}

int text_false(int argc, char **argv)
{
    prog_status = 1;
    prog_only_help(argc, argv);
    return 1;
}

/* ---- escapes -----------------------------------------------------------------------------------
 */

static int hex(char c)
{
    if (prog_is_digit(c))
        return c - '0';
    c = (char)prog_lower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int simple_escape(char c)
{
    static const char names[] = "a\ab\bf\fn\nr\rt\tv\v\\\\e\033";
    for (const char *p = names; *p; p += 2)
        if (*p == c)
            return (unsigned char)p[1];
    return -1;
}

/* The escape behind a backslash at s: printed; what follows it.  NULL after \c.  `zero_form`: a 0
 * may stand before the up to three digits of an octal number (echo, %b). */
static const char *put_escape(const char *s, bool zero_form)
{
    int c = simple_escape(*s);
    if (c >= 0) {
        prog_putc(&prog_out, c);
        return s + 1;
    }
    if (*s == 'c')
        return NULL;
    if (*s == 'x' && hex(s[1]) >= 0) {
        int value = hex(s[1]);
        s += 2;
        if (hex(*s) >= 0)
            value = value * 16 + hex(*s++);
        prog_putc(&prog_out, value);
        return s;
    }
    if (*s >= '0' && *s <= '7') {
        int value = 0;
        s += zero_form && *s == '0';
        for (int digits = 3; digits > 0 && *s >= '0' && *s <= '7'; digits--)
            value = value * 8 + (*s++ - '0');
        prog_putc(&prog_out, value);
        return s;
    }
    prog_putc(&prog_out, '\\');
    if (!*s)
        return s;
    prog_putc(&prog_out, *s);
    return s + 1;
}

int text_echo(int argc, char **argv)
{
    prog_only_help(argc, argv);
    bool newline = true, escapes = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (argv[i][1 + strspn(argv[i] + 1, "neE")])
            break;
        for (const char *p = argv[i] + 1; *p; p++) {
            if (*p == 'n')
                newline = false;
            else
                escapes = *p == 'e';
        }
    }
    for (int first = i; i < argc; i++) {
        if (i > first)
            prog_putc(&prog_out, ' ');
        for (const char *s = argv[i]; *s;) {
            if (!escapes || *s != '\\' || !s[1]) {
                prog_putc(&prog_out, *s++);
                continue;
            }
            s = put_escape(s + 1, true);
            if (!s)
                return 0;
        }
    }
    if (newline)
        prog_putc(&prog_out, '\n');
    return 0;
}

/* ---- printf ------------------------------------------------------------------------------------
 */

const char text_printf_help[] =
    "Usage: printf FORMAT [ARGUMENT]...\n"
    "Print ARGUMENTs as FORMAT says, again and again as long as there are any.\n"
    "\n"
    "FORMAT: \\n \\t \\\\ \\NNN \\xHH \\uHHHH and so on; %% a %; %b an ARGUMENT with escapes,\n"
    "%q one in quotes for a shell; %c %s %d %i %u %o %x %X %e %f %g %a with flags, width and\n"
    "precision as in C; * takes them from ARGUMENTs.\n"
    "\n"
    "Examples:\n"
    "  $ printf '%s=%03d\\n' a 7 b 12\n"
    "  a=007\n"
    "  b=012\n"
    "  $ printf '%-5s|%5.1f|\\n' ab 3.14159\n"
    "  ab   |  3.1|\n";

typedef struct printing {
    char **args; /* what is left */
    int n;
    int status;
} printing;

static const char *next_arg(printing *p)
{
    if (p->n == 0)
        return NULL;
    p->n--;
    return *p->args++;
}

/* Was all of the number read? */
static void check_number(printing *p, const char *text, const char *end, bool range)
{
    if (range) {
        prog_warn(ERANGE, "%s", prog_quote(text));
        p->status = 1;
    } else if (*end) {
        prog_warn(
            0, end == text ? "%s: expected a numeric value" : "%s: value not completely converted",
            prog_quote(text));
        p->status = 1;
    }
}

static bool quoted_char(const char *text, uint32_t *ret)
{
    if (*text != '"' && *text != '\'')
        return false;
    if (!text[1]) {
        *ret = 0;
        return false;
    }
    uint32_t cp;
    size_t n = strlen(text + 1), used = prog_utf8(text + 1, n, &cp);
    *ret = cp == PROG_BAD_CHAR ? (unsigned char)text[1] : cp;
    if (text[1 + used])
        prog_warn(0, "warning: %s: character(s) following character constant have been ignored",
                  text + 1 + used);
    return true;
}

static uint64_t integer(printing *p, const char *text, bool is_signed)
{
    uint32_t c;
    if (!text)
        return 0;
    if (quoted_char(text, &c))
        return c;
    char *end;
    errno = 0;
    uint64_t n = is_signed ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    check_number(p, text, end, errno == ERANGE);
    return n;
}

static double floating(printing *p, const char *text)
{
    uint32_t c;
    if (!text)
        return 0;
    if (quoted_char(text, &c))
        return c;
    char *end;
    errno = 0;
    double n = strtod(text, &end);
    check_number(p, text, end, errno == ERANGE && (n > 1 || n < -1));
    return n;
}

typedef struct directive {
    char format[32]; /* %, flags, *.*, length, conversion */
    size_t n;
    int width, precision; /* precision -1: none */
    bool left;
} directive;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_integer(const directive *d, uint64_t n, char conversion)
{
    char format[40], small[256];
    memcpy(format, d->format, d->n);
    (void)snprintf(format + d->n, sizeof format - d->n, "*.*ll%c", conversion);
    int used = snprintf(small, sizeof small, format, d->width, d->precision, (unsigned long long)n);
    if (used < (int)sizeof small) {
        prog_write(&prog_out, small, used > 0 ? (size_t)used : 0);
        return;
    }
    char *text = prog_alloc((size_t)used + 1);
    (void)snprintf(text, (size_t)used + 1, format, d->width, d->precision, (unsigned long long)n);
    prog_write(&prog_out, text, (size_t)used);
    free(text);
}

static void put_floating(const directive *d, double n, char conversion)
{
    char format[40], small[256];
    memcpy(format, d->format, d->n);
    (void)snprintf(format + d->n, sizeof format - d->n, "*.*%c", conversion);
    int used = snprintf(small, sizeof small, format, d->width, d->precision, n);
    if (used < (int)sizeof small) {
        prog_write(&prog_out, small, used > 0 ? (size_t)used : 0);
        return;
    }
    char *text = prog_alloc((size_t)used + 1);
    (void)snprintf(text, (size_t)used + 1, format, d->width, d->precision, n);
    prog_write(&prog_out, text, (size_t)used);
    free(text);
}
#pragma GCC diagnostic pop

static void put_text(const directive *d, const char *s, size_t n)
{
    if (d->precision >= 0 && (size_t)d->precision < n)
        n = (size_t)d->precision;
    size_t width = d->width < 0 ? -(size_t)d->width : (size_t)d->width;
    bool left = d->left || d->width < 0;
    size_t pad = width > n ? width - n : 0;
    if (!left)
        prog_fill(&prog_out, ' ', pad);
    prog_write(&prog_out, s, n);
    if (left)
        prog_fill(&prog_out, ' ', pad);
}

/* Escapes of FORMAT; NULL after \c. */
static const char *format_escape(const char *s)
{
    if (*s == '"') {
        prog_putc(&prog_out, '"');
        return s + 1;
    }
    if (*s == 'u' || *s == 'U') {
        int digits = *s == 'u' ? 4 : 8, n = 0;
        uint32_t cp = 0;
        while (n < digits && hex(s[1 + n]) >= 0)
            cp = cp * 16 + (uint32_t)hex(s[1 + n++]);
        if (n < digits)
            prog_die(0, "missing hexadecimal number in escape");
        if ((cp < 0xa0 && cp != '$' && cp != '@' && cp != '`') || (cp >= 0xd800 && cp <= 0xdfff))
            prog_die(0, "invalid universal character name \\%c%0*x", *s, digits, cp);
        char text[4];
        if (cp <= 0x10ffff)
            prog_write(&prog_out, text, prog_utf8_put(cp, text));
        return s + 1 + n;
    }
    if (*s == 'x' && hex(s[1]) < 0)
        prog_die(0, "missing hexadecimal number in escape");
    return put_escape(s, false);
}

/* %b: false after \c. */
static bool put_escaped(const char *s)
{
    while (s && *s) {
        if (*s != '\\' || !s[1]) {
            prog_putc(&prog_out, *s++);
            continue;
        }
        if (s[1] == '"' || s[1] == 'u' || s[1] == 'U')
            s = format_escape(s + 1);
        else
            s = put_escape(s + 1, true);
    }
    return s != NULL;
}

static int star(printing *p, const char *what)
{
    const char *text = next_arg(p);
    int64_t n = (int64_t)integer(p, text, true);
    if (n < -INT32_MAX || n > INT32_MAX)
        prog_die(0, "invalid %s: %s", what, prog_quote(text));
    return (int)n;
}

static const char *read_width(printing *p, const char *s, const char *what, int *ret)
{
    if (*s == '*') {
        *ret = star(p, what);
        return s + 1;
    }
    uint64_t n = 0;
    for (; prog_is_digit(*s); s++)
        if (n < INT32_MAX)
            n = n * 10 + (uint64_t)(*s - '0');
    if (n >= INT32_MAX)
        prog_die(0, "invalid %s", what);
    *ret = (int)n;
    return s;
}

static bool is_plain_word(const char *s)
{
    if (!*s)
        return false;
    for (const char *p = s; *p; p++)
        if (!prog_is_alpha(*p) && !prog_is_digit(*p) && !strchr("%+,-./:@_]{}", *p) &&
            (unsigned char)*p < 0x80)
            return false;
    return true;
}

/* One directive at s, behind its %; what follows, or NULL to end. */
static const char *put_directive(printing *p, const char *s)
{
    const char *start = s;
    directive d = {.format = "%", .n = 1, .precision = -1};
    for (; *s && strchr("-+ #0'", *s); s++) {
        d.left |= *s == '-';
        if (*s != '\'' && d.n < 8)
            d.format[d.n++] = *s;
    }
    s = read_width(p, s, "field width", &d.width);
    if (*s == '.')
        s = read_width(p, s + 1, "precision", &d.precision);
    if (d.precision < 0)
        d.precision = -1;
    while (*s && strchr("lLhjtz", *s))
        s++;
    char c = *s;
    const char *arg;
    if (!c || !strchr("diouxXcsbqeEfFgGaA", c)) {
        char *text = prog_strndup(start - 1, (size_t)(s - start) + 1 + (*s != 0));
        prog_die(0, "%s: invalid conversion specification", text);
    }
    arg = next_arg(p);
    switch (c) {
    case 'd':
    case 'i':
        put_integer(&d, integer(p, arg, true), 'd');
        break;
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        put_integer(&d, integer(p, arg, false), c);
        break;
    case 'c': {
        char one = arg ? *arg : '\0';
        d.precision = -1;
        put_text(&d, &one, 1);
        break;
    }
    case 's':
        put_text(&d, arg ? arg : "", arg ? strlen(arg) : 0);
        break;
    case 'b':
        if (!put_escaped(arg ? arg : ""))
            return NULL;
        break;
    case 'q':
        if (!arg)
            break;
        prog_puts(&prog_out, is_plain_word(arg) ? arg : prog_quoteaf(arg));
        break;
    default:
        put_floating(&d, floating(p, arg), c);
        break;
    }
    return s + 1;
}

int text_printf(int argc, char **argv)
{
    prog_only_help(argc, argv);
    int i = 1;
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i >= argc)
        prog_usage("missing operand");
    const char *format = argv[i];
    printing p = {.args = argv + i + 1, .n = argc - i - 1};
    int before;
    do {
        before = p.n;
        for (const char *s = format; *s;) {
            if (*s == '%' && s[1] == '%') {
                prog_putc(&prog_out, '%');
                s += 2;
            } else if (*s == '%') {
                s = put_directive(&p, s + 1);
            } else if (*s == '\\') {
                s = format_escape(s + 1);
            } else {
                prog_putc(&prog_out, *s++);
            }
            if (!s)
                return 0; /* \c */
        }
    } while (p.n > 0 && p.n < before && !prog_out.error);
    if (p.n > 0)
        prog_warn(0, "warning: ignoring excess arguments, starting with %s", prog_quote(p.args[0]));
    return p.status;
}

/* ---- nproc, getconf ----------------------------------------------------------------------------
 */

const char text_nproc_help[] = "Usage: nproc [OPTION]...\n"
                               "Print how many processors there are for this program: 1.\n"
                               "\n"
                               "      --all       the same\n"
                               "      --ignore=N  less N, but at least 1\n"
                               "\n"
                               "Examples:\n"
                               "  $ nproc --ignore=9\n"
                               "  1\n";

int text_nproc(int argc, char **argv)
{
    static const prog_long longs[] = {{"all", PROG_NO_ARG, 'a'}, {"ignore", PROG_ARG, 'i'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "", .longs = longs};
    uint64_t ignored = 0, n = 1;
    for (int c; (c = prog_opt(&o)) != -1;)
        if (c == 'i')
            ignored = prog_uint_or_die(o.arg, "", 0, UINT64_MAX, "invalid number to ignore");
    if (o.next < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next]));
    prog_put_uint(&prog_out, n > ignored ? n - ignored : 1, 0, ' ');
    prog_putc(&prog_out, '\n');
    return 0;
}

const char text_getconf_help[] =
    "Usage: getconf NAME [PATH]\n"
    "Print a limit of the system.\n"
    "\n"
    "NAME: ARG_MAX, CHAR_BIT, INT_MAX, INT_MIN, LONG_BIT, LONG_MAX, NAME_MAX, OPEN_MAX,\n"
    "PAGESIZE, PAGE_SIZE, PATH, PATH_MAX, PIPE_BUF, UINT_MAX, _NPROCESSORS_CONF,\n"
    "_NPROCESSORS_ONLN\n"
    "\n"
    "Examples:\n"
    "  $ getconf PATH_MAX /\n"
    "  4096\n";

int text_getconf(int argc, char **argv)
{
    static const struct {
        const char *name, *value;
    } all[] = {
        {"ARG_MAX", "2097152"},     {"CHAR_BIT", "8"},          {"INT_MAX", "2147483647"},
        {"INT_MIN", "-2147483648"}, {"LONG_BIT", "64"},         {"LONG_MAX", "9223372036854775807"},
        {"NAME_MAX", "255"},        {"OPEN_MAX", "1024"},       {"PAGESIZE", "65536"},
        {"PAGE_SIZE", "65536"},     {"PATH", "/bin:/usr/bin"},  {"PATH_MAX", "4096"},
        {"PIPE_BUF", "4096"},       {"UINT_MAX", "4294967295"}, {"_NPROCESSORS_CONF", "1"},
        {"_NPROCESSORS_ONLN", "1"}};
    prog_only_help(argc, argv);
    prog_usage_status = 2;
    if (argc < 2 || argc > 3)
        prog_usage("usage: getconf NAME [PATH]");
    for (size_t i = 0; i < BX_COUNT(all); i++)
        if (strcmp(all[i].name, argv[1]) == 0) {
            prog_puts(&prog_out, all[i].value);
            prog_putc(&prog_out, '\n');
            return 0;
        }
    prog_status = 2;
    prog_die(0, "Unrecognized variable '%s'", argv[1]);
}
