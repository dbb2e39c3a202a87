/* cli/commands.h - every command of the binary. */
#ifndef BX_CLI_COMMANDS_H
#define BX_CLI_COMMANDS_H

#include "cli/command.h"

/* clang-format off: one a line */
extern const bx_command bx_cmd_exec;
extern const bx_command bx_cmd_sh;
extern const bx_command bx_cmd_js;
extern const bx_command bx_cmd_tool_call;
extern const bx_command bx_cmd_tool_list;
extern const bx_command bx_cmd_tool_show;
extern const bx_command bx_cmd_tool_add;
extern const bx_command bx_cmd_tool_remove;
extern const bx_command bx_cmd_tool_new;
extern const bx_command bx_cmd_tool_build;
extern const bx_command bx_cmd_tool_check;
extern const bx_command bx_cmd_tool_sign;
extern const bx_command bx_cmd_tool_verify;
extern const bx_command bx_cmd_tool_keygen;
extern const bx_command bx_cmd_policy_show;
extern const bx_command bx_cmd_policy_check;
extern const bx_command bx_cmd_policy_explain;
extern const bx_command bx_cmd_policy_test;
extern const bx_command bx_cmd_policy_trust;
extern const bx_command bx_cmd_policy_init;
extern const bx_command bx_cmd_trust;
extern const bx_command bx_cmd_approvals_list;
extern const bx_command bx_cmd_approvals_allow;
extern const bx_command bx_cmd_approvals_deny;
extern const bx_command bx_cmd_audit_list;
extern const bx_command bx_cmd_audit_show;
extern const bx_command bx_cmd_audit_verify;
extern const bx_command bx_cmd_audit_export;
extern const bx_command bx_cmd_audit_receipt;
extern const bx_command bx_cmd_approvals_list;
extern const bx_command bx_cmd_approvals_allow;
extern const bx_command bx_cmd_approvals_deny;
extern const bx_command bx_cmd_mcp;
extern const bx_command bx_cmd_mcp_config;
extern const bx_command bx_cmd_models;
extern const bx_command bx_cmd_run;
extern const bx_command bx_cmd_chat;
extern const bx_command bx_cmd_acp;
extern const bx_command bx_cmd_sessions_list;
extern const bx_command bx_cmd_sessions_show;
extern const bx_command bx_cmd_sessions_export;
extern const bx_command bx_cmd_sessions_fork;
extern const bx_command bx_cmd_runs_cancel;
extern const bx_command bx_cmd_runs_tree;
extern const bx_command bx_cmd_inspect;
extern const bx_command bx_cmd_componentize;
extern const bx_command bx_cmd_doctor;
extern const bx_command bx_cmd_completion;
extern const bx_command bx_cmd_version;
/* clang-format on */

#endif
