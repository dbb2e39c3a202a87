/* lib/sha256.h - the hash by which a file's content is named: SHA-256 (FIPS 180-4).  Pure; any
 * thread.
 *
 * Own code: what there is as C of others comes as one part of a large library, and none of it makes
 * the message schedule of several blocks at once, which in a guest, where there are no instructions
 * for SHA, is a third of the time. */
#ifndef BX_LIB_SHA256_H
#define BX_LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { BX_HASH_TEXT = sizeof "sha256:" + 64 }; /* its NUL included */

typedef struct bx_hash {
    uint32_t h[8];
    uint64_t n;       /* bytes so far */
    uint8_t rest[64]; /* the n % 64 of them that wait for the rest of their block */
} bx_hash;

/* The hash of all bytes added: "sha256:", 64 lower-case hexadecimal digits, a NUL. */
void bx_hash_begin(bx_hash *s);
void bx_hash_add(bx_hash *s, const void *p, size_t n);
void bx_hash_end(bx_hash *s, char ret[BX_HASH_TEXT]);

void bx_hash_of(const void *p, size_t n, char ret[BX_HASH_TEXT]);

#endif
