/* Hashes by name, and what is made of them: the examples of the standards. */
#include "js/hash.h"

#include "base/test.h"

static bool is_hex(const uint8_t *p, size_t n, const char *want)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        if (want[2 * i] != digits[p[i] >> 4] || want[2 * i + 1] != digits[p[i] & 15])
            return false;
    }
    return want[2 * n] == '\0';
}

static js_span text(const char *s) { return (js_span){(const uint8_t *)s, strlen(s)}; }

/* FIPS 180-4 and 202, RFC 1321 and 7693: of "abc". */
static void hashes_of_abc(void)
{
    static const struct {
        const char *name, *want;
    } cases[] = {
        {"md5", "900150983cd24fb0d6963f7d28e17f72"},
        {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
        {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"sha512-224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"},
        {"sha512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
        {"sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
        {"sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        const js_hash_type *type = js_hash_find(cases[i].name);
        CHECK(type);
        js_hash h;
        uint8_t out[DIGEST_MAX];
        js_hash_begin(&h, type);
        js_hash_add(&h, "abc", 3);
        js_hash_end(&h, out);
        CHECK(is_hex(out, type->length, cases[i].want));
    }
    CHECK(!js_hash_find("sha"));
    CHECK(!js_hash_find(""));
}

/* FIPS 202: SHAKE128 of nothing, as long as one likes. */
static void shake_has_any_length(void)
{
    js_hash h;
    uint8_t out[400];
    js_hash_begin(&h, js_hash_find("shake128"));
    js_hash_end_xof(&h, out, 32);
    CHECK(is_hex(out, 32, "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
    uint8_t longer[400];
    js_hash_begin(&h, js_hash_find("shake128"));
    js_hash_end_xof(&h, longer, sizeof longer);
    CHECK(memcmp(out, longer, 32) == 0);
    js_hash_begin(&h, js_hash_find("shake128"));
    js_hash_end_xof(&h, longer, 0);
}

static void pieces_make_the_whole(void)
{
    static const char *const names[] = {"md5", "sha256", "sha512", "blake2b512", "sha3-512"};
    uint8_t bytes[500], want[DIGEST_MAX], have[DIGEST_MAX];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t k = 0; k < BX_COUNT(names); k++) {
        const js_hash_type *type = js_hash_find(names[k]);
        js_hash h;
        js_hash_begin(&h, type);
        js_hash_add(&h, bytes, sizeof bytes);
        js_hash_end(&h, want);
        for (size_t cut = 0; cut <= sizeof bytes; cut += 13) {
            js_hash_begin(&h, type);
            js_hash_add(&h, bytes, cut);
            js_hash copy = h;
            js_hash_add(&h, "other", 5);
            js_hash_add(&copy, bytes + cut, sizeof bytes - cut);
            js_hash_end(&copy, have);
            CHECK(memcmp(want, have, type->length) == 0);
        }
    }
}

/* RFC 4231, cases 1, 2 and 6 (a key longer than a block). */
static void hmac_of_the_standard(void)
{
    const js_hash_type *sha256 = js_hash_find("sha256");
    uint8_t key[131], out[DIGEST_MAX];
    js_hmac m;
    memset(key, 0x0b, 20);
    js_hmac_begin(&m, sha256, key, 20);
    js_hmac_add(&m, "Hi There", 8);
    js_hmac_end(&m, out);
    CHECK(is_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    js_hmac_begin(&m, sha256, "Jefe", 4);
    js_hmac_add(&m, "what do ya want ", 16);
    js_hmac_add(&m, "for nothing?", 12);
    js_hmac_end(&m, out);
    CHECK(is_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    memset(key, 0xaa, sizeof key);
    js_hmac_begin(&m, sha256, key, sizeof key);
    js_hmac_add(&m, "Test Using Larger Than Block-Size Key - Hash Key First", 54);
    js_hmac_end(&m, out);
    CHECK(is_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

/* RFC 6070. */
static void pbkdf2_of_the_standard(void)
{
    const js_hash_type *sha1 = js_hash_find("sha1");
    uint8_t out[25];
    js_pbkdf2(sha1, text("password"), text("salt"), 1, out, 20);
    CHECK(is_hex(out, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6"));
    js_pbkdf2(sha1, text("password"), text("salt"), 4096, out, 20);
    CHECK(is_hex(out, 20, "4b007901b765489abead49d926f721d065a429c1"));
    js_pbkdf2(sha1, text("passwordPASSWORDpassword"), text("saltSALTsaltSALTsaltSALTsaltSALTsalt"),
              4096, out, 25);
    CHECK(is_hex(out, 25, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"));
}

/* RFC 7914, section 12. */
static void scrypt_of_the_standard(void)
{
    uint8_t out[64];
    CHECK(js_scrypt(text(""), text(""), 16, 1, 1, out, 64));
    CHECK(is_hex(out, 64,
                 "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                 "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"));
    CHECK(js_scrypt(text("password"), text("NaCl"), 1024, 8, 16, out, 64));
    CHECK(is_hex(out, 64,
                 "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                 "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"));
}

/* More than there is: an answer, not a crash. */
static void scrypt_without_memory(void)
{
    uint8_t out[8];
    CHECK(!js_scrypt(text(""), text(""), 1u << 31, UINT32_C(1) << 29, 1, out, 8));
}

BXT_MAIN(RUN(hashes_of_abc); RUN(shake_has_any_length); RUN(pieces_make_the_whole);
         RUN(hmac_of_the_standard); RUN(pbkdf2_of_the_standard); RUN(scrypt_of_the_standard);
         RUN(scrypt_without_memory);)
