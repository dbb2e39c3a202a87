/* lib/find.h - where a text stands in another, in time linear in both, in a guest 16 bytes at a
 * time. */
#ifndef BX_LIB_FIND_H
#define BX_LIB_FIND_H

#include "base/defs.h"

#define BX_NOT_FOUND SIZE_MAX

/* The first place at or behind `from` where `what`, not empty, stands in `text`. */
size_t bx_find(bx_str text, size_t from, bx_str what);

#endif
