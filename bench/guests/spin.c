/* spin: computes for ever without calling the host. */
/* guest-flags: -nostdlib -Wl,-z,stack-size=8192 -Wl,--initial-memory=65536 */
#include "raw.h"

static volatile uint32_t turns;

void _start(void)
{
    for (;;)
        turns = turns + 1;
}
