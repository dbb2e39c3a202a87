/* cli/tool_beside.h - a wasm file that is a tool: its manifest beside it, and what its output has to
 * be. */
#ifndef BX_CLI_TOOL_BESIDE_H
#define BX_CLI_TOOL_BESIDE_H

#include "policy/grant.h"
#include "sandbox/outcome.h"

/* Where NAME.tool.yaml lies beside `path` (NAME.wasm), its limits become those of `g`, and *ret_json
 * says whether the tool gives one JSON result.  Without a manifest nothing changes. */
BX_NODISCARD bx_code bx_tool_beside(const char *path, bx_grant *g, bool *ret_json, bx_error *err);

/* The captured output of a `json` tool is a result or becomes one: whatever else it is, half a result
 * above all, is replaced by an MCP result that says why there is none (`isError`).  How the call ended
 * stays; a tool that ended with 0 and without a result ends as BX_OUT_FAILED. */
void bx_tool_settle_result(bx_outcome *o);

#endif
