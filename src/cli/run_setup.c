#include "cli/run_setup.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/keep.h"
#include "agent/rights.h"
#include "app/tool_grant.h"
#include "cli/default_model.h"
#include "cli/setup.h"
#include "os/dirs.h"
#include "os/random.h"

enum { SLOTS = 64 };

/* ---- rights ---------------------------------------------------------------------------------- */

static bool names_files(const bx_grant *g)
{
    return bx_grant_find(g, BX_CAP_READ) || bx_grant_find(g, BX_CAP_WRITE) ||
           bx_grant_find(g, BX_CAP_RW);
}

/* Who runs an agent in a workspace means it to work there: with its files, its programs and a /tmp.
 * The network is never meant without being named. */
static bx_code grant_of(const bx_run *r, const bx_run_options *o, bool delegable, bx_grant **ret,
                        bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, bx_str_of(r->workspace), BX_LIT(BX_WORKSPACE), err);
    for (size_t i = 0; i < o->n_options && rc == BX_OK; i++)
        rc = bx_wrap(bx_option_apply(g, o->options[i].option, bx_str_of(o->options[i].value), err),
                     err, "--%s", bx_options[o->options[i].option].flag);
    for (size_t i = 0; i < o->n_options && rc == BX_OK; i++)
        rc = bx_wrap(
            bx_option_check_path(g, o->options[i].option, bx_str_of(o->options[i].value), err), err,
            "--%s", bx_options[o->options[i].option].flag);
    for (size_t i = 0; i < o->n_delegate && delegable && rc == BX_OK; i++)
        rc = bx_wrap(bx_grant_allow(g, bx_str_of(o->delegate[i]), err), err, "--delegate");
    if (rc == BX_OK && !names_files(g))
        rc = bx_grant_allow(g, BX_LIT("rw:" BX_WORKSPACE), err);
    if (rc == BX_OK && !bx_grant_find(g, BX_CAP_TOOL))
        rc = bx_grant_allow(g, BX_LIT("tool:*"), err);
    if (rc == BX_OK && !bx_grant_find(g, BX_CAP_TMP))
        rc = bx_grant_allow(g, BX_LIT("tmp"), err);
    if (rc == BX_OK)
        rc = bx_grant_seal(g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

/* ---- who decides ----------------------------------------------------------------------------- */

static bool is_there(const char *dir)
{
    char path[8192];
    (void)snprintf(path, sizeof path, "%s/" BX_POLICY_NAME, dir);
    return access(path, F_OK) == 0;
}

/* Files of a policy decide where there are any, or one is asked for; else what the command line
 * grants is all there is to say. */
static bool by_hand(const bx_run *r, const bx_run_options *o)
{
    char home[4096];
    bool has_home = bx_home_dir(home, sizeof home, NULL) == BX_OK;
    return !o->mode && !o->n_policy && !(has_home && is_there(home)) && !is_there(r->workspace);
}

static bool can_ask(void *ctx, const bx_gate_call *call)
{
    const bx_asker *person = bx_approver_asker(((const bx_run *)ctx)->approver);
    return person->can(person->ctx, call);
}

static bx_code ask_person(void *ctx, const bx_question *q, bx_choice *ret, bx_buf *by,
                          bx_error *err)
{
    const bx_run *r = ctx;
    const bx_asker *person = bx_approver_asker(r->approver);
    bx_hooks_notify(r->hooks, q->call, BX_LIT("permission_prompt"), q->why);
    return person->ask(person->ctx, q, ret, by, err);
}

static bx_code open_funnel(bx_run *r, const bx_run_options *o, bx_error *err)
{
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    bx_code rc = o->asks ? bx_approver_new(&r->approver, err) : BX_OK;
    if (rc != BX_OK)
        return rc;
    r->asker = (bx_asker){.can = can_ask, .ask = ask_person, .ctx = r};
    const bx_funnel_config cfg = {.workspace = r->workspace,
                                  .policy = o->policy,
                                  .n_policy = o->n_policy,
                                  .mode = o->mode,
                                  .mode_changes = o->mode_changes,
                                  .by_hand = by_hand(r, o),
                                  .no_record = o->forget,
                                  .queue = !o->forget,
                                  .asker = r->approver ? &r->asker : NULL,
                                  .approver = r->approver ? NULL : o->approver};
    rc = bx_funnel_open(&cfg, &r->funnel, &notes, err);
    if (rc != BX_OK)
        return rc;
    if (notes.n)
        bx_cli_complain("%.*s", (int)notes.n - 1, notes.p);
    r->db = bx_funnel_db(r->funnel);
    return BX_OK;
}

/* Tools that would be denied whatever they are asked are not shown. */
static bool shows(void *ctx, const bx_manifest *m)
{
    const bx_run *r = ctx;
    return bx_funnel_shows(r->funnel, m);
}

/* ---- model ----------------------------------------------------------------------------------- */

/* Named, the session's own, the environment's, or what there is a key for. */
static bx_code open_model(bx_run *r, const bx_run_options *o, bx_error *err)
{
    BX_AUTO_BUF found = bx_buf_init(4096);
    const char *name = o->model ? o->model : r->before.model.n ? r->before.model.p : NULL;
    if (!name)
        name = getenv("BOXAGNTS_MODEL");
    bx_code rc = bx_egress_new(NULL, &r->egress, err);
    if (rc == BX_OK && (!name || !*name)) {
        rc = bx_cli_default_model(r->egress, &found, err);
        name = found.p;
        if (rc == BX_OK)
            bx_cli_complain("note: the model is %s; --model names another", name);
    }
    return rc == BX_OK ? bx_llm_open(r->egress, bx_str_of(name), &r->model, err) : rc;
}

/* ---- session --------------------------------------------------------------------------------- */

bx_code bx_run_new_id(char ret[BX_AGENT_MAX_ID], bx_error *err)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t chance[6];
    char text[sizeof chance + 1] = "";
    struct tm tm;
    time_t now = time(NULL);
    bx_code rc = bx_random_fill(chance, sizeof chance, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < sizeof chance; i++)
        text[i] = letters[chance[i] & 31];
    (void)gmtime_r(&now, &tm);
    (void)snprintf(ret, BX_AGENT_MAX_ID, "%04d%02d%02d-%02d%02d%02d-%s", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, text);
    return BX_OK;
}

