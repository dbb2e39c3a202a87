/* Numbers and values, compared as JSON Schema has it. */
#include <math.h>
#include <stdio.h>

#include "tool/schema_internal.h"

__extension__ typedef unsigned __int128 wide;

/* ---- numbers --------------------------------------------------------------------------------- */

/* An integer of the document: its sign and size. */
static bool integer_of(const bx_json_val *v, bool *negative, uint64_t *size)
{
    int64_t i;
    *negative = false;
    if (bx_json_uint64(v, size))
        return true;
    if (!bx_json_int64(v, &i))
        return false;
    *negative = i < 0;
    *size = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    return true;
}

/* Of a size with a double that is not negative. */
static int compare_size(uint64_t u, double d)
{
    if (d >= 18446744073709551616.0)
        return -1;
    uint64_t whole = (uint64_t)d; /* exact: d is below 2^64 */
    if (u != whole)
        return u < whole ? -1 : 1;
    return d > (double)whole ? -1 : 0;
}

static int compare_integer(bool negative, uint64_t size, double d)
{
    if (negative != (d < 0))
        return negative ? -1 : size == 0 && d == 0 ? 0 : 1;
    return negative ? -compare_size(size, -d) : compare_size(size, d);
}

int bx_number_compare(const bx_json_val *a, const bx_json_val *b)
{
    bool na, nb;
    uint64_t sa = 0, sb = 0;
    double da = 0, db = 0;
    bool ia = integer_of(a, &na, &sa), ib = integer_of(b, &nb, &sb);
    (void)bx_json_double(a, &da);
    (void)bx_json_double(b, &db);
    if (ia && ib) {
        int by_size = (sa > sb) - (sa < sb);
        return na != nb ? (na ? -1 : 1) : na ? -by_size : by_size;
    }
    if (ia)
        return compare_integer(na, sa, db);
    if (ib)
        return -compare_integer(nb, sb, da);
    return (da > db) - (da < db);
}

bool bx_number_is_whole(const bx_json_val *v)
{
    double d = 0;
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_INT || (t == BX_JSON_DOUBLE && bx_json_double(v, &d) && d == floor(d));
}

/* mantissa * 10^exponent: the decimal with the fewest digits that reads as that number. */
typedef struct decimal {
    uint64_t mantissa;
    int exponent;
} decimal;

static decimal decimal_of(const bx_json_val *v)
{
    char text[40];
    double d = 0;
    bool negative;
    decimal r = {0, 0};
    if (integer_of(v, &negative, &r.mantissa))
        return r;
    (void)bx_json_double(v, &d);
    for (int digits = 0; digits < 17; digits++) { /* 17 are always enough */
        (void)snprintf(text, sizeof text, "%.*e", digits, fabs(d));
        if (strtod(text, NULL) == fabs(d))
            break;
    }
    const char *p = text;
    int fraction = 0;
    for (bool point = false; *p && *p != 'e'; p++) {
        if (*p < '0' || *p > '9') {
            point = true;
            continue;
        }
        r.mantissa = r.mantissa * 10 + (uint64_t)(*p - '0');
        fraction += point;
    }
    for (p += *p == 'e', negative = *p == '-', p += *p == '-' || *p == '+'; *p; p++)
        r.exponent = r.exponent * 10 + (*p - '0');
    r.exponent = (negative ? -r.exponent : r.exponent) - fraction;
    return r;
}

static uint64_t power_of_ten(unsigned n, uint64_t mod)
{
    wide r = 1 % mod, square = 10 % mod;
    for (; n; n >>= 1) {
        r = n & 1 ? r * square % mod : r;
        square = square * square % mod;
    }
    return (uint64_t)r;
}

