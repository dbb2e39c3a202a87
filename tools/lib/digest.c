#include "lib/digest.h"

static uint32_t rol32(uint32_t x, unsigned n) { return x << n | x >> (32 - n); }
static uint32_t ror32(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }
static uint64_t ror64(uint64_t x, unsigned n) { return x >> n | x << (64 - n); }

static uint32_t le32(const uint8_t *p)
{
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}

static uint64_t le64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

/* ---- MD5 ---------------------------------------------------------------------------------------
 */

/* floor(2^32 * |sin(i + 1)|) */
static const uint32_t md5_k[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

#define MD5_STEP(f, a, b, c, d, k, i, s) (a) = (b) + rol32((a) + (f) + x[k] + md5_k[i], s)
#define MD5_ROUND(F, i, k0, step, s0, s1, s2, s3) \
    MD5_STEP(F(b, c, d), a, b, c, d, ((k0) + (step) * (i)) & 15, (i), s0); \
    MD5_STEP(F(a, b, c), d, a, b, c, ((k0) + (step) * ((i) + 1)) & 15, (i) + 1, s1); \
    MD5_STEP(F(d, a, b), c, d, a, b, ((k0) + (step) * ((i) + 2)) & 15, (i) + 2, s2); \
    MD5_STEP(F(c, d, a), b, c, d, a, ((k0) + (step) * ((i) + 3)) & 15, (i) + 3, s3)
#define MD5_F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MD5_G(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define MD5_H(x, y, z) ((x) ^ (y) ^ (z))
#define MD5_I(x, y, z) ((y) ^ ((x) | ~(z)))

static void md5_block(digest *s, const uint8_t *p)
{
    uint32_t a = s->u.h32[0], b = s->u.h32[1], c = s->u.h32[2], d = s->u.h32[3], x[16];
    for (int i = 0; i < 16; i++)
        x[i] = le32(p + 4 * i);
    for (unsigned i = 0; i < 16; i += 4) {
        MD5_ROUND(MD5_F, i, 0, 1, 7, 12, 17, 22);
    }
    for (unsigned i = 16; i < 32; i += 4) {
        MD5_ROUND(MD5_G, i, 1, 5, 5, 9, 14, 20);
    }
    for (unsigned i = 32; i < 48; i += 4) {
        MD5_ROUND(MD5_H, i, 5, 3, 4, 11, 16, 23);
    }
    for (unsigned i = 48; i < 64; i += 4) {
        MD5_ROUND(MD5_I, i, 0, 7, 6, 10, 15, 21);
    }
    s->u.h32[0] += a;
    s->u.h32[1] += b;
    s->u.h32[2] += c;
    s->u.h32[3] += d;
}

/* ---- SHA-1, SHA-2 ------------------------------------------------------------------------------
 */

static uint32_t be32(const uint8_t *p) { return __builtin_bswap32(le32(p)); }

#define SHA1_ROUND(f, k) \
    do { \
        uint32_t t_ = rol32(a, 5) + (f) + e + (k) + w[i]; \
        e = d; \
        d = c; \
        c = rol32(b, 30); \
        b = a; \
        a = t_; \
    } while (0)

static void sha1_block(digest *s, const uint8_t *p)
{
    uint32_t w[80], a = s->u.h32[0], b = s->u.h32[1], c = s->u.h32[2], d = s->u.h32[3],
                    e = s->u.h32[4];
    for (int i = 0; i < 16; i++)
        w[i] = be32(p + 4 * i);
    for (int i = 16; i < 80; i++)
        w[i] = rol32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 20; i++)
        SHA1_ROUND(d ^ (b & (c ^ d)), 0x5a827999);
    for (int i = 20; i < 40; i++)
        SHA1_ROUND(b ^ c ^ d, 0x6ed9eba1);
    for (int i = 40; i < 60; i++)
        SHA1_ROUND((b & c) | (d & (b | c)), 0x8f1bbcdc);
    for (int i = 60; i < 80; i++)
        SHA1_ROUND(b ^ c ^ d, 0xca62c1d6);
    s->u.h32[0] += a;
    s->u.h32[1] += b;
    s->u.h32[2] += c;
    s->u.h32[3] += d;
    s->u.h32[4] += e;
}

