/* Ignore files: each line of gitignore(5), and that many rules cost little. */
#include "search/ignore.h"

#include <time.h>

#include "base/buf.h"
#include "base/test.h"

static bx_rules *parse(const char *text)
{
    bx_rules *r = NULL;
    return bx_rules_parse(bx_str_of(text), &r, NULL) == BX_OK ? r : NULL;
}

/* A path that ends with '/' is a directory's. */
static bool says(const char *text, const char *path, bx_ignored wanted)
{
    BX_AUTO(bx_rules) bx_rules *r = parse(text);
    bx_str p = bx_str_of(path);
    bool is_dir = p.p[p.n - 1] == '/';
    p.n -= is_dir;
    bx_ignored is = r ? bx_rules_judge(r, p, is_dir) : (bx_ignored)99;
    if (is != wanted)
        printf("# %s on %s: %d\n", text, path, (int)is);
    return is == wanted;
}

#define YES(text, path)    CHECK(says(text, path, BX_IGNORED_YES))
#define NO(text, path)     CHECK(says(text, path, BX_IGNORED_NO))
#define UNSAID(text, path) CHECK(says(text, path, BX_IGNORED_UNSAID))

static void lines(void)
{
    UNSAID("", "a");
    UNSAID("# a\n\n", "a");
    YES("\\#a", "#a");
    YES("\\!a", "!a");
    YES("a", "a"); /* no line feed at the end */
    YES("a\r\nb\r\n", "a");
    YES("b\na\r", "a"); /* also where the file ends without a line feed */
    YES("\xef\xbb\xbf"
        "a\n",
        "a");
    YES("a  \n", "a");
    YES("a\\ \n", "a ");
    UNSAID("a\\ \n", "a");
    YES("a\\  \n", "a ");
    YES("a\t\n", "a\t");
    UNSAID("!\n/\n \n", "a");
    YES(" a\n", " a");
}

static void order(void)
{
    NO("*.o\n!keep.o\n", "keep.o");
    YES("!keep.o\n*.o\n", "keep.o");
    YES("*.o\n!*.o\nx.o\n", "d/x.o");
    NO("!a", "a");
}

static void anchors(void)
{
    YES("a", "x/y/a");
    YES("/a", "a");
    UNSAID("/a", "x/a");
    YES("x/a", "x/a");
    UNSAID("x/a", "y/x/a");
    YES("**/x/a", "y/x/a");
    YES("a/", "x/a/");
    UNSAID("a/", "x/a");
    YES("a/**", "a/b/c");
    UNSAID("a/**", "a/");
    YES("a/**/b", "a/b");
    YES("**", "x/y");
    YES("/**", "x/y");
    UNSAID("/*", "x/y");
    YES("/*", "x/");
    UNSAID("./a", "a");
}

/* One rule of each kind of key, and a path that has the key without matching. */
static void keys(void)
{
    YES("src/a.c", "src/a.c");
    YES("src/*.c", "src/a.c");
    UNSAID("src/*.c", "src/x/a.c");
    YES("**/gen/a.c", "x/gen/a.c");
    UNSAID("**/gen/a.c", "x/a.c");
    YES("*~", "x~");
    YES("*.min.js", "d/a.min.js");
    UNSAID("*.min.js", "a.js");
    YES("tmp*", "tmp1");
    YES("tmp_?", "tmp_1");
    UNSAID("tmp_?", "tmp_12");
    YES("[Dd]ebug", "x/Debug");
    YES("*debug*", "my_debug_x");
    UNSAID("*debug*", "my_debu");
    YES("?", "a");
    YES("**/.h/a b/**", ".h/a b/x");
    YES("*[ab]", "xb");
    UNSAID("{a,b}", "a");
    YES("\\a", "a");
    UNSAID("a\\", "a\\");
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* 100,000 rules of each kind that has a key: a path costs its length, not their number. */
static void many_rules(void)
{
    static const char *const forms[] = {"name%d",   "*.ext%d",  "pre%d*",     "dir%d/x*y",
                                        "/a/b%d/c", "*mid%dx*", "**/p%d/q%d", "[ab]some%d[cd]"};
    for (size_t f = 0; f < BX_COUNT(forms); f++) {
        BX_AUTO_BUF text = bx_buf_init(16 << 20);
        for (int i = 0; i < 100000; i++) {
            char *at;
            CHECK(bx_buf_reserve(&text, 64, &at) == BX_OK);
            const char *form = forms[f];
            text.n += (size_t)snprintf(at, 64, "%.*s%d%s\n", (int)(strchr(form, '%') - form), form,
                                       i, strchr(form, '%') + 2);
        }
        bx_rules *r = NULL;
        CHECK(bx_rules_parse(bx_buf_str(&text), &r, NULL) == BX_OK);
        CHECK(bx_rules_count(r) == 100000 && bx_rules_skipped(r) == 0);
        double begun = seconds();
        for (int i = 0; i < 1000; i++)
            CHECK(bx_rules_judge(r, BX_LIT("some/where/else/main_file.cpp"), false) ==
                  BX_IGNORED_UNSAID);
        double took = seconds() - begun;
        bx_rules_free(r);
        if (took > 0.5)
            printf("# %s: %.6f s for 1000 paths\n", forms[f], took);
        CHECK(took < 0.5); /* one by one it would be minutes */
    }
}

static void at_the_limits(void)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    for (size_t i = 0; i < BX_PATTERN_MAX; i++)
        (void)bx_buf_add_c(&text, 'a');
    BX_AUTO(bx_rules) bx_rules *fits = NULL;
    CHECK(bx_rules_parse(bx_buf_str(&text), &fits, NULL) == BX_OK);
    CHECK(bx_rules_count(fits) == 1 && bx_rules_skipped(fits) == 0);
    CHECK(bx_rules_judge(fits, bx_buf_str(&text), false) == BX_IGNORED_YES);
    (void)bx_buf_add_z(&text, "a\nb\n");
    BX_AUTO(bx_rules) bx_rules *over = NULL;
    CHECK(bx_rules_parse(bx_buf_str(&text), &over, NULL) == BX_OK);
    CHECK(bx_rules_count(over) == 1 && bx_rules_skipped(over) == 1);
    CHECK(bx_rules_judge(over, BX_LIT("b"), false) == BX_IGNORED_YES);

    BX_AUTO_BUF rules = bx_buf_init(4 << 20);
    for (int i = 0; i <= BX_IGNORE_RULES_MAX; i++)
        (void)bx_buf_add_z(&rules, "a\n");
    BX_AUTO(bx_rules) bx_rules *many = NULL;
    CHECK(bx_rules_parse(bx_buf_str(&rules), &many, NULL) == BX_OK);
    CHECK(bx_rules_count(many) == BX_IGNORE_RULES_MAX && bx_rules_skipped(many) == 1);
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_rules *r = NULL;
        rc = bx_rules_parse(BX_LIT("a\n*.b\n/c/d\n[x]y*\n"), &r, NULL);
        bx_rules_free(r);
    });
}

BXT_MAIN(RUN(lines); RUN(order); RUN(anchors); RUN(keys); RUN(many_rules); RUN(at_the_limits);
         RUN(every_allocation_may_fail);)
