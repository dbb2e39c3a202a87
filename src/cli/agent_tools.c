#include "cli/agent_tools.h"

#include <pthread.h>

#include "agent/rights.h"
#include "policy/derive.h"
#include "policy/narrow.h"
#include "sandbox/kept.h"

enum { MAX_TOOLS = 256 };

typedef struct own_of { /* what one tool may use in calls of one run */
    const bx_manifest *manifest;
    bx_grant *grant; /* owned; sealed */
    struct own_of *next;
} own_of;

typedef struct kept_of { /* what was derived of one run's rights */
    const bx_grant *run;
    const bx_grant *above; /* what they were made of; NULL: nobody said */
    char **lines;          /* owned, n_lines of them: by asking for these */
    size_t n_lines;
    own_of *own; /* where a policy offers single tools something */
    bx_kept kept;
    struct kept_of *next;
} kept_of;

struct bx_cli_tools {
    bx_tool_ground ground;
    bx_toolbox *box; /* owned */
    const bx_toolbox_config *cfg;
    const bx_grant *top; /* whose calls are the toolbox's */
    bx_tool at[MAX_TOOLS];
    size_t n;
    pthread_mutex_t lock;
    kept_of *runs;
    bx_agent_tools port;
};

static size_t count(void *ctx) { return ((const bx_cli_tools *)ctx)->n; }

static const bx_manifest *manifest(void *ctx, size_t i)
{
    return ((const bx_cli_tools *)ctx)->at[i].manifest;
}

static const bx_tool *find(const bx_cli_tools *t, bx_str name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (bx_str_eq(t->at[i].manifest->name, name))
            return &t->at[i];
    }
    return NULL;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static kept_of *find_run_locked(const bx_cli_tools *t, const bx_grant *run)
{
    kept_of *k = t->runs;
    while (k && k->run != run)
        k = k->next;
    return k;
}

static kept_of *run_locked(bx_cli_tools *t, const bx_grant *run)
{
    kept_of *k = find_run_locked(t, run);
    if (!k && (k = bx_calloc(1, sizeof *k))) {
        k->run = run;
        bx_kept_init(&k->kept);
        k->next = t->runs;
        t->runs = k;
    }
    return k;
}

static void kept_of_free(kept_of *k)
{
    if (!k)
        return;
    bx_kept_done(&k->kept);
    for (own_of *o = k->own, *next; o; o = next) {
        next = o->next;
        bx_grant_free(o->grant);
        free(o);
    }
    for (size_t i = 0; i < k->n_lines; i++)
        free(k->lines[i]);
    free(k->lines);
    free(k);
}

static void forget(void *ctx, const bx_grant *run)
{
    bx_cli_tools *t = ctx;
    (void)pthread_mutex_lock(&t->lock);
    kept_of **at = &t->runs;
    while (*at && (*at)->run != run)
        at = &(*at)->next;
    kept_of *k = *at;
    if (k)
        *at = k->next;
    (void)pthread_mutex_unlock(&t->lock);
    kept_of_free(k);
}

static bx_code adopt_locked(bx_cli_tools *t, const bx_grant *run, const bx_grant *above,
                            const bx_str *lines, size_t n, bx_error *err)
{
    kept_of *k = run_locked(t, run);
    if (k)
        k->lines = bx_calloc(n + 1, sizeof(char *));
    if (!k || !k->lines)
        return bx_fail(err, BX_ENOMEM, "tools of an executor");
    k->above = above;
    for (size_t i = 0; i < n; i++) {
        k->lines[k->n_lines] = bx_strndup(lines[i].p, lines[i].n);
        if (!k->lines[k->n_lines++])
            return bx_fail(err, BX_ENOMEM, "tools of an executor");
    }
    return BX_OK;
}

static bx_code adopt(void *ctx, const bx_grant *run, const bx_grant *above, const bx_str *lines,
                     size_t n, bx_error *err)
{
    bx_cli_tools *t = ctx;
    (void)pthread_mutex_lock(&t->lock);
    bx_code rc = adopt_locked(t, run, above, lines, n, err);
    (void)pthread_mutex_unlock(&t->lock);
    return rc;
}

