/* regex/set.h - sets of code points (or, where Unicode is off, of bytes) as ranges.  One owner.
 * After bx_set_tidy the ranges ascend and neither touch nor overlap; the operations below that
 * take two sets need both tidy and leave a tidy one. */
#ifndef BX_REGEX_SET_H
#define BX_REGEX_SET_H

#include "base/error.h"

enum {
    BX_CP_MAX = 0x10ffff,
    BX_SET_RANGES_MAX = 1 << 17, /* ranges of one set while it is made */
};

typedef struct bx_range {
    uint32_t lo, hi; /* both are in it */
} bx_range;

typedef struct bx_set {
    bx_range *r;
    size_t n, cap;
    bx_code fail; /* BX_ENOMEM or BX_ELIMIT: sticky, so that a chain needs one check */
} bx_set;

void bx_set_done(bx_set *s);
void bx_set_add(bx_set *s, uint32_t lo, uint32_t hi);
void bx_set_add_set(bx_set *s, const bx_set *other);
void bx_set_tidy(bx_set *s);

void bx_set_negate(bx_set *s, uint32_t max); /* within [0, max] */
void bx_set_and(bx_set *s, const bx_set *other);
void bx_set_minus(bx_set *s, const bx_set *other);
void bx_set_xor(bx_set *s, const bx_set *other);

/* Of a tidy set: index of the first range that ends at `cp` or above it; and is `cp` in it? */
size_t bx_set_at(const bx_set *s, uint32_t cp);
bool bx_set_has(const bx_set *s, uint32_t cp);

BX_UNUSED static inline void bx_set_autop(bx_set *s) { bx_set_done(s); }
#define BX_AUTO_SET __attribute__((cleanup(bx_set_autop))) bx_set

#endif
