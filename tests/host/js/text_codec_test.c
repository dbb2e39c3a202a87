/* Text of JavaScript: UTF-8 and its repair, hexadecimal, base64, finding. */
#include <string.h>

#include "base/test.h"
#include "js/text_codec.h"

#define BYTES(s) (const uint8_t *)("" s), sizeof(s) - 1

static bool repairs(const uint8_t *p, size_t n, const char *want)
{
    uint8_t out[64];
    size_t size = js_utf8_repair(p, n, NULL);
    return size == strlen(want) && js_utf8_repair(p, n, out) == size &&
           memcmp(out, want, size) == 0;
}

static void utf8(void)
{
    CHECK(js_utf8_valid(BYTES("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")) == 10);
    CHECK(js_utf8_valid(BYTES("ab\xED\xA0\x80")) == 2); /* a surrogate is no character */
    CHECK(js_utf8_valid(BYTES("12345678\xC0\x80")) == 8);
    CHECK(js_utf8_valid(NULL, 0) == 0 && js_is_ascii(NULL, 0));
    CHECK(js_is_ascii(BYTES("abcdefghij")) && !js_is_ascii(BYTES("abcdefghi\x80")));
}

static void repair(void)
{
    CHECK(repairs(BYTES("a\xE2\x82z"), "a\xEF\xBF\xBDz")); /* one for a beginning */
    CHECK(repairs(BYTES("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"));
    CHECK(repairs(BYTES("\xF0\x9F\x98"), "\xEF\xBF\xBD"));
    CHECK(repairs(BYTES("\xC3\xA9"), "\xC3\xA9"));
    uint8_t wtf[] = "x\xED\xA0\xBDy\xED\x95\x9C";
    js_utf8_replace_surrogates(wtf, sizeof wtf - 1);
    CHECK(memcmp(wtf, "x\xEF\xBF\xBDy\xED\x95\x9C", sizeof wtf - 1) == 0);
}

static void unfinished(void)
{
    CHECK(js_utf8_unfinished(BYTES("a\xE2\x82")) == 2 &&
          js_utf8_unfinished(BYTES("\xF0\x9F\x98")) == 3);
    CHECK(js_utf8_unfinished(BYTES("\xC3")) == 1 && js_utf8_unfinished(BYTES("\xE0")) == 1);
    CHECK(js_utf8_unfinished(BYTES("\xE2\x82\xAC")) == 0 && js_utf8_unfinished(BYTES("\xFF")) == 0);
    CHECK(js_utf8_unfinished(BYTES("\xE0\x80")) == 0 && js_utf8_unfinished(BYTES("\x80\x80")) == 0);
    CHECK(js_utf8_unfinished(NULL, 0) == 0);
}

static void codes(void)
{
    uint8_t out[16];
    char text[16];
    CHECK(js_hex_decode(BYTES("00fFzz11"), out, 16) == 2 && out[1] == 0xFF);
    CHECK(js_hex_decode(BYTES("abc"), out, 16) == 1 && js_hex_decode(BYTES("abcd"), out, 1) == 1);
    js_hex_encode(BYTES("\x01\xAF"), text);
    CHECK(memcmp(text, "01af", 4) == 0);
    CHECK(js_base64_decode(BYTES("Y W\nJj=ZGVm"), out, 16) == 3 && memcmp(out, "abc", 3) == 0);
    CHECK(js_base64_decode(BYTES("-_-_"), out, 16) == 3 && out[0] == 0xFB);
    CHECK(js_base64_decode(BYTES("YWJj"), out, 2) == 2);
    CHECK(js_base64_encode(BYTES("ab"), false, text) == 4 && memcmp(text, "YWI=", 4) == 0);
    CHECK(js_base64_encode(BYTES("\xFB\xFF"), true, text) == 3 && memcmp(text, "-_8", 3) == 0);
}

static void finding(void)
{
    const uint8_t hay[] = "abcabcab";
    CHECK(js_find(hay, 8, BYTES("ab"), 1, 1, false) == 3 &&
          js_find(hay, 8, BYTES("ab"), 1, 8, true) == 6);
    CHECK(js_find(hay, 8, BYTES("ab"), 1, 5, true) == 3 &&
          js_find(hay, 8, BYTES("x"), 1, 0, false) == -1);
    CHECK(js_find(hay, 8, BYTES("abcabcabc"), 1, 0, false) == -1);
    CHECK(js_find(hay, 8, BYTES(""), 1, 0, false) == -1);
    CHECK(js_find(BYTES("a\0b\0a\0b\0"), BYTES("b\0"), 2, 2, false) ==
          3); /* by units of two bytes */
    CHECK(js_find(BYTES("\0a\0b"), BYTES("a\0"), 2, 0, false) == -1);
}

BXT_MAIN(RUN(utf8); RUN(repair); RUN(unfinished); RUN(codes); RUN(finding);)
