/* Tools that become tasks where the client knows them. */
#include "fixtures.h"

#define TOOL(name) \
    static bx_code name(bx_mcp_call *c, const bx_json_val *a, bx_json_out *o, bx_error *err)
#define CONFIRM(message) \
    BX_LIT("{\"message\":\"" message "\",\"requestedSchema\":{\"type\":\"object\",\"properties\":" \
           "{\"confirm\":{\"type\":\"boolean\"},\"name\":{\"type\":\"string\"}}}}")
#define ELICIT BX_LIT("elicitation/create")

static void say(bx_json_out *o, const char *before, bx_str what)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)bx_buf_addf(&text, "%s%.*s", before, BX_FMT(what));
    fixture_text(o, bx_buf_str(&text));
}

static bx_str content(const bx_json_val *answer, const char *key)
{
    return fixture_arg(bx_json_get(answer, BX_LIT("content")), key);
}

TOOL(greet)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)c;
    (void)err;
    (void)bx_buf_addf(&text, "Hello, %.*s!", BX_FMT(fixture_arg(a, "name")));
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

TOOL(slow_compute)
{
    double seconds = 0;
    (void)err;
    (void)bx_json_double(bx_json_get(a, BX_LIT("seconds")), &seconds);
    if (seconds > 0) {
        (void)bx_mcp_become_task(c);
        fixture_sleep(c, seconds < 60 ? (unsigned)(seconds * 1000) : 60000);
    }
    say(o, "computed", BX_LIT(""));
    return BX_OK;
}

TOOL(failing_job)
{
    enum { A_WHILE_MS = 1000 };
    (void)a;
    bx_code rc = bx_mcp_needs_tasks(c, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_mcp_become_task(c);
    fixture_sleep(c, A_WHILE_MS);
    fixture_error(o, BX_LIT("the job failed"));
    return BX_OK;
}

/* An error of the protocol, not of the tool. */
TOOL(protocol_error_job)
{
    (void)a;
    (void)o;
    (void)bx_mcp_become_task(c);
    return bx_fail(err, BX_ENOENT, "the job broke");
}

TOOL(confirm_delete)
{
    const bx_json_val *got = NULL;
    bool confirmed = false;
    (void)err;
    (void)bx_mcp_become_task(c);
    if (bx_mcp_ask(c, BX_LIT("confirm"), ELICIT, CONFIRM("Delete it?"), &got) == BX_MCP_ANSWERED)
        (void)bx_json_bool(bx_json_get(bx_json_get(got, BX_LIT("content")), BX_LIT("confirm")),
                           &confirmed);
    say(o, confirmed ? "deleted " : "kept ", fixture_arg(a, "filename"));
    return BX_OK;
}

TOOL(multi_input)
{
    static const bx_mcp_question q[] = {
        {BX_LIT("first"), BX_LIT("elicitation/create"), CONFIRM("First?")},
        {BX_LIT("second"), BX_LIT("elicitation/create"), CONFIRM("Second?")}};
    const bx_json_val *got[2] = {NULL, NULL};
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)a;
    (void)err;
    (void)bx_mcp_become_task(c);
    bool whole = bx_mcp_ask_all(c, q, BX_COUNT(q), got);
    (void)bx_buf_addf(&text, "%s: %.*s, %.*s", whole ? "both" : "not both",
                      BX_FMT(content(got[0], "name")), BX_FMT(content(got[1], "name")));
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

TOOL(asks_then_task)
{
    const bx_json_val *got = NULL;
    (void)a;
    bx_code rc = bx_mcp_needs_tasks(c, err);
    if (rc != BX_OK)
        return rc;
    if (bx_mcp_ask(c, BX_LIT("user_name"), ELICIT, CONFIRM("What is your name?"), &got) !=
        BX_MCP_ANSWERED) {
        fixture_error(o, BX_LIT("There is no answer."));
        return BX_OK;
    }
    (void)bx_mcp_become_task(c);
    say(o, "Hello from a task, ", content(got, "name"));
    return BX_OK;
}

#define SCHEMA(name, type) \
    "{\"type\":\"object\",\"properties\":{\"" name "\":{\"type\":\"" type "\"}}}"

const fixture_tool fixture_task_tools[] = {
    {"greet", "Greets.", SCHEMA("name", "string"), greet},
    {"slow_compute", "Takes its time.", SCHEMA("seconds", "number"), slow_compute},
    {"failing_job", "Fails.", NULL, failing_job},
    {"protocol_error_job", "Breaks.", NULL, protocol_error_job},
    {"confirm_delete", "Asks.", SCHEMA("filename", "string"), confirm_delete},
    {"multi_input", "Asks twice.", NULL, multi_input},
    {"test_tool_with_task", "Asks, then becomes a task.", NULL, asks_then_task},
};
const size_t fixture_task_tools_n = BX_COUNT(fixture_task_tools);
