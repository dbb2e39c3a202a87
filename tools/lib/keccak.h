/* lib/keccak.h - SHA-3 and SHAKE (FIPS 202).  Pure; any thread. */
#ifndef BX_LIB_KECCAK_H
#define BX_LIB_KECCAK_H

#include <stddef.h>
#include <stdint.h>

typedef struct keccak {
    uint64_t s[25];
    uint8_t at, rate; /* bytes of the block so far; of a block */
} keccak;

/* `strength_bytes`: 28, 32, 48, 64 of SHA3-224 to SHA3-512, 16 and 32 of SHAKE128 and SHAKE256. */
void keccak_begin(keccak *k, size_t strength_bytes);
void keccak_add(keccak *k, const void *p, size_t n);
/* The first n bytes of the result.  `suffix` tells the functions apart: 0x06 for SHA-3, 0x1f for
 * SHAKE. */
void keccak_end(keccak *k, uint8_t suffix, uint8_t *out, size_t n);

#endif
