/* files/run.h - starting other programs and waiting for them: find -exec, xargs, env, timeout.
 * Standard input, output and error are the caller's.  One thread. */
#ifndef BX_FILES_RUN_H
#define BX_FILES_RUN_H

#include "lib/process.h"

enum { RUN_NO_INPUT = 1, RUN_BACKGROUND = 2 };

/* Begin argv[0..n) in directory `cwd` (NULL: this one).  What the caller has written is written out
 * first.  0 or errno. */
int run_start(const char *const *argv, size_t n, const char *cwd, unsigned flags, int32_t *ret);

/* Begin it and wait for its end: *ret its end.  0 or errno. */
int run_wait(const char *const *argv, size_t n, const char *cwd, bx_ended *ret);

/* As exec: the program's exit status becomes this one's, with "NAME: 'PROGRAM': …" and 126 or 127
 * where it cannot be begun. */
int run_instead(char **argv, size_t n, const char *cwd);

/* The absolute path of the working directory, as PWD has it where that is right. Free it. */
char *run_cwd(void);

#endif
