/* codec/sha256.h - SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) over libcrypto, and a
 * comparison whose time does not depend on the bytes.  Any thread; nothing here can fail. */
#ifndef BX_CODEC_SHA256_H
#define BX_CODEC_SHA256_H

#include "base/error.h"

enum { BX_SHA256_BYTES = 32 };

void bx_sha256(const void *p, size_t n, uint8_t ret[BX_SHA256_BYTES]);
void bx_sha256v(const bx_str *parts, size_t n,
                uint8_t ret[BX_SHA256_BYTES]); /* of all parts joined */

/* HMAC of the parts joined; a key of any length, not empty. */
void bx_hmac_sha256v(const void *key, size_t key_len, const bx_str *parts, size_t n,
                     uint8_t ret[BX_SHA256_BYTES]);
void bx_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
                    uint8_t ret[BX_SHA256_BYTES]);

/* Equal, in time that depends on `n` only: for MACs and tokens. */
bool bx_equal_ct(const void *a, const void *b, size_t n);

/* 64 lower-case hexadecimal digits and a NUL. */
void bx_sha256_hex(const uint8_t sum[BX_SHA256_BYTES], char out[2 * BX_SHA256_BYTES + 1]);

#endif
