/* deep_frames: run over the end of the stack in linear memory, where a careless layout has data. */
#include "probe.h"

static unsigned deep(unsigned n);
static unsigned (*volatile next)(unsigned) = deep;

static unsigned deep(unsigned n)
{
    volatile char frame[64 << 10];
    frame[n] = 1;
    return n == 0 ? 0 : next(n - 1) + (unsigned)frame[n];
}

static int attack(void)
{
    return escaped(deep(1000) == 1000 ? "64 MiB of frames in a stack of 1 MiB"
                                      : "came back with wrong data");
}

static int control(void) { return deep(2) == 2 ? control_ok() : control_failed(EIO); }
