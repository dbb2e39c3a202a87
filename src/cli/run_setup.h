/* cli/run_setup.h - what a run of an agent needs, put together from flags: for `run`, and for
 * whatever else talks to an agent.  One thread. */
#ifndef BX_CLI_RUN_SETUP_H
#define BX_CLI_RUN_SETUP_H

#include "agent/context.h"
#include "agent/managed.h"
#include "app/app.h"
#include "app/believed.h"
#include "app/funnel.h"
#include "app/hooks.h"
#include "cli/agent_tools.h"
#include "cli/approve.h"
#include "cli/command.h"
#include "cli/store.h"

typedef struct bx_run_options {       /* all borrowed; zero is a good default but for `limits` */
    const char *workspace;            /* NULL: the current directory */
    const char *model;                /* NULL: the session's own, or $BOXAGNTS_MODEL */
    const char *resume;               /* ID of a session; NULL: a new one */
    const char *title;                /* of a new session; NULL: the first line of its prompt */
    const bx_toolbox_option *options; /* what flags allow and deny; n_options of them */
    size_t n_options;
    const char *const *delegate; /* n_delegate lines more that executors may be given */
    size_t n_delegate;
    const char *mode;          /* of the policy; NULL: what its files say */
    bool mode_changes;         /* as bx_funnel_config.mode_changes */
    const char *const *policy; /* n_policy files instead of the user's and the workspace's */
    size_t n_policy;
    bool asks;                        /* there is a person at the terminal, who may be asked */
    const bx_gate_approver *approver; /* whoever is asked instead; NULL: nobody else */
    bool continue_last;               /* the last session of the workspace */
    bool forget;                      /* keep nothing of it */
    bool managed;                     /* it may have executors */
    unsigned at_once;                 /* executors; 0: the default */
    bx_spend limits;
    unsigned whole;   /* BX_WHOLE of those that were named: they bound all of the session */
    uint64_t wall_ns; /* likewise; 0: an hour for each prompt */
    bx_agent_watch watch;
} bx_run_options;

typedef struct bx_run { /* a process has one, or several beside each other */
    bx_app *app;
    bx_egress *egress;
    bx_llm *model;
    bx_cli_tools *tools;
    bx_grant *grant, *delegable;
    bx_budget *budget;
    bx_db *db; /* the funnel's; NULL: nothing is kept */
    bx_journal journal;
    bx_funnel *funnel;     /* policy, questions, record */
    bx_approver *approver; /* NULL: nobody is asked */
    bx_asker asker;        /* the same, with hooks that are told of it */
    bx_hooks *hooks;       /* NULL: there are none */
    bx_toolbox_config box;
    bx_believed *believed;
    bx_context *context;
    bx_managed *managed;
    bx_ctl ctl;
    char id[BX_AGENT_MAX_ID];
    char *workspace;       /* owned; its real path */
    bx_cli_session before; /* the session that is taken up */
    uint64_t worked_ns; /* by this process, on prompts that have ended; kept by whoever runs them */
    bx_buf facts;
    bx_agent_own own[BX_AGENT_MAX_OWN];
    size_t n_own;
    bx_agent_config cfg;
    bx_agent *agent;
} bx_run;

/* A new session's ID: when it began, and six characters by chance. */
BX_NODISCARD bx_code bx_run_new_id(char ret[BX_AGENT_MAX_ID], bx_error *err);

BX_NODISCARD bx_code bx_run_open(bx_run *r, const bx_run_options *o, bx_error *err);
/* When the time of the next prompt is over (CLOCK_MONOTONIC); `otherwise`: its time where none was
 * named. */
uint64_t bx_run_deadline(const bx_run *r, const bx_run_options *o, uint64_t otherwise_ns);
void bx_run_close(bx_run *r); /* of a process that ends next */
void bx_run_free(bx_run *r);  /* of one that goes on: everything is given back */

#endif
