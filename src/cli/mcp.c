/* boxagnts mcp: the tools, served to an agent over the Model Context Protocol. */
#include "mcp/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/believed.h"
#include "app/funnel.h"
#include "app/policy_files.h"
#include "app/tool_grant.h"
#include "app/toolbox.h"
#include "base/limits.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/mcp_funnel.h"
#include "cli/mcp_http.h"
#include "cli/setup.h"
#include "mcp/skills.h"
#include "mcp/stdio.h"
#include "mcp/workspace.h"
#include "os/dirs.h"
#include "os/signals.h"
#include "policy/derive.h"

enum { FLAG_WORKSPACE = 1000, MAX_TOOLS = 256, SLOTS = 32 };

static const bx_flag flags[] = {
    {"workspace", "DIR",
     "the directory the tools see as " BX_WORKSPACE " (default: the current one)", FLAG_WORKSPACE},
    {"allow", "CAP",
     "let the tools use what they need of this: fetch:https://host, read:" BX_WORKSPACE "/docs, …",
     BX_OPT_allow},
    {"deny", "GLOB", "carve out paths, whatever else is allowed: '**/.env', " BX_WORKSPACE "/keys",
     BX_OPT_deny},
    {"limit", "NAME=VALUE", "set a limit instead of the tools' own: wall=5s, output=1MiB, …",
     BX_OPT_limits},
    BX_MCP_FUNNEL_FLAGS,
    BX_MCP_HTTP_FLAGS,
};

/* ---- the tools ------------------------------------------------------------------------------- */

typedef struct box { /* what is served */
    const bx_args *a;
    bx_app *app;
    bx_funnel *funnel;
    char run[BX_MCP_RUN];       /* empty: of each session its own */
    bx_toolbox_option *options; /* owned */
    bx_toolbox *tools;
    pthread_mutex_t lock;                    /* guards what follows, while clients are served */
    const bx_manifest *manifests[MAX_TOOLS]; /* in the order of their names */
    size_t n;
    uint64_t looked_ns; /* when the list was made */
    bool changed;       /* it is another one than clients know */
    bx_mcp_server *server;
    bx_mcp_tools port;
    bx_sealed *reading; /* what `read` may use */
    bx_mcp_workspace *workspace;
    bx_mcp_skills *skills;
    bx_believed *believed; /* of the project's skills */
    char *workspace_real;  /* owned */
} box;

static bx_code open_toolbox(box *b, bx_error *err)
{
    const char *workspace = bx_flag_last(b->a, FLAG_WORKSPACE);
    bx_toolbox_config cfg = {.workspace = workspace ? workspace : "."};
    b->options = bx_calloc(b->a->n_flags + 1, sizeof *b->options);
    if (!b->options)
        return bx_fail(err, BX_ENOMEM, "flags");
    for (size_t i = 0; i < b->a->n_flags; i++) {
        const bx_flag_value *f = &b->a->flags[i];
        if (f->id < BX_OPTION_COUNT)
            b->options[cfg.n_options++] = (bx_toolbox_option){(bx_option)f->id, f->value};
    }
    cfg.options = b->options;
    bx_code rc = bx_cli_mcp_funnel(b->a, cfg.workspace, &b->funnel, err);
    if (rc != BX_OK)
        return rc;
    bx_funnel_fill(b->funnel, &cfg);
    return bx_toolbox_new(b->app, &cfg, &b->tools, err);
}

/* What can be called here and is not denied anyhow.  *ret_changed: it is not what it was. */
static bx_code look(box *b, bool *ret_changed, bx_error *err)
{
    size_t n = 0;
    const char *name;
    bx_code rc = BX_OK;
    *ret_changed = false;
    for (size_t i = 0; rc == BX_OK && n < MAX_TOOLS && (name = bx_toolbox_name(b->tools, i)); i++) {
        const bx_manifest *m = NULL;
        const bx_grant *g;
        bx_error none;
        if (bx_toolbox_find(b->tools, bx_str_of(name), &m, &none) != BX_OK || !m->input_schema ||
            !bx_funnel_shows(b->funnel, m))
            continue;
        rc = bx_toolbox_grant(b->tools, m, &g, err);
        *ret_changed = *ret_changed || n >= b->n || b->manifests[n] != m;
        b->manifests[n++] = m;
    }
    *ret_changed = *ret_changed || n != b->n;
    b->n = n;
    return rc;
}

