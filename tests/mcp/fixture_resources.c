/* Resources and prompts of the suite. */
#include "fixtures.h"

/* ---- resources ------------------------------------------------------------------------------- */

static bx_code list(void *ctx, bx_mcp_call *c, bx_str cursor, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)c;
    (void)cursor;
    (void)err;
    bx_json_out_key(out, BX_LIT("resources"));
    bx_json_out_raw(
        out, BX_LIT("[{\"uri\":\"test://static-text\",\"name\":\"Static text\",\"mimeType\":\"text/"
                    "plain\"},{\"uri\":\"test://static-binary\",\"name\":\"Static binary\","
                    "\"mimeType\":\"image/png\"},{\"uri\":\"test://watched-resource\",\"name\":"
                    "\"Watched resource\",\"mimeType\":\"text/plain\"}]"));
    return BX_OK;
}

static bx_code templates(void *ctx, bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)c;
    (void)err;
    bx_json_out_key(out, BX_LIT("resourceTemplates"));
    bx_json_out_raw(out, BX_LIT("[{\"uriTemplate\":\"test://template/{id}/data\",\"name\":"
                                "\"Template\",\"mimeType\":\"application/json\"}]"));
    return BX_OK;
}

static void put_contents(bx_json_out *out, bx_str uri, const char *mime, const char *key, bx_str v)
{
    bx_json_out_key(out, BX_LIT("contents"));
    bx_json_out_begin_array(out);
    bx_json_out_begin_object(out);
    fixture_put(out, "uri", uri);
    fixture_put(out, "mimeType", bx_str_of(mime));
    fixture_put(out, key, v);
    bx_json_out_end_object(out);
    bx_json_out_end_array(out);
}

/* The ID of test://template/ID/data; .p NULL: it is none. */
static bx_str template_id(bx_str uri)
{
    static const bx_str before = {"test://template/", 16}, after = {"/data", 5};
    if (!bx_str_starts(uri, before) || uri.n <= before.n + after.n ||
        !bx_str_eq(bx_str_from(uri, uri.n - after.n), after))
        return (bx_str){NULL, 0};
    return (bx_str){uri.p + before.n, uri.n - before.n - after.n};
}

static bx_code read_one(void *ctx, bx_mcp_call *c, bx_str uri, bx_json_out *out, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    bx_str id = template_id(uri);
    (void)ctx;
    (void)c;
    if (bx_str_eq(uri, BX_LIT("test://static-text"))) {
        put_contents(out, uri, "text/plain", "text",
                     BX_LIT("This is the content of the static text resource."));
    } else if (bx_str_eq(uri, BX_LIT("test://watched-resource"))) {
        put_contents(out, uri, "text/plain", "text", BX_LIT("Watched resource content"));
    } else if (bx_str_eq(uri, BX_LIT("test://static-binary"))) {
        put_contents(out, uri, "image/png", "blob", BX_LIT(FIXTURE_PNG));
    } else if (id.p) {
        (void)bx_buf_addf(&text,
                          "{\"id\":\"%.*s\",\"templateTest\":true,\"data\":\"Data for ID: %.*s\"}",
                          BX_FMT(id), BX_FMT(id));
        put_contents(out, uri, "application/json", "text", bx_buf_str(&text));
    } else {
        return bx_fail(err, BX_ENOENT, "no resource '%.*s'", BX_FMT(uri));
    }
    return BX_OK;
}

static bx_code watch(void *ctx, bx_mcp_call *call, bx_str uri, bool on, bx_error *err)
{
    (void)call;
    (void)ctx;
    (void)uri;
    (void)on;
    (void)err;
    return BX_OK;
}

const bx_mcp_resources fixture_resources = {
    .list = list, .templates = templates, .read = read_one, .watch = watch};

/* ---- prompts --------------------------------------------------------------------------------- */

