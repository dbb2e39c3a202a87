/* Values of awk: strings, numbers, what looks like a number. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "programs/lines/awk.h"

#include "programs/common/prog_text.h"

awk_str *awk_str_sized(size_t n)
{
    awk_str *s = prog_alloc(sizeof *s + n);
    s->refs = 1;
    s->n = s->cap = n;
    return s;
}

awk_str *awk_str_new(const char *p, size_t n)
{
    awk_str *s = awk_str_sized(n);
    if (n > 0)
        memcpy(s->p, p, n);
    return s;
}

awk_val awk_text(const char *p, size_t n) { return awk_string(awk_str_new(p, n)); }

awk_val awk_input(const char *p, size_t n)
{
    return (awk_val){.type = AWK_INPUT, .s = awk_str_new(p, n)};
}

/* What the fast path below does not do: long numbers, large exponents. */
static double slow_number(const char *p, size_t n)
{
    char some[64], *z = n < sizeof some ? some : prog_strndup(p, n);
    if (z == some) {
        memcpy(some, p, n);
        some[n] = '\0';
    }
    double d = strtod(z, NULL);
    if (z != some)
        free(z);
    return d;
}

static size_t skip_digits(const char *p, size_t n, size_t at)
{
    while (at < n && prog_is_digit(p[at]))
        at++;
    return at;
}

/* "+inf" and "-nan", which need their sign. */
static double special_number(const char *p, size_t n, size_t at, size_t *ret_end)
{
    bool has_sign = at > 0 && (p[at - 1] == '+' || p[at - 1] == '-');
    if (!has_sign || n - at < 3)
        return 0;
    char word[3] = {(char)(p[at] | 0x20), (char)(p[at + 1] | 0x20), (char)(p[at + 2] | 0x20)};
    bool is_inf = memcmp(word, "inf", 3) == 0, is_nan = memcmp(word, "nan", 3) == 0;
    if ((!is_inf && !is_nan) || (n - at > 3 && prog_is_alpha(p[at + 3])))
        return 0;
    *ret_end = at + 3;
    double d = is_inf ? (double)INFINITY : (double)NAN;
    return p[at - 1] == '-' ? -d : d;
}

double awk_parse_number(const char *p, size_t n, size_t *ret_end)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    size_t at = 0;
    *ret_end = 0;
    while (at < n && prog_is_space(p[at]))
        at++;
    size_t start = at;
    bool negative = at < n && p[at] == '-';
    at += at < n && (p[at] == '-' || p[at] == '+');
    size_t digits = at, whole = skip_digits(p, n, at), end = whole, fraction = 0;
    uint64_t mantissa = 0;
    for (size_t i = digits; i < whole && i < digits + 19; i++)
        mantissa = mantissa * 10 + (uint64_t)(p[i] - '0');
    if (end < n && p[end] == '.') {
        size_t from = end + 1, to = skip_digits(p, n, from);
        for (size_t i = from; i < to && i - from + whole - digits < 19; i++)
            mantissa = mantissa * 10 + (uint64_t)(p[i] - '0');
        fraction = to - from;
        end = to;
    }
    if (whole - digits + fraction == 0)
        return special_number(p, n, digits, ret_end);
    size_t before = end;
    if (end < n && (p[end] | 0x20) == 'e') {
        size_t e = end + 1;
        e += e < n && (p[e] == '-' || p[e] == '+');
        size_t to = skip_digits(p, n, e);
        end = to > e ? to : end;
    }
    *ret_end = end;
    if (end != before || whole - digits + fraction > 18 || mantissa > UINT64_C(1) << 53 ||
        fraction > 22)
        return slow_number(p + start, end - start);
    double d = (double)mantissa / tens[fraction];
    return negative ? -d : d;
}

double awk_to_num(const awk_val *v)
{
    size_t end;
    switch (v->type) {
    case AWK_NUM:
    case AWK_STRNUM:
        return v->num;
    case AWK_STR:
    case AWK_INPUT:
        return awk_parse_number(v->s->p, v->s->n, &end);
    default:
        return 0;
    }
}

