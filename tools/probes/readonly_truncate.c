/* readonly_truncate: cut a file in a grant that only reads, by opening it. */
#include "probe.h"

static int attack(void)
{
    return attack_result(write_file("/sandbox/inside.txt", O_WRONLY | O_TRUNC),
                         "cut a file of a read-only grant");
}

static int control(void)
{
    return control_result(write_file("/other/inside.txt", O_WRONLY | O_TRUNC));
}
