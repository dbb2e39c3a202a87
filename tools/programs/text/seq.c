/* text/seq.c - seq, yes, tee (GNU; POSIX tee). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

const char text_seq_help[] =
    "Usage: seq [OPTION]... [FIRST [STEP]] LAST\n"
    "Print numbers from FIRST to LAST.\n"
    "\n"
    "  -f, --format=FORMAT  as printf's FORMAT for floating-point numbers\n"
    "  -s, --separator=S    between numbers (newline)\n"
    "  -w, --equal-width    with zeros before, all of the same width\n"
    "\n"
    "Examples:\n"
    "  $ seq -s, 3\n"
    "  1,2,3\n"
    "  $ seq 1 0.5 2\n"
    "  1.0\n"
    "  1.5\n"
    "  2.0\n"
    "  $ seq -w 9 10\n"
    "  09\n"
    "  10\n";

/* An operand: exactly n / 10^precision, where it is a plain decimal number of up to 30 digits. */
typedef struct operand {
    __int128 n;
    int precision; /* INT_MAX in GNU's terms: exact is false */
    bool exact, negative_zero;
    double value;
    int own_precision;
    size_t width; /* columns of its text with own_precision; 0: of the number */
} operand;

static void bad_operand(const char *text)
{
    prog_usage("invalid floating point argument: %s", prog_quote(text));
}

static void read_operand(const char *text, operand *ret)
{
    operand o = {.exact = true};
    char *end;
    o.value = strtod(text, &end);
    if (end == text || *end)
        bad_operand(text);
    if (o.value != o.value) {
        prog_usage("invalid 'not-a-number' argument: %s", prog_quote(text));
    }
    while (prog_is_space(*text) || *text == '+')
        text++;
    const char *p = text;
    bool negative = *p == '-';
    p += negative;
    size_t digits = 0, fraction = 0;
    bool dot = false;
    for (; prog_is_digit(*p) || (*p == '.' && !dot); p++) {
        if (*p == '.') {
            dot = true;
            continue;
        }
        if (digits > 0 || *p != '0')
            digits++;
        fraction += dot;
        if (digits <= 30)
            o.n = o.n * 10 + (*p - '0');
    }
    o.precision = (int)(fraction < 64 ? fraction : 64);
    if ((*p == 'e' || *p == 'E') && p > text + negative) {
        bool down = p[1] == '-';
        p += 1 + (p[1] == '-' || p[1] == '+');
        int exponent = 0;
        for (; prog_is_digit(*p); p++)
            exponent = exponent < 1000 ? exponent * 10 + (*p - '0') : exponent;
        o.precision += down ? exponent : -exponent;
        for (; o.precision < 0 && digits <= 30; o.precision++, digits++)
            o.n *= 10;
    }
    o.exact = !*p && digits <= 30 && o.precision >= 0 && o.precision <= 30;
    if (!o.exact && o.value == (double)(int64_t)o.value && text[negative] == '0' &&
        (text[negative + 1] | 32) == 'x') { /* a whole number in hexadecimal digits */
        o.n = negative ? -(int64_t)o.value : (int64_t)o.value;
        o.precision = 0;
        o.exact = true;
    }
    o.width = strlen(text) + (dot && text[negative] == '.') - (dot && fraction == 0);
    if (strpbrk(text, "eExX"))
        o.width = 0;
    if (negative)
        o.n = -o.n;
    o.negative_zero = negative && o.n == 0;
    o.own_precision = o.precision;
    *ret = o;
}

static void scale(operand *o, int precision)
{
    for (; o->precision < precision; o->precision++)
        o->n *= 10;
}

/* *n / 10; the rest.  (The compiler's own division of two words is missing in some sysroots.) */
static unsigned divide_by_10(unsigned __int128 *n)
{
    if (*n <= UINT64_MAX) {
        uint64_t small = (uint64_t)*n;
        *n = small / 10;
        return (unsigned)(small % 10);
    }
    uint64_t rest = 0;
    unsigned __int128 quotient = 0;
    for (int shift = 96; shift >= 0; shift -= 32) {
        rest = rest << 32 | (uint32_t)(*n >> shift);
        quotient = quotient << 32 | rest / 10;
        rest %= 10;
    }
    *n = quotient;
    return (unsigned)rest;
}

