/* lib/near.h - where a text was not found: what stands there instead.  Pure; cost linear in the
 * text. */
#ifndef BX_LIB_NEAR_H
#define BX_LIB_NEAR_H

#include "base/buf.h"

/* Say in words that `old` is not in `text`, which lines come nearest to it and what they have that
 * it has not: white space, case, quotes, escapes.  Appends a few KiB at most. */
void bx_near_explain(bx_str text, bx_str old, bx_buf *why);

/* One line and a line feed, cut where it is long, what nobody sees made visible: → is a tab, ␍ a
 * carriage return, · a blank at the end. */
void bx_near_show(bx_buf *why, bx_str line);

#endif
