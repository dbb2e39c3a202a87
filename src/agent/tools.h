/* agent/tools.h - the tools of a run, as the agent sees them: a port that app/ or cli/ plugs in.
 * Each function may be called on any thread, for many calls at once. */
#ifndef BX_AGENT_TOOLS_H
#define BX_AGENT_TOOLS_H

#include "tool/invoke.h"

typedef struct bx_agent_call { /* all borrowed for the call */
    bx_str name, arguments;    /* JSON text */
    const bx_grant *run; /* what whoever calls may use: its address stands for it as long as the run
                            lives, so that what is derived from it can be kept */
    bx_ctl *ctl;         /* the call ends with it */
    bx_record *record;   /* gets what it touches; empty */
    bx_gate_origin origin;
} bx_agent_call;

typedef struct bx_agent_tools {
    size_t (*count)(void *ctx);
    const bx_manifest *(*manifest)(void *ctx, size_t i); /* borrowed; in a fixed order */
    /* As bx_tool_invoke: BX_OK has a result, be it an error. */
    bx_code (*call)(void *ctx, const bx_agent_call *call, bx_tool_end *ret, bx_error *err);
    /* `run` was made of `above` by asking for `lines`.  What a policy lets single tools use beside
     * that is theirs in calls of `run` as well, as far as the lines name it.  Until `forget`.  May
     * be NULL, like those below. */
    bx_code (*adopt)(void *ctx, const bx_grant *run, const bx_grant *above, const bx_str *lines,
                     size_t n, bx_error *err);
    /* The tools that could use something of `c` so; their names onto `ret`, with commas. */
    void (*extras)(void *ctx, const bx_grant *above, const bx_cap *c, bx_buf *ret);
    /* `run` is about to be freed: nothing kept of it may be used any more.  May be NULL. */
    void (*forget)(void *ctx, const bx_grant *run);
    void *ctx;
} bx_agent_tools;

#endif