/* n with `precision` digits behind the point, to `out`; its length. */
static size_t exact_text(__int128 n, int precision, bool negative_zero, char out[64])
{
    char text[64];
    size_t at = sizeof text;
    bool negative = n < 0 || (n == 0 && negative_zero);
    unsigned __int128 u = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n;
    for (int i = 0; u || i <= precision; i++) {
        if (i == precision && precision > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + divide_by_10(&u));
    }
    if (negative)
        text[--at] = '-';
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - at;
}

typedef struct sequence {
    operand first, step, last;
    const char *separator;
    size_t n_separator;
    const char *format; /* NULL: as the operands are written */
    bool equal_width;
    int precision;
    size_t width;
} sequence;

static void put_exact(const sequence *s, __int128 n, bool negative_zero)
{
    char text[64];
    size_t length = exact_text(n, s->precision, negative_zero, text);
    size_t fill = s->equal_width && length < s->width ? s->width - length : 0;
    size_t sign = fill && text[0] == '-';
    if (sign)
        prog_putc(&prog_out, '-');
    prog_fill(&prog_out, '0', fill);
    prog_write(&prog_out, text + sign, length - sign);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_formatted(const char *format, double value)
{
    char text[512];
    int n = snprintf(text, sizeof text, format, value);
    if (n < (int)sizeof text) {
        prog_write(&prog_out, text, n > 0 ? (size_t)n : 0);
        return;
    }
    char *more = prog_alloc((size_t)n + 1);
    (void)snprintf(more, (size_t)n + 1, format, value);
    prog_write(&prog_out, more, (size_t)n);
    free(more);
}
#pragma GCC diagnostic pop

static double value_of(__int128 n, int precision)
{
    char text[64];
    text[exact_text(n, precision, false, text)] = '\0';
    return strtod(text, NULL);
}

static void seq_exact(const sequence *s)
{
    __int128 step = s->step.n, last = s->last.n;
    bool some = false;
    for (__int128 n = s->first.n; step < 0 ? n >= last : n <= last; n += step) {
        if (some)
            prog_write(&prog_out, s->separator, s->n_separator);
        if (s->format)
            put_formatted(s->format,
                          !some && s->first.negative_zero ? -0.0 : value_of(n, s->precision));
        else
            put_exact(s, n, !some && s->first.negative_zero);
        some = true;
        if (prog_out.error)
            return;
        if (step == 0 && prog_out.n == prog_out.cap)
            prog_check_out();
    }
    if (some)
        prog_putc(&prog_out, '\n');
}

/* 1 2 3 …: the digits are counted up in place. */
static void seq_counting(const sequence *s)
{
    char text[24];
    size_t n = prog_digits((uint64_t)s->first.n, text);
    uint64_t left = (uint64_t)(s->last.n - s->first.n);
    for (;; left--) {
        prog_write(&prog_out, text, n);
        if (left == 0 || prog_out.error)
            break;
        prog_write(&prog_out, s->separator, s->n_separator);
        size_t i = n;
        while (i > 0 && text[i - 1] == '9')
            text[--i] = '0';
        if (i > 0) {
            text[i - 1]++;
        } else {
            memmove(text + 1, text, n++);
            text[0] = '1';
        }
    }
    prog_putc(&prog_out, '\n');
}

static void seq_float(const sequence *s)
{
    bool some = false;
    const char *format = s->format ? s->format : "%g";
    for (uint64_t i = 0; !prog_out.error; i++) {
        double x = s->first.value + (double)i * s->step.value;
        if (s->step.value < 0 ? x < s->last.value : x > s->last.value)
            break;
        if (some)
            prog_write(&prog_out, s->separator, s->n_separator);
        put_formatted(format, x);
        some = true;
    }
    if (some)
        prog_putc(&prog_out, '\n');
}

static void check_format(const char *format)
{
    const char *p = format;
    for (;; p++) {
        if (!*p)
            prog_die(0, "format %s has no %% directive", prog_quote(format));
        if (*p == '%') {
            if (p[1] != '%')
                break;
            p++;
        }
    }
    p++;
    p += strspn(p, "-+#0 '");
    p += strspn(p, "0123456789");
    if (*p == '.')
        p += 1 + strspn(p + 1, "0123456789");
    if (*p == 'L')
        p++;
    if (!*p)
        prog_die(0, "format %s ends in %%", prog_quote(format));
    if (!strchr("efgaEFGA", *p))
        prog_die(0, "format %s has unknown %%%c directive", prog_quote(format), *p);
    for (p++; *p; p++)
        if (*p == '%') {
            if (p[1] != '%')
                prog_die(0, "format %s has too many %% directives", prog_quote(format));
            p++;
        }
}

static char *without_long(const char *format)
{
    char *copy = prog_strndup(format, strlen(format)), *to = copy;
    bool in = false;
    for (const char *p = format; *p; p++) {
        if (*p == '%')
            in = p[1] != '%' && !(p > format && p[-1] == '%' && !in);
        if (in && (*p == 'L' || *p == '\''))
            continue;
        if (in && *p != '%' && prog_is_alpha(*p))
            in = false;
        *to++ = *p;
    }
    *to = '\0';
    return copy;
}

static size_t operand_width(const operand *o, int precision)
{
    char text[64];
    size_t exact = exact_text(o->n, precision, o->negative_zero, text);
    if (!o->width)
        return exact;
    size_t width = o->width - (size_t)o->own_precision - (o->own_precision > 0);
    return width + (size_t)precision + (precision > 0);
}

/* Columns of all numbers with -w. */
static size_t equal_width(const sequence *s)
{
    size_t a = operand_width(&s->first, s->precision), b = operand_width(&s->last, s->precision);
    return a > b ? a : b;
}

int text_seq(int argc, char **argv)
{
    static const prog_long longs[] = {{"equal-width", PROG_NO_ARG, 'w'},
                                      {"format", PROG_ARG, 'f'},
                                      {"separator", PROG_ARG, 's'},
                                      {0}};
    /* negative numbers are no options */
    int stop = 1;
    while (stop < argc && argv[stop][0] == '-' && !prog_is_digit(argv[stop][1]) &&
           argv[stop][1] != '.') {
        if ((strcmp(argv[stop], "-f") == 0 || strcmp(argv[stop], "-s") == 0 ||
             strcmp(argv[stop], "--separator") == 0 || strcmp(argv[stop], "--format") == 0) &&
            stop + 1 < argc)
            stop++;
        if (strcmp(argv[stop], "--") == 0) {
            stop++;
            break;
        }
        stop++;
    }
    prog_opts o = {
        .argc = stop < argc ? stop : argc, .argv = argv, .shorts = "+f:s:w", .longs = longs};
    sequence s = {.separator = "\n"};
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'f')
            s.format = o.arg;
        if (c == 's')
            s.separator = o.arg;
        s.equal_width |= c == 'w';
    }
    s.n_separator = strlen(s.separator);
    char **p = argv + o.next;
    int n = argc - o.next;
    if (n < 1)
        prog_usage("missing operand");
    if (n > 3)
        prog_usage("extra operand %s", prog_quote(p[3]));
    if (s.format)
        check_format(s.format);
    if (s.format && s.equal_width)
        prog_usage("format string may not be specified when printing equal width strings");
    const char *one = "1";
    read_operand(n > 1 ? p[0] : one, &s.first);
    read_operand(n > 2 ? p[1] : one, &s.step);
    if (s.step.value == 0 && n > 2)
        prog_usage("invalid Zero increment value: %s", prog_quote(p[1]));
    read_operand(p[n - 1], &s.last);
    char *format = s.format ? without_long(s.format) : NULL;
    s.format = format;
    /* LAST's own precision does not count, but for comparing */
    bool exact = s.first.exact && s.step.exact && s.last.exact;
    if (exact) {
        s.precision = s.first.precision > s.step.precision ? s.first.precision : s.step.precision;
        int most = s.last.precision > s.precision ? s.last.precision : s.precision;
        scale(&s.first, s.precision);
        scale(&s.step, s.precision);
        scale(&s.last, most);
        for (; most > s.precision; most--) { /* towards FIRST: what is behind cannot be reached */
            bool negative = s.last.n < 0;
            unsigned __int128 u =
                negative ? -(unsigned __int128)s.last.n : (unsigned __int128)s.last.n;
            bool rest = divide_by_10(&u) > 0;
            s.last.n = negative ? -(__int128)u : (__int128)u;
            if (rest && s.step.n > 0 && negative)
                s.last.n--;
            if (rest && s.step.n < 0 && !negative)
                s.last.n++;
        }
        s.width = equal_width(&s);
        bool counting = !s.format && !s.equal_width && s.precision == 0 && s.step.n == 1 &&
                        s.first.n >= 0 && !s.first.negative_zero && s.last.n >= s.first.n &&
                        s.last.n < INT64_MAX;
        if (counting)
            seq_counting(&s);
        else
            seq_exact(&s);
    } else {
        seq_float(&s);
    }
    free(format);
    return 0;
}

