/* lib/process_native.c - lib/process.h made of fork and exec, so that guests which start programs
 * can be tested, fuzzed and compared on the host.  No sandbox, and no part of any product. */
#ifndef __wasm__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/process.h"

static volatile sig_atomic_t native_pending[65];

static void native_note(int sig) { native_pending[sig] = 1; }

static char *native_text(bx_str s)
{
    char *text = malloc(s.n + 1);
    if (!text)
        abort();
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return text;
}

/* `pwd`, "PWD=…", takes the place of what there is. */
static char **native_list(const bx_str *p, size_t n, const char *pwd)
{
    char **list = calloc(n + 1, sizeof *list);
    if (!list)
        abort();
    for (size_t i = 0; i < n; i++) {
        bool is_pwd = pwd && p[i].n >= 4 && memcmp(p[i].p, "PWD=", 4) == 0;
        list[i] = native_text(is_pwd ? (bx_str){pwd, strlen(pwd)} : p[i]);
    }
    return list;
}

/* In the child: its descriptors as they are wanted, everything else closed. */
static void native_fds(const bx_start *s)
{
    enum { HIGH = 500 };
    for (size_t i = 0; i < s->n_fds; i++)
        if (fcntl(s->fds[i].own, F_DUPFD, HIGH + (int)i) < 0)
            _exit(126);
    for (int fd = 0; fd < HIGH; fd++)
        (void)close(fd);
    for (size_t i = 0; i < s->n_fds; i++) {
        (void)dup2(HIGH + (int)i, s->fds[i].child);
        (void)close(HIGH + (int)i);
    }
}

int bx_process_start(const bx_start *s, int32_t *ret_pid)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    pid_t pid = fork();
    if (pid < 0)
        return errno;
    if (pid == 0) {
        int high = fcntl(report[1], F_DUPFD_CLOEXEC, 900);
        char *pwd = NULL;
        if (s->cwd.n) {
            char *cwd = native_text(s->cwd);
            if (chdir(cwd) != 0) {
                int error = errno;
                (void)!write(high, &error, sizeof error);
                _exit(126);
            }
            pwd = malloc(s->cwd.n + 5);
            if (!pwd)
                abort();
            memcpy(pwd, "PWD=", 4);
            memcpy(pwd + 4, cwd, s->cwd.n + 1);
        }
        char **argv = native_list(s->args, s->n_args, NULL),
             **env = native_list(s->env, s->n_env, pwd);
        char *name = native_text(s->name);
        native_fds(s);
        for (int sig = 1; sig < 32; sig++)
            (void)signal(sig, SIG_DFL);
        (void)execvpe(name, argv, env);
        int error = errno;
        (void)!write(high, &error, sizeof error);
        _exit(126);
    }
    (void)close(report[1]);
    int error = 0;
    if (read(report[0], &error, sizeof error) == sizeof error)
        (void)waitpid(pid, NULL, 0);
    (void)close(report[0]);
    if (error == 0)
        *ret_pid = pid;
    return error;
}

int bx_process_wait(int32_t pid, uint64_t timeout_ns, bx_ended *ret)
{
    struct timespec began, now;
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    for (;;) {
        int status;
        pid_t got = waitpid(pid, &status, timeout_ns == BX_WAIT_FOREVER ? 0 : WNOHANG);
        if (got < 0)
            return errno;
        if (got > 0) {
            *ret = (bx_ended){.pid = got};
            if (WIFSIGNALED(status)) {
                ret->kind = BX_ENDED_SIGNAL;
                ret->signal = (uint32_t)WTERMSIG(status);
                ret->code = 128 + WTERMSIG(status);
            } else {
                ret->code = WEXITSTATUS(status);
            }
            return 0;
        }
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t passed = (uint64_t)(now.tv_sec - began.tv_sec) * 1000000000u +
                          (uint64_t)now.tv_nsec - (uint64_t)began.tv_nsec;
        if (passed >= timeout_ns)
            return ETIMEDOUT;
        (void)poll(NULL, 0, 1);
    }
}

int bx_process_kill(int32_t pid, int sig) { return kill(pid, sig) == 0 ? 0 : errno; }

int bx_process_signals(uint64_t caught, uint64_t *ret_pending)
{
    static uint64_t before;
    uint64_t pending = 0;
    for (int sig = 1; sig < 32; sig++) {
        if (((caught ^ before) >> sig & 1) != 0)
            (void)signal(sig, caught >> sig & 1 ? native_note : SIG_DFL);
        if (native_pending[sig]) {
            native_pending[sig] = 0;
            pending |= UINT64_C(1) << sig;
        }
    }
    before = caught;
    if (ret_pending)
        *ret_pending = pending;
    return 0;
}

void bx_process_self(int32_t *ret_pid, int32_t *ret_parent)
{
    *ret_pid = getpid();
    *ret_parent = getppid();
}

int bx_process_pipe(uint32_t flags, int ret[2])
{
    if (!(flags & BX_PIPE_GROWS))
        return pipe(ret) == 0 ? 0 : errno;
    int file = memfd_create("pipe", 0);
    if (file < 0)
        return errno;
    char name[64] = "/proc/self/fd/";
    size_t n = strlen(name);
    char digits[16];
    size_t d = 0;
    for (int v = file; d == 0 || v > 0; v /= 10)
        digits[d++] = (char)('0' + v % 10);
    while (d > 0)
        name[n++] = digits[--d];
    name[n] = '\0';
    ret[0] = open(name, O_RDONLY);
    ret[1] = open(name, O_WRONLY | O_APPEND);
    int error = ret[0] < 0 || ret[1] < 0 ? errno : 0;
    (void)close(file);
    return error;
}

int bx_process_opened(uint8_t *to, size_t bytes)
{
    memset(to, 0, bytes);
    for (size_t fd = 0; fd < bytes * 8; fd++)
        if (fcntl((int)fd, F_GETFD) >= 0)
            to[fd / 8] |= (uint8_t)(1u << fd % 8);
    return 0;
}

int bx_process_dup(int fd, int at_least, int *ret)
{
    int got = fcntl(fd, F_DUPFD, at_least);
    if (got < 0)
        return errno;
    *ret = got;
    return 0;
}

int bx_process_dup_to(int fd, int to) { return dup2(fd, to) >= 0 ? 0 : errno; }

void bx_process_enter_cwd(void) {}

#endif
