#include "codec/ed25519.h"

#include "base/test.h"

static void bytes_of(const char *hex, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < 2 * n; i++) {
        unsigned d = (unsigned)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
        out[i / 2] = (uint8_t)(i % 2 ? (unsigned)out[i / 2] << 4 | d : d);
    }
}

/* RFC 8032 section 7.1, tests 1 to 3. */
static const struct {
    const char *seed, *key, *message, *signature;
} vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

static void known_answers(void)
{
    for (size_t i = 0; i < BX_COUNT(vectors); i++) {
        uint8_t seed[32], want[32], key[32], text[2], signature[64], made[64];
        size_t n = strlen(vectors[i].message) / 2;
        bytes_of(vectors[i].seed, seed, sizeof seed);
        bytes_of(vectors[i].key, want, sizeof want);
        bytes_of(vectors[i].message, text, n);
        bytes_of(vectors[i].signature, signature, sizeof signature);
        bx_str message = {(const char *)text, n};
        CHECK(bx_ed25519_keypair(seed, key, NULL) == BX_OK && memcmp(key, want, 32) == 0);
        CHECK(bx_ed25519_sign(seed, message, made, NULL) == BX_OK);
        CHECK(memcmp(made, signature, 64) == 0);
        CHECK(bx_ed25519_verify(key, message, made, NULL) == BX_OK);
    }
}

/* Every bit of message, key and signature counts; and so does the range of its number S. */
static void changed(void)
{
    uint8_t seed[32] = {7}, key[32], other[32], signature[64];
    char text[] = "what is signed";
    bx_str message = {text, sizeof text - 1};
    bx_error err;
    CHECK(bx_ed25519_keypair(seed, key, NULL) == BX_OK);
    CHECK(bx_ed25519_sign(seed, message, signature, NULL) == BX_OK);
    for (unsigned bit = 0; bit < 512; bit++) {
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(bx_ed25519_verify(key, message, signature, &err) == BX_EDENIED);
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    text[3] ^= 1;
    CHECK(bx_ed25519_verify(key, message, signature, &err) == BX_EDENIED);
    text[3] ^= 1;
    CHECK(bx_ed25519_verify(key, (bx_str){text, 3}, signature, &err) == BX_EDENIED);
    seed[0] = 8;
    CHECK(bx_ed25519_keypair(seed, other, NULL) == BX_OK);
    CHECK(bx_ed25519_verify(other, message, signature, &err) == BX_EDENIED);
    memset(other, 0xff, sizeof other); /* no point of the curve */
    CHECK(bx_ed25519_verify(other, message, signature, &err) == BX_EDENIED);
    CHECK(bx_ed25519_verify(key, message, signature, &err) == BX_OK);
}

BXT_MAIN(RUN(known_answers); RUN(changed);)
