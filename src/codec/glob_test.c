#include "codec/glob.h"

#include <time.h>

#include "base/limits.h"
#include "base/test.h"
#include "codec/fold.h"

static bx_glob *compiled(const char *pattern)
{
    bx_glob *g = NULL;
    return bx_glob_compile(bx_str_of(pattern), &g, NULL) == BX_OK ? g : NULL;
}

struct row {
    const char *pattern, *path;
    bool match, at_or_below;
};

static const struct row rows[] = {
    {"/a/b", "/a/b", true, true},
    {"/a/b", "/a/b/c", false, true},
    {"/a/b", "/a", false, false},
    {"/a/b", "/a/bc", false, false},
    {"/a/b", "/a/B", false, false},
    {"/a/b", "a/b", false, false},
    {"/a/b", "", false, false},
    {"/a/b/", "/a/b", true, true},
    {"/", "/", true, true},
    {"/", "/a", false, true},
    /* one star stays in its part */
    {"/a/*.key", "/a/x.key", true, true},
    {"/a/*.key", "/a/.key", true, true},
    {"/a/*.key", "/a/x/y.key", false, false},
    {"/a/*.key", "/a/x.key/y", false, true},
    {"/a/*.key", "/a/x.keys", false, false},
    {"/*", "/", false, false},
    {"/*", "/a", true, true},
    {"/*", "/a/b", false, true},
    {"/a*b*c", "/aXbYc", true, true},
    {"/a*b*c", "/abbcbc", true, true},
    {"/a*b*c", "/abcd", false, false},
    {"/*a*", "/bab", true, true},
    /* one character, counted in UTF-8 */
    {"/?", "/a", true, true},
    {"/?", "/ab", false, false},
    {"/?", "/", false, false},
    {"/?", "/\xC3\xA9", true, true},
    {"/??", "/\xC3\xA9", false, false},
    {"/*?", "/\xC3\xA9", true, true},
    {"/*??", "/\xC3\xA9", false, false},
    {"/?", "/\xFF", true, true},
    {"/\xC3\xA9", "/\xC3\xA9", true, true},
    /* sets */
    {"/[a-c]x", "/bx", true, true},
    {"/[a-c]x", "/dx", false, false},
    {"/[!a-c]x", "/dx", true, true},
    {"/[!a-c]x", "/bx", false, false},
    {"/[!a]", "/\xC3\xA9", true, true},
    {"/[!a]", "/", false, false},
    {"/[a-]", "/-", true, true},
    {"/[-a]", "/-", true, true},
    {"/[]a]", "/]", true, true},
    {"/[!]a]", "/]", false, false},
    {"/[!]a]", "/b", true, true},
    {"/[*]", "/*", true, true},
    {"/[*]", "/a", false, false},
    {"/[?]", "/a", false, false},
    {"/[a-c-e]", "/-", true, true},
    {"/[a-c-e]", "/d", false, false},
    {"/\\*", "/\\x", true, true},
    {"/]", "/]", true, true},
    /* star-star */
    {"/a/**", "/a", true, true},
    {"/a/**", "/a/b", true, true},
    {"/a/**", "/a/b/c/d", true, true},
    {"/a/**", "/ab", false, false},
    {"/**", "/", true, true},
    {"/**", "/x/y", true, true},
    {"/a/**/z", "/a/z", true, true},
    {"/a/**/z", "/a/b/c/z", true, true},
    {"/a/**/z", "/a/b/c/zz", false, false},
    {"/a/**/z", "/a/z/b", false, true},
    {"/a/**/z", "/a/z/z", true, true},
    {"/a/**/b/**/c", "/a/x/b/y/c", true, true},
    {"/a/**/b/**/c", "/a/b/c", true, true},
    {"/a/**/b/**/c", "/a/c/b", false, false},
    {"/a/**/b/**/c", "/a/b/x/b/c/c", true, true},
    {"/a/**/**/c", "/a/c", true, true},
    {"**/.env", "/.env", true, true},
    {"**/.env", "/a/b/.env", true, true},
    {"**/.env", "/a/.env/x", false, true},
    {"**/.env", "/a/.envx", false, false},
    {"**/.env", "/a/x.env", false, false},
    {"**/.git/*", "/r/.git/config", true, true},
    {"**/.git/*", "/r/.git", false, false},
    {"**/*.pem", "/a/b/k.pem", true, true},
    {"**/*.pem", "/a/k.pem/b", false, true},
    /* paths with empty parts, as URLs have them */
    {"/a/**/z", "/a//z", true, true},
    {"/a/*", "/a/", true, true},
};

