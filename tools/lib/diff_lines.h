/* lib/diff_lines.h - which lines of two texts differ: Myers, "An O(ND) difference algorithm and its
 * variations" (1986), in linear space, with a bound on the work.  Pure. */
#ifndef BX_LIB_DIFF_LINES_H
#define BX_LIB_DIFF_LINES_H

#include "base/defs.h"
#include "base/error.h"

/* Lines a[a..a + n_a) became lines b[b..b + n_b), counted from 0; where they stand, in bytes. */
typedef struct bx_change {
    size_t a, n_a, b, n_b;
    size_t byte_a, bytes_a, byte_b, bytes_b;
} bx_change;

typedef struct bx_changes { /* in the order of the text, equal lines between any two */
    bx_change *p;
    size_t n, cap;
} bx_changes;

/* A line ends behind its line feed, or with the text. */
BX_NODISCARD bx_code bx_changes_find(bx_str a, bx_str b, bx_changes *ret);
void bx_changes_done(bx_changes *c);

#endif
