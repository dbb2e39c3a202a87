#include "codec/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

BX_DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free)
BX_DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

void bx_sha256v(const bx_str *parts, size_t n, uint8_t ret[BX_SHA256_BYTES])
{
    BX_AUTO(EVP_MD_CTX) EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; i < n && ok; i++)
        ok = parts[i].n == 0 || EVP_DigestUpdate(c, parts[i].p, parts[i].n) == 1;
    ok = ok && EVP_DigestFinal_ex(c, ret, NULL) == 1;
    BX_ASSERT(ok); /* no result must never look like one */
}

void bx_sha256(const void *p, size_t n, uint8_t ret[BX_SHA256_BYTES])
{
    bx_str one = {p, n};
    bx_sha256v(&one, 1, ret);
}

bx_code bx_hmac_sha256v(const void *key, size_t key_len, const bx_str *parts, size_t n,
                        uint8_t ret[BX_SHA256_BYTES], bx_error *err)
{
    BX_AUTO(EVP_PKEY) EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key, key_len);
    BX_AUTO(EVP_MD_CTX) EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!k || !c)
        return bx_fail(err, BX_ENOMEM, "HMAC");
    bool ok = EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, k) == 1;
    for (size_t i = 0; i < n && ok; i++)
        ok = parts[i].n == 0 || EVP_DigestSignUpdate(c, parts[i].p, parts[i].n) == 1;
    uint8_t mac[BX_SHA256_BYTES];
    size_t len = sizeof mac;
    if (!ok || EVP_DigestSignFinal(c, mac, &len) != 1 || len != sizeof mac)
        return bx_fail(err, BX_EINTERNAL, "HMAC: OpenSSL refused");
    memcpy(ret, mac, sizeof mac);
    return BX_OK;
}

bx_code bx_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
                       uint8_t ret[BX_SHA256_BYTES], bx_error *err)
{
    bx_str one = {p, n};
    return bx_hmac_sha256v(key, key_len, &one, 1, ret, err);
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
