/* common/prog_num.c - numbers of options, and numbers as text. */
#include "programs/common/prog.h"
#include "programs/common/prog_text.h"

/* s[0..) is digits: the number, saturated.  *end: what follows. */
static prog_num digits(const char *s, const char **end, uint64_t *ret)
{
    prog_num state = PROG_NUM_OK;
    uint64_t n = 0;
    for (; prog_is_digit(*s); s++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n)) {
            state = PROG_NUM_OVERFLOW;
            n = UINT64_MAX;
            while (prog_is_digit(s[1]))
                s++;
        }
    *end = s;
    *ret = n;
    return state;
}

static prog_num scale(uint64_t *n, unsigned base, unsigned power)
{
    for (; power > 0; power--)
        if (__builtin_mul_overflow(*n, base, n)) {
            *n = UINT64_MAX;
            return PROG_NUM_OVERFLOW;
        }
    return PROG_NUM_OK;
}

/* Apply the multiplier `s`; *n was read in `state`. */
static prog_num multiply(const char *s, const char *suffixes, prog_num state, uint64_t *n)
{
    if (!*s)
        return state;
    if (!strchr(suffixes, *s))
        return PROG_NUM_SUFFIX;
    unsigned base = 1024, used = 1;
    if (strchr(suffixes, '0') && s[1]) {
        if (s[1] == 'i' && s[2] == 'B')
            used = 3;
        else if (s[1] == 'B' || s[1] == 'D') {
            used = 2;
            base = 1000;
        }
    }
    if (strchr("bcw", *s))
        used = 1;
    prog_num scaled;
    const char *powers = "KMGTPEZY", *power = strchr(powers, *s == 'k' ? 'K' : *s);
    if (*s == 'b')
        scaled = scale(n, 512, 1);
    else if (*s == 'B')
        scaled = scale(n, 1024, 1);
    else if (*s == 'c')
        scaled = PROG_NUM_OK;
    else if (*s == 'w')
        scaled = scale(n, 2, 1);
    else if (power)
        scaled = scale(n, base, (unsigned)(power - powers) + 1);
    else
        return PROG_NUM_SUFFIX;
    if (s[used])
        return PROG_NUM_SUFFIX;
    return state ? state : scaled;
}

static prog_num number(const char *s, const char *suffixes, bool *negative, uint64_t *ret)
{
    while (prog_is_space(*s))
        s++;
    *negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    prog_num state = PROG_NUM_OK;
    uint64_t n = 1;
    if (prog_is_digit(*s))
        state = digits(s, &s, &n);
    else if (!*s || !strchr(suffixes, *s) || *s == '0')
        return PROG_NUM_INVALID;
    state = multiply(s, suffixes, state, &n);
    *ret = n;
    return state;
}

prog_num prog_uint(const char *s, const char *suffixes, uint64_t *ret)
{
    bool negative;
    uint64_t n = 0;
    prog_num state = number(s, suffixes, &negative, &n);
    if (negative)
        return PROG_NUM_INVALID;
    if (state != PROG_NUM_INVALID)
        *ret = n;
    return state;
}

prog_num prog_int(const char *s, const char *suffixes, int64_t *ret)
{
    bool negative;
    uint64_t n = 0;
    prog_num state = number(s, suffixes, &negative, &n);
    if (state == PROG_NUM_INVALID)
        return state;
    if (n > (uint64_t)INT64_MAX) {
        *ret = negative ? INT64_MIN : INT64_MAX;
        bool fits = negative && n == (uint64_t)INT64_MAX + 1;
        return state == PROG_NUM_SUFFIX || fits ? state : PROG_NUM_OVERFLOW;
    }
    *ret = negative ? -(int64_t)n : (int64_t)n;
    return state;
}

uint64_t prog_uint_or_die(const char *s, const char *suffixes, uint64_t min, uint64_t max,
                          const char *what)
{
    uint64_t n = 0;
    prog_num state = prog_uint(s, suffixes, &n);
    if (state == PROG_NUM_OVERFLOW || (state == PROG_NUM_OK && (n < min || n > max)))
        prog_die(n > max || state ? EOVERFLOW : ERANGE, "%s: %s", what, prog_quote(s));
    if (state)
        prog_die(0, "%s: %s", what, prog_quote(s));
    return n;
}

size_t prog_digits(uint64_t n, char out[20])
{
    char text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - at;
}

void prog_human(uint64_t n, unsigned base, char out[24])
{
    static const char units[] = "BKMGTPE";
    unsigned unit = 0;
    uint64_t whole = n, rest = 0; /* the value is whole + rest/base, or a little more (sticky) */
    bool sticky = false;
    while (whole >= base) {
        sticky |= rest != 0;
        rest = whole % base;
        whole /= base;
        unit++;
    }
    size_t at;
    if (unit == 0) {
        at = prog_digits(whole, out);
        out[at] = '\0';
        return;
    }
    uint64_t tenths = (rest * 10 + base - 1) / base;
    if (sticky && rest * 10 % base == 0)
        tenths++;
    if (tenths >= 10 || whole >= 10) {
        whole += tenths > 0;
        tenths = 0;
        if (whole == base && unit < 6) {
            whole = 1;
            unit++;
        }
    }
    at = prog_digits(whole, out);
    if (whole < 10) {
        out[at++] = '.';
        out[at++] = (char)('0' + tenths);
    }
    out[at++] = unit == 1 && base == 1000 ? 'k' : units[unit];
    out[at] = '\0';
}
