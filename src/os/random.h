/* os/random.h - randomness: the kernel's, and a repeatable stream for `random:seed=N`.
 * Any thread; a bx_rng has one owner. */
#ifndef BX_OS_RANDOM_H
#define BX_OS_RANDOM_H

#include "base/error.h"

/* Fill `p` with bytes of getrandom(2).  BX_EIO when the kernel gives none. */
BX_NODISCARD bx_code bx_random_fill(void *p, size_t n, bx_error *err);

/* xoshiro256** seeded by splitmix64 (Blackman and Vigna, 2018).  Not cryptographic: whoever sees
 * some output can tell the rest.  It exists to make a call repeatable, and nothing secret may
 * come from it.  The same seed gives the same bytes on every machine. */
typedef struct bx_rng {
    uint64_t s[4];
} bx_rng;

bx_rng bx_rng_seeded(uint64_t seed);
uint64_t bx_rng_next(bx_rng *r);

/* Bytes, little-endian word by word; a rest of less than 8 bytes uses up a whole word. */
void bx_rng_fill(bx_rng *r, void *p, size_t n);

#endif
