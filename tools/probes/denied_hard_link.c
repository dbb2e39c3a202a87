/* denied_hard_link: read a carved-out file by another name of the same file. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "alias.txt"),
                         "opened a carved-out file through a hard link");
}

static int control(void) { return control_result(open_below("/sandbox", "inside.txt")); }