static bx_code list_prompts(void *ctx, bx_str cursor, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)cursor;
    (void)err;
    bx_json_out_key(out, BX_LIT("prompts"));
    bx_json_out_raw(
        out,
        BX_LIT("[{\"name\":\"test_simple_prompt\",\"description\":\"A simple prompt.\"},"
               "{\"name\":\"test_prompt_with_arguments\",\"description\":\"One with arguments.\","
               "\"arguments\":[{\"name\":\"arg1\",\"description\":\"the first\",\"required\":true},"
               "{\"name\":\"arg2\",\"description\":\"the second\",\"required\":true}]},"
               "{\"name\":\"test_prompt_with_embedded_resource\",\"description\":\"One with a "
               "resource.\",\"arguments\":[{\"name\":\"resourceUri\",\"description\":\"which\","
               "\"required\":true}]},"
               "{\"name\":\"test_prompt_with_image\",\"description\":\"One with an image.\"},"
               "{\"name\":\"test_input_required_result_prompt\",\"description\":\"One that "
               "asks.\"}]"));
    return BX_OK;
}

static void message(bx_json_out *out, bx_str content)
{
    bx_json_out_begin_object(out);
    fixture_put(out, "role", BX_LIT("user"));
    bx_json_out_key(out, BX_LIT("content"));
    bx_json_out_raw(out, content);
    bx_json_out_end_object(out);
}

static void text_message(bx_json_out *out, bx_str text)
{
    BX_AUTO_BUF content = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&content);
    bx_json_out_begin_object(&o);
    fixture_put(&o, "type", BX_LIT("text"));
    fixture_put(&o, "text", text);
    bx_json_out_end_object(&o);
    message(out, bx_buf_str(&content));
}

static void resource_message(bx_json_out *out, bx_str uri)
{
    BX_AUTO_BUF content = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&content);
    bx_json_out_begin_object(&o);
    fixture_put(&o, "type", BX_LIT("resource"));
    bx_json_out_key(&o, BX_LIT("resource"));
    bx_json_out_begin_object(&o);
    fixture_put(&o, "uri", uri);
    fixture_put(&o, "mimeType", BX_LIT("text/plain"));
    fixture_put(&o, "text", BX_LIT("Embedded resource content for testing."));
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    message(out, bx_buf_str(&content));
}

static bx_code asking_prompt(bx_mcp_call *c, bx_json_out *out)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    const bx_json_val *got = NULL;
    if (bx_mcp_ask(c, BX_LIT("user_context"), BX_LIT("elicitation/create"),
                   BX_LIT("{\"message\":\"What context should the prompt use?\","
                          "\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"context\":{"
                          "\"type\":\"string\"}},\"required\":[\"context\"]}}"),
                   &got) == BX_MCP_ANSWERED)
        (void)bx_buf_addf(&text, "Context: %.*s",
                          BX_FMT(fixture_arg(bx_json_get(got, BX_LIT("content")), "context")));
    text_message(out, bx_buf_str(&text));
    return BX_OK;
}

static bx_code get(void *ctx, bx_mcp_call *c, bx_str name, const bx_json_val *a, bx_json_out *out,
                   bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    bx_code rc = BX_OK;
    (void)ctx;
    bx_json_out_key(out, BX_LIT("messages"));
    bx_json_out_begin_array(out);
    if (bx_str_eq(name, BX_LIT("test_simple_prompt"))) {
        text_message(out, BX_LIT("This is a simple prompt for testing."));
    } else if (bx_str_eq(name, BX_LIT("test_prompt_with_arguments"))) {
        (void)bx_buf_addf(&text, "Prompt with arguments: arg1='%.*s', arg2='%.*s'",
                          BX_FMT(fixture_arg(a, "arg1")), BX_FMT(fixture_arg(a, "arg2")));
        text_message(out, bx_buf_str(&text));
    } else if (bx_str_eq(name, BX_LIT("test_prompt_with_embedded_resource"))) {
        resource_message(out, fixture_arg(a, "resourceUri"));
        text_message(out, BX_LIT("Please process the embedded resource above."));
    } else if (bx_str_eq(name, BX_LIT("test_prompt_with_image"))) {
        message(out, BX_LIT("{\"type\":\"image\",\"data\":\"" FIXTURE_PNG
                            "\",\"mimeType\":\"image/png\"}"));
        text_message(out, BX_LIT("Please analyze the image above."));
    } else if (bx_str_eq(name, BX_LIT("test_input_required_result_prompt"))) {
        rc = asking_prompt(c, out);
    } else {
        return bx_fail(err, BX_ENOENT, "no prompt '%.*s'", BX_FMT(name));
    }
    bx_json_out_end_array(out);
    return rc;
}

const bx_mcp_prompts fixture_prompts = {.list = list_prompts, .get = get};
