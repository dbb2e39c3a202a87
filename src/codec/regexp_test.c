#include "codec/regexp.h"

#include <stdio.h>

#include "base/test.h"

static const uint64_t enough = 100000000;

/* -1: refused. */
static int matches(const char *pattern, const char *text)
{
    BX_AUTO(bx_regexp) bx_regexp *r = NULL;
    bx_error err = {.msg = ""};
    uint64_t steps = enough;
    if (bx_regexp_compile(bx_str_of(pattern), &r, &err) != BX_OK) {
        printf("# %s: %s\n", pattern, err.msg);
        return -1;
    }
    bool found = bx_regexp_matches(r, bx_str_of(text), &steps);
    return steps == 0 ? -2 : found;
}

static void characters_and_sets(void)
{
    CHECK(matches("b", "abc") == 1 && matches("d", "abc") == 0 && matches("", "") == 1);
    CHECK(matches("^b", "abc") == 0 && matches("c$", "abc") == 1 && matches("^abc$", "abc") == 1);
    CHECK(matches("^$", "") == 1 && matches("^$", "a") == 0 && matches("$^", "") == 1);
    CHECK(matches("^[a-c]$", "b") == 1 && matches("^[^a-c]$", "b") == 0);
    CHECK(matches("^[]a]", "a]") == 0 && matches("^[^]$", "x") == 1 && matches("[]", "x") == 0);
    CHECK(matches("^[\\w-]+$", "a-b_9") == 1 && matches("^[a-]$", "-") == 1);
    CHECK(matches("^[\\]\\-\\\\]+$", "]-\\") == 1 && matches("^[\\d-x]+$", "3-x") == 1);
    CHECK(matches("^.$", "\u00e4") == 1 && matches("^.$", "\U0001f600") == 1);
    CHECK(matches("^.$", "\n") == 0 && matches("^[\\s\\S]$", "\n") == 1);
    CHECK(matches("^.$", "\u2028") == 0 && matches("^[\u00e4-\u00f6]+$", "\u00e5\u00f6") == 1);
}

static void escapes(void)
{
    CHECK(matches("^\\d\\D\\w\\W\\s\\S$", "1ax- z") == 1 && matches("^\\d$", "\u0663") == 0);
    CHECK(matches("^\\w$", "\u00e4") == 0 && matches("^\\s$", "\u00a0") == 1 &&
          matches("^\\s$", "\ufeff") == 1);
    CHECK(matches("^\\t\\n\\v\\f\\r\\cJ$", "\t\n\v\f\r\n") == 1);
    CHECK(matches("^\\x41\\u0042\\u{43}$", "ABC") == 1);
    CHECK(matches("^\\ud83d\\ude00$", "\U0001f600") == 1);
    CHECK(matches("^\\.\\/\\-\\@\\{\\}$", "./-@{}") == 1);
    CHECK(matches("^[\\b]$", "\b") == 1);
    CHECK(matches("\\bfoo\\b", "a foo b") == 1 && matches("\\bfoo\\b", "afoo b") == 0);
    CHECK(matches("o\\Bo", "foo") == 1 && matches("\\B", "") == 1 && matches("\\b", "") == 0);
}

static void properties(void)
{
    CHECK(matches("^\\p{L}+$", "a\u00e4\u0416") == 1 && matches("^\\p{Lu}$", "a") == 0);
    CHECK(matches("^\\P{L}$", "1") == 1 && matches("^[\\p{Letter}_]+$", "\u00e4_") == 1);
    CHECK(matches("^\\p{Script=Greek}+$", "\u03b1\u03b2") == 1 &&
          matches("^\\p{sc=Greek}$", "a") == 0);
    CHECK(matches("^\\p{gc=Nd}$", "\u0663") == 1 && matches("^\\p{ASCII}$", "\u00e4") == 0);
    CHECK(matches("^\\p{decimal_number}$", "5") == 1 && matches("^\\p{digit}$", "x") == 0);
}

static void repeats(void)
{
    CHECK(matches("^a*$", "") == 1 && matches("^a+$", "") == 0 && matches("^a?$", "aa") == 0);
    CHECK(matches("^a{2}$", "aa") == 1 && matches("^a{2}$", "aaa") == 0);
    CHECK(matches("^a{2,}$", "a") == 0 && matches("^a{2,}$", "aaaa") == 1);
    CHECK(matches("^a{1,3}$", "aaa") == 1 && matches("^a{1,3}$", "aaaa") == 0);
    CHECK(matches("^a{0}$", "") == 1 && matches("^(a{0,2}b)*$", "aabbab") == 1);
    CHECK(matches("^(a*)*$", "aaa") == 1 && matches("^(a*)*$", "b") == 0);
    CHECK(matches("^(?:ab|a)(?:c|bcd)$", "abcd") == 1);
    CHECK(matches("^a*?b$", "aab") == 1 && matches("^{a}$", "{a}") == 1);
    CHECK(matches("^a{,3}$", "a{,3}") == 1 && matches("a||b", "") == 1);
    CHECK(matches("^(?<year>\\d{4})-\\d\\d$", "2026-01") == 1);
}

