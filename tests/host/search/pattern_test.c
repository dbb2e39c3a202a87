/* Patterns and lists of patterns: what they match, what is refused, and what they cost. */
#include "search/pattern.h"

#include <time.h>

#include "base/test.h"

static const char *wanted_failure; /* in the message of the last one refused */

/* 1: it matches, 0: it does not, -1: refused. */
static int match_in(bx_dialect dialect, const char *pattern, const char *path)
{
    bx_error err = {0};
    bx_pattern *p = NULL;
    if (bx_pattern_compile(bx_str_of(pattern), dialect, &p, &err) != BX_OK) {
        if (wanted_failure && !strstr(err.msg, wanted_failure))
            printf("# %s\n", err.msg);
        return wanted_failure && !strstr(err.msg, wanted_failure) ? -2 : -1;
    }
    int is = bx_pattern_match(p, bx_str_of(path));
    bx_pattern_free(p);
    return is;
}

static int tool(const char *pattern, const char *path)
{
    return match_in(BX_DIALECT_TOOL, pattern, path);
}

static int git(const char *pattern, const char *path)
{
    return match_in(BX_DIALECT_GIT, pattern, path);
}

typedef struct row {
    const char *pattern, *path;
    int is;
} row;

static bool all(int (*match)(const char *, const char *), const row *rows, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        int is = match(rows[i].pattern, rows[i].path);
        if (is != rows[i].is)
            printf("# %s on %s: %d\n", rows[i].pattern, rows[i].path, is);
        ok &= is == rows[i].is;
    }
    return ok;
}

static void one_part(void)
{
    static const row rows[] = {
        {"a", "a", 1},
        {"a", "b", 0},
        {"a", "ab", 0},
        {"*", "abc", 1},
        {"*", "a/b", 0},
        {"*.c", "a.c", 1},
        {"*.c", ".c", 1},
        {"*.c", "a.cc", 0},
        {"*.c", "d/a.c", 0},
        {"a*b*c", "axbxc", 1},
        {"a*b*c", "axbx", 0},
        {"?", "a", 1},
        {"?", "/", 0},
        {"?", "\xc3\xa9", 1},
        {"??", "\xc3\xa9", 0},
        {"?", "\xff", 1},
        {"a\\*", "a*", 1},
        {"a\\*", "ab", 0},
        {"\\[a]", "[a]", 1},
        {"a,b", "a,b", 1},
        {"a}", "a}", 1},
        {"\xc3\xa9*", "\xc3\xa9t\xc3\xa9", 1},
        {"*\xa9", "\xc3\xa9", 0},
        {"a**b", "axxb", 1},
        {"a**b", "a/b", 0},
        {"***", "abc", 1},
    };
    CHECK(all(tool, rows, BX_COUNT(rows)));
}

static void sets(void)
{
    static const row rows[] = {
        {"[a-c]", "b", 1},
        {"[a-c]", "d", 0},
        {"[!a-c]", "d", 1},
        {"[^a-c]", "b", 0},
        {"[]a]", "]", 1},
        {"[!]a]", "]", 0},
        {"[a-]", "-", 1},
        {"[-a]", "-", 1},
        {"[!a]", "/", 0},
        {"[\\]]", "]", 1},
        {"[a\\-z]", "m", 0},
        {"[a\\-z]", "-", 1},
        {"[[:alpha:]]", "x", 1},
        {"[[:alpha:]]", "1", 0},
        {"[[:digit:]x]", "x", 1},
        {"[![:space:]]", " ", 0},
        {"[[:xdigit:]]", "F", 1},
        {"[[:punct:]]", "~", 1},
        {"[[:a]", "[", 1},
        {"[[:a]", ":", 1},
        {"[\xc3\xa0-\xc3\xaf]", "\xc3\xa9", 1},
        {"[\xc4\x80-\xc5\xbf]", "\xc4\x91", 1},
        {"[!\xc4\x91]", "\xc4\x91", 0},
        {"[!a]", "\xff", 1},
        {"[a", "a", -1},
        {"[]", "]", -1},
        {"[z-a]", "b", -1},
        {"[[:alfa:]]", "a", -1},
        {"[a\\", "a", -1},
    };
    CHECK(all(tool, rows, BX_COUNT(rows)));
}

