/* cli/mcp_funnel.h - what stands before the calls of `boxagnts mcp`: the policy, whoever can be
 * asked (the client's person, else the queue), and the record.  Made by one thread. */
#ifndef BX_CLI_MCP_FUNNEL_H
#define BX_CLI_MCP_FUNNEL_H

#include "app/funnel.h"
#include "cli/command.h"

enum { BX_FLAG_POLICY = 1300, BX_FLAG_PERMISSION_MODE, BX_FLAG_NO_AUDIT };

/* Rows of the table of flags of `mcp`. */
#define BX_MCP_FUNNEL_FLAGS \
    {"policy", "FILE", \
     "this policy file instead of the user's and the workspace's; may be repeated", \
     BX_FLAG_POLICY}, \
        {"permission-mode", "MODE", \
         "default, accept-edits, plan or dont-ask, whatever the policy files say", \
         BX_FLAG_PERMISSION_MODE}, \
    { \
        "no-audit", NULL, "leave no record of the calls (boxagnts audit list)", BX_FLAG_NO_AUDIT \
    }

/* As the flags say; notes go to standard error.  `workspace` and `a` are borrowed.  `of`: the one
 * whose files are read anew (bx_funnel_again); NULL: the first. */
BX_NODISCARD bx_code bx_cli_mcp_funnel(const bx_args *a, const char *workspace, const bx_funnel *of,
                                       bx_funnel **ret, bx_error *err);

/* The ID of the run that all calls over standard input are part of, which no other process has; the
 * calls of a session have the session's. */
enum { BX_MCP_RUN = 24 };
BX_NODISCARD bx_code bx_cli_mcp_run(char ret[BX_MCP_RUN], bx_error *err);

#endif
