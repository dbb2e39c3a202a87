/* date/date_parse.c - dates as people write them. */
#include "programs/date/date_parse.h"

#include <string.h>

typedef enum kind {
    END,
    NUMBER,     /* without a sign */
    SIGNED,     /* with one */
    CHAR,       /* value: a character */
    MERIDIAN,   /* 0 am, 1 pm */
    MONTH,      /* 0 to 11 */
    DAY,        /* 0: Sunday */
    ZONE,       /* minutes east */
    DAYZONE,    /* the same, of standard time; daylight-saving time of it */
    LOCAL_ZONE, /* 0 or 1: daylight-saving time */
    DST,
    UNIT,
    SHIFT,     /* days: yesterday */
    ORDINAL,   /* next, last, third */
    AGO,       /* -1, or 1 */
    SEPARATOR, /* T */
} kind;

enum { YEARS, MONTHS, DAYS, HOURS, MINUTES, SECONDS, UNITS };

typedef struct token {
    kind kind;
    int64_t value;
    int unit, digits;
    bool neg, fraction;
    int32_t ns;
} token;

typedef struct word {
    const char *name;
    kind kind;
    int unit;
    int value;
} word;

static const word months_and_days[] = {
    {"january", MONTH, 0, 0},   {"february", MONTH, 0, 1}, {"march", MONTH, 0, 2},
    {"april", MONTH, 0, 3},     {"may", MONTH, 0, 4},      {"june", MONTH, 0, 5},
    {"july", MONTH, 0, 6},      {"august", MONTH, 0, 7},   {"september", MONTH, 0, 8},
    {"sept", MONTH, 0, 8},      {"october", MONTH, 0, 9},  {"november", MONTH, 0, 10},
    {"december", MONTH, 0, 11}, {"sunday", DAY, 0, 0},     {"monday", DAY, 0, 1},
    {"tuesday", DAY, 0, 2},     {"tues", DAY, 0, 2},       {"wednesday", DAY, 0, 3},
    {"wednes", DAY, 0, 3},      {"thursday", DAY, 0, 4},   {"thur", DAY, 0, 4},
    {"thurs", DAY, 0, 4},       {"friday", DAY, 0, 5},     {"saturday", DAY, 0, 6},
};

static const word units[] = {
    {"year", UNIT, YEARS, 1},     {"month", UNIT, MONTHS, 1}, {"fortnight", UNIT, DAYS, 14},
    {"week", UNIT, DAYS, 7},      {"day", UNIT, DAYS, 1},     {"hour", UNIT, HOURS, 1},
    {"minute", UNIT, MINUTES, 1}, {"min", UNIT, MINUTES, 1},  {"second", UNIT, SECONDS, 1},
    {"sec", UNIT, SECONDS, 1},
};

static const word relatives[] = {
    {"am", MERIDIAN, 0, 0},       {"a.m.", MERIDIAN, 0, 0},    {"pm", MERIDIAN, 0, 1},
    {"p.m.", MERIDIAN, 0, 1},     {"dst", DST, 0, 0},          {"tomorrow", SHIFT, 0, 1},
    {"yesterday", SHIFT, 0, -1},  {"today", SHIFT, 0, 0},      {"now", SHIFT, 0, 0},
    {"last", ORDINAL, 0, -1},     {"this", ORDINAL, 0, 0},     {"next", ORDINAL, 0, 1},
    {"first", ORDINAL, 0, 1},     {"third", ORDINAL, 0, 3},    {"fourth", ORDINAL, 0, 4},
    {"fifth", ORDINAL, 0, 5},     {"sixth", ORDINAL, 0, 6},    {"seventh", ORDINAL, 0, 7},
    {"eighth", ORDINAL, 0, 8},    {"ninth", ORDINAL, 0, 9},    {"tenth", ORDINAL, 0, 10},
    {"eleventh", ORDINAL, 0, 11}, {"twelfth", ORDINAL, 0, 12}, {"ago", AGO, 0, -1},
    {"hence", AGO, 0, 1},
};

