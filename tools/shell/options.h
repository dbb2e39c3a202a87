/* shell/options.h - the options of a builtin, as bash's builtins take them.  Plain value. */
#ifndef BX_SHELL_OPTIONS_H
#define BX_SHELL_OPTIONS_H

#include "shell/ast.h"
#include "shell/shell.h"

typedef struct sh_opts {
    shell *sh;
    int argc, i; /* i: the first operand, once sh_opts_next gave 0 */
    char **argv;
    const char *letters; /* as getopt's: "ab:" */
    const char *at;      /* within a word of several letters */
    char *value;         /* of an option that takes one */
    bool plus;           /* it was +x: only when `letters` begins with '+' */
} sh_opts;

/* The next option's letter; 0: there are no more; -1: a mistake, the message and usage are printed
 * and the builtin returns 2. */
int sh_opts_next(sh_opts *o);

#endif
