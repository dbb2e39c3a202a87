/* file/picks.h - which pages of a document or cells of a notebook: "3", "2-5", "1,4-".  Plain
 * values. */
#ifndef BX_FILE_PICKS_H
#define BX_FILE_PICKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BX_PICKS_MAX = 100, BX_PICK_LAST = 1000000000 };

typedef struct bx_picks { /* in ascending order, none touches another; none at all: everything */
    struct {
        int64_t first, last;
    } of[BX_PICKS_MAX];
    size_t n;
} bx_picks;

/* Numbers from 1 on and ranges of them, separated by commas, blanks allowed; a range without its
 * end goes to the last.  False: it is none, or of more than BX_PICKS_MAX parts; *ret is not to be
 * used. */
bool bx_picks_parse(const char *text, bx_picks *ret);

/* The first one picked that is at least `from`; 0: there is none up to `total`. */
int64_t bx_picks_next(const bx_picks *p, int64_t from, int64_t total);

#endif
