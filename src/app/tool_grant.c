#include "app/tool_grant.h"

#include "tool/invoke.h"

static bool names_files(const bx_grant *g)
{
    return bx_grant_find(g, BX_CAP_READ) || bx_grant_find(g, BX_CAP_WRITE) ||
           bx_grant_find(g, BX_CAP_RW);
}

static bool needs(const bx_manifest *m, bx_cap_kind kind)
{
    for (size_t i = 0; i < m->n_needs; i++) {
        if (m->needs[i].kind == kind)
            return true;
    }
    return false;
}

bx_code bx_tool_grant_begin(const bx_manifest *m, const char *workspace, bx_grant **ret,
                            bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = bx_tool_limits(m, g, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, bx_str_of(workspace), BX_LIT(BX_WORKSPACE), err);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

bx_code bx_tool_grant_rest(const bx_manifest *m, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    if (!names_files(g))
        rc = bx_grant_allow(g, BX_LIT("rw:" BX_WORKSPACE), err);
    if (rc == BX_OK && needs(m, BX_CAP_TOOL) && !bx_grant_find(g, BX_CAP_TOOL))
        rc = bx_grant_allow(g, BX_LIT("tool:*"), err);
    if (rc == BX_OK && needs(m, BX_CAP_TMP) && !bx_grant_find(g, BX_CAP_TMP))
        rc = bx_grant_allow(g, BX_LIT("tmp"), err);
    return rc;
}
