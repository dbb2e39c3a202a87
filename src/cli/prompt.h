/* cli/prompt.h - a prompt as it stands on a terminal, for a line editor that writes it again.
 * Pure. */
#ifndef BX_CLI_PROMPT_H
#define BX_CLI_PROMPT_H

#include "base/defs.h"

enum { BX_PROMPT_LITERAL = 1 }; /* around what moves no cursor (editline(3), EL_PROMPT_ESC) */

/* Escape sequences of `s` (ECMA-48: CSI, OSC, or two characters) between two BX_PROMPT_LITERALs;
 * those behind the last character seen go before it, since libedit takes them for part of the
 * character that follows.  Other control characters are left out.  What does not fit in `cap` bytes
 * is left out, too; `ret` ends with NUL.  *ret_columns: characters that are seen. */
void bx_prompt_prepare(bx_str s, char *ret, size_t cap, size_t *ret_columns);

#endif