static const word zone_names[] = {
    {"gmt", ZONE, 0, 0},        {"ut", ZONE, 0, 0},        {"utc", ZONE, 0, 0},
    {"wet", ZONE, 0, 0},        {"west", DAYZONE, 0, 0},   {"bst", DAYZONE, 0, 0},
    {"art", ZONE, 0, -180},     {"brt", ZONE, 0, -180},    {"brst", DAYZONE, 0, -180},
    {"nst", ZONE, 0, -210},     {"ndt", DAYZONE, 0, -210}, {"ast", ZONE, 0, -240},
    {"adt", DAYZONE, 0, -240},  {"clt", ZONE, 0, -240},    {"clst", DAYZONE, 0, -240},
    {"est", ZONE, 0, -300},     {"edt", DAYZONE, 0, -300}, {"cst", ZONE, 0, -360},
    {"cdt", DAYZONE, 0, -360},  {"mst", ZONE, 0, -420},    {"mdt", DAYZONE, 0, -420},
    {"pst", ZONE, 0, -480},     {"pdt", DAYZONE, 0, -480}, {"akst", ZONE, 0, -540},
    {"akdt", DAYZONE, 0, -540}, {"hst", ZONE, 0, -600},    {"hast", ZONE, 0, -600},
    {"hadt", DAYZONE, 0, -600}, {"sst", ZONE, 0, -720},    {"wat", ZONE, 0, 60},
    {"cet", ZONE, 0, 60},       {"cest", DAYZONE, 0, 60},  {"met", ZONE, 0, 60},
    {"mez", ZONE, 0, 60},       {"mest", DAYZONE, 0, 60},  {"mesz", DAYZONE, 0, 60},
    {"eet", ZONE, 0, 120},      {"eest", DAYZONE, 0, 120}, {"cat", ZONE, 0, 120},
    {"sast", ZONE, 0, 120},     {"eat", ZONE, 0, 180},     {"msk", ZONE, 0, 180},
    {"msd", DAYZONE, 0, 180},   {"ist", ZONE, 0, 330},     {"sgt", ZONE, 0, 480},
    {"kst", ZONE, 0, 540},      {"jst", ZONE, 0, 540},     {"gst", ZONE, 0, 600},
    {"nzst", ZONE, 0, 720},     {"nzdt", DAYZONE, 0, 720},
};

typedef struct parser {
    token t[DATE_TOKENS_MAX + 4]; /* ended by END four times */
    size_t at;
    const tz *zone;
    int64_t rel[UNITS];
    int64_t rel_ns;
    int dates, days, times, zones, rels, stamps;
    int64_t year, month, day;
    int year_digits;
    int64_t hour, minute, second;
    int32_t ns;
    int meridian; /* -1 none */
    int64_t weekday, ordinal;
    int64_t east; /* minutes */
    bool local_dst, has_local_dst;
    bool bad;
} parser;

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool find_in(const word *list, size_t n, const char *name, token *t)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0) {
            *t = (token){.kind = list[i].kind, .value = list[i].value, .unit = list[i].unit};
            return true;
        }
    return false;
}

static bool find_month(const char *name, size_t n, token *t)
{
    if (find_in(months_and_days, BX_COUNT(months_and_days), name, t))
        return true;
    if (n != 3 && !(n == 4 && name[3] == '.'))
        return false;
    for (size_t i = 0; i < BX_COUNT(months_and_days); i++) {
        const word *w = &months_and_days[i];
        if (strncmp(w->name, name, 3) == 0) {
            *t = (token){.kind = w->kind, .value = w->value};
            return true;
        }
    }
    return false;
}

static bool same_letters(const char *a, const char *lower)
{
    for (; *a && *lower; a++, lower++)
        if ((*a >= 'A' && *a <= 'Z' ? *a + 32 : *a) != *lower)
            return false;
    return *a == *lower;
}

static bool find_zone(const parser *p, const char *name, token *t)
{
    if (strcmp(name, "gmt") == 0 || strcmp(name, "ut") == 0 || strcmp(name, "utc") == 0) {
        *t = (token){.kind = ZONE};
        return true;
    }
    if (same_letters(p->zone->std, name) ||
        (p->zone->has_dst && same_letters(p->zone->dst, name))) {
        *t = (token){.kind = LOCAL_ZONE, .value = !same_letters(p->zone->std, name)};
        return true;
    }
    return find_in(zone_names, BX_COUNT(zone_names), name, t);
}

