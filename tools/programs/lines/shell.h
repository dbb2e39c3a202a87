/* lines/shell.h - commands that sed and awk run by `sh -c`.  One thread. */
#ifndef LINES_SHELL_H
#define LINES_SHELL_H

#include "base/defs.h"

/* Begin `sh -c COMMAND` with `in` and `out` as its standard input and output (our own 2 for
 * errors).  0 or an errno. */
int shell_start(bx_str command, int in, int out, int32_t *ret_pid);

/* Wait for it: its exit code, or 256 + the signal that ended it; -1: there is no such child. */
int shell_wait(int32_t pid);

#endif
