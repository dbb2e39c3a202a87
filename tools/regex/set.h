/* regex/set.h - sets of code points (or, where Unicode is off, of bytes) as ranges.  One owner.
 * After bx_cpset_tidy the ranges ascend and neither touch nor overlap; the operations below that
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

typedef struct bx_cpset {
    bx_range *r;
    size_t n, cap;
    bx_code fail; /* BX_ENOMEM or BX_ELIMIT: sticky, so that a chain needs one check */
} bx_cpset;

void bx_cpset_done(bx_cpset *s);
void bx_cpset_add(bx_cpset *s, uint32_t lo, uint32_t hi);
void bx_set_add_set(bx_cpset *s, const bx_cpset *other);
void bx_cpset_tidy(bx_cpset *s);

void bx_cpset_negate(bx_cpset *s, uint32_t max); /* within [0, max] */
void bx_cpset_and(bx_cpset *s, const bx_cpset *other);
void bx_cpset_minus(bx_cpset *s, const bx_cpset *other);
void bx_cpset_xor(bx_cpset *s, const bx_cpset *other);

/* Of a tidy set: index of the first range that ends at `cp` or above it; and is `cp` in it? */
size_t bx_cpset_at(const bx_cpset *s, uint32_t cp);
bool bx_cpset_has(const bx_cpset *s, uint32_t cp);

BX_UNUSED static inline void bx_cpset_autop(bx_cpset *s) { bx_cpset_done(s); }
#define BX_AUTO_SET __attribute__((cleanup(bx_cpset_autop))) bx_cpset

#endif
