/* app/policy_gate.h - a policy (policy/policy.h) as what decides on calls (tool/gate.h) and what
 * tools may use (app/toolbox.h).  Any thread; the policy outlives it, and what is borrowed below
 * outlives the gate. */
#ifndef BX_APP_POLICY_GATE_H
#define BX_APP_POLICY_GATE_H

#include <stdatomic.h>

#include "policy/policy.h"
#include "tool/gate.h"

/* `mode` is the operator's, who may change it at any time: each call is judged by what it is when
 * its decision begins.  BX_POLICY_OWN_MODE: that of the policy. */
enum { BX_POLICY_OWN_MODE = -1 };
typedef struct bx_policy_now {
    const bx_policy *policy;
    _Atomic int mode;
} bx_policy_now;

bx_gate_policy bx_policy_gate(bx_policy_now *now);

/* For bx_toolbox_config.offer; `ctx` is the policy. */
BX_NODISCARD bx_code bx_policy_gate_offer(void *ctx, const bx_manifest *m, bx_grant *g,
                                          bx_error *err);

/* A call as policies see it; `arguments` are borrowed. */
bx_policy_call bx_policy_call_of(const bx_manifest *m, const bx_json_val *arguments);

/* Would the tool `read` be let read the guest's path `path` unasked?  What cannot be judged is no.
 */
bool bx_policy_may_read(const bx_policy *p, bx_str path);

/* A look at the files that `run`, which is borrowed, mounts. */
bx_policy_look bx_policy_look_at(const bx_grant *run);

#endif
