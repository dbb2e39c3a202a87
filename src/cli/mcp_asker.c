#include "cli/mcp_asker.h"

#include "codec/shown.h"
#include "mcp/ports.h"

enum { MAX_SHOWN = 2000, MAX_QUESTION = 8 << 10 };

static void write_question(const bx_gate_call *call, const bx_gate_decision *decision, bx_buf *out)
{
    (void)bx_buf_addf(out, "May %.*s run with these arguments?\n", BX_FMT(call->manifest->name));
    /* The model wrote them: nothing in them may look like something else. */
    bx_shown_add(out, call->arguments, MAX_SHOWN);
    (void)bx_buf_add_z(out, call->arguments.n > MAX_SHOWN ? " … (there is more of it)\n" : "\n");
    if (decision->why.n)
        (void)bx_buf_addf(out, "It is asked because of %.*s", BX_FMT(bx_buf_str(&decision->why)));
}

static bx_code ask(void *ctx, const bx_gate_call *call, const bx_gate_decision *decision,
                   bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    static const char *const choices[] = {"allow", "deny"};
    BX_AUTO_BUF question = bx_buf_init(MAX_QUESTION);
    bx_mcp_call *c = call->origin.asker;
    size_t chosen = BX_COUNT(choices);
    (void)ctx;
    write_question(call, decision, &question);
    if (question.fail)
        return bx_buf_check(&question, err);
    bx_mcp_answer how =
        c ? bx_mcp_choose(c, bx_buf_str(&question), choices, BX_COUNT(choices), &chosen)
          : BX_MCP_CANNOT;
    *ret = BX_REPLY_DENY;
    switch (how) {
    case BX_MCP_ANSWERED:
        if (chosen == 0)
            *ret = BX_REPLY_ALLOW;
        (void)bx_buf_addf(why, "%s through the client",
                          chosen == 0   ? "allowed"
                          : chosen == 1 ? "denied"
                                        : "not answered");
        break;
    case BX_MCP_LATER:
        *ret = BX_REPLY_LATER;
        (void)bx_buf_add_z(why, "asked through the client");
        break;
    case BX_MCP_CANNOT:
        (void)bx_buf_add_z(why, "the client cannot be asked (no elicitation): allow it by a rule "
                                "of boxagnts.yaml");
        break;
    case BX_MCP_FAILED:
        (void)bx_buf_add_z(why, "the client gave no answer");
        break;
    }
    return BX_OK;
}

const bx_gate_approver bx_mcp_asker = {.ask = ask};
