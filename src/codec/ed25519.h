/* codec/ed25519.h - signatures (Ed25519, RFC 8032 section 5.1) over libcrypto, which the first use
 * loads.  Keys and signatures are raw bytes.  Any thread. */
#ifndef BX_CODEC_ED25519_H
#define BX_CODEC_ED25519_H

#include "base/error.h"

enum { BX_ED25519_SEED = 32, BX_ED25519_PUBLIC = 32, BX_ED25519_SIGNATURE = 64 };

/* All of them: BX_EUNSUPPORTED where there is no libcrypto, BX_ENOMEM. */

/* The public key of a seed, which is the secret key: 32 bytes of the kernel's randomness
 * (bx_random_fill). */
BX_NODISCARD bx_code bx_ed25519_keypair(const uint8_t seed[BX_ED25519_SEED],
                                        uint8_t ret[BX_ED25519_PUBLIC], bx_error *err);

BX_NODISCARD bx_code bx_ed25519_sign(const uint8_t seed[BX_ED25519_SEED], bx_str message,
                                     uint8_t ret[BX_ED25519_SIGNATURE], bx_error *err);

/* BX_OK: the signature is that key's for this message.  BX_EDENIED: it is not. */
BX_NODISCARD bx_code bx_ed25519_verify(const uint8_t key[BX_ED25519_PUBLIC], bx_str message,
                                       const uint8_t signature[BX_ED25519_SIGNATURE],
                                       bx_error *err);

/* Overwrite what was secret; the compiler does not leave it out. */
void bx_wipe(void *p, size_t n);

#endif
