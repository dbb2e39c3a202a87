/* Dates and time zones as text.  Input: a TZ, newline, a date, newline, a format. */
#include "programs/date/date_format.h"
#include "programs/date/date_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *part(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *stop = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;
    size_t n = (size_t)((stop ? stop : end) - *p);
    char *text = malloc(n + 1);
    BX_ASSERT(text);
    memcpy(text, *p, n);
    text[n] = '\0';
    *p = stop ? stop + 1 : end;
    return text;
}

/* A time made local and read back is the same, but where the clock shows it twice. */
static void check_back(const tz *z, int64_t s)
{
    tz_time t;
    int64_t back;
    tz_local(z, s, &t);
    BX_ASSERT(t.month >= 0 && t.month < 12 && t.day >= 1 && t.day <= 31 && t.hour >= 0 &&
              t.hour < 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 && t.second < 60 &&
              t.weekday >= 0 && t.weekday < 7 && t.yearday >= 0 && t.yearday < 366);
    BX_ASSERT(tz_days(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second ==
              s + t.east);
    if (tz_unix(z, &t, &back))
        BX_ASSERT(back == s || z->has_dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *p = data, *end = data + size;
    char *spec = part(&p, end), *date = part(&p, end), *format = part(&p, end);
    tz z;
    (void)tz_parse(spec, &z);
    struct timespec now = {.tv_sec = 1710000000, .tv_nsec = 5}, at;
    if (date_parse(date, &z, now, &at)) {
        BX_ASSERT(at.tv_nsec >= 0 && at.tv_nsec < 1000000000);
        prog_buf b = {0};
        check_back(&z, at.tv_sec);
        if (strlen(format) < 100)
            date_format(&b, bx_str_of(format), &z, at);
        prog_buf_free(&b);
    }
    free(spec);
    free(date);
    free(format);
    return 0;
}