static void match_table(void)
{
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        BX_AUTO(bx_glob) bx_glob *g = compiled(r->pattern);
        if (!g || bx_glob_match(g, bx_str_of(r->path)) != r->match ||
            bx_glob_match_at_or_below(g, bx_str_of(r->path)) != r->at_or_below)
            printf("# pattern '%s' path '%s'\n", r->pattern, r->path);
        CHECK(g);
        CHECK(bx_glob_match(g, bx_str_of(r->path)) == r->match);
        CHECK(bx_glob_match_at_or_below(g, bx_str_of(r->path)) == r->at_or_below);
    }
}

static void may_match_below_table(void)
{
    static const struct {
        const char *pattern, *dir;
        bool want;
    } cases[] = {
        {"/a/b", "/", true},     {"/a/b", "/a", true},         {"/a/b", "/a/b", false},
        {"/a/b", "/c", false},   {"/a/b", "/a/b/c", false},    {"/a/**", "/a/x/y", true},
        {"/a/**", "/b", false},  {"**/x", "/any/where", true}, {"/*/k", "/a", true},
        {"/*/k", "/a/k", false}, {"/a*/k", "/b", false},       {"/a/**/z", "/a/z", true},
        {"/", "/", false},       {"/**", "/q", true},          {"/a/b", "relative", false},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO(bx_glob) bx_glob *g = compiled(cases[i].pattern);
        CHECK(g);
        CHECK(bx_glob_may_match_below(g, bx_str_of(cases[i].dir)) == cases[i].want);
    }
}

static void floating_names(void)
{
    static const struct {
        const char *pattern;
        bool want;
    } cases[] = {
        {"**/.env", true},  {"**/*.pem", true}, {"/**/.env", true},
        {"**/.env/", true}, {"**/a/b", false},  {"/a", false},
        {"/a/**", false},   {"**/**", false},   {"/**", false},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO(bx_glob) bx_glob *g = compiled(cases[i].pattern);
        CHECK(g);
        CHECK(bx_glob_is_floating_name(g) == cases[i].want);
    }
}

static void text_is_kept(void)
{
    BX_AUTO(bx_glob) bx_glob *g = compiled("**/dir/");
    CHECK(g && bx_str_eq(bx_glob_text(g), BX_LIT("**/dir")) && bx_glob_text(g).p[6] == '\0');
}

static void refused_patterns(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"a/b", "begin it"},
        {"*.key", "begin it"},
        {"**", "begin it"},
        {"**/", "a part is empty"},
        {"**x/a", "begin it"},
        {"./a", "begin it"},
        {"//a", "a part is empty"},
        {"/a//b", "a part is empty"},
        {"/a//", "a part is empty"},
        {"/a/./b", "'.' and '..'"},
        {"/..", "'.' and '..'"},
        {"**/../x", "'.' and '..'"},
        {"/a**", "stands alone"},
        {"/**a", "stands alone"},
        {"/***", "stands alone"},
        {"/[a", "does not end"},
        {"/[]", "does not end"},
        {"/[!]", "does not end"},
        {"/[a/b]", "does not end"},
        {"/[z-a]", "low to high"},
        {"/[^a]", "write [!x]"},
        {"/[\xC3\xA9]", "ASCII"},
        {"/[a-\xC3]", "UTF-8"},
        {"/\xFF", "UTF-8"},
        {"/\xF4\x8F\xBF\xBF", "cannot be named"}, /* how the byte 0xff is told */
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_glob *g = NULL;
        bx_error err = {.code = BX_OK};
        CHECK(bx_glob_compile(bx_str_of(bad[i].text), &g, &err) == BX_EINVAL);
        CHECK(g == NULL && strstr(err.msg, bad[i].says));
    }
    bx_glob *g = NULL;
    CHECK(bx_glob_compile((bx_str){"/a\0b", 4}, &g, NULL) == BX_EINVAL);
}