/* ---- yes
 * ------------------------------------------------------------------------------------------- */

const char text_yes_help[] = "Usage: yes [STRING]...\n"
                             "Print STRINGs, or y, again and again.\n"
                             "\n"
                             "Examples:\n"
                             "  $ yes | head -n 2\n"
                             "  y\n"
                             "  y\n";

int text_yes(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+"};
    while (prog_opt(&o) != -1)
        continue;
    prog_buf b = {0};
    for (int i = o.next; i < argc; i++) {
        if (i > o.next)
            prog_buf_putc(&b, ' ');
        prog_buf_put(&b, argv[i], strlen(argv[i]));
    }
    if (o.next == argc)
        prog_buf_putc(&b, 'y');
    prog_buf_putc(&b, '\n');
    size_t one = b.n;
    while (b.n < PROG_BLOCK / 2) { /* whole lines to about a block */
        prog_buf_room(&b, one);
        memcpy(b.p + b.n, b.p, one);
        b.n += one;
    }
    for (;;) {
        int error = prog_write_all(1, b.p, b.n);
        if (error)
            prog_die(error, "standard output");
    }
}

/* ---- tee
 * ------------------------------------------------------------------------------------------- */

const char text_tee_help[] = "Usage: tee [OPTION]... [FILE]...\n"
                             "Copy standard input to standard output and to each FILE.\n"
                             "\n"
                             "  -a, --append             add to the FILEs\n"
                             "  -i, --ignore-interrupts  ignored\n"
                             "  -p, --output-error       ignored\n"
                             "\n"
                             "Examples:\n"
                             "  $ echo hello | tee f; cat f\n"
                             "  hello\n"
                             "  hello\n";

