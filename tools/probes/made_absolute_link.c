/* made_absolute_link: make a link to an absolute path of the host, for others to follow. */
#include "probe.h"

static int attack(void)
{
    return attack_result(symlink("/etc/passwd", "/sandbox/made") == 0 ? 0 : errno,
                         "made an absolute link");
}

static int control(void)
{
    return control_result(symlink("inside.txt", "/sandbox/made") == 0 ? 0 : errno);
}
