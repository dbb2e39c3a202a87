#include "codec/blake2b.h"

#include "base/test.h"

static bool is_hex(const uint8_t *sum, size_t n, const char *want)
{
    char out[2 * BX_BLAKE2B_MAX + 1];
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", sum[i]);
    return strcmp(out, want) == 0;
}

static void known_answers(void)
{
    uint8_t sum[BX_BLAKE2B_MAX];
    bx_blake2b("abc", 3, sum, 64); /* RFC 7693 appendix A */
    CHECK(is_hex(sum, 64,
                 "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                 "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"));
    bx_blake2b(NULL, 0, sum, 32);
    CHECK(is_hex(sum, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"));
    bx_blake2b(NULL, 0, sum, 1);
    CHECK(is_hex(sum, 1, "2e"));
}

/* Digests of four lengths of texts of six, hashed together, as in appendix E of RFC 7693 but
 * without keys; the answer is that of Python's hashlib. */
static void sequence(uint8_t *out, size_t n, uint32_t seed)
{
    uint32_t a = 0xdead4bad * seed, b = 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t t = a + b;
        a = b;
        b = t;
        out[i] = (uint8_t)(t >> 24);
    }
}

static void self_test(void)
{
    static const size_t digests[] = {20, 32, 48, 64}, lengths[] = {0, 3, 128, 129, 255, 1024};
    uint8_t text[1024], all[4 * 6 * 64];
    size_t n = 0;
    for (size_t d = 0; d < BX_COUNT(digests); d++) {
        for (size_t l = 0; l < BX_COUNT(lengths); l++) {
            sequence(text, lengths[l], (uint32_t)lengths[l]);
            bx_blake2b(text, lengths[l], all + n, digests[d]);
            n += digests[d];
        }
    }
    uint8_t sum[32];
    bx_blake2b(all, n, sum, 32);
    CHECK(is_hex(sum, 32, "681f345ad53c6360214ea500fd259edddbca775f605fad81b9b189d6d88e15c6"));
}

BXT_MAIN(RUN(known_answers); RUN(self_test);)
