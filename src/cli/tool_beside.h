/* cli/tool_beside.h - a wasm file that is a tool: its manifest beside it. */
#ifndef BX_CLI_TOOL_BESIDE_H
#define BX_CLI_TOOL_BESIDE_H

#include "policy/grant.h"

/* Where NAME.tool.yaml lies beside `path` (NAME.wasm), its limits become those of `g`, and
 * *ret_json says whether the tool gives one JSON result.  Without a manifest nothing changes. */
BX_NODISCARD bx_code bx_tool_beside(const char *path, bx_grant *g, bool *ret_json, bx_error *err);

#endif
