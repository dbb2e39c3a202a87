#include "codec/shown.h"

#include "base/test.h"

static bool shows(bx_str s, size_t max, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(4096);
    bx_shown_add(&out, s, max);
    return out.fail == BX_OK && bx_str_eq(bx_buf_str(&out), bx_str_of(want));
}

static void ordinary_text_is_itself(void)
{
    CHECK(shows(BX_LIT(""), 10, ""));
    CHECK(shows(BX_LIT("wasi:io/streams@0.2.3"), 100, "wasi:io/streams@0.2.3"));
    CHECK(shows(BX_LIT(" ~\\u{1b}é漢🙂"), 100, " ~\\u{1b}é漢🙂"));
}

static void what_acts_on_a_terminal_is_written_out(void)
{
    static const struct {
        bx_str text;
        const char *want;
    } cases[] = {
        {BX_LIT("\x1b[2J"), "\\u{1b}[2J"},
        {BX_LIT("a\nb\rc\td\0e"), "a\\nb\\rc\\td\\u{0}e"},
        {BX_LIT("\x07\x08\x7f"), "\\u{7}\\u{8}\\u{7f}"},
        {BX_LIT("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"), "\\u{80}\\u{9b}\\u{9f}\xC2\xA0"},
        {BX_LIT("\xC2\xAD\xD8\x9C\xE1\xA0\x8E"), "\\u{ad}\\u{61c}\\u{180e}"},
        {BX_LIT("\xE2\x80\x8B\xE2\x80\x8F\xE2\x80\x90"), "\\u{200b}\\u{200f}\xE2\x80\x90"},
        {BX_LIT("\xE2\x80\xA8\xE2\x80\xAE\xE2\x80\xAF"), "\\u{2028}\\u{202e}\xE2\x80\xAF"},
        {BX_LIT("\xE2\x81\xA6\xE2\x81\xAF\xEF\xBB\xBF"), "\\u{2066}\\u{206f}\\u{feff}"},
        {BX_LIT("\xF3\xA0\x80\x81"), "\\u{e0001}"},
        /* not UTF-8: stray, cut short, overlong, a surrogate */
        {BX_LIT("\xFF\x9Bx\xC3"), "\\xff\\x9bx\\xc3"},
        {BX_LIT("\xC0\x9B\xED\xA0\x80"), "\\xc0\\x9b\\xed\\xa0\\x80"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(shows(cases[i].text, 100, cases[i].want));
}

static void every_row_holds_at_its_ends(void)
{
    static const uint32_t ends[][2] = {
#define BX_UNSHOWN(first, last) {first, last},
#include "bx_unshown.def"
#undef BX_UNSHOWN
    };
    for (size_t i = 0; i < BX_COUNT(ends); i++) {
        CHECK(!bx_shown_plain(ends[i][0]) && !bx_shown_plain(ends[i][1]));
        CHECK(bx_shown_plain(ends[i][1] + 1));
        CHECK(i == 0 || (bx_shown_plain(ends[i][0] - 1) && ends[i - 1][1] < ends[i][0]));
    }
}

static void a_long_text_is_cut(void)
{
    CHECK(shows(BX_LIT("abcdef"), 6, "abcdef"));
    CHECK(shows(BX_LIT("abcdefg"), 6, "abcdef…"));
    CHECK(shows(BX_LIT("abcdéf"), 5, "abcd…")); /* never within a character */
    CHECK(shows(BX_LIT("ab\x1b"), 6, "ab…"));   /* nor within a form */
    BX_AUTO_BUF out = bx_buf_init(3);
    bx_shown_add(&out, BX_LIT("abcdef"), 100);
    CHECK(out.fail == BX_ELIMIT && out.n <= 3);
}

BXT_MAIN(RUN(ordinary_text_is_itself); RUN(what_acts_on_a_terminal_is_written_out);
         RUN(every_row_holds_at_its_ends); RUN(a_long_text_is_cut);)
