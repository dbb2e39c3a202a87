/* leftover: look for what an earlier instance left in the memory of this one, then leave the same.
 * Run twice in one process: the second run finds what the first left, if anything survives. */
#include "probe.h"

enum { PAGES = 8 };

static const uint64_t canary = UINT64_C(0x1ea4c0ffee5eed5a);
static uint64_t area[32 << 10]; /* 256 KiB of .bss */
static volatile uint64_t initialised = UINT64_C(0x600d600d600d600d);

static bool all_zero(const uint64_t *p, size_t n)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++)
        seen |= p[i];
    return seen == 0;
}

static void fill(uint64_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = canary;
    __asm__ volatile("" : : "r"(p) : "memory");
}

/* What is left of another instance, or NULL; leaves the canary everywhere. */
static const char *look_and_leave(uint64_t *grown)
{
    const char *left = NULL;
    if (initialised != UINT64_C(0x600d600d600d600d))
        left = "initialised data of another instance";
    else if (!all_zero(area, sizeof area / sizeof area[0]))
        left = "zero data of another instance";
    else if (!all_zero(grown, (size_t)PAGES << 13))
        left = "grown memory of another instance";
    initialised = canary;
    fill(area, sizeof area / sizeof area[0]);
    fill(grown, (size_t)PAGES << 13);
    return left;
}

static uint64_t *grow(void)
{
    size_t old = __builtin_wasm_memory_grow(0, PAGES);
    return old == SIZE_MAX ? NULL : (uint64_t *)(old << 16);
}

static int attack(void)
{
    uint64_t *grown = grow();
    if (!grown)
        return not_tried("memory does not grow", 0);
    const char *left = look_and_leave(grown);
    return left ? escaped(left) : contained_by("all memory was fresh");
}

/* The same look does find what is left: here by itself. */
static int control(void)
{
    uint64_t *grown = grow();
    if (!grown || look_and_leave(grown))
        return control_failed(ENOMEM);
    return look_and_leave(grown) ? control_ok() : control_failed(EIO);
}