static void as_many_parts_as_allowed(void)
{
    char text[2 * BX_GLOB_MAX_PARTS + 3];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "/a", sizeof text - i < 2 ? 1 : 2);
    bx_str most = {text, 2 * BX_GLOB_MAX_PARTS}, more = {text, 2 * BX_GLOB_MAX_PARTS + 2};
    BX_AUTO(bx_glob) bx_glob *g = NULL;
    CHECK(bx_glob_compile(more, &g, NULL) == BX_ELIMIT && !g);
    CHECK(bx_glob_compile(most, &g, NULL) == BX_OK);
    CHECK(bx_glob_match(g, most));
    CHECK(!bx_glob_match(g, more) && bx_glob_match_at_or_below(g, more));
}

static void urls_keep_empty_parts(void)
{
    BX_AUTO(bx_glob) bx_glob *slash = NULL;
    BX_AUTO(bx_glob) bx_glob *deep = NULL;
    CHECK(bx_glob_compile_url(BX_LIT("/v1/"), &slash, NULL) == BX_OK);
    CHECK(bx_glob_match(slash, BX_LIT("/v1/")) && !bx_glob_match(slash, BX_LIT("/v1")));
    CHECK(bx_glob_compile_url(BX_LIT("/v1/**"), &deep, NULL) == BX_OK);
    CHECK(bx_glob_match(deep, BX_LIT("/v1")) && bx_glob_match(deep, BX_LIT("/v1/")));
    CHECK(bx_glob_match(deep, BX_LIT("/v1/a/b")) && !bx_glob_match(deep, BX_LIT("/v11")));
}

static uint64_t cpu_ns(void)
{
    struct timespec ts = {0, 0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* Patterns that take matchers with plain backtracking ages. */
static void hostile_patterns_take_linear_time(void)
{
    static char path[BX_MAX_PATH], pattern[BX_MAX_PATH], parts[2 * BX_GLOB_MAX_PARTS];
    path[0] = pattern[0] = '/';
    memset(path + 1, 'a', sizeof path - 1);
    for (size_t i = 1; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[sizeof pattern - 1] = 'b';
    BX_AUTO(bx_glob) bx_glob *stars = NULL;
    CHECK(bx_glob_compile((bx_str){pattern, sizeof pattern}, &stars, NULL) == BX_OK);
    uint64_t start = cpu_ns();
    CHECK(!bx_glob_match(stars, (bx_str){path, sizeof path}));

    char deep[3 * 84 + 2];
    for (size_t i = 0; i + 5 <= sizeof deep; i += 5)
        memcpy(deep + i, "/**/a", 5);
    size_t n = sizeof deep / 5 * 5;
    deep[n - 1] = 'b';
    for (size_t i = 0; i + 2 <= sizeof parts; i += 2)
        memcpy(parts + i, "/a", 2);
    BX_AUTO(bx_glob) bx_glob *nested = NULL;
    CHECK(bx_glob_compile((bx_str){deep, n}, &nested, NULL) == BX_OK);
    CHECK(!bx_glob_match_at_or_below(nested, (bx_str){parts, sizeof parts}));
    CHECK(cpu_ns() - start < UINT64_C(2000000000));
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_glob) bx_glob *g = NULL;
        rc = bx_glob_compile(BX_LIT("/a/**/b*"), &g, NULL);
    });
}

