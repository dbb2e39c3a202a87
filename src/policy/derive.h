/* policy/derive.h - the grant of one tool out of what its caller may use.  Pure; any thread. */
#ifndef BX_POLICY_DERIVE_H
#define BX_POLICY_DERIVE_H

#include "base/buf.h"
#include "policy/grant.h"

/* A new grant, open, never wider than `run`: of its capabilities what they have in common with
 * `needs` (policy/narrow.h), with its mounts, limits, blocked and opened networks, credentials and
 * authorities.  Rules that are no capability lines (--allowed-outbound-host) do not come along, nor
 * does the working directory. Lines for the operator, about what could not be narrowed exactly, go
 * onto `notes`.  Fails as bx_narrow. */
BX_NODISCARD bx_code bx_grant_derive(const bx_grant *run, bx_cap_list needs, bx_grant **ret,
                                     bx_buf *notes, bx_error *err);

#endif
