#include "sandbox/way_out.h"

#include "sandbox/internal.h"

static void on_request(void *ctx, const bx_egress_event *ev)
{
    const bx_way_out *w = ctx;
    bx_record_add_request(w->record, ev, w->pid);
}

bx_egress_scope *bx_way_out_scope(bx_way_out *w)
{
    if (w->scope || w->failed != BX_OK)
        return w->scope;
    bx_egress *eg = bx_runtime_egress(w->rt);
    const bx_egress_scope_cfg cfg = {
        .net = bx_grant_net(w->grant),
        .budget = w->budget,
        .joint = w->web,
        .ca = bx_buf_str(&w->sealed->ca),
        .limits = w->limits,
        .deadline_ns = w->deadline_ns,
        .inject = w->sealed->inject,
        .n_inject = bx_grant_credentials(w->sealed->grant).n,
        .on_event = w->record ? on_request : NULL,
        .event_ctx = w,
    };
    if (eg)
        w->failed = bx_egress_scope_new(eg, &cfg, &w->scope, &w->error);
    return w->scope;
}

void bx_way_out_close(bx_way_out *w)
{
    bx_egress_scope_free(w->scope);
    w->scope = NULL;
}
