#include "codec/blake2b.h"

enum { BLOCK = 128, ROUNDS = 12 };

static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* RFC 7693 section 2.7; rounds 10 and 11 are 0 and 1 again. */
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t rotate(uint64_t x, unsigned by) { return x >> by | x << (64 - by); }

static uint64_t word(const uint8_t *p)
{
    uint64_t w = 0;
    for (unsigned i = 0; i < 8; i++)
        w |= (uint64_t)p[i] << 8 * i;
    return w;
}

/* Section 3.1, G, on the words a, b, c and d of v. */
static void mix(uint64_t v[16], const uint8_t at[4], uint64_t x, uint64_t y)
{
    uint64_t *a = &v[at[0]], *b = &v[at[1]], *c = &v[at[2]], *d = &v[at[3]];
    *a = *a + *b + x;
    *d = rotate(*d ^ *a, 32);
    *c = *c + *d;
    *b = rotate(*b ^ *c, 24);
    *a = *a + *b + y;
    *d = rotate(*d ^ *a, 16);
    *c = *c + *d;
    *b = rotate(*b ^ *c, 63);
}

/* Section 3.2, F.  `done`: bytes up to and with this block. */
static void compress(uint64_t h[8], const uint8_t block[BLOCK], uint64_t done, bool last)
{
    static const uint8_t at[8][4] = {{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14}, {3, 7, 11, 15},
                                     {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13},  {3, 4, 9, 14}};
    uint64_t v[16], m[16];
    memcpy(v, h, 8 * sizeof *h);
    memcpy(v + 8, iv, sizeof iv);
    v[12] ^= done; /* the upper half of the counter stays 0: a size_t has no more than 64 bits */
    if (last)
        v[14] = ~v[14];
    for (unsigned i = 0; i < 16; i++)
        m[i] = word(block + 8 * i);
    for (unsigned r = 0; r < ROUNDS; r++) {
        const uint8_t *s = sigma[r % 10];
        for (unsigned i = 0; i < 8; i++)
            mix(v, at[i], m[s[2 * i]], m[s[2 * i + 1]]);
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] ^= v[i] ^ v[i + 8];
}

void bx_blake2b(const void *p, size_t len, uint8_t *ret, size_t n)
{
    BX_ASSERT(n >= 1 && n <= BX_BLAKE2B_MAX);
    const uint8_t *at = p;
    uint8_t last[BLOCK] = {0};
    uint64_t h[8], done = 0;
    memcpy(h, iv, sizeof h);
    h[0] ^= 0x01010000 ^ n; /* section 2.5: depth 1, fanout 1, no key */
    while (len - done > BLOCK) {
        compress(h, at + done, done + BLOCK, false);
        done += BLOCK;
    }
    if (len)
        memcpy(last, at + done, len - done);
    compress(h, last, len, true);
    for (size_t i = 0; i < n; i++)
        ret[i] = (uint8_t)(h[i / 8] >> 8 * (i % 8));
}
