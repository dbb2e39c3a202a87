/* cli/mcp_edition.h - what holds for the calls of `boxagnts mcp` from one reading of the policy
 * files to the next: the policy, the tools under it, the files that are served as resources, and
 * which texts of the workspace are believed.  A call keeps the edition it began with; when the
 * files change, the next one gets another.
 *
 * Made by one thread at a time; what it holds may be used by any. */
#ifndef BX_CLI_MCP_EDITION_H
#define BX_CLI_MCP_EDITION_H

#include "app/believed.h"
#include "app/funnel.h"
#include "cli/command.h"
#include "mcp/workspace.h"

enum { BX_FLAG_WORKSPACE = 1000 };

typedef struct bx_mcp_edition {
    bx_funnel *funnel;  /* owned, but for the first edition's, which has the record */
    bx_toolbox *tools;  /* owned, as what follows */
    bx_sealed *reading; /* what `read` may use */
    bx_mcp_workspace *workspace;
    bx_believed *believed;
    bool first;
    size_t refs; /* guarded by whoever hands it out */
} bx_mcp_edition;

typedef struct bx_mcp_edition_config { /* borrowed as long as any edition lives */
    const bx_args *a;
    bx_app *app;
    const char *workspace;
    const char *real; /* the same as the kernel calls it; NULL: there is none */
    const bx_toolbox_option *options;
    size_t n_options;
    const bx_mcp_tools *port; /* calls that resources make go through it */
} bx_mcp_edition_config;

/* `before`: the edition that it follows; NULL: the first.  Notes go to standard error. */
BX_NODISCARD bx_code bx_cli_mcp_edition_new(const bx_mcp_edition_config *cfg,
                                            const bx_mcp_edition *before, bx_mcp_edition **ret,
                                            bx_error *err);
void bx_cli_mcp_edition_free(bx_mcp_edition *e); /* no call may run in it.  NULL is fine */

#endif
