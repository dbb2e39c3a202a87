#include "lib/sha256.h"

#include <string.h>

enum { BLOCK = 64, ROUNDS = 64, LANES = 4 };

/* One word of each of four blocks. */
typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

#ifdef __wasm__
#define WITH_SIMD __attribute__((target("simd128")))
#else
#define WITH_SIMD
#endif

/* FIPS 180-4 section 4.2.2. */
static const uint32_t k[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The 16 bytes at `p` as words. */
WITH_SIMD static lanes words_at(const uint8_t *p)
{
    typedef uint8_t bytes __attribute__((vector_size(4 * LANES)));
    bytes b;
    memcpy(&b, p, sizeof b);
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        b = __builtin_shufflevector(b, b, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    return (lanes)b;
}

/* ret[t]: W_t + K_t of section 6.2.2, a lane for each of the `n` blocks at `p`. */
WITH_SIMD static void schedule(const uint8_t *p, size_t n, lanes ret[ROUNDS])
{
    lanes w[ROUNDS];
    size_t b1 = n > 1 ? BLOCK : 0, b2 = n > 2 ? 2 * BLOCK : 0, b3 = n > 3 ? 3 * BLOCK : 0;
    for (size_t t = 0; t < 16; t += 4, p += 16) { /* four words of each, turned */
        lanes r0 = words_at(p), r1 = words_at(p + b1), r2 = words_at(p + b2), r3 = words_at(p + b3);
        lanes lo01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
        lanes hi01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
        lanes lo23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
        lanes hi23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
        w[t] = __builtin_shufflevector(lo01, lo23, 0, 1, 4, 5);
        w[t + 1] = __builtin_shufflevector(lo01, lo23, 2, 3, 6, 7);
        w[t + 2] = __builtin_shufflevector(hi01, hi23, 0, 1, 4, 5);
        w[t + 3] = __builtin_shufflevector(hi01, hi23, 2, 3, 6, 7);
    }
    for (size_t t = 0; t < 16; t++)
        ret[t] = w[t] + k[t];
    for (size_t t = 16; t < ROUNDS; t++) {
        lanes a = w[t - 15], b = w[t - 2];
        lanes s0 = (a >> 7 | a << 25) ^ (a >> 18 | a << 14) ^ a >> 3;
        lanes s1 = (b >> 17 | b << 15) ^ (b >> 19 | b << 13) ^ b >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        ret[t] = w[t] + k[t];
    }
}

static uint32_t rotr(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

/* One round, the eight variables renamed instead of moved. */
#define ROUND(a, b, c, d, e, f, g, h, wk) \
    do { \
        (h) += (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((g) ^ ((e) & ((f) ^ (g)))) + (wk); \
        (d) += (h); \
        (h) += (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + (((a) & (b)) + ((c) & ((a) ^ (b)))); \
    } while (0)

/* `wk`: the words of one block, LANES apart. */
static void compress(uint32_t state[8], const uint32_t *wk)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < ROUNDS; t += 8, wk += (size_t)8 * LANES) {
        ROUND(a, b, c, d, e, f, g, h, wk[0 * LANES]);
        ROUND(h, a, b, c, d, e, f, g, wk[1 * LANES]);
        ROUND(g, h, a, b, c, d, e, f, wk[2 * LANES]);
        ROUND(f, g, h, a, b, c, d, e, wk[3 * LANES]);
        ROUND(e, f, g, h, a, b, c, d, wk[4 * LANES]);
        ROUND(d, e, f, g, h, a, b, c, wk[5 * LANES]);
        ROUND(c, d, e, f, g, h, a, b, wk[6 * LANES]);
        ROUND(b, c, d, e, f, g, h, a, wk[7 * LANES]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void add_blocks(uint32_t state[8], const uint8_t *p, size_t blocks)
{
    lanes wk[ROUNDS];
    while (blocks > 0) {
        size_t n = blocks < LANES ? blocks : LANES;
        schedule(p, n, wk);
        for (size_t i = 0; i < n; i++)
            compress(state, (const uint32_t *)wk + i);
        p += n * BLOCK;
        blocks -= n;
    }
}

void bx_hash_begin(bx_hash *s)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, first, sizeof s->h);
    s->n = 0;
}

void bx_hash_add(bx_hash *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t held = s->n % BLOCK;
    s->n += n;
    if (held > 0) {
        size_t part = BLOCK - held < n ? BLOCK - held : n;
        if (part > 0)
            memcpy(s->rest + held, p, part);
        if (held + part < BLOCK)
            return;
        add_blocks(s->h, s->rest, 1);
        p += part;
        n -= part;
    }
    if (n >= BLOCK)
        add_blocks(s->h, p, n / BLOCK);
    if (n % BLOCK > 0)
        memcpy(s->rest, p + n / BLOCK * BLOCK, n % BLOCK);
}

void bx_hash_end(bx_hash *s, char ret[BX_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t last[2 * BLOCK] = {
        0}; /* section 5.1.1: the rest, a one bit, zeros, the length in bits */
    size_t held = s->n % BLOCK, blocks = held < BLOCK - 8 ? 1 : 2;
    memcpy(last, s->rest, held);
    last[held] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[blocks * BLOCK - 1 - i] = (uint8_t)(s->n << 3 >> 8 * i);
    add_blocks(s->h, last, blocks);
    memcpy(ret, "sha256:", 7);
    ret += 7;
    for (unsigned i = 0; i < 64; i++)
        ret[i] = digits[s->h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    ret[64] = '\0';
}

void bx_hash_of(const void *p, size_t n, char ret[BX_HASH_TEXT])
{
    bx_hash s;
    bx_hash_begin(&s);
    bx_hash_add(&s, p, n);
    bx_hash_end(&s, ret);
}
