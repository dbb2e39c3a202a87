/* File names as text: there and back, one text for each name, and none that is another's. */
#include "codec/rawname.h"

#include "base/test.h"
#include "codec/utf8.h"

#define E(low) "\xf4\x8f" low /* of the two last bytes of U+10FFxx */

static const struct {
    const char *raw, *text;
} pairs[] = {
    {"", ""},
    {"plain", "plain"},
    {"gr\xc3\xbcn/\xe2\x82\xac/\xf0\x9f\x98\x80", "gr\xc3\xbcn/\xe2\x82\xac/\xf0\x9f\x98\x80"},
    {"caf\xe9", "caf" E("\xbf\xa9")},
    {"\x80\xbf\xc0\xff", E("\xbe\x80") E("\xbe\xbf") E("\xbf\x80") E("\xbf\xbf")},
    {"a\xc3/b", "a" E("\xbf\x83") "/b"},                         /* a character that a slash cuts */
    {"\xed\xa0\x80", E("\xbf\xad") E("\xbe\xa0") E("\xbe\x80")}, /* half of a pair */
    {E("\xbf\xa9"), E("\xbf\xb4") E("\xbe\x8f") E("\xbe\xbf") E("\xbe\xa9")}, /* one of ours */
    {E("\xbd\xbf") "\xf4\x8f\xbe", E("\xbd\xbf") E("\xbf\xb4") E("\xbe\x8f") E("\xbe\xbe")},
};

static void there_and_back(void)
{
    char out[64];
    for (size_t i = 0; i < BX_COUNT(pairs); i++) {
        bx_str raw = bx_str_of(pairs[i].raw), text = bx_str_of(pairs[i].text);
        size_t n = bx_rawname_show(raw, out, sizeof out);
        CHECK(bx_str_eq((bx_str){out, n}, text) && bx_utf8_valid(text));
        CHECK(bx_rawname_is_raw(text) == !bx_str_eq(raw, text) || strstr(pairs[i].raw, "\xbd\xbf"));
        n = bx_rawname_take(text, out);
        CHECK(bx_str_eq((bx_str){out, n == SIZE_MAX ? 0 : n}, raw) && n != SIZE_MAX);
    }
}

/* Whatever two bytes: a text of its own, and back. */
static void each_name_has_one_text(void)
{
    char out[64], back[64];
    for (unsigned i = 0; i < 65536; i++) {
        const char raw[] = {'\xf4', (char)(i >> 8), (char)i, '\xbf'};
        size_t n = bx_rawname_show((bx_str){raw, sizeof raw}, out, sizeof out);
        CHECK(n != SIZE_MAX && n <= sizeof raw * BX_RAWNAME_GROWTH &&
              bx_utf8_valid((bx_str){out, n}));
        CHECK(bx_rawname_take((bx_str){out, n}, back) == sizeof raw &&
              memcmp(back, raw, sizeof raw) == 0);
    }
}

static void no_second_text(void)
{
    static const char *const texts[] = {
        E("\xbf\x83") E("\xbe\xa9"), /* the two bytes of an e with an acute accent */
        "x" E("\xbf\xa2") E("\xbe\x82") E("\xbe\xac"), /* the three of the euro sign */
        E("\xbf\xb4") E("\xbe\x8f") E("\xbd\xbf"),     /* ends in what stands for none */
    };
    char out[64];
    CHECK(bx_rawname_take(bx_str_of(texts[0]), out) == SIZE_MAX);
    CHECK(bx_rawname_take(bx_str_of(texts[1]), out) == SIZE_MAX);
    CHECK(bx_rawname_take(bx_str_of(texts[2]), out) != SIZE_MAX); /* the control: a cut one */
}

static void room(void)
{
    char out[8];
    CHECK(bx_rawname_show(BX_LIT("12345678"), out, 8) == 8);
    CHECK(bx_rawname_show(BX_LIT("123456789"), out, 8) == SIZE_MAX);
    CHECK(bx_rawname_show(BX_LIT("1234\xff"), out, 8) == 8);
    CHECK(bx_rawname_show(BX_LIT("12345\xff"), out, 8) == SIZE_MAX);
}

BXT_MAIN(RUN(there_and_back); RUN(each_name_has_one_text); RUN(no_second_text); RUN(room);)