static void many_parts(void)
{
    static const row rows[] = {
        {"**", "a/b/c", 1},      {"**/c", "c", 1},         {"**/c", "a/b/c", 1},
        {"**/c", "a/bc", 0},     {"a/**", "a/b/c", 1},     {"a/**", "a", 0},
        {"a/**/b", "a/b", 1},    {"a/**/b", "a/x/y/b", 1}, {"a/**/b", "a/xb", 0},
        {"**/a/**", "x/a/y", 1}, {"**/a/**", "a", 0},      {"**/*.c", "a/b.c", 1},
        {"**/*.c", "b.c", 1},    {"**/*.c", "b.c/d", 0},   {"**/**/x", "x", 1},
        {"a/*/c", "a/b/c", 1},   {"a/*/c", "a/c", 0},      {"a/**b", "a/x/b", 0},
        {"a**/b", "ax/b", 1},    {"a**/b", "ax/y/b", 0},   {"**a", "x/a", 0},
    };
    CHECK(all(tool, rows, BX_COUNT(rows)));
}

static void braces(void)
{
    static const row rows[] = {
        {"*.{c,h}", "a.h", 1},
        {"*.{c,h}", "a.cc", 0},
        {"{a,b}{c,d}", "bc", 1},
        {"{a,b}{c,d}", "b", 0},
        {"a{,b}", "a", 1},
        {"a{,b}", "ab", 1},
        {"a{b,{c,d{e,f}}}g", "adfg", 1},
        {"a{b,{c,d{e,f}}}g", "adg", 0},
        {"{src,lib/x}/**/*.c", "lib/x/y/a.c", 1},
        {"{src,lib/x}/**/*.c", "lib/a.c", 0},
        {"{**/a,b}", "x/y/a", 1},
        {"{a/**,b}", "a/x", 1},
        {"{a/**,b}", "b", 1},
        {"{a}", "a", 1},
        {"{}", "a", 0},
        {"x{}y", "xy", 1},
        {"{[,],b}", ",", 1},
        {"{a\\,b,c}", "a,b", 1},
        {"\\{a,b}", "{a,b}", 1},
        {"{a,b", "a", -1},
        {"{a,{b}", "a", -1},
        {"{*.c,*.h}", "x.h", 1},
    };
    CHECK(all(tool, rows, BX_COUNT(rows)));
}

/* Each as git 2.39 decides, which has quirks. */
static void as_git_has_it(void)
{
    static const row rows[] = {
        {"{a,b}", "{a,b}", 1},
        {"{a,b}", "a", 0},
        {"?", "\xc3\xa9", 0},
        {"??", "\xc3\xa9", 1},
        {"[a", "[a", 0},
        {"[[:foo:]]", "f", 0},
        {"[z-a]", "z", 1},
        {"[z-a]", "a", 0},
        {"[[:a]", "a", 1},
        {"a\\", "a\\", 0},
        {"\\a", "a", 1},
        {"a/**/b", "a/b", 1},
        {"a/**", "a/b/c", 1},
        {"a/**", "a", 0},
        {"**/a", "a", 1},
        {"foo**/bar", "foobar", 1},
        {"foo**/bar", "foox/y/bar", 1},
        {"*foo**/bar", "foox/y/bar", 0},
        {"a/x**", "a/xy/z", 1},
        {"a\\/**", "a/b/c", 1},
        {"*/x**", "a/xy/z", 0},
        {"[!a]b", "/b", 0},
    };
    CHECK(all(git, rows, BX_COUNT(rows)));
}

