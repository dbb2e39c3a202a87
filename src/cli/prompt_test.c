#include "cli/prompt.h"

#include "base/test.h"

static char got[256];
static size_t columns;

static bool is(const char *shown, const char *expected)
{
    bx_prompt_prepare(bx_str_of(shown), got, sizeof got, &columns);
    return strcmp(got, expected) == 0;
}

static void plain_text_stays(void)
{
    CHECK(is("", "") && columns == 0);
    CHECK(is("~$ ", "~$ ") && columns == 3);
    CHECK(is("\xc3\xa4> ", "\xc3\xa4> ") && columns == 3);
    CHECK(is("a\tb\r", "ab") && columns == 2);
}

static void sequences_are_literal(void)
{
    CHECK(is("\033[32mgo\033[0m$ ", "\001\033[32m\001go\001\033[0m\001$ ") && columns == 4);
    CHECK(is("\033]0;title\a$ ", "\001\033]0;title\a\001$ ") && columns == 2);
    CHECK(is("\033]0;t\033\\$ ", "\001\033]0;t\033\\\001$ ") && columns == 2);
    CHECK(is("\0337x", "\001\0337\001x") && columns == 1);
}

static void none_is_last(void)
{
    CHECK(is("go$\033[0m", "go\001\033[0m\001$") && columns == 3);
    CHECK(is("$\033[0m\033[K", "\001\033[0m\001\001\033[K\001$") && columns == 1);
    CHECK(is("\xc3\xa4\033[0m", "\001\033[0m\001\xc3\xa4") && columns == 1);
    CHECK(is("\033[0m", "") && columns == 0);
    CHECK(is("a\033[3", "\001\033[3\001a") && columns == 1);
}

static void what_does_not_fit_is_left_out(void)
{
    char small[6];
    bx_prompt_prepare(BX_LIT("abcdefgh"), small, sizeof small, &columns);
    CHECK(strcmp(small, "abcde") == 0 && columns == 8);
    bx_prompt_prepare(BX_LIT("a\033[32mb"), small, sizeof small, &columns);
    CHECK(strcmp(small, "ab") == 0);
}

BXT_MAIN(RUN(plain_text_stays); RUN(sequences_are_literal); RUN(none_is_last);
         RUN(what_does_not_fit_is_left_out);)
