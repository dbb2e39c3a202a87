/* Size, time and count text, and settings of limits: the value of an accepted text is worked out
 * a second way, and every value prints to text that gives it back. */
#include "policy/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The units by a rule of thumb of their own: letter gives the power, an 'i' or nothing the base. */
static unsigned __int128 size_unit(bx_str s)
{
    static const char letters[] = "KMGT";
    unsigned __int128 v = 1;
    if (s.n == 0)
        return 1;
    char c = s.p[0] & ~0x20;
    const char *at = strchr(letters, c);
    uint64_t base = s.n == 2 ? 1000 : 1024;
    for (long i = 0; at && i <= at - letters; i++)
        v *= base;
    return v;
}

static unsigned __int128 time_unit(bx_str s)
{
    if (s.n == 0 || (s.n == 1 && s.p[0] == 's'))
        return BX_SEC;
    if (s.n == 2)
        return s.p[0] == 'n' ? 1 : s.p[0] == 'u' ? 1000 : 1000000;
    return s.p[0] == 'm' ? 60 * BX_SEC : 3600 * BX_SEC;
}

/* thousandths * unit / 1000, in 128 bits; the text is known to be well-formed. */
static uint64_t expected(bx_str s, unsigned __int128 (*unit)(bx_str))
{
    unsigned __int128 thousandths = 0;
    size_t i = 0;
    int decimals = -1;
    for (; i < s.n && decimals < 3 && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'); i++) {
        if (s.p[i] == '.') {
            decimals = 0;
            continue;
        }
        thousandths = thousandths * 10 + (unsigned)(s.p[i] - '0');
        decimals += decimals >= 0;
    }
    for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++)
        thousandths *= 10;
    return (uint64_t)(thousandths * unit(bx_str_from(s, i)) / 1000);
}

static void check_size(bx_str s)
{
    uint64_t v, back;
    char out[32];
    if (bx_size_parse(s, &v, NULL) != BX_OK)
        return;
    BX_ASSERT(v == expected(s, size_unit));
    bx_size_print(v, out);
    BX_ASSERT(bx_size_parse(bx_str_of(out), &back, NULL) == BX_OK && back == v);
    BX_ASSERT(strlen(out) <= 20);
}

static void check_time(bx_str s)
{
    uint64_t v, back;
    char out[32];
    if (bx_time_parse(s, &v, NULL) != BX_OK)
        return;
    BX_ASSERT(v == expected(s, time_unit));
    bx_time_print(v, out);
    BX_ASSERT(bx_time_parse(bx_str_of(out), &back, NULL) == BX_OK && back == v);
}

static void check_setting(bx_str s)
{
    bx_limits l = bx_limits_default(), before = l;
    bx_limit_row row;
    bx_code rc = bx_limits_set(&l, s, NULL);
    BX_ASSERT(rc == BX_OK || (rc == BX_EINVAL && memcmp(&l, &before, sizeof l) == 0));
    for (size_t i = 0; bx_limits_row(i, &row); i++)
        BX_ASSERT(bx_limits_get(&l, i) <= row.max && (bx_limits_get(&l, i) > 0 || row.def == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str s = {(const char *)data, size > 64 ? 64 : size};
    uint64_t count = 77;
    check_size(s);
    check_time(s);
    check_setting(s);
    if (bx_count_parse(s, &count, NULL) != BX_OK)
        BX_ASSERT(count == 77);
    return 0;
}
