/* readonly_rename: rename a file in a grant that only reads. */
#include <stdio.h>

#include "probe.h"

static int attack(void)
{
    return attack_result(rename("/sandbox/inside.txt", "/sandbox/renamed.txt") == 0 ? 0 : errno,
                         "renamed a file of a read-only grant");
}

static int control(void)
{
    return control_result(rename("/other/inside.txt", "/other/renamed.txt") == 0 ? 0 : errno);
}
