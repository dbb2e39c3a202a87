/* system/bc_text.c - bc's numbers from and to text, in any base. */
#include "bc_num.h"

#include "programs/common/prog.h"

enum { LIMB = 1000000000, LIMB_DIGITS = 9 };

typedef struct digits { /* an integer in a base that fits a limb, lowest first */
    uint32_t *p;
    size_t n;
} digits;

/* `in`, digits of base `from`, highest first, in base `to`: a quadratic conversion. */
static digits convert(const uint32_t *in, size_t n, uint32_t from, uint32_t to, size_t room)
{
    digits d = {prog_alloc((room + 1) * sizeof *d.p), 0};
    for (size_t i = 0; i < n; i++) {
        uint64_t carry = in[i];
        for (size_t k = 0; k < d.n; k++) {
            carry += (uint64_t)d.p[k] * from;
            d.p[k] = (uint32_t)(carry % to);
            carry /= to;
        }
        for (; carry > 0; carry /= to)
            d.p[d.n++] = (uint32_t)(carry % to);
    }
    return d;
}

static bc_num *from_limbs(const uint32_t *p, size_t n, size_t scale)
{
    bc_num *a = prog_alloc(sizeof *a + n * sizeof a->limb[0]);
    while (n > 0 && p[n - 1] == 0)
        n--;
    *a = (bc_num){.refs = 1, .n = n, .scale = scale};
    memcpy(a->limb, p, n * sizeof *p);
    return a;
}

static bc_num *of_decimal(const uint8_t *v, size_t n, size_t scale)
{
    size_t limbs = n / LIMB_DIGITS + 1;
    uint32_t *p = prog_alloc(limbs * sizeof *p);
    memset(p, 0, limbs * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        size_t from_end = n - 1 - i, limb = from_end / LIMB_DIGITS;
        p[limb] = p[limb] * 10 + v[i];
    }
    bc_num *a = from_limbs(p, limbs, scale);
    free(p);
    return a;
}

static bc_num *of_base(const uint8_t *v, size_t n, unsigned base)
{
    uint32_t *in = prog_alloc((n / 5 + 2) * sizeof *in);
    uint32_t five = base * base * base * base * base;
    size_t groups = 0, first = n % 5;
    for (size_t i = 0; i < n;) {
        size_t end = i == 0 && first ? first : i + 5;
        uint32_t group = 0;
        for (; i < end; i++)
            group = group * base + v[i];
        in[groups++] = group;
    }
    digits d = convert(in, groups, five, LIMB, groups + 2);
    bc_num *a = from_limbs(d.p, d.n, 0);
    free(d.p);
    free(in);
    return a;
}

bc_num *bc_of_text(bx_str s, unsigned base)
{
    uint8_t *v = prog_alloc(s.n + 1);
    size_t n = 0, scale = 0, whole = 0;
    bool point = false, alone = s.n == 1;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.') {
            point = true;
            continue;
        }
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
        v[n++] = (uint8_t)(digit >= base && !alone ? base - 1 : digit);
        whole += !point;
        scale += point;
    }
    bc_num *r;
    if (base == 10 && !alone) {
        r = of_decimal(v, n, scale);
    } else if (alone) {
        r = bc_of_int(n ? v[0] : 0);
    } else {
        r = of_base(v, whole, base);
        if (scale) {
            BX_AUTO(bc_num)
            bc_num *part = of_base(v + whole, scale, base), *b = bc_of_int((int64_t)base),
                   *unit = bc_pow(b, (int64_t)scale, 0), *fraction = bc_div(part, unit, scale);
            BX_AUTO(bc_num) bc_num *old = r;
            r = bc_add(old, fraction);
        }
    }
    free(v);
    return r;
}

typedef struct printer {
    void (*put)(void *to, char c);
    void *to;
    uint32_t base;
    unsigned width; /* of one digit, above base 16 */
} printer;

static void put_digit(const printer *p, uint32_t digit, bool space)
{
    if (p->base <= 16) {
        p->put(p->to, "0123456789ABCDEF"[digit]);
        return;
    }
    char text[12];
    for (unsigned i = p->width; i-- > 0; digit /= 10)
        text[i] = (char)('0' + digit % 10);
    if (space)
        p->put(p->to, ' ');
    for (unsigned i = 0; i < p->width; i++)
        p->put(p->to, text[i]);
}

static void print_decimal(const bc_num *a, const printer *p)
{
    size_t n = a->n * LIMB_DIGITS;
    if (n < a->scale)
        n = a->scale;
    bool begun = false;
    for (size_t i = n; i-- > 0;) {
        uint32_t v = i / LIMB_DIGITS < a->n ? a->limb[i / LIMB_DIGITS] : 0;
        for (size_t k = i % LIMB_DIGITS; k > 0; k--)
            v /= 10;
        if (i + 1 == a->scale) {
            p->put(p->to, '.');
            begun = true;
        }
        begun |= v % 10 != 0;
        if (begun)
            p->put(p->to, (char)('0' + v % 10));
    }
}

static void print_whole(const bc_num *whole, const printer *p)
{
    uint32_t *in = prog_alloc((whole->n + 1) * sizeof *in);
    for (size_t i = 0; i < whole->n; i++)
        in[i] = whole->limb[whole->n - 1 - i];
    uint32_t group = p->base;
    size_t per = 1;
    while ((uint64_t)group * p->base <= LIMB) {
        group *= p->base;
        per++;
    }
    digits d = convert(in, whole->n, LIMB, group, (whole->n + 1) * 30);
    bool begun = false;
    for (size_t i = d.n; i-- > 0;) {
        uint32_t unit = group / p->base;
        for (size_t k = 0; k < per; k++, unit /= p->base) {
            uint32_t digit = d.p[i] / unit % p->base;
            begun |= digit != 0;
            if (begun)
                put_digit(p, digit, true);
        }
    }
    free(d.p);
    free(in);
}

static void print_fraction(const bc_num *a, bc_num *fraction, const printer *p)
{
    BX_AUTO(bc_num) bc_num *unit = bc_of_int(1), *base = bc_of_int(p->base), *left = fraction;
    bool space = false;
    p->put(p->to, '.');
    while (bc_digits(unit) <= a->scale) {
        BX_AUTO(bc_num) bc_num *up = bc_mul(left, base, a->scale), *digit = bc_trunc(up, 0);
        bc_num *rest = bc_sub(up, digit), *next = bc_mul(unit, base, 0);
        bc_unref(left);
        bc_unref(unit);
        left = rest, unit = next;
        put_digit(p, (uint32_t)bc_to_int(digit), space);
        space = true;
    }
}

void bc_print(const bc_num *a, uint32_t base, void (*put)(void *to, char c), void *to)
{
    printer p = {.put = put, .to = to, .base = base, .width = 1};
    for (uint32_t v = base - 1; v >= 10; v /= 10)
        p.width++;
    if (a->n == 0) {
        put(to, '0');
        return;
    }
    if (a->neg)
        put(to, '-');
    if (base == 10) {
        print_decimal(a, &p);
        return;
    }
    BX_AUTO(bc_num) bc_num *whole = bc_trunc(a, 0);
    bc_num *fraction = bc_sub(a, whole);
    fraction->neg = false;
    print_whole(whole, &p);
    if (a->scale)
        print_fraction(a, fraction, &p);
    else
        bc_unref(fraction);
}
