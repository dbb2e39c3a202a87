/* date/tz.h - time zones by rule: what TZ may say in POSIX ("Other Environment Variables"), and
 * the rules that hold today for the names of the tz database that are used most.  There is no
 * database: times of the past have today's rules.  Pure but for tz_of_env. */
#ifndef BX_DATE_TZ_H
#define BX_DATE_TZ_H

#include "base/defs.h"

typedef struct tz_change {
    char kind; /* 'M' month.week.day, 'J' day 1 to 365 without a leap day, 'N' day 0 to 365 */
    int month, week, day;
    int32_t second; /* of that day, by the clock before the change */
} tz_change;

typedef struct tz {
    char std[12], dst[12];
    int32_t std_east, dst_east; /* seconds east of UTC */
    bool has_dst;
    tz_change begin, end; /* of daylight-saving time */
} tz;

typedef struct tz_time { /* a broken-down time; month 0 to 11, weekday 0: Sunday */
    int64_t year;
    int month, day, hour, minute, second, weekday, yearday;
    bool is_dst;
    int32_t east;
    const char *zone; /* within the tz it was made with */
} tz_time;

/* False: `spec` is neither a rule nor a known name; *ret is then UTC under the letters it begins
 * with, as glibc has it. */
bool tz_parse(const char *spec, tz *ret);
const tz *tz_of_env(void); /* TZ; UTC without */
void tz_fixed(int32_t east, const char *name, tz *ret);

/* Days since 1970-01-01 of a day in the Gregorian calendar; month and day may lie outside. */
int64_t tz_days(int64_t year, int64_t month, int64_t day);
bool tz_is_leap(int64_t year);

void tz_local(const tz *z, int64_t unix_s, tz_time *ret);

/* The time that `t`'s year to second name, which may lie outside their ranges.  A time that there
 * is twice is the first; one that a change leaves out is as far behind the change as it says.
 * False: beyond what can be counted. */
bool tz_unix(const tz *z, const tz_time *t, int64_t *ret);

#endif
