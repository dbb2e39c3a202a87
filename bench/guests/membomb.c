/* membomb: takes and touches all the memory it can get, then dies of it. */
#include "raw.h"

enum { PAGE = 65536, HOST_PAGE = 4096 };

void _start(void)
{
    for (;;) {
        size_t old = __builtin_wasm_memory_grow(0, 1);
        if (old == SIZE_MAX)
            __builtin_trap();
        volatile char *p = (volatile char *)(old * PAGE);
        for (size_t i = 0; i < PAGE; i += HOST_PAGE)
            p[i] = 1;
    }
}
