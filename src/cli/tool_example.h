/* cli/tool_example.h - an example of a manifest, run for real (docs/tools.md, "The manifest"). */
#ifndef BX_CLI_TOOL_EXAMPLE_H
#define BX_CLI_TOOL_EXAMPLE_H

#include "app/app.h"
#include "sandbox/module.h"

/* Call the tool with the example's arguments, in a workspace of its own that has the example's
 * files and is removed afterwards.  What differs from what the example says becomes lines on
 * `differs`; none: it holds.  An error: there could be no call.  `ctl` ends it. */
BX_NODISCARD bx_code bx_tool_example_run(bx_app *app, const bx_tool *tool,
                                         const bx_json_val *example, bx_ctl *ctl, bx_buf *differs,
                                         bx_error *err);

#endif
