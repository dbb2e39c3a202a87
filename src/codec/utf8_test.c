#include "codec/utf8.h"

#include "base/test.h"

static void well_formed_characters(void)
{
    static const struct {
        const char *text;
        size_t len;
        uint32_t code;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7F},
        {"\xC2\x80", 2, 0x80},
        {"\xDF\xBF", 2, 0x7FF},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xED\x9F\xBF", 3, 0xD7FF},
        {"\xEE\x80\x80", 3, 0xE000},
        {"\xEF\xBF\xBF", 3, 0xFFFF},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_str s = bx_str_of(cases[i].text);
        CHECK(bx_utf8_char(s) == cases[i].len && s.n == cases[i].len);
        CHECK(bx_utf8_valid(s));
        CHECK(bx_utf8_decode(s, s.n) == cases[i].code);
        s.n--; /* cut short */
        CHECK(bx_utf8_char(s) == 0 && bx_utf8_valid(s) == (s.n == 0));
    }
    CHECK(bx_utf8_char((bx_str){"\0", 1}) == 1);
    CHECK(bx_utf8_char(BX_LIT("")) == 0 && bx_utf8_valid((bx_str){NULL, 0}));
}

static void ill_formed_sequences(void)
{
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2\x41",
        "\xE0\x9F\xBF",
        "\xE0\x80\x80",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xFE",
        "\xE2\x82",
        "\xF0\x90\x80\x41",
        "\xF0\x90\x41\x80",
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_str s = bx_str_of(bad[i]);
        CHECK(bx_utf8_char(s) == 0);
        CHECK(!bx_utf8_valid(s));
    }
}

/* The fast way over eight ASCII bytes must not step over anything. */
static void one_wrong_byte_anywhere(void)
{
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        CHECK(bx_utf8_valid((bx_str){text, sizeof text}));
        text[at] = (char)0xFF;
        CHECK(!bx_utf8_valid((bx_str){text, sizeof text}));
        CHECK(bx_utf8_valid((bx_str){text, at}));
    }
}

BXT_MAIN(RUN(well_formed_characters); RUN(ill_formed_sequences); RUN(one_wrong_byte_anywhere);)
