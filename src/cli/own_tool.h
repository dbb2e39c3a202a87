/* cli/own_tool.h - a tool that is a file, with its manifest beside it. */
#ifndef BX_CLI_OWN_TOOL_H
#define BX_CLI_OWN_TOOL_H

#include "tool/manifest.h"

/* Whether `word` names a file or a directory and no built-in tool: it has a '/' in it, ends in
 * ".wasm" or ".tool.yaml", or is "." or "..". */
bool bx_own_tool_is_meant(const char *word);

/* The module and the manifest `word` means: FILE.wasm, NAME.tool.yaml, or a directory with one
 * NAME.tool.yaml in it.  The path of the module goes onto `wasm`; whether it is there is not looked
 * at.  BX_ENOENT: no manifest; BX_EINVAL: several, or one that is wrong. */
BX_NODISCARD bx_code bx_own_tool_find(const char *word, bx_buf *wasm, bx_manifest **ret,
                                      bx_error *err);

#endif
