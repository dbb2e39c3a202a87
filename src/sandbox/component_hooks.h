/* sandbox/component_hooks.h - what the hooks of one component call share; for sandbox/component*.c.
 */
#ifndef BX_SANDBOX_COMPONENT_HOOKS_H
#define BX_SANDBOX_COMPONENT_HOOKS_H

#include "bx_engine.h"
#include "egress/egress.h"
#include "sandbox/call.h"

/* `ctx` of every hook.  Lives for one call, on its thread. */
typedef struct bx_component {
    const bx_sealed *sealed;
    const bx_grant *grant;           /* of the network: at most the sealed one */
    bx_egress_budget *budget;        /* of all processes of the call, or NULL */
    bx_egress_joint *web;            /* of the call and the tools it calls */
    int32_t pid;                     /* of this one */
    const bx_wasi_preopen *preopens; /* borrowed; NULL: all there are */
    size_t n_preopens;
    bx_vfs *vfs;                       /* borrowed */
    bx_vfs_session *files;             /* borrowed */
    bx_wasi *wasi;                     /* borrowed: standard streams, clocks, randomness */
    bx_ctl *ctl;                       /* borrowed */
    bx_runtime *rt;                    /* borrowed */
    uint64_t sockets, sockets_refused; /* alive now; refused by the limit */
    uint64_t socket_in, socket_out;    /* bytes */
    bx_egress_scope *scope;            /* owned; NULL until the first request or look-up */
    bx_code scope_failed;              /* it could not be made, and why */
    bx_error scope_error;
    bx_record *record; /* borrowed; NULL: nothing is kept.  Its requests are the network
                          thread's until the scope is freed */
} bx_component;

extern const bx_efs_hooks bx_component_fs;
extern const bx_ehttp_hooks bx_component_http;
extern const bx_esock_hooks bx_component_sock;
extern const bx_ekv_hooks bx_component_kv; /* for a grant with store: only */

/* The call's view of the network, made at its first use; NULL: the runtime has none, or it cannot
 * be made, and the call fails with c->scope_error. */
bx_egress_scope *bx_component_scope(bx_component *c);

#endif