static void refusals_say_why(void)
{
    static const char *const rows[][2] = {
        {"x[ab", "the set that begins with \"[ab\" has no \"]\""},
        {"[b-a]", "runs backwards"},
        {"[[:word:]]", "no class \"[:word:]\""},
        {"{a", "a \"{\" has no \"}\""},
        {"a\\", "lone \"\\\""},
        {"{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}", "nested more than 16 deep"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        wanted_failure = rows[i][1];
        int is = tool(rows[i][0], "a");
        wanted_failure = NULL;
        CHECK(is == -1);
    }
    CHECK(tool("{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}", "a") == 1);
}

static void as_long_as_can_be(void)
{
    static char pattern[BX_PATTERN_MAX + 2];
    memset(pattern, 'a', BX_PATTERN_MAX);
    CHECK(tool(pattern, pattern) == 1 && tool(pattern, "a") == 0);
    pattern[BX_PATTERN_MAX] = 'a';
    wanted_failure = "longer than 4096 bytes";
    int is = tool(pattern, "a");
    wanted_failure = NULL;
    CHECK(is == -1);
    for (size_t i = 0; i < BX_PATTERN_MAX; i += 4)
        memcpy(pattern + i, "[ab]", 4);
    pattern[BX_PATTERN_MAX] = '\0';
    CHECK(tool(pattern, "ab") == 0);
    for (size_t i = 0; i + 3 < BX_PATTERN_MAX; i += 3)
        memcpy(pattern + i, "[a]", 3);
    pattern[3 * 1025] = '\0';
    CHECK(tool(pattern, "ab") == -1); /* more than 1024 sets */
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What a backtracking matcher tries for longer than anybody waits. */
static void never_slow(void)
{
    static char pattern[BX_PATTERN_MAX + 1], path[4096];
    double begun = seconds();
    memset(path, 'a', 4000);
    CHECK(tool("**/*a*a*a*a*a*a*a*a*a*a*a*a*a*b", path) == 0);
    for (size_t i = 1; i < 4000; i += 2)
        path[i] = '/';
    path[3999] = 'a';
    CHECK(tool("**/a/**/a/**/a/**/a/**/a/**/a/**/b", path) == 0);
    for (size_t i = 0; i + 5 <= 500; i += 5)
        memcpy(pattern + i, "{a,b}", 5);
    memset(path, 'a', 100);
    path[100] = '\0';
    CHECK(tool(pattern, path) == 1);
    path[99] = 'c';
    CHECK(tool(pattern, path) == 0);
    memset(pattern, '\0', sizeof pattern);
    for (size_t i = 0; i + 2 <= 1000; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[1000] = 'b';
    memset(path, 'a', 4000);
    path[4000] = '\0';
    CHECK(tool(pattern, path) == 0);
    CHECK(seconds() - begun < 10);
}

static int below(const char *pattern, const char *dir, bool hidden)
{
    bx_pattern *p = NULL;
    if (bx_pattern_compile(bx_str_of(pattern), BX_DIALECT_TOOL, &p, NULL) != BX_OK)
        return -1;
    int is = hidden ? bx_pattern_may_match_hidden_below(p, bx_str_of(dir))
                    : bx_pattern_may_match_below(p, bx_str_of(dir));
    bx_pattern_free(p);
    return is;
}

static void what_lies_below(void)
{
    CHECK(below("src/*.c", "", false) == 1 && below("src/*.c", "src", false) == 1);
    CHECK(below("src/*.c", "lib", false) == 0 && below("src/*.c", "src/x", false) == 0);
    CHECK(below("**/*.c", "any/where", false) == 1 && below("a/**", "a/b", false) == 1);
    CHECK(below("{a,b/c}/*", "b", false) == 1 && below("{a,b/c}/*", "b/d", false) == 0);
    CHECK(below(".github/**", ".github", true) == 1 && below("**/*.c", ".git", true) == 0);
    CHECK(below("*/x", ".a", true) == 0 && below("**/.a/x", "y/.a", true) == 1);
}

static bx_globs *list(const char *const *patterns)
{
    bx_globs *g;
    if (bx_globs_new(&g, NULL) != BX_OK)
        return NULL;
    for (; *patterns; patterns++)
        if (bx_globs_add(g, bx_str_of(*patterns), NULL) != BX_OK)
            return NULL;
    return g;
}

static bool judge(bx_globs *g, const char *path, bool is_dir, bx_glob_verdict wanted)
{
    return bx_globs_judge(g, bx_str_of(path), is_dir) == wanted;
}

static void lists(void)
{
    BX_AUTO(bx_globs) bx_globs *one = list((const char *[]){"*.c", NULL});
    CHECK(judge(one, "a/b.c", false, BX_GLOB_INCLUDED) &&
          judge(one, "b.h", false, BX_GLOB_EXCLUDED));
    CHECK(judge(one, "dir", true, BX_GLOB_NONE) && !bx_globs_take(one, BX_LIT("dir"), true));
    BX_AUTO(bx_globs)
    bx_globs *last = list((const char *[]){"*.c", "!test_*", "test_main.c", NULL});
    CHECK(judge(last, "a.c", false, BX_GLOB_INCLUDED) &&
          judge(last, "x/test_a.c", false, BX_GLOB_EXCLUDED) &&
          judge(last, "test_main.c", false, BX_GLOB_INCLUDED));
    BX_AUTO(bx_globs) bx_globs *not = list((const char *[]){"!build/", NULL});
    CHECK(judge(not, "a", false, BX_GLOB_NONE) && bx_globs_take(not, BX_LIT("a"), false));
    CHECK(judge(not, "x/build", true, BX_GLOB_EXCLUDED) &&
          judge(not, "build", false, BX_GLOB_NONE));
    CHECK(!bx_globs_may_enter(not, BX_LIT("build")) && bx_globs_may_enter(not, BX_LIT("src")));
    BX_AUTO(bx_globs) bx_globs *bound = list((const char *[]){"/a.c", "src/*.h", "\\!x", NULL});
    CHECK(judge(bound, "a.c", false, BX_GLOB_INCLUDED) &&
          judge(bound, "b/a.c", false, BX_GLOB_EXCLUDED));
    CHECK(judge(bound, "src/x.h", false, BX_GLOB_INCLUDED) &&
          judge(bound, "y/!x", false, BX_GLOB_INCLUDED));
    BX_AUTO(bx_globs) bx_globs *none = list((const char *[]){NULL});
    CHECK(judge(none, "a", false, BX_GLOB_NONE) && bx_globs_take(none, BX_LIT("a"), false));
    CHECK(bx_globs_may_enter(none, BX_LIT("")));
    for (size_t i = 0; i < BX_GLOBS_MAX; i++)
        CHECK(bx_globs_add(none, BX_LIT("a"), NULL) == BX_OK);
    CHECK(bx_globs_add(none, BX_LIT("a"), NULL) == BX_ELIMIT);
    CHECK(bx_globs_add(one, BX_LIT(""), NULL) == BX_EINVAL);
    CHECK(bx_globs_add(one, BX_LIT("!"), NULL) == BX_EINVAL);
    CHECK(bx_globs_add(one, BX_LIT("/"), NULL) == BX_EINVAL);
}

static void hidden_that_was_asked_for(void)
{
    BX_AUTO(bx_globs) bx_globs *g = list((const char *[]){".github/**", ".env", "*.c", NULL});
    CHECK(bx_globs_ask_for_hidden(g, BX_LIT(".github"), true));
    CHECK(bx_globs_ask_for_hidden(g, BX_LIT(".github/x"), false));
    CHECK(!bx_globs_ask_for_hidden(g, BX_LIT(".github/.x"), false));
    CHECK(bx_globs_ask_for_hidden(g, BX_LIT("a/.env"), false));
    CHECK(!bx_globs_ask_for_hidden(g, BX_LIT("a/.x.c"), false));
    CHECK(!bx_globs_ask_for_hidden(g, BX_LIT(".venv"), true));
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_globs *g = NULL;
        rc = bx_globs_new(&g, NULL);
        if (rc == BX_OK)
            rc = bx_globs_add(g, BX_LIT("**/[a-z]{x,[b-c]}*.c"), NULL);
        bx_globs_free(g);
    });
}

BXT_MAIN(RUN(one_part); RUN(sets); RUN(many_parts); RUN(braces); RUN(as_git_has_it);
         RUN(refusals_say_why); RUN(as_long_as_can_be); RUN(never_slow); RUN(what_lies_below);
         RUN(lists); RUN(hidden_that_was_asked_for); RUN(every_allocation_may_fail);)
