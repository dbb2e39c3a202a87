/* text/numfmt.c - numfmt (GNU). */
#include "programs/text/text.h"

#include <stdio.h>

const char text_numfmt_help[] =
    "Usage: numfmt [OPTION]... [NUMBER]...\n"
    "Convert NUMBERs, or those on standard input, to and from units like K and Ki.\n"
    "\n"
    "  -d, --delimiter=C      fields are separated by C instead of blanks\n"
    "      --field=LIST       which fields are converted (1)\n"
    "      --format=FORMAT    %f with flags -0', width and precision, text around it\n"
    "      --from=UNIT        none, auto, si (K 1000), iec (K 1024), iec-i (Ki 1024)\n"
    "      --from-unit=N      the input's unit is N\n"
    "      --grouping         ignored: there is no grouping in this locale\n"
    "      --header[=N]       N lines (1) are printed as they are\n"
    "      --invalid=MODE     abort, fail, warn or ignore\n"
    "      --padding=N        to N columns, on the right; negative: on the left\n"
    "      --round=METHOD     up, down, from-zero, towards-zero, nearest\n"
    "      --suffix=S         print S behind numbers, allow it behind those read\n"
    "      --to=UNIT          as --from\n"
    "      --to-unit=N        the output's unit is N\n"
    "  -z, --zero-terminated  lines end in NUL\n"
    "\n"
    "Examples:\n"
    "  $ numfmt --to=iec 1048576\n"
    "  1.0M\n"
    "  $ numfmt --from=si 2K\n"
    "  2000\n"
    "  $ printf 'a 1500\\n' | numfmt --field 2 --to=si\n"
    "  a 1.5K\n";

enum { NONE, AUTO, SI, IEC, IEC_I };
enum { UP, DOWN, FROM_ZERO, TOWARDS_ZERO, NEAREST };
enum { ABORT, FAIL, WARN, IGNORE };

/* Numbers are 128-bit decimals with up to this many digits behind the point. */
typedef struct numfmt {
    int from, to, round, invalid;
    double from_unit, to_unit;
    text_ranges fields;
    int delimiter; /* -1: blanks */
    int64_t padding;
    bool auto_padding;
    const char *suffix;
    char *before, *behind; /* of --format */
    int precision;         /* of --format; -1 */
    bool zero_pad, left;
    int64_t format_width;
    uint64_t header;
    char end;
    bool failed;
} numfmt;

static const char units[] = "KMGTPEZY";

/* ---- arithmetic: double is enough for what has 15 digits, which is all that is let in ----------
 */

static double power(double base, int n)
{
    double r = 1;
    while (n-- > 0)
        r *= base;
    return r;
}

static double to_whole(double x) /* towards zero */
{
    if (x > 9e18 || x < -9e18)
        return x;
    return (double)(int64_t)x;
}

static double rounded(double x, int how)
{
    double whole = to_whole(x), rest = x - whole;
    if (rest == 0)
        return x;
    switch (how) {
    case UP:
        return x > 0 ? whole + 1 : whole;
    case DOWN:
        return x < 0 ? whole - 1 : whole;
    case FROM_ZERO:
        return x > 0 ? whole + 1 : whole - 1;
    case TOWARDS_ZERO:
        return whole;
    default:
        return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
    }
}

static double magnitude(double x) { return x < 0 ? -x : x; }

static void number_text(const numfmt *f, double x, char out[128])
{
    if (f->to == NONE) {
        int digits = f->precision > 0 ? f->precision : 0;
        double p = power(10, digits);
        (void)snprintf(out, 128, "%.*f", digits, rounded(x * p, f->round) / p);
        return;
    }
    double base = f->to == SI ? 1000 : 1024;
    int unit = 0;
    while (magnitude(x) >= base && unit < 8) {
        x /= base;
        unit++;
    }
    int adjust = magnitude(x) < 10;
    if (f->precision >= 0)
        adjust = unit * 3 < f->precision ? unit * 3 : f->precision;
    double p = power(10, adjust);
    x = rounded(x * p, f->round) / p;
    if (magnitude(x) >= base && unit < 8) {
        x /= base;
        unit++;
    }
    int digits = f->precision >= 0 ? f->precision : x != 0 && magnitude(x) < 10 && unit > 0;
    int n = snprintf(out, 100, "%.*f", digits, x);
    if (unit > 0 && n > 0 && n < 100) {
        out[n++] = units[unit - 1];
        if (f->to == IEC_I)
            out[n++] = 'i';
        out[n] = '\0';
    }
}

/* ---- reading
 * ------------------------------------------------------------------------------------- */

typedef struct parsed {
    double value;
    int precision;
    char message[400]; /* empty: fine */
} parsed;

