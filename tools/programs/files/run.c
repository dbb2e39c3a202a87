/* files/run.c - starting other programs. */
#include "run.h"
#include "programs/common/prog_io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

extern char **environ;

char *run_cwd(void)
{
    size_t cap = 256;
    for (;; cap *= 2) {
        char *p = prog_alloc(cap);
        if (getcwd(p, cap))
            return p;
        free(p);
        if (errno != ERANGE)
            return prog_strndup("/", 1);
    }
}

/* A descriptor that has nothing to read. */
static int no_input(void)
{
    int fd = open("/dev/null", O_RDONLY), pipe[2];
    if (fd >= 0)
        return fd;
    if (bx_process_pipe(0, pipe) != 0)
        return -1;
    (void)close(pipe[1]);
    return pipe[0];
}

int run_start(const char *const *argv, size_t n, const char *cwd, unsigned flags, int32_t *ret)
{
    size_t n_env = 0;
    while (environ && environ[n_env])
        n_env++;
    bx_str *args = prog_alloc((n + n_env + 1) * sizeof *args), *env = args + n;
    for (size_t i = 0; i < n; i++)
        args[i] = bx_str_of(argv[i]);
    for (size_t i = 0; i < n_env; i++)
        env[i] = bx_str_of(environ[i]);
    int input = flags & RUN_NO_INPUT ? no_input() : 0;
    bx_fd_map fds[3] = {{1, 1}, {2, 2}, {0, input}};
    char *own = cwd ? NULL : run_cwd();
    bx_start s = {.size = sizeof s,
                  .flags = flags & RUN_BACKGROUND ? BX_START_BACKGROUND : 0,
                  .name = args[0],
                  .args = args,
                  .n_args = n,
                  .env = env,
                  .n_env = n_env,
                  .cwd = bx_str_of(cwd ? cwd : own),
                  .fds = fds,
                  .n_fds = input < 0 ? 2 : 3};
    (void)prog_flush(&prog_out);
    int error = bx_process_start(&s, ret);
    if (error == EBADF) { /* one of the three is closed here too */
        s.n_fds = 0;
        for (size_t i = 0; i < 3; i++)
            if (fds[i].own >= 0 && fcntl(fds[i].own, F_GETFD) >= 0)
                fds[s.n_fds++] = fds[i];
        error = bx_process_start(&s, ret);
    }
    if (input > 0)
        (void)close(input);
    free(own);
    free(args);
    return error;
}

int run_wait(const char *const *argv, size_t n, const char *cwd, bx_ended *ret)
{
    int32_t pid;
    int error = run_start(argv, n, cwd, 0, &pid);
    if (error)
        return error;
    do
        error = bx_process_wait(pid, BX_WAIT_FOREVER, ret);
    while (error == EINTR);
    return error;
}

int run_instead(char **argv, size_t n, const char *cwd)
{
    bx_ended ended;
    int error = run_wait((const char *const *)argv, n, cwd, &ended);
    if (!error)
        return ended.code;
    prog_warn(error, "%s", prog_quoteaf(argv[0]));
    return error == ENOENT ? 127 : 126;
}
