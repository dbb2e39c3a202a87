/* js/hash.h - hashes by Node's names, and what is made of them: HMAC (RFC 2104), PBKDF2 (RFC 8018),
 * scrypt (RFC 7914).  Pure; any thread. */
#ifndef BX_JS_HASH_H
#define BX_JS_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/digest.h"
#include "lib/keccak.h"

typedef struct js_hash_type {
    const char *name; /* "sha256" */
    uint8_t kind;     /* digest_kind; of Keccak the suffix */
    uint8_t length;   /* bytes of the result, of SHAKE unless asked for others */
    uint8_t block;    /* bytes */
    bool is_keccak, is_xof;
} js_hash_type;

/* A plain value: a copy goes on on its own. */
typedef struct js_hash {
    const js_hash_type *type;
    union {
        digest d;
        keccak k;
    } u;
} js_hash;

typedef struct js_hmac {
    js_hash inner, outer;
} js_hmac;

/* NULL: there is none. */
const js_hash_type *js_hash_find(const char *name);

void js_hash_begin(js_hash *h, const js_hash_type *type);
void js_hash_add(js_hash *h, const void *p, size_t n);
/* type->length bytes; of an is_xof as many as wanted: js_hash_end_xof. */
void js_hash_end(js_hash *h, uint8_t out[DIGEST_MAX]);
void js_hash_end_xof(js_hash *h, uint8_t *out, size_t n);

void js_hmac_begin(js_hmac *m, const js_hash_type *type, const void *key, size_t n);
void js_hmac_add(js_hmac *m, const void *p, size_t n);
void js_hmac_end(js_hmac *m, uint8_t out[DIGEST_MAX]);

typedef struct js_span {
    const uint8_t *p;
    size_t n;
} js_span;

void js_pbkdf2(const js_hash_type *type, js_span password, js_span salt, uint32_t rounds,
               uint8_t *out, size_t n);
/* n is a power of two above 1; the caller has checked that 128 r (n + p + 2) bytes are a sum it
 * wants to spend.  False: no memory. */
bool js_scrypt(js_span password, js_span salt, uint32_t n, uint32_t r, uint32_t p, uint8_t *out,
               size_t n_out);

#endif
