/* system/bc_num.c - the arithmetic of bc, limbs of nine decimal digits. */
#include "bc_num.h"

#include "programs/common/prog.h"

enum { LIMB = 1000000000, LIMB_DIGITS = 9, KARATSUBA_MIN = 40 };

static const uint32_t tens[LIMB_DIGITS + 1] = {1,      10,      100,      1000,      10000,
                                               100000, 1000000, 10000000, 100000000, 1000000000};

static bc_num *num_new(size_t n, size_t scale)
{
    if (n > (SIZE_MAX - sizeof(bc_num)) / sizeof(uint32_t) / 4)
        prog_no_memory();
    bc_num *a = prog_alloc(sizeof *a + n * sizeof a->limb[0]);
    *a = (bc_num){.refs = 1, .n = n, .scale = scale};
    memset(a->limb, 0, n * sizeof a->limb[0]);
    return a;
}

static bc_num *num_tidy(bc_num *a)
{
    while (a->n > 0 && a->limb[a->n - 1] == 0)
        a->n--;
    if (a->n == 0)
        a->neg = false;
    return a;
}

bc_num *bc_ref(bc_num *a)
{
    a->refs++;
    return a;
}

void bc_unref(bc_num *a)
{
    if (a && --a->refs == 0)
        free(a);
}

bc_num *bc_of_int(int64_t v)
{
    bc_num *a = num_new(3, 0);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (size_t i = 0; i < 3; i++, u /= LIMB)
        a->limb[i] = (uint32_t)(u % LIMB);
    a->neg = v < 0;
    return num_tidy(a);
}

bool bc_is_zero(const bc_num *a) { return a->n == 0; }

static size_t limb_digits(uint32_t v)
{
    size_t d = 1;
    while (d < LIMB_DIGITS && v >= tens[d])
        d++;
    return d;
}

size_t bc_digits(const bc_num *a)
{
    return a->n == 0 ? 1 : (a->n - 1) * LIMB_DIGITS + limb_digits(a->limb[a->n - 1]);
}

size_t bc_int_digits(const bc_num *a)
{
    size_t d = a->n == 0 ? 0 : bc_digits(a);
    return d > a->scale ? d - a->scale : 0;
}

