/* date/date_format.h - points in time by a format (POSIX strftime; GNU date's flags - _ 0 + ^ #,
 * widths, %N %s %q %:z), as the C locale writes them.  Pure. */
#ifndef BX_DATE_FORMAT_H
#define BX_DATE_FORMAT_H

#include "programs/common/prog.h"
#include "tz.h"

#include <time.h>

/* `at` in zone `z` by `format`, added to `out`.  A width is at most DATE_WIDTH_MAX. */
enum { DATE_WIDTH_MAX = 100000 };
void date_format(prog_buf *out, bx_str format, const tz *z, struct timespec at);

#endif
