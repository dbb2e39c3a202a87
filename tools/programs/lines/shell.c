#include "programs/lines/shell.h"

#include "lib/process.h"
#include "programs/common/prog.h"

extern char **environ;

int shell_start(bx_str command, int in, int out, int32_t *ret_pid)
{
    const bx_str args[] = {BX_LIT("sh"), BX_LIT("-c"), command};
    const bx_fd_map fds[] = {{0, in}, {1, out}, {2, 2}};
    size_t n = 0;
    while (environ && environ[n])
        n++;
    bx_str *env = prog_zalloc(n + 1, sizeof *env);
    for (size_t i = 0; i < n; i++)
        env[i] = bx_str_of(environ[i]);
    bx_start s = {.size = sizeof s,
                  .name = BX_LIT("sh"),
                  .args = args,
                  .n_args = BX_COUNT(args),
                  .env = env,
                  .n_env = n,
                  .fds = fds,
                  .n_fds = BX_COUNT(fds)};
    int error = bx_process_start(&s, ret_pid);
    free(env);
    return error;
}

int shell_wait(int32_t pid)
{
    bx_ended e;
    int error;
    do
        error = bx_process_wait(pid, BX_WAIT_FOREVER, &e);
    while (error == EINTR);
    if (error)
        return -1;
    return e.kind == BX_ENDED_SIGNAL ? 256 + (int)e.signal : e.code;
}
