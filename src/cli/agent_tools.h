/* cli/agent_tools.h - the tools for a run of an agent and for those below it (agent/tools.h): the
 * run's own calls go through a toolbox, those of its executors through the same funnel with the
 * rights each of them has.  Made by one thread; what it hands out may be used by any. */
#ifndef BX_CLI_AGENT_TOOLS_H
#define BX_CLI_AGENT_TOOLS_H

#include "agent/tools.h"
#include "app/toolbox.h"

typedef struct bx_cli_tools bx_cli_tools;

/* All borrowed as long as it lives.  `top`: what the run itself may use; calls with these rights
 * are the toolbox's, which gives each tool its own of them. */
BX_NODISCARD bx_code bx_cli_tools_new(bx_app *app, const bx_toolbox_config *cfg,
                                      const bx_grant *top, bx_cli_tools **ret, bx_error *err);
void bx_cli_tools_free(bx_cli_tools *t); /* NULL is fine; no call may run */
const bx_agent_tools *bx_cli_tools_port(const bx_cli_tools *t);
/* What a tool of the run itself may use at most, as bx_toolbox_grant. */
BX_NODISCARD bx_code bx_cli_tools_grant(bx_cli_tools *t, bx_str name, const bx_manifest **ret_tool,
                                        const bx_grant **ret, bx_error *err);

#endif
