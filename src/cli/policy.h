/* cli/policy.h - what the commands about policies share. */
#ifndef BX_CLI_POLICY_H
#define BX_CLI_POLICY_H

#include "app/policy_files.h"
#include "cli/command.h"
#include "tool/manifest.h"

enum { FLAG_POLICY_WORKSPACE = 1100, FLAG_POLICY_FILE, FLAG_POLICY_MODE };

#define BX_POLICY_FLAGS \
    {"workspace", "DIR", "the workspace whose boxagnts.yaml counts (default: the current one)", \
     FLAG_POLICY_WORKSPACE}, \
        {"policy", "FILE", \
         "this policy file instead of the user's and the workspace's; may be repeated", \
         FLAG_POLICY_FILE}, \
    { \
        "mode", "MODE", "default, accept-edits, plan or dont-ask, whatever the files say", \
            FLAG_POLICY_MODE \
    }

/* The policy the flags mean; notes go to standard error. */
BX_NODISCARD bx_code bx_cli_policy(const bx_args *a, bx_policy **ret, bx_error *err);

const char *bx_cli_workspace(const bx_args *a);

/* A call of a tool by name.  One that is not built in is taken for a dangerous one.  *ret_manifest
 * is owned by the caller; NULL: not known. */
BX_NODISCARD bx_code bx_cli_policy_call(const char *tool, const bx_json_val *arguments,
                                        bx_policy_call *ret, bx_manifest **ret_manifest,
                                        bx_error *err);

/* Files that are believed from now on, as bx_policy_trust tells them. */
void bx_cli_tell_believed(bx_str paths);

#endif
