/* shell/clock.c - points in time as text: printf's %( )T, prompts, HISTTIMEFORMAT. */
#include <time.h>

#include "programs/date/tz.h"
#include "shell/expand.h"

/* The zone of TZ where it is exported, as for programs; without it UTC. */
static const tz *zone(void)
{
    static tz z;
    static char *of;
    sh_var *v = sh_var_find("TZ");
    const char *spec = v && (v->attrs & SH_A_EXPORT) ? sh_var_text(v, NULL) : NULL;
    spec = spec ? spec : "";
    if (!of || strcmp(of, spec) != 0) {
        free(of);
        of = sh_strdup(spec);
        (void)tz_parse(spec, &z);
    }
    return &z;
}

static void add_offset(sh_buf *b, int32_t east)
{
    int32_t minutes = (east < 0 ? -east : east) / 60;
    sh_buf_c(b, east < 0 ? '-' : '+');
    for (int32_t v = minutes / 60 * 100 + minutes % 60, unit = 1000; unit > 0; unit /= 10)
        sh_buf_c(b, (char)('0' + v / unit % 10));
}

void sh_time_text(sh_buf *out, const char *format, int64_t when)
{
    tz_time t;
    tz_local(zone(), when, &t);
    struct tm tm = {.tm_year = (int)(t.year - 1900),
                    .tm_mon = t.month,
                    .tm_mday = t.day,
                    .tm_hour = t.hour,
                    .tm_min = t.minute,
                    .tm_sec = t.second,
                    .tm_wday = t.weekday,
                    .tm_yday = t.yearday,
                    .tm_isdst = t.is_dst};
    sh_buf f = {0}; /* what strftime cannot know of the zone is put in before */
    for (const char *s = format; *s; s++) {
        if (*s != '%' || !s[1]) {
            sh_buf_c(&f, *s);
        } else if (*++s == 'Z') {
            sh_buf_z(&f, t.zone);
        } else if (*s == 'z') {
            add_offset(&f, t.east);
        } else if (*s == 's') {
            sh_buf_int(&f, when);
        } else {
            sh_buf_c(&f, '%');
            sh_buf_c(&f, *s);
        }
    }
    char text[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    size_t n = strftime(text, sizeof text, sh_buf_str(&f), &tm);
#pragma GCC diagnostic pop
    sh_buf_add(out, text, n);
    sh_buf_done(&f);
}
