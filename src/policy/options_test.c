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
    CHECK(bx_grant_mounts(g).n == 3 && strcmp(bx_grant_mounts(g).at[0].guest, "/") == 0 &&
          strcmp(bx_grant_mounts(g).at[1].guest, "/g") == 0);
    static const bx_cap_kind kinds[] = {BX_CAP_RW, BX_CAP_READ, BX_CAP_ENV, BX_CAP_TMP,
                                        BX_CAP_DENY};
    CHECK(bx_grant_caps(g).n == BX_COUNT(kinds));
    for (size_t i = 0; i < BX_COUNT(kinds); i++)
        CHECK(bx_grant_caps(g).at[i].kind == kinds[i]);
    CHECK(apply(g, "wasm_timeout", "5s", NULL) == BX_OK &&
          bx_grant_limits(g)->wall_ns == 5 * BX_SEC);
    CHECK(apply(g, "wasm_max_memory_size", "8MiB", NULL) == BX_OK &&
          bx_grant_limits(g)->memory == 8 * BX_MIB);
    CHECK(apply(g, "wasm_max_wasm_stack", "2MiB", NULL) == BX_OK &&
          bx_grant_limits(g)->stack == 2 * BX_MIB);
    CHECK(apply(g, "wasm_fuel", "77", NULL) == BX_OK && bx_grant_limits(g)->fuel == 77);
    CHECK(apply(g, "limits", "open_files=3", NULL) == BX_OK && bx_grant_limits(g)->open_files == 3);
    CHECK(bx_net_is_empty(bx_grant_net(g)));
    CHECK(apply(g, "allowed_outbound_hosts", "https://a.example", NULL) == BX_OK &&
          !bx_net_is_empty(bx_grant_net(g)));
    CHECK(apply(g, "inject", "https://a.example X=env:Y", NULL) == BX_OK &&
          bx_grant_credentials(g).n == 1);
}

static void networks_are_blocked_and_opened(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_verdict v;
    bx_ip ip;
    CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_ip_parse(BX_LIT("10.1.2.3"), &ip));
    bx_net_check_addr(bx_grant_net(g), ip, 80, &v);
    CHECK(!v.allow);
    CHECK(apply(g, "allow_networks", "10.0.0.0/8", NULL) == BX_OK);
    bx_net_check_addr(bx_grant_net(g), ip, 80, &v);
    CHECK(v.allow);
    CHECK(apply(g, "block_networks", "10.1.0.0/16", NULL) == BX_OK);
    bx_net_check_addr(bx_grant_net(g), ip, 80, &v);
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
        {"cwd", "w"},
        {"wasm_cache_dir", "/c"},
    };
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_error err = {.msg = ""};
        CHECK(apply(g, bad[i].name, bad[i].value, &err) == BX_EINVAL && err.msg[0]);
    }
    CHECK(bx_grant_caps(g).n == 0 && bx_net_is_empty(bx_grant_net(g)) &&
          bx_grant_credentials(g).n == 0);
}