#define TELL(p, ...) (void)snprintf((p)->message, sizeof(p)->message, __VA_ARGS__)

static void parse(const numfmt *f, const char *text, parsed *ret)
{
    const char *s = text;
    *ret = (parsed){0};
    bool negative = *s == '-';
    s += negative;
    int digits = 0, fraction = 0;
    double x = 0;
    const char *start = s;
    for (; prog_is_digit(*s); s++) {
        x = x * 10 + (*s - '0');
        digits += digits > 0 || *s != '0';
    }
    if (s == start && *s != '.') {
        TELL(ret, "invalid number: %s", prog_quote(text));
        return;
    }
    if (digits > 33) {
        TELL(ret, "value too large to be converted: %s", prog_quote(text));
        return;
    }
    if (*s == '.') {
        const char *point = s++;
        char copy[64];
        size_t n = strspn(s, "0123456789");
        if (n == 0) {
            TELL(ret, "invalid number: %s", prog_quote(text));
            return;
        }
        n = n < 40 ? n : 40;
        copy[0] = '0';
        memcpy(copy + 1, point, n + 1);
        copy[n + 2] = '\0';
        x += strtod(copy, NULL);
        while (prog_is_digit(*s)) {
            s++;
            fraction++;
        }
    }
    int unit = 0;
    double base = f->from == SI || f->from == AUTO ? 1000 : 1024;
    const char *hit = NULL;
    if (*s) {
        while (prog_is_blank(*s))
            s++;
        hit = *s ? strchr(units, *s == 'k' ? 'K' : *s) : NULL;
        if (!hit) {
            TELL(ret, "invalid suffix in input: %s", prog_quote(text));
            return;
        }
        if (f->from == NONE) {
            TELL(ret, "rejecting suffix in input: %s (consider using --from)", prog_quote(text));
            return;
        }
        unit = (int)(hit - units) + 1;
        s++;
        if (f->from == AUTO && *s == 'i') {
            base = 1024;
            s++;
        }
    }
    if (f->from == IEC_I) {
        if (*s != 'i') {
            TELL(ret, "missing 'i' suffix in input: %s (e.g Ki/Mi/Gi)", prog_quote(text));
            return;
        }
        s++;
    }
    if (*s) {
        TELL(ret, "invalid suffix in input %s: %s", prog_quote(text), prog_quote(s));
        return;
    }
    ret->value = x == 0 ? 0 : (negative ? -x : x) * power(base, unit);
    ret->precision = unit ? 0 : fraction;
}

/* ---- fields
 * --------------------------------------------------------------------------------------- */

static void put_aligned(const char *s, int64_t width)
{
    size_t n = prog_text_width((bx_str){s, strlen(s)});
    uint64_t columns = width < 0 ? (uint64_t)-width : (uint64_t)width;
    size_t pad = columns > n ? (size_t)columns - n : 0;
    if (width > 0)
        prog_fill(&prog_out, ' ', pad);
    prog_puts(&prog_out, s);
    if (width < 0)
        prog_fill(&prog_out, ' ', pad);
}

/* One field that is to be converted.  False: printed as it is, being no number. */
static bool convert(numfmt *f, bx_str field, int64_t padding)
{
    char *text = prog_strndup(field.p, field.n);
    char *body = text;
    while (prog_is_blank(*body))
        body++;
    size_t n = strlen(body), n_suffix = f->suffix ? strlen(f->suffix) : 0;
    if (n_suffix && n > n_suffix && strcmp(body + n - n_suffix, f->suffix) == 0)
        body[n - n_suffix] = '\0';
    parsed p;
    parse(f, body, &p);
    char number[128];
    double x = 0;
    if (!p.message[0]) {
        x = p.value * f->from_unit / f->to_unit;
        if (f->to == NONE && magnitude(x) >= 1e18)
            TELL(&p, "value/precision too large to be printed: '%g/%d' (consider using --to)", x,
                 p.precision);
        else if (magnitude(x) >= 1e27)
            TELL(&p, "value too large to be printed: '%g' (cannot handle values > 999Y)", x);
    }
    if (p.message[0]) {
        if (f->invalid != IGNORE) {
            prog_warn(0, "%s", p.message);
            f->failed |= f->invalid != WARN;
            if (f->invalid == ABORT)
                prog_exit(2);
        }
        free(text);
        return false;
    }
    numfmt g = *f;
    if (g.precision < 0 && g.to == NONE)
        g.precision = p.precision;
    number_text(&g, x, number);
    free(text);
    prog_buf b = {0};
    if (f->zero_pad && f->format_width > 0) {
        size_t sign = number[0] == '-', width = (size_t)f->format_width, length = strlen(number);
        prog_buf_put(&b, number, sign);
        for (size_t i = length; i < width; i++)
            prog_buf_putc(&b, '0');
        prog_buf_put(&b, number + sign, length - sign);
    } else {
        prog_buf_put(&b, number, strlen(number));
    }
    if (f->suffix)
        prog_buf_put(&b, f->suffix, n_suffix);
    prog_puts(&prog_out, f->before ? f->before : "");
    put_aligned(prog_buf_z(&b), padding);
    prog_puts(&prog_out, f->behind ? f->behind : "");
    prog_buf_free(&b);
    return true;
}

