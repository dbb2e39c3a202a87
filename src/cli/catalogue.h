/* cli/catalogue.h - the registry of a command: the home directory, and the workspace where it is
 * trusted; and files of tools that are named on the command line. */
#ifndef BX_CLI_CATALOGUE_H
#define BX_CLI_CATALOGUE_H

#include "tool/files.h"

/* `workspace` NULL: the current directory.  A user without a home has the built-in tools. */
BX_NODISCARD bx_code bx_cli_registry(const char *workspace, bx_registry **ret, bx_error *err);

/* One line on standard error for each thing that is refused. */
void bx_cli_tell_problems(const bx_tool_list *l);

/* The files of the tool that `word` means: FILE.wasm, NAME.tool.yaml, or a directory with one tool
 * in it; the path of the module goes onto `wasm`.  bx_tool_files_done. */
BX_NODISCARD bx_code bx_cli_tool_files(const char *word, bx_buf *wasm, bx_tool_files *ret,
                                       bx_error *err);

/* What describing says of its module, parsed. */
BX_NODISCARD bx_code bx_cli_describe(const bx_tool_files *f, bx_json **ret, bx_error *err);

/* Text of ours with a stranger's words in it, line by line. */
void bx_cli_print_lines(bx_str text);

/* A yes or no of the person at the terminal; false where there is none. */
bool bx_cli_ask(const char *question);
bool bx_cli_can_ask(void);

/* A line without echo, from the terminal where there is one, else from standard input. */
BX_NODISCARD bx_code bx_cli_password(const char *prompt, bx_buf *ret, bx_error *err);

#endif
