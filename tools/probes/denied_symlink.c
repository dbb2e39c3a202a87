/* denied_symlink: read a carved-out file through a symbolic link. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "secret_link"),
                         "opened a carved-out file through a symbolic link");
}

static int control(void) { return control_result(open_below("/sandbox", "good_link")); }
