/* regex/find.h - where one of a few byte strings stands in a text, many bytes at once.  A finder
 * does not change once it is made. */
#ifndef BX_REGEX_FIND_H
#define BX_REGEX_FIND_H

#include "base/defs.h"

enum {
    BX_FINDER_MAX = 64,       /* strings */
    BX_FINDER_BYTES_MAX = 32, /* of each string where there are several */
};

typedef struct bx_finder bx_finder;

/* None of the strings is empty; they are copied.  NULL: no memory. */
bx_finder *bx_finder_new(const bx_str *strings, size_t n);
void bx_finder_free(bx_finder *f); /* NULL is fine */

/* The first position from `from` on where one of the strings stands within p[0..n), or SIZE_MAX.
 * Linear in the text. */
size_t bx_finder_next(const bx_finder *f, const uint8_t *p, size_t n, size_t from);

/* Length of the first of the strings, in the order they were given, that stands at `at`; 0: none.
 */
size_t bx_finder_length(const bx_finder *f, const uint8_t *p, size_t n, size_t at);

/* The same of the longest of them. */
size_t bx_finder_longest(const bx_finder *f, const uint8_t *p, size_t n, size_t at);

/* The first, or the last, place of a byte in p[from..to); SIZE_MAX: none. */
size_t bx_find_byte(const uint8_t *p, size_t from, size_t to, uint8_t byte);
size_t bx_find_last_byte(const uint8_t *p, size_t from, size_t to, uint8_t byte);

/* How common a byte is in texts and source code: 0 rare, 255 most common. */
unsigned bx_byte_rank(uint8_t byte);

#endif
