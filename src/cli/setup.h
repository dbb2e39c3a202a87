/* cli/setup.h - the process of a command: state in the home directory, notes on standard error. */
#ifndef BX_CLI_SETUP_H
#define BX_CLI_SETUP_H

#include "app/app.h"
#include "policy/options.h"

/* For a command that runs any number of calls, `slots` at once in the pool (bx_app_config). */
BX_NODISCARD bx_code bx_cli_app(uint32_t slots, bx_app **ret, bx_error *err);

/* For a command that runs one call.  What `settings` do not name is in the home directory. */
BX_NODISCARD bx_code bx_cli_app_of_one(const bx_runtime_settings *settings, bx_app **ret,
                                       bx_error *err);

/* For the shell: one call, `slots` processes of it at once in the pool. */
BX_NODISCARD bx_code bx_cli_app_of_shell(uint32_t slots, bx_app **ret, bx_error *err);

#endif
