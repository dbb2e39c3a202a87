/* denied_write: overwrite a carved-out file. */
#include "probe.h"

static int attack(void)
{
    return attack_result(write_file("/sandbox/secret.env", O_WRONLY), "wrote a carved-out file");
}

static int control(void) { return control_result(write_file("/sandbox/inside.txt", O_WRONLY)); }
