/* readonly_link: make a hard link in a grant that only reads. */
#include "probe.h"

static int attack(void)
{
    return attack_result(link("/sandbox/inside.txt", "/sandbox/new") == 0 ? 0 : errno,
                         "made a hard link in a read-only grant");
}

static int control(void)
{
    return control_result(link("/other/inside.txt", "/other/new") == 0 ? 0 : errno);
}