static bool is_wanted(const numfmt *f, uint64_t i)
{
    for (size_t k = 0; k < f->fields.n; k++)
        if (i >= f->fields.p[k].from && i <= f->fields.p[k].to)
            return true;
    return false;
}

static void put_line(numfmt *f, bx_str line)
{
    size_t at = 0;
    for (uint64_t i = 1;; i++) {
        size_t from = at;
        if (f->delimiter < 0)
            while (at < line.n && (prog_is_blank(line.p[at]) || line.p[at] == '\n'))
                at++;
        size_t body = at;
        while (at < line.n && (f->delimiter < 0 ? !(prog_is_blank(line.p[at]) || line.p[at] == '\n')
                                                : line.p[at] != (char)f->delimiter))
            at++;
        bx_str field = {line.p + from, at - from};
        if (is_wanted(f, i)) {
            /* without --padding a field that is aligned with blanks keeps its width */
            int64_t padding = f->padding;
            bool separator = f->delimiter < 0 && i > 1 && body > from;
            if (separator) {
                prog_putc(&prog_out, line.p[from]);
                field = bx_str_from(field, 1);
            }
            if (padding == 0 && f->delimiter < 0 && (i > 1 || body > from))
                padding = (int64_t)field.n;
            if (!convert(f, field, padding))
                prog_write(&prog_out, field.p, field.n);
        } else {
            prog_write(&prog_out, field.p, field.n);
        }
        if (at >= line.n)
            return;
        if (f->delimiter >= 0)
            prog_putc(&prog_out, line.p[at++]);
    }
}

/* ---- options
 * --------------------------------------------------------------------------------------- */

static int word_of(const char *text, const char *const *words, const char *option)
{
    int found = -1;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
        if (*text && strncmp(words[i], text, strlen(text)) == 0)
            found = found == -1 ? i : -2;
    }
    if (found >= 0)
        return found;
    prog_warn(0, "%s argument %s for '%s'", found == -2 ? "ambiguous" : "invalid", prog_quote(text),
              option);
    prog_writer err = {.fd = 2};
    prog_puts(&err, "Valid arguments are:\n");
    for (int i = 0; words[i]; i++)
        prog_printf(&err, "  - '%s'\n", words[i]);
    (void)prog_flush(&err);
    prog_usage(NULL);
}

static double unit_size(const char *text)
{
    char *end;
    double n = strtod(text, &end);
    if (end == text || n <= 0 || !prog_is_digit(*text))
        prog_die(0, "invalid unit size: %s", prog_quote(text));
    if (*end) {
        const char *hit = strchr(units, *end == 'k' ? 'K' : *end);
        if (!hit || (end[1] && (end[1] != 'i' || end[2])))
            prog_die(0, "invalid unit size: %s", prog_quote(text));
        n *= power(end[1] ? 1024 : 1000, (int)(hit - units) + 1);
    }
    return n;
}

static void set_format(numfmt *f, const char *format)
{
    prog_buf before = {0}, behind = {0};
    const char *s = format;
    for (; *s && !(*s == '%' && s[1] != '%'); s++) {
        prog_buf_putc(&before, *s);
        s += *s == '%';
    }
    if (!*s)
        prog_die(0, "format %s has no %% directive", prog_quote(format));
    for (s++; *s && strchr(" '0", *s); s++)
        f->zero_pad |= *s == '0';
    f->left = *s == '-';
    s += f->left;
    for (; prog_is_digit(*s); s++)
        if (f->format_width < 1 << 24)
            f->format_width = f->format_width * 10 + (*s - '0');
    if (*s == '.') {
        f->precision = 0;
        for (s++; prog_is_digit(*s); s++)
            if (f->precision < 1000)
                f->precision = f->precision * 10 + (*s - '0');
        if (f->precision > 30)
            f->precision = 30;
    }
    if (*s != 'f')
        prog_die(0, "invalid format %s, directive must be %%[0]['][-][N][.][N]f",
                 prog_quote(format));
    for (s++; *s; s++) {
        if (*s == '%' && s[1] != '%')
            prog_die(0, "format %s has too many %% directives", prog_quote(format));
        prog_buf_putc(&behind, *s);
        s += *s == '%';
    }
    f->before = prog_buf_z(&before);
    f->behind = prog_buf_z(&behind);
    if (f->format_width && !f->zero_pad)
        f->padding = f->left ? -f->format_width : f->format_width;
}

