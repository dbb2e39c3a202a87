/* Tools that answer at once, tell something meanwhile, or change what there is. */
#include "fixtures.h"

/* ---- writing --------------------------------------------------------------------------------- */

void fixture_put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

static void put_text(bx_json_out *o, bx_str text, bool is_error)
{
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_array(o);
    bx_json_out_begin_object(o);
    fixture_put(o, "type", BX_LIT("text"));
    fixture_put(o, "text", text);
    bx_json_out_end_object(o);
    bx_json_out_end_array(o);
    bx_json_out_key(o, BX_LIT("isError"));
    bx_json_out_bool(o, is_error);
}

void fixture_text(bx_json_out *o, bx_str text) { put_text(o, text, false); }

void fixture_error(bx_json_out *o, bx_str text) { put_text(o, text, true); }

bx_str fixture_arg(const bx_json_val *arguments, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(arguments, bx_str_of(key)), &s);
    return s;
}

void fixture_sleep(bx_mcp_call *c, unsigned ms)
{
    int ready;
    (void)bx_ctl_wait(bx_mcp_ctl(c), NULL, 0, bx_now_ns() + ms * (uint64_t)1000000, &ready);
}

static void put_content(bx_json_out *o, const char *json)
{
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_raw(o, bx_str_of(json));
    bx_json_out_key(o, BX_LIT("isError"));
    bx_json_out_bool(o, false);
}

/* ---- content --------------------------------------------------------------------------------- */

#define TOOL(name) \
    static bx_code name(bx_mcp_call *c, const bx_json_val *a, bx_json_out *o, bx_error *err)
#define UNUSED_ALL ((void)c, (void)a, (void)o, (void)err)

TOOL(simple_text)
{
    UNUSED_ALL;
    fixture_text(o, BX_LIT("This is a simple text response for testing."));
    return BX_OK;
}

TOOL(image)
{
    UNUSED_ALL;
    put_content(o,
                "[{\"type\":\"image\",\"data\":\"" FIXTURE_PNG "\",\"mimeType\":\"image/png\"}]");
    return BX_OK;
}

TOOL(audio)
{
    UNUSED_ALL;
    put_content(o,
                "[{\"type\":\"audio\",\"data\":\"" FIXTURE_WAV "\",\"mimeType\":\"audio/wav\"}]");
    return BX_OK;
}

TOOL(embedded_resource)
{
    UNUSED_ALL;
    put_content(o, "[{\"type\":\"resource\",\"resource\":{\"uri\":\"test://embedded-resource\","
                   "\"mimeType\":\"text/plain\","
                   "\"text\":\"This is an embedded resource content.\"}}]");
    return BX_OK;
}

TOOL(multiple_content)
{
    UNUSED_ALL;
    put_content(o, "[{\"type\":\"text\",\"text\":\"Multiple content types test:\"},"
                   "{\"type\":\"image\",\"data\":\"" FIXTURE_PNG "\",\"mimeType\":\"image/png\"},"
                   "{\"type\":\"resource\",\"resource\":{\"uri\":\"test://mixed-content-resource\","
                   "\"mimeType\":\"application/json\","
                   "\"text\":\"{\\\"test\\\":\\\"data\\\",\\\"value\\\":123}\"}}]");
    return BX_OK;
}

TOOL(error_handling)
{
    UNUSED_ALL;
    fixture_error(o, BX_LIT("This tool intentionally returns an error for testing"));
    return BX_OK;
}

/* ---- meanwhile ------------------------------------------------------------------------------- */

enum { PAUSE_MS = 50 };

TOOL(with_progress)
{
    UNUSED_ALL;
    for (unsigned i = 0; i <= 100; i += 50) {
        if (i)
            fixture_sleep(c, PAUSE_MS);
        bx_mcp_progress(c, i, 100, BX_LIT(""));
    }
    fixture_text(o, BX_LIT("Tool with progress executed."));
    return BX_OK;
}

TOOL(with_logging)
{
    static const char *const lines[] = {"\"Tool execution started\"", "\"Tool processing data\"",
                                        "\"Tool execution completed\""};
    UNUSED_ALL;
    for (size_t i = 0; i < BX_COUNT(lines); i++) {
        if (i)
            fixture_sleep(c, PAUSE_MS);
        bx_mcp_log(c, BX_LIT("info"), BX_LIT(""), bx_str_of(lines[i]));
    }
    fixture_text(o, BX_LIT("Tool with logging executed."));
    return BX_OK;
}