static bool takes_up(const bx_run_options *o) { return o->resume || o->continue_last; }

/* Which session it is, and where it is kept. */
static bx_code open_session(bx_run *r, const bx_run_options *o, bx_error *err)
{
    bx_code rc = BX_OK;
    if (o->forget && takes_up(o))
        return bx_fail(err, BX_EINVAL, "--no-session: then there is none to go on with");
    if (rc == BX_OK && o->resume)
        rc = bx_cli_session_find(r->db, o->resume, &r->before, err);
    else if (rc == BX_OK && o->continue_last)
        rc = bx_cli_session_last(r->db, r->workspace, &r->before, err);
    if (rc == BX_OK && takes_up(o) && r->before.parent.n)
        rc = bx_fail(err, BX_EINVAL, "%s is an executor: go on with its manager, %s",
                     r->before.id.p, r->before.parent.p);
    /* Its words and rights are those of one workspace: they go to no other. */
    if (rc == BX_OK && takes_up(o) &&
        !bx_str_eq(bx_buf_str(&r->before.workspace), bx_str_of(r->workspace)))
        rc = bx_fail(err, BX_EINVAL, "%s is a session of %.400s: go on with it there (--workspace)",
                     r->before.id.p, bx_buf_str(&r->before.workspace).p);
    if (rc == BX_OK && takes_up(o))
        (void)snprintf(r->id, sizeof r->id, "%s", r->before.id.p);
    else if (rc == BX_OK)
        rc = bx_run_new_id(r->id, err);
    if (rc == BX_OK && r->db)
        r->journal = bx_journal_on(r->db);
    return rc;
}

/* ---- what it is told ------------------------------------------------------------------------- */

/* One line, with what to type. */
static void tell_doubted(const bx_run *r)
{
    bx_str paths = bx_context_doubted(r->context);
    BX_AUTO_BUF names = bx_buf_init(4096);
    size_t n = 0;
    while (paths.n) {
        const char *end = memchr(paths.p, '\n', paths.n);
        size_t len = end ? (size_t)(end - paths.p) : paths.n;
        if (n++ < 5)
            (void)bx_buf_addf(&names, "%s%.*s", n == 1 ? "" : ", ", (int)len, paths.p);
        paths = bx_str_from(paths, len + (end != NULL));
    }
    if (n)
        bx_cli_complain("note: changed since this workspace was trusted, so no instructions: %s%s; "
                        "if they are yours: boxagnts trust %s",
                        names.p ? names.p : "", n > 5 ? ", …" : "", r->workspace);
}

