#include "base/version.h"

#include <stdio.h>

#include "cli/commands.h"
#include "sandbox/runtime.h"

static int run_version(const bx_args *a)
{
    (void)a;
    (void)printf("boxagnts %s (wasmtime %s)\n", BX_VERSION, bx_engine_version());
    return 0;
}

const bx_command bx_cmd_version = {
    .name = "version",
    .usage = "version",
    .summary = "print the version of boxagnts and of its engine",
    .no_words = true,
    .run = run_version,
};
