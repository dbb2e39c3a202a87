/* common/prog_version.h - the order of versions: sort -V, ls -v (GNU coreutils, "Version sort
 * ordering rules").  Pure. */
#ifndef PROG_VERSION_H
#define PROG_VERSION_H

#include "base/defs.h"

/* <0, 0, >0.  0 also for some texts that differ, such as "a1" and "a01". */
int prog_version_compare(bx_str a, bx_str b);

#endif