void awk_settle(awk_val *v)
{
    size_t end, n;
    if (v->type != AWK_INPUT)
        return;
    n = v->s->n;
    double d = awk_parse_number(v->s->p, n, &end);
    if (end > 0)
        while (end < n && prog_is_space(v->s->p[end]))
            end++;
    v->type = end > 0 && end == n ? AWK_STRNUM : AWK_STR;
    v->num = d;
}

static awk_str *formatted(const char *format, double d)
{
    char some[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = snprintf(some, sizeof some, format, d);
#pragma GCC diagnostic pop
    if (n < 0)
        n = 0;
    return awk_str_new(some, (size_t)n < sizeof some ? (size_t)n : sizeof some - 1);
}

/* A conversion of a double, and nothing else that could go wrong. */
static bool is_safe_format(const char *f)
{
    size_t i = 0;
    unsigned conversions = 0;
    for (; f[i]; i++) {
        if (f[i] != '%')
            continue;
        if (f[i + 1] == '%') {
            i++;
            continue;
        }
        i++;
        unsigned width = 0;
        while (f[i] && strchr("-+ #0.123456789'", f[i])) {
            width = prog_is_digit(f[i]) ? width * 10 + (unsigned)(f[i] - '0') : 0;
            if (width > 400)
                return false;
            i++;
        }
        if (!f[i] || !strchr("eEfFgGaA", f[i]))
            return false;
        conversions++;
    }
    return conversions == 1;
}

awk_str *awk_num_to_str(double d, const char *format)
{
    char digits[24];
    if (d > -1e15 && d < 1e15 && d == (double)(int64_t)d) {
        int64_t i = (int64_t)d;
        uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
        digits[0] = '-';
        size_t n = prog_digits(u, digits + 1);
        return i < 0 ? awk_str_new(digits, n + 1) : awk_str_new(digits + 1, n);
    }
    if (isnan(d))
        return signbit(d) ? awk_str_new("-nan", 4) : awk_str_new("+nan", 4);
    if (isinf(d))
        return d < 0 ? awk_str_new("-inf", 4) : awk_str_new("+inf", 4);
    if (d == floor(d))
        return formatted("%.0f", d);
    if (is_safe_format(format))
        return formatted(format, d);
    awk_val args[2] = {awk_text(format, strlen(format)), awk_number(d)};
    prog_buf out = {0};
    awk_format(&out, args, 2);
    awk_str *s = awk_str_new(out.p, out.n);
    prog_buf_free(&out);
    awk_drop(&args[0]);
    return s;
}

awk_str *awk_to_str(const awk_val *v)
{
    switch (v->type) {
    case AWK_NUM:
        return awk_num_to_str(v->num, awk_m.convfmt);
    case AWK_STR:
    case AWK_INPUT:
    case AWK_STRNUM:
        return awk_ref(v->s);
    case AWK_ARRAY:
        awk_fatal("attempt to use array in a scalar context");
    default:
        return awk_str_new("", 0);
    }
}

bool awk_to_bool(awk_val *v)
{
    awk_settle(v);
    switch (v->type) {
    case AWK_NUM:
    case AWK_STRNUM:
        return v->num != 0;
    case AWK_STR:
        return v->s->n > 0;
    case AWK_ARRAY:
        awk_fatal("attempt to use array in a scalar context");
    default:
        return false;
    }
}

/* Letters of ASCII alike, whatever their case. */
static int compare_folded(const char *p, const char *q, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int d = tolower((uint8_t)p[i]) - tolower((uint8_t)q[i]);
        if (d)
            return d;
    }
    return 0;
}

int awk_compare(awk_val *a, awk_val *b)
{
    awk_settle(a);
    awk_settle(b);
    if (a->type != AWK_STR && b->type != AWK_STR) {
        double x = awk_to_num(a), y = awk_to_num(b);
        if (isnan(x) || isnan(y))
            return isnan(x) && isnan(y) ? 0 : isnan(x) ? 1 : -1;
        return x < y ? -1 : x > y;
    }
    awk_str *x = awk_to_str(a), *y = awk_to_str(b);
    size_t n = x->n < y->n ? x->n : y->n;
    int d = n == 0 ? 0 : awk_m.ignore_case ? compare_folded(x->p, y->p, n) : memcmp(x->p, y->p, n);
    if (d == 0)
        d = x->n < y->n ? -1 : x->n > y->n;
    awk_unref(x);
    awk_unref(y);
    return d;
}
