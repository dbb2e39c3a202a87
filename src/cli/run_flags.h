/* cli/run_flags.h - the flags that all commands share that run an agent.  One thread. */
#ifndef BX_CLI_RUN_FLAGS_H
#define BX_CLI_RUN_FLAGS_H

#include "cli/run_setup.h"

enum {
    FLAG_MODEL = 1200,
    FLAG_WORKSPACE,
    FLAG_TURNS,
    FLAG_CALLS,
    FLAG_COST,
    FLAG_TOKENS,
    FLAG_WALL,
    FLAG_RESUME,
    FLAG_CONTINUE,
    FLAG_FORGET,
    FLAG_MANAGED,
    FLAG_DELEGATE,
    FLAG_AT_ONCE,
    FLAG_MODE,
    FLAG_POLICY,
};

/* Rows of bx_flag tables: which directory and session it is, and all the others. */
/* clang-format off: rows */
#define BX_RUN_PLACE_FLAGS \
    {"workspace", "DIR", "the directory tools see as /workspace (default: the current one)", \
     FLAG_WORKSPACE}, \
        {"continue", NULL, "go on with the last session of the workspace", FLAG_CONTINUE}, \
    { \
        "resume", "ID", "go on with this session; without a prompt, finish what was broken off", \
            FLAG_RESUME \
    }
#define BX_RUN_FLAGS \
    {"model", "PROVIDER/MODEL", \
     "the model (default: $BOXAGNTS_MODEL, else what a key in the environment is for)", \
     FLAG_MODEL}, \
        {"allow", "CAP", \
         "let tools use what they need of this: fetch:https://host, read:/workspace/docs, …", \
         BX_OPT_allow}, \
        {"deny", "GLOB", "carve out paths, whatever else is allowed: '**/.env', /workspace/keys", \
         BX_OPT_deny}, \
        {"permission-mode", "MODE", \
         "default, accept-edits, plan or dont-ask, whatever policy files say; docs/policy.md", \
         FLAG_MODE}, \
        {"policy", "FILE", \
         "this policy file instead of the user's and the workspace's; may be repeated", \
         FLAG_POLICY}, \
        {"max-turns", "N", "requests to the model (run: 100 unless named)", FLAG_TURNS}, \
        {"max-calls", "N", "tool calls (run: 1000 unless named)", FLAG_CALLS}, \
        {"max-cost", "USD", "money, of models whose price is known", FLAG_COST}, \
        {"max-tokens", "N", "tokens, read and written together", FLAG_TOKENS}, \
        {"wall", "TIME", "time for all of it (run: 1h unless named)", FLAG_WALL}, \
        {"no-session", NULL, "keep nothing of it", FLAG_FORGET}, \
        {"managed", NULL, "give it executors to delegate tasks to", FLAG_MANAGED}, \
        {"delegate", "CAP", \
         "let it give executors this as well, though it may not use it itself (with --managed)", \
         FLAG_DELEGATE}, \
    { \
        "max-executors", "N", "executors at once (default 16; with --managed)", FLAG_AT_ONCE \
    }
/* clang-format on */

/* What the flags say; `limits` has the defaults of the command.  BX_EINVAL.  In either case
 * bx_run_flags_done frees the lists, when nothing uses them any more. */
BX_NODISCARD bx_code bx_run_flags_read(const bx_args *a, bx_run_options *ret, bx_error *err);
void bx_run_flags_done(bx_run_options *o);

#endif
