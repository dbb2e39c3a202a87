/* tests/mcp/fixtures.h - what the official conformance suite expects of a server: tools, resources
 * and prompts with fixed names and texts, as ports.  For test builds only. */
#ifndef FIXTURES_H
#define FIXTURES_H

#include "mcp/server.h"

/* A 1x1 PNG and a WAV without a sample, in base 64. */
#define FIXTURE_PNG \
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erk" \
    "Jggg=="
#define FIXTURE_WAV "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="

typedef struct fixture_tool {
    const char *name, *description;
    const char *input_schema; /* JSON */
    /* Write a whole CallToolResult.  Anything but BX_OK: a JSON-RPC error. */
    bx_code (*run)(bx_mcp_call *c, const bx_json_val *arguments, bx_json_out *out, bx_error *err);
} fixture_tool;

extern const fixture_tool fixture_tools[], fixture_asking_tools[], fixture_task_tools[];
extern const size_t fixture_tools_n, fixture_asking_tools_n, fixture_task_tools_n;

extern const bx_mcp_resources fixture_resources;
extern const bx_mcp_prompts fixture_prompts;

/* For tools that change something. */
extern bx_mcp_server *fixture_server;

/* A result with this one text, and one that is an error. */
void fixture_text(bx_json_out *o, bx_str text);
void fixture_error(bx_json_out *o, bx_str text);
void fixture_put(bx_json_out *o, const char *key, bx_str text);
bx_str fixture_arg(const bx_json_val *arguments, const char *key);
/* Until `ms` passed or the call is over. */
void fixture_sleep(bx_mcp_call *c, unsigned ms);

#endif