/* Every option of a grant, whatever it does: a sealed one never changes. */
static void nothing_changes_a_sealed_grant(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL, *open = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_grant_seal(g, NULL) == BX_OK);
    bx_limits before = *bx_grant_limits(g);
    static const char *const values[BX_OPTION_COUNT] = {
        [BX_OPT_work_dir] = "/w",
        [BX_OPT_map_dirs] = "/h::/g",
        [BX_OPT_env_vars] = "A=1",
        [BX_OPT_allowed_outbound_hosts] = "https://a.example",
        [BX_OPT_block_url] = "a.example",
        [BX_OPT_block_networks] = "10.0.0.0/8",
        [BX_OPT_wasm_timeout] = "1h",
        [BX_OPT_wasm_max_memory_size] = "1GiB",
        [BX_OPT_wasm_max_wasm_stack] = "2MiB",
        [BX_OPT_wasm_fuel] = "9",
        [BX_OPT_mounts] = "/m::/m",
        [BX_OPT_allow] = "tmp",
        [BX_OPT_deny] = "**/.env",
        [BX_OPT_cwd] = "/w",
        [BX_OPT_allow_networks] = "10.0.0.0/8",
        [BX_OPT_inject] = "https://a.example X=env:Y",
        [BX_OPT_ca_files] = "/ca.pem",
        [BX_OPT_limits] = "wall=1h",
    };
    CHECK(bx_grant_new(&open, NULL) == BX_OK);
    for (size_t i = 0; i < BX_OPTION_COUNT; i++) {
        if (bx_options[i].scope != BX_SCOPE_GRANT)
            continue;
        CHECK(values[i]);
        CHECK(bx_option_apply(g, (bx_option)i, bx_str_of(values[i]), NULL) == BX_ESTATE);
        CHECK(bx_option_apply(open, (bx_option)i, bx_str_of(values[i]), NULL) == BX_OK);
    }
    CHECK(memcmp(&before, bx_grant_limits(g), sizeof before) == 0);
    CHECK(bx_net_is_empty(bx_grant_net(g)) && bx_grant_caps(g).n == 0 &&
          bx_grant_mounts(g).n == 0 && bx_grant_credentials(g).n == 0 && bx_grant_cas(g).n == 0);
    CHECK(bx_grant_cas(open).n == 1 && strcmp(bx_grant_cas(open).at[0], "/ca.pem") == 0);
}

/* Each option has one place where it belongs, the one its scope names. */
static void options_of_the_runtime_are_no_grant(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_runtime_settings s = {.cache_dir = NULL};
    bx_error err;
    CHECK(bx_grant_new(&g, NULL) == BX_OK);
    CHECK(bx_option_apply_runtime(&s, BX_OPT_wasm_cache_dir, "/a", NULL) == BX_OK);
    CHECK(bx_option_apply_runtime(&s, BX_OPT_wasm_cache_dir, "/c", NULL) == BX_OK &&
          strcmp(s.cache_dir, "/c") == 0);
    CHECK(bx_option_apply(g, BX_OPT_wasm_cache_dir, BX_LIT("/c"), &err) == BX_EINVAL &&
          strstr(err.msg, "wasm_cache_dir is a setting of the runtime"));
    for (size_t i = 0; i < BX_OPTION_COUNT; i++) {
        bool of_grant = bx_options[i].scope == BX_SCOPE_GRANT;
        if (of_grant)
            CHECK(bx_option_apply_runtime(&s, (bx_option)i, "x", NULL) == BX_EINVAL);
        CHECK(of_grant == (i != BX_OPT_wasm_cache_dir && i != BX_OPT_wasm_cache_max));
    }
    CHECK(bx_option_apply_runtime(&s, BX_OPT_wasm_cache_max, "64MiB", NULL) == BX_OK &&
          s.cache_max == 64 << 20);
    CHECK(bx_option_apply_runtime(&s, BX_OPT_wasm_cache_max, "0", &err) == BX_EINVAL);
    CHECK(bx_option_apply_runtime(&s, BX_OPT_wasm_cache_max, "much", &err) == BX_EINVAL &&
          s.cache_max == 64 << 20);
}

static void limits_tell_their_default(void)
{
    char text[32];
    CHECK(strcmp(bx_option_limit(BX_OPT_wasm_timeout), "wall") == 0);
    CHECK(bx_limits_print_default("wall", text) && strcmp(text, "30s") == 0);
    CHECK(bx_limits_print_default(bx_option_limit(BX_OPT_wasm_fuel), text) &&
          strcmp(text, "not counted") == 0);
    CHECK(!bx_option_limit(BX_OPT_limits) && !bx_option_limit(BX_OPT_env_vars));
    CHECK(!bx_limits_print_default("walls", text));
}

BXT_MAIN(RUN(found_by_field_and_by_flag); RUN(each_lands_in_the_grant);
         RUN(networks_are_blocked_and_opened); RUN(bad_values_are_refused);
         RUN(nothing_changes_a_sealed_grant); RUN(options_of_the_runtime_are_no_grant);
         RUN(limits_tell_their_default);)