/* |a| * 10^up with `more` limbs of room, as an integer part with scale a->scale + up. */
static bc_num *num_raise(const bc_num *a, size_t up)
{
    size_t limbs = up / LIMB_DIGITS;
    uint32_t by = tens[up % LIMB_DIGITS];
    bc_num *r = num_new(a->n + limbs + 1, a->scale + up);
    uint64_t carry = 0;
    for (size_t i = 0; i < a->n; i++) {
        carry += (uint64_t)a->limb[i] * by;
        r->limb[i + limbs] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    r->limb[a->n + limbs] = (uint32_t)carry;
    r->neg = a->neg;
    return num_tidy(r);
}

/* The lowest `down` digits cut off. */
static bc_num *num_lower(const bc_num *a, size_t down)
{
    size_t limbs = down / LIMB_DIGITS;
    uint32_t by = tens[down % LIMB_DIGITS];
    bc_num *r = num_new(a->n > limbs ? a->n - limbs : 0, a->scale - down);
    uint64_t rest = 0;
    for (size_t i = r->n; i-- > 0;) {
        rest = rest * LIMB + a->limb[i + limbs];
        r->limb[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    r->neg = a->neg;
    return num_tidy(r);
}

static bc_num *num_copy(const bc_num *a)
{
    bc_num *r = num_new(a->n, a->scale);
    if (a->n)
        memcpy(r->limb, a->limb, a->n * sizeof a->limb[0]);
    r->neg = a->neg;
    return r;
}

/* The same value with exactly `scale` digits behind the point, cut off where it has more. */
static bc_num *num_at(const bc_num *a, size_t scale)
{
    if (a->scale == scale)
        return num_copy(a);
    return a->scale < scale ? num_raise(a, scale - a->scale) : num_lower(a, a->scale - scale);
}

bc_num *bc_trunc(const bc_num *a, size_t scale)
{
    return num_at(a, a->scale < scale ? a->scale : scale);
}

bc_num *bc_neg(bc_num *a)
{
    bc_num *r = num_copy(a);
    r->neg = a->n > 0 && !a->neg;
    return r;
}

static int limbs_cmp(const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    if (an != bn)
        return an < bn ? -1 : 1;
    for (size_t i = an; i-- > 0;)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

int bc_cmp(const bc_num *a, const bc_num *b)
{
    size_t scale = a->scale > b->scale ? a->scale : b->scale;
    if (a->neg != b->neg)
        return a->neg ? -1 : 1;
    BX_AUTO(bc_num) bc_num *x = num_at(a, scale), *y = num_at(b, scale);
    int c = limbs_cmp(x->limb, x->n, y->limb, y->n);
    return a->neg ? -c : c;
}

/* a += b, of `an` >= `bn` limbs; the carry out. */
static uint32_t limbs_add(uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    uint32_t carry = 0;
    for (size_t i = 0; i < an && (i < bn || carry); i++) {
        uint32_t sum = a[i] + (i < bn ? b[i] : 0) + carry;
        carry = sum >= LIMB;
        a[i] = carry ? sum - LIMB : sum;
    }
    return carry;
}

/* a -= b, which is not more. */
static void limbs_sub(uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    uint32_t borrow = 0;
    for (size_t i = 0; i < an && (i < bn || borrow); i++) {
        uint32_t take = (i < bn ? b[i] : 0) + borrow;
        borrow = a[i] < take;
        a[i] = borrow ? a[i] + LIMB - take : a[i] - take;
    }
}

static bc_num *num_sum(const bc_num *a, const bc_num *b, bool b_neg)
{
    size_t scale = a->scale > b->scale ? a->scale : b->scale;
    BX_AUTO(bc_num) bc_num *x = num_at(a, scale), *y = num_at(b, scale);
    bool x_neg = a->neg;
    if (limbs_cmp(x->limb, x->n, y->limb, y->n) < 0) {
        bc_num *t = x;
        x = y, y = t;
        bool s = x_neg;
        x_neg = b_neg, b_neg = s;
    }
    bc_num *r = num_new(x->n + 1, scale);
    memcpy(r->limb, x->limb, x->n * sizeof r->limb[0]);
    if (x_neg == b_neg)
        r->limb[x->n] = limbs_add(r->limb, x->n, y->limb, y->n);
    else
        limbs_sub(r->limb, x->n, y->limb, y->n);
    r->neg = x_neg;
    return num_tidy(r);
}

bc_num *bc_add(const bc_num *a, const bc_num *b) { return num_sum(a, b, b->neg); }
bc_num *bc_sub(const bc_num *a, const bc_num *b) { return num_sum(a, b, b->n > 0 && !b->neg); }

/* r[0..an+bn) = a * b, by rows. */
static void mul_rows(const uint32_t *a, size_t an, const uint32_t *b, size_t bn, uint32_t *r)
{
    memset(r, 0, (an + bn) * sizeof r[0]);
    for (size_t i = 0; i < an; i++) {
        uint64_t carry = 0;
        if (a[i] == 0)
            continue;
        for (size_t k = 0; k < bn; k++) {
            carry += (uint64_t)a[i] * b[k] + r[i + k];
            r[i + k] = (uint32_t)(carry % LIMB);
            carry /= LIMB;
        }
        r[i + bn] = (uint32_t)carry;
    }
}

/* Karatsuba's: r[0..2n) = a * b, both of n limbs.  Depth is the logarithm of n. */
static void mul_even(const uint32_t *a, const uint32_t *b, size_t n, uint32_t *r)
{
    if (n < KARATSUBA_MIN) {
        mul_rows(a, n, b, n, r);
        return;
    }
    size_t low = n / 2, high = n - low, m = high + 1;
    uint32_t *t = prog_alloc(4 * m * sizeof *t), *sa = t, *sb = t + m, *mid = t + 2 * m;
    mul_even(a, b, low, r);
    mul_even(a + low, b + low, high, r + 2 * low);
    memcpy(sa, a + low, high * sizeof *sa);
    memcpy(sb, b + low, high * sizeof *sb);
    sa[high] = limbs_add(sa, high, a, low);
    sb[high] = limbs_add(sb, high, b, low);
    mul_even(sa, sb, m, mid);
    limbs_sub(mid, 2 * m, r, 2 * low);
    limbs_sub(mid, 2 * m, r + 2 * low, 2 * high);
    size_t room = 2 * n - low, used = 2 * m < room ? 2 * m : room;
    (void)limbs_add(r + low, room, mid, used);
    free(t);
}

static void limbs_mul(const uint32_t *a, size_t an, const uint32_t *b, size_t bn, uint32_t *r)
{
    if (an < bn) {
        const uint32_t *t = a;
        a = b, b = t;
        size_t n = an;
        an = bn, bn = n;
    }
    if (bn < KARATSUBA_MIN) {
        mul_rows(b, bn, a, an, r);
        return;
    }
    uint32_t *t = prog_alloc(3 * bn * sizeof *t), *last = t + 2 * bn;
    memset(r, 0, (an + bn) * sizeof r[0]);
    for (size_t at = 0; at < an; at += bn) {
        size_t part = an - at < bn ? an - at : bn;
        memset(last, 0, bn * sizeof *last);
        memcpy(last, a + at, part * sizeof *last);
        mul_even(last, b, bn, t);
        (void)limbs_add(r + at, an + bn - at, t, part + bn);
    }
    free(t);
}

static bc_num *num_mul(const bc_num *a, const bc_num *b)
{
    bc_num *r = num_new(a->n + b->n, a->scale + b->scale);
    if (a->n && b->n)
        limbs_mul(a->limb, a->n, b->limb, b->n, r->limb);
    r->neg = a->neg != b->neg;
    return num_tidy(r);
}

bc_num *bc_mul(const bc_num *a, const bc_num *b, size_t scale)
{
    size_t most = a->scale > b->scale ? a->scale : b->scale;
    BX_AUTO(bc_num) bc_num *r = num_mul(a, b);
    return bc_trunc(r, scale > most ? scale : most);
}

/* q[0..an-bn+1) = a / b (Knuth's algorithm D); a[] becomes the remainder and has an+1 limbs. */
static void limbs_div(uint32_t *a, size_t an, const uint32_t *b, size_t bn, uint32_t *q)
{
    uint64_t top = b[bn - 1], next = bn > 1 ? b[bn - 2] : 0;
    for (size_t j = an - bn + 1; j-- > 0;) {
        uint64_t two = (uint64_t)a[j + bn] * LIMB + a[j + bn - 1], guess = two / top,
                 rest = two % top;
        while (guess >= LIMB || (bn > 1 && guess * next > rest * LIMB + a[j + bn - 2])) {
            guess--;
            rest += top;
            if (rest >= LIMB)
                break;
        }
        uint64_t carry = 0;
        uint32_t borrow = 0;
        for (size_t i = 0; i <= bn; i++) {
            carry += i < bn ? guess * b[i] : 0;
            uint32_t take = (uint32_t)(carry % LIMB) + borrow;
            carry /= LIMB;
            borrow = a[i + j] < take;
            a[i + j] = borrow ? a[i + j] + LIMB - take : a[i + j] - take;
        }
        if (borrow) {
            guess--;
            a[j + bn] = (a[j + bn] + limbs_add(a + j, bn, b, bn)) % LIMB;
        }
        q[j] = (uint32_t)guess;
    }
}

/* |a| / |b| as integers, the remainder forgotten. */
static bc_num *num_quotient(const bc_num *a, const bc_num *b)
{
    if (limbs_cmp(a->limb, a->n, b->limb, b->n) < 0)
        return num_new(0, 0);
    uint32_t by = (uint32_t)(LIMB / ((uint64_t)b->limb[b->n - 1] + 1));
    uint32_t *x = prog_alloc((a->n + 1 + b->n) * sizeof *x), *y = x + a->n + 1;
    uint64_t carry = 0;
    for (size_t i = 0; i <= a->n; i++, carry /= LIMB) {
        carry += i < a->n ? (uint64_t)a->limb[i] * by : 0;
        x[i] = (uint32_t)(carry % LIMB);
    }
    carry = 0;
    for (size_t i = 0; i < b->n; i++, carry /= LIMB) {
        carry += (uint64_t)b->limb[i] * by;
        y[i] = (uint32_t)(carry % LIMB);
    }
    bc_num *q = num_new(a->n - b->n + 1, 0);
    limbs_div(x, a->n, y, b->n, q->limb);
    free(x);
    return num_tidy(q);
}

bc_num *bc_div(const bc_num *a, const bc_num *b, size_t scale)
{
    size_t want = scale + b->scale;
    BX_AUTO(bc_num) bc_num *x = num_at(a, a->scale > want ? a->scale : want);
    BX_AUTO(bc_num) bc_num *q = num_quotient(x, b);
    q->scale = x->scale - b->scale;
    bc_num *r = num_at(q, scale);
    r->neg = r->n > 0 && a->neg != b->neg;
    return r;
}

bc_num *bc_mod(const bc_num *a, const bc_num *b, size_t scale)
{
    size_t most = a->scale > b->scale + scale ? a->scale : b->scale + scale;
    BX_AUTO(bc_num) bc_num *q = bc_div(a, b, scale), *back = num_mul(q, b);
    BX_AUTO(bc_num) bc_num *rest = bc_sub(a, back);
    return num_at(rest, most);
}

bc_num *bc_pow(const bc_num *a, int64_t exponent, size_t scale)
{
    uint64_t e = exponent < 0 ? 0 - (uint64_t)exponent : (uint64_t)exponent;
    size_t most = scale > a->scale ? scale : a->scale;
    BX_AUTO(bc_num) bc_num *power = num_copy(a), *r = bc_of_int(1);
    for (uint64_t left = e; left > 0; left >>= 1) {
        if (left & 1) {
            bc_num *t = num_mul(r, power);
            bc_unref(r);
            r = t;
        }
        if (left > 1) {
            bc_num *t = num_mul(power, power);
            bc_unref(power);
            power = t;
        }
    }
    if (exponent < 0) {
        BX_AUTO(bc_num) bc_num *one = bc_of_int(1);
        return bc_div(one, r, scale);
    }
    return bc_trunc(r, most);
}

bc_num *bc_powmod(const bc_num *a, const bc_num *e, const bc_num *m, size_t scale)
{
    BX_AUTO(bc_num)
    bc_num *power = bc_mod(a, m, scale), *one = bc_of_int(1), *left = bc_trunc(e, 0),
           *two = bc_of_int(2);
    bc_num *r = bc_mod(one, m, scale);
    while (!bc_is_zero(left)) {
        if (left->limb[0] & 1) {
            BX_AUTO(bc_num) bc_num *t = num_mul(r, power);
            bc_unref(r);
            r = bc_mod(t, m, scale);
        }
        BX_AUTO(bc_num) bc_num *square = num_mul(power, power);
        bc_unref(power);
        power = bc_mod(square, m, scale);
        bc_num *half = bc_div(left, two, 0);
        bc_unref(left);
        left = half;
    }
    return r;
}

/* Newton's iteration from above on the integer square root, begun near it. */
bc_num *bc_sqrt(const bc_num *a, size_t scale)
{
    size_t want = scale > a->scale ? scale : a->scale;
    BX_AUTO(bc_num) bc_num *one = bc_of_int(1);
    if (a->n == 0 || bc_cmp(a, one) == 0)
        return bc_of_int(a->n != 0);
    BX_AUTO(bc_num) bc_num *x = num_at(a, 2 * want), *two = bc_of_int(2);
    x->scale = 0;
    BX_AUTO(bc_num) bc_num *guess = num_raise(one, (bc_digits(x) + 1) / 2);
    guess->scale = 0;
    for (;;) {
        BX_AUTO(bc_num) bc_num *q = num_quotient(x, guess), *sum = bc_add(q, guess);
        bc_num *next = bc_div(sum, two, 0);
        if (bc_cmp(next, guess) >= 0) {
            bc_unref(next);
            break;
        }
        bc_unref(guess);
        guess = next;
    }
    guess->scale = want;
    return bc_ref(guess);
}

int64_t bc_to_int(const bc_num *a)
{
    BX_AUTO(bc_num) bc_num *whole = num_at(a, 0);
    uint64_t v = 0;
    for (size_t i = whole->n; i-- > 0;) {
        if (v > ((uint64_t)INT64_MAX - whole->limb[i]) / LIMB)
            return a->neg ? -INT64_MAX : INT64_MAX;
        v = v * LIMB + whole->limb[i];
    }
    return a->neg ? -(int64_t)v : (int64_t)v;
}
