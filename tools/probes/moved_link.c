/* moved_link: move a link, so that what was harmless where it was now climbs out. */
#include <stdio.h>

#include "probe.h"

static int attack(void)
{
    if (rename("/sandbox/sub/up_link", "/sandbox/up_link") != 0)
        return not_tried("", errno);
    return attack_result(open_below("/sandbox", "up_link"),
                         "followed a moved link out of the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "sub/up_link")); }
