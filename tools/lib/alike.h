/* lib/alike.h - how far two texts are equal, in a guest 16 bytes at a time. */
#ifndef BX_LIB_ALIKE_H
#define BX_LIB_ALIKE_H

#include "base/defs.h"

/* Bytes that both begin, or end, with. */
size_t bx_common_prefix(bx_str a, bx_str b);
size_t bx_common_suffix(bx_str a, bx_str b);

#endif
