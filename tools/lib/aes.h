/* lib/aes.h - the block cipher AES with keys of 128 and 256 bits (FIPS 197) in CBC mode
 * (SP 800-38A 6.2).  For documents whose key everybody can compute: it looks up in tables, so who
 * measures its time learns of the key.  A key is a plain value; any thread. */
#ifndef BX_LIB_AES_H
#define BX_LIB_AES_H

#include "base/defs.h"

enum { BX_AES_BLOCK = 16, BX_AES_ROUNDS_MAX = 14 };

typedef struct bx_aes {
    unsigned rounds;
    uint8_t round_key[BX_AES_ROUNDS_MAX + 1][BX_AES_BLOCK];
    uint8_t box[256], unbox[256];  /* the substitution, and back (5.1.1, 5.3.2) */
    uint32_t mix[256], unmix[256]; /* what a byte does to its column: 5.1.3 and 5.3.3, no box */
} bx_aes;

/* `n`: 16 or 32 bytes of key. */
void bx_aes_init(bx_aes *a, const uint8_t *key, size_t n);

/* In place, p[0..n) with n a multiple of BX_AES_BLOCK; `iv` is not changed. */
void bx_aes_encrypt(const bx_aes *a, const uint8_t iv[BX_AES_BLOCK], uint8_t *p, size_t n);
void bx_aes_decrypt(const bx_aes *a, const uint8_t iv[BX_AES_BLOCK], uint8_t *p, size_t n);

#endif
