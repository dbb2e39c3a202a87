/* cli/commands.h - every command of the binary. */
#ifndef BX_CLI_COMMANDS_H
#define BX_CLI_COMMANDS_H

#include "cli/command.h"

extern const bx_command bx_cmd_sh, bx_cmd_js, bx_cmd_tool_add, bx_cmd_mcp, bx_cmd_mcp_config;
extern const bx_command bx_cmd_exec, bx_cmd_tool_call, bx_cmd_tool_list, bx_cmd_tool_show,
    bx_cmd_tool_new, bx_cmd_tool_build, bx_cmd_tool_check, bx_cmd_inspect, bx_cmd_componentize,
    bx_cmd_tool_remove, bx_cmd_tool_sign, bx_cmd_tool_verify, bx_cmd_tool_keygen, bx_cmd_trust,
    bx_cmd_doctor, bx_cmd_completion, bx_cmd_version;

extern const bx_command bx_cmd_policy_show, bx_cmd_policy_check, bx_cmd_policy_explain,
    bx_cmd_policy_test, bx_cmd_policy_trust, bx_cmd_policy_init;
extern const bx_command bx_cmd_audit_list, bx_cmd_audit_show, bx_cmd_audit_verify,
    bx_cmd_audit_export, bx_cmd_audit_receipt;
extern const bx_command bx_cmd_approvals_list, bx_cmd_approvals_allow, bx_cmd_approvals_deny;

#endif
