/* boxagnts mcp: the tools, served to an agent over the Model Context Protocol. */
#include "mcp/server.h"

#include <unistd.h>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/own_tool.h"
#include "cli/setup.h"
#include "mcp/stdio.h"
#include "os/signals.h"
#include "policy/options.h"
#include "tool/builtin.h"

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
};

/* ---- the tools ------------------------------------------------------------------------------- */

typedef struct box { /* what is served */
    const bx_args *a;
    bx_app *app;
    bx_tool_ground ground;
    bx_manifest *manifests[MAX_TOOLS]; /* owned; in the order of their names */
    bx_grant *grants[MAX_TOOLS];       /* owned: what each may use */
    size_t n;
} box;

static bx_code grant_of(const box *b, const bx_manifest *m, bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    const char *workspace = bx_flag_last(b->a, FLAG_WORKSPACE);
    bx_code rc = bx_own_tool_grant(m, workspace ? workspace : ".", &g, err);
    for (size_t i = 0; i < b->a->n_flags && rc == BX_OK; i++) {
        int id = b->a->flags[i].id;
        if (id < BX_OPTION_COUNT)
            rc = bx_wrap(bx_option_apply(g, (bx_option)id, bx_str_of(b->a->flags[i].value), err),
                         err, "--%s", bx_options[id].flag);
    }
    if (rc == BX_OK)
        rc = bx_own_tool_grant_rest(m, g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

static bx_code load(box *b, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < bx_builtins_count && b->n < MAX_TOOLS && rc == BX_OK; i++) {
        if (bx_builtin_check(&bx_builtins[i], NULL) == BX_ENOENT)
            continue;
        rc = bx_builtin_manifest(&bx_builtins[i], &b->manifests[b->n], err);
        if (rc == BX_OK)
            rc = grant_of(b, b->manifests[b->n], &b->grants[b->n], err);
        b->n += rc == BX_OK;
    }
    return rc;
}

static size_t count(void *ctx) { return ((box *)ctx)->n; }

static const bx_manifest *manifest(void *ctx, size_t i) { return ((box *)ctx)->manifests[i]; }

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    box *b = ctx;
    bx_tool tool;
    size_t i = 0;
    (void)c;
    while (i < b->n && !bx_str_eq(name, b->manifests[i]->name))
        i++;
    if (i == b->n)
        return bx_fail(err, BX_ENOENT, "no tool '%.*s'", BX_FMT(name));
    bx_record record;
    bx_record_init(&record);
    const bx_tool_call call = {
        .arguments = arguments,
        .run = b->grants[i],
        .ctl = ctl,
        .record = &record,
        .err_fd = -1,
        .origin = *origin,
    };
    bx_code rc = b->ground.find(b->ground.ctx, name, &tool, err);
    if (rc == BX_OK)
        rc = bx_tool_invoke(&b->ground, &tool, &call, ret, err);
    bx_record_done(&record);
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const char instructions[] =
    "Tools that run in sandboxes.  They see one directory, as " BX_WORKSPACE
    "; relative paths start there.  What they may use beyond it the person who runs this server "
    "decides: a refusal says what was refused.";

static bx_code serve(box *b, bx_mcp_server **ret, bx_ctl *ctl, bx_error *err)
{
    static bx_mcp_tools tools = {.count = count, .manifest = manifest, .call = call};
    tools.ctx = b;
    const bx_mcp_config cfg = {
        .name = BX_LIT("boxagnts"),
        .title = BX_LIT("BoxAgnts"),
        .version = BX_LIT(BX_VERSION),
        .instructions = bx_str_of(instructions),
        .tools = &tools,
    };
    bx_code rc = bx_cli_app(SLOTS, &b->app, err);
    if (rc != BX_OK)
        return rc;
    b->ground = bx_app_ground(b->app);
    rc = bx_mcp_server_new(&cfg, ret, err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(ctl, err);
    if (rc != BX_OK)
        return rc;
    bx_signals_cancel(ctl);
    rc = bx_mcp_stdio(*ret, STDIN_FILENO, STDOUT_FILENO, ctl, err);
    bx_signals_restore();
    return rc;
}

static int run(const bx_args *a)
{
    static box b; /* reachable to the end: threads may use it when a call does not end in time */
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_mcp_server *server = NULL;
    bx_error err = {.msg = ""};
    if (a->n_words) {
        bx_cli_complain("mcp: no arguments; flags only");
        return EXIT_OURS;
    }
    b.a = a;
    bx_code rc = load(&b, &err);
    if (rc == BX_OK)
        rc = serve(&b, &server, &ctl, &err);
    if (rc == BX_ETIMEOUT)
        _exit(0); /* nothing is left to be said, and nobody waits */
    bx_mcp_server_free(server);
    bx_ctl_done(&ctl);
    for (size_t i = 0; i < b.n; i++) {
        bx_manifest_free(b.manifests[i]);
        bx_grant_free(b.grants[i]);
    }
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
        "Speaks MCP on standard input and output: one message a line.  Revisions: 2026-07-28,\n"
        "2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05.  Ends when its input does, or at "
        "SIGTERM.\n"
        "The tools get what they need of what they may use: the workspace, unless --allow names "
        "other\n"
        "files, and beyond that what --allow names.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run,
};
