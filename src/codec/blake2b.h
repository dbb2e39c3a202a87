/* codec/blake2b.h - BLAKE2b without a key (RFC 7693): what minisign hashes files with.
 * Any thread; nothing here can fail. */
#ifndef BX_CODEC_BLAKE2B_H
#define BX_CODEC_BLAKE2B_H

#include "base/defs.h"

enum { BX_BLAKE2B_MAX = 64 }; /* bytes of a digest */

/* The digest of `n` bytes, 1 to BX_BLAKE2B_MAX; each length is a function of its own. */
void bx_blake2b(const void *p, size_t len, uint8_t *ret, size_t n);

#endif
