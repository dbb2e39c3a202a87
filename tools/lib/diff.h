/* lib/diff.h - the difference of two texts by lines, as a unified diff that patch(1) and git apply
 * take.  Pure; time and memory are bounded: where texts differ in too many places, or are too
 * large, a part of them is shown as replaced as a whole, which is correct if not the shortest. */
#ifndef BX_LIB_DIFF_H
#define BX_LIB_DIFF_H

#include "base/buf.h"

enum { BX_DIFF_CONTEXT = 3 };

typedef struct bx_diff_stat {
    size_t added, removed; /* lines */
    size_t hunks, shown;   /* all of them, and those that had room; the first ones are shown */
} bx_diff_stat;

typedef struct bx_diff_ask {
    bx_str before, after;
    size_t first_line; /* lines in front of both, which are equal and not handed in */
    const char *path;  /* as the two headers name it: with "a/" and "b/", without a first '/' */
    bool is_new;       /* there was no file before: /dev/null */
    size_t max_bytes;  /* of the diff; hunks are shown whole or not at all */
} bx_diff_ask;

/* Append the diff, nothing where the texts are equal.  BX_ENOMEM; BX_ELIMIT of the buffer. */
BX_NODISCARD bx_code bx_diff_unified(const bx_diff_ask *ask, bx_buf *out, bx_diff_stat *ret);

#endif