static bx_code open_context(bx_run *r, bx_error *err)
{
    char home[4096];
    bool has_home = bx_home_dir(home, sizeof home, NULL) == BX_OK, trusted = false;
    bx_code rc = has_home ? bx_policy_is_trusted(r->workspace, &trusted, err) : BX_OK;
    const bx_believed_config by = {.workspace = r->workspace,
                                   .trusted = trusted,
                                   .policy = bx_funnel_policy(r->funnel),
                                   .grant = r->grant};
    if (rc == BX_OK)
        rc = bx_believed_open(&by, &r->believed, err);
    if (rc != BX_OK)
        return rc;
    const bx_context_config cfg = {.workspace = r->workspace,
                                   .trusted = trusted,
                                   .believer = bx_believed_port(r->believed),
                                   .home = has_home ? home : NULL};
    rc = bx_context_load(&cfg, &r->context, err);
    if (rc == BX_OK)
        tell_doubted(r);
    if (rc == BX_OK)
        r->n_own = bx_context_tools(r->context, r->own);
    return rc;
}

static bx_code facts_of(bx_run *r, bx_error *err)
{
    r->facts = bx_buf_init((size_t)4 << 20);
    bx_json_out o = bx_json_out_on(&r->facts);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("workspace"));
    bx_json_out_string(&o, bx_str_of(r->workspace));
    bx_json_out_key(&o, BX_LIT("read"));
    bx_json_out_string(&o, bx_context_loaded(r->context));
    bx_json_out_key(&o, BX_LIT("granted"));
    bx_rights_put(r->grant, &o);
    if (r->delegable) {
        bx_json_out_key(&o, BX_LIT("delegable"));
        bx_rights_put(r->delegable, &o);
    }
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bx_code open_managed(bx_run *r, const bx_run_options *o, bx_error *err)
{
    bx_code rc = grant_of(r, o, true, &r->delegable, err);
    if (rc != BX_OK)
        return rc;
    bx_managed_config cfg = {.delegable = r->delegable,
                             .model = r->model,
                             .tools = bx_cli_tools_port(r->tools),
                             .allows = shows,
                             .allows_ctx = r,
                             .journal = r->db ? &r->journal : NULL,
                             .watch = o->watch,
                             .hooks = bx_hooks_port(r->hooks),
                             .workspace = bx_str_of(r->workspace),
                             .system = bx_context_system(r->context),
                             .asker = r->approver,
                             .at_once = o->at_once};
    cfg.definitions = bx_context_definitions(r->context, &cfg.n_definitions);
    rc = bx_managed_new(&cfg, &r->managed, err);
    if (rc == BX_OK)
        r->own[r->n_own++] = *bx_managed_tool(r->managed);
    return rc;
}

static bx_code open_hooks(bx_run *r, bx_error *err)
{
    const bx_hooks_config cfg = {.app = r->app,
                                 .policy = bx_funnel_policy(r->funnel),
                                 .workspace = r->workspace,
                                 .gate = &r->box.gate};
    bx_code rc = bx_app_use_project(r->app, r->workspace, err);
    if (rc == BX_OK)
        rc = bx_hooks_new(&cfg, &r->hooks, err);
    bx_hooks_fill(r->hooks, &r->box.gate);
    return rc;
}

static bx_code open_tools(bx_run *r, const bx_run_options *o, bx_error *err)
{
    r->box = (bx_toolbox_config){
        .workspace = r->workspace, .options = o->options, .n_options = o->n_options};
    bx_code rc = grant_of(r, o, false, &r->grant, err);
    bx_funnel_fill(r->funnel, &r->box);
    if (rc == BX_OK)
        rc = bx_cli_app(SLOTS, &r->app, err);
    if (rc == BX_OK)
        rc = open_hooks(r, err);
    return rc == BX_OK ? bx_cli_tools_new(r->app, &r->box, r->grant, &r->tools, err) : rc;
}