static void looking_around(void)
{
    CHECK(matches("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abc1") == 1);
    CHECK(matches("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd") == 0);
    CHECK(matches("^(?!foo)", "foobar") == 0 && matches("^(?!foo)", "barfoo") == 1);
    CHECK(matches("(?<=a)b", "ab") == 1 && matches("(?<=a)b", "cb") == 0);
    CHECK(matches("(?<!a)b", "ab") == 0 && matches("(?<!a)b", "cb") == 1);
    CHECK(matches("(?=a(?!b))a", "ab") == 0 && matches("(?=a(?!b))a", "abac") == 1);
    CHECK(matches("^(?:(?!--).)*$", "a-b-c") == 1 && matches("^(?:(?!--).)*$", "a--c") == 0);
    CHECK(matches("(?<=\\b\u00e4b)c", "\u00e4bc") == 0 &&
          matches("(?<=^\u00e4b)c", "\u00e4bc") == 1);
}

static bool refused(const char *pattern, bx_code code, const char *what)
{
    BX_AUTO(bx_regexp) bx_regexp *r = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_regexp_compile(bx_str_of(pattern), &r, &err);
    if (rc != code || !strstr(err.msg, what))
        printf("# %s: %s\n", pattern, err.msg);
    return rc == code && strstr(err.msg, what);
}

static void what_is_refused(void)
{
    CHECK(refused("(a", BX_EINVAL, "without its ')'") &&
          refused("a)", BX_EINVAL, "without its '('"));
    CHECK(refused("[a", BX_EINVAL, "']'") && refused("[b-a]", BX_EINVAL, "before it begins"));
    CHECK(refused("*a", BX_EINVAL, "at byte 0: nothing to repeat") &&
          refused("a**", BX_EINVAL, "nothing to repeat"));
    CHECK(refused("a{3,2}", BX_EINVAL, "below its smallest") &&
          refused("\\", BX_EINVAL, "nothing"));
    CHECK(refused("\\Z", BX_EINVAL, "no such escape") &&
          refused("\\a", BX_EINVAL, "no such escape"));
    CHECK(refused("(a)\\1", BX_EUNSUPPORTED, "back-references") &&
          refused("(?<x>a)\\k<x>", BX_EUNSUPPORTED, "back-references"));
    CHECK(refused("(?i)a", BX_EUNSUPPORTED, "no such group") &&
          refused("\\p{Klingon}", BX_EUNSUPPORTED, "property"));
    CHECK(refused("(a{1000}){1000}", BX_ELIMIT, "states"));
    CHECK(refused("((((((){1000}){1000}){1000}){1000}){1000}){1000}", BX_ELIMIT, "states"));
}

/* Each of these takes for ever where one way is tried after the other. */
static void no_text_is_slow(void)
{
    static const char *const patterns[] = {"^(a+)+$",     "^(a|aa)+$", "^(a|a?)+$",
                                           "^(.*a){20}$", "(x+x+)+y",  "^(?=(a+)+$)b"};
    char text[2001];
    memset(text, 'a', 2000);
    text[2000] = '\0';
    text[1999] = '!';
    for (size_t i = 0; i < BX_COUNT(patterns); i++) {
        BX_AUTO(bx_regexp) bx_regexp *r = NULL;
        uint64_t steps = enough;
        CHECK(bx_regexp_compile(bx_str_of(patterns[i]), &r, NULL) == BX_OK);
        CHECK(!bx_regexp_matches(r, bx_str_of(text), &steps));
        CHECK(enough - steps < 2000 * 2 * (bx_regexp_size(r) + 1));
    }
    /* And who has no steps left gives up. */
    BX_AUTO(bx_regexp) bx_regexp *r = NULL;
    uint64_t steps = 100;
    CHECK(bx_regexp_compile(BX_LIT("a$"), &r, NULL) == BX_OK);
    CHECK(!bx_regexp_matches(r, bx_str_of(text), &steps) && steps == 0);
}

static void deep_and_long_patterns(void)
{
    char text[4096];
    memset(text, '(', 2000);
    text[2000] = '\0';
    CHECK(refused(text, BX_ELIMIT, "too deeply"));
    for (size_t i = 0; i < 80; i++) {
        text[i] = '(';
        text[i + 81] = ')';
    }
    text[80] = 'x';
    text[161] = '\0';
    CHECK(matches(text, "x") == 1);
    memset(text, 'y', 4000);
    text[4000] = '\0';
    CHECK(matches(text, text) == 1 && matches(text, "y") == 0);
}

static void no_memory(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_regexp *r = NULL;
        rc = bx_regexp_compile(BX_LIT("^(?=a)[\\w-]{1,3}(b|\\p{L})*$"), &r, NULL);
        bx_regexp_free(r);
    });
}

BXT_MAIN(RUN(characters_and_sets); RUN(escapes); RUN(properties); RUN(repeats); RUN(looking_around);
         RUN(what_is_refused); RUN(no_text_is_slow); RUN(deep_and_long_patterns); RUN(no_memory);)