/* ---- what a policy offers single tools ------------------------------------------------------- */

static bx_code own_grant_locked(bx_cli_tools *t, const bx_grant *run, const bx_manifest *m,
                                const bx_grant **ret, bx_error *err);

/* At the top of the tree: its rights, and beside them what is offered. */
static bx_code widen(const bx_cli_tools *t, const bx_grant *run, const bx_manifest *m,
                     bx_grant **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    bx_code rc = bx_grant_derive(run, bx_grant_caps(run), &g, &notes, err);
    if (rc == BX_OK)
        rc = bx_tool_limits(m, g, err);
    if (rc == BX_OK)
        rc = t->cfg->offer(t->cfg->offer_ctx, m, g, err);
    if (rc == BX_OK)
        rc = bx_grant_seal(g, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

/* Below it: of what that is above, what the lines name. */
static bx_code narrow_locked(bx_cli_tools *t, const kept_of *k, const bx_manifest *m,
                             bx_grant **ret, bx_error *err)
{
    BX_AUTO_BUF derivation = bx_buf_init(1 << 20);
    const bx_grant *above = NULL;
    bx_str lines[BX_RIGHTS_MAX];
    bx_code rc = own_grant_locked(t, k->above, m, &above, err);
    for (size_t i = 0; i < k->n_lines && i < BX_RIGHTS_MAX; i++)
        lines[i] = bx_str_of(k->lines[i]);
    return rc == BX_OK ? bx_rights_derive(above, lines, k->n_lines, ret, &derivation, err) : rc;
}

static bx_code own_grant_locked(bx_cli_tools *t, const bx_grant *run, const bx_manifest *m,
                                const bx_grant **ret, bx_error *err)
{
    kept_of *k = run_locked(t, run);
    if (!k)
        return bx_fail(err, BX_ENOMEM, "tools of an executor");
    for (const own_of *o = k->own; o; o = o->next) {
        if (o->manifest == m) {
            *ret = o->grant;
            return BX_OK;
        }
    }
    BX_AUTOFREE own_of *o = bx_calloc(1, sizeof *o);
    if (!o)
        return bx_fail(err, BX_ENOMEM, "tools of an executor");
    bx_code rc =
        k->above ? narrow_locked(t, k, m, &o->grant, err) : widen(t, run, m, &o->grant, err);
    if (rc != BX_OK)
        return rc;
    o->manifest = m;
    o->next = k->own;
    *ret = o->grant;
    k->own = BX_TAKE(o);
    return BX_OK;
}

/* What the call may use, and what was derived of it before. */
static bx_code rights_for(bx_cli_tools *t, const bx_grant *run, const bx_manifest *m,
                          const bx_grant **ret, bx_kept **kept, bx_error *err)
{
    bx_code rc = BX_OK;
    (void)pthread_mutex_lock(&t->lock);
    kept_of *k = run_locked(t, run);
    *kept = k ? &k->kept : NULL;
    *ret = run;
    if (t->cfg->offer && k)
        rc = own_grant_locked(t, run, m, ret, err);
    (void)pthread_mutex_unlock(&t->lock);
    return rc;
}

/* Has the tool, as far as it needs it, anything of `c`? */
static bool has_something(const bx_manifest *m, const bx_grant *own, const bx_cap *c)
{
    const bx_limits *limits = bx_grant_limits(own);
    const bx_permit sets[] = {{.caps = {c, 1}, .limits = limits},
                              {.caps = {m->needs, m->n_needs}, .limits = limits},
                              {.caps = bx_grant_caps(own), .limits = limits}};
    bx_narrowed got;
    bool some = false;
    if (bx_narrow(sets, BX_COUNT(sets), &got, NULL) != BX_OK)
        return false;
    for (size_t i = 0; i < got.n_caps; i++)
        some = some || got.caps[i].kind != BX_CAP_DENY;
    bx_narrowed_done(&got);
    return some;
}

static void extras(void *ctx, const bx_grant *above, const bx_cap *c, bx_buf *ret)
{
    bx_cli_tools *t = ctx;
    (void)pthread_mutex_lock(&t->lock);
    for (size_t i = 0; t->cfg->offer && i < t->n; i++) {
        const bx_manifest *m = t->at[i].manifest;
        const bx_grant *own = NULL;
        if (own_grant_locked(t, above, m, &own, NULL) == BX_OK && has_something(m, own, c))
            (void)bx_buf_addf(ret, "%s%.*s", ret->n ? ", " : "", BX_FMT(m->name));
    }
    (void)pthread_mutex_unlock(&t->lock);
}

/* ---- calls ----------------------------------------------------------------------------------- */

static bx_code call(void *ctx, const bx_agent_call *c, bx_tool_end *ret, bx_error *err)
{
    bx_cli_tools *t = ctx;
    const bx_tool *tool = find(t, c->name);
    if (!tool)
        return bx_fail(err, BX_ENOENT, "no tool '%.*s'", BX_FMT(c->name));
    const bx_toolbox_call own = {.arguments = c->arguments,
                                 .ctl = c->ctl,
                                 .record = c->record,
                                 .err_fd = -2,
                                 .origin = c->origin};
    if (c->run == t->top)
        return bx_toolbox_run(t->box, c->name, &own, ret, err);
    const bx_grant *run = NULL;
    bx_kept *kept = NULL;
    bx_code rc = rights_for(t, c->run, tool->manifest, &run, &kept, err);
    if (rc != BX_OK)
        return rc;
    const bx_tool_call call = {.arguments = c->arguments,
                               .run = run,
                               .limits = run == c->run ? &tool->manifest->limits : NULL,
                               .kept = kept,
                               .ctl = c->ctl,
                               .record = c->record,
                               .err_fd = -2,
                               .origin = c->origin};
    return bx_tool_invoke(&t->ground, tool, &call, ret, err);
}

bx_code bx_cli_tools_new(bx_app *app, const bx_toolbox_config *cfg, const bx_grant *top,
                         bx_cli_tools **ret, bx_error *err)
{
    bx_cli_tools *t = bx_calloc(1, sizeof *t);
    if (!t)
        return bx_fail(err, BX_ENOMEM, "tools");
    (void)pthread_mutex_init(&t->lock, NULL);
    t->ground = bx_app_ground(app);
    t->ground.gate = cfg->gate;
    t->top = top;
    t->cfg = cfg;
    t->port = (bx_agent_tools){count, manifest, call, adopt, extras, forget, t};
    const char *name;
    bx_code rc = bx_toolbox_new(app, cfg, &t->box, err);
    for (size_t i = 0; rc == BX_OK && t->n < MAX_TOOLS && (name = bx_toolbox_name(t->box, i));
         i++) {
        rc = t->ground.find(t->ground.ctx, bx_str_of(name), &t->at[t->n], err);
        if (rc == BX_ENOENT) /* its package was not added */
            rc = BX_OK;
        else
            t->n++;
    }
    if (rc == BX_OK)
        *ret = t;
    else
        bx_cli_tools_free(t);
    return rc;
}

void bx_cli_tools_free(bx_cli_tools *t)
{
    if (!t)
        return;
    while (t->runs)
        forget(t, t->runs->run);
    bx_toolbox_free(t->box);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

const bx_agent_tools *bx_cli_tools_port(const bx_cli_tools *t) { return &t->port; }

bx_code bx_cli_tools_grant(bx_cli_tools *t, bx_str name, const bx_manifest **ret_tool,
                           const bx_grant **ret, bx_error *err)
{
    bx_code rc = bx_toolbox_find(t->box, name, ret_tool, err);
    return rc == BX_OK ? bx_toolbox_grant(t->box, *ret_tool, ret, err) : rc;
}
