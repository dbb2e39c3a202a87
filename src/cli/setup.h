/* cli/setup.h - what the commands that run or read wasm share: where state lives, the runtime. */
#ifndef BX_CLI_SETUP_H
#define BX_CLI_SETUP_H

#include "sandbox/runtime.h"

/* Paths below $BOXAGNTS_HOME (os/dirs.h); empty when the process has no home directory. */
typedef struct bx_home {
    char modules[4096], keys[4096], store[4096];
} bx_home;

bx_home bx_home_find(void);

/* A runtime with the code cache in `cache_dir`, or (NULL) in the home directory. A directory named
 * by the user must be usable; the default one is done without, with a note, when it is not. */
BX_NODISCARD bx_code bx_setup_runtime(const bx_home *home, const char *cache_dir, uint32_t slots,
                                      bx_runtime **ret, bx_error *err);

#endif
