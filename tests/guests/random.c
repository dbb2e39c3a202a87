/* random_get. */
#include <unistd.h>

#include "guest.h"

static uint8_t a[100000], b[100000];

int main(void)
{
    OK(__wasi_random_get(a, sizeof a));
    OK(__wasi_random_get(b, sizeof b));
    YES(memcmp(a, b, 64) != 0);
    YES(memcmp(a + sizeof a - 64, b + sizeof b - 64, 64) != 0);
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof a; i++)
        zeros += a[i] == 0;
    YES(zeros < sizeof a / 100);
    memset(a, 0x5a, 64);
    OK(__wasi_random_get(a + 8, 0));
    EQ(a[8], 0x5a);
    OK(__wasi_random_get(a + 8, 16));
    EQ(a[7], 0x5a);
    EQ(a[24], 0x5a);
    EQ(getentropy(b, 256), 0);
    OK(raw_random_get(memory_end(), 0));
    OK(raw_random_get(memory_end() - 1, 1));
    EQ(raw_random_get(memory_end() - 1, 2), E(FAULT));
    EQ(raw_random_get(1024, UINT32_MAX), E(FAULT));
    EQ(raw_random_get(UINT32_MAX, 1), E(FAULT));
    return 0;
}
