#include "shell/float.h"

#include <string.h>

enum {
    LIMBS = 560,      /* of 32 bits: 10^5000 and what rounding needs */
    MAX_DIGITS = 800, /* significant ones that are looked at; the rest only counts as "more" */
    MAX_EXPONENT = 5000,
    MIN_BINARY = -16445, /* the exponent of the smallest number there is */
    MAX_BINARY = 16384 - 64,
};

typedef struct big {
    uint32_t v[LIMBS]; /* lowest first */
    int n;
} big;

static void big_mul_add(big *b, uint32_t m, uint32_t a)
{
    uint64_t carry = a;
    for (int i = 0; i < b->n; i++) {
        carry += (uint64_t)b->v[i] * m;
        b->v[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && b->n < LIMBS)
        b->v[b->n++] = (uint32_t)carry;
}

static uint32_t big_div(big *b, uint32_t d)
{
    uint64_t rest = 0;
    for (int i = b->n - 1; i >= 0; i--) {
        rest = rest << 32 | b->v[i];
        b->v[i] = (uint32_t)(rest / d);
        rest %= d;
    }
    while (b->n && !b->v[b->n - 1])
        b->n--;
    return (uint32_t)rest;
}

static int big_bits(const big *b) { return b->n ? b->n * 32 - __builtin_clz(b->v[b->n - 1]) : 0; }

static void big_shift(big *b, int left)
{
    int limbs = left / 32, bits = left % 32;
    if (!b->n || b->n + limbs + 1 > LIMBS)
        return;
    memmove(b->v + limbs, b->v, (size_t)b->n * sizeof *b->v);
    memset(b->v, 0, (size_t)limbs * sizeof *b->v);
    b->n += limbs;
    if (bits)
        big_mul_add(b, 1u << bits, 0);
}

static int big_compare(const big *a, const big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->v[i] != b->v[i])
            return a->v[i] < b->v[i] ? -1 : 1;
    return 0;
}

static void big_sub(big *a, const big *b) /* a >= b */
{
    uint64_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        uint64_t x = (uint64_t)a->v[i] - (i < b->n ? b->v[i] : 0) - borrow;
        a->v[i] = (uint32_t)x;
        borrow = x >> 63;
    }
    while (a->n && !a->v[a->n - 1])
        a->n--;
}

/* ---- reading ---- */

/* mantissa = the highest 64 of the bits, rounded by the next one and `more`. */
static void set_rounded(sh_float *f, uint64_t top, int exponent, bool half, bool more)
{
    if (exponent < MIN_BINARY) { /* too small for all its bits */
        int drop = MIN_BINARY - exponent;
        if (drop > 64) {
            f->mantissa = 0;
            return;
        }
        bool low = half || more;
        uint64_t below = drop == 64 ? top : top & (((uint64_t)1 << drop) - 1);
        uint64_t middle = (uint64_t)1 << (drop - 1);
        half = (below & middle) != 0;
        more = low || (below & (middle - 1)) != 0;
        top = drop == 64 ? 0 : top >> drop;
        exponent = MIN_BINARY;
    }
    if (half && (more || (top & 1)) && ++top == 0) {
        top = (uint64_t)1 << 63;
        exponent++;
    }
    f->mantissa = top;
    f->exponent = exponent;
    if (exponent > MAX_BINARY) {
        f->kind = SH_FLOAT_INF;
        f->mantissa = 0;
    }
}

static void from_big(sh_float *f, const big *b, int exponent, bool more)
{
    int bits = big_bits(b), drop = bits - 64;
    uint64_t top = 0;
    bool half = false;
    for (int i = bits - 1; i >= 0 && i >= drop; i--)
        top = top << 1 | (b->v[i / 32] >> (i % 32) & 1);
    if (drop < 0)
        top <<= -drop;
    for (int i = drop - 1; i >= 0; i--) {
        bool bit = b->v[i / 32] >> (i % 32) & 1;
        if (i == drop - 1)
            half = bit;
        else
            more |= bit;
    }
    set_rounded(f, top, exponent + drop, half, more);
}

