/* Which pages or cells: what is one, what is none, and in what order they come. */
#include "file/picks.h"

#include "base/test.h"

static bool picks(const char *text, int64_t total, const char *expected)
{
    bx_picks p;
    char found[200] = "";
    size_t n = 0;
    if (!bx_picks_parse(text, &p))
        return strcmp(expected, "none") == 0;
    for (int64_t at = 1, i; (i = bx_picks_next(&p, at, total)) > 0 && n < 180; at = i + 1)
        n += (size_t)snprintf(found + n, sizeof found - n, "%s%d", n ? " " : "", (int)i);
    return strcmp(found, expected) == 0;
}

static void numbers_and_ranges(void)
{
    CHECK(picks("3", 5, "3"));
    CHECK(picks("2-4", 5, "2 3 4"));
    CHECK(picks("1,4-", 6, "1 4 5 6"));
    CHECK(picks(" 5 , 1 - 2 ", 5, "1 2 5"));
    CHECK(picks("3-5,1-4,5,9-", 5, "1 2 3 4 5"));
    CHECK(picks("7", 5, ""));
    CHECK(picks("4-4", 5, "4"));
    CHECK(picks("1000000000", 5, ""));
}

static void what_is_none(void)
{
    static const char *const wrong[] = {"",  "0",   "-3",    "4-2", "1,",         "1,,2",
                                        "a", "1 2", "1-2-3", "1;2", "1000000001", "0-4",
                                        "-", "1.5", "+1",    "1-x"};
    for (size_t i = 0; i < BX_COUNT(wrong); i++)
        CHECK(picks(wrong[i], 5, "none"));
}

static void none_given_is_all(void)
{
    bx_picks p = {.n = 0};
    CHECK(bx_picks_next(&p, 1, 3) == 1 && bx_picks_next(&p, 3, 3) == 3);
    CHECK(bx_picks_next(&p, 4, 3) == 0 && bx_picks_next(&p, 1, 0) == 0);
}

static void as_many_as_there_can_be(void)
{
    char text[8 * (BX_PICKS_MAX + 1)];
    size_t n = 0;
    bx_picks p;
    for (int i = 1; i <= BX_PICKS_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d", n ? "," : "", 2 * i);
    CHECK(bx_picks_parse(text, &p) && p.n == BX_PICKS_MAX);
    CHECK(bx_picks_next(&p, 3, 1000) == 4);
    (void)snprintf(text + n, sizeof text - n, ",999");
    CHECK(!bx_picks_parse(text, &p));
}

BXT_MAIN(RUN(numbers_and_ranges); RUN(what_is_none); RUN(none_given_is_all);
         RUN(as_many_as_there_can_be);)
