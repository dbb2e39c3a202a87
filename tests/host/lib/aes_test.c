/* The block cipher: the examples of the standards, and back again. */
#include "lib/aes.h"

#include "base/test.h"

static size_t bytes_of(const char *hex, uint8_t *ret)
{
    size_t n = 0;
    for (; hex[2 * n]; n++)
        ret[n] = (uint8_t)strtoul((char[]){hex[2 * n], hex[2 * n + 1], '\0'}, NULL, 16);
    return n;
}

/* FIPS 197, C.1 and C.3; SP 800-38A, F.2.1 and F.2.5. */
static void examples_of_the_standards(void)
{
    static const struct {
        const char *key, *iv, *plain, *secret;
    } cases[] = {
        {"000102030405060708090a0b0c0d0e0f", "00000000000000000000000000000000",
         "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"},
        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
         "00000000000000000000000000000000", "00112233445566778899aabbccddeeff",
         "8ea2b7ca516745bfeafc49904b496089"},
        {"2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
         "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
        {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "000102030405060708090a0b0c0d0e0f",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
         "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_aes a;
        uint8_t key[32], iv[16], plain[32], secret[32], text[32];
        size_t n = bytes_of(cases[i].plain, plain);
        bx_aes_init(&a, key, bytes_of(cases[i].key, key));
        (void)bytes_of(cases[i].iv, iv);
        (void)bytes_of(cases[i].secret, secret);
        memcpy(text, plain, n);
        bx_aes_encrypt(&a, iv, text, n);
        CHECK(memcmp(text, secret, n) == 0);
        bx_aes_decrypt(&a, iv, text, n);
        CHECK(memcmp(text, plain, n) == 0);
    }
}

static void nothing_is_nothing(void)
{
    bx_aes a;
    uint8_t key[16] = {0}, text[16] = "not touched";
    bx_aes_init(&a, key, sizeof key);
    bx_aes_encrypt(&a, key, text, 0);
    bx_aes_decrypt(&a, key, text, 0);
    CHECK(strcmp((const char *)text, "not touched") == 0);
}

BXT_MAIN(RUN(examples_of_the_standards); RUN(nothing_is_nothing);)
