#include "codec/sha256.h"

#include "base/test.h"

static bool is_hex(const uint8_t sum[BX_SHA256_BYTES], const char *want)
{
    char out[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(sum, out);
    return strcmp(out, want) == 0;
}

/* FIPS 180-4, examples of NIST. */
static void digests(void)
{
    uint8_t sum[BX_SHA256_BYTES];
    bx_sha256(NULL, 0, sum);
    CHECK(is_hex(sum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    bx_sha256("abc", 3, sum);
    CHECK(is_hex(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    bx_str parts[4] = {BX_LIT("a"), BX_LIT(""), {NULL, 0}, BX_LIT("bc")};
    bx_sha256v(parts, 4, sum);
    CHECK(is_hex(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

/* RFC 4231 sections 4.2 to 4.5, 4.7 and 4.8; 4.6 is about cutting the result short. */
static void macs(void)
{
    uint8_t key[131], mac[BX_SHA256_BYTES];
    memset(key, 0x0b, 20);
    bx_hmac_sha256(key, 20, "Hi There", 8, mac);
    CHECK(is_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    bx_str parts[2] = {BX_LIT("what do ya want "), BX_LIT("for nothing?")};
    bx_hmac_sha256v("Jefe", 4, parts, 2, mac);
    CHECK(is_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    uint8_t data[50], counting[25];
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    bx_hmac_sha256(key, 20, data, sizeof data, mac);
    CHECK(is_hex(mac, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"));
    for (size_t i = 0; i < sizeof counting; i++)
        counting[i] = (uint8_t)(i + 1);
    memset(data, 0xcd, sizeof data);
    bx_hmac_sha256(counting, sizeof counting, data, sizeof data, mac);
    CHECK(is_hex(mac, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"));
    bx_str text = BX_LIT("Test Using Larger Than Block-Size Key - Hash Key First");
    bx_hmac_sha256(key, sizeof key, text.p, text.n, mac);
    CHECK(is_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    text = BX_LIT("This is a test using a larger than block-size key and a larger than block-size "
                  "data. The key needs to be hashed before being used by the HMAC algorithm.");
    bx_hmac_sha256(key, sizeof key, text.p, text.n, mac);
    CHECK(is_hex(mac, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"));
}

static void comparison(void)
{
    uint8_t a[BX_SHA256_BYTES] = {1, 2, 3}, b[BX_SHA256_BYTES] = {1, 2, 3};
    CHECK(bx_equal_ct(a, b, sizeof a) && bx_equal_ct(NULL, NULL, 0));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        CHECK(!bx_equal_ct(a, b, sizeof a));
        b[i] ^= 0x80;
    }
}

BXT_MAIN(RUN(digests); RUN(macs); RUN(comparison);)
