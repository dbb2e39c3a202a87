#include "egress/ring.h"

#include "base/test.h"

static void keeps_order_around_the_end(void)
{
    bx_ring r = {.cap = 8};
    char out[16];
    size_t put = 0;
    CHECK(bx_ring_put(&r, "abcde", 5, &put) && put == 5 && bx_ring_room(&r) == 3);
    CHECK(bx_ring_get(&r, out, 3) == 3 && memcmp(out, "abc", 3) == 0);
    CHECK(bx_ring_put(&r, "fghij", 5, &put) && put == 5); /* wraps */
    CHECK(bx_ring_get(&r, out, sizeof out) == 7 && memcmp(out, "defghij", 7) == 0);
    CHECK(bx_ring_get(&r, out, sizeof out) == 0);
    bx_ring_done(&r);
}

static void takes_what_fits(void)
{
    bx_ring r = {.cap = 4};
    char out[8];
    size_t put = 0;
    CHECK(bx_ring_put(&r, "", 0, &put) && put == 0 && !r.p);
    CHECK(bx_ring_put(&r, "abcdef", 6, &put) && put == 4 && bx_ring_room(&r) == 0);
    CHECK(bx_ring_put(&r, "x", 1, &put) && put == 0);
    CHECK(bx_ring_get(&r, out, 8) == 4 && memcmp(out, "abcd", 4) == 0);
    bx_ring_done(&r);
}

static void out_of_memory(void)
{
    bx_ring r = {.cap = 4};
    size_t put = 7;
    bx_test_fail_alloc = 0;
    CHECK(!bx_ring_put(&r, "a", 1, &put));
    bx_test_fail_alloc = -1;
    CHECK(put == 7 && bx_ring_put(&r, "a", 1, &put) && put == 1);
    bx_ring_done(&r);
}

BXT_MAIN(RUN(keeps_order_around_the_end); RUN(takes_what_fits); RUN(out_of_memory);)
