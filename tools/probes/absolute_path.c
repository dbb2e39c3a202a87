/* absolute_path: hand the host an absolute path. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "/etc/passwd"), "opened /etc/passwd");
}

static int control(void) { return control_result(open_below("/sandbox", "inside.txt")); }
