/* shell/tool.h - the shell as a JSON tool for language models (bash.tool.yaml).  One thread. */
#ifndef BX_SHELL_TOOL_H
#define BX_SHELL_TOOL_H

/* Reads one JSON object from standard input, runs its command, prints an MCP result; what main
 * returns. */
int sh_tool_main(void);

#endif
