/* codec/scrypt.h - keys from passwords: scrypt (RFC 7914) over libcrypto, which the first use
 * loads.  Any thread. */
#ifndef BX_CODEC_SCRYPT_H
#define BX_CODEC_SCRYPT_H

#include "base/error.h"

typedef struct bx_scrypt {
    unsigned n_log2; /* N = 2^n_log2 */
    uint32_t r, p;
} bx_scrypt;

enum { BX_SCRYPT_MAX_MEMORY = 1073741824 + (64 << 20) }; /* bytes that one derivation may use */

/* `n` bytes of key onto `ret`.  BX_ELIMIT: it would take more than BX_SCRYPT_MAX_MEMORY, or p times
 * as long as one such block; BX_ENOMEM; BX_EUNSUPPORTED: no libcrypto. */
BX_NODISCARD bx_code bx_scrypt_derive(const bx_scrypt *s, bx_str password, bx_str salt,
                                      uint8_t *ret, size_t n, bx_error *err);

#endif
