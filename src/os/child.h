/* os/child.h - a program of ours run beside a call, to its end or the call's.  Any thread, also of
 * a process with others: nothing of ours runs between fork and exec (posix_spawn). */
#ifndef BX_OS_CHILD_H
#define BX_OS_CHILD_H

#include "os/ctl.h"

typedef struct bx_child {
    const char *program;     /* a path */
    const char *const *argv; /* NULL-terminated */
    int in, out;             /* become its standard input and output; both above 2 */
} bx_child;

typedef struct bx_child_end {
    bx_stop stop;          /* why it was killed; BX_STOP_NONE: it ended by itself */
    int signal;            /* that ended it, or 0 */
    uint64_t memory_bytes; /* the largest it was */
} bx_child_end;

/* Run it with no variables, standard error closed off, signals as at a program's start, in a
 * process group of its own (a terminal's signals are the caller's business), and wait for its end
 * or for that of `ctl` (may be NULL), which kills it.  BX_EUNSUPPORTED when the program cannot be
 * started here (no such file, no right to); BX_EIO for whatever else the kernel refused, a process
 * more included. */
BX_NODISCARD bx_code bx_child_run(const bx_child *c, const bx_ctl *ctl, bx_child_end *ret,
                                  bx_error *err);

/* Run a command of the host as a person would: found on PATH, with this process's variables and
 * standard error, which gets its output too; its input is empty.  *ret: its exit status, 128 + the
 * signal that ended it.  BX_ENOENT: there is no such command; BX_EIO. */
BX_NODISCARD bx_code bx_command_run(const char *const *argv, int *ret, bx_error *err);

/* In the child: end with the thread that made this process, keep no descriptor above 2, dump no
 * core, gain no rights by exec; at most `cpu_s` seconds of processor time and `memory` bytes of
 * memory of its own (RLIMIT_DATA) beyond what the process has now.  False: the kernel refused. */
BX_NODISCARD bool bx_child_confine(uint64_t cpu_s, uint64_t memory);

/* An empty file in memory, its descriptor above 2. */
BX_NODISCARD bx_code bx_memfd(const char *name, int *ret, bx_error *err);

#endif
