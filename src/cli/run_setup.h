/* cli/run_setup.h - what a run of an agent needs, put together from flags: for `run`, and for
 * whatever else talks to an agent.  One thread. */
#ifndef BX_CLI_RUN_SETUP_H
#define BX_CLI_RUN_SETUP_H

#include "agent/agent.h"
#include "app/app.h"
#include "cli/agent_tools.h"
#include "cli/command.h"

typedef struct bx_run_options { /* all borrowed; zero is a good default */
    const char *workspace;      /* NULL: the current directory */
    const char *model;          /* NULL: $BOXAGNTS_MODEL, or what a key in the environment is for */
    const char *resume;         /* ID of a session; NULL: a new one */
    const char *mode;           /* permission mode; NULL: default */
    bool continue_last;         /* the last session of the workspace */
    bool managed, trust;
    bx_spend limits;
    uint64_t wall_ns; /* 0: an hour */
    bx_agent_watch watch;
} bx_run_options;

typedef struct bx_run { /* a process has one */
    bx_app *app;
    bx_egress *egress;
    bx_llm *model;
    bx_cli_tools *tools;
    bx_grant *grant;
    bx_budget *budget;
    bx_ctl ctl;
    char id[BX_AGENT_MAX_ID];
    bx_buf system;
    bx_agent_config cfg;
    bx_agent *agent;
} bx_run;

/* `apply` (may be NULL) adds to the grant what flags allow, before the defaults. */
typedef bx_code bx_run_allow(void *ctx, bx_grant *g, bx_error *err);

BX_NODISCARD bx_code bx_run_open(bx_run *r, const bx_run_options *o, bx_run_allow *allow, void *ctx,
                                 bx_error *err);
void bx_run_close(bx_run *r); /* of a process that ends next */

#endif