int text_tee(int argc, char **argv)
{
    static const prog_long longs[] = {{"append", PROG_NO_ARG, 'a'},
                                      {"ignore-interrupts", PROG_NO_ARG, 'i'},
                                      {"output-error", PROG_MAY_ARG, 'p'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "aip", .longs = longs};
    int flags = O_TRUNC;
    for (int c; (c = prog_opt(&o)) != -1;)
        if (c == 'a')
            flags = O_APPEND;
    int n = argc - o.next, status = 0;
    int *fds = prog_zalloc((size_t)n + 1, sizeof *fds);
    fds[n] = 1;
    for (int i = 0; i < n; i++) {
        fds[i] = open(argv[o.next + i], O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
        if (fds[i] < 0) {
            prog_warn_file(errno, argv[o.next + i]);
            status = 1;
        }
    }
    prog_reader r = {.fd = 0, .name = "read error"};
    bx_str block;
    while (prog_block(&r, &block)) {
        bool any = false;
        for (int i = n; i >= 0; i--) { /* standard output first */
            if (fds[i] < 0)
                continue;
            int error = prog_write_all(fds[i], block.p, block.n);
            if (error) {
                prog_warn_file(error, i == n ? "standard output" : argv[o.next + i]);
                fds[i] = -1;
                status = 1;
            }
            any |= fds[i] >= 0;
        }
        if (!any)
            break;
    }
    if (r.error) {
        prog_warn(r.error, "read error");
        status = 1;
    }
    free(r.p);
    free(fds);
    return status;
}
