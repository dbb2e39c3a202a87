#include "policy/options.h"

#include "base/test.h"

static bx_code apply(bx_grant *g, const char *name, const char *value, bx_error *err)
{
    bx_option o;
    return bx_option_find(bx_str_of(name), &o) ? bx_option_apply(g, o, bx_str_of(value), err)
                                               : BX_ENOENT;
}

static void found_by_field_and_by_flag(void)
{
    for (size_t i = 0; i < BX_OPTION_COUNT; i++) {
        bx_option o = BX_OPTION_COUNT;
        CHECK(bx_option_find(bx_str_of(bx_options[i].field), &o) && o == (bx_option)i);
        CHECK(bx_option_find(bx_str_of(bx_options[i].flag), &o) && o == (bx_option)i);
    }
    bx_option o = BX_OPT_allow;
    CHECK(!bx_option_find(BX_LIT("work"), &o) && !bx_option_find(BX_LIT(""), &o));
    CHECK(o == BX_OPT_allow);
}

static void each_lands_in_the_grant(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK);
    CHECK(apply(g, "work_dir", "/w", NULL) == BX_OK &&
          apply(g, "map_dirs", "/h::/g:ro", NULL) == BX_OK);
    CHECK(apply(g, "mounts", "/m::/m", NULL) == BX_OK &&
          apply(g, "env_vars", "A=1", NULL) == BX_OK);
    CHECK(apply(g, "allow", "tmp:1MiB", NULL) == BX_OK &&
          apply(g, "deny", "**/.env", NULL) == BX_OK);
    CHECK(g->n_mounts == 3 && strcmp(g->mounts[0].guest, "/") == 0 &&
          strcmp(g->mounts[1].guest, "/g") == 0);
    static const bx_cap_kind kinds[] = {BX_CAP_RW, BX_CAP_READ, BX_CAP_ENV, BX_CAP_TMP,
                                        BX_CAP_DENY};
    CHECK(g->n_caps == BX_COUNT(kinds));
    for (size_t i = 0; i < BX_COUNT(kinds); i++)
        CHECK(g->caps[i].kind == kinds[i]);
    CHECK(apply(g, "wasm_timeout", "5s", NULL) == BX_OK && g->limits.wall_ns == 5 * BX_SEC);
    CHECK(apply(g, "wasm_max_memory_size", "8MiB", NULL) == BX_OK &&
          g->limits.memory == 8 * BX_MIB);
    CHECK(apply(g, "wasm_max_wasm_stack", "2MiB", NULL) == BX_OK && g->limits.stack == 2 * BX_MIB);
    CHECK(apply(g, "wasm_fuel", "77", NULL) == BX_OK && g->limits.fuel == 77);
    CHECK(apply(g, "limits", "open_files=3", NULL) == BX_OK && g->limits.open_files == 3);
    CHECK(bx_net_is_empty(g->net));
    CHECK(apply(g, "allowed_outbound_hosts", "https://a.example", NULL) == BX_OK &&
          !bx_net_is_empty(g->net));
    CHECK(apply(g, "inject", "https://a.example X=env:Y", NULL) == BX_OK && g->n_injects == 1);
}

static void networks_are_blocked_and_opened(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_verdict v;
    bx_ip ip;
    CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_ip_parse(BX_LIT("10.1.2.3"), &ip));
    bx_net_check_addr(g->net, ip, 80, &v);
    CHECK(!v.allow);
    CHECK(apply(g, "allow_networks", "10.0.0.0/8", NULL) == BX_OK);
    bx_net_check_addr(g->net, ip, 80, &v);
    CHECK(v.allow);
    CHECK(apply(g, "block_networks", "10.1.0.0/16", NULL) == BX_OK);
    bx_net_check_addr(g->net, ip, 80, &v);
    CHECK(!v.allow);
    CHECK(apply(g, "block_url", "https://a.example/x", NULL) == BX_OK);
}

static void bad_values_are_refused(void)
{
    static const struct {
        const char *name, *value;
    } bad[] = {
        {"work_dir", ""},
        {"map_dirs", "/h:/g"},
        {"mounts", "/h::g"},
        {"env_vars", "=1"},
        {"allow", "fly:/x"},
        {"deny", "x/y"},
        {"allowed_outbound_hosts", "https://a/x"},
        {"block_networks", "x"},
        {"allow_networks", "x"},
        {"wasm_timeout", "0"},
        {"wasm_max_memory_size", "1XB"},
        {"wasm_fuel", "-1"},
        {"limits", "x=1"},
        {"inject", "x"},
        {"wasm_cache_dir", "/c"},
    };
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_error err = {.msg = ""};
        CHECK(apply(g, bad[i].name, bad[i].value, &err) == BX_EINVAL && err.msg[0]);
    }
    CHECK(g->n_caps == 0 && bx_net_is_empty(g->net) && g->n_injects == 0);
}

/* Every option, not only capabilities: a sealed grant never changes. */
static void nothing_changes_a_sealed_grant(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_grant_seal(g, NULL) == BX_OK);
    bx_limits before = g->limits;
    for (size_t i = 0; i < BX_OPTION_COUNT; i++)
        CHECK(bx_option_apply(g, (bx_option)i, BX_LIT("wall=1h"), NULL) == BX_EDENIED);
    CHECK(memcmp(&before, &g->limits, sizeof before) == 0 && bx_net_is_empty(g->net));
}

BXT_MAIN(RUN(found_by_field_and_by_flag); RUN(each_lands_in_the_grant);
         RUN(networks_are_blocked_and_opened); RUN(bad_values_are_refused);
         RUN(nothing_changes_a_sealed_grant);)
