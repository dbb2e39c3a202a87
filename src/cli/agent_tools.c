#include "cli/agent_tools.h"

#include <pthread.h>

#include "sandbox/kept.h"

enum { MAX_TOOLS = 256 };

typedef struct kept_of { /* what was derived of one run's rights */
    const bx_grant *run;
    bx_kept kept;
    struct kept_of *next;
} kept_of;

struct bx_cli_tools {
    bx_tool_ground ground;
    bx_toolbox *box;     /* owned */
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

static bx_kept *kept_for(bx_cli_tools *t, const bx_grant *run)
{
    (void)pthread_mutex_lock(&t->lock);
    kept_of *k = t->runs;
    while (k && k->run != run)
        k = k->next;
    if (!k && (k = bx_calloc(1, sizeof *k))) {
        k->run = run;
        bx_kept_init(&k->kept);
        k->next = t->runs;
        t->runs = k;
    }
    (void)pthread_mutex_unlock(&t->lock);
    return k ? &k->kept : NULL;
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
    if (k)
        bx_kept_done(&k->kept);
    free(k);
}

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
    const bx_tool_call call = {.arguments = c->arguments,
                               .run = c->run,
                               .limits = &tool->manifest->limits,
                               .kept = kept_for(t, c->run),
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
    t->port = (bx_agent_tools){count, manifest, call, forget, t};
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
