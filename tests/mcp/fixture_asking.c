/* Tools that ask the client something before they answer. */
#include "fixtures.h"

#define FORM(message, properties, required) \
    "{\"message\":\"" message \
    "\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{" properties \
    "},\"required\":[" required "]}}"
#define STRING(name) "\"" name "\":{\"type\":\"string\"}"
#define ASK_NAME     FORM("What is your name?", STRING("name"), "\"name\"")
#define SAMPLE(text, tokens) \
    "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"" text \
    "\"}}],\"maxTokens\":" tokens "}"

#define TOOL(name) \
    static bx_code name(bx_mcp_call *c, const bx_json_val *a, bx_json_out *o, bx_error *err)

typedef struct question {
    const char *key, *method, *params;
} question;

static const char elicit[] = "elicitation/create", sample[] = "sampling/createMessage",
                  roots[] = "roots/list";

/* A member of a member: "a.b.c". */
static bx_str at(const bx_json_val *v, const char *path)
{
    bx_str s = BX_LIT("");
    while (*path) {
        size_t n = strcspn(path, ".");
        v = bx_json_get(v, (bx_str){path, n});
        path += n + (path[n] == '.');
    }
    (void)bx_json_str(v, &s);
    return s;
}

static bx_mcp_answer ask(bx_mcp_call *c, const question *q, const bx_json_val **ret)
{
    return bx_mcp_ask(c, bx_str_of(q->key), bx_str_of(q->method), bx_str_of(q->params), ret);
}

/* Ask, and tell where there is no answer.  NULL: `o` has the result. */
static const bx_json_val *answer(bx_mcp_call *c, const question *q, bx_json_out *o)
{
    const bx_json_val *got = NULL;
    bx_mcp_answer how = ask(c, q, &got);
    if (how == BX_MCP_ANSWERED)
        return got;
    fixture_error(o, how == BX_MCP_CANNOT ? BX_LIT("The client cannot be asked that.")
                                          : BX_LIT("There is no answer."));
    return NULL;
}

static void put_answer(bx_json_out *o, const char *before, const bx_json_val *got)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10), content = bx_buf_init(64 << 10);
    bx_json_out value = bx_json_out_on(&content);
    bx_json_out_value(&value, bx_json_get(got, BX_LIT("content")));
    (void)bx_buf_addf(&text, "%saction=%.*s, content=%s", before, BX_FMT(at(got, "action")),
                      content.p ? content.p : "null");
    fixture_text(o, bx_buf_str(&text));
}

/* ---- of the older era ------------------------------------------------------------------------ */

TOOL(sampling)
{
    BX_AUTO_BUF params = bx_buf_init(64 << 10), text = bx_buf_init(64 << 10);
    bx_json_out p = bx_json_out_on(&params);
    (void)err;
    bx_json_out_begin_object(&p);
    bx_json_out_key(&p, BX_LIT("messages"));
    bx_json_out_begin_array(&p);
    bx_json_out_begin_object(&p);
    fixture_put(&p, "role", BX_LIT("user"));
    bx_json_out_key(&p, BX_LIT("content"));
    bx_json_out_begin_object(&p);
    fixture_put(&p, "type", BX_LIT("text"));
    fixture_put(&p, "text", fixture_arg(a, "prompt"));
    bx_json_out_end_object(&p);
    bx_json_out_end_object(&p);
    bx_json_out_end_array(&p);
    bx_json_out_key(&p, BX_LIT("maxTokens"));
    bx_json_out_int(&p, 100);
    bx_json_out_end_object(&p);
    const bx_json_val *got = answer(c, &(question){"sampling", sample, params.p}, o);
    if (got) {
        (void)bx_buf_addf(&text, "LLM response: %.*s", BX_FMT(at(got, "content.text")));
        fixture_text(o, bx_buf_str(&text));
    }
    return BX_OK;
}

TOOL(elicitation)
{
    BX_AUTO_BUF params = bx_buf_init(64 << 10);
    bx_json_out p = bx_json_out_on(&params);
    (void)err;
    bx_json_out_begin_object(&p);
    fixture_put(&p, "message", fixture_arg(a, "message"));
    bx_json_out_key(&p, BX_LIT("requestedSchema"));
    bx_json_out_raw(&p,
                    BX_LIT("{\"type\":\"object\",\"properties\":{"
                           "\"username\":{\"type\":\"string\",\"description\":\"User's "
                           "response\"},\"email\":{\"type\":\"string\",\"description\":"
                           "\"User's email address\"}},\"required\":[\"username\",\"email\"]}"));
    bx_json_out_end_object(&p);
    const bx_json_val *got = answer(c, &(question){"user", elicit, params.p}, o);
    if (got)
        put_answer(o, "User response: ", got);
    return BX_OK;
}