static bx_code open_ground(bx_run *r, const bx_run_options *o, bx_error *err)
{
    const char *dir = o->workspace ? o->workspace : ".";
    struct stat st;
    r->workspace = realpath(dir, NULL);
    if (!r->workspace || stat(r->workspace, &st) != 0 || !S_ISDIR(st.st_mode))
        return bx_fail(err, BX_ENOENT, "no directory %s", dir);
    bx_code rc = open_funnel(r, o, err);
    if (rc == BX_OK)
        rc = open_session(r, o, err);
    if (rc == BX_OK)
        rc = open_model(r, o, err);
    if (rc == BX_OK)
        rc = open_tools(r, o, err);
    if (rc == BX_OK)
        rc = bx_budget_new(&o->limits, &r->budget, err);
    return rc == BX_OK ? bx_ctl_make_cancellable(&r->ctl, err) : rc;
}

/* A time that was named is for all of the session. */
uint64_t bx_run_deadline(const bx_run *r, const bx_run_options *o, uint64_t otherwise_ns)
{
    const bx_agent_time before = bx_agent_time_before(r->agent);
    uint64_t wall = o->wall_ns ? o->wall_ns : otherwise_ns;
    uint64_t spent = o->wall_ns ? before.wall_ns + r->worked_ns : before.prompt_ns;
    uint64_t now = bx_now_ns();
    if (wall == UINT64_MAX)
        return wall;
    return spent < wall ? now + (wall - spent) : now;
}

bx_code bx_run_open(bx_run *r, const bx_run_options *o, bx_error *err)
{
    *r = (bx_run){.ctl = bx_ctl_init(UINT64_MAX)};
    bx_code rc = open_ground(r, o, err);
    if (rc == BX_OK)
        rc = open_context(r, err);
    if (rc == BX_OK && (o->managed || r->before.managed))
        rc = open_managed(r, o, err);
    else if (rc == BX_OK && (o->n_delegate || o->at_once))
        rc = bx_fail(err, BX_EINVAL, "%s: without --managed there are no executors",
                     o->n_delegate ? "--delegate" : "--max-executors");
    if (rc == BX_OK)
        rc = facts_of(r, err);
    if (rc != BX_OK)
        return rc;
    r->cfg = (bx_agent_config){.id = bx_str_of(r->id),
                               .title = bx_str_of(o->title ? o->title : ""),
                               .name = r->managed ? BX_LIT("manager") : BX_LIT("agent"),
                               .workspace = bx_str_of(r->workspace),
                               .managed = r->managed != NULL,
                               .model = r->model,
                               .system = bx_context_system(r->context),
                               .tools = bx_cli_tools_port(r->tools),
                               .allows = shows,
                               .allows_ctx = r,
                               .remember = bx_context_remember,
                               .remember_ctx = r->context,
                               .asker = r->approver,
                               .own = r->own,
                               .n_own = r->n_own,
                               .grant = r->grant,
                               .budget = r->budget,
                               .whole = o->whole,
                               .ctl = &r->ctl,
                               .journal = r->db ? &r->journal : NULL,
                               .watch = o->watch,
                               .hooks = bx_hooks_port(r->hooks),
                               .facts = bx_buf_str(&r->facts)};
    rc = bx_agent_new(&r->cfg, &r->agent, err);
    if (rc == BX_OK && takes_up(o))
        rc = bx_agent_resume(r->agent, err);
    if (rc == BX_OK)
        bx_ctl_set_deadline(&r->ctl, bx_run_deadline(r, o, UINT64_C(3600000000000)));
    return rc;
}

static void free_parts(bx_run *r)
{
    if (r->agent)
        bx_agent_leave(r->agent);
    bx_agent_free(r->agent);
    bx_managed_free(r->managed);
    bx_budget_free(r->budget);
    bx_cli_tools_free(r->tools);
    bx_context_free(r->context);
    bx_believed_free(r->believed);
    bx_llm_free(r->model);
    bx_egress_free(r->egress);
    bx_grant_free(r->grant);
    bx_grant_free(r->delegable);
    bx_hooks_free(r->hooks);
    bx_funnel_close(r->funnel);
    bx_approver_free(r->approver);
    bx_cli_session_done(&r->before);
    bx_ctl_done(&r->ctl);
    bx_buf_done(&r->facts);
    free(r->workspace);
}

void bx_run_close(bx_run *r)
{
    free_parts(r);
    bx_app_leave(r->app);
}

void bx_run_free(bx_run *r)
{
    free_parts(r);
    bx_app_free(r->app);
}
