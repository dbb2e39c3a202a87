#include "app/policy_gate.h"

_Static_assert((int)BX_PERMISSION_NONE == (int)BX_TOOL_NONE &&
                   (int)BX_PERMISSION_READ == (int)BX_TOOL_READ &&
                   (int)BX_PERMISSION_WRITE == (int)BX_TOOL_WRITE &&
                   (int)BX_PERMISSION_EXECUTE == (int)BX_TOOL_EXECUTE &&
                   (int)BX_PERMISSION_DANGEROUS == (int)BX_TOOL_DANGEROUS,
               "permissions of policies are those of manifests");

static bool reaches_out(const bx_manifest *m)
{
    bool open = true;
    (void)bx_json_bool(bx_json_get(m->annotations, BX_LIT("openWorldHint")), &open);
    for (size_t i = 0; i < m->n_needs; i++)
        open = open || m->needs[i].kind == BX_CAP_FETCH || m->needs[i].kind == BX_CAP_CONNECT;
    return open;
}

bx_policy_call bx_policy_call_of(const bx_manifest *m, const bx_json_val *arguments)
{
    return (bx_policy_call){.tool = m->name,
                            .permission = (bx_permission)m->permission,
                            .network = reaches_out(m),
                            .arguments = arguments};
}

static bx_code decide(void *ctx, const bx_gate_call *call, bx_gate_decision *ret, bx_error *err)
{
    const bx_policy *p = ctx;
    const bx_policy_call c = bx_policy_call_of(call->manifest, call->values);
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    bx_policy_decision d;
    bx_code rc = bx_policy_decide(p, &c, &d, err);
    if (rc != BX_OK)
        return rc;
    bx_policy_why(p, &c, &d, &ret->why);
    ret->answer = d.answer == BX_ANSWER_ALLOW ? BX_GATE_ALLOW
                  : d.answer == BX_ANSWER_ASK ? BX_GATE_ASK
                                              : BX_GATE_DENY;
    ret->once = bx_policy_grant_is_of_call(p, &c, &d);
    if (d.answer == BX_ANSWER_DENY || (call->granted && !ret->once))
        return BX_OK;
    return bx_policy_grant(p, &c, &d, call->run, &ret->grant, &notes, err);
}

bx_gate_policy bx_policy_gate(const bx_policy *p)
{
    return (bx_gate_policy){.decide = decide, .ctx = (void *)(uintptr_t)p};
}

bx_code bx_policy_gate_offer(void *ctx, const bx_manifest *m, bx_grant *g, bx_error *err)
{
    return bx_policy_offer(ctx, m->name, g, err);
}
