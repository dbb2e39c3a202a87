/* printf of awk. */
#include <math.h>
#include <stdio.h>

#include "programs/lines/awk.h"

#include "programs/common/prog_text.h"

enum { WIDTH_MAX = 1 << 26, DOUBLE_MAX = 1500 };

typedef struct spec {
    bool minus, plus, space, alt, zero;
    size_t width, precision; /* precision SIZE_MAX: none */
    char c;
} spec;

typedef struct args {
    awk_val *v;
    size_t n, next;
    const awk_str *format;
    size_t at; /* of the '%' */
} args;

static awk_val *next_arg(args *a)
{
    if (a->next >= a->n)
        awk_fatal("not enough arguments to satisfy format string\n\t`%.*s'\n\t%*s^ ran out for "
                  "this one",
                  (int)(a->format->n > 300 ? 300 : a->format->n), a->format->p,
                  (int)(a->at > 300 ? 300 : a->at) + 1, "");
    return &a->v[a->next++];
}

static void pad(prog_buf *out, char c, size_t n)
{
    if (n == 0)
        return;
    prog_buf_room(out, n);
    memset(out->p + out->n, c, n);
    out->n += n;
}

/* Digits with a sign or 0x before them, padded as `s` says. */
static void put_digits(prog_buf *out, const spec *s, const char *head, const char *digits, size_t n)
{
    size_t head_n = strlen(head), zeros = 0, all;
    if (s->precision != SIZE_MAX)
        zeros = s->precision > n ? s->precision - n : 0;
    else if (s->zero && !s->minus && s->width > n + head_n)
        zeros = s->width - n - head_n;
    all = head_n + zeros + n;
    if (!s->minus && s->width > all)
        pad(out, ' ', s->width - all);
    prog_buf_put(out, head, head_n);
    pad(out, '0', zeros);
    prog_buf_put(out, digits, n);
    if (s->minus && s->width > all)
        pad(out, ' ', s->width - all);
}