static void from_decimal(sh_float *f, big *d, int e10, bool more)
{
    if (!d->n)
        return;
    if (e10 > MAX_EXPONENT) {
        f->kind = SH_FLOAT_INF;
        return;
    }
    if (e10 >= 0) {
        for (int i = 0; i < e10; i++)
            big_mul_add(d, 10, 0);
        from_big(f, d, 0, more);
        return;
    }
    if (e10 < -MAX_EXPONENT - MAX_DIGITS)
        return;
    static big power, quotient;
    power = (big){.v = {1}, .n = 1};
    quotient = (big){0};
    int e2 = 0;
    for (int i = 0; i < -e10; i++) {
        big_mul_add(&power, 10, 0);
        if (power.n > LIMBS - 8) { /* far below what there is */
            return;
        }
    }
    int shift = 68 - (big_bits(d) - big_bits(&power));
    if (shift > 0) {
        big_shift(d, shift);
        e2 = -shift;
    }
    /* quotient of at least 67 bits by shifting and subtracting */
    int steps = big_bits(d) - big_bits(&power);
    big_shift(&power, steps);
    for (int i = steps; i >= 0; i--) {
        bool bit = big_compare(d, &power) >= 0;
        if (bit)
            big_sub(d, &power);
        if (quotient.n || bit)
            quotient.n ? big_mul_add(&quotient, 2, bit) : (void)(quotient.v[quotient.n++] = 1);
        if (i)
            big_div(&power, 2);
    }
    from_big(f, &quotient, e2, more || d->n);
}

static size_t word(const char *s, const char *w)
{
    size_t n = strlen(w);
    for (size_t i = 0; i < n; i++)
        if ((s[i] | 32) != w[i])
            return 0;
    return n;
}

