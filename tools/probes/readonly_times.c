/* readonly_times: set the times of a file in a grant that only reads. */
#include <sys/stat.h>

#include "probe.h"

static int attack(void)
{
    return attack_result(utimensat(AT_FDCWD, "/sandbox/inside.txt", NULL, 0) == 0 ? 0 : errno,
                         "set the times of a file of a read-only grant");
}

static int control(void)
{
    return control_result(utimensat(AT_FDCWD, "/other/inside.txt", NULL, 0) == 0 ? 0 : errno);
}
