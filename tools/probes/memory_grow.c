/* memory_grow: take all memory there is, page by page, and touch it. */
#include "probe.h"

enum { LIMIT_PAGES = 16 << 4 }; /* memory=16MiB */

static bool grow_and_touch(void)
{
    size_t old = __builtin_wasm_memory_grow(0, 1);
    if (old == SIZE_MAX)
        return false;
    volatile char *page = (volatile char *)(old << 16);
    for (size_t i = 0; i < 1 << 16; i += 4096)
        page[i] = 1;
    return true;
}

static int attack(void)
{
    while (grow_and_touch())
        if (__builtin_wasm_memory_size(0) > LIMIT_PAGES)
            return escaped("grew beyond the memory limit");
    return contained_by("memory.grow refused");
}

static int control(void) { return grow_and_touch() ? control_ok() : control_failed(ENOMEM); }
