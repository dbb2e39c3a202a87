#include "policy/derive.h"

#include "base/test.h"

static bx_cap needs[4];

static bx_cap_list needing(const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bx_cap_parse(bx_str_of(lines[i]), &needs[i], NULL) != BX_OK)
            return (bx_cap_list){NULL, 0};
    }
    return (bx_cap_list){needs, n};
}

static void no_needs(bx_cap_list list)
{
    for (size_t i = 0; i < list.n; i++)
        bx_cap_done(&needs[i]);
}

/* The capabilities of `g`, one a line. */
static void lines_of(const bx_grant *g, bx_buf *out)
{
    char line[4096];
    for (size_t i = 0; i < bx_grant_caps(g).n; i++) {
        if (bx_cap_print(&bx_grant_caps(g).at[i], line, sizeof line, NULL) == BX_OK)
            (void)bx_buf_addf(out, "%s\n", line);
    }
}

static void what_both_permit(void)
{
    static const char *const lines[] = {"read:/workspace", "fetch:https://*:*"};
    BX_AUTO(bx_grant) bx_grant *run = NULL, *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(4096), got = bx_buf_init(4096);
    CHECK(bx_grant_new(&run, NULL) == BX_OK &&
          bx_grant_mount(run, BX_LIT("/srv"), BX_LIT("/workspace"), NULL) == BX_OK);
    CHECK(bx_grant_allow(run, BX_LIT("rw:/workspace"), NULL) == BX_OK);
    CHECK(bx_grant_allow(run, BX_LIT("fetch:GET https://a.example"), NULL) == BX_OK);
    CHECK(bx_grant_allow(run, BX_LIT("env:HOME"), NULL) == BX_OK &&
          bx_grant_allow(run, BX_LIT("deny:**/.env"), NULL) == BX_OK);
    bx_cap_list list = needing(lines, BX_COUNT(lines));
    CHECK(bx_grant_derive(run, list, &g, &notes, NULL) == BX_OK && notes.n == 0);
    lines_of(g, &got);
    no_needs(list);
    CHECK(bx_str_eq(bx_buf_str(&got),
                    BX_LIT("deny:**/.env\nfetch:GET https://a.example\nread:/workspace\n")));
    CHECK(bx_grant_mounts(g).n == 1 && strcmp(bx_grant_mounts(g).at[0].host, "/srv") == 0 &&
          !bx_grant_is_sealed(g));
    CHECK(bx_grant_seal(g, NULL) == BX_OK);
}

static bool may_fetch(const bx_grant *g, const char *host, const char *path)
{
    bx_url_parts url = {BX_LIT("https"), bx_str_of(host), 443, bx_str_of(path), BX_LIT("")};
    bx_verdict v;
    bx_net_check_request(bx_grant_net(g), BX_LIT("GET"), &url, &v);
    return v.allow;
}

static bool may_reach(const bx_grant *g, const char *ip)
{
    bx_ip address;
    bx_verdict v = {.allow = false};
    if (bx_ip_parse(bx_str_of(ip), &address))
        bx_net_check_addr(bx_grant_net(g), address, 443, &v);
    return v.allow;
}

static void what_surrounds_the_rights_comes_along(void)
{
    static const char *const lines[] = {"fetch:https://*:*"};
    BX_AUTO(bx_grant) bx_grant *run = NULL, *g = NULL, *h = NULL;
    BX_AUTO_BUF notes = bx_buf_init(4096);
    CHECK(bx_grant_new(&run, NULL) == BX_OK &&
          bx_grant_allow(run, BX_LIT("fetch:https://a.example"), NULL) == BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_outbound_host, BX_LIT("https://b.example"), NULL) ==
          BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_block_url, BX_LIT("https://a.example/no"), NULL) ==
          BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_block_network, BX_LIT("192.0.2.0/24"), NULL) == BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_allow_network, BX_LIT("10.0.0.0/8"), NULL) == BX_OK);
    CHECK(bx_grant_inject(run, BX_LIT("https://a.example X-Key=env:KEY"), NULL) == BX_OK);
    CHECK(bx_grant_ca(run, BX_LIT("/etc/ca.pem"), NULL) == BX_OK &&
          bx_grant_limit(run, BX_LIT("wall=7s"), NULL) == BX_OK);
    bx_cap_list list = needing(lines, BX_COUNT(lines));
    CHECK(bx_grant_derive(run, list, &g, &notes, NULL) == BX_OK);
    CHECK(bx_grant_derive(run, (bx_cap_list){NULL, 0}, &h, &notes, NULL) == BX_OK);
    no_needs(list);
    CHECK(may_fetch(run, "b.example", "/") && may_fetch(g, "a.example", "/"));
    CHECK(!may_fetch(g, "a.example", "/no/x") && !may_fetch(g, "b.example", "/"));
    CHECK(may_reach(g, "10.1.2.3") && !may_reach(g, "127.0.0.1") && !may_reach(g, "192.0.2.1"));
    CHECK(bx_grant_credentials(g).n == 1 && strcmp(bx_grant_credentials(g).at[0].env, "KEY") == 0);
    CHECK(bx_grant_cas(g).n == 1 && bx_grant_limits(g)->wall_ns == 7 * BX_SEC);
    CHECK(bx_grant_caps(h).n == 0 &&
          !may_fetch(h, "a.example", "/")); /* what needs nothing gets nothing */
}

static void private_networks_stay_closed(void)
{
    BX_AUTO(bx_grant) bx_grant *run = NULL, *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(4096);
    CHECK(bx_grant_new(&run, NULL) == BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_allow_network, BX_LIT("10.0.0.0/8"), NULL) == BX_OK);
    CHECK(bx_grant_network(run, bx_net_add_block_network, BX_LIT("private"), NULL) == BX_OK);
    CHECK(bx_grant_derive(run, (bx_cap_list){NULL, 0}, &g, &notes, NULL) == BX_OK);
    CHECK(!may_reach(run, "10.1.2.3") && !may_reach(g, "10.1.2.3"));
}

static void out_of_memory(void)
{
    static const char *const lines[] = {"read:/workspace"};
    BX_AUTO(bx_grant) bx_grant *run = NULL;
    CHECK(bx_grant_new(&run, NULL) == BX_OK &&
          bx_grant_mount(run, BX_LIT("/srv"), BX_LIT("/workspace"), NULL) == BX_OK);
    CHECK(bx_grant_allow(run, BX_LIT("rw:/workspace"), NULL) == BX_OK &&
          bx_grant_ca(run, BX_LIT("/ca"), NULL) == BX_OK);
    bx_cap_list list = needing(lines, BX_COUNT(lines));
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_grant) bx_grant *g = NULL;
        BX_AUTO_BUF notes = bx_buf_init(4096);
        rc = bx_grant_derive(run, list, &g, &notes, NULL);
    });
    no_needs(list);
}

BXT_MAIN(RUN(what_both_permit); RUN(what_surrounds_the_rights_comes_along);
         RUN(private_networks_stay_closed); RUN(out_of_memory);)
