/* writeonly_read: read a file of a grant that only writes. */
#include "probe.h"

static int attack(void)
{
    return attack_result(read_file("/sandbox/inside.txt"),
                         "read a file of a grant that only writes");
}

static int control(void) { return control_result(write_file("/sandbox/inside.txt", O_WRONLY)); }
