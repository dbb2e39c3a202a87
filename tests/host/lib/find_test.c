/* Finding one text in another, and how far two are alike: against the obvious way, and within
 * bounds. */
#include "lib/find.h"

#include "base/test.h"
#include "lib/alike.h"

static uint32_t seed = 1;
static uint32_t rnd(uint32_t n)
{
    seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (seed >> 8) % n;
}

static size_t slowly(bx_str t, size_t from, bx_str w)
{
    for (size_t i = from; i + w.n <= t.n; i++)
        if (memcmp(t.p + i, w.p, w.n) == 0)
            return i;
    return BX_NOT_FOUND;
}

static void places(void)
{
    bx_str t = BX_LIT("abcabd");
    CHECK(bx_find(t, 0, BX_LIT("abd")) == 3 && bx_find(t, 1, BX_LIT("ab")) == 3);
    CHECK(bx_find(t, 0, t) == 0 && bx_find(t, 1, t) == BX_NOT_FOUND);
    CHECK(bx_find(t, 5, BX_LIT("d")) == 5 && bx_find(t, 6, BX_LIT("d")) == BX_NOT_FOUND);
    CHECK(bx_find(t, 7, BX_LIT("d")) == BX_NOT_FOUND && bx_find(t, 0, BX_LIT("x")) == BX_NOT_FOUND);
}

static void like_the_obvious_way(void)
{
    char text[300], what[40];
    for (int round = 0; round < 20000; round++) {
        bx_str t = {text, rnd(sizeof text)}, w = {what, 1 + rnd(rnd(2) ? 3 : sizeof what - 1)};
        for (size_t i = 0; i < t.n; i++)
            text[i] = (char)('a' + rnd(2));
        for (size_t i = 0; i < w.n; i++)
            what[i] = (char)('a' + rnd(2));
        size_t from = rnd(8);
        CHECK(bx_find(t, from, w) == slowly(t, from, w));
    }
}

/* The text that makes every place look right until the last byte. */
static void a_hostile_text(void)
{
    size_t n = 1 << 20, m = 1 << 16;
    char *t = malloc(n), *w = malloc(m);
    BX_ASSERT(t && w);
    memset(t, 'a', n);
    memset(w, 'a', m);
    w[m / 2] = 'b';
    CHECK(bx_find((bx_str){t, n}, 0, (bx_str){w, m}) == BX_NOT_FOUND);
    t[n - m / 2] = 'b';
    CHECK(bx_find((bx_str){t, n}, 0, (bx_str){w, m}) == n - m);
    free(t);
    free(w);
}

static void how_far_alike(void)
{
    char a[200], b[200];
    for (size_t n = 0; n < sizeof a; n++) {
        memset(a, 'x', sizeof a);
        memset(b, 'x', sizeof b);
        bx_str x = {a, n}, y = {b, sizeof b};
        CHECK(bx_common_prefix(x, y) == n && bx_common_suffix(y, x) == n);
        for (size_t i = 0; i < n; i++) {
            b[i] = 'y';
            CHECK(bx_common_prefix(x, y) == i);
            CHECK(bx_common_suffix(x, (bx_str){b, n}) == n - i - 1);
            b[i] = 'x';
        }
    }
}

BXT_MAIN(RUN(places); RUN(like_the_obvious_way); RUN(a_hostile_text); RUN(how_far_alike);)
