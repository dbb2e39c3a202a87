#include "codec/ed25519.h"

#include "codec/libcrypto.h"

void bx_wipe(void *p, size_t n) { explicit_bzero(p, n); }

static bx_code no_memory(const bx_crypto_api *c, bx_error *err)
{
    c->ERR_clear_error();
    return bx_fail(err, BX_ENOMEM, "signature");
}

bx_code bx_ed25519_keypair(const uint8_t seed[BX_ED25519_SEED], uint8_t ret[BX_ED25519_PUBLIC],
                           bx_error *err)
{
    const bx_crypto_api *c = NULL;
    bx_code rc = bx_crypto_load(&c, err);
    if (rc != BX_OK)
        return rc;
    size_t n = BX_ED25519_PUBLIC;
    EVP_PKEY *key = c->EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, BX_ED25519_SEED);
    bool made = key && c->EVP_PKEY_get_raw_public_key(key, ret, &n) == 1 && n == BX_ED25519_PUBLIC;
    c->EVP_PKEY_free(key);
    return made ? BX_OK : no_memory(c, err);
}

bx_code bx_ed25519_sign(const uint8_t seed[BX_ED25519_SEED], bx_str message,
                        uint8_t ret[BX_ED25519_SIGNATURE], bx_error *err)
{
    const bx_crypto_api *c = NULL;
    bx_code rc = bx_crypto_load(&c, err);
    if (rc != BX_OK)
        return rc;
    size_t n = BX_ED25519_SIGNATURE;
    EVP_PKEY *key = c->EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, BX_ED25519_SEED);
    EVP_MD_CTX *ctx = c->EVP_MD_CTX_new();
    bool made = key && ctx && c->EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
                c->EVP_DigestSign(ctx, ret, &n, (const uint8_t *)message.p, message.n) == 1 &&
                n == BX_ED25519_SIGNATURE;
    c->EVP_MD_CTX_free(ctx);
    c->EVP_PKEY_free(key);
    return made ? BX_OK : no_memory(c, err);
}

bx_code bx_ed25519_verify(const uint8_t key[BX_ED25519_PUBLIC], bx_str message,
                          const uint8_t signature[BX_ED25519_SIGNATURE], bx_error *err)
{
    const bx_crypto_api *c = NULL;
    bx_code rc = bx_crypto_load(&c, err);
    if (rc != BX_OK)
        return rc;
    EVP_PKEY *k = c->EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, BX_ED25519_PUBLIC);
    EVP_MD_CTX *ctx = c->EVP_MD_CTX_new();
    bool begun = k && ctx && c->EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1;
    /* Only 1 is a yes: 0 and every other number are a no. */
    bool good = begun && c->EVP_DigestVerify(ctx, signature, BX_ED25519_SIGNATURE,
                                             (const uint8_t *)message.p, message.n) == 1;
    c->EVP_MD_CTX_free(ctx);
    c->EVP_PKEY_free(k);
    c->ERR_clear_error();
    if (!begun)
        return no_memory(c, err);
    return good ? BX_OK : bx_fail(err, BX_EDENIED, "the signature is not that key's");
}
