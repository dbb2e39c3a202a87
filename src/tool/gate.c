#include "tool/gate.h"

enum { MAX_WHY = 16 << 10 };

void bx_gate_decision_init(bx_gate_decision *d)
{
    *d = (bx_gate_decision){.answer = BX_GATE_ALLOW, .why = bx_buf_init(MAX_WHY)};
}

void bx_gate_decision_done(bx_gate_decision *d)
{
    bx_buf_done(&d->why);
    bx_grant_free(d->grant);
    d->grant = NULL;
}

static void add_why(bx_gate_decision *d, const bx_buf *why)
{
    if (why->n)
        (void)bx_buf_addf(&d->why, "%s%.*s", d->why.n ? "; " : "", BX_FMT(bx_buf_str(why)));
}

static bx_code ask(const bx_gate *g, const bx_gate_call *call, bx_gate_decision *d,
                   bx_gate_fate *ret, bx_error *err)
{
    BX_AUTO_BUF why = bx_buf_init(MAX_WHY / 2);
    bx_gate_reply reply = BX_REPLY_DENY;
    if (!g->approver) {
        (void)bx_buf_add_z(&why, "nobody is there to be asked");
    } else {
        bx_code rc = g->approver->ask(g->approver->ctx, call, d, &reply, &why, err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "approval of %.*s", BX_FMT(call->manifest->name));
    }
    add_why(d, &why);
    *ret = reply == BX_REPLY_ALLOW   ? BX_FATE_RUNS
           : reply == BX_REPLY_LATER ? BX_FATE_WAITS
                                     : BX_FATE_DENIED;
    return BX_OK;
}

bx_code bx_gate_pass(const bx_gate *g, const bx_gate_call *call, bx_gate_decision *d,
                     bx_gate_fate *ret, bx_error *err)
{
    *ret = BX_FATE_RUNS;
    if (!g->policy)
        return BX_OK;
    bx_code rc = g->policy->decide(g->policy->ctx, call, d, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "decision on %.*s", BX_FMT(call->manifest->name));
    if (d->answer == BX_GATE_ASK)
        return ask(g, call, d, ret, err);
    if (d->answer != BX_GATE_ALLOW) /* whatever else a port answers, it is no permission */
        *ret = BX_FATE_DENIED;
    return BX_OK;
}
