/* dotdot_deep: climb out by ".." behind names that exist. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "sub/../../outside.txt"),
                         "opened a file next to the grant");
}

static int control(void)
{
    return control_result(open_below("/sandbox", "sub/../sub/../inside.txt"));
}
