/* memory_die: allocate until there is nothing left, then fail as most programs do. */
#include <stdlib.h>

#include "probe.h"

enum { BLOCK = 1 << 18 };

static int attack(void)
{
    for (size_t total = 0; total < (size_t)64 << 20; total += BLOCK) {
        char *p = malloc(BLOCK);
        if (!p)
            abort();
        memset(p, 1, BLOCK);
        __asm__ volatile("" : : "r"(p) : "memory"); /* the blocks are really there */
    }
    return escaped("allocated 64 MiB");
}

static int control(void)
{
    char *p = malloc(BLOCK);
    if (!p)
        return control_failed(ENOMEM);
    memset(p, 1, BLOCK);
    return p[BLOCK - 1] == 1 ? control_ok() : control_failed(EIO);
}
