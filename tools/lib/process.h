/* lib/process.h - programs that start programs: the import module `boxagnts`, version 1
 * (docs/programs.md).  What is started is a sandbox of its own with at most the caller's grant,
 * within the budgets of the one call that all of them belong to.
 *
 * A guest that uses this is compiled with -DBX_HOST_CALLS=1 (FLAGS of bx_guest); without it, or in
 * another runtime, every function answers ENOSYS.  Natively (tests, fuzz targets) the same
 * functions are made of fork and exec, so the same sources run on the host.
 *
 * Numbers that functions return are of errno, 0: done. */
#ifndef BX_LIB_PROCESS_H
#define BX_LIB_PROCESS_H

#include "base/defs.h"

enum { BX_PROCESS_ABI = 1, BX_WAIT_ANY = -1 };
#define BX_WAIT_FOREVER UINT64_MAX

/* The child's descriptor `child` is a duplicate of the caller's `own`: the same open file, the same
 * offset.  All numbers not named are closed in the child, 0 to 2 included. */
typedef struct bx_fd_map {
    int32_t child, own;
} bx_fd_map;

enum {
    BX_START_BACKGROUND = 1, /* runs beside the caller from now on, whether waited for or not */
};

typedef struct bx_start {
    uint32_t size;      /* sizeof (bx_start) */
    uint32_t flags;     /* BX_START_... */
    bx_str name;        /* a command ("sort"), or its path below /bin ("/bin/sort") */
    const bx_str *args; /* with args[0]; no NUL within */
    size_t n_args;
    const bx_str *env; /* "NAME=value"; PWD among them becomes `cwd` */
    size_t n_env;
    bx_str cwd; /* an absolute directory; empty: the caller's PWD */
    const bx_fd_map *fds;
    size_t n_fds;
} bx_start;

typedef enum bx_ended_kind {
    BX_ENDED_EXIT = 0,   /* by itself; code: its exit code */
    BX_ENDED_SIGNAL = 1, /* killed, or it wrote where nobody reads (SIGPIPE) */
    BX_ENDED_TRAP = 2,   /* unreachable, out of bounds, stack */
    BX_ENDED_MEMORY = 3, /* the call's memory limit */
    BX_ENDED_LIMIT = 4,  /* another limit of the call */
    BX_ENDED_FAILED = 5, /* it never began: what it is could not be run */
} bx_ended_kind;

typedef struct bx_ended {
    int32_t pid;
    uint32_t kind; /* bx_ended_kind */
    int32_t code;  /* as a shell's $?: the exit code; 128 + the signal; 132 trap; 137 memory; 126 */
    uint32_t signal;
    uint64_t wall_us, cpu_us, memory_bytes; /* memory: the peak */
} bx_ended;

/* Begin a program.  It need not run yet when this returns: it runs, on the caller's own thread
 * where that can be, when the caller waits for it or for what it writes, when another reads or
 * writes what is between them, or beside all with BX_START_BACKGROUND. *ret_pid is unique within
 * the call and stays so.  The caller's descriptors stay open, close those that are not its own
 * business any more: a pipe ends when its last writer is closed. ENOENT no such program; EACCES the
 * grant has no tool:NAME for it; ENOEXEC it is no WebAssembly command; EAGAIN the limits processes,
 * starts or depth; E2BIG; EBADF; ENOTDIR or ENOENT of `cwd`; ENOMEM; ENOSYS. */
BX_NODISCARD int bx_process_start(const bx_start *s, int32_t *ret_pid);

/* Wait for child `pid`, or any (BX_WAIT_ANY), at most `timeout_ns` (0: only look).  A child can be
 * waited for once.  ECHILD no such child (any more); ETIMEDOUT; EINTR a caught signal came. */
BX_NODISCARD int bx_process_wait(int32_t pid, uint64_t timeout_ns, bx_ended *ret);

/* Send signal `sig` (Linux numbers; 0: only look) to a process of this call: a child, any
 * descendant, an ancestor, oneself.  What a process does not catch ends it with 128 + sig; SIGCHLD,
 * SIGCONT, SIGURG and SIGWINCH do nothing.  ESRCH. */
BX_NODISCARD int bx_process_kill(int32_t pid, int sig);

/* Which signals (bit 1 << sig) are caught from now on instead of ending this process, and which of
 * them have come since the last call, to *ret_pending, which may be NULL.  SIGKILL cannot be
 * caught.  A signal that is ignored is one that is caught and forgotten. */
BX_NODISCARD int bx_process_signals(uint64_t caught, uint64_t *ret_pending);

/* This process and the one that started it (0: none, it is the call itself). */
void bx_process_self(int32_t *ret_pid, int32_t *ret_parent);

enum {
    BX_PIPE_GROWS = 1, /* takes all that is written, up to the call's memory limit, and waits for
                          nobody: for what the writer itself reads later */
};

/* ret[0] reads, ret[1] writes.  A writer waits while 64 KiB are unread; writing to what nobody
 * reads ends the process as SIGPIPE would, or is EPIPE where that is caught.  EMFILE, ENOMEM. */
BX_NODISCARD int bx_process_pipe(uint32_t flags, int ret[2]);

/* Which of the descriptors 0 to 8 * bytes - 1 are open: bit fd % 8 of to[fd / 8]. */
BX_NODISCARD int bx_process_opened(uint8_t *to, size_t bytes);

/* Another number, the lowest free one from `at_least` on, for the same open file.  EBADF, EMFILE.
 */
BX_NODISCARD int bx_process_dup(int fd, int at_least, int *ret);

/* The same under the number `to`, closed first where it is open.  EBADF, EMFILE. */
BX_NODISCARD int bx_process_dup_to(int fd, int to);

/* Make libc's working directory what PWD says; to be called first in main.  A PWD that cannot be
 * entered is left for the first use to fail. */
void bx_process_enter_cwd(void);

#endif
