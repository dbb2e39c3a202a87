#include "cli/mcp_edition.h"

#include "app/policy_files.h"
#include "cli/mcp_funnel.h"
#include "policy/derive.h"

static bx_code open_tools(const bx_mcp_edition_config *cfg, const bx_mcp_edition *before,
                          bx_mcp_edition *e, bx_error *err)
{
    bx_toolbox_config box = {
        .workspace = cfg->workspace, .options = cfg->options, .n_options = cfg->n_options};
    bx_code rc =
        bx_cli_mcp_funnel(cfg->a, cfg->workspace, before ? before->funnel : NULL, &e->funnel, err);
    if (rc != BX_OK)
        return rc;
    bx_funnel_fill(e->funnel, &box);
    if (before) /* they are kept from guests already, and calls run */
        box.n_kept = 0;
    return bx_toolbox_new(cfg->app, &box, &e->tools, err);
}

static bx_code open_workspace(const bx_mcp_edition_config *cfg, bx_mcp_edition *e, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const bx_manifest *m = NULL;
    const bx_grant *run = NULL;
    bx_code rc = bx_toolbox_find(e->tools, BX_LIT("read"), &m, err);
    if (rc == BX_OK)
        rc = bx_toolbox_grant(e->tools, m, &run, err);
    if (rc == BX_OK)
        rc = bx_grant_derive(run, (bx_cap_list){m->needs, m->n_needs}, &g, &notes, err);
    if (rc == BX_OK)
        rc = bx_app_protect(cfg->app, g, err);
    if (rc == BX_OK)
        rc = bx_sealed_new(BX_TAKE(g), bx_app_store_dir(cfg->app), &e->reading, err);
    return rc == BX_OK
               ? bx_mcp_workspace_new(cfg->port, bx_sealed_vfs(e->reading), &e->workspace, err)
               : rc;
}

static bx_code open_believed(const bx_mcp_edition_config *cfg, bx_mcp_edition *e, bx_error *err)
{
    bool trusted = false;
    bx_code rc = bx_policy_is_trusted(cfg->workspace, &trusted, err);
    const bx_believed_config of = {.workspace = cfg->real ? cfg->real : "/",
                                   .trusted = trusted,
                                   .policy = bx_funnel_policy(e->funnel)};
    return rc == BX_OK ? bx_believed_open(&of, &e->believed, err) : rc;
}

bx_code bx_cli_mcp_edition_new(const bx_mcp_edition_config *cfg, const bx_mcp_edition *before,
                               bx_mcp_edition **ret, bx_error *err)
{
    bx_mcp_edition *e = bx_calloc(1, sizeof *e);
    if (!e)
        return bx_fail(err, BX_ENOMEM, "tools");
    e->first = !before;
    e->refs = 1;
    bx_code rc = open_tools(cfg, before, e, err);
    if (rc == BX_OK)
        rc = open_workspace(cfg, e, err);
    if (rc == BX_OK)
        rc = open_believed(cfg, e, err);
    if (rc == BX_OK) {
        *ret = e;
        return BX_OK;
    }
    e->first = false; /* nobody else has its record yet */
    bx_cli_mcp_edition_free(e);
    return rc;
}

void bx_cli_mcp_edition_free(bx_mcp_edition *e)
{
    if (!e)
        return;
    bx_believed_free(e->believed);
    bx_mcp_workspace_free(e->workspace);
    bx_sealed_free(e->reading);
    bx_toolbox_free(e->tools);
    if (!e->first)
        bx_funnel_close(e->funnel);
    free(e);
}
