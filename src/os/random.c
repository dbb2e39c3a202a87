#include "os/random.h"

#include <errno.h>
#include <sys/random.h>

bx_code bx_random_fill(void *p, size_t n, bx_error *err)
{
    for (size_t got = 0; got < n;) {
        ssize_t k = getrandom((char *)p + got, n - got, 0);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return bx_fail_errno(err, errno, "random bytes of the kernel");
        got += (size_t)k;
    }
    return BX_OK;
}

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

bx_rng bx_rng_seeded(uint64_t seed)
{
    bx_rng r;
    for (size_t i = 0; i < BX_COUNT(r.s); i++)
        r.s[i] = splitmix64(&seed);
    return r;
}

uint64_t bx_rng_next(bx_rng *r)
{
    uint64_t *s = r->s;
    uint64_t out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
}

void bx_rng_fill(bx_rng *r, void *p, size_t n)
{
    uint8_t *out = p;
    while (n) {
        uint64_t word = bx_rng_next(r);
        for (size_t i = 0; i < 8 && n; i++, n--, word >>= 8)
            *out++ = (uint8_t)word;
    }
}
