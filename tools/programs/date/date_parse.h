/* date/date_parse.h - points in time as people write them (GNU "Date input formats").  Pure. */
#ifndef BX_DATE_PARSE_H
#define BX_DATE_PARSE_H

#include "tz.h"

#include <time.h>

enum { DATE_TOKENS_MAX = 200 }; /* words and numbers of a date; with more it is none */

/* `text` as a point in time; what it leaves open is that of `now` in zone `z`.  A TZ="…" in front
 * of it takes the place of `z`.  False: it says nothing sensible. */
bool date_parse(const char *text, const tz *z, struct timespec now, struct timespec *ret);

#endif
