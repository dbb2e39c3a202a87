/* readonly_unlink: delete a file in a grant that only reads. */
#include "probe.h"

static int attack(void)
{
    return attack_result(unlink("/sandbox/inside.txt") == 0 ? 0 : errno,
                         "deleted a file of a read-only grant");
}

static int control(void) { return control_result(unlink("/other/inside.txt") == 0 ? 0 : errno); }
