/* agent/rights.h - what an executor may use: what its manager may delegate, narrowed to what was
 * asked for, and where each line of it comes from.  Pure; any thread. */
#ifndef BX_AGENT_RIGHTS_H
#define BX_AGENT_RIGHTS_H

#include "base/buf.h"
#include "codec/json.h"
#include "policy/grant.h"

enum { BX_RIGHTS_MAX = 64 }; /* lines one may ask for */

/* A sealed grant that is never wider than `delegable`: what that has in common with the `n` lines
 * of `asked`.  `tool:*` and `tmp` come along where neither says anything else about them: they
 * reach nothing outside.  `derivation` gets a JSON array with a row for each line: {"asked",
 * "granted": […], "why"}: all of it, less, or nothing.  BX_ELIMIT: too many lines. */
BX_NODISCARD bx_code bx_rights_derive(const bx_grant *delegable, const bx_str *asked, size_t n,
                                      bx_grant **ret, bx_buf *derivation, bx_error *err);

/* The capability lines of a grant as a JSON array. */
void bx_rights_put(const bx_grant *g, bx_json_out *o);

#endif
