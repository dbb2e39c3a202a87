/* sleep: wait past the deadline inside the host. */
#include <time.h>

#include "probe.h"

static int sleep_for(time_t s, long ns)
{
    struct timespec t = {.tv_sec = s, .tv_nsec = ns};
    return nanosleep(&t, NULL) == 0 ? 0 : errno;
}

static int attack(void)
{
    (void)sleep_for(3600, 0);
    return escaped("slept past the deadline");
}

static int control(void) { return control_result(sleep_for(0, 1000000)); }
