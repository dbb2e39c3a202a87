/* denied_direct: read a carved-out file by its name. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "secret.env"), "opened a carved-out file");
}

static int control(void) { return control_result(open_below("/sandbox", "inside.txt")); }
