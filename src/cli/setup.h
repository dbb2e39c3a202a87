/* cli/setup.h - the process of a command: state in the home directory, notes on standard error. */
#ifndef BX_CLI_SETUP_H
#define BX_CLI_SETUP_H

#include "app/app.h"

/* `cache_dir` NULL: in the home directory.  `slots` as in bx_app_config. */
BX_NODISCARD bx_code bx_cli_app(const char *cache_dir, uint32_t slots, bx_app **ret, bx_error *err);

#endif
