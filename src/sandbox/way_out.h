/* sandbox/way_out.h - the network of one process: what its grant allows, counted with the call's
 * budgets, recorded under its pid; made when it is first used.  One thread. */
#ifndef BX_SANDBOX_WAY_OUT_H
#define BX_SANDBOX_WAY_OUT_H

#include "egress/egress.h"
#include "sandbox/call.h"

typedef struct bx_way_out {
    /* Set by who makes it, borrowed as long as it is used. */
    bx_runtime *rt;
    const bx_sealed *sealed;
    const bx_grant *grant; /* at most the sealed one */
    const bx_limits *limits;
    bx_egress_budget *budget; /* of all processes of the call, or NULL */
    bx_egress_joint *web;     /* of the call and the tools it calls */
    uint64_t deadline_ns;
    bx_record *record; /* NULL: nothing is kept.  Its requests are the network thread's, too, until
                          bx_way_out_close */
    int32_t pid;

    bx_egress_scope *scope; /* owned; NULL until it is asked for */
    bx_code failed;         /* it could not be made, and why */
    bx_error error;
} bx_way_out;

/* NULL: the runtime has none, or it cannot be made: `error` says why. */
bx_egress_scope *bx_way_out_scope(bx_way_out *w);
/* No event comes after this. */
void bx_way_out_close(bx_way_out *w);

#endif
