/* shell/declare_in.h - what declare.c takes from its neighbours.  Nobody else includes it. */
#ifndef BX_SHELL_DECLARE_IN_H
#define BX_SHELL_DECLARE_IN_H

#include "shell/expand_in.h"

sh_compound *sh_compound_expand(shell *sh, const sh_assign *a); /* assign.c; NULL: failed */
void sh_local_options(shell *sh); /* `local -`: the set options come back with the function's end */
bool sh_var_quiet(const sh_var *v); /* not listed by `set` and `declare`: no value, or made anew at
                                       each look */

#endif
