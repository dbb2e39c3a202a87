/* date/tz.c - rules of time zones. */
#include "programs/date/tz.h"

#include <stdlib.h>
#include <string.h>

#define US "M3.2.0,M11.1.0"
#define EU "M3.5.0,M10.5.0/3"

/* A rule, and the names that have it now. */
static const char *const zones[][2] = {
    {"UTC0", " UTC Etc/UTC Etc/Zulu Zulu Universal Etc/Universal UCT Etc/UCT "},
    {"GMT0", " GMT Etc/GMT Greenwich Etc/Greenwich GMT0 Africa/Abidjan Africa/Accra Africa/Dakar "
             "Atlantic/Reykjavik Iceland "},
    {"GMT0BST,M3.5.0/1,M10.5.0", " Europe/London GB Europe/Belfast "},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", " Europe/Dublin Eire "},
    {"WET0WEST,M3.5.0/1,M10.5.0", " Europe/Lisbon Portugal Atlantic/Canary Atlantic/Madeira WET "},
    {"CET-1CEST," EU,
     " Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Vienna Europe/Zurich "
     "Europe/Amsterdam Europe/Brussels Europe/Copenhagen Europe/Oslo Europe/Stockholm "
     "Europe/Prague "
     "Europe/Warsaw Europe/Budapest Europe/Belgrade Europe/Zagreb Europe/Ljubljana "
     "Europe/Bratislava Europe/Luxembourg Europe/Monaco Europe/Malta Europe/Tirane Europe/Andorra "
     "Europe/Sarajevo Europe/Skopje Europe/Podgorica Europe/Vaduz Europe/San_Marino Europe/Vatican "
     "Europe/Gibraltar Europe/Busingen Arctic/Longyearbyen Poland CET MET "},
    {"EET-2EEST,M3.5.0/3,M10.5.0/4",
     " Europe/Helsinki Europe/Athens Europe/Kiev Europe/Kyiv Europe/Bucharest Europe/Sofia "
     "Europe/Riga Europe/Tallinn Europe/Vilnius Europe/Mariehamn Asia/Nicosia EET "},
    {"EET-2", " Europe/Kaliningrad Africa/Tripoli Libya "},
    {"EET-2EEST,M4.5.5/0,M10.5.4/24", " Africa/Cairo Egypt "},
    {"MSK-3", " Europe/Moscow Europe/Simferopol W-SU "},
    {"<+03>-3", " Europe/Istanbul Turkey Asia/Istanbul Europe/Minsk Asia/Riyadh Asia/Baghdad "
                "Asia/Kuwait Asia/Qatar Asia/Amman Asia/Damascus "},
    {"CET-1", " Africa/Algiers Africa/Tunis "},
    {"WAT-1", " Africa/Lagos Africa/Kinshasa Africa/Luanda "},
    {"<+01>-1", " Africa/Casablanca "},
    {"CAT-2", " Africa/Harare Africa/Maputo Africa/Lusaka Africa/Khartoum "},
    {"SAST-2", " Africa/Johannesburg "},
    {"EAT-3", " Africa/Nairobi Africa/Addis_Ababa Africa/Kampala "},
    {"EST5EDT," US, " America/New_York US/Eastern America/Toronto America/Detroit EST5EDT "
                    "America/Montreal Canada/Eastern America/Nassau "
                    "America/Indiana/Indianapolis "},
    {"CST6CDT," US, " America/Chicago US/Central America/Winnipeg CST6CDT Canada/Central "
                    "America/Menominee America/Matamoros "},
    {"MST7MDT," US, " America/Denver US/Mountain America/Edmonton America/Boise MST7MDT "
                    "Canada/Mountain "},
    {"MST7", " America/Phoenix US/Arizona America/Hermosillo MST "},
    {"PST8PDT," US, " America/Los_Angeles US/Pacific America/Vancouver America/Tijuana PST8PDT "
                    "Canada/Pacific "},
    {"AKST9AKDT," US, " America/Anchorage US/Alaska America/Juneau "},
    {"HST10", " Pacific/Honolulu US/Hawaii HST "},
    {"AST4ADT," US, " America/Halifax Canada/Atlantic Atlantic/Bermuda America/Thule "},
    {"NST3:30NDT," US, " America/St_Johns Canada/Newfoundland "},
    {"AST4", " America/Puerto_Rico America/Santo_Domingo America/Martinique America/Barbados "},
    {"EST5", " America/Panama America/Jamaica America/Cancun EST "},
    {"CST6", " America/Mexico_City America/Guatemala America/Costa_Rica America/El_Salvador "
             "America/Regina America/Monterrey "},
    {"CST5CDT,M3.2.0/0,M11.1.0/1", " America/Havana Cuba "},
    {"<-05>5", " America/Bogota America/Lima America/Guayaquil "},
    {"<-04>4", " America/Caracas America/La_Paz America/Manaus "},
    {"<-04>4<-03>,M9.1.6/24,M4.1.6/24", " America/Santiago Chile/Continental "},
    {"<-03>3", " America/Sao_Paulo Brazil/East America/Argentina/Buenos_Aires America/Buenos_Aires "
               "America/Montevideo America/Bahia America/Fortaleza America/Asuncion "},
    {"<-01>1<+00>,M3.5.0/0,M10.5.0/1", " Atlantic/Azores "},
    {"<+0330>-3:30", " Asia/Tehran Iran "},
    {"IST-2IDT,M3.4.4/26,M10.5.0", " Asia/Jerusalem Asia/Tel_Aviv Israel "},
    {"EET-2EEST,M3.5.0/0,M10.5.0/0", " Asia/Beirut "},
    {"<+04>-4", " Asia/Dubai Asia/Baku Asia/Tbilisi Asia/Yerevan Asia/Muscat Europe/Samara "},
    {"<+0430>-4:30", " Asia/Kabul "},
    {"PKT-5", " Asia/Karachi "},
    {"<+05>-5", " Asia/Tashkent Asia/Yekaterinburg Asia/Almaty Indian/Maldives "},
    {"IST-5:30", " Asia/Kolkata Asia/Calcutta "},
    {"<+0530>-5:30", " Asia/Colombo "},
    {"<+0545>-5:45", " Asia/Kathmandu Asia/Katmandu "},
    {"<+06>-6", " Asia/Dhaka Asia/Omsk Asia/Bishkek "},
    {"<+0630>-6:30", " Asia/Yangon Asia/Rangoon "},
    {"<+07>-7", " Asia/Bangkok Asia/Ho_Chi_Minh Asia/Saigon Asia/Novosibirsk Asia/Krasnoyarsk "},
    {"WIB-7", " Asia/Jakarta "},
    {"CST-8", " Asia/Shanghai PRC Asia/Taipei Asia/Macau Asia/Chongqing ROC "},
    {"HKT-8", " Asia/Hong_Kong Hongkong "},
    {"<+08>-8", " Asia/Singapore Singapore Asia/Kuala_Lumpur Asia/Irkutsk Asia/Ulaanbaatar "},
    {"PST-8", " Asia/Manila "},
    {"AWST-8", " Australia/Perth "},
    {"JST-9", " Asia/Tokyo Japan "},
    {"KST-9", " Asia/Seoul ROK Asia/Pyongyang "},
    {"<+09>-9", " Asia/Yakutsk "},
    {"ACST-9:30", " Australia/Darwin "},
    {"ACST-9:30ACDT,M10.1.0,M4.1.0/3", " Australia/Adelaide "},
    {"AEST-10", " Australia/Brisbane "},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3",
     " Australia/Sydney Australia/Melbourne Australia/Canberra Australia/Hobart Australia/NSW "},
    {"<+10>-10", " Asia/Vladivostok "},
    {"<+11>-11", " Asia/Magadan Pacific/Noumea Pacific/Guadalcanal "},
    {"<+12>-12", " Asia/Kamchatka Pacific/Fiji "},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3", " Pacific/Auckland NZ Antarctica/McMurdo "},
    {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", " Pacific/Chatham "},
    {"<+13>-13", " Pacific/Apia Pacific/Tongatapu "},
    {"<+14>-14", " Pacific/Kiritimati "},
    {"SST11", " Pacific/Pago_Pago Pacific/Midway "},
};

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- rules ---------------------------------------------------------------------------------- */

