/* sandbox/component.h - the component path of a call: WASI 0.2 on the same files, clocks, limits
 * and network guard as the core path. */
#ifndef BX_SANDBOX_COMPONENT_H
#define BX_SANDBOX_COMPONENT_H

#include "sandbox/call.h"

/* Resolve a component's imports against what this runtime offers. */
BX_NODISCARD bx_code bx_component_link(bx_emodule *code, bool traps, bx_error *err);

/* What the component path needs of a call that has begun; all borrowed. */
typedef struct bx_component_run {
    const bx_call *call;
    const bx_emodule *code;
    const bx_grant *grant; /* what of the call's it may use of the network */
    const bx_limits *limits;
    bx_vfs_session *files;
    bx_wasi *wasi;
    bx_ctl *ctl;
    bx_outcome *out;  /* counters and, for a typed call, the result go there */
    bx_str args, env; /* NUL-terminated strings, one after the other */
    size_t n_args, n_env;
    bx_str cwd;                      /* empty: none is told */
    const bx_wasi_preopen *preopens; /* instead of all there are; NULL: all */
    size_t n_preopens;
    bx_egress_budget *budget; /* of all processes of the call; NULL: it is alone */
    bx_egress_joint *web;     /* of it and the tools it calls */
    _Atomic uint64_t *memory_used;
    int32_t pid;
} bx_component_run;

/* Instantiate and run it: wasi:cli/run, or the function call->invoke.  `end` says how it ended, the
 * exit code of a command in end->host_code.  An error: there is nothing to run under that name, or
 * the arguments do not fit; then nothing was run. */
BX_NODISCARD bx_code bx_component_call(const bx_component_run *r, bx_eng_end *end, bx_error *err);

#endif