bool bx_number_is_multiple(const bx_json_val *v, const bx_json_val *by)
{
    decimal a = decimal_of(v), b = decimal_of(by);
    int more = a.exponent - b.exponent;
    if (a.mantissa == 0)
        return true;
    if (b.mantissa == 0)
        return false;
    if (more >= 0) {
        wide left = (wide)(a.mantissa % b.mantissa) * power_of_ten((unsigned)more, b.mantissa);
        return left % b.mantissa == 0;
    }
    for (; more < 0; more++) { /* a has fewer digits than the divisor's places: no multiple */
        if (b.mantissa > a.mantissa / 10)
            return false;
        b.mantissa *= 10;
    }
    return a.mantissa % b.mantissa == 0;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool spend(uint64_t *steps, uint64_t n)
{
    bool enough = *steps >= n;
    *steps = enough ? *steps - n : 0;
    return enough;
}

/* Most objects that are equal have their members in the same order. */
static bool equal_members(const bx_json_val *a, const bx_json_val *b, uint64_t *steps)
{
    bx_json_iter ia = bx_json_iter_of(a), ib = bx_json_iter_of(b);
    bool object = bx_json_type_of(a) == BX_JSON_OBJECT;
    bx_str key, other_key;
    if (bx_json_size(a) != bx_json_size(b))
        return false;
    for (const bx_json_val *e; (e = bx_json_next(&ia, &key));) {
        const bx_json_val *other = bx_json_next(&ib, &other_key);
        if (object && !bx_str_eq(key, other_key)) {
            if (!spend(steps, bx_json_size(b)))
                return false;
            other = bx_json_get(b, key);
        }
        if (!other || !bx_value_equal(e, other, steps))
            return false;
    }
    return true;
}

bool bx_value_equal(const bx_json_val *a, const bx_json_val *b, uint64_t *steps)
{
    bx_str sa, sb;
    bool ba, bb;
    bx_json_type ta = bx_json_type_of(a), tb = bx_json_type_of(b);
    if (!spend(steps, 1))
        return false;
    if ((ta == BX_JSON_INT || ta == BX_JSON_DOUBLE) && (tb == BX_JSON_INT || tb == BX_JSON_DOUBLE))
        return bx_number_compare(a, b) == 0;
    if (ta != tb)
        return false;
    switch (ta) {
    case BX_JSON_STRING:
        return bx_json_str(a, &sa) && bx_json_str(b, &sb) && sa.n == sb.n &&
               spend(steps, sa.n / 64) && bx_str_eq(sa, sb);
    case BX_JSON_BOOL:
        return bx_json_bool(a, &ba) && bx_json_bool(b, &bb) && ba == bb;
    case BX_JSON_ARRAY:
    case BX_JSON_OBJECT:
        return equal_members(a, b, steps);
    default:
        return true;
    }
}

/* ---- items that differ ----------------------------------------------------------------------- */

static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static uint64_t hash_string(bx_str s, uint64_t *steps)
{
    uint64_t h = 0xcbf29ce484222325u;
    (void)spend(steps, s.n / 16);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3u;
    return mix(h);
}

/* The same for values that are equal. */
static uint64_t hash_value(const bx_json_val *v, uint64_t *steps)
{
    double d = 0;
    bool b = false;
    bx_str s = BX_LIT("");
    bx_json_type t = bx_json_type_of(v);
    uint64_t h = (uint64_t)t + 1, bits;
    if (!spend(steps, 1))
        return 0;
    if (bx_json_double(v, &d)) {
        d += 0.0; /* no -0 */
        memcpy(&bits, &d, sizeof bits);
        return mix(bits);
    }
    if (bx_json_str(v, &s))
        return hash_string(s, steps);
    (void)bx_json_bool(v, &b);
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, &s));) {
        uint64_t one = hash_value(e, steps);
        h = t == BX_JSON_ARRAY ? mix(h + one) : h + mix(one ^ hash_string(s, steps));
    }
    return mix(h + b);
}

typedef struct hashed {
    uint64_t hash;
    const bx_json_val *v;
    size_t index;
} hashed;

static int by_hash(const void *a, const void *b)
{
    const hashed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Those of one hash are compared with each other; whoever makes many that are not equal pays for
 * it in steps. */
bool bx_items_differ(const bx_json_val *array, uint64_t *steps, size_t *a, size_t *b)
{
    size_t n = bx_json_size(array);
    BX_AUTOFREE hashed *items = n < 2 ? NULL : bx_calloc(n, sizeof *items);
    bx_json_iter it = bx_json_iter_of(array);
    if (n < 2)
        return true;
    *a = *b = 0;
    if (!items || !spend(steps, n)) {
        *steps = 0;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const bx_json_val *e = bx_json_next(&it, NULL);
        items[i] = (hashed){hash_value(e, steps), e, i};
    }
    qsort(items, n, sizeof *items, by_hash);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && items[k].hash == items[i].hash; k++) {
            if (bx_value_equal(items[i].v, items[k].v, steps) || *steps == 0) {
                *a = items[i].index;
                *b = items[k].index;
                return false;
            }
        }
    }
    return true;
}
