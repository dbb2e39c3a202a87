/* shell/unparse.h - syntax trees to text, as bash 5.2 prints them (declare -f, type, $BASH_COMMAND,
 * jobs).  One thread. */
#ifndef BX_SHELL_UNPARSE_H
#define BX_SHELL_UNPARSE_H

#include "base/buf.h"
#include "shell/ast.h"

/* The command on one or several lines, without a newline at its end. */
void sh_unparse_command(bx_buf *out, const sh_cmd *cmd);
/* "name () \n{ \n    …\n}", without a newline at its end: what `declare -f name` prints. */
void sh_unparse_function(bx_buf *out, bx_str name, const sh_cmd *body);
/* One assignment, redirection or [[ ]] expression, as `set -x` would want them unexpanded. */
void sh_unparse_redir(bx_buf *out, const sh_redir *r);
void sh_unparse_cond(bx_buf *out, const sh_cond *c);

#endif
