#include "lib/aes.h"

enum { WORDS = 4, WORD = 4 };

/* ---- tables ------------------------------------------------------------------------------ */

/* Times x in GF(2^8) (4.2). */
static uint8_t twice(uint8_t b) { return (uint8_t)(b << 1 ^ (b & 0x80 ? 0x1b : 0)); }

static uint8_t rol8(uint8_t b, unsigned n) { return (uint8_t)(b << n | b >> (8 - n)); }

static uint32_t column(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (uint32_t)a | (uint32_t)b << 8 | (uint32_t)c << 16 | (uint32_t)d << 24;
}

/* Powers of 3 reach all of the field but 0, and those of its inverse stand opposite. */
static void make_tables(bx_aes *a)
{
    uint8_t power = 1, inverse = 1;
    do {
        power ^= twice(power); /* times 3 */
        inverse ^= (uint8_t)(inverse << 1);
        inverse ^= (uint8_t)(inverse << 2);
        inverse ^= (uint8_t)(inverse << 4);
        inverse ^= inverse & 0x80 ? 0x09 : 0; /* through 3 */
        a->box[power] = (uint8_t)(inverse ^ rol8(inverse, 1) ^ rol8(inverse, 2) ^ rol8(inverse, 3) ^
                                  rol8(inverse, 4) ^ 0x63);
    } while (power != 1);
    a->box[0] = 0x63;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t b = (uint8_t)i, b2 = twice(b), b4 = twice(b2), b8 = twice(b4);
        a->unbox[a->box[i]] = b;
        a->mix[i] = column(b2, b, b, (uint8_t)(b2 ^ b));
        a->unmix[i] = column((uint8_t)(b8 ^ b4 ^ b2), (uint8_t)(b8 ^ b), (uint8_t)(b8 ^ b4 ^ b),
                             (uint8_t)(b8 ^ b2 ^ b));
    }
}

/* ---- the key (5.2) ------------------------------------------------------------------------ */

void bx_aes_init(bx_aes *a, const uint8_t *key, size_t n)
{
    uint8_t *k = a->round_key[0], constant = 1;
    make_tables(a);
    a->rounds = (unsigned)n / WORD + 6;
    memcpy(k, key, n);
    for (size_t at = n; at < (a->rounds + 1) * (size_t)BX_AES_BLOCK; at += WORD) {
        uint8_t t[WORD];
        memcpy(t, k + at - WORD, WORD);
        if (at % n == 0) {
            uint8_t first = t[0];
            for (unsigned i = 0; i < WORD; i++)
                t[i] = a->box[i + 1 < WORD ? t[i + 1] : first];
            t[0] ^= constant;
            constant = twice(constant);
        } else if (n == 32 && at % n == 16) {
            for (unsigned i = 0; i < WORD; i++)
                t[i] = a->box[t[i]];
        }
        for (unsigned i = 0; i < WORD; i++)
            k[at + i] = k[at + i - n] ^ t[i];
    }
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void add(uint8_t *p, const uint8_t *q)
{
    for (unsigned i = 0; i < BX_AES_BLOCK; i++)
        p[i] ^= q[i];
}

static uint32_t rol32(uint32_t x, unsigned n) { return n ? x << n | x >> (32 - n) : x; }

/* Column `c` of the state, each byte of it from where `step` columns further its row was. */
static void mix_column(const uint32_t mix[256], const uint8_t from[BX_AES_BLOCK], unsigned c,
                       unsigned step, uint8_t *to)
{
    uint32_t sum = 0;
    for (unsigned row = 0; row < WORD; row++)
        sum ^= rol32(mix[from[WORD * ((c + step * row) % WORDS) + row]], 8 * row);
    for (unsigned row = 0; row < WORD; row++)
        to[row] = (uint8_t)(sum >> 8 * row);
}

static void encrypt(const bx_aes *a, uint8_t p[BX_AES_BLOCK])
{
    uint8_t t[BX_AES_BLOCK];
    add(p, a->round_key[0]);
    for (unsigned round = 1; round <= a->rounds; round++) {
        for (unsigned i = 0; i < BX_AES_BLOCK; i++)
            t[i] = a->box[p[i]];
        for (unsigned c = 0; c < WORDS; c++) {
            if (round < a->rounds)
                mix_column(a->mix, t, c, 1, p + WORD * c);
            else
                for (unsigned row = 0; row < WORD; row++)
                    p[WORD * c + row] = t[WORD * ((c + row) % WORDS) + row];
        }
        add(p, a->round_key[round]);
    }
}

static void decrypt(const bx_aes *a, uint8_t p[BX_AES_BLOCK])
{
    uint8_t t[BX_AES_BLOCK];
    for (unsigned round = a->rounds; round > 0; round--) {
        add(p, a->round_key[round]);
        for (unsigned c = 0; c < WORDS; c++) {
            if (round < a->rounds)
                mix_column(a->unmix, p, c, 0, t + WORD * c);
            else
                memcpy(t + WORD * c, p + WORD * c, WORD);
        }
        for (unsigned c = 0; c < WORDS; c++)
            for (unsigned row = 0; row < WORD; row++)
                p[WORD * ((c + row) % WORDS) + row] = a->unbox[t[WORD * c + row]];
    }
    add(p, a->round_key[0]);
}

void bx_aes_encrypt(const bx_aes *a, const uint8_t iv[BX_AES_BLOCK], uint8_t *p, size_t n)
{
    for (const uint8_t *before = iv; n >= BX_AES_BLOCK; n -= BX_AES_BLOCK, p += BX_AES_BLOCK) {
        add(p, before);
        encrypt(a, p);
        before = p;
    }
}

void bx_aes_decrypt(const bx_aes *a, const uint8_t iv[BX_AES_BLOCK], uint8_t *p, size_t n)
{
    uint8_t before[BX_AES_BLOCK], held[BX_AES_BLOCK];
    memcpy(before, iv, sizeof before);
    for (; n >= BX_AES_BLOCK; n -= BX_AES_BLOCK, p += BX_AES_BLOCK) {
        memcpy(held, p, sizeof held);
        decrypt(a, p);
        add(p, before);
        memcpy(before, held, sizeof before);
    }
}
