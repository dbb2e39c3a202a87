/* llm/retry_after.h - how long a provider asks to be left alone.  Pure, but for the clock; any
 * thread.  Not for other folders. */
#ifndef BX_LLM_RETRY_AFTER_H
#define BX_LLM_RETRY_AFTER_H

#include "base/defs.h"

/* "1", "0.25": seconds as nanoseconds, at most a year.  False: it is no such number. */
bool bx_seconds_parse(bx_str text, uint64_t *ret_ns);

/* Retry-After (RFC 9110 section 10.2.3): seconds, also with a fraction, or a date (IMF-fixdate),
 * counted from this machine's clock; 0 for one that is past. */
bool bx_retry_after_parse(bx_str text, uint64_t *ret_ns);

/* The same, with seconds since 1970 as the time now. */
bool bx_retry_after_at(bx_str text, int64_t now, uint64_t *ret_ns);

#endif
