/* app/tool_grant.h - what a run of a tool by name may use, where no policy says so.  Any thread. */
#ifndef BX_APP_TOOL_GRANT_H
#define BX_APP_TOOL_GRANT_H

#include "tool/manifest.h"

#define BX_WORKSPACE "/workspace" /* where every tool looks for files */

/* What a run of a tool by name may use.  Before its own lines: the tool's limits, and `workspace`
 * as BX_WORKSPACE. */
BX_NODISCARD bx_code bx_tool_grant_begin(const bx_manifest *m, const char *workspace,
                                         bx_grant **ret, bx_error *err);
/* After them.  Whoever calls a tool by name means it to do what it is for: so it may use the
 * workspace, in the way it needs, unless other files are named; so it may start programs and have a
 * /tmp, where it needs them.  The network is never meant without being named. */
BX_NODISCARD bx_code bx_tool_grant_rest(const bx_manifest *m, bx_grant *g, bx_error *err);

#endif
