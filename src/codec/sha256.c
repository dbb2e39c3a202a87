#include "codec/sha256.h"

/* The low-level functions: EVP would load providers and a configuration file at the first use,
 * which costs more than a whole call of a tool.  They need no memory and cannot fail. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

_Static_assert(BX_SHA256_BYTES == SHA256_DIGEST_LENGTH, "one size of digest");

static void add(SHA256_CTX *c, bx_str part)
{
    if (part.n)
        BX_ASSERT(SHA256_Update(c, part.p, part.n) == 1);
}

void bx_sha256v(const bx_str *parts, size_t n, uint8_t ret[BX_SHA256_BYTES])
{
    SHA256_CTX c;
    BX_ASSERT(SHA256_Init(&c) == 1);
    for (size_t i = 0; i < n; i++)
        add(&c, parts[i]);
    BX_ASSERT(SHA256_Final(ret, &c) == 1); /* no result must never look like one */
}

void bx_sha256(const void *p, size_t n, uint8_t ret[BX_SHA256_BYTES])
{
    bx_str one = {p, n};
    bx_sha256v(&one, 1, ret);
}

/* RFC 2104 section 2: H(K xor opad, H(K xor ipad, text)). */
void bx_hmac_sha256v(const void *key, size_t key_len, const bx_str *parts, size_t n,
                     uint8_t ret[BX_SHA256_BYTES])
{
    uint8_t pad[SHA256_CBLOCK] = {0};
    if (key_len > sizeof pad)
        bx_sha256(key, key_len, pad);
    else
        memcpy(pad, key, key_len);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    SHA256_CTX c;
    uint8_t inner[BX_SHA256_BYTES];
    BX_ASSERT(SHA256_Init(&c) == 1);
    add(&c, (bx_str){(const char *)pad, sizeof pad});
    for (size_t i = 0; i < n; i++)
        add(&c, parts[i]);
    BX_ASSERT(SHA256_Final(inner, &c) == 1);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    const bx_str outer[] = {{(const char *)pad, sizeof pad}, {(const char *)inner, sizeof inner}};
    bx_sha256v(outer, BX_COUNT(outer), ret);
    OPENSSL_cleanse(pad, sizeof pad);
    OPENSSL_cleanse(&c, sizeof c);
}

void bx_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
                    uint8_t ret[BX_SHA256_BYTES])
{
    bx_str one = {p, n};
    bx_hmac_sha256v(key, key_len, &one, 1, ret);
}

bool bx_equal_ct(const void *a, const void *b, size_t n)
{
    return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

void bx_sha256_hex(const uint8_t sum[BX_SHA256_BYTES], char out[2 * BX_SHA256_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < BX_SHA256_BYTES; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 15];
    }
    out[2 * BX_SHA256_BYTES] = '\0';
}
