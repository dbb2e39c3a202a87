#include "base/ascii.h"

#include "base/test.h"

/* Every byte against the definition, written out as a list. */
static bool in(const char *set, int c) { return c != 0 && strchr(set, c) != NULL; }

static void classes_of_every_byte(void)
{
    static const char DIGITS[] = "0123456789", LOWER[] = "abcdefghijklmnopqrstuvwxyz",
                      UPPER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        bool alpha = in(LOWER, i) || in(UPPER, i);
        CHECK(bx_is_digit(c) == in(DIGITS, i));
        CHECK(bx_is_alpha(c) == alpha);
        CHECK(bx_is_alnum(c) == (alpha || in(DIGITS, i)));
        CHECK(bx_is_space(c) == in(" \t\n\f\r", i));
        CHECK(bx_lower(c) == (in(UPPER, i) ? LOWER[strchr(UPPER, i) - UPPER] : c));
        CHECK((bx_hex_value(c) >= 0) == in("0123456789abcdefABCDEF", i));
    }
    CHECK(bx_hex_value('0') == 0 && bx_hex_value('9') == 9);
    CHECK(bx_hex_value('a') == 10 && bx_hex_value('F') == 15);
}

static void equal_but_for_case(void)
{
    CHECK(bx_str_eq_nocase(BX_LIT("Content-Length"), BX_LIT("content-lenGTH")));
    CHECK(bx_str_eq_nocase(BX_LIT(""), BX_LIT("")));
    CHECK(!bx_str_eq_nocase(BX_LIT("a"), BX_LIT("ab")));
    CHECK(!bx_str_eq_nocase(BX_LIT("[\\]"), BX_LIT("{|}"))); /* 0x20 apart, but no letters */
    CHECK(!bx_str_eq_nocase(BX_LIT("\xc3\x84"), BX_LIT("\xc3\xa4")));
}

BXT_MAIN(RUN(classes_of_every_byte); RUN(equal_but_for_case);)
