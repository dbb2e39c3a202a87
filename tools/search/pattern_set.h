/* search/pattern_set.h - the sets of a pattern: [a-z], [!x], [[:alpha:]].  Plain values. */
#ifndef BX_SEARCH_PATTERN_SET_H
#define BX_SEARCH_PATTERN_SET_H

#include "base/error.h"

/* A byte of a path that is no part of a UTF-8 character, as a character of its own: in negated sets
 * only. */
#define BX_LONE_BYTE UINT32_C(0x110000)

enum { BX_SET_RANGES = 24 }; /* ranges beyond ASCII in one set */

typedef struct bx_set {
    uint32_t bits[8]; /* characters below 256; with the bytes of git all there are */
    uint32_t lo[BX_SET_RANGES], hi[BX_SET_RANGES]; /* beyond 255, both ends included */
    uint8_t n;
    bool negated;
} bx_set;

/* Both read the set that begins at the `[` text.p[*at] and move *at behind its `]`. */

/* As people write them; characters of UTF-8.  BX_EINVAL says what is wrong. */
BX_NODISCARD bx_code bx_set_parse(bx_str text, size_t *at, bx_set *ret, bx_error *err);

/* As git reads them, byte by byte.  False: malformed, and what follows has no meaning. */
BX_NODISCARD bool bx_set_parse_git(bx_str text, size_t *at, bx_set *ret);

/* '/' is in no set, a negated one neither. */
bool bx_set_has(const bx_set *s, uint32_t cp);

/* The character at s.p[*at] as a code point; a byte that is no part of one as BX_LONE_BYTE + byte.
 * Moves *at behind it. */
uint32_t bx_next_char(bx_str s, size_t *at);

#endif