static bool take_name(const char **s, char ret[12])
{
    const char *p = *s;
    size_t n = 0;
    if (*p == '<') {
        for (p++; *p && *p != '>'; p++)
            if (n < 11)
                ret[n++] = *p;
        if (*p++ != '>')
            return false;
    } else {
        for (; is_alpha(*p); p++)
            if (n < 11)
                ret[n++] = *p;
    }
    ret[n] = '\0';
    *s = p;
    return n >= 3;
}

static bool take_int(const char **s, int most, int *ret)
{
    int v = 0;
    if (!is_digit(**s))
        return false;
    for (; is_digit(**s); (*s)++)
        v = v > 100000 ? v : v * 10 + (**s - '0');
    *ret = v;
    return v <= most;
}

static bool take_clock(const char **s, int most_hours, int32_t *ret)
{
    int sign = **s == '-' ? -1 : 1, h, m = 0, sec = 0;
    if (**s == '-' || **s == '+')
        (*s)++;
    if (!take_int(s, most_hours, &h))
        return false;
    if (**s == ':' && (++*s, !take_int(s, 59, &m)))
        return false;
    if (**s == ':' && (++*s, !take_int(s, 59, &sec)))
        return false;
    *ret = sign * (h * 3600 + m * 60 + sec);
    return true;
}

