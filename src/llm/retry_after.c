#include "llm/retry_after.h"

#include "base/ascii.h"
#include "os/clock.h"

enum { NS = 1000000000, YEAR_S = 366 * 24 * 3600, DATE = 29 /* "Sun, 06 Nov 1994 08:49:37 GMT" */ };

static bx_str trim(bx_str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = bx_str_from(s, 1);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

bool bx_seconds_parse(bx_str text, uint64_t *ret_ns)
{
    bx_str s = trim(text);
    uint64_t ns = 0, unit = NS;
    bool point = false, digits = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!bx_is_digit(s.p[i]))
            return false;
        uint64_t d = (uint64_t)(s.p[i] - '0');
        digits = true;
        if (point)
            unit /= 10;
        ns = point ? ns + d * unit : ns * 10 + d * NS;
        if (ns > (uint64_t)YEAR_S * NS)
            ns = (uint64_t)YEAR_S * NS;
    }
    if (digits)
        *ret_ns = ns;
    return digits;
}

/* `n` digits at `at`; -1: they are none. */
static int number(bx_str s, size_t at, size_t n)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (!bx_is_digit(s.p[i]))
            return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool bx_retry_after_at(bx_str text, int64_t now, uint64_t *ret_ns)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    bx_str s = trim(text);
    if (bx_seconds_parse(s, ret_ns))
        return true;
    if (s.n != DATE || !bx_str_eq(bx_str_from(s, DATE - 4), BX_LIT(" GMT")))
        return false;
    int month = 0;
    while (month < 12 && memcmp(MONTHS + (size_t)3 * (size_t)month, s.p + 8, 3) != 0)
        month++;
    int day = number(s, 5, 2), year = number(s, 12, 4);
    int h = number(s, 17, 2), m = number(s, 20, 2), sec = number(s, 23, 2);
    if (month == 12 || day < 1 || day > 31 || year < 1970 || h < 0 || h > 23 || m < 0 || m > 59 ||
        sec < 0 || sec > 60)
        return false;
    int64_t then = days_of(year, month + 1, day) * 86400 + h * 3600 + m * 60 + sec;
    int64_t wait = then > now ? then - now : 0;
    *ret_ns = (uint64_t)(wait < YEAR_S ? wait : YEAR_S) * NS;
    return true;
}

bool bx_retry_after_parse(bx_str text, uint64_t *ret_ns)
{
    return bx_retry_after_at(text, (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / NS), ret_ns);
}
