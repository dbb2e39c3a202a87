/* shell/brace.h - brace expansion of words before any other (Bash manual 3.5.1).  One thread. */
#ifndef BX_SHELL_BRACE_H
#define BX_SHELL_BRACE_H

#include "shell/ast.h"

/* Calls `emit` for each word that `w` expands to, in order (`w` itself when nothing expands).  A
 * word emitted is valid only during the call, its parts' nodes as long as the unit of `w`.  `emit`
 * answers false to stop (its own limit).  False: stopped, or nested too deeply. */
typedef bool sh_brace_emit(void *ctx, const sh_word *w);
bool sh_brace_expand(const sh_word *w, sh_brace_emit *emit, void *ctx);

#endif
