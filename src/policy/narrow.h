/* policy/narrow.h - what several parties all permit: a tool's needs, the operator's policy, what
 * this run may use.  Pure; any thread.
 *
 * The result is never wider than any of the sets, does not depend on their order, and of one set
 * is that set in canonical form.  Where two lines cannot be intersected exactly the result of the
 * two is nothing, and a note for the operator says why.  Narrowing step by step therefore gives
 * the same as all at once wherever no note is left, and less otherwise; so hand in all sets.
 *
 *   read: write: rw:   the deeper path where one is at or below the other, the rights both give
 *   deny:              of all sets together, those of paths and those of tools
 *   fetch: connect:    one scheme, the narrower host, common ports and methods, and the path
 *                      that lies within all the others as far as their text shows it
 *   env: tool:         the same line; env:A and env:A=1 are not the same
 *   store: tmp         the same name, the smallest size
 *   clock:             frozen before step before real; no line means real
 *   random:            a seed before real; two seeds contradict each other
 *   limits             the smallest; not counted (0) only where nobody counts
 *
 * Only capability lines and limits: network settings beside them (--allowed-outbound-host, blocks,
 * holes) are not among what is handed in or out. */
#ifndef BX_POLICY_NARROW_H
#define BX_POLICY_NARROW_H

#include "base/buf.h"
#include "policy/grant.h"

enum { BX_NARROW_MAX_SETS = 8 };

typedef struct bx_permit {
    bx_cap_list caps; /* borrowed */
    const bx_limits *limits;
} bx_permit;

typedef struct bx_narrowed {
    bx_cap *caps; /* owned; sorted by their text, none that another one of them includes */
    size_t n_caps;
    bx_limits limits;
    bx_buf notes; /* lines for the operator; empty when every intersection was exact */
} bx_narrowed;

/* What all `n` (1 to BX_NARROW_MAX_SETS) sets permit; bx_narrowed_done.  BX_EDENIED: they
 * contradict each other (two seeds).  BX_ELIMIT: more than BX_MAX_CAPS or BX_MAX_DENIES lines
 * would be left, or the sets have too many combinations. */
BX_NODISCARD bx_code bx_narrow(const bx_permit *sets, size_t n, bx_narrowed *ret, bx_error *err);
void bx_narrowed_done(bx_narrowed *r);

#endif