static size_t exponent_part(const char *s, char letter, int *ret)
{
    size_t i = 1;
    bool negative = false;
    *ret = 0;
    if ((s[0] | 32) != letter)
        return 0;
    if (s[i] == '+' || s[i] == '-')
        negative = s[i++] == '-';
    if (s[i] < '0' || s[i] > '9')
        return 0;
    for (; s[i] >= '0' && s[i] <= '9'; i++)
        *ret = *ret < 1000000 ? *ret * 10 + (s[i] - '0') : *ret;
    if (negative)
        *ret = -*ret;
    return i;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

static size_t parse_hex(const char *s, sh_float *f)
{
    size_t i = 2, digits = 0;
    int e = 0, more_e = 0;
    bool point = false, more = false;
    static big b;
    b = (big){0};
    for (;; i++) {
        int d = hex_digit(s[i]);
        if (s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (d < 0)
            break;
        digits++;
        if (b.n < 8) {
            big_mul_add(&b, 16, (uint32_t)d);
            if (!b.n && d)
                b.v[b.n++] = (uint32_t)d;
            e -= point ? 4 : 0;
        } else {
            more |= d != 0;
            e += point ? 0 : 4;
        }
    }
    if (!digits)
        return 1; /* the 0 of "0x" */
    i += exponent_part(s + i, 'p', &more_e);
    if (b.n)
        from_big(f, &b, e + (more_e > 40000 ? 40000 : more_e < -40000 ? -40000 : more_e), more);
    return i;
}

static size_t parse_decimal(const char *s, sh_float *f)
{
    size_t i = 0, digits = 0, kept = 0;
    int e = 0, more_e;
    bool point = false, more = false;
    static big b;
    b = (big){0};
    for (;; i++) {
        if (s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (s[i] < '0' || s[i] > '9')
            break;
        digits++;
        uint32_t d = (uint32_t)(s[i] - '0');
        if (kept < MAX_DIGITS) {
            big_mul_add(&b, 10, d);
            kept += b.n != 0;
            e -= point;
        } else {
            more |= d != 0;
            e += !point;
        }
    }
    if (!digits)
        return 0;
    i += exponent_part(s + i, 'e', &more_e);
    from_decimal(f, &b, e + more_e, more);
    return i;
}

size_t sh_float_parse(const char *s, sh_float *ret)
{
    const char *start = s;
    *ret = (sh_float){0};
    s += strspn(s, " \t\n\v\f\r");
    if (*s == '+' || *s == '-')
        ret->negative = *s++ == '-';
    size_t n;
    if ((n = word(s, "infinity")) || (n = word(s, "inf"))) {
        ret->kind = SH_FLOAT_INF;
    } else if ((n = word(s, "nan"))) {
        ret->kind = SH_FLOAT_NAN;
    } else {
        n = s[0] == '0' && (s[1] | 32) == 'x' ? parse_hex(s, ret) : parse_decimal(s, ret);
    }
    if (!n) {
        *ret = (sh_float){0};
        return 0;
    }
    return (size_t)(s - start) + n;
}

/* ---- writing ---- */

typedef struct digits {
    sh_buf d;  /* '0' ... '9' */
    int point; /* how many of them stand before the point; may be negative: zeros behind it */
} digits;

static void integer_digits(sh_buf *d, big *b)
{
    uint32_t part[LIMBS * 32 / 29 + 2];
    int n = 0;
    while (b->n)
        part[n++] = big_div(b, 1000000000);
    bool begun = false;
    while (n--)
        for (uint32_t p = 100000000; p; p /= 10) {
            char c = (char)('0' + part[n] / p % 10);
            if (begun || c != '0')
                sh_buf_c(d, c);
            begun |= c != '0';
        }
}

/* All digits of `f` that are needed: `significant` ones from the first that is not 0, or
 * `fraction` behind the point (the other is -1); the last is rounded. */
static void make_digits(digits *r, const sh_float *f, int significant, int fraction)
{
    static big whole, part;
    whole = part = (big){0};
    if (f->mantissa) {
        big *b = &whole;
        b->v[0] = (uint32_t)f->mantissa;
        b->v[1] = (uint32_t)(f->mantissa >> 32);
        b->n = b->v[1] ? 2 : 1;
    }
    int bits = 0;
    if (f->exponent >= 0) {
        big_shift(&whole, f->exponent);
    } else {
        bits = -f->exponent;
        part = whole;
        if (bits >= 64) {
            whole = (big){0};
        } else {
            uint64_t m = f->mantissa >> bits, low = f->mantissa & (((uint64_t)1 << bits) - 1);
            whole = (big){.v = {(uint32_t)m, (uint32_t)(m >> 32)}};
            whole.n = whole.v[1] ? 2 : whole.v[0] ? 1 : 0;
            part = (big){.v = {(uint32_t)low, (uint32_t)(low >> 32)}};
            part.n = part.v[1] ? 2 : part.v[0] ? 1 : 0;
        }
    }
    integer_digits(&r->d, &whole);
    r->point = (int)r->d.n;
    bool begun = r->d.n > 0;
    for (int k = 0; part.n; k++) { /* digits behind the point, one more than are wanted */
        if (fraction >= 0 ? k > fraction : (int)r->d.n > significant)
            break;
        big_mul_add(&part, 10, 0);
        uint32_t d = 0;
        for (int i = 3; i >= 0; i--) { /* the bits above the point */
            int at = bits + i;
            d = d << 1 | (at / 32 < part.n ? part.v[at / 32] >> (at % 32) & 1 : 0);
        }
        if (bits / 32 < part.n) {
            part.v[bits / 32] &= bits % 32 ? (1u << (bits % 32)) - 1 : 0;
            part.n = bits / 32 + 1;
            while (part.n && !part.v[part.n - 1])
                part.n--;
        }
        if (!begun && d == 0 && significant >= 0)
            r->point--;
        else
            sh_buf_c(&r->d, (char)('0' + d));
        begun |= d != 0;
    }
    int keep = significant >= 0 ? significant : r->point + fraction;
    int n = (int)r->d.n;
    if (keep >= n) {
        while ((int)r->d.n < keep)
            sh_buf_c(&r->d, '0');
        return;
    }
    char *p = sh_buf_str(&r->d);
    bool more = part.n != 0;
    for (int i = keep + 1; i < n; i++)
        more |= p[i] != '0';
    bool up = p[keep] > '5' || (p[keep] == '5' && (more || (keep > 0 && (p[keep - 1] & 1))));
    r->d.n = (size_t)keep;
    int i = keep - 1;
    while (up && i >= 0 && p[i] == '9')
        p[i--] = '0';
    if (up && i >= 0) {
        p[i]++;
    } else if (up) { /* 99.9 became 100 */
        memmove(p + 1, p, (size_t)keep);
        p[0] = '1';
        r->point++;
        if (significant < 0 || keep == 0)
            r->d.n++;
    }
}

static void put_fixed(sh_buf *out, const digits *r, int precision, bool point)
{
    const char *p = r->d.p;
    int n = (int)r->d.n;
    if (r->point <= 0)
        sh_buf_c(out, '0');
    for (int i = 0; i < r->point; i++)
        sh_buf_c(out, i < n ? p[i] : '0');
    if (precision > 0 || point)
        sh_buf_c(out, '.');
    for (int i = r->point; i < r->point + precision; i++)
        sh_buf_c(out, i >= 0 && i < n ? p[i] : '0');
}

static void put_exponent(sh_buf *out, char letter, int e, int least)
{
    char room[24];
    const char *s = sh_int_text(e < 0 ? -e : e, room);
    sh_buf_c(out, letter);
    sh_buf_c(out, e < 0 ? '-' : '+');
    if ((int)strlen(s) < least)
        sh_buf_c(out, '0');
    sh_buf_z(out, s);
}

static void put_scientific(sh_buf *out, const digits *r, int precision, bool point, char letter,
                           bool zero)
{
    sh_buf_c(out, r->d.n ? r->d.p[0] : '0');
    if (precision > 0 || point)
        sh_buf_c(out, '.');
    for (int i = 1; i <= precision; i++)
        sh_buf_c(out, i < (int)r->d.n ? r->d.p[i] : '0');
    put_exponent(out, letter, zero ? 0 : r->point - 1, 2);
}

static void strip_zeros(sh_buf *out, size_t from)
{
    if (!memchr(out->p + from, '.', out->n - from))
        return;
    while (out->n > from && out->p[out->n - 1] == '0')
        out->n--;
    if (out->n > from && out->p[out->n - 1] == '.')
        out->n--;
}

static void put_general(sh_buf *out, const sh_float *f, int precision, bool alternate, char letter)
{
    int p = precision == 0 ? 1 : precision;
    digits r = {0};
    make_digits(&r, f, p, -1);
    int x = f->mantissa ? r.point - 1 : 0;
    size_t from = out->n;
    if (x < -4 || x >= p) {
        digits e = r;
        sh_buf b = {0};
        put_scientific(&b, &e, p - 1, alternate, letter, !f->mantissa);
        size_t mark = (size_t)((char *)memchr(b.p, letter, b.n) - b.p);
        sh_buf_add(out, b.p, mark);
        if (!alternate)
            strip_zeros(out, from);
        sh_buf_add(out, b.p + mark, b.n - mark);
        sh_buf_done(&b);
    } else {
        if (!f->mantissa)
            r.point = 1;
        put_fixed(out, &r, p - 1 - x, alternate);
        if (!alternate)
            strip_zeros(out, from);
    }
    sh_buf_done(&r.d);
}

static void put_hex(sh_buf *out, const sh_float *f, int precision, bool alternate, bool upper)
{
    const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    uint64_t m = f->mantissa;
    int e = m ? f->exponent + 60 : 0;
    while (m && !(m >> 63)) { /* tiny numbers */
        m <<= 1;
        e--;
    }
    if (precision >= 0 && precision < 15 && m) {
        int drop = 60 - 4 * precision;
        uint64_t unit = (uint64_t)1 << drop, rest = m & (unit - 1);
        m &= ~(unit - 1);
        if (rest > unit / 2 || (rest == unit / 2 && (m & unit))) {
            m += unit;
            if (m < unit) {
                m = (uint64_t)1 << 63;
                e++;
            }
        }
    }
    sh_buf_z(out, upper ? "0X" : "0x");
    sh_buf_c(out, set[m >> 60]);
    m <<= 4;
    if (m || precision > 0 || alternate)
        sh_buf_c(out, '.');
    for (int i = 0; precision >= 0 ? i < precision : m != 0; i++, m <<= 4)
        sh_buf_c(out, set[m >> 60]);
    put_exponent(out, upper ? 'P' : 'p', e, 1);
}

void sh_float_format(sh_buf *out, const sh_float *f, char c, int precision, bool alternate)
{
    bool upper = c < 'a';
    if (f->kind != SH_FLOAT_NUMBER) {
        const char *lower = f->kind == SH_FLOAT_INF ? "inf" : "nan";
        sh_buf_z(out, !upper ? lower : f->kind == SH_FLOAT_INF ? "INF" : "NAN");
        return;
    }
    char low = (char)(c | 32);
    if (low == 'a') {
        put_hex(out, f, precision, alternate, upper);
        return;
    }
    precision = precision < 0 ? 6 : precision;
    if (low == 'g') {
        put_general(out, f, precision, alternate, upper ? 'E' : 'e');
        return;
    }
    digits r = {0};
    if (low == 'e') {
        make_digits(&r, f, precision + 1, -1);
        put_scientific(out, &r, precision, alternate, upper ? 'E' : 'e', !f->mantissa);
    } else {
        make_digits(&r, f, -1, precision);
        put_fixed(out, &r, precision, alternate);
    }
    sh_buf_done(&r.d);
}
