/* system/bc_num.h - decimal numbers of any length for bc: an integer of any size divided by a power
 * of ten.  One thread.  What has no memory left ends the program with a message.
 *
 * Numbers are shared and never changed: every function that returns one returns a reference, to be
 * given back with bc_unref.  Scales and roundings are those of POSIX bc ("Operations"): truncation
 * towards zero. */
#ifndef BX_SYSTEM_BC_NUM_H
#define BX_SYSTEM_BC_NUM_H

#include "base/defs.h"

typedef struct bc_num { /* (neg ? -1 : 1) * limb[] * 10^-scale; limbs of 9 digits, lowest first */
    uint32_t refs;
    bool neg;     /* never of zero */
    size_t n;     /* limbs, the highest not 0; zero has none */
    size_t scale; /* digits behind the point */
    uint32_t limb[];
} bc_num;

bc_num *bc_ref(bc_num *a);
void bc_unref(bc_num *a); /* NULL is fine */
BX_DEFINE_AUTO(bc_num, bc_unref)

bc_num *bc_of_int(int64_t v);

/* The digits '0' to '9' and 'A' to 'Z' with at most one point, in base 2 to 36. A digit that the
 * base does not have counts as its highest one, unless it stands alone. */
bc_num *bc_of_text(bx_str digits, unsigned base);

/* Whole part as an integer; saturates at INT64_MAX and -INT64_MAX. */
int64_t bc_to_int(const bc_num *a);

bool bc_is_zero(const bc_num *a);
int bc_cmp(const bc_num *a, const bc_num *b);
size_t bc_digits(const bc_num *a);     /* of |a| * 10^scale in decimal; at least 1 */
size_t bc_int_digits(const bc_num *a); /* in front of the point; 0 below 1 */

bc_num *bc_neg(bc_num *a); /* another reference or number; `a` stays */
bc_num *bc_add(const bc_num *a, const bc_num *b);
bc_num *bc_sub(const bc_num *a, const bc_num *b);
bc_num *bc_mul(const bc_num *a, const bc_num *b, size_t scale);
bc_num *bc_div(const bc_num *a, const bc_num *b, size_t scale);  /* b is not 0 */
bc_num *bc_mod(const bc_num *a, const bc_num *b, size_t scale);  /* b is not 0 */
bc_num *bc_pow(const bc_num *a, int64_t exponent, size_t scale); /* not 0 to a negative one */
bc_num *bc_sqrt(const bc_num *a, size_t scale);                  /* a is not negative */
bc_num *bc_trunc(const bc_num *a, size_t scale);                 /* with at most `scale` digits */
bc_num *bc_powmod(const bc_num *a, const bc_num *e, const bc_num *m, size_t scale);

/* The number's characters, one at a time, as GNU bc prints them in base `base` >= 2. */
void bc_print(const bc_num *a, uint32_t base, void (*put)(void *to, char c), void *to);

#endif
