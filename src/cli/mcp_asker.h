/* cli/mcp_asker.h - the approver of calls that come over MCP: the person is asked through the
 * client that made the call.  Any thread. */
#ifndef BX_CLI_MCP_ASKER_H
#define BX_CLI_MCP_ASKER_H

#include "tool/gate.h"

/* origin.asker of a call is its bx_mcp_call.  A client that cannot be asked: denied, in words. */
extern const bx_gate_approver bx_mcp_asker;

#endif
