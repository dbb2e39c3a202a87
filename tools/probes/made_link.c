/* made_link: make a link that climbs out, then follow it. */
#include "probe.h"

static int attack(void)
{
    if (symlink("../outside.txt", "/sandbox/made") != 0)
        return contained(errno);
    return attack_result(open_below("/sandbox", "made"),
                         "followed a link of its own out of the grant");
}

static int control(void)
{
    if (symlink("inside.txt", "/sandbox/made") != 0)
        return control_failed(errno);
    return control_result(open_below("/sandbox", "made"));
}
