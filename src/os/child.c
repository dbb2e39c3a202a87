#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/fd.h"

bx_code bx_memfd(const char *name, int *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        return bx_fail_errno(err, errno, "a file in memory");
    int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (high < 0)
        return bx_fail_errno(err, errno, "a file in memory");
    *ret = high;
    return BX_OK;
}

static int spawn_with(const bx_child *c, posix_spawn_file_actions_t *fa, posix_spawnattr_t *attr,
                      pid_t *ret)
{
    sigset_t none, all;
    char *no_variables[] = {NULL};
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int rc = posix_spawn_file_actions_adddup2(fa, c->in, STDIN_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(fa, c->out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (rc == 0)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETPGROUP);
    if (rc == 0)
        rc = posix_spawnattr_setsigmask(attr, &none);
    if (rc == 0)
        rc = posix_spawnattr_setsigdefault(attr, &all);
    /* posix_spawn does not write to argv; its type is older than const. */
    return rc != 0 ? rc
                   : posix_spawn(ret, c->program, fa, attr, (char *const *)(uintptr_t)c->argv,
                                 no_variables);
}

static bx_code spawn(const bx_child *c, pid_t *ret, bx_error *err)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    int rc = posix_spawn_file_actions_init(&fa);
    if (rc != 0)
        return bx_fail_errno(err, rc, "start %s", c->program);
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = spawn_with(c, &fa, &attr, ret);
        (void)posix_spawnattr_destroy(&attr);
    }
    (void)posix_spawn_file_actions_destroy(&fa);
    if (rc == ENOENT || rc == EACCES || rc == ENOEXEC || rc == EPERM)
        return bx_fail(err, BX_EUNSUPPORTED, "cannot start %s", c->program);
    return rc == 0 ? BX_OK : bx_fail_errno(err, rc, "start %s", c->program);
}

/* What became of it; a process that reaps every child of its own leaves us without. */
static void reap(pid_t pid, bx_child_end *ret)
{
    struct rusage used = {0};
    int status = 0;
    pid_t got;
    while ((got = wait4(pid, &status, 0, &used)) < 0 && errno == EINTR) {
    }
    if (got != pid)
        return;
    ret->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    ret->memory_bytes = (uint64_t)used.ru_maxrss * 1024;
}

bx_code bx_child_run(const bx_child *c, const bx_ctl *ctl, bx_child_end *ret, bx_error *err)
{
    pid_t pid = -1;
    bx_code rc = spawn(c, &pid, err);
    if (rc != BX_OK)
        return rc;
    *ret = (bx_child_end){.stop = BX_STOP_NONE};
    const bx_ctl nobody = bx_ctl_init(UINT64_MAX);
    BX_AUTOCLOSE int handle = (int)syscall(SYS_pidfd_open, pid, 0);
    if (handle < 0) {
        rc = bx_fail_errno(err, errno, "watch %s", c->program);
        (void)kill(pid, SIGKILL); /* not waited for yet: the number is still its own */
        reap(pid, ret);
        return rc;
    }
    struct pollfd ended = {.fd = handle, .events = POLLIN};
    int ready = 0;
    ret->stop = bx_ctl_wait(ctl ? ctl : &nobody, &ended, 1, UINT64_MAX, &ready);
    if (ret->stop != BX_STOP_NONE)
        (void)syscall(SYS_pidfd_send_signal, handle, SIGKILL, NULL, 0);
    reap(pid, ret);
    return BX_OK;
}

static int command_actions(posix_spawn_file_actions_t *fa)
{
    int rc = posix_spawn_file_actions_addopen(fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    return rc != 0 ? rc : posix_spawn_file_actions_adddup2(fa, STDERR_FILENO, STDOUT_FILENO);
}

bx_code bx_command_run(const char *const *argv, int *ret, bx_error *err)
{
    posix_spawn_file_actions_t fa;
    pid_t pid = -1, got;
    int status = 0, rc = posix_spawn_file_actions_init(&fa);
    if (rc == 0) {
        rc = command_actions(&fa);
        if (rc == 0)
            rc = posix_spawnp(&pid, argv[0], &fa, NULL, (char *const *)(uintptr_t)argv, environ);
        (void)posix_spawn_file_actions_destroy(&fa);
    }
    if (rc == ENOENT)
        return bx_fail(err, BX_ENOENT, "there is no command '%s' here", argv[0]);
    if (rc != 0)
        return bx_fail_errno(err, rc, "start %s", argv[0]);
    while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
    }
    if (got != pid)
        return bx_fail_errno(err, errno, "wait for %s", argv[0]);
    *ret = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return BX_OK;
}

/* Bytes of memory of its own that the process has mapped: what RLIMIT_DATA counts. */
static uint64_t data_now(void)
{
    char text[256] = "";
    BX_AUTOCLOSE int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    uint64_t pages = 0;
    int field = 0;
    for (ssize_t i = 0; i < n && field < 6; i++) { /* size resident shared text lib data dt */
        if (text[i] == ' ')
            field++;
        else if (field == 5)
            pages = pages * 10 + (uint64_t)(text[i] - '0');
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* At most `most` from now on, and never more again; what is lower already stays. */
static bool lower(__rlimit_resource_t what, uint64_t most)
{
    struct rlimit r;
    if (getrlimit(what, &r) != 0)
        return false;
    r.rlim_cur = r.rlim_max = r.rlim_max < most ? r.rlim_max : most;
    return setrlimit(what, &r) == 0;
}

bool bx_child_confine(uint64_t cpu_s, uint64_t memory)
{
    uint64_t data = data_now();
    data = memory > UINT64_MAX - data ? UINT64_MAX : data + memory;
    /* Ours are closed by exec; a kernel before 5.9 keeps what an embedder left open. */
    bool closed = syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0 || errno == ENOSYS;
    return closed && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && lower(RLIMIT_CORE, 0) &&
           lower(RLIMIT_CPU, cpu_s) && lower(RLIMIT_DATA, data);
}
