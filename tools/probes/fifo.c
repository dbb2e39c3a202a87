/* fifo: open a FIFO, which would block or talk to another process. */
#include "probe.h"

static int attack(void) { return attack_result(open_below("/sandbox", "fifo"), "opened a FIFO"); }

static int control(void) { return control_result(open_below("/sandbox", "inside.txt")); }