static bool take_change(const char **s, tz_change *c)
{
    *c = (tz_change){.kind = 'N', .second = 7200};
    if (*(*s)++ != ',')
        return false;
    if (**s == 'M') {
        c->kind = 'M';
        ++*s;
        if (!take_int(s, 12, &c->month) || c->month < 1 || *(*s)++ != '.' ||
            !take_int(s, 5, &c->week) || c->week < 1 || *(*s)++ != '.' || !take_int(s, 6, &c->day))
            return false;
    } else {
        if (**s == 'J') {
            c->kind = 'J';
            ++*s;
        }
        if (!take_int(s, 365, &c->day))
            return false;
    }
    return **s != '/' || (++*s, take_clock(s, 167, &c->second));
}

static bool parse_rule(const char *s, tz *z)
{
    *z = (tz){0};
    if (!take_name(&s, z->std) || !take_clock(&s, 24, &z->std_east))
        return false;
    z->std_east = -z->std_east;
    if (!*s)
        return true;
    if (!take_name(&s, z->dst))
        return false;
    z->has_dst = true;
    z->dst_east = z->std_east + 3600;
    if (*s && *s != ',') {
        if (!take_clock(&s, 24, &z->dst_east))
            return false;
        z->dst_east = -z->dst_east;
    }
    if (!*s)
        s = "," US;
    return take_change(&s, &z->begin) && take_change(&s, &z->end) && !*s;
}

void tz_fixed(int32_t east, const char *name, tz *ret)
{
    *ret = (tz){.std_east = east};
    size_t n = strnlen(name, sizeof ret->std - 1);
    memcpy(ret->std, name, n);
}

