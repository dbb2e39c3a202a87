/* Models by name. */
#include <stdio.h>

#include "llm/internal.h"

static bx_code open_script(bx_llm *m, const char *path, bx_error *err)
{
    bx_code rc = bx_script_load(path, &m->script, err);
    if (rc == BX_OK)
        m->has_price = bx_script_price(m->script, &m->price);
    return rc;
}

bx_code bx_llm_open(bx_egress *eg, bx_str name, bx_llm **ret, bx_error *err)
{
    BX_AUTO(bx_llm) bx_llm *m = bx_calloc(1, sizeof *m);
    if (!m || !(m->name = bx_strndup(name.p, name.n)))
        return bx_fail(err, BX_ENOMEM, "model");
    (void)eg;
    bx_code rc;
    if (bx_str_starts(name, BX_LIT("script:"))) {
        m->model = bx_strndup("script", 6);
        rc = m->model ? open_script(m, m->name + 7, err) : bx_fail(err, BX_ENOMEM, "model");
    } else {
        rc = bx_fail(err, BX_EINVAL, "no model '%.*s'", BX_FMT(name));
    }
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

void bx_llm_free(bx_llm *m)
{
    if (!m)
        return;
    bx_egress_scope_free(m->scope);
    bx_net_policy_free(m->net);
    bx_script_free(m->script);
    free(m->url);
    free(m->model);
    free(m->name);
    free(m);
}

const char *bx_llm_name(const bx_llm *m) { return m->name; }
const char *bx_llm_model(const bx_llm *m) { return m->model; }
