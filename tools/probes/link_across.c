/* link_across: hard-link a file of one grant into another. */
#include "probe.h"

static int attack(void)
{
    return attack_result(link("/sandbox/inside.txt", "/other/taken.txt") == 0 ? 0 : errno,
                         "linked across grants");
}

static int control(void)
{
    return control_result(link("/sandbox/inside.txt", "/sandbox/sub/linked.txt") == 0 ? 0 : errno);
}
