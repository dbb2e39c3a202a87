/* sandbox/component_hooks.h - what the hooks of one component call share; for sandbox/component*.c.
 */
#ifndef BX_SANDBOX_COMPONENT_HOOKS_H
#define BX_SANDBOX_COMPONENT_HOOKS_H

#include "bx_engine.h"
#include "egress/egress.h"
#include "sandbox/way_out.h"

/* `ctx` of every hook.  Lives for one call, on its thread. */
typedef struct bx_component {
    const bx_sealed *sealed;
    const bx_limits *limits;
    bool is_alone;                   /* no processes of the call beside it */
    const bx_wasi_preopen *preopens; /* borrowed; NULL: all there are */
    size_t n_preopens;
    bx_vfs *vfs;                       /* borrowed */
    bx_vfs_session *files;             /* borrowed */
    bx_wasi *wasi;                     /* borrowed: standard streams, clocks, randomness */
    bx_ctl *ctl;                       /* borrowed */
    uint64_t sockets, sockets_refused; /* alive now; refused by the limit */
    uint64_t socket_in, socket_out;    /* bytes */
    bx_record *record;                 /* borrowed; NULL: nothing is kept */
    bx_way_out net;
} bx_component;

extern const bx_efs_hooks bx_component_fs;
extern const bx_ehttp_hooks bx_component_http;
extern const bx_esock_hooks bx_component_sock;
extern const bx_ekv_hooks bx_component_kv; /* for a grant with store: only */

#endif
