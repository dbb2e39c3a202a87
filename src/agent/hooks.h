/* agent/hooks.h - what may look on while an agent runs, and stop it (docs/hooks.md): a port that
 * app/ plugs in.  Its functions may be called on any thread, for many moments at once. */
#ifndef BX_AGENT_HOOKS_H
#define BX_AGENT_HOOKS_H

#include "base/buf.h"
#include "os/ctl.h"
#include "policy/hook.h"

enum {
    BX_HOOK_MAX_CONTEXT = 16 << 10, /* bytes a moment's hooks add to what the model is told */
    BX_HOOK_MAX_WHY = 4 << 10,
};

typedef struct bx_hook_moment { /* all borrowed */
    bx_hook_event event;
    bx_str subject; /* what a matcher is compared with */
    bx_str session;
    bx_str agent;      /* who it is about: "agent", "manager", the name of an executor */
    bx_str members;    /* JSON object: what hooks are told beside what they are told always */
    const bx_ctl *ctl; /* ends them; NULL: their own time alone */
} bx_hook_moment;

/* What all hooks of a moment say together.  None of it widens anything. */
typedef struct bx_hook_verdict {
    unsigned ran;   /* how many did */
    bool blocks;    /* what was to happen does not */
    bool asks;      /* PRE_TOOL: a person is to be asked */
    bool ends;      /* the run is to end */
    bx_buf why;     /* of those three: which hook, and its words */
    bx_buf context; /* for the model */
    bx_buf input;   /* PRE_TOOL: other arguments, a JSON object; empty: the same */
    bx_buf notes;   /* for the operator, a line each */
} bx_hook_verdict;

bx_hook_verdict bx_hook_verdict_empty(void);
void bx_hook_verdict_done(bx_hook_verdict *v);

typedef struct bx_agent_hooks {
    /* Is there a hook for it?  Where not, nothing is composed and run is not called. */
    bool (*wants)(void *ctx, bx_hook_event e, bx_str subject);
    /* Run them in order until one blocks or ends.  `ret` is empty.  A hook that fails is no error
     * here, but part of what is said: BX_ENOMEM only. */
    bx_code (*run)(void *ctx, const bx_hook_moment *m, bx_hook_verdict *ret, bx_error *err);
    void *ctx;
} bx_agent_hooks;

#endif