static bool has_name(const char *names, const char *name, size_t n)
{
    for (const char *at = names; (at = strstr(at, name)) != NULL; at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

bool tz_parse(const char *spec, tz *ret)
{
    if (*spec == ':')
        spec++;
    size_t n = strlen(spec);
    tz_fixed(0, "UTC", ret);
    if (n == 0)
        return true;
    if (n < 64 && !strchr(spec, ' '))
        for (size_t i = 0; i < BX_COUNT(zones); i++)
            if (has_name(zones[i][1], spec, n))
                return parse_rule(zones[i][0], ret);
    if (parse_rule(spec, ret))
        return true;
    char letters[12];
    size_t k = 0;
    for (; k < 11 && is_alpha(spec[k]); k++)
        letters[k] = spec[k];
    letters[k] = '\0';
    tz_fixed(0, k >= 3 ? letters : "UTC", ret);
    return false;
}

const tz *tz_of_env(void)
{
    static tz z;
    static bool known;
    if (!known) {
        const char *spec = getenv("TZ");
        (void)tz_parse(spec ? spec : "", &z);
        known = true;
    }
    return &z;
}

/* ---- the calendar (proleptic Gregorian; days counted from 1 March of year 0, in eras of 400
 * years)
 */

bool tz_is_leap(int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t tz_days(int64_t year, int64_t month, int64_t day)
{
    year += floor_div(month, 12);
    month -= floor_div(month, 12) * 12;
    int64_t shifted = month >= 2 ? month - 2 : month + 10, y = year - (month < 2),
            era = floor_div(y, 400), of_era = y - era * 400;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * shifted + 2) / 5 + day -
           1 - 719468;
}

static void civil(int64_t days, tz_time *t)
{
    int64_t z = days + 719468, era = floor_div(z, 146097), of_era = z - era * 146097,
            y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365,
            doy = of_era - (365 * y + y / 4 - y / 100), m = (5 * doy + 2) / 153;
    t->day = (int)(doy - (153 * m + 2) / 5 + 1);
    t->month = (int)(m < 10 ? m + 2 : m - 10);
    t->year = era * 400 + y + (t->month < 2);
    t->weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7);
    t->yearday = (int)(days - tz_days(t->year, 0, 1));
}

/* Seconds since 1970 by the clock before the change. */
static int64_t change_at(const tz_change *c, int64_t year)
{
    int64_t day;
    if (c->kind == 'M') {
        int64_t first = tz_days(year, c->month - 1, 1), next = tz_days(year, c->month, 1);
        int64_t weekday = first + 4 - floor_div(first + 4, 7) * 7;
        day = first + (c->day - weekday + 7) % 7 + (c->week - 1) * 7;
        while (day >= next)
            day -= 7;
    } else {
        day = tz_days(year, 0, 1) + c->day;
        if (c->kind == 'J')
            day -= tz_is_leap(year) && c->day >= 60 ? 0 : 1;
    }
    return day * 86400 + c->second;
}

static bool in_dst(const tz *z, int64_t unix_s)
{
    if (!z->has_dst)
        return false;
    tz_time t;
    civil(floor_div(unix_s + z->std_east, 86400), &t);
    int64_t begin = change_at(&z->begin, t.year) - z->std_east,
            end = change_at(&z->end, t.year) - z->dst_east;
    return begin < end ? unix_s >= begin && unix_s < end : unix_s >= begin || unix_s < end;
}

void tz_local(const tz *z, int64_t unix_s, tz_time *ret)
{
    bool dst = in_dst(z, unix_s);
    ret->is_dst = dst;
    ret->east = dst ? z->dst_east : z->std_east;
    ret->zone = dst ? z->dst : z->std;
    int64_t days = floor_div(unix_s, 86400), s = unix_s - days * 86400 + ret->east;
    days += floor_div(s, 86400);
    s -= floor_div(s, 86400) * 86400;
    civil(days, ret);
    ret->hour = (int)(s / 3600);
    ret->minute = (int)(s / 60 % 60);
    ret->second = (int)(s % 60);
}

bool tz_unix(const tz *z, const tz_time *t, int64_t *ret)
{
    enum { YEARS_MAX = 1 << 30 };
    if (t->year > 2 * (int64_t)YEARS_MAX || t->year < -2 * (int64_t)YEARS_MAX)
        return false;
    int64_t local = tz_days(t->year, t->month, t->day) * 86400 + (int64_t)t->hour * 3600 +
                    (int64_t)t->minute * 60 + t->second;
    if (z->has_dst && in_dst(z, local - z->dst_east))
        *ret = local - z->dst_east;
    else
        *ret = local - z->std_east;
    return true;
}
