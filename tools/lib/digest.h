/* lib/digest.h - check sums and hashes by name: MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4),
 * BLAKE2b (RFC 7693), the CRC of POSIX cksum, the sums of BSD and System V.  Pure. */
#ifndef BX_LIB_DIGEST_H
#define BX_LIB_DIGEST_H

#include "base/defs.h"

enum { DIGEST_MAX = 64 };

typedef enum digest_kind {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA224,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_BLAKE2B,
    DIGEST_CRC,
    DIGEST_BSD,
    DIGEST_SYSV,
} digest_kind;

typedef struct digest {
    digest_kind kind;
    size_t length; /* bytes of the result */
    union {
        uint32_t h32[8];
        uint64_t h64[8];
        uint32_t crc;
    } u;
    uint64_t n;        /* bytes so far */
    uint8_t rest[128]; /* not a whole block yet */
    size_t n_rest;
} digest;

/* `length`: of BLAKE2b, 1 to 64 bytes; of SHA-512, 28 and 32 for SHA-512/224 and SHA-512/256; 0:
 * that of the kind.  A digest is a plain value: a copy goes on on its own. */
void digest_begin(digest *d, digest_kind kind, size_t length);
void digest_add(digest *d, const void *p, size_t n);
void digest_end(digest *d, uint8_t out[DIGEST_MAX]); /* d->length bytes */

#endif
