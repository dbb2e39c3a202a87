/* denied_new_link: hard-link a carved-out file to a name of its own, then read that. */
#include "probe.h"

static int attack(void)
{
    if (link("/sandbox/secret.env", "/sandbox/taken.txt") != 0)
        return contained(errno);
    return attack_result(read_file("/sandbox/taken.txt"),
                         "read a carved-out file through a link of its own");
}

static int control(void)
{
    if (link("/sandbox/inside.txt", "/sandbox/taken.txt") != 0)
        return control_failed(errno);
    return control_result(read_file("/sandbox/taken.txt"));
}
