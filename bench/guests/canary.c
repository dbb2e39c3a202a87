/* canary: is the memory of this fresh instance really fresh?  All memory beyond the stack must be
 * zero or as the module says; then a canary goes over all of it, for the next instance in the same
 * slot. Ends with exit code 0 when all was fresh, 1 when something was left in zero data, 2 in
 * initialised data, 3 in the memory behind it, 4 in grown memory. */
#include "raw.h"

enum { ZEROES = 4096, PAGE = 65536 };

extern uint64_t __heap_base[]; /* the linker's: the first address behind the module's own data */

static const uint64_t canary = UINT64_C(0x1ea4c0ffee5eed5a), fresh = UINT64_C(0x600d600d600d600d);
static volatile uint64_t initialised = UINT64_C(0x600d600d600d600d);
static uint64_t zeroes[ZEROES];

/* True when [p, end) was zero; now it holds the canary. */
static int take(uint64_t *p, const uint64_t *end)
{
    uint64_t seen = 0;
    for (; p < end; p++) {
        seen |= *p;
        *p = canary;
    }
    __asm__ volatile("" : : "r"(p) : "memory");
    return seen == 0;
}

static uint64_t *address(size_t page) { return (uint64_t *)(page * PAGE); }

void _start(void)
{
    uint32_t leak = 0;
    size_t old = __builtin_wasm_memory_grow(0, 1);
    if (old == SIZE_MAX)
        raw_proc_exit(5);
    if (!take(zeroes, zeroes + ZEROES))
        leak = 1;
    if (initialised != fresh)
        leak = 2;
    initialised = canary;
    if (!take((uint64_t *)(((uintptr_t)__heap_base + 7) & ~(uintptr_t)7), address(old)))
        leak = 3;
    if (!take(address(old), address(old + 1)))
        leak = 4;
    if (leak)
        raw_proc_exit(leak);
}
