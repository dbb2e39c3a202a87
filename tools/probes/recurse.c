/* recurse: recurse without end. */
#include "probe.h"

static uint32_t deep(int32_t n, uint32_t sum);
static uint32_t (*volatile next)(int32_t, uint32_t) = deep;

/* Called through a variable and not last: no compiler makes a loop of it. */
static uint32_t deep(int32_t n, uint32_t sum)
{
    return n == 0 ? sum : next(n - 1, sum) + (uint32_t)n;
}

static int attack(void)
{
    return escaped(deep(INT32_MAX, 0) ? "came back" : "came back from two thousand million calls");
}

static int control(void) { return deep(100, 0) == 5050 ? control_ok() : control_failed(EIO); }
