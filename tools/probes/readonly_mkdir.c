/* readonly_mkdir: make a directory in a grant that only reads. */
#include <sys/stat.h>

#include "probe.h"

static int attack(void)
{
    return attack_result(mkdir("/sandbox/new", 0777) == 0 ? 0 : errno,
                         "made a directory in a read-only grant");
}

static int control(void) { return control_result(mkdir("/other/new", 0777) == 0 ? 0 : errno); }
