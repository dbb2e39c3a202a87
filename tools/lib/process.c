/* lib/process.c - the import module `boxagnts` as WebAssembly sees it, and what there is without.
 */
#include "lib/process.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __wasm__

#if defined BX_HOST_CALLS && BX_HOST_CALLS

#define IMPORT(name) __attribute__((import_module("boxagnts"), import_name(name)))

IMPORT("start") int bx_host_start(const bx_start *s, int32_t *ret_pid);
IMPORT("wait") int bx_host_wait(int32_t pid, uint64_t timeout_ns, bx_ended *ret);
IMPORT("kill") int bx_host_kill(int32_t pid, int32_t sig);
IMPORT("signals") int bx_host_signals(uint64_t caught, uint64_t *ret_pending);
IMPORT("self") int bx_host_self(int32_t *ret_pid, int32_t *ret_parent);
IMPORT("cwd") int bx_host_cwd(char *to, size_t cap, size_t *ret_n);
IMPORT("pipe") int bx_host_pipe(uint32_t flags, int *ret);
IMPORT("opened") int bx_host_opened(uint8_t *to, size_t bytes);
IMPORT("dup") int bx_host_dup(int fd, int at_least, int *ret);
IMPORT("dup_to") int bx_host_dup_to(int fd, int to);

int bx_process_start(const bx_start *s, int32_t *ret_pid) { return bx_host_start(s, ret_pid); }

int bx_process_wait(int32_t pid, uint64_t timeout_ns, bx_ended *ret)
{
    return bx_host_wait(pid, timeout_ns, ret);
}

int bx_process_kill(int32_t pid, int sig) { return bx_host_kill(pid, sig); }

int bx_process_signals(uint64_t caught, uint64_t *ret_pending)
{
    uint64_t pending = 0;
    int error = bx_host_signals(caught, &pending);
    if (error == 0 && ret_pending)
        *ret_pending = pending;
    return error;
}

void bx_process_self(int32_t *ret_pid, int32_t *ret_parent)
{
    *ret_pid = 1, *ret_parent = 0;
    (void)bx_host_self(ret_pid, ret_parent);
}

int bx_process_pipe(uint32_t flags, int ret[2]) { return bx_host_pipe(flags, ret); }

int bx_process_opened(uint8_t *to, size_t bytes) { return bx_host_opened(to, bytes); }

int bx_process_dup(int fd, int at_least, int *ret) { return bx_host_dup(fd, at_least, ret); }

int bx_process_dup_to(int fd, int to) { return bx_host_dup_to(fd, to); }

#else

int bx_process_start(const bx_start *s, int32_t *ret_pid)
{
    (void)s, (void)ret_pid;
    return ENOSYS;
}

int bx_process_wait(int32_t pid, uint64_t timeout_ns, bx_ended *ret)
{
    (void)pid, (void)timeout_ns, (void)ret;
    return ENOSYS;
}

int bx_process_kill(int32_t pid, int sig)
{
    (void)pid, (void)sig;
    return ENOSYS;
}

int bx_process_signals(uint64_t caught, uint64_t *ret_pending)
{
    (void)caught, (void)ret_pending;
    return ENOSYS;
}

void bx_process_self(int32_t *ret_pid, int32_t *ret_parent) { *ret_pid = 1, *ret_parent = 0; }

int bx_process_pipe(uint32_t flags, int ret[2])
{
    (void)flags, (void)ret;
    return ENOSYS;
}

int bx_process_opened(uint8_t *to, size_t bytes)
{
    (void)to, (void)bytes;
    return ENOSYS;
}

int bx_process_dup(int fd, int at_least, int *ret)
{
    (void)fd, (void)at_least, (void)ret;
    return ENOSYS;
}

int bx_process_dup_to(int fd, int to)
{
    (void)fd, (void)to;
    return ENOSYS;
}

#endif

static int host_cwd(char *to, size_t cap, size_t *ret_n)
{
#if defined BX_HOST_CALLS && BX_HOST_CALLS
    return bx_host_cwd(to, cap, ret_n);
#else
    (void)to, (void)cap, (void)ret_n;
    return ENOSYS;
#endif
}

void bx_process_enter_cwd(void)
{
    const char *pwd = getenv("PWD");
    char told[4096];
    size_t n = 0;
    if (host_cwd(told, sizeof told - 1, &n) == 0 && n > 0) {
        told[n] = '\0';
        pwd = told;
    }
    if (pwd && pwd[0] == '/')
        (void)!chdir(pwd);
}

#endif
