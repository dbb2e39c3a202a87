/* Shell patterns. */
#include "base/test.h"
#include "shell/match.h"

static bool matches(const char *pattern, const char *s, unsigned flags)
{
    sh_pattern *p = sh_pattern_new(bx_str_of(pattern), flags);
    bool is = sh_pattern_match(p, bx_str_of(s));
    sh_pattern_free(p);
    return is;
}

static void test_plain(void)
{
    CHECK(matches("a*b?c", "axxbyc", 0) && !matches("a*b?c", "axxbc", 0));
    CHECK(matches("[a-c][!x][]z]", "bq]", 0) && !matches("[a-c]", "d", 0));
    CHECK(matches("[[:digit:][:upper:]]", "Q", 0) && matches("\\*", "*", 0));
    CHECK(!matches("\\*", "a", 0) && matches("[a", "[a", 0) && matches("?", "\xc3\xa9", 0));
    CHECK(matches("AbC", "aBc", SH_MATCH_NOCASE) && !matches("*", ".a", SH_MATCH_PATHNAME));
}

static void test_groups(void)
{
    unsigned e = SH_MATCH_EXTGLOB;
    CHECK(matches("@(a|b)c", "bc", e) && matches("+(ab)", "abab", e) && !matches("+(ab)", "", e));
    CHECK(matches("!(*.c)", "x.h", e) && !matches("!(*.c)", "x.c", e));
    CHECK(matches("*(a|?(b))c", "abbac", e) && !matches("@(a)", "@(a)", e));
    CHECK(matches("@(a)", "@(a)", 0));
    CHECK(!matches("+(+(+(+(a))))", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", e));
}

static void test_parts(void)
{
    sh_pattern *p = sh_pattern_new(BX_LIT("*/"), 0);
    CHECK(sh_pattern_prefix(p, BX_LIT("a/b/c"), false) == 2);
    CHECK(sh_pattern_prefix(p, BX_LIT("a/b/c"), true) == 4);
    CHECK(sh_pattern_prefix(p, BX_LIT("abc"), true) == -1);
    sh_pattern_free(p);
    p = sh_pattern_new(BX_LIT(".*"), 0);
    CHECK(sh_pattern_suffix(p, BX_LIT("a.b.c"), false) == 3);
    CHECK(sh_pattern_suffix(p, BX_LIT("a.b.c"), true) == 1);
    size_t from, to;
    CHECK(sh_pattern_find(p, BX_LIT("a.b"), 0, &from, &to) && from == 1 && to == 3);
    CHECK(!sh_pattern_find(p, BX_LIT("ab"), 0, &from, &to));
    sh_pattern_free(p);
}

BXT_MAIN(RUN(test_plain); RUN(test_groups); RUN(test_parts);)
