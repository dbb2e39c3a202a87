#include "lib/keccak.h"

#include <string.h>

static uint64_t rol(uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

/* rho and pi in one walk: lane (1, 0) goes to `to[0]`, what stood there to `to[1]`… */
static const uint8_t to[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                               15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

static const uint64_t iota[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

static void permute(uint64_t s[25])
{
    for (int round = 0; round < 24; round++) {
        uint64_t c[5];
        for (int x = 0; x < 5; x++)
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
        for (int i = 0; i < 25; i++)
            s[i] ^= c[(i + 4) % 5] ^ rol(c[(i + 1) % 5], 1);
        uint64_t moving = s[1];
        for (unsigned i = 0, turn = 0; i < 24; i++) {
            turn = (turn + i + 1) & 63; /* the triangular numbers */
            uint64_t there = s[to[i]];
            s[to[i]] = rol(moving, turn);
            moving = there;
        }
        for (int y = 0; y < 25; y += 5) {
            memcpy(c, s + y, sizeof c);
            for (int x = 0; x < 5; x++)
                s[y + x] ^= ~c[(x + 1) % 5] & c[(x + 2) % 5];
        }
        s[0] ^= iota[round];
    }
}

void keccak_begin(keccak *k, size_t strength_bytes)
{
    *k = (keccak){.rate = (uint8_t)(200 - 2 * strength_bytes)};
}

/* The lanes are little-endian, as our machines are: byte i of the state is byte i of the lanes. */
static void absorb(keccak *k, const uint8_t *p, size_t n)
{
    uint8_t *state = (uint8_t *)k->s;
    for (size_t i = 0; i < n; i++)
        state[k->at + i] ^= p[i];
    k->at = (uint8_t)(k->at + n);
}

void keccak_add(keccak *k, const void *data, size_t n)
{
    const uint8_t *p = data;
    while (n > 0) {
        size_t part = (size_t)(k->rate - k->at);
        if (part > n)
            part = n;
        absorb(k, p, part);
        p += part;
        n -= part;
        if (k->at == k->rate) {
            permute(k->s);
            k->at = 0;
        }
    }
}

void keccak_end(keccak *k, uint8_t suffix, uint8_t *out, size_t n)
{
    uint8_t *state = (uint8_t *)k->s;
    state[k->at] ^= suffix;
    state[k->rate - 1] ^= 0x80;
    while (n > 0) {
        size_t part = n < k->rate ? n : k->rate;
        permute(k->s);
        memcpy(out, state, part);
        out += part;
        n -= part;
    }
}
