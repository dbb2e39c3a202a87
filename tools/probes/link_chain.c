/* link_chain: follow a chain of links of which only the last climbs out. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "chain1"),
                         "followed a chain of links out of the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "good_link")); }