static bool special(const char *pattern, const char *root, const char *path)
{
    BX_AUTO(bx_glob) bx_glob *g = NULL;
    BX_ASSERT(bx_glob_compile(bx_str_of(pattern), &g, NULL) == BX_OK);
    return bx_glob_is_special_at(g, bx_str_of(root), bx_str_of(path));
}

static void places_that_matter(void)
{
    CHECK(special("/w/.git/hooks", "/w", "/w/.git") && !special("/w/.git/hooks", "/w", "/w/x"));
    CHECK(special("/w/a/b/c", "/w", "/w/a/b") && !special("/w/a/b/c", "/w", "/w/b"));
    CHECK(special("**/.git/hooks", "/w", "/w/x/.git") && !special("**/.git/hooks", "/w", "/w/x"));
    CHECK(!special("**/.env", "/w", "/w/x") && !special("/w/**/*.pem", "/w", "/w/x/y"));
    CHECK(special("/w/**/*.pem", "/", "/w")); /* only there do such names count */
    CHECK(special("/w/*/key", "/w", "/w/x") && !special("/w/*/key", "/w", "/w/x/y"));
    CHECK(special("/w/keys/**/x", "/w", "/w/keys") && special("/w/keys/**/x", "/w", "/w/keys/a"));
}

/* What the pattern's folded form says of the path's form, at or below. */
static bool folded_match(const char *pattern, const char *path)
{
    char form[512];
    size_t n = 0;
    bx_glob *g = compiled(pattern), *f = NULL;
    BX_ASSERT(g && bx_glob_compile_folded(g, &f, NULL) == BX_OK);
    BX_ASSERT(bx_fold(bx_str_of(path), form, sizeof form, &n));
    bool match = bx_glob_match_at_or_below(f, (bx_str){form, n});
    bx_glob_free(f);
    bx_glob_free(g);
    return match;
}

static void folded_patterns(void)
{
    CHECK(folded_match("**/.env", "/a/.ENV") && folded_match("**/.ENV", "/a/.env"));
    CHECK(folded_match("**/.git/hooks", "/x/.Git/HOOKS/pre") && !folded_match("**/.git", "/x/git"));
    CHECK(folded_match("/A/[a-c]*.KEY", "/a/Bx.key") && folded_match("/a/[A-C]", "/a/b"));
    CHECK(!folded_match("/a/[A-C]", "/a/d"));
    CHECK(folded_match("/a/[!a]", "/a/A")); /* 'A' is not 'a': what the pattern takes, this takes */
    CHECK(!folded_match("/a/[!1]", "/a/1"));
    CHECK(folded_match("/a/stra\u00dfe", "/a/STRASSE") && folded_match("/\u00c9t\u00e9", "/ete"));
    CHECK(folded_match("/a/[*]X", "/a/*x") && !folded_match("/a/[*]X", "/a/yx"));
}

/* Two ways to one place: what either has used up counts. */
static void states_along_a_path(void)
{
    bx_glob *g = compiled("**/current/x");
    bx_glob_states a = bx_glob_begin(g, BX_LIT("/w/v1")), b = bx_glob_begin(g, BX_LIT("/w"));
    bx_glob_states plain = a, none = {{0}};
    CHECK(!bx_glob_step(g, &b, BX_LIT("current")));
    bx_glob_join(&a, &b);
    CHECK(!bx_glob_step(g, &plain, BX_LIT("x")));
    CHECK(bx_glob_step(g, &a, BX_LIT("x")) && bx_glob_step(g, &b, BX_LIT("x")));
    CHECK(!bx_glob_step(g, &none, BX_LIT("x")));
    bx_glob_free(g);
}

BXT_MAIN(RUN(folded_patterns); RUN(states_along_a_path); RUN(match_table);
         RUN(may_match_below_table); RUN(floating_names); RUN(text_is_kept); RUN(refused_patterns);
         RUN(as_many_parts_as_allowed); RUN(urls_keep_empty_parts);
         RUN(hostile_patterns_take_linear_time); RUN(survives_failed_allocations);
         RUN(places_that_matter);)
