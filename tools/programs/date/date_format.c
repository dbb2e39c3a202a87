/* date/date_format.c - strftime with GNU's flags. */
#include "programs/date/date_format.h"

#include <string.h>

typedef struct moment {
    tz_time t;
    int64_t unix_s;
    int32_t ns;
} moment;

typedef struct spec {
    char pad; /* 0: as the conversion has it; '-' none, '_' blanks, '0', '+' */
    bool upper, swap;
    int width; /* -1: none */
    int colons;
    char modifier; /* E, O or 0 */
} spec;

static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

static void expand(prog_buf *out, bx_str format, const moment *m, bool upper);

static void fill(prog_buf *out, char c, int n)
{
    for (; n > 0; n--)
        prog_buf_putc(out, c);
}

static void text(prog_buf *out, const spec *s, const char *p, size_t n, bool upper, bool lower)
{
    if (s->width > (int)n && s->pad != '-')
        fill(out, s->pad == '0' || s->pad == '+' ? '0' : ' ', s->width - (int)n);
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (upper && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        else if (lower && c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        prog_buf_putc(out, c);
    }
}

/* `digits` wide where the width says nothing; sign: '+' shown too where it is set. */
static void number(prog_buf *out, const spec *s, int64_t v, int digits, char pad, bool plus)
{
    char d[20];
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    int n = (int)prog_digits(u, d), width = s->width >= 0 ? s->width : digits;
    if (s->pad)
        pad = s->pad == '+' ? '0' : s->pad;
    char sign = v < 0 ? '-' : plus ? '+' : 0;
    int room = pad == '-' ? 0 : width - n - (sign != 0);
    if (pad == '_')
        fill(out, ' ', room);
    if (sign)
        prog_buf_putc(out, sign);
    if (pad == '0')
        fill(out, '0', room);
    prog_buf_put(out, d, (size_t)n);
}

static void sub_format(prog_buf *out, const spec *s, const char *format, const moment *m)
{
    prog_buf b = {0};
    expand(&b, bx_str_of(format), m, s->upper);
    text(out, s, b.p, b.n, s->upper, false);
    prog_buf_free(&b);
}

static void year(prog_buf *out, const spec *s, int64_t y, int digits)
{
    bool plus = s->pad == '+' && (y > (digits == 2 ? 99 : 9999) || s->width > digits);
    spec t = *s;
    number(out, &t, y, digits, '0', plus);
}

static void iso_full(prog_buf *out, const spec *s, const moment *m)
{
    spec y = {.pad = s->pad ? s->pad : '+', .width = s->width > 6 ? s->width - 6 : -1};
    if (!s->pad && s->width < 0)
        y.width = 4;
    year(out, &y, m->t.year, 4);
    expand(out, BX_LIT("-%m-%d"), m, false);
}

static void nanoseconds(prog_buf *out, const spec *s, int32_t ns)
{
    char d[9];
    for (int i = 9; i-- > 0; ns /= 10)
        d[i] = (char)('0' + ns % 10);
    int width = s->width <= 0 ? 9 : s->width, n = 9;
    while (width < n || (s->pad != '-' && n > 1 && d[n - 1] == '0'))
        n--;
    prog_buf_put(out, d, (size_t)n);
    if (s->pad != '-')
        fill(out, s->pad == '_' ? ' ' : '0', width - n);
}

static void offset(prog_buf *out, const spec *s, const moment *m)
{
    int32_t e = m->t.east;
    bool neg = e < 0;
    int32_t a = neg ? -e : e, h = a / 3600, min = a / 60 % 60, sec = a % 60;
    int colons = s->colons;
    if (colons == 3)
        colons = sec ? 2 : min ? 1 : 4;
    char tail[8];
    size_t n = 0;
    int least = colons == 0 ? 5 : colons == 1 ? 6 : colons == 2 ? 9 : 3;
    if (colons == 1 || colons == 2) {
        tail[n++] = ':';
        tail[n++] = (char)('0' + min / 10);
        tail[n++] = (char)('0' + min % 10);
    }
    if (colons == 2) {
        tail[n++] = ':';
        tail[n++] = (char)('0' + sec / 10);
        tail[n++] = (char)('0' + sec % 10);
    }
    char d[20];
    uint64_t lead = (uint64_t)(colons == 0 ? h * 100 + min : h);
    size_t k = prog_digits(lead, d);
    int width = s->width > least ? s->width : least, room = width - (int)(k + n) - 1;
    if (s->pad == '-')
        room = 0;
    if (s->pad == '_')
        fill(out, ' ', room);
    prog_buf_putc(out, neg ? '-' : '+');
    if (s->pad != '_')
        fill(out, '0', room);
    prog_buf_put(out, d, k);
    prog_buf_put(out, tail, n);
}

/* ISO 8601's week; *year becomes the one it belongs to. */
static int iso_week(const tz_time *t, int64_t *ret_year)
{
    int64_t y = t->year;
    int day = (t->weekday + 6) % 7, week = (t->yearday - day + 10) / 7;
    if (week < 1) {
        y--;
        int before = t->yearday + 365 + tz_is_leap(y);
        week = (before - day + 10) / 7;
    } else if (week == 53 && t->yearday - day + 3 >= 365 + tz_is_leap(y)) {
        week = 1;
        y++;
    }
    *ret_year = y;
    return week;
}

static int64_t floor_mod(int64_t a, int64_t b) { return ((a % b) + b) % b; }

static bool names(prog_buf *out, const spec *s, char c, const moment *m)
{
    const char *name;
    switch (c) {
    case 'a':
    case 'A':
        name = days[m->t.weekday];
        text(out, s, name, c == 'a' ? 3 : strlen(name), s->upper || s->swap, false);
        return true;
    case 'b':
    case 'h':
    case 'B':
        name = months[m->t.month];
        text(out, s, name, c != 'B' ? 3 : strlen(name), s->upper || s->swap, false);
        return true;
    case 'p':
    case 'P':
        name = m->t.hour >= 12 ? "PM" : "AM";
        text(out, s, name, 2, false, c == 'P' || s->swap);
        return true;
    case 'Z':
        text(out, s, m->t.zone, strlen(m->t.zone), s->upper && !s->swap, s->swap);
        return true;
    case 'n':
    case 't':
    case '%':
        name = c == 'n' ? "\n" : c == 't' ? "\t" : "%";
        text(out, s, name, 1, false, false);
        return true;
    default:
        return false;
    }
}

static bool composed(prog_buf *out, const spec *s, char c, const moment *m)
{
    switch (c) {
    case 'c':
        sub_format(out, s, "%a %b %e %H:%M:%S %Y", m);
        return true;
    case 'D':
    case 'x':
        sub_format(out, s, "%m/%d/%y", m);
        return true;
    case 'r':
        sub_format(out, s, "%I:%M:%S %p", m);
        return true;
    case 'R':
        sub_format(out, s, "%H:%M", m);
        return true;
    case 'T':
    case 'X':
        sub_format(out, s, "%H:%M:%S", m);
        return true;
    case 'F':
        iso_full(out, s, m);
        return true;
    default:
        return false;
    }
}

static bool numbers(prog_buf *out, const spec *s, char c, const moment *m)
{
    const tz_time *t = &m->t;
    int hour12 = t->hour % 12 == 0 ? 12 : t->hour % 12;
    int64_t iso_year;
    int week = iso_week(t, &iso_year);
    int64_t century = t->year / 100 - (t->year % 100 < 0);
    const struct {
        char c, pad;
        int digits;
        int64_t v;
    } table[] = {
        {'d', '0', 2, t->day},
        {'e', '_', 2, t->day},
        {'H', '0', 2, t->hour},
        {'I', '0', 2, hour12},
        {'k', '_', 2, t->hour},
        {'l', '_', 2, hour12},
        {'j', '0', 3, t->yearday + 1},
        {'m', '0', 2, t->month + 1},
        {'M', '0', 2, t->minute},
        {'S', '0', 2, t->second},
        {'q', '0', 1, t->month / 3 + 1},
        {'s', '0', 1, m->unix_s},
        {'u', '0', 1, t->weekday == 0 ? 7 : t->weekday},
        {'w', '0', 1, t->weekday},
        {'U', '0', 2, (t->yearday - t->weekday + 7) / 7},
        {'W', '0', 2, (t->yearday - (t->weekday + 6) % 7 + 7) / 7},
        {'V', '0', 2, week},
    };
    for (size_t i = 0; i < BX_COUNT(table); i++)
        if (table[i].c == c) {
            number(out, s, table[i].v, table[i].digits, table[i].pad, false);
            return true;
        }
    switch (c) {
    case 'C':
        year(out, s, century, 2);
        return true;
    case 'g':
        year(out, s, floor_mod(iso_year, 100), 2);
        return true;
    case 'y':
        year(out, s, floor_mod(t->year, 100), 2);
        return true;
    case 'Y':
        year(out, s, t->year, 4);
        return true;
    case 'G':
        year(out, s, iso_year, 4);
        return true;
    case 'N':
        nanoseconds(out, s, m->ns);
        return true;
    case 'z':
        offset(out, s, m);
        return true;
    default:
        return false;
    }
}

/* What follows a '%' up to the letter; its place. */
static size_t read_spec(bx_str f, size_t i, spec *s)
{
    for (; i < f.n; i++) {
        char c = f.p[i];
        if (c == '-' || c == '_' || c == '0' || c == '+')
            s->pad = c;
        else if (c == '^')
            s->upper = true;
        else if (c == '#')
            s->swap = true;
        else
            break;
    }
    for (; i < f.n && f.p[i] >= '0' && f.p[i] <= '9'; i++) {
        int v = (s->width < 0 ? 0 : s->width) * 10 + (f.p[i] - '0');
        s->width = v > DATE_WIDTH_MAX ? DATE_WIDTH_MAX : v;
    }
    if (i < f.n && (f.p[i] == 'E' || f.p[i] == 'O'))
        s->modifier = f.p[i++];
    for (; i < f.n && f.p[i] == ':' && s->colons < 3; i++)
        s->colons++;
    return i;
}

/* Which letters may have a modifier, or what stands before them. */
static bool is_allowed(const spec *s, char c, size_t length)
{
    if (c == '%')
        return length == 2;
    if (s->colons && c != 'z')
        return false;
    return s->modifier == 0 ||
           !strchr(s->modifier == 'E' ? "aAbhBdDeFHIkljmMNSUVgGWwq" : "aAcDFYxXq", c);
}

static void expand(prog_buf *out, bx_str f, const moment *m, bool upper)
{
    for (size_t i = 0; i < f.n;) {
        if (f.p[i] != '%') {
            prog_buf_putc(out, f.p[i++]);
            continue;
        }
        spec s = {.width = -1, .upper = upper};
        size_t from = i;
        i = read_spec(f, i + 1, &s);
        char c = i < f.n ? f.p[i] : 0;
        bool known = c && is_allowed(&s, c, i + 1 - from) &&
                     (names(out, &s, c, m) || composed(out, &s, c, m) || numbers(out, &s, c, m));
        i += i < f.n;
        if (!known)
            prog_buf_put(out, f.p + from, i - from);
    }
}

void date_format(prog_buf *out, bx_str format, const tz *z, struct timespec at)
{
    moment m = {.unix_s = at.tv_sec, .ns = (int32_t)at.tv_nsec};
    tz_local(z, at.tv_sec, &m.t);
    expand(out, format, &m, false);
}
