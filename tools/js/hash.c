#include "js/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SHA3 = 0x06, SHAKE = 0x1f, BLOCK_MAX = 168 };

static const js_hash_type types[] = {
    {"md5", DIGEST_MD5, 16, 64, false, false},
    {"sha1", DIGEST_SHA1, 20, 64, false, false},
    {"sha224", DIGEST_SHA224, 28, 64, false, false},
    {"sha256", DIGEST_SHA256, 32, 64, false, false},
    {"sha384", DIGEST_SHA384, 48, 128, false, false},
    {"sha512", DIGEST_SHA512, 64, 128, false, false},
    {"sha512-224", DIGEST_SHA512, 28, 128, false, false},
    {"sha512-256", DIGEST_SHA512, 32, 128, false, false},
    {"blake2b512", DIGEST_BLAKE2B, 64, 128, false, false},
    {"sha3-224", SHA3, 28, 144, true, false},
    {"sha3-256", SHA3, 32, 136, true, false},
    {"sha3-384", SHA3, 48, 104, true, false},
    {"sha3-512", SHA3, 64, 72, true, false},
    {"shake128", SHAKE, 16, 168, true, true},
    {"shake256", SHAKE, 32, 136, true, true},
};

const js_hash_type *js_hash_find(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

void js_hash_begin(js_hash *h, const js_hash_type *type)
{
    h->type = type;
    if (type->is_keccak)
        keccak_begin(&h->u.k, type->length);
    else
        digest_begin(&h->u.d, (digest_kind)type->kind, type->length);
}

void js_hash_add(js_hash *h, const void *p, size_t n)
{
    if (h->type->is_keccak)
        keccak_add(&h->u.k, p, n);
    else
        digest_add(&h->u.d, p, n);
}

void js_hash_end_xof(js_hash *h, uint8_t *out, size_t n)
{
    keccak_end(&h->u.k, h->type->kind, out, n);
}

void js_hash_end(js_hash *h, uint8_t out[DIGEST_MAX])
{
    if (h->type->is_keccak)
        js_hash_end_xof(h, out, h->type->length);
    else
        digest_end(&h->u.d, out);
}

/* ---- HMAC ----------------------------------------------------------------------------------- */

void js_hmac_begin(js_hmac *m, const js_hash_type *type, const void *key, size_t n)
{
    uint8_t block[BLOCK_MAX] = {0};
    if (n > type->block) {
        js_hash_begin(&m->inner, type);
        js_hash_add(&m->inner, key, n);
        js_hash_end(&m->inner, block);
    } else if (n > 0) {
        memcpy(block, key, n);
    }
    for (size_t i = 0; i < type->block; i++)
        block[i] ^= 0x36;
    js_hash_begin(&m->inner, type);
    js_hash_add(&m->inner, block, type->block);
    for (size_t i = 0; i < type->block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    js_hash_begin(&m->outer, type);
    js_hash_add(&m->outer, block, type->block);
}

void js_hmac_add(js_hmac *m, const void *p, size_t n) { js_hash_add(&m->inner, p, n); }

void js_hmac_end(js_hmac *m, uint8_t out[DIGEST_MAX])
{
    uint8_t inner[DIGEST_MAX];
    js_hash_end(&m->inner, inner);
    js_hash_add(&m->outer, inner, m->inner.type->length);
    js_hash_end(&m->outer, out);
}

/* ---- PBKDF2 --------------------------------------------------------------------------------- */

void js_pbkdf2(const js_hash_type *type, js_span password, js_span salt, uint32_t rounds,
               uint8_t *out, size_t n)
{
    js_hmac keyed;
    js_hmac_begin(&keyed, type, password.p, password.n);
    for (uint32_t block = 1; n > 0; block++) {
        uint8_t u[DIGEST_MAX], t[DIGEST_MAX];
        uint32_t number = __builtin_bswap32(block);
        js_hmac m = keyed;
        js_hmac_add(&m, salt.p, salt.n);
        js_hmac_add(&m, &number, 4);
        js_hmac_end(&m, u);
        memcpy(t, u, sizeof t);
        for (uint32_t i = 1; i < rounds; i++) {
            m = keyed;
            js_hmac_add(&m, u, type->length);
            js_hmac_end(&m, u);
            for (size_t k = 0; k < type->length; k++)
                t[k] ^= u[k];
        }
        size_t part = n < type->length ? n : type->length;
        memcpy(out, t, part);
        out += part;
        n -= part;
    }
}

/* ---- scrypt --------------------------------------------------------------------------------- */

#define QUARTER(a, b, c, d) \
    do { \
        x[b] ^= rol32(x[a] + x[d], 7); \
        x[c] ^= rol32(x[b] + x[a], 9); \
        x[d] ^= rol32(x[c] + x[b], 13); \
        x[a] ^= rol32(x[d] + x[c], 18); \
    } while (0)

static uint32_t rol32(uint32_t v, unsigned n) { return v << n | v >> (32 - n); }

static void salsa20_8(uint32_t b[16])
{
    uint32_t x[16];
    memcpy(x, b, sizeof x);
    for (int i = 0; i < 8; i += 2) {
        QUARTER(0, 4, 8, 12);
        QUARTER(5, 9, 13, 1);
        QUARTER(10, 14, 2, 6);
        QUARTER(15, 3, 7, 11);
        QUARTER(0, 1, 2, 3);
        QUARTER(5, 6, 7, 4);
        QUARTER(10, 11, 8, 9);
        QUARTER(15, 12, 13, 14);
    }
    for (int i = 0; i < 16; i++)
        b[i] += x[i];
}

/* The words of 2r blocks of 16: even blocks go to the first half of `y`, odd ones to the second. */
static void block_mix(const uint32_t *b, uint32_t *y, size_t r)
{
    uint32_t x[16];
    memcpy(x, b + (2 * r - 1) * 16, sizeof x);
    for (size_t i = 0; i < 2 * r; i++) {
        for (size_t k = 0; k < 16; k++)
            x[k] ^= b[i * 16 + k];
        salsa20_8(x);
        memcpy(y + (i / 2 + (i & 1) * r) * 16, x, sizeof x);
    }
}

static void ro_mix(uint32_t *b, uint32_t *v, uint32_t *y, uint32_t n, size_t r)
{
    const size_t words = 32 * r;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(v + i * words, b, words * 4);
        block_mix(b, y, r);
        memcpy(b, y, words * 4);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *from = v + (b[(2 * r - 1) * 16] & (n - 1)) * words;
        for (size_t k = 0; k < words; k++)
            b[k] ^= from[k];
        block_mix(b, y, r);
        memcpy(b, y, words * 4);
    }
}

bool js_scrypt(js_span password, js_span salt, uint32_t n, uint32_t r, uint32_t p, uint8_t *out,
               size_t n_out)
{
    const js_hash_type *sha256 = js_hash_find("sha256");
    const uint64_t words = UINT64_C(32) * r;
    uint64_t all;
    if (__builtin_mul_overflow(words * 4, (uint64_t)n + p + 1, &all) || all > SIZE_MAX / 2)
        return false;
    uint8_t *room = malloc((size_t)all);
    if (!room)
        return false;
    uint32_t *b = (uint32_t *)(void *)room, *v = b + words * p, *y = v + words * n;
    js_pbkdf2(sha256, password, salt, 1, room, (size_t)words * p * 4);
    for (uint32_t i = 0; i < p; i++)
        ro_mix(b + words * i, v, y, n, r);
    js_pbkdf2(sha256, password, (js_span){room, (size_t)words * p * 4}, 1, out, n_out);
    free(room);
    return true;
}
