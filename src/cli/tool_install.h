/* cli/tool_install.h - a tool of one's own put among the tools: the half of `tool add` that takes a
 * file.  Nothing of it is run or compiled. */
#ifndef BX_CLI_TOOL_INSTALL_H
#define BX_CLI_TOOL_INSTALL_H

#include "base/error.h"

typedef struct bx_install {
    const char *word;      /* FILE.wasm, NAME.tool.yaml or a directory */
    const char *workspace; /* NULL: the current directory */
    bool project;          /* into WORKSPACE/.boxagnts/tools */
    bool yes;              /* whoever asks has looked at it */
} bx_install;

int bx_tool_install(const bx_install *in); /* the exit code */

/* Where such tools are, and by which name tool/pins.h knows that place. */
typedef struct bx_tool_place {
    char dir[4096 + 32], where[4096], lock[4096 + 32];
} bx_tool_place;
BX_NODISCARD bx_code bx_tool_place_of(const char *workspace, bool project, bx_tool_place *ret,
                                      bx_error *err);

#endif
