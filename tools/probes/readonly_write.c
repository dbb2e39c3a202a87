/* readonly_write: open a file for writing in a grant that only reads. */
#include "probe.h"

static int attack(void)
{
    return attack_result(write_file("/sandbox/inside.txt", O_WRONLY),
                         "wrote a file of a read-only grant");
}

static int control(void) { return control_result(write_file("/other/inside.txt", O_WRONLY)); }
