#include "policy/derive.h"

#include "base/limits.h"
#include "policy/narrow.h"

/* What is no right: where things live, what they may cost, and what is kept from all requests. */
static bx_code copy_surroundings(bx_grant *g, const bx_grant *run, bx_error *err)
{
    bx_mount_list mounts = bx_grant_mounts(run);
    bx_path_list cas = bx_grant_cas(run);
    bx_credential_list credentials = bx_grant_credentials(run);
    bx_code rc = bx_grant_set_limits(g, bx_grant_limits(run), err);
    if (rc == BX_OK)
        rc = bx_grant_copy_guards(g, run, err);
    if (rc == BX_OK && bx_grant_has_scratch(run))
        rc = bx_grant_set_scratch(g, err);
    for (size_t i = 0; i < mounts.n && rc == BX_OK; i++)
        rc = bx_grant_mount(g, bx_str_of(mounts.at[i].host), bx_str_of(mounts.at[i].guest), err);
    for (size_t i = 0; i < cas.n && rc == BX_OK; i++)
        rc = bx_grant_ca(g, bx_str_of(cas.at[i]), err);
    for (size_t i = 0; i < credentials.n && rc == BX_OK; i++) {
        const bx_credential *c = &credentials.at[i];
        BX_AUTO_BUF text = bx_buf_init(BX_MAX_CAP_TEXT);
        (void)bx_buf_addf(&text, "%s %s=env:%s", c->origin, c->header, c->env);
        rc = bx_buf_check(&text, err);
        if (rc == BX_OK)
            rc = bx_grant_inject(g, bx_buf_str(&text), err);
    }
    return rc;
}

static bx_code add_cap(bx_grant *g, const bx_cap *c, bx_error *err)
{
    size_t room = BX_MAX_CAP_TEXT + (c->value ? strlen(c->value) : 0);
    BX_AUTOFREE char *line = bx_calloc(room, 1);
    if (!line)
        return bx_fail(err, BX_ENOMEM, "narrowing");
    bx_code rc = bx_cap_print(c, line, room, err);
    return rc == BX_OK ? bx_grant_allow(g, bx_str_of(line), err) : rc;
}

bx_code bx_grant_derive(const bx_grant *run, bx_cap_list needs, bx_grant **ret, bx_buf *notes,
                        bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    const bx_permit sets[] = {
        {.caps = needs, .limits = bx_grant_limits(run)},
        {.caps = bx_grant_caps(run), .limits = bx_grant_limits(run)},
    };
    bx_narrowed common;
    bx_code rc = bx_narrow(sets, BX_COUNT(sets), &common, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = copy_surroundings(g, run, err);
    for (size_t i = 0; i < common.n_caps && rc == BX_OK; i++)
        rc = add_cap(g, &common.caps[i], err);
    (void)bx_buf_add_str(notes, bx_buf_str(&common.notes));
    bx_narrowed_done(&common);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}
