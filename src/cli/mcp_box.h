/* cli/mcp_box.h - what `boxagnts mcp` serves, shared by its parts.  For cli/mcp*.c alone. */
#ifndef BX_CLI_MCP_BOX_H
#define BX_CLI_MCP_BOX_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "cli/mcp_edition.h"
#include "cli/mcp_funnel.h"
#include "mcp/server.h"
#include "mcp/skills.h"
#include "os/watch.h"

enum {
    BX_MCP_MAX_TOOLS = 256,
    BX_MCP_MAX_FOLLOWED = 512, /* resources that clients are told of */
    BX_MCP_MAX_SKILL_DIRS = 6,
};

typedef struct bx_mcp_followed { /* a resource that somebody is told of */
    char *uri;                   /* owned; NULL: the place is free */
    size_t n;                    /* clients */
} bx_mcp_followed;

typedef struct bx_mcp_box {
    bx_mcp_edition_config cfg;
    bx_app *app;
    char run[BX_MCP_RUN];       /* empty: of each session its own */
    bx_toolbox_option *options; /* owned */
    bx_funnel *funnel;          /* the first edition's: it has the record */
    bx_mcp_server *server;
    bx_mcp_tools port;
    bx_mcp_resources resources;
    bx_skill_dir skill_dirs[BX_MCP_MAX_SKILL_DIRS];
    size_t n_skill_dirs;
    bx_mcp_skills *skills;
    bx_believer believer;   /* of the project's skills: the edition's that holds now */
    char home[BX_MAX_PATH]; /* $BOXAGNTS_HOME */
    pthread_mutex_t lock;   /* guards what follows, while clients are served */
    bx_mcp_edition *now;
    const bx_manifest *manifests[BX_MCP_MAX_TOOLS]; /* in the order of their names */
    size_t n;
    uint64_t looked_ns; /* when the list was made */
    bool changed;       /* it is another one than clients know */
    /* Who notices changes (mcp_watch.c). */
    bx_watch *watch;         /* NULL: nobody does; then they are noticed when somebody asks */
    char *workspace;         /* as the kernel calls it; owned */
    uint64_t policy_look;    /* what the policy files looked like when they were read */
    uint64_t files_look;     /* which files there were when clients were last told */
    _Atomic bool sees_files; /* that there are others near the workspace is noticed */
    pthread_t watcher;
    bool watches;
    bx_ctl watch_ctl;
    pthread_mutex_t follow_lock;
    bx_mcp_followed followed[BX_MCP_MAX_FOLLOWED]; /* with it */
} bx_mcp_box;

/* The edition that holds now, held until it is given back. */
bx_mcp_edition *bx_cli_mcp_edition_take(bx_mcp_box *b);
void bx_cli_mcp_edition_give(bx_mcp_box *b, bx_mcp_edition *e);
/* Make the list of tools anew; clients that have another one are told. */
void bx_cli_mcp_look(bx_mcp_box *b);

/* mcp_resources.c: the port of resources: that of the edition, and who is told of changes. */
void bx_cli_mcp_resources(bx_mcp_box *b);
void bx_cli_mcp_unfollow_all(bx_mcp_box *b);

/* mcp_watch.c: notice changes of tools, skills, policy files and resources from here on.  Nothing
 * of what changed is ever run.  That it cannot be is said on standard error, and is no error. */
void bx_cli_mcp_watch_open(bx_mcp_box *b);
void bx_cli_mcp_watch_begin(bx_mcp_box *b); /* when there is a server to be told */
void bx_cli_mcp_watch_end(bx_mcp_box *b);   /* nobody is told any more */
void bx_cli_mcp_watch_free(bx_mcp_box *b);  /* no client is left */
/* Tags of bx_watch; a resource has its place in `followed` beyond them. */
enum { BX_MCP_TOOLS = 1, BX_MCP_SKILLS, BX_MCP_POLICY, BX_MCP_FILES, BX_MCP_FOLLOWED };

#endif