enum {
    FIELD = 256,
    FORMAT,
    FROM,
    FROM_UNIT,
    GROUPING,
    HEADER,
    INVALID,
    PADDING,
    ROUND,
    SUFFIX,
    TO,
    TO_UNIT
};

static void take_option(numfmt *f, int c, const char *arg)
{
    static const char *const scales[] = {"none", "auto", "si", "iec", "iec-i", NULL};
    static const char *const to_scales[] = {"none", "si", "iec", "iec-i", NULL};
    static const char *const rounds[] = {"up",           "down",    "from-zero",
                                         "towards-zero", "nearest", NULL};
    static const char *const modes[] = {"abort", "fail", "warn", "ignore", NULL};
    switch (c) {
    case 'd': {
        char byte;
        if (!text_one_byte(arg, &byte))
            prog_die(0, "the delimiter must be a single character");
        f->delimiter = (unsigned char)byte;
        break;
    }
    case FIELD:
        if (f->fields.p)
            prog_die(0, "multiple field specifications");
        text_ranges_read(arg, TEXT_FOR_NUMFMT, false, &f->fields);
        break;
    case FORMAT:
        set_format(f, arg);
        break;
    case FROM:
        f->from = word_of(arg, scales, "--from");
        break;
    case TO: {
        int to = word_of(arg, to_scales, "--to");
        f->to = to ? to + 1 : NONE;
        break;
    }
    case FROM_UNIT:
        f->from_unit = unit_size(arg);
        break;
    case TO_UNIT:
        f->to_unit = unit_size(arg);
        break;
    case HEADER:
        f->header = 1;
        if (arg && (prog_uint(arg, "", &f->header) != PROG_NUM_OK || f->header == 0))
            prog_die(0, "invalid header value %s", prog_quote(arg));
        break;
    case INVALID:
        f->invalid = word_of(arg, modes, "--invalid");
        break;
    case PADDING:
        if (prog_int(arg, "", &f->padding) != PROG_NUM_OK || f->padding == 0 ||
            f->padding > 1 << 24 || f->padding < -(1 << 24))
            prog_die(0, "invalid padding value %s", prog_quote(arg));
        break;
    case ROUND:
        f->round = word_of(arg, rounds, "--round");
        break;
    case SUFFIX:
        f->suffix = arg;
        break;
    case 'z':
        f->end = '\0';
        break;
    default:
        break;
    }
}

int text_numfmt(int argc, char **argv)
{
    static const prog_long longs[] = {{"delimiter", PROG_ARG, 'd'},
                                      {"field", PROG_ARG, FIELD},
                                      {"format", PROG_ARG, FORMAT},
                                      {"from", PROG_ARG, FROM},
                                      {"from-unit", PROG_ARG, FROM_UNIT},
                                      {"grouping", PROG_NO_ARG, GROUPING},
                                      {"header", PROG_MAY_ARG, HEADER},
                                      {"invalid", PROG_ARG, INVALID},
                                      {"padding", PROG_ARG, PADDING},
                                      {"round", PROG_ARG, ROUND},
                                      {"suffix", PROG_ARG, SUFFIX},
                                      {"to", PROG_ARG, TO},
                                      {"to-unit", PROG_ARG, TO_UNIT},
                                      {"zero-terminated", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "d:z", .longs = longs};
    numfmt f = {.round = FROM_ZERO,
                .from_unit = 1,
                .to_unit = 1,
                .delimiter = -1,
                .precision = -1,
                .end = '\n'};
    for (int c; (c = prog_opt(&o)) != -1;)
        take_option(&f, c, o.arg);
    if (!f.fields.p)
        text_ranges_read("1", TEXT_FOR_NUMFMT, false, &f.fields);
    if (o.next < argc) {
        for (int i = o.next; i < argc; i++) {
            put_line(&f, bx_str_of(argv[i]));
            prog_putc(&prog_out, f.end);
        }
    } else {
        prog_reader r = {.fd = 0, .name = "-"};
        bx_str line;
        bool ended;
        for (uint64_t i = 0; !prog_out.error && prog_line(&r, f.end, &line, &ended); i++) {
            if (i < f.header)
                prog_write(&prog_out, line.p, line.n);
            else
                put_line(&f, line);
            if (ended || i >= f.header)
                prog_putc(&prog_out, f.end);
        }
    }
    free(f.fields.p);
    return f.failed ? 2 : 0;
}
