/* readonly_symlink: make a symbolic link in a grant that only reads. */
#include "probe.h"

static int attack(void)
{
    return attack_result(symlink("inside.txt", "/sandbox/new") == 0 ? 0 : errno,
                         "made a link in a read-only grant");
}

static int control(void)
{
    return control_result(symlink("inside.txt", "/other/new") == 0 ? 0 : errno);
}
