/* spin: computes for ever without calling the host. */
#include "raw.h"

static volatile uint32_t turns;

void _start(void)
{
    for (;;)
        turns = turns + 1;
}