TOOL(defaults)
{
    static const question q = {
        "defaults", elicit,
        "{\"message\":\"Please review the form\",\"requestedSchema\":{\"type\":\"object\","
        "\"properties\":{\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},"
        "\"age\":{\"type\":\"integer\",\"default\":30},"
        "\"score\":{\"type\":\"number\",\"default\":95.5},"
        "\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"pending\"],"
        "\"default\":\"active\"},\"verified\":{\"type\":\"boolean\",\"default\":true}}}}"};
    (void)a;
    (void)err;
    const bx_json_val *got = answer(c, &q, o);
    if (got)
        put_answer(o, "Elicitation completed: ", got);
    return BX_OK;
}

#define THREE(a) "\"" a "1\",\"" a "2\",\"" a "3\""
#define TITLED(t) \
    "{\"const\":\"value1\",\"title\":\"First " t "\"},{\"const\":\"value2\",\"title\":\"Second " t \
    "\"},{\"const\":\"value3\",\"title\":\"Third " t "\"}"

TOOL(enums)
{
    static const question q = {
        "enums", elicit,
        "{\"message\":\"Please choose\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{"
        "\"untitledSingle\":{\"type\":\"string\",\"enum\":[" THREE(
            "option") "]},"
                      "\"titledSingle\":{\"type\":\"string\",\"oneOf\":[" TITLED(
                          "Option") "]},"
                                    "\"legacyEnum\":{\"type\":\"string\",\"enum\":[" THREE(
                                        "opt") "],"
                                               "\"enumNames\":[\"Option One\",\"Option "
                                               "Two\",\"Option Three\"]},"
                                               "\"untitledMulti\":{\"type\":\"array\",\"items\":{"
                                               "\"type\":\"string\",\"enum\":[" THREE(
                                                   "option") "]}},"
                                                             "\"titledMulti\":{\"type\":\"array\","
                                                             "\"items\":{\"anyOf\":[" TITLED(
                                                                 "Choice") "]}}}}}"};
    (void)a;
    (void)err;
    const bx_json_val *got = answer(c, &q, o);
    if (got)
        put_answer(o, "Elicitation completed: ", got);
    return BX_OK;
}

/* ---- of 2026-07-28 --------------------------------------------------------------------------- */

static const question ask_name = {"user_name", elicit, ASK_NAME};
static const question ask_roots = {"client_roots", roots, "{}"};

static void hello(bx_json_out *o, bx_str name)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)bx_buf_addf(&text, "Hello, %.*s!", BX_FMT(name));
    fixture_text(o, bx_buf_str(&text));
}

TOOL(ask_elicitation)
{
    (void)a;
    (void)err;
    const bx_json_val *got = answer(c, &ask_name, o);
    if (got)
        hello(o, at(got, "content.name"));
    return BX_OK;
}

TOOL(ask_sampling)
{
    static const question q = {"capital_question", sample,
                               SAMPLE("What is the capital of France?", "100")};
    (void)a;
    (void)err;
    const bx_json_val *got = answer(c, &q, o);
    if (got)
        fixture_text(o, at(got, "content.text"));
    return BX_OK;
}

TOOL(ask_for_roots)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    (void)a;
    (void)err;
    const bx_json_val *got = answer(c, &ask_roots, o);
    if (!got)
        return BX_OK;
    bx_json_iter it = bx_json_iter_of(bx_json_get(got, BX_LIT("roots")));
    (void)bx_buf_add_z(&text, "Roots:");
    for (const bx_json_val *root; (root = bx_json_next(&it, NULL));)
        (void)bx_buf_addf(&text, " %.*s", BX_FMT(at(root, "uri")));
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

static const question confirm = {"confirm", elicit,
                                 FORM("Please confirm", "\"ok\":{\"type\":\"boolean\"}", "\"ok\"")};

TOOL(request_state)
{
    (void)a;
    const bx_json_val *got = NULL;
    bool ours = bx_str_eq(bx_mcp_state(c), BX_LIT("waiting"));
    bx_mcp_answer how = ask(c, &confirm, &got);
    if (how == BX_MCP_LATER)
        return bx_mcp_keep_state(c, BX_LIT("waiting"), err);
    if (how == BX_MCP_ANSWERED && ours)
        fixture_text(o, BX_LIT("state-ok"));
    else
        fixture_error(o, BX_LIT("There is no answer to what was asked."));
    return BX_OK;
}