/* Grants are made now: whatever is wrong with a flag is said before a client is served. */
static bx_code load(box *b, bx_error *err)
{
    bool changed;
    bx_code rc = bx_cli_app(SLOTS, &b->app, err);
    if (rc == BX_OK)
        rc = open_toolbox(b, err);
    if (rc == BX_OK && !bx_has_flag(b->a, BX_FLAG_HTTP))
        rc = bx_cli_mcp_run(b->run, err);
    b->looked_ns = bx_now_ns();
    return rc == BX_OK ? look(b, &changed, err) : rc;
}

/* Tools that were added, changed or removed meanwhile are noticed when somebody asks. */
static void hold(void *ctx)
{
    enum { LOOK_NS = 1000000000 };
    box *b = ctx;
    bx_error none;
    (void)pthread_mutex_lock(&b->lock);
    if (bx_now_ns() - b->looked_ns < LOOK_NS)
        return;
    b->looked_ns = bx_now_ns();
    (void)(look(b, &b->changed, &none) == BX_OK);
}

static void release(void *ctx)
{
    box *b = ctx;
    bool changed = b->changed;
    b->changed = false;
    (void)pthread_mutex_unlock(&b->lock);
    if (changed)
        bx_mcp_server_changed(b->server, BX_MCP_TOOLS_CHANGED);
}

static size_t count(void *ctx) { return ((box *)ctx)->n; }

static const bx_manifest *manifest(void *ctx, size_t i) { return ((box *)ctx)->manifests[i]; }

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    const box *b = ctx;
    bx_record record;
    (void)c;
    bx_record_init(&record);
    bx_toolbox_call call = {
        .arguments = arguments, .ctl = ctl, .record = &record, .err_fd = -1, .origin = *origin};
    if (call.origin.run.n == 0)
        call.origin.run = bx_str_of(b->run);
    bx_code rc = bx_toolbox_run(b->tools, name, &call, ret, err);
    bx_record_done(&record);
    return rc;
}

/* ---- resources and prompts ------------------------------------------------------------------- */

static bx_code open_workspace(box *b, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const bx_manifest *m = NULL;
    const bx_grant *run = NULL;
    bx_code rc = bx_toolbox_find(b->tools, BX_LIT("read"), &m, err);
    if (rc == BX_OK)
        rc = bx_toolbox_grant(b->tools, m, &run, err);
    if (rc == BX_OK)
        rc = bx_grant_derive(run, (bx_cap_list){m->needs, m->n_needs}, &g, &notes, err);
    if (rc == BX_OK)
        rc = bx_app_protect(b->app, g, err);
    if (rc == BX_OK)
        rc = bx_sealed_new(BX_TAKE(g), bx_app_store_dir(b->app), &b->reading, err);
    return rc == BX_OK
               ? bx_mcp_workspace_new(&b->port, bx_sealed_vfs(b->reading), &b->workspace, err)
               : rc;
}

/* A project's own come before the person's; they are there where the project is trusted: what they
 * say goes to the model as the person's words. */
