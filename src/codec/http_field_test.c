#include "codec/http_field.h"

#include "base/test.h"

static bool one_in(const char *set, int c) { return c != 0 && strchr(set, c) != NULL; }

static void every_byte_in_a_token(void)
{
    static const char TCHAR[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int i = 0; i < 256; i++) {
        char s[] = {'x', (char)i, 'y'};
        CHECK(bx_is_token((bx_str){s, 3}) == one_in(TCHAR, i));
    }
    CHECK(!bx_is_token(BX_LIT("")));
    CHECK(bx_is_token(BX_LIT("X-Api-Key")) && !bx_is_token(BX_LIT("X Api")));
}

static void every_byte_in_a_value(void)
{
    for (int i = 0; i < 256; i++) {
        char s[] = {'x', (char)i, 'y'};
        CHECK(bx_is_field_value((bx_str){s, 3}) == ((i >= 0x20 && i != 0x7f) || i == '\t'));
    }
    CHECK(bx_is_field_value(BX_LIT("")) && bx_is_field_value(BX_LIT(" a\tb ")));
    CHECK(!bx_is_field_value(BX_LIT("a\r\nHost: b")) && !bx_is_field_value((bx_str){"a\0b", 3}));
}

BXT_MAIN(RUN(every_byte_in_a_token); RUN(every_byte_in_a_value);)
