/* codec/libcrypto.h - OpenSSL's libcrypto, loaded when it is first needed: for signatures and for
 * keys that are kept under a password (codec/ed25519.h, codec/scrypt.h).
 *
 * No ordinary call needs it, and linking it would have every start pay for its providers.  So
 * `libcrypto.so.3` is opened by that name, once, for good, and a table filled.  SHA-256 is not
 * among its work (codec/sha256.h).  Any thread. */
#ifndef BX_CODEC_LIBCRYPTO_H
#define BX_CODEC_LIBCRYPTO_H

#include <openssl/evp.h>

#include "base/error.h"

#define BX_CRYPTO_FUNCTIONS(X) \
    X(EVP_DigestSign) \
    X(EVP_DigestSignInit) \
    X(EVP_DigestVerify) \
    X(EVP_DigestVerifyInit) \
    X(EVP_MD_CTX_free) \
    X(EVP_MD_CTX_new) \
    X(EVP_PBE_scrypt) \
    X(EVP_PKEY_free) \
    X(EVP_PKEY_get_raw_public_key) \
    X(EVP_PKEY_new_raw_private_key) \
    X(EVP_PKEY_new_raw_public_key) \
    X(ERR_clear_error)

void ERR_clear_error(void); /* openssl/err.h, of which nothing else is wanted */

typedef struct bx_crypto_api {
#define BX_CRYPTO_FIELD(name) __typeof__(name) *name;
    BX_CRYPTO_FUNCTIONS(BX_CRYPTO_FIELD)
#undef BX_CRYPTO_FIELD
} bx_crypto_api;

/* The first call opens it, others wait for that and get the same answer.  BX_EUNSUPPORTED, in
 * words, where there is none. */
BX_NODISCARD bx_code bx_crypto_load(const bx_crypto_api **ret, bx_error *err);

#endif
