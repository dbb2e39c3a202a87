/* cli/agent_tools.h - the built-in tools for a run of an agent (agent/tools.h), each call through
 * bx_tool_invoke.  Made by one thread; what it hands out may be used by any. */
#ifndef BX_CLI_AGENT_TOOLS_H
#define BX_CLI_AGENT_TOOLS_H

#include "agent/tools.h"
#include "app/app.h"

typedef struct bx_cli_tools bx_cli_tools;

/* `app` outlives it. */
BX_NODISCARD bx_code bx_cli_tools_new(bx_app *app, bx_cli_tools **ret, bx_error *err);
void bx_cli_tools_free(bx_cli_tools *t); /* NULL is fine; no call may run */
const bx_agent_tools *bx_cli_tools_port(const bx_cli_tools *t);

#endif
