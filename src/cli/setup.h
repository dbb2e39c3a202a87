/* cli/setup.h - the process of a command: state in the home directory, notes on standard error. */
#ifndef BX_CLI_SETUP_H
#define BX_CLI_SETUP_H

#include "app/app.h"
#include "policy/options.h"

/* `settings` NULL, or what of it is not named: in the home directory.  `slots` as in bx_app_config. */
BX_NODISCARD bx_code bx_cli_app(const bx_runtime_settings *settings, uint32_t slots, bx_app **ret,
                                bx_error *err);

#endif
