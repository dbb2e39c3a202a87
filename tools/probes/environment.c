/* environment: look for variables of the host that nobody granted. */
#include <stdlib.h>

#include "probe.h"

extern char **environ;

static const char given[] = "PROBE_GIVEN=yes";

static int attack(void)
{
    if (!environ || !environ[0])
        return not_tried("not even the granted variable is there", 0);
    for (char **e = environ; *e; e++)
        if (strcmp(*e, given) != 0)
            return escaped(*e);
    return contained_by("only what was granted is there");
}

static int control(void)
{
    const char *value = getenv("PROBE_GIVEN");
    return value && strcmp(value, "yes") == 0 ? control_ok() : control_failed(ENOENT);
}
