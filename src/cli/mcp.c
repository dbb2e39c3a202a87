/* boxagnts mcp: the tools, served to an agent over the Model Context Protocol. */
#include "mcp/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/tool_grant.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/mcp_box.h"
#include "cli/mcp_http.h"
#include "cli/setup.h"
#include "codec/utf8.h"
#include "mcp/stdio.h"
#include "os/dirs.h"
#include "os/signals.h"

enum { SLOTS = 32 };

static const bx_flag flags[] = {
    {"workspace", "DIR",
     "the directory the tools see as " BX_WORKSPACE " (default: the current one)",
     BX_FLAG_WORKSPACE},
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

/* ---- what holds now -------------------------------------------------------------------------- */

typedef bx_mcp_box box;

bx_mcp_edition *bx_cli_mcp_edition_take(bx_mcp_box *b)
{
    (void)pthread_mutex_lock(&b->lock);
    bx_mcp_edition *e = b->now;
    e->refs++;
    (void)pthread_mutex_unlock(&b->lock);
    return e;
}

void bx_cli_mcp_edition_give(bx_mcp_box *b, bx_mcp_edition *e)
{
    (void)pthread_mutex_lock(&b->lock);
    bool last = --e->refs == 0;
    (void)pthread_mutex_unlock(&b->lock);
    if (last)
        bx_cli_mcp_edition_free(e);
}

/* ---- prompts --------------------------------------------------------------------------------- */

static bx_belief judge(void *ctx, const char *real, bx_str text)
{
    bx_mcp_edition *e = bx_cli_mcp_edition_take(ctx);
    const bx_believer *by = bx_believed_port(e->believed);
    bx_belief belief = by->judge(by->ctx, real, text);
    bx_cli_mcp_edition_give(ctx, e);
    return belief;
}

/* A project's own come before the person's; they are there while the project is trusted: what they
 * say goes to the model as the person's words. */
static bx_code open_skills(box *b, bx_error *err)
{
    enum { OF_PROJECT = 3, OF_PERSON = 3 };
    const char *workspace = b->cfg.workspace, *home = getenv("HOME");
    bool has_ours = bx_home_dir(b->home, sizeof b->home, NULL) == BX_OK;
    const bx_skill_dir dirs[OF_PROJECT + OF_PERSON] = {
        {workspace, ".boxagnts/skills", BX_WORKSPACE},
        {workspace, ".agents/skills", BX_WORKSPACE},
        {workspace, ".claude/skills", BX_WORKSPACE},
        {b->home, "skills", NULL}, /* as of `run`: agent/context.c */
        {home, ".boxagnts/skills", NULL},
        {home, ".agents/skills", NULL},
    };
    size_t n = home ? OF_PERSON : 1, to = OF_PROJECT + (has_ours ? n : 0);
    for (size_t i = 0; i < to; i++)
        b->skill_dirs[b->n_skill_dirs++] = dirs[i];
    b->believer = (bx_believer){.judge = judge, .ctx = b};
    return bx_mcp_skills_new(b->skill_dirs, b->n_skill_dirs, &b->believer, &b->skills, err);
}

/* ---- the tools ------------------------------------------------------------------------------- */

/* What can be called here and is not denied anyhow. */
static bx_code look_locked(box *b, bx_error *err)
{
    size_t n = 0;
    const char *name;
    bx_code rc = BX_OK;
    bool changed = false;
    bx_toolbox *tools = b->now->tools;
    for (size_t i = 0; rc == BX_OK && n < BX_MCP_MAX_TOOLS && (name = bx_toolbox_name(tools, i));
         i++) {
        const bx_manifest *m = NULL;
        const bx_grant *g;
        bx_error none;
        if (bx_toolbox_find(tools, bx_str_of(name), &m, &none) != BX_OK || !m->input_schema ||
            !bx_funnel_shows(b->now->funnel, m))
            continue;
        rc = bx_toolbox_grant(tools, m, &g, err);
        changed = changed || n >= b->n || b->manifests[n] != m;
        b->manifests[n++] = m;
    }
    b->changed = b->changed || changed || n != b->n;
    b->n = n;
    b->looked_ns = bx_now_ns();
    return rc;
}

static void options_of(box *b)
{
    for (size_t i = 0; i < b->cfg.a->n_flags; i++) {
        const bx_flag_value *f = &b->cfg.a->flags[i];
        if (f->id < BX_OPTION_COUNT)
            b->options[b->cfg.n_options++] = (bx_toolbox_option){(bx_option)f->id, f->value};
    }
    b->cfg.options = b->options;
}

/* Clients start servers where they please: at the root, in the home directory.  Neither is
 * anybody's project, and all of it would be what tools may write to. */
static bx_code check_place(bx_error *err)
{
    const char *const too_much[] = {"/", getenv("HOME")};
    struct stat here, st;
    for (size_t i = 0; stat(".", &here) == 0 && i < BX_COUNT(too_much); i++) {
        if (too_much[i] && stat(too_much[i], &st) == 0 && st.st_ino == here.st_ino &&
            st.st_dev == here.st_dev)
            return bx_fail(err, BX_EINVAL,
                           "it was started in %s, which is not served unless it is named: "
                           "--workspace DIR says which directory tools may read and write",
                           i ? "the home directory" : "/");
    }
    return BX_OK;
}

/* Grants are made now: whatever is wrong with a flag is said before a client is served. */
static bx_code load(box *b, bx_error *err)
{
    const char *workspace = bx_flag_last(b->cfg.a, BX_FLAG_WORKSPACE);
    b->cfg.workspace = workspace ? workspace : ".";
    b->cfg.port = &b->port;
    b->options = bx_calloc(b->cfg.a->n_flags + 1, sizeof *b->options);
    if (!b->options)
        return bx_fail(err, BX_ENOMEM, "flags");
    options_of(b);
    bx_code rc = workspace ? BX_OK : check_place(err);
    if (rc == BX_OK)
        rc = bx_cli_app(SLOTS, &b->app, err);
    b->cfg.app = b->app;
    bx_cli_mcp_watch_open(b); /* before anything is read: what changes from here on is noticed */
    b->cfg.real = b->workspace;
    if (rc == BX_OK)
        rc = bx_cli_mcp_edition_new(&b->cfg, NULL, &b->now, err);
    if (rc == BX_OK && !bx_has_flag(b->cfg.a, BX_FLAG_HTTP))
        rc = bx_cli_mcp_run(b->run, err);
    if (rc != BX_OK)
        return rc;
    b->funnel = b->now->funnel;
    rc = look_locked(b, err);
    b->changed = false;
    return rc == BX_OK ? open_skills(b, err) : rc;
}

/* Where changes are not told, they are noticed when somebody asks. */
static void hold(void *ctx)
{
    enum { LOOK_NS = 1000000000 };
    box *b = ctx;
    bx_error none;
    (void)pthread_mutex_lock(&b->lock);
    if (!b->watches && bx_now_ns() - b->looked_ns >= LOOK_NS)
        (void)(look_locked(b, &none) == BX_OK);
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

void bx_cli_mcp_look(bx_mcp_box *b)
{
    bx_error none;
    (void)pthread_mutex_lock(&b->lock);
    (void)(look_locked(b, &none) == BX_OK);
    release(b);
}

static size_t count(void *ctx) { return ((box *)ctx)->n; }

static const bx_manifest *manifest(void *ctx, size_t i) { return ((box *)ctx)->manifests[i]; }

/* In the workspace, or in a directory that is directly in it. */
static bool is_near(const char *path)
{
    const char *slash = strchr(path + sizeof BX_WORKSPACE, '/');
    return !slash || !strchr(slash + 1, '/');
}

/* Whether files of the workspace were made, removed or called something else, and nobody else
 * notices. */
static bool names_changed(const box *b, const bx_record *r)
{
    for (size_t i = 0; i < r->files.n; i++) {
        const bx_record_file *f = bx_record_file_at(r, i);
        bool names = f->op == BX_FS_CREATE || f->op == BX_FS_UNLINK || f->op == BX_FS_RENAME ||
                     f->op == BX_FS_LINK;
        const char *path = bx_record_text(&r->files, f->path);
        if (names && f->result == BX_E_SUCCESS &&
            strncmp(path, BX_WORKSPACE "/", sizeof BX_WORKSPACE) == 0 &&
            !(is_near(path) && atomic_load(&b->sees_files)))
            return true;
    }
    return false;
}

/* The workspace as the host calls it, where a model can be told so; else "". */
static const char *host_name(const box *b)
{
    const char *s = b->workspace ? b->workspace : "";
    for (const char *p = s; *p; p++)
        if ((uint8_t)*p < ' ' || *p == 0x7f)
            return "";
    return strlen(s) > 1 && bx_utf8_valid(bx_str_of(s)) ? s : "";
}

/* A model that was told where its client works names files as the host does.  Whether it did is all
 * that is told: the path is its own. */
static void hint_at_workspace(const box *b, bx_mcp_call *c, bx_str arguments)
{
    char text[BX_MAX_PATH + 64];
    const char *host = host_name(b);
    if (!*host || !memmem(arguments.p, arguments.n, host, strlen(host)))
        return;
    int size = snprintf(text, sizeof text, "[%s is " BX_WORKSPACE " here]", host);
    if (size > 0 && (size_t)size < sizeof text)
        bx_mcp_hint(c, (bx_str){text, (size_t)size});
}

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    box *b = ctx;
    bx_record record;
    bx_mcp_edition *e = bx_cli_mcp_edition_take(b);
    bx_record_init(&record);
    bx_toolbox_call call = {
        .arguments = arguments, .ctl = ctl, .record = &record, .err_fd = -1, .origin = *origin};
    if (call.origin.run.n == 0)
        call.origin.run = bx_str_of(b->run);
    bx_code rc = bx_toolbox_run(e->tools, name, &call, ret, err);
    bool changed = names_changed(b, &record);
    if (rc == BX_OK && ret->is_error)
        hint_at_workspace(b, c, arguments);
    bx_record_done(&record);
    bx_cli_mcp_edition_give(b, e);
    if (changed)
        bx_mcp_server_changed(b->server, BX_MCP_RESOURCES_CHANGED);
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

/* Of the host's paths a client that started the server may know the one. */
static void write_instructions(const box *b, bx_buf *to)
{
    const char *here = bx_has_flag(b->cfg.a, BX_FLAG_HTTP) ? "" : host_name(b);
    (void)bx_buf_addf(to,
                      "Tools that run in sandboxes.  They see one directory, %s%sas " BX_WORKSPACE
                      "; relative paths start there.  What they may use beyond it the person who "
                      "runs this server decides, with --allow of boxagnts mcp or in boxagnts.yaml: "
                      "a refusal says what was refused.",
                      here, *here ? " of this machine, " : "");
}

static bx_code serve(box *b, bx_ctl *ctl, bx_error *err)
{
    BX_AUTO_BUF instructions = bx_buf_init(BX_MAX_PATH + 1024);
    write_instructions(b, &instructions);
    const bx_mcp_config cfg = {
        .name = BX_LIT("boxagnts"),
        .title = BX_LIT("BoxAgnts"),
        .version = BX_LIT(BX_VERSION),
        .instructions = bx_buf_str(&instructions),
        .tools = &b->port,
        .resources = &b->resources,
        .prompts = bx_mcp_skills_port(b->skills),
    };
    bx_code rc = bx_mcp_server_new(&cfg, &b->server, err);
    if (rc == BX_OK)
        bx_cli_mcp_watch_begin(b);
    if (rc == BX_OK && bx_has_flag(b->cfg.a, BX_FLAG_HTTP))
        return bx_cli_mcp_http_serve(b->server, b->cfg.a, bx_runtime_egress(bx_app_runtime(b->app)),
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

/* Everything ends but what the process takes with it; the record is whole. */
static bx_code end(box *b, bx_error *err)
{
    bx_cli_mcp_watch_end(b);
    bx_mcp_server_free(b->server);
    bx_mcp_skills_free(b->skills);
    bx_cli_mcp_edition_free(b->now);
    bx_cli_mcp_watch_free(b);
    bx_code rc = b->funnel ? bx_funnel_finish(b->funnel, err) : BX_OK;
    free(b->options);
    bx_app_leave(b->app);
    return rc;
}

/* A call does not end although it was told to: the process ends under it, and its record says so.
 */
static _Noreturn void end_amid(const box *b)
{
    bx_error err = {.msg = ""};
    bx_code rc = bx_funnel_cut_off(b->funnel, &err);
    if (rc != BX_OK)
        bx_cli_complain("mcp: %s", err.msg);
    _exit(rc == BX_OK ? 0 : EXIT_OURS);
}

static int run(const bx_args *a)
{
    static box b = {.lock = PTHREAD_MUTEX_INITIALIZER,
                    .follow_lock = PTHREAD_MUTEX_INITIALIZER}; /* reachable to the end: threads may
                                                                  use it when a call does not end */
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_error err = {.msg = ""}, late;
    b.cfg.a = a;
    b.port = (bx_mcp_tools){.ctx = &b,
                            .hold = hold,
                            .release = release,
                            .count = count,
                            .manifest = manifest,
                            .call = call};
    bx_code rc = bx_cli_mcp_http_check(a, &err);
    if (rc == BX_OK)
        rc = load(&b, &err);
    bx_cli_mcp_resources(&b);
    if (rc == BX_OK)
        rc = serve(&b, &ctl, &err);
    if (rc == BX_ETIMEOUT && b.funnel)
        end_amid(&b);
    bx_code finished = end(&b, rc == BX_OK ? &err : &late);
    bx_ctl_done(&ctl);
    rc = rc == BX_OK ? finished : rc;
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
