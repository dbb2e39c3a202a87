/* denied_renamed_parent: rename the directory a carved-out file lies in, then read the file at its
 * new path. */
#include <stdio.h>

#include "probe.h"

static int attack(void)
{
    if (rename("/sandbox/vault", "/sandbox/open") != 0)
        return contained(errno);
    return attack_result(read_file("/sandbox/open/key.txt"),
                         "read a carved-out file through its renamed directory");
}

static int control(void)
{
    if (rename("/sandbox/sub", "/sandbox/open") != 0)
        return control_failed(errno);
    return control_result(read_file("/sandbox/open/file.txt"));
}
