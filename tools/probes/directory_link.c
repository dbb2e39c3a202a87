/* directory_link: walk through a link to a directory outside. */
#include "probe.h"

static int attack(void)
{
    return attack_result(open_below("/sandbox", "dir_link/secret.txt"),
                         "walked through a link out of the grant");
}

static int control(void) { return control_result(open_below("/sandbox", "sub/file.txt")); }
