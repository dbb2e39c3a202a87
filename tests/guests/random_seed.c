/* random:seed=N gives every run the same bytes. */
#include "guest.h"

int main(void)
{
    uint8_t b[12];
    OK(__wasi_random_get(b, sizeof b));
    for (size_t i = 0; i < sizeof b; i++)
        printf("%02x", b[i]);
    puts("");
    return 0;
}
