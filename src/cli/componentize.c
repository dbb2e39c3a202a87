/* boxagnts componentize: a preview1 module as a component, for any component host. */
#include <fcntl.h>
#include <stdio.h>

#include "cli/commands.h"
#include "os/fd.h"
#include "sandbox/module.h"

enum { FLAG_OUT };

static const bx_flag flags[] = {
    {"output", "OUT", "where the component goes (also -o OUT); '-' is standard output", FLAG_OUT},
};

static bx_code write_out(const char *path, const bx_buf *bytes, bx_error *err)
{
    bx_str part = bx_buf_str(bytes);
    if (strcmp(path, "-") == 0)
        return bx_fd_write_full(STDOUT_FILENO, part.p, part.n, err);
    return bx_file_write_atomic(AT_FDCWD, path, 0644, &part, 1, err);
}

static int run_componentize(const bx_args *a)
{
    const char *out = bx_flag_last(a, FLAG_OUT);
    if (a->n_words != 1 || !out) {
        bx_cli_complain("componentize: which file, and where to? boxagnts %s",
                        bx_cmd_componentize.usage);
        return EXIT_OURS;
    }
    BX_AUTO_BUF bytes = bx_buf_init((size_t)1 << 30);
    bx_error err;
    bx_code rc = bx_module_componentize(a->words[0], &bytes, &err);
    if (rc == BX_OK)
        rc = write_out(out, &bytes, &err);
    if (rc != BX_OK) {
        bx_cli_complain("componentize: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_componentize = {
    .name = "componentize",
    .usage = "componentize FILE.wasm -o OUT.wasm",
    .summary = "wrap a WASI preview1 module as a WASI 0.2 component",
    .details = "A module that exports _start becomes a wasi:cli command, another one a library. "
               "The result runs on any\n"
               "component host; here it gets the same grants and limits as the module.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_componentize,
};