/* Runs until it is cancelled, or a minute. */
TOOL(sleeps)
{
    UNUSED_ALL;
    fixture_sleep(c, 60000);
    fixture_text(o, BX_LIT("awake"));
    return BX_OK;
}

TOOL(long_text)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    UNUSED_ALL;
    for (int i = 0; i < 10000; i++)
        (void)bx_buf_addf(&text, "line %d \xc3\xa9\n", i);
    fixture_text(o, bx_buf_str(&text));
    return BX_OK;
}

/* ---- changes --------------------------------------------------------------------------------- */

TOOL(tool_change)
{
    UNUSED_ALL;
    bx_mcp_server_changed(fixture_server, BX_MCP_TOOLS_CHANGED);
    fixture_text(o, BX_LIT("Tools changed."));
    return BX_OK;
}

TOOL(prompt_change)
{
    UNUSED_ALL;
    bx_mcp_server_changed(fixture_server, BX_MCP_PROMPTS_CHANGED);
    fixture_text(o, BX_LIT("Prompts changed."));
    return BX_OK;
}

TOOL(resource_update)
{
    UNUSED_ALL;
    bx_mcp_server_updated(fixture_server, BX_LIT("test://watched-resource"));
    fixture_text(o, BX_LIT("Resource updated."));
    return BX_OK;
}

TOOL(missing_capability)
{
    UNUSED_ALL;
    bx_code rc = bx_mcp_needs(c, BX_LIT("sampling"), err);
    if (rc == BX_OK)
        fixture_text(o, BX_LIT("The client can sample."));
    return rc;
}

TOOL(schema_2020)
{
    UNUSED_ALL;
    fixture_text(o, BX_LIT("JSON Schema 2020-12."));
    return BX_OK;
}

#define SCHEMA_2020 \
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\"," \
    "\"$defs\":{\"address\":{\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":{" \
    "\"street\":{\"type\":\"string\"},\"city\":{\"type\":\"string\"}}}}," \
    "\"properties\":{\"name\":{\"type\":\"string\"},\"address\":{\"$ref\":\"#/$defs/address\"}," \
    "\"contactMethod\":{\"type\":\"string\",\"enum\":[\"phone\",\"email\"]}," \
    "\"phone\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}}," \
    "\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}]," \
    "\"if\":{\"properties\":{\"contactMethod\":{\"const\":\"phone\"}}," \
    "\"required\":[\"contactMethod\"]},\"then\":{\"required\":[\"phone\"]}," \
    "\"else\":{\"required\":[\"email\"]},\"additionalProperties\":false}"

const fixture_tool fixture_tools[] = {
    {"test_simple_text", "Tests simple text content.", NULL, simple_text},
    {"test_image_content", "Tests image content.", NULL, image},
    {"test_audio_content", "Tests audio content.", NULL, audio},
    {"test_embedded_resource", "Tests an embedded resource.", NULL, embedded_resource},
    {"test_multiple_content_types", "Tests several kinds of content.", NULL, multiple_content},
    {"test_error_handling", "Tests an error.", NULL, error_handling},
    {"test_tool_with_progress", "Tests progress.", NULL, with_progress},
    {"test_tool_with_logging", "Tests log messages.", NULL, with_logging},
    {"test_logging_tool", "Tests log messages that nobody wants.", NULL, with_logging},
    {"test_trigger_tool_change", "Tells that the tools changed.", NULL, tool_change},
    {"test_trigger_prompt_change", "Tells that the prompts changed.", NULL, prompt_change},
    {"test_trigger_resource_update", "Tells that a resource changed.", NULL, resource_update},
    {"test_missing_capability", "Needs sampling.", NULL, missing_capability},
    {"test_sleep", "Sleeps.", NULL, sleeps},
    {"test_long_text", "Tests a text that is too long for a result.", NULL, long_text},
    {"test_custom_header", "Wants an argument as a header too.",
     "{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\","
     "\"x-mcp-header\":\"Region\"}}}",
     simple_text},
    {"json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", SCHEMA_2020,
     schema_2020},
};
const size_t fixture_tools_n = BX_COUNT(fixture_tools);
