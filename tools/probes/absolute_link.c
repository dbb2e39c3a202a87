/* absolute_link: follow a symbolic link with an absolute target. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "abs_link"),
                         "followed an absolute link out of the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "good_link")); }
