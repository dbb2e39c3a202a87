/* lib/say.h - messages put together from parts; printf would be the largest thing in a small tool.
 */
#ifndef BX_LIB_SAY_H
#define BX_LIB_SAY_H

#include "base/buf.h"

/* Append the parts up to a NULL; the buffer keeps failures. */
void bx_say(bx_buf *b, const char *part, ...) __attribute__((sentinel));

/* "1 line", "7 lines". */
void bx_say_count(bx_buf *b, uint64_t n, const char *one, const char *many);
void bx_say_int(bx_buf *b, uint64_t n);

#endif
