/* cli/own_tool.h - a tool that is a file, with its manifest beside it; and what a run of a tool by
 * name may use. */
#ifndef BX_CLI_OWN_TOOL_H
#define BX_CLI_OWN_TOOL_H

#include "tool/manifest.h"

#define BX_WORKSPACE "/workspace" /* where every tool looks for files */

/* Whether `word` names a file or a directory and no built-in tool: it has a '/' in it, ends in
 * ".wasm" or ".tool.yaml", or is "." or "..". */
bool bx_own_tool_is_meant(const char *word);

/* The module and the manifest `word` means: FILE.wasm, NAME.tool.yaml, or a directory with one
 * NAME.tool.yaml in it.  The path of the module goes onto `wasm`; whether it is there is not looked
 * at.  BX_ENOENT: no manifest; BX_EINVAL: several, or one that is wrong. */
BX_NODISCARD bx_code bx_own_tool_find(const char *word, bx_buf *wasm, bx_manifest **ret,
                                      bx_error *err);

/* What a run of a tool by name may use.  Before its own lines: the tool's limits, and `workspace`
 * as BX_WORKSPACE. */
BX_NODISCARD bx_code bx_own_tool_grant(const bx_manifest *m, const char *workspace, bx_grant **ret,
                                       bx_error *err);
/* After them.  Whoever calls a tool by name means it to do what it is for: so it may use the
 * workspace, in the way it needs, unless other files are named; so it may start programs and have a
 * /tmp, where it needs them.  The network is never meant without being named. */
BX_NODISCARD bx_code bx_own_tool_grant_rest(const bx_manifest *m, bx_grant *g, bx_error *err);

#endif