TOOL(multiple_inputs)
{
    static const question greeting = {"greeting", sample, SAMPLE("Generate a greeting", "50")};
    const question *const all[] = {&ask_name, &greeting, &ask_roots};
    const bx_json_val *got[3];
    bool whole = true;
    (void)a;
    for (size_t i = 0; i < BX_COUNT(all); i++)
        whole = ask(c, all[i], &got[i]) == BX_MCP_ANSWERED && whole;
    if (!whole)
        return bx_mcp_keep_state(c, BX_LIT("three"), err);
    hello(o, at(got[0], "content.name"));
    return BX_OK;
}

/* What was answered before travels in the state. */
TOOL(multi_round)
{
    static const question steps[] = {
        {"step1", elicit, FORM("Step 1: What is your name?", STRING("name"), "\"name\"")},
        {"step2", elicit,
         FORM("Step 2: What is your favorite color?", STRING("color"), "\"color\"")}};
    BX_AUTO_BUF text = bx_buf_init(4096);
    bx_str before = bx_mcp_state(c);
    const bx_json_val *got = NULL;
    (void)a;
    bool second = bx_str_starts(before, BX_LIT("name "));
    if (ask(c, &steps[second], &got) != BX_MCP_ANSWERED)
        return bx_mcp_keep_state(c, second ? before : BX_LIT("first"), err);
    if (!second) {
        (void)bx_buf_addf(&text, "name %.*s", BX_FMT(at(got, "content.name")));
        (void)ask(c, &steps[1], &got);
        return bx_mcp_keep_state(c, bx_buf_str(&text), err);
    }
    before = bx_str_from(before, strlen("name "));
    (void)bx_buf_addf(&text, "%.*s likes %.*s", BX_FMT(before), BX_FMT(at(got, "content.color")));
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

TOOL(capabilities)
{
    const bx_json_val *got = NULL;
    (void)a;
    (void)err;
    static const question greeting = {"greeting", sample, SAMPLE("Generate a greeting", "50")};
    bx_mcp_answer one = ask(c, &ask_name, &got), two = ask(c, &greeting, &got);
    if (one == BX_MCP_CANNOT && two == BX_MCP_CANNOT)
        fixture_error(o, BX_LIT("The client can be asked nothing."));
    else if (one == BX_MCP_ANSWERED || two == BX_MCP_ANSWERED)
        fixture_text(o, BX_LIT("answered"));
    return BX_OK;
}

/* A choice, as approvals are. */
TOOL(approval)
{
    static const char *const choices[] = {"allow", "deny"};
    BX_AUTO_BUF text = bx_buf_init(4096);
    size_t chosen = 0;
    (void)a;
    (void)err;
    bx_mcp_answer how =
        bx_mcp_choose(c, BX_LIT("May it run?"), choices, BX_COUNT(choices), &chosen);
    if (how == BX_MCP_ANSWERED)
        (void)bx_buf_addf(&text, "chosen: %s", chosen < 2 ? choices[chosen] : "nothing");
    else
        (void)bx_buf_addf(&text, "not asked: %d", (int)how);
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

#define ONE_STRING(name) \
    "{\"type\":\"object\",\"properties\":{\"" name \
    "\":{\"type\":\"string\"}},\"required\":[\"" name "\"]}"

const fixture_tool fixture_asking_tools[] = {
    {"test_sampling", "Asks the client's model.", ONE_STRING("prompt"), sampling},
    {"test_elicitation", "Asks the user.", ONE_STRING("message"), elicitation},
    {"test_elicitation_sep1034_defaults", "Asks with defaults.", NULL, defaults},
    {"test_elicitation_sep1330_enums", "Asks with enums.", NULL, enums},
    {"test_streaming_elicitation", "Asks the user.", NULL, ask_elicitation},
    {"test_input_required_result_elicitation", "Asks the user.", NULL, ask_elicitation},
    {"test_input_required_result_sampling", "Asks the client's model.", NULL, ask_sampling},
    {"test_input_required_result_list_roots", "Asks for roots.", NULL, ask_for_roots},
    {"test_input_required_result_request_state", "Keeps a state.", NULL, request_state},
    {"test_input_required_result_tampered_state", "Keeps a state.", NULL, request_state},
    {"test_input_required_result_multiple_inputs", "Asks three things.", NULL, multiple_inputs},
    {"test_input_required_result_multi_round", "Asks twice.", NULL, multi_round},
    {"test_input_required_result_capabilities", "Asks what it may.", NULL, capabilities},
    {"test_approval", "Asks for an approval.", NULL, approval},
};
const size_t fixture_asking_tools_n = BX_COUNT(fixture_asking_tools);
