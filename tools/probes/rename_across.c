/* rename_across: move a file from one grant into another. */
#include <stdio.h>

#include "probe.h"

static int attack(void)
{
    return attack_result(rename("/sandbox/inside.txt", "/other/taken.txt") == 0 ? 0 : errno,
                         "renamed across grants");
}

static int control(void)
{
    return control_result(rename("/sandbox/inside.txt", "/sandbox/sub/moved.txt") == 0 ? 0 : errno);
}
