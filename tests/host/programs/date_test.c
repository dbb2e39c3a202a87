/* Dates as people write them, zones by rule, formats: GNU date 9.1's answers. */
#include "programs/date/date_format.h"
#include "programs/date/date_parse.h"

#include "base/test.h"

/* 2024-02-29 12:00:00.5 UTC, a Thursday */
static const struct timespec now = {.tv_sec = 1709208000, .tv_nsec = 500000000};

static bool gives(const char *zone, const char *date, const char *want)
{
    tz z;
    struct timespec at;
    (void)tz_parse(zone, &z);
    if (!date_parse(date, &z, now, &at))
        return want == NULL;
    prog_buf b = {0};
    date_format(&b, BX_LIT("%F %T %z"), &z, at);
    bool same = want && strcmp(prog_buf_z(&b), want) == 0;
    if (!same)
        fprintf(stderr, "%s in %s: %s\n", date, zone, b.p);
    prog_buf_free(&b);
    return same;
}

static void absolute(void)
{
    CHECK(gives("UTC0", "2024-01-05", "2024-01-05 00:00:00 +0000"));
    CHECK(gives("UTC0", "5 Jan 2024 2:03 pm", "2024-01-05 14:03:00 +0000"));
    CHECK(gives("UTC0", "Mon, 14 Aug 2006 02:34:56 -0600", "2006-08-14 08:34:56 +0000"));
    CHECK(gives("UTC0", "2006-08-14T02:34:56+01:00", "2006-08-14 01:34:56 +0000"));
    CHECK(gives("UTC0", "@1700000000", "2023-11-14 22:13:20 +0000"));
    CHECK(gives("UTC0", "20240105 1203", "2024-01-05 12:03:00 +0000"));
    CHECK(gives("UTC0", "", "2024-02-29 00:00:00 +0000"));
}

static void relative(void)
{
    CHECK(gives("UTC0", "tomorrow", "2024-03-01 12:00:00 +0000"));
    CHECK(gives("UTC0", "1 year", "2025-03-01 12:00:00 +0000"));
    CHECK(gives("UTC0", "next monday", "2024-03-04 00:00:00 +0000"));
    CHECK(gives("UTC0", "2 days ago 10:00", "2024-02-27 10:00:00 +0000"));
    CHECK(gives("UTC0", "2024-01-31 1 month", "2024-03-02 00:00:00 +0000"));
}

static void refused(void)
{
    static const char *const bad[] = {"foo",
                                      "2024-02-30",
                                      "25:00",
                                      "10:60",
                                      "mon tue",
                                      "10:00 11:00",
                                      "@",
                                      "1.5 days",
                                      "next",
                                      "99999999999999999999",
                                      "1 jan 2020 -0500"};
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(gives("UTC0", bad[i], NULL));
    char many[2 * DATE_TOKENS_MAX + 10];
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "1 ", 3);
    CHECK(gives("UTC0", many, NULL));
}

static void zones(void)
{
    CHECK(gives("America/New_York", "2024-07-01 12:00", "2024-07-01 12:00:00 -0400"));
    CHECK(gives("EST5EDT,M3.2.0,M11.1.0", "2024-03-10 02:30", NULL)); /* left out */
    CHECK(gives("<+0330>-3:30", "@0", "1970-01-01 03:30:00 +0330"));
    CHECK(gives("Nowhere/Land", "@0", "1970-01-01 00:00:00 +0000"));
    tz z;
    CHECK(tz_parse("AAA-1BBB,J100/2,J300", &z) && !tz_parse("AAA", &z) && !tz_parse("A5", &z));
    CHECK(tz_days(1970, 0, 1) == 0 && tz_days(2000, 1, 29) == 11016 && tz_days(0, 0, 1) == -719528);
}

BXT_MAIN(RUN(absolute); RUN(relative); RUN(refused); RUN(zones);)
