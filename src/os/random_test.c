#include "os/random.h"

#include "base/test.h"

static void kernel_bytes_differ(void)
{
    uint8_t a[512] = {0}, b[512] = {0}; /* more than getrandom gives at once without EINTR */
    CHECK(bx_random_fill(a, sizeof a, NULL) == BX_OK);
    CHECK(bx_random_fill(b, sizeof b, NULL) == BX_OK);
    CHECK(memcmp(a, b, 256) != 0 && memcmp(a + 256, b + 256, 256) != 0);
    CHECK(bx_random_fill(NULL, 0, NULL) == BX_OK);
}

/* The authors' reference code gives these: splitmix64 from 0, and xoshiro256** from {1, 2, 3, 4}.
 */
static void the_stream_is_the_published_one(void)
{
    bx_rng r = bx_rng_seeded(0);
    CHECK(r.s[0] == UINT64_C(0xe220a8397b1dcdaf) && r.s[1] == UINT64_C(0x6e789e6aa1b965f4));
    CHECK(r.s[2] == UINT64_C(0x06c45d188009454f) && r.s[3] == UINT64_C(0xf88bb8a8724c81ec));
    r = (bx_rng){{1, 2, 3, 4}};
    static const uint64_t want[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (size_t i = 0; i < BX_COUNT(want); i++)
        CHECK(bx_rng_next(&r) == want[i]);
}

static void bytes_are_words_little_endian(void)
{
    bx_rng a = bx_rng_seeded(42), b = bx_rng_seeded(42);
    uint8_t bytes[11];
    bx_rng_fill(&a, bytes, sizeof bytes);
    uint64_t w0 = bx_rng_next(&b), w1 = bx_rng_next(&b);
    for (size_t i = 0; i < sizeof bytes; i++)
        CHECK(bytes[i] == (uint8_t)((i < 8 ? w0 : w1) >> (i % 8 * 8)));
    CHECK(bx_rng_next(&a) == bx_rng_next(&b)); /* the rest of the second word is used up */
}

static void seeds_differ(void)
{
    bx_rng a = bx_rng_seeded(1), b = bx_rng_seeded(2), c = bx_rng_seeded(1);
    uint64_t x = bx_rng_next(&a);
    CHECK(x != bx_rng_next(&b));
    CHECK(x == bx_rng_next(&c));
}

BXT_MAIN(RUN(kernel_bytes_differ); RUN(the_stream_is_the_published_one);
         RUN(bytes_are_words_little_endian); RUN(seeds_differ);)
