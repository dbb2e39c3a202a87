/* flood_output: print without end. */
#include "probe.h"

static char block[4096];

static int attack(void)
{
    for (size_t total = 0; total < (size_t)64 << 20; total += sizeof block)
        if (write(STDERR_FILENO, block, sizeof block) < 0)
            return contained(errno);
    return escaped("printed 64 MiB");
}

static int control(void)
{
    return write(STDERR_FILENO, block, sizeof block) == sizeof block ? control_ok()
                                                                     : control_failed(errno);
}