static void put_double(prog_buf *out, const spec *s, double d)
{
    char format[16], text[DOUBLE_MAX];
    size_t i = 0;
    format[i++] = '%';
    if (s->minus)
        format[i++] = '-';
    if (s->plus)
        format[i++] = '+';
    if (s->space)
        format[i++] = ' ';
    if (s->alt)
        format[i++] = '#';
    if (s->zero && !isinf(d) && !isnan(d))
        format[i++] = '0';
    format[i++] = '*';
    format[i++] = '.';
    format[i++] = '*';
    format[i++] = s->c;
    format[i] = '\0';
    if (isnan(d) || isinf(d)) {
        const char *word = isnan(d) ? (signbit(d) ? "-nan" : "+nan") : d < 0 ? "-inf" : "+inf";
        size_t n = 4;
        if (!s->minus && s->width > n)
            pad(out, ' ', s->width - n);
        prog_buf_put(out, word, n);
        if (s->minus && s->width > n)
            pad(out, ' ', s->width - n);
        return;
    }
    int precision = s->precision == SIZE_MAX ? -1 : s->precision > 1000 ? 1000 : (int)s->precision;
    int width = s->width > DOUBLE_MAX - 10 ? DOUBLE_MAX - 10 : (int)s->width;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = snprintf(text, sizeof text, format, width, precision, d);
#pragma GCC diagnostic pop
    if (n > 0)
        prog_buf_put(out, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static size_t to_base(uint64_t u, unsigned base, bool upper, char out[64])
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t i = 64;
    do
        out[--i] = digits[u % base];
    while (u /= base);
    memmove(out, out + i, 64 - i);
    return 64 - i;
}

static void put_integer(prog_buf *out, spec *s, double d)
{
    char digits[400];
    size_t n;
    bool is_signed = s->c == 'd' || s->c == 'i';
    if (isnan(d) || isinf(d)) {
        s->c = 'f';
        put_double(out, s, d);
        return;
    }
    d = d < 0 ? ceil(d) : floor(d);
    bool negative = d < 0;
    double u = negative ? -d : d;
    if (!is_signed && u >= 18446744073709551616.0) { /* not as a whole number */
        s->c = 'g';
        put_double(out, s, d);
        return;
    }
    if (u < 18446744073709551616.0) {
        unsigned base = s->c == 'o' ? 8 : (s->c | 0x20) == 'x' ? 16 : 10;
        uint64_t bits = (uint64_t)u;
        n = to_base(negative && !is_signed ? 0 - bits : bits, base, s->c == 'X', digits);
    } else {
        int len = snprintf(digits, sizeof digits, "%.0f", u);
        n = len > 0 ? (size_t)len : 0;
    }
    negative = negative && is_signed;
    if (s->precision == 0 && u == 0 && !(s->alt && s->c == 'o'))
        n = 0;
    const char *head = negative                          ? "-"
                       : is_signed && s->plus            ? "+"
                       : is_signed && s->space           ? " "
                       : s->alt && s->c == 'x' && u != 0 ? "0x"
                       : s->alt && s->c == 'X' && u != 0 ? "0X"
                       : s->alt && s->c == 'o' && u != 0 ? "0"
                                                         : "";
    put_digits(out, s, head, digits, n);
}

static size_t prefix_of(bx_str s, size_t chars)
{
    size_t i = 0;
    uint32_t cp;
    for (; chars > 0 && i < s.n; chars--)
        i += (s.p[i] & 0x80) ? prog_utf8(s.p + i, s.n - i, &cp) : 1;
    return i;
}

static size_t count_chars(bx_str s)
{
    size_t n = 0;
    uint32_t cp;
    for (size_t i = 0; i < s.n; n++)
        i += (s.p[i] & 0x80) ? prog_utf8(s.p + i, s.n - i, &cp) : 1;
    return n;
}

static void put_text(prog_buf *out, const spec *s, bx_str text)
{
    if (s->precision != SIZE_MAX)
        text.n = prefix_of(text, s->precision);
    size_t chars = s->width ? count_chars(text) : 0;
    if (!s->minus && s->width > chars)
        pad(out, ' ', s->width - chars);
    prog_buf_put(out, text.p, text.n);
    if (s->minus && s->width > chars)
        pad(out, ' ', s->width - chars);
}

static void put_char(prog_buf *out, spec *s, awk_val *v)
{
    char bytes[4];
    awk_settle(v);
    s->precision = SIZE_MAX;
    if (v->type == AWK_NUM || v->type == AWK_STRNUM || v->type == AWK_NONE) {
        double d = awk_to_num(v);
        size_t n = 1;
        uint32_t cp = d > -1 && d < 0x110000 ? (uint32_t)d : 0;
        if (cp >= 0x80)
            n = prog_utf8_put(cp, bytes);
        else /* what is no character is a byte */
            bytes[0] = d <= -1 && d > -2e9 ? (char)(int32_t)d : (char)cp;
        put_text(out, s, (bx_str){bytes, n});
        return;
    }
    awk_str *t = awk_to_str(v);
    if (t->n > 0)
        put_text(out, s, (bx_str){t->p, prefix_of((bx_str){t->p, t->n}, 1)});
    else
        put_text(out, s, (bx_str){"", 1}); /* the NUL behind it */
    awk_unref(t);
}

static size_t star(args *a, bool *negative)
{
    double d = awk_to_num(next_arg(a));
    *negative = d < 0;
    d = d < 0 ? -d : d;
    return d > (double)WIDTH_MAX ? WIDTH_MAX : (size_t)d;
}

static size_t digits(const char *p, size_t n, size_t *at)
{
    size_t value = 0;
    for (; *at < n && prog_is_digit(p[*at]); ++*at)
        value = value > WIDTH_MAX ? value : value * 10 + (size_t)(p[*at] - '0');
    return value > WIDTH_MAX ? WIDTH_MAX : value;
}

/* Behind a '%': the specification up to its letter; where it ends. */
static size_t read_spec(const char *p, size_t n, size_t i, args *a, spec *s)
{
    bool negative;
    *s = (spec){.precision = SIZE_MAX};
    size_t at = i, number = digits(p, n, &at);
    if (at < n && at > i && p[at] == '$') {
        a->next = number;
        i = at + 1;
    }
    for (; i < n && p[i] && strchr("-+ #0'", p[i]); i++) {
        s->minus |= p[i] == '-';
        s->plus |= p[i] == '+';
        s->space |= p[i] == ' ';
        s->alt |= p[i] == '#';
        s->zero |= p[i] == '0';
    }
    if (i < n && p[i] == '*') {
        s->width = star(a, &negative);
        s->minus |= negative;
        i++;
    } else {
        s->width = digits(p, n, &i);
    }
    if (i < n && p[i] == '.') {
        i++;
        if (i < n && p[i] == '*') {
            s->precision = star(a, &negative);
            s->precision = negative ? SIZE_MAX : s->precision;
            i++;
        } else {
            s->precision = digits(p, n, &i);
        }
    }
    while (i < n && (p[i] == 'l' || p[i] == 'h' || p[i] == 'L' || p[i] == 'q'))
        i++;
    s->c = i < n ? p[i] : '\0';
    return i;
}

static void put_one(prog_buf *out, spec *s, args *a)
{
    switch (s->c) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        put_integer(out, s, awk_to_num(next_arg(a)));
        return;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_double(out, s, awk_to_num(next_arg(a)));
        return;
    case 'c':
        put_char(out, s, next_arg(a));
        return;
    default: {
        awk_str *t = awk_to_str(next_arg(a));
        put_text(out, s, (bx_str){t->p, t->n});
        awk_unref(t);
    }
    }
}

void awk_format(prog_buf *out, awk_val *v, size_t n)
{
    awk_str *format = awk_to_str(&v[0]);
    args a = {v, n, 1, format, 0};
    const char *p = format->p;
    for (size_t i = 0; i < format->n; i++) {
        const char *hit = memchr(p + i, '%', format->n - i);
        size_t end = hit ? (size_t)(hit - p) : format->n;
        prog_buf_put(out, p + i, end - i);
        if (!hit)
            break;
        i = a.at = end;
        spec s;
        size_t letter =
            i + 1 < format->n && p[i + 1] == '%' ? i + 1 : read_spec(p, format->n, i + 1, &a, &s);
        if (letter < format->n && p[letter] == '%' && letter == i + 1) {
            prog_buf_putc(out, '%');
        } else if (letter >= format->n || !p[letter] || !strchr("diouxXeEfFgGaAcs", p[letter])) {
            size_t to = letter < format->n ? letter + 1 : format->n;
            prog_buf_put(out, p + i, to - i);
        } else {
            put_one(out, &s, &a);
        }
        i = letter;
    }
    awk_unref(format);
}
