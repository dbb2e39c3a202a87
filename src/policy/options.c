#include "policy/options.h"

#include "base/buf.h"
#include "base/limits.h"

const bx_option_row bx_options[BX_OPTION_COUNT] = {
#define BX_OPTION(field, flag, arg, help) {#field, flag, arg, help},
#include "policy/options.def"
#undef BX_OPTION
};

bool bx_option_find(bx_str name, bx_option *ret)
{
    for (size_t i = 0; i < BX_OPTION_COUNT; i++) {
        if (bx_str_eq(name, bx_str_of(bx_options[i].field)) ||
            bx_str_eq(name, bx_str_of(bx_options[i].flag))) {
            *ret = (bx_option)i;
            return true;
        }
    }
    return false;
}

/* Allow the line `prefix` + `value`. */
static bx_code allow_prefixed(bx_grant *g, const char *prefix, bx_str value, bx_error *err)
{
    BX_AUTO_BUF line = bx_buf_init(BX_MAX_CAP_TEXT + 64);
    (void)bx_buf_add_z(&line, prefix);
    (void)bx_buf_add_str(&line, value);
    bx_code rc = bx_buf_check(&line, err);
    return rc == BX_OK ? bx_grant_allow(g, bx_buf_str(&line), err) : rc;
}

static bx_code apply_work_dir(bx_grant *g, bx_str dir, bx_error *err)
{
    bx_code rc = bx_grant_mount(g, dir, BX_LIT("/"), err);
    return rc == BX_OK ? bx_grant_allow(g, BX_LIT("rw:/"), err) : rc;
}

bx_code bx_option_apply(bx_grant *g, bx_option o, bx_str value, bx_error *err)
{
    if (g->sealed)
        return bx_fail(err, BX_EDENIED, "the grant is sealed: nothing can be added");
    switch (o) {
    case BX_OPT_work_dir:
        return apply_work_dir(g, value, err);
    case BX_OPT_map_dirs:
        return bx_grant_map_dir(g, value, err);
    case BX_OPT_env_vars:
        return allow_prefixed(g, "env:", value, err);
    case BX_OPT_allowed_outbound_hosts:
        return bx_net_add_outbound_host(g->net, value, err);
    case BX_OPT_block_url:
        return bx_net_add_block_url(g->net, value, err);
    case BX_OPT_block_networks:
        return bx_net_add_block_network(g->net, value, err);
    case BX_OPT_allow_networks:
        return bx_net_add_allow_network(g->net, value, err);
    case BX_OPT_wasm_timeout:
        return bx_limits_set_named(&g->limits, BX_LIT("wall"), value, err);
    case BX_OPT_wasm_max_memory_size:
        return bx_limits_set_named(&g->limits, BX_LIT("memory"), value, err);
    case BX_OPT_wasm_max_wasm_stack:
        return bx_limits_set_named(&g->limits, BX_LIT("stack"), value, err);
    case BX_OPT_wasm_fuel:
        return bx_limits_set_named(&g->limits, BX_LIT("fuel"), value, err);
    case BX_OPT_mounts:
        return bx_grant_mount_text(g, value, err);
    case BX_OPT_allow:
        return bx_grant_allow(g, value, err);
    case BX_OPT_deny:
        return allow_prefixed(g, "deny:", value, err);
    case BX_OPT_inject:
        return bx_grant_inject(g, value, err);
    case BX_OPT_limits:
        return bx_limits_set(&g->limits, value, err);
    case BX_OPT_wasm_cache_dir:
    case BX_OPTION_COUNT:
        break;
    }
    return bx_fail(err, BX_EINVAL, "wasm_cache_dir is a setting of the runtime, not of a grant");
}
