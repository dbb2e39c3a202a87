/* diff/box.h - the programs of the box diff and their help. */
#ifndef BX_DIFF_BOX_H
#define BX_DIFF_BOX_H

#include "base/defs.h"

/* "NAME: …\nNAME: Try 'NAME --help' for more information.\n", and the end: as diffutils say it. */
BX_NORETURN void diff_usage(const char *format, ...) BX_PRINTF(1, 2);

int diff_run(int argc, char **argv);
int cmp_run(int argc, char **argv);
int diff3_run(int argc, char **argv);
int patch_run(int argc, char **argv);

extern const char *const diff_help, *const cmp_help, *const diff3_help, *const patch_help;

#endif
