#include "cli/commands.h"

const bx_command *const bx_commands[] = {
    &bx_cmd_exec,
    &bx_cmd_run,
    &bx_cmd_sessions_list,
    &bx_cmd_sessions_show,
    &bx_cmd_sessions_export,
    &bx_cmd_sessions_fork,
    &bx_cmd_runs_tree,
    &bx_cmd_sh,
    &bx_cmd_js,
    &bx_cmd_tool_call,
    &bx_cmd_tool_list,
    &bx_cmd_tool_show,
    &bx_cmd_tool_add,
    &bx_cmd_tool_new,
    &bx_cmd_tool_build,
    &bx_cmd_tool_check,
    &bx_cmd_inspect,
    &bx_cmd_componentize,
    &bx_cmd_doctor,
    &bx_cmd_completion,
    &bx_cmd_version,
};
const size_t bx_commands_count = BX_COUNT(bx_commands);
