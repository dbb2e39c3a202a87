/* tool/result.h - what a `json` tool prints: one MCP CallToolResult (docs/tools.md, "The
 * contract").  Pure; any thread. */
#ifndef BX_TOOL_RESULT_H
#define BX_TOOL_RESULT_H

#include "codec/json.h"

/* Parse and judge: one JSON object with `content`, a list of whole blocks (text; image and audio
 * with base64 data and a type; resource_link; resource), `isError`, `structuredContent` an object
 * where it is there, and nothing else but `_meta`.  BX_EINVAL, BX_ELIMIT say what is broken, and
 * where. */
BX_NODISCARD bx_code bx_tool_result_parse(bx_str text, bx_json **ret, bx_error *err);

bool bx_tool_result_is_error(const bx_json *result);

/* A result with isError: true and this one text, onto `out`. */
BX_NODISCARD bx_code bx_tool_result_of_error(bx_str text, bx_buf *out, bx_error *err);

#endif
