#include "policy/wild.h"

#include "base/test.h"

#define ANY "\1"
#define SP  "\2"

static bool must(const char *p, const char *t) { return bx_wild_must(bx_str_of(p), bx_str_of(t)); }

static bx_wild may(const char *p, const char *t)
{
    size_t steps = 1 << 20;
    return bx_wild_may(bx_str_of(p), bx_str_of(t), &steps);
}

static void always(void)
{
    CHECK(must("git ", "git ") && must("git " ANY, "git ") && must("git " ANY, "git push x "));
    CHECK(must(ANY, "") && must(ANY "b " ANY, "a b c ") && must(ANY ANY, "x"));
    CHECK(must("git " ANY, "git " ANY) && must(ANY "c ", "a " ANY "c "));
    CHECK(!must("git ", "gitk ") && !must("git " ANY, "gitk ") && !must("", "a "));
    CHECK(!must("git push ", "git " ANY) && !must("git " ANY, ANY) && !must("git ", "g" ANY));
    CHECK(must("a" SP "b ", "a" SP "b ") && !must("a b ", "a" SP "b "));
}

static void perhaps(void)
{
    CHECK(may("git push ", "git push ") == BX_WILD_YES);
    CHECK(may("git push " ANY, "git " ANY) == BX_WILD_MAYBE);
    CHECK(may("git push ", ANY) == BX_WILD_MAYBE && may("git push ", "git " ANY "sh ") != 0);
    CHECK(may("git push ", "git" ANY " push ") == BX_WILD_MAYBE);
    CHECK(may("git push ", "git log " ANY) == BX_WILD_NO);
    CHECK(may("git push ", "git " ANY "x ") == BX_WILD_NO);
    CHECK(may("a b ", "a" SP "b ") == BX_WILD_YES && may("a" SP "b ", "a b ") == BX_WILD_YES);
    CHECK(may("x" ANY "y" ANY "z ", ANY "y" ANY) == BX_WILD_MAYBE);
}

/* What takes too long is not known. */
static void bounded(void)
{
    size_t steps = 10;
    CHECK(bx_wild_may(BX_LIT("aaaaaaaaaaaaaaaa"), BX_LIT("b"), &steps) == BX_WILD_MAYBE);
    CHECK(steps == 0);
    CHECK(bx_wild_may(BX_LIT("a"), BX_LIT("b"), &steps) == BX_WILD_MAYBE);
    static char p[4096], t[4096];
    for (size_t i = 0; i < sizeof p - 1; i++) {
        p[i] = i % 2 ? BX_WILD_ANY : 'a';
        t[i] = i % 2 ? BX_WILD_ANY : 'b';
    }
    CHECK(may(p, t) == BX_WILD_MAYBE);
}

BXT_MAIN(RUN(always); RUN(perhaps); RUN(bounded);)
