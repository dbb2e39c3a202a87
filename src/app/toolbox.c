#include "app/toolbox.h"

#include <stdio.h>

#include <pthread.h>
#include <stdlib.h>

#include "app/tool_grant.h"
#include "sandbox/kept.h"

typedef struct entry { /* one tool that was called or asked about */
    const bx_manifest *manifest;
    bx_grant *grant; /* owned */
    struct entry *next;
} entry;

struct bx_toolbox {
    bx_app *app; /* borrowed */
    bx_toolbox_config cfg;
    bx_tool_ground ground;
    bx_kept kept;
    entry *entries; /* with the lock */
    pthread_mutex_t lock;
};

bx_code bx_toolbox_new(bx_app *app, const bx_toolbox_config *cfg, bx_toolbox **ret, bx_error *err)
{
    bx_toolbox *t = bx_calloc(1, sizeof *t);
    if (!t)
        return bx_fail(err, BX_ENOMEM, "tools");
    t->app = app;
    bx_code rc = cfg->workspace ? bx_app_use_project(app, cfg->workspace, err) : BX_OK;
    for (size_t i = 0; i < cfg->n_kept && rc == BX_OK; i++)
        rc = bx_app_keep(app, cfg->kept[i], err);
    if (rc != BX_OK) {
        free(t);
        return rc;
    }
    t->cfg = *cfg;
    t->ground = bx_app_ground(app);
    t->ground.gate = cfg->gate;
    bx_kept_init(&t->kept);
    (void)pthread_mutex_init(&t->lock, NULL);
    *ret = t;
    return BX_OK;
}

void bx_toolbox_free(bx_toolbox *t)
{
    if (!t)
        return;
    bx_kept_done(&t->kept);
    for (entry *e = t->entries, *next; e; e = next) {
        next = e->next;
        bx_grant_free(e->grant);
        free(e);
    }
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

/* ---- which tools there are ------------------------------------------------------------------- */

const char *bx_toolbox_name(const bx_toolbox *t, size_t i)
{
    return t->ground.name(t->ground.ctx, i);
}

static bx_code find(const bx_toolbox *t, bx_str name, bx_tool *ret, bx_error *err)
{
    bx_error why;
    bx_code rc = t->ground.find(t->ground.ctx, name, ret, &why);
    if (rc != BX_ENOENT)
        return rc == BX_OK ? rc : bx_fail(err, rc, "%s", why.msg);
    BX_AUTO_BUF names = bx_buf_init(16 << 10);
    const char *other;
    bx_tool there;
    for (size_t i = 0; (other = bx_toolbox_name(t, i)); i++) {
        bx_error none;
        if (t->ground.find(t->ground.ctx, bx_str_of(other), &there, &none) == BX_OK)
            (void)bx_buf_addf(&names, "%s%s", names.n ? ", " : "", other);
    }
    return bx_fail(err, rc, "%s; there is %.*s", why.msg, BX_FMT(bx_buf_str(&names)));
}

bx_code bx_toolbox_find(bx_toolbox *t, bx_str name, const bx_manifest **ret, bx_error *err)
{
    bx_tool tool;
    bx_code rc = find(t, name, &tool, err);
    if (rc == BX_OK)
        *ret = tool.manifest;
    return rc;
}

/* ---- what each may use ----------------------------------------------------------------------- */

/* The shell would start them without anybody asking. */
static bx_code leave_out_unsigned(const bx_toolbox *t, bx_grant *g, bx_error *err)
{
    const bx_program_set *all = NULL;
    bx_code rc = bx_app_programs(t->app, &all, err);
    for (size_t i = 0; rc == BX_OK && i < all->n; i++) {
        const bx_program *p = &all->at[i];
        char line[96];
        if (p->is_vouched || !t->cfg.wants_signature(t->cfg.offer_ctx, p->name))
            continue;
        (void)snprintf(line, sizeof line, "deny:tool:%.*s", BX_FMT(p->name));
        rc = bx_grant_allow(g, bx_str_of(line), err);
    }
    return rc;
}

static bx_code make_grant(const bx_toolbox *t, const bx_manifest *m, bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_tool_grant_begin(m, t->cfg.workspace, &g, err);
    for (size_t i = 0; i < t->cfg.n_options && rc == BX_OK; i++) {
        const bx_toolbox_option *o = &t->cfg.options[i];
        rc = bx_wrap(bx_option_apply(g, o->option, bx_str_of(o->value), err), err, "--%s",
                     bx_options[o->option].flag);
    }
    if (rc == BX_OK)
        rc = bx_tool_grant_rest(m, g, err);
    if (rc == BX_OK && t->cfg.offer)
        rc = t->cfg.offer(t->cfg.offer_ctx, m, g, err);
    for (size_t i = 0; i < t->cfg.n_options && rc == BX_OK; i++) { /* with all mounts */
        const bx_toolbox_option *o = &t->cfg.options[i];
        rc = bx_wrap(bx_option_check_path(g, o->option, bx_str_of(o->value), err), err, "--%s",
                     bx_options[o->option].flag);
    }
    if (rc == BX_OK && t->cfg.wants_signature && bx_grant_find(g, BX_CAP_TOOL))
        rc = leave_out_unsigned(t, g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

static bx_code grant_locked(bx_toolbox *t, const bx_manifest *m, const bx_grant **ret,
                            bx_error *err)
{
    for (const entry *e = t->entries; e; e = e->next) {
        if (e->manifest == m) {
            *ret = e->grant;
            return BX_OK;
        }
    }
    BX_AUTOFREE entry *e = bx_calloc(1, sizeof *e);
    if (!e)
        return bx_fail(err, BX_ENOMEM, "tools");
    bx_code rc = make_grant(t, m, &e->grant, err);
    if (rc != BX_OK)
        return rc;
    e->manifest = m;
    e->next = t->entries;
    *ret = e->grant;
    t->entries = BX_TAKE(e);
    return BX_OK;
}

bx_code bx_toolbox_grant(bx_toolbox *t, const bx_manifest *m, const bx_grant **ret, bx_error *err)
{
    (void)pthread_mutex_lock(&t->lock);
    bx_code rc = grant_locked(t, m, ret, err);
    (void)pthread_mutex_unlock(&t->lock);
    return rc;
}

/* ---- calls ----------------------------------------------------------------------------------- */

bx_code bx_toolbox_run_this(bx_toolbox *t, const bx_tool *tool, const bx_toolbox_call *call,
                            bx_tool_end *ret, bx_error *err)
{
    const bx_grant *run = NULL;
    bx_code rc = bx_toolbox_grant(t, tool->manifest, &run, err);
    if (rc != BX_OK)
        return rc;
    const bx_tool_call c = {.arguments = call->arguments,
                            .run = run,
                            .kept = &t->kept,
                            .ctl = call->ctl,
                            .record = call->record,
                            .err_fd = call->err_fd,
                            .origin = call->origin};
    return bx_tool_invoke(&t->ground, tool, &c, ret, err);
}

bx_code bx_toolbox_run(bx_toolbox *t, bx_str name, const bx_toolbox_call *call, bx_tool_end *ret,
                       bx_error *err)
{
    bx_tool tool;
    bx_code rc = find(t, name, &tool, err);
    return rc == BX_OK ? bx_toolbox_run_this(t, &tool, call, ret, err) : rc;
}