static bool find_military(char c, token *t)
{
    if (c == 't') {
        *t = (token){.kind = SEPARATOR};
        return true;
    }
    static const char east[] = "abcdefghiklm", west[] = "nopqrstuvwxy";
    const char *hit;
    if (c == 'z')
        *t = (token){.kind = ZONE};
    else if ((hit = strchr(east, c)) != NULL)
        *t = (token){.kind = ZONE, .value = 60 * (hit - east + 1)};
    else if ((hit = strchr(west, c)) != NULL)
        *t = (token){.kind = ZONE, .value = -60 * (hit - west + 1)};
    else
        return false;
    return true;
}

static bool find_word(const parser *p, char *name, size_t n, token *t)
{
    if (find_in(relatives, 4, name, t) || find_month(name, n, t) || find_zone(p, name, t))
        return true;
    if (find_in(units, BX_COUNT(units), name, t))
        return true;
    if (n > 1 && name[n - 1] == 's') {
        name[n - 1] = '\0';
        if (find_in(units, BX_COUNT(units), name, t))
            return true;
        name[n - 1] = 's';
    }
    if (find_in(relatives, BX_COUNT(relatives), name, t))
        return true;
    if (n == 1)
        return find_military(name[0], t);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (name[i] != '.')
            name[k++] = name[i];
    name[k] = '\0';
    return k < n && find_zone(p, name, t);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static bool lex_number(const char **s, int sign, token *t)
{
    *t = (token){.kind = sign ? SIGNED : NUMBER, .neg = sign < 0};
    for (; is_digit(**s); (*s)++, t->digits++)
        if (__builtin_mul_overflow(t->value, 10, &t->value) ||
            __builtin_add_overflow(t->value, **s - '0', &t->value))
            return false;
    if ((**s == '.' || **s == ',') && is_digit((*s)[1])) {
        t->fraction = true;
        int32_t unit = 100000000;
        bool more = false;
        for (++*s; is_digit(**s); (*s)++, unit /= 10) {
            t->ns += (**s - '0') * unit;
            more |= unit == 0 && **s != '0';
        }
        if (sign < 0 && more)
            t->ns++;
    }
    if (sign < 0)
        t->value = -t->value;
    if (sign < 0 && t->ns > 0) {
        t->value--;
        t->ns = 1000000000 - t->ns;
    }
    return true;
}

static bool lex_word(const parser *p, const char **s, token *t)
{
    char name[21];
    size_t n = 0;
    for (; is_alpha(**s) || **s == '.'; (*s)++)
        if (n < sizeof name - 1)
            name[n++] = (char)(**s >= 'A' && **s <= 'Z' ? **s + 32 : **s);
    name[n] = '\0';
    return find_word(p, name, n, t);
}

static const char *skip_comment(const char *s)
{
    int depth = 0;
    do {
        depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
        s++;
    } while (depth > 0 && *s);
    return s;
}

static bool lex(parser *p, const char *s)
{
    size_t n = 0;
    while (*s) {
        if (is_space(*s)) {
            s++;
            continue;
        }
        if (*s == '(') {
            s = skip_comment(s);
            continue;
        }
        if (n == DATE_TOKENS_MAX)
            return false;
        token *t = &p->t[n];
        int sign = 0;
        if (*s == '-' || *s == '+') {
            sign = *s == '-' ? -1 : 1;
            for (s++; is_space(*s); s++)
                continue;
            if (!is_digit(*s))
                continue;
        }
        if (is_digit(*s)) {
            if (!lex_number(&s, sign, t))
                return false;
        } else if (is_alpha(*s)) {
            if (!lex_word(p, &s, t))
                return false;
        } else {
            *t = (token){.kind = CHAR, .value = (unsigned char)*s++};
        }
        n++;
    }
    return true;
}

/* ---- grammar -------------------------------------------------------------------------------- */

static const token *look(const parser *p, size_t ahead) { return &p->t[p->at + ahead]; }
static bool is(const parser *p, size_t ahead, kind k) { return look(p, ahead)->kind == k; }
static bool is_char(const parser *p, size_t ahead, char c)
{
    return is(p, ahead, CHAR) && look(p, ahead)->value == c;
}
static bool is_whole(const parser *p, size_t ahead, kind k)
{
    return is(p, ahead, k) && !look(p, ahead)->fraction;
}

static void set_zone(parser *p, int64_t minutes)
{
    p->east = minutes;
    if (minutes > 24 * 60 || minutes < -24 * 60)
        p->bad = true;
}

/* [+-]HH[:MM] or [+-]HHMM at `at`: minutes. */
static int64_t zone_offset(parser *p)
{
    const token *t = look(p, 0);
    int64_t n = t->value, hours = n, minutes = 0;
    p->at++;
    if (is_char(p, 0, ':') && is_whole(p, 1, NUMBER)) {
        minutes = look(p, 1)->value;
        p->at += 2;
    } else if (t->digits > 2) {
        hours = n / 100;
        minutes = n % 100;
    }
    if (hours > 24 || hours < -24 || minutes > 24 * 60) {
        p->bad = true;
        return 0;
    }
    return hours * 60 + (t->neg && minutes > 0 ? -minutes : minutes);
}

static void relative(parser *p, int64_t count, int32_t ns)
{
    const token *t = look(p, 0);
    int64_t sign = 1, by;
    int unit = t->unit;
    if (is(p, 1, AGO)) {
        sign = look(p, 1)->value;
        p->at++;
    }
    p->at++;
    p->rels = 1;
    if (__builtin_mul_overflow(count, t->value * sign, &by) ||
        __builtin_add_overflow(p->rel[unit], by, &p->rel[unit]))
        p->bad = true;
    p->rel_ns += sign * ns;
    p->bad |= ns != 0 && unit != SECONDS;
}

static void clock_time(parser *p)
{
    p->times++;
    p->hour = look(p, 0)->value;
    p->minute = look(p, 2)->value;
    p->second = 0;
    p->ns = 0;
    p->meridian = -1;
    p->at += 3;
    if (is_char(p, 0, ':') && is(p, 1, NUMBER)) {
        p->second = look(p, 1)->value;
        p->ns = look(p, 1)->ns;
        p->at += 2;
    }
    if (is(p, 0, MERIDIAN)) {
        p->meridian = (int)look(p, 0)->value;
        p->at++;
    } else if (is_whole(p, 0, SIGNED)) {
        p->zones++;
        set_zone(p, zone_offset(p));
    }
}

static void set_date(parser *p, const token *year, int64_t month, int64_t day)
{
    p->dates++;
    if (year) {
        p->year = year->value;
        p->year_digits = year->digits;
    }
    p->month = month;
    p->day = day;
}

static void slashed(parser *p)
{
    const token *a = look(p, 0), *b = look(p, 2);
    if (is_char(p, 3, '/') && is_whole(p, 4, NUMBER)) {
        const token *c = look(p, 4);
        if (a->digits >= 4)
            set_date(p, a, b->value - 1, c->value);
        else
            set_date(p, c, a->value - 1, b->value);
        p->at += 5;
        return;
    }
    set_date(p, NULL, a->value - 1, b->value);
    p->at += 3;
}

/* A year that a minus sign belongs to as a hyphen: 17-JUN-1992. */
static token hyphened(const token *t)
{
    token year = *t;
    year.value = -year.value;
    return year;
}

static void day_month(parser *p)
{
    int64_t day = look(p, 0)->value, month = look(p, 1)->value;
    p->at += 2;
    if (is_whole(p, 0, NUMBER)) {
        set_date(p, look(p, 0), month, day);
        p->at++;
    } else if (is_whole(p, 0, SIGNED)) {
        token year = hyphened(look(p, 0));
        set_date(p, &year, month, day);
        p->at++;
    } else {
        set_date(p, NULL, month, day);
    }
}

static void month_day(parser *p)
{
    int64_t month = look(p, 0)->value;
    const token *day = look(p, 1);
    if (is_whole(p, 1, SIGNED) && is_whole(p, 2, SIGNED)) {
        token year = hyphened(look(p, 2));
        set_date(p, &year, month, -day->value);
        p->at += 3;
    } else if (is_whole(p, 1, NUMBER)) {
        p->at += 2;
        const token *year = NULL;
        if (is_char(p, 0, ',') && is_whole(p, 1, NUMBER)) {
            year = look(p, 1);
            p->at += 2;
        }
        set_date(p, year, month, day->value);
    } else {
        p->bad = true;
    }
}

/* A number by itself: a year, a date without separators, or a time. */
static void bare(parser *p)
{
    const token *t = look(p, 0);
    p->at++;
    if (p->dates && !p->year_digits && !p->rels && (p->times || t->digits > 2)) {
        p->year = t->value;
        p->year_digits = t->digits;
    } else if (t->digits > 4) {
        p->dates++;
        p->day = t->value % 100;
        p->month = t->value / 100 % 100 - 1;
        p->year = t->value / 10000;
        p->year_digits = t->digits - 4;
    } else {
        p->times++;
        p->hour = t->digits <= 2 ? t->value : t->value / 100;
        p->minute = t->digits <= 2 ? 0 : t->value % 100;
        p->second = 0;
        p->ns = 0;
        p->meridian = -1;
    }
}

static void iso_date(parser *p)
{
    set_date(p, look(p, 0), -look(p, 1)->value - 1, -look(p, 2)->value);
    p->at += 3;
    if (!is(p, 0, SEPARATOR))
        return;
    if (is_whole(p, 1, NUMBER) && is_char(p, 2, ':') && is_whole(p, 3, NUMBER)) {
        p->at++;
        clock_time(p);
    } else if (is_whole(p, 1, NUMBER) && is_whole(p, 2, SIGNED)) {
        p->times++;
        p->hour = look(p, 1)->value;
        p->minute = p->second = p->ns = 0;
        p->meridian = -1;
        p->at += 2;
        p->zones++;
        set_zone(p, zone_offset(p));
    }
}

static void number(parser *p)
{
    const token *t = look(p, 0);
    if (is(p, 1, UNIT)) {
        p->at++;
        relative(p, t->value, t->ns);
    } else if (t->fraction) {
        p->bad = true;
    } else if (is_char(p, 1, ':') && is_whole(p, 2, NUMBER)) {
        clock_time(p);
    } else if (is(p, 1, MERIDIAN)) {
        p->times++;
        p->hour = t->value;
        p->minute = p->second = p->ns = 0;
        p->meridian = (int)look(p, 1)->value;
        p->at += 2;
    } else if (is_char(p, 1, '/') && is_whole(p, 2, NUMBER)) {
        slashed(p);
    } else if (is_whole(p, 1, SIGNED) && is_whole(p, 2, SIGNED) && look(p, 1)->neg &&
               look(p, 2)->neg) {
        iso_date(p);
    } else if (is(p, 1, SIGNED) && is(p, 2, UNIT)) {
        bare(p);
    } else if (is(p, 1, SIGNED)) {
        p->bad = true;
    } else if (is(p, 1, MONTH)) {
        day_month(p);
    } else if (is(p, 1, DAY)) {
        p->days++;
        p->ordinal = t->value;
        p->weekday = look(p, 1)->value;
        p->at += 2;
    } else {
        bare(p);
    }
}

static void zone(parser *p)
{
    const token *t = look(p, 0);
    p->zones++;
    p->at++;
    int64_t east = t->value + (t->kind == DAYZONE ? 60 : 0);
    if (t->kind == SEPARATOR)
        east = -7 * 60;
    if (t->kind == LOCAL_ZONE) {
        bool dst = t->value != 0;
        if (is(p, 0, DST)) {
            dst = true;
            p->at++;
        }
        p->zones--;
        p->has_local_dst = true;
        p->local_dst = dst;
        return;
    }
    if (t->kind == ZONE && is(p, 0, DST)) {
        east += 60;
        p->at++;
    } else if (t->kind != DAYZONE && is(p, 0, SIGNED) && !is(p, 1, UNIT)) {
        east += zone_offset(p);
    }
    set_zone(p, east);
}

static void item(parser *p)
{
    const token *t = look(p, 0);
    switch (t->kind) {
    case NUMBER:
        number(p);
        break;
    case SIGNED:
        p->at++;
        if (is(p, 0, UNIT))
            relative(p, t->value, t->ns);
        else
            p->bad = true;
        break;
    case UNIT:
        relative(p, 1, 0);
        break;
    case ORDINAL:
        p->at++;
        if (is(p, 0, UNIT)) {
            relative(p, t->value, 0);
        } else if (is(p, 0, DAY)) {
            p->days++;
            p->ordinal = t->value;
            p->weekday = look(p, 0)->value;
            p->at++;
        } else {
            p->bad = true;
        }
        break;
    case SHIFT:
        p->rels = 1;
        p->rel[DAYS] += t->value;
        p->at++;
        break;
    case DAY:
        p->days++;
        p->ordinal = 0;
        p->weekday = t->value;
        p->at += is_char(p, 1, ',') ? 2 : 1;
        break;
    case MONTH:
        month_day(p);
        break;
    case ZONE:
    case DAYZONE:
    case LOCAL_ZONE:
    case SEPARATOR:
        zone(p);
        break;
    default:
        p->bad = true;
    }
}

/* ---- the point in time ---------------------------------------------------------------------- */

static bool set_hour(const parser *p, tz_time *t)
{
    int64_t h = p->hour;
    if (p->meridian < 0) {
        if (h > 23)
            return false;
    } else {
        if (h < 1 || h > 12)
            return false;
        h = h % 12 + (p->meridian ? 12 : 0);
    }
    if (p->minute > 59 || p->second > 60)
        return false;
    t->hour = (int)h;
    t->minute = (int)p->minute;
    t->second = (int)p->second;
    return true;
}

static bool set_day(const parser *p, tz_time *t)
{
    if (!p->dates)
        return true;
    int64_t year = p->year;
    if (p->year_digits == 2)
        year += year < 69 ? 2000 : 1900;
    if (p->year_digits == 0)
        year = t->year;
    if (year > INT32_MAX || p->month < 0 || p->month > 11 || p->day < 1 || p->day > 31 ||
        tz_days(year, p->month, p->day) >= tz_days(year, p->month + 1, 1))
        return false;
    t->year = year;
    t->month = (int)p->month;
    t->day = (int)p->day;
    return true;
}

static bool add_to_int(int *to, int64_t by)
{
    int64_t sum;
    if (__builtin_add_overflow((int64_t)*to, by, &sum) || sum > INT32_MAX || sum < INT32_MIN)
        return false;
    *to = (int)sum;
    return true;
}

static bool same_clock(const tz_time *a, const tz_time *b)
{
    return a->year == b->year && a->month == b->month && a->day == b->day && a->hour == b->hour &&
           a->minute == b->minute && a->second == b->second;
}

static bool add_days(const parser *p, const tz *z, tz_time *t, int64_t *at)
{
    if (p->days && !p->dates) {
        int64_t ahead = (p->weekday - t->weekday + 7) % 7, weeks = p->ordinal, by;
        weeks -= p->ordinal > 0 && t->weekday != p->weekday;
        if (__builtin_mul_overflow(weeks, 7, &by) || __builtin_add_overflow(by, ahead, &by) ||
            !add_to_int(&t->day, by) || !tz_unix(z, t, at))
            return false;
        tz_local(z, *at, t);
    }
    if (p->rel[YEARS] || p->rel[MONTHS] || p->rel[DAYS]) {
        if (__builtin_add_overflow(t->year, p->rel[YEARS], &t->year) ||
            !add_to_int(&t->month, p->rel[MONTHS]) || !add_to_int(&t->day, p->rel[DAYS]))
            return false;
        /* days on from now are counted by the offset that holds now */
        tz same;
        tz_fixed(t->east, "", &same);
        bool from_now = !p->dates && !p->days && !p->times;
        return tz_unix(from_now ? &same : z, t, at);
    }
    return true;
}

static bool add_seconds(const parser *p, int64_t at, int64_t ns, struct timespec *ret)
{
    int64_t hours, minutes;
    ns += p->rel_ns;
    int64_t carry = ns / 1000000000 - (ns % 1000000000 < 0);
    ns -= carry * 1000000000;
    if (__builtin_mul_overflow(p->rel[HOURS], 3600, &hours) ||
        __builtin_mul_overflow(p->rel[MINUTES], 60, &minutes) ||
        __builtin_add_overflow(at, hours, &at) || __builtin_add_overflow(at, minutes, &at) ||
        __builtin_add_overflow(at, p->rel[SECONDS], &at) || __builtin_add_overflow(at, carry, &at))
        return false;
    if (at > (INT64_C(1) << 56) || at < -(INT64_C(1) << 56))
        return false;
    ret->tv_sec = (time_t)at;
    ret->tv_nsec = (long)ns;
    return true;
}

static bool settle(const parser *p, struct timespec now, struct timespec *ret)
{
    const tz *z = p->zone;
    tz fixed;
    tz_time t;
    tz_local(z, now.tv_sec, &t);
    int64_t ns = now.tv_nsec, at;
    if (!set_day(p, &t))
        return false;
    if (p->times) {
        if (!set_hour(p, &t))
            return false;
        ns = p->ns;
    } else if (!p->rels || p->dates || p->days) {
        t.hour = t.minute = t.second = 0;
        ns = 0;
    }
    if (p->zones) {
        tz_fixed((int32_t)(p->east * 60), "", &fixed);
        z = &fixed;
    } else if (p->has_local_dst && z->has_dst) {
        tz_fixed(p->local_dst ? z->dst_east : z->std_east, "", &fixed);
        tz_time there;
        if (!tz_unix(&fixed, &t, &at))
            return false;
        tz_local(z, at, &there);
        if (there.is_dst != p->local_dst)
            return false;
        z = &fixed;
    }
    if (!tz_unix(z, &t, &at))
        return false;
    tz_time again;
    tz_local(z, at, &again);
    if (t.second == 60 || !same_clock(&t, &again))
        return false;
    if (!add_days(p, z, &again, &at))
        return false;
    return add_seconds(p, at, ns, ret);
}

/* TZ="…" in front: what follows it; *z is set. */
static const char *own_zone(const char *s, tz *z, const tz **ret)
{
    while (is_space(*s))
        s++;
    if (strncmp(s, "TZ=\"", 4) != 0)
        return s;
    char spec[100];
    size_t n = 0;
    const char *from = s;
    for (s += 4; *s && *s != '"'; s++) {
        if (*s == '\\')
            s++;
        if (!*s || n == sizeof spec - 1)
            return from;
        spec[n++] = *s;
    }
    if (*s != '"')
        return from;
    spec[n] = '\0';
    (void)tz_parse(spec, z);
    *ret = z;
    return s + 1;
}

bool date_parse(const char *text, const tz *z, struct timespec now, struct timespec *ret)
{
    parser p = {.zone = z, .meridian = -1};
    tz own;
    text = own_zone(text, &own, &p.zone);
    if (!lex(&p, text))
        return false;
    if (is_char(&p, 0, '@')) {
        if ((!is(&p, 1, NUMBER) && !is(&p, 1, SIGNED)) || !is(&p, 2, END))
            return false;
        if (look(&p, 1)->value > (INT64_C(1) << 56) || look(&p, 1)->value < -(INT64_C(1) << 56))
            return false;
        ret->tv_sec = (time_t)look(&p, 1)->value;
        ret->tv_nsec = look(&p, 1)->ns;
        return true;
    }
    while (!p.bad && !is(&p, 0, END))
        item(&p);
    if (p.bad || p.dates > 1 || p.days > 1 || p.times > 1 || p.zones + p.has_local_dst > 1)
        return false;
    return settle(&p, now, ret);
}
