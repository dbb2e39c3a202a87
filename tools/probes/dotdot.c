/* dotdot: climb out of a grant by "..". */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "../outside.txt"),
                         "opened a file next to the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "sub/../inside.txt")); }
