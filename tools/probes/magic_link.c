/* magic_link: follow a kernel-made link of /proc, which no path check sees. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/host", "proc/self/root/etc/passwd"), "followed a magic link");
}

static int control(void) { return control_result(open_below("/host", "etc/passwd")); }
