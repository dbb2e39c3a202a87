/* app/hooks.h - the hooks of the policy files (docs/hooks.md): each runs in a sandbox, with the
 * grant that stands beside it, through the same way every tool is run, and is recorded there.  Made
 * by one thread; its ports may be called on any. */
#ifndef BX_APP_HOOKS_H
#define BX_APP_HOOKS_H

#include "agent/hooks.h"
#include "app/app.h"
#include "policy/policy.h"
#include "tool/gate.h"

typedef struct bx_hooks bx_hooks;

typedef struct bx_hooks_config { /* borrowed, as long as they live */
    bx_app *app;
    const bx_policy *policy; /* whose hooks they are; NULL: there are none */
    const char *workspace;   /* the directory they may be granted as /workspace */
    const bx_gate *gate;     /* of the run; hooks pass its recorder */
} bx_hooks_config;

/* *ret is NULL where there are none.  BX_EINVAL, BX_ENOENT: a grant makes no sense, or there is no
 * such tool; in words, with the place of the hook. */
BX_NODISCARD bx_code bx_hooks_new(const bx_hooks_config *cfg, bx_hooks **ret, bx_error *err);
/* Nothing may run.  NULL is fine. */
void bx_hooks_free(bx_hooks *h);
BX_DEFINE_AUTO(bx_hooks, bx_hooks_free)

const bx_agent_hooks *bx_hooks_port(const bx_hooks *h); /* borrowed; of NULL: NULL */

/* What hooks say of a call becomes part of what `gate` decides, for calls that guests make as well:
 * `gate` is changed, what it was before is borrowed.  Of NULL: nothing. */
void bx_hooks_fill(bx_hooks *h, bx_gate *gate);

/* A person is asked, or would have to be: hooks are told.  Of NULL: nothing. */
void bx_hooks_notify(bx_hooks *h, const bx_gate_call *call, bx_str kind, bx_str message);

#endif
