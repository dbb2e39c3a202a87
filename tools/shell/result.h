/* shell/result.h - the text of what a tool answered (`call`).  The host has checked that it is one
 * CallToolResult of MCP; what is not as it should be ends the reading all the same.  Pure. */
#ifndef BX_SHELL_RESULT_H
#define BX_SHELL_RESULT_H

#include "base/defs.h"

/* The texts of `content`, each ended by a newline; `to` has room for json.n + 1 bytes.  False: it
 * is no result. */
BX_NODISCARD bool sh_result_text(bx_str json, char *to, size_t *ret_n, bool *ret_error);

#endif
