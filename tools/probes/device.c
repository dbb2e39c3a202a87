/* device: open a device below a granted directory. */
#include "probe.h"

static int attack(void) { return attack_result(open_below("/dev", "zero"), "opened a device"); }

static int control(void) { return control_result(read_file("/sandbox/inside.txt")); }
