/* climbing_link: follow a relative symbolic link that climbs out. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "climb_link"), "followed a link out of the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "good_link")); }
