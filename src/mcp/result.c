/* What handlers share: parameters, members of results, pages. */
#include "mcp/internal.h"

#include <stdio.h>

bx_str mcp_param(const bx_mcp_call *c, const char *key, bx_error *err)
{
    bx_str s = {NULL, 0};
    const bx_json_val *v = bx_json_get(c->m->params, bx_str_of(key));
    if (!bx_json_str(v, &s))
        (void)bx_fail(err, BX_EINVAL, "%s: expected a string, got %s", key,
                      bx_json_type_name(bx_json_type_of(v)));
    return s;
}

void mcp_put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

void mcp_put_cache(bx_mcp_call *c, bx_json_out *o, int64_t ttl_ms)
{
    if (!c->m->modern)
        return;
    bx_json_out_key(o, BX_LIT("ttlMs"));
    bx_json_out_int(o, ttl_ms);
    /* What is served is one user's workspace: no cache that others share may keep it. */
    mcp_put(o, "cacheScope", BX_LIT("private"));
}

bx_code mcp_refuse(bx_mcp_call *c, int code, int status, bx_error *err)
{
    mcp_fault_set(&c->fault, code, c->m->modern ? status : 200, "%s", err->msg);
    return BX_EINVAL;
}

/* Digits only, so that whatever else is handed in is noticed. */
bx_code mcp_cursor(const bx_mcp_call *c, size_t *ret, bx_error *err)
{
    const bx_json_val *v = bx_json_get(c->m->params, BX_LIT("cursor"));
    bx_str s;
    size_t n = 0;
    *ret = 0;
    if (!v)
        return BX_OK;
    bool good = bx_json_str(v, &s) && s.n > 0 && s.n <= 9;
    for (size_t i = 0; good && i < s.n; i++) {
        good = s.p[i] >= '0' && s.p[i] <= '9';
        n = n * 10 + (size_t)(s.p[i] - '0');
    }
    if (!good)
        return bx_fail(err, BX_EINVAL, "cursor: not one that this server gave");
    *ret = n;
    return BX_OK;
}

void mcp_put_cursor(bx_json_out *o, size_t next)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%zu", next);
    mcp_put(o, "nextCursor", (bx_str){text, (size_t)n});
}
