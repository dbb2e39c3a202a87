/* agent/claims.h - who may write where at this moment: two runs that run at the same time never
 * hold write on overlapping paths.  Any thread.
 *
 * A path is told by what it stands for on the host, links resolved, so two names of one directory
 * overlap. */
#ifndef BX_AGENT_CLAIMS_H
#define BX_AGENT_CLAIMS_H

#include "os/ctl.h"
#include "policy/grant.h"

typedef struct bx_claims bx_claims;

BX_NODISCARD bx_code bx_claims_new(bx_claims **ret, bx_error *err);
void bx_claims_free(bx_claims *c); /* NULL is fine; nobody holds any */
BX_DEFINE_AUTO(bx_claims, bx_claims_free)

/* `holder` (its text is copied) takes everything `g` lets it write.  What overlaps with that of
 * another holder: `wait` false: BX_EDENIED, in words that name the path and the holder, and nothing
 * is taken; true: waits until it is given back, or `ctl` ends.  One holder takes once. */
BX_NODISCARD bx_code bx_claims_take(bx_claims *c, const char *holder, const bx_grant *g, bool wait,
                                    const bx_ctl *ctl, bx_error *err);
void bx_claims_give(bx_claims *c, const char *holder); /* all of that holder; none is fine */

#endif
