/* readonly_create: create a file in a grant that only reads. */
#include "probe.h"

static int attack(void)
{
    return attack_result(write_file("/sandbox/new.txt", O_WRONLY | O_CREAT),
                         "created a file in a read-only grant");
}

static int control(void)
{
    return control_result(write_file("/other/new.txt", O_WRONLY | O_CREAT));
}