static bx_code open_skills(box *b, bx_error *err)
{
    enum { OF_PROJECT = 3, OF_PERSON = 3 };
    const char *workspace = bx_flag_last(b->a, FLAG_WORKSPACE), *home = getenv("HOME");
    char ours[BX_MAX_PATH];
    bool trusted = false, has_ours = bx_home_dir(ours, sizeof ours, NULL) == BX_OK;
    workspace = workspace ? workspace : ".";
    const bx_skill_dir dirs[OF_PROJECT + OF_PERSON] = {
        {workspace, ".boxagnts/skills", BX_WORKSPACE},
        {workspace, ".agents/skills", BX_WORKSPACE},
        {workspace, ".claude/skills", BX_WORKSPACE},
        {ours, "skills", NULL}, /* as of `run`: agent/context.c */
        {home, ".boxagnts/skills", NULL},
        {home, ".agents/skills", NULL},
    };
    bx_code rc = bx_policy_is_trusted(workspace, &trusted, err);
    if (rc != BX_OK)
        return rc;
    size_t from = trusted ? 0 : OF_PROJECT, n = home ? OF_PERSON : 1;
    size_t to = OF_PROJECT + (has_ours ? n : 0);
    b->workspace_real = realpath(workspace, NULL);
    const bx_believed_config cfg = {.workspace = b->workspace_real ? b->workspace_real : "/",
                                    .trusted = trusted,
                                    .policy = bx_funnel_policy(b->funnel)};
    rc = bx_believed_open(&cfg, &b->believed, err);
    return rc == BX_OK ? bx_mcp_skills_new(dirs + from, to - from, bx_believed_port(b->believed),
                                           &b->skills, err)
                       : rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const char instructions[] =
    "Tools that run in sandboxes.  They see one directory, as " BX_WORKSPACE
    "; relative paths start there.  What they may use beyond it the person who runs this server "
    "decides: a refusal says what was refused.";

static bx_code serve(box *b, bx_ctl *ctl, bx_error *err)
{
    const bx_mcp_config cfg = {
        .name = BX_LIT("boxagnts"),
        .title = BX_LIT("BoxAgnts"),
        .version = BX_LIT(BX_VERSION),
        .instructions = bx_str_of(instructions),
        .tools = &b->port,
        .resources = bx_mcp_workspace_port(b->workspace),
        .prompts = bx_mcp_skills_port(b->skills),
    };
    bx_code rc = bx_mcp_server_new(&cfg, &b->server, err);
    if (rc == BX_OK && bx_has_flag(b->a, BX_FLAG_HTTP))
        return bx_cli_mcp_http_serve(b->server, b->a, bx_runtime_egress(bx_app_runtime(b->app)),
                                     err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(ctl, err);
    if (rc != BX_OK)
        return rc;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        bx_cli_complain("mcp: an agent starts this and speaks MCP to it; how to tell it: boxagnts "
                        "mcp config");
    bx_signals_cancel(ctl);
    rc = bx_mcp_stdio(b->server, STDIN_FILENO, STDOUT_FILENO, ctl, err);
    bx_signals_restore();
    return rc;
}

static int run(const bx_args *a)
{
    static box b = {.lock = PTHREAD_MUTEX_INITIALIZER}; /* reachable to the end: threads may use it
                                                           when a call does not end in time */
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_error err = {.msg = ""};
    b.a = a;
    bx_code rc = bx_cli_mcp_http_check(a, &err);
    if (rc == BX_OK)
        rc = load(&b, &err);
    b.port = (bx_mcp_tools){.ctx = &b,
                            .hold = hold,
                            .release = release,
                            .count = count,
                            .manifest = manifest,
                            .call = call};
    if (rc == BX_OK)
        rc = open_workspace(&b, &err);
    if (rc == BX_OK)
        rc = open_skills(&b, &err);
    if (rc == BX_OK)
        rc = serve(&b, &ctl, &err);
    if (rc == BX_ETIMEOUT)
        _exit(0); /* nothing is left to be said, and nobody waits */
    bx_mcp_server_free(b.server);
    bx_ctl_done(&ctl);
    bx_mcp_skills_free(b.skills);
    bx_believed_free(b.believed);
    free(b.workspace_real);
    bx_mcp_workspace_free(b.workspace);
    bx_sealed_free(b.reading);
    bx_toolbox_free(b.tools);
    bx_error late;
    bx_code finished = b.funnel ? bx_funnel_finish(b.funnel, rc == BX_OK ? &err : &late) : BX_OK;
    rc = rc == BX_OK ? finished : rc;
    free(b.options);
    bx_app_leave(b.app);
    if (rc != BX_OK)
        bx_cli_complain("mcp: %s", err.msg);
    return rc == BX_OK ? 0 : rc == BX_EDENIED ? EXIT_DENIED : EXIT_OURS;
}

const bx_command bx_cmd_mcp = {
    .name = "mcp",
    .usage = "mcp [flags]",
    .summary = "serve the tools to an agent, over the Model Context Protocol",
    .details =
        "Speaks MCP on standard input and output, one message a line, or with --http on\n"
        "http://ADDR/mcp.  Revisions: 2026-07-28,\n"
        "2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05.  Ends when its input does, or at "
        "SIGTERM.\n"
        "The tools get what they need of what they may use: the workspace, unless --allow names "
        "other\n"
        "files, and beyond that what --allow names.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .no_words = true,
    .run = run,
};