/* The constants of SHA-512; the upper halves of the first 64 are those of SHA-256. */
static const uint64_t sha_k[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

/* Round i + r: the names turn instead of the values; V(r, k) is what the standard calls a for k = 0
 * up to h for 7. */
#define V(r, k) v[((k) + 8 - (r)) & 7]
#define SHA256_ROUND(r, i) \
    do { \
        uint32_t e_ = V(r, 4), a_ = V(r, 0); \
        uint32_t t_ = V(r, 7) + (ror32(e_, 6) ^ ror32(e_, 11) ^ ror32(e_, 25)) + \
                      (V(r, 6) ^ (e_ & (V(r, 5) ^ V(r, 6)))) + \
                      (uint32_t)(sha_k[(i) + (r)] >> 32) + w[(i) + (r)]; \
        V(r, 3) += t_; \
        V(r, 7) = t_ + (ror32(a_, 2) ^ ror32(a_, 13) ^ ror32(a_, 22)) + \
                  ((a_ & V(r, 1)) | (V(r, 2) & (a_ | V(r, 1)))); \
    } while (0)
#define SHA512_ROUND(r, i) \
    do { \
        uint64_t e_ = V(r, 4), a_ = V(r, 0); \
        uint64_t t_ = V(r, 7) + (ror64(e_, 14) ^ ror64(e_, 18) ^ ror64(e_, 41)) + \
                      (V(r, 6) ^ (e_ & (V(r, 5) ^ V(r, 6)))) + sha_k[(i) + (r)] + w[(i) + (r)]; \
        V(r, 3) += t_; \
        V(r, 7) = t_ + (ror64(a_, 28) ^ ror64(a_, 34) ^ ror64(a_, 39)) + \
                  ((a_ & V(r, 1)) | (V(r, 2) & (a_ | V(r, 1)))); \
    } while (0)

static void sha256_block(digest *s, const uint8_t *p)
{
    uint32_t w[64], v[8];
    memcpy(v, s->u.h32, sizeof v);
    for (int i = 0; i < 16; i++)
        w[i] = be32(p + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (ror32(x, 7) ^ ror32(x, 18) ^ x >> 3) + w[i - 7] +
               (ror32(y, 17) ^ ror32(y, 19) ^ y >> 10);
    }
    for (int i = 0; i < 64; i += 8) {
        SHA256_ROUND(0, i);
        SHA256_ROUND(1, i);
        SHA256_ROUND(2, i);
        SHA256_ROUND(3, i);
        SHA256_ROUND(4, i);
        SHA256_ROUND(5, i);
        SHA256_ROUND(6, i);
        SHA256_ROUND(7, i);
    }
    for (int i = 0; i < 8; i++)
        s->u.h32[i] += v[i];
}

static void sha512_block(digest *s, const uint8_t *p)
{
    uint64_t w[80], v[8];
    memcpy(v, s->u.h64, sizeof v);
    for (int i = 0; i < 16; i++)
        w[i] = __builtin_bswap64(le64(p + 8 * i));
    for (int i = 16; i < 80; i++) {
        uint64_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (ror64(x, 1) ^ ror64(x, 8) ^ x >> 7) + w[i - 7] +
               (ror64(y, 19) ^ ror64(y, 61) ^ y >> 6);
    }
    for (int i = 0; i < 80; i += 8) {
        SHA512_ROUND(0, i);
        SHA512_ROUND(1, i);
        SHA512_ROUND(2, i);
        SHA512_ROUND(3, i);
        SHA512_ROUND(4, i);
        SHA512_ROUND(5, i);
        SHA512_ROUND(6, i);
        SHA512_ROUND(7, i);
    }
    for (int i = 0; i < 8; i++)
        s->u.h64[i] += v[i];
}

static const uint64_t sha512_h[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                     0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                     0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
static const uint64_t sha384_h[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                     0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                     0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

/* Of SHA-512/224 and SHA-512/256 (FIPS 180-4, 5.3.6). */
static const uint64_t sha512_224_h[8] = {0x8c3d37c819544da2, 0x73e1996689dcd4d6, 0x1dfab7ae32ff9c82,
                                         0x679dd514582f9fcf, 0x0f6d2b697bd44da8, 0x77e36f7304c48942,
                                         0x3f9d85a86a1d36c8, 0x1112e6ad91d692a1};
static const uint64_t sha512_256_h[8] = {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151,
                                         0x963877195940eabd, 0x96283ee2a88effe3, 0xbe5e1e2553863992,
                                         0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2};

/* ---- BLAKE2b -----------------------------------------------------------------------------------
 */

static const uint8_t blake_sigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                            {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                            {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                            {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                            {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                            {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                            {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                            {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                            {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                            {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

#define BLAKE_G(a, b, c, d, x, y) \
    do { \
        v[a] += v[b] + (x); \
        v[d] = ror64(v[d] ^ v[a], 32); \
        v[c] += v[d]; \
        v[b] = ror64(v[b] ^ v[c], 24); \
        v[a] += v[b] + (y); \
        v[d] = ror64(v[d] ^ v[a], 16); \
        v[c] += v[d]; \
        v[b] = ror64(v[b] ^ v[c], 63); \
    } while (0)

static void blake_block(digest *s, const uint8_t *p, bool last)
{
    uint64_t v[16], m[16];
    memcpy(v, s->u.h64, 64);
    memcpy(v + 8, sha512_h, 64);
    v[12] ^= s->n;
    if (last)
        v[14] = ~v[14];
    for (int i = 0; i < 16; i++)
        m[i] = le64(p + 8 * i);
    for (int r = 0; r < 12; r++) {
        const uint8_t *q = blake_sigma[r % 10];
        BLAKE_G(0, 4, 8, 12, m[q[0]], m[q[1]]);
        BLAKE_G(1, 5, 9, 13, m[q[2]], m[q[3]]);
        BLAKE_G(2, 6, 10, 14, m[q[4]], m[q[5]]);
        BLAKE_G(3, 7, 11, 15, m[q[6]], m[q[7]]);
        BLAKE_G(0, 5, 10, 15, m[q[8]], m[q[9]]);
        BLAKE_G(1, 6, 11, 12, m[q[10]], m[q[11]]);
        BLAKE_G(2, 7, 8, 13, m[q[12]], m[q[13]]);
        BLAKE_G(3, 4, 9, 14, m[q[14]], m[q[15]]);
    }
    for (int i = 0; i < 8; i++)
        s->u.h64[i] ^= v[i] ^ v[i + 8];
}

/* ---- sums --------------------------------------------------------------------------------------
 */

static uint32_t crc_tables[8][256];

static void crc_prepare(void)
{
    if (crc_tables[0][1])
        return;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t x = i << 24;
        for (int k = 0; k < 8; k++)
            x = x << 1 ^ (x >> 31 ? UINT32_C(0x04c11db7) : 0);
        crc_tables[0][i] = x;
    }
    for (int t = 1; t < 8; t++)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t x = crc_tables[t - 1][i];
            crc_tables[t][i] = x << 8 ^ crc_tables[0][x >> 24];
        }
}

static uint32_t crc_step(uint32_t crc, uint8_t byte)
{
    return crc << 8 ^ crc_tables[0][(crc >> 24 ^ byte) & 255];
}

/* Eight bytes at once, each by the table of its distance from the end. */
static uint32_t crc_add(uint32_t crc, const uint8_t *p, size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        uint32_t x = crc ^ be32(p), y = be32(p + 4);
        crc = crc_tables[7][x >> 24] ^ crc_tables[6][x >> 16 & 255] ^ crc_tables[5][x >> 8 & 255] ^
              crc_tables[4][x & 255] ^ crc_tables[3][y >> 24] ^ crc_tables[2][y >> 16 & 255] ^
              crc_tables[1][y >> 8 & 255] ^ crc_tables[0][y & 255];
    }
    while (n-- > 0)
        crc = crc_step(crc, *p++);
    return crc;
}

static void sum_add(digest *d, const uint8_t *p, size_t n)
{
    uint32_t x = d->u.crc;
    d->n += n;
    if (d->kind == DIGEST_CRC)
        x = crc_add(x, p, n);
    else if (d->kind == DIGEST_BSD)
        for (size_t i = 0; i < n; i++)
            x = ((x >> 1) + ((x & 1) << 15) + p[i]) & 0xffff;
    else
        for (size_t i = 0; i < n; i++)
            x += p[i];
    d->u.crc = x;
}

static uint32_t sum_end(digest *d)
{
    uint32_t x = d->u.crc;
    if (d->kind == DIGEST_CRC) {
        for (uint64_t n = d->n; n; n >>= 8)
            x = crc_step(x, (uint8_t)n);
        return ~x;
    }
    if (d->kind == DIGEST_SYSV) {
        x = (x & 0xffff) + (x >> 16);
        return (x & 0xffff) + (x >> 16);
    }
    return x;
}

/* ---- all ---------------------------------------------------------------------------------------
 */

void digest_begin(digest *d, digest_kind kind, size_t length)
{
    if (kind == DIGEST_CRC)
        crc_prepare();
    static const uint8_t lengths[] = {16, 20, 28, 32, 48, 64, 64, 4, 4, 4};
    *d = (digest){.kind = kind, .length = length ? length : lengths[kind]};
    static const uint32_t first[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    switch (kind) {
    case DIGEST_MD5:
    case DIGEST_SHA1:
        memcpy(d->u.h32, first, sizeof first);
        break;
    case DIGEST_SHA224: /* the lower halves of those of SHA-384 */
        for (int i = 0; i < 8; i++)
            d->u.h32[i] = (uint32_t)sha384_h[i];
        break;
    case DIGEST_SHA256: /* the upper halves of those of SHA-512 */
        for (int i = 0; i < 8; i++)
            d->u.h32[i] = (uint32_t)(sha512_h[i] >> 32);
        break;
    case DIGEST_SHA384:
        memcpy(d->u.h64, sha384_h, sizeof sha384_h);
        break;
    case DIGEST_SHA512:
        memcpy(d->u.h64,
               d->length == 28   ? sha512_224_h
               : d->length == 32 ? sha512_256_h
                                 : sha512_h,
               sizeof sha512_h);
        break;
    case DIGEST_BLAKE2B:
        memcpy(d->u.h64, sha512_h, sizeof sha512_h);
        d->u.h64[0] ^= 0x01010000 ^ d->length;
        break;
    default:
        break;
    }
}

static size_t block_size(const digest *d) { return d->kind >= DIGEST_SHA384 ? 128 : 64; }

static void block(digest *d, const uint8_t *p)
{
    switch (d->kind) {
    case DIGEST_MD5:
        md5_block(d, p);
        break;
    case DIGEST_SHA1:
        sha1_block(d, p);
        break;
    case DIGEST_SHA224:
    case DIGEST_SHA256:
        sha256_block(d, p);
        break;
    case DIGEST_SHA384:
    case DIGEST_SHA512:
        sha512_block(d, p);
        break;
    default:
        d->n += 128;
        blake_block(d, p, false);
        break;
    }
}

void digest_add(digest *d, const void *data, size_t n)
{
    const uint8_t *p = data;
    if (d->kind >= DIGEST_CRC) {
        sum_add(d, p, n);
        return;
    }
    /* BLAKE2b's last block is another one: a full one waits until more comes */
    const size_t size = block_size(d), wait = d->kind == DIGEST_BLAKE2B;
    if (d->kind != DIGEST_BLAKE2B)
        d->n += n;
    while (n > 0) {
        if (d->n_rest == 0 && n >= size + wait) {
            block(d, p);
            p += size;
            n -= size;
            continue;
        }
        if (d->n_rest == size) {
            block(d, d->rest);
            d->n_rest = 0;
            continue;
        }
        size_t part = size - d->n_rest < n ? size - d->n_rest : n;
        memcpy(d->rest + d->n_rest, p, part);
        d->n_rest += part;
        p += part;
        n -= part;
        if (d->n_rest == size && !wait) {
            block(d, d->rest);
            d->n_rest = 0;
        }
    }
}

void digest_end(digest *d, uint8_t out[DIGEST_MAX])
{
    if (d->kind >= DIGEST_CRC) {
        uint32_t x = __builtin_bswap32(sum_end(d));
        memcpy(out, &x, 4);
        return;
    }
    const size_t size = block_size(d);
    uint8_t result[DIGEST_MAX];
    if (d->kind == DIGEST_BLAKE2B) {
        memset(d->rest + d->n_rest, 0, size - d->n_rest);
        d->n += d->n_rest;
        blake_block(d, d->rest, true);
        memcpy(result, d->u.h64, 64);
        memcpy(out, result, d->length);
        return;
    }
    uint64_t bits = d->n * 8;
    const size_t trailer = size / 8;
    d->rest[d->n_rest++] = 0x80;
    if (d->n_rest > size - trailer) {
        memset(d->rest + d->n_rest, 0, size - d->n_rest);
        block(d, d->rest);
        d->n_rest = 0;
    }
    memset(d->rest + d->n_rest, 0, size - d->n_rest);
    if (d->kind != DIGEST_MD5)
        bits = __builtin_bswap64(bits);
    memcpy(d->rest + size - 8, &bits, 8);
    block(d, d->rest);
    for (int i = 0; i < 8; i++) {
        if (size == 128) {
            uint64_t x = __builtin_bswap64(d->u.h64[i]);
            memcpy(result + 8 * i, &x, 8);
        } else {
            uint32_t x = d->kind == DIGEST_MD5 ? d->u.h32[i] : __builtin_bswap32(d->u.h32[i]);
            memcpy(result + 4 * i, &x, 4);
        }
    }
    memcpy(out, result, d->length);
}
