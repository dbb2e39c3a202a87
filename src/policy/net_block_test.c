/* Blocked URLs and networks, holes, and the limits of a policy. */
#include "policy/net_test.h"

/* ---- block_url ------------------------------------------------------------------------------- */

static void block_url_table(void)
{
    static const struct {
        const char *block;
        struct request r;
        bool blocked;
    } rows[] = {
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/admin"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/admin/x"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/administrator"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/admi"}, false},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/x/admin"}, false},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/"}, false},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/Admin"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/admin;x=1"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/;x/admin"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/x/..;/admin"}, true},
        {"https://a.example/admin", {"GET", "https", "a.example", 443, "/%C1%A1dmin"}, true},
        {"https://a.example/admin/", {"GET", "https", "a.example", 443, "/administrator"}, false},
        {"https://a.example/admin/", {"GET", "https", "a.example", 443, "/admin/x"}, true},
        {"https://a.example/a%20b", {"GET", "https", "a.example", 443, "/a%2520b"}, true},
        {"https://a.example/admin", {"GET", "http", "a.example", 80, "/admin"}, false},
        {"https://a.example/admin", {"GET", "https", "a.example", 8443, "/admin"}, false},
        {"https://a.example/admin", {"GET", "https", "b.a.example", 443, "/admin"}, false},
        {"https://a.example/admin/", {"GET", "https", "a.example", 443, "/admin"}, true},
        {"https://a.example/%61dmin", {"GET", "https", "a.example", 443, "/admin/x"}, true},
        {"https://a.example/x/../admin", {"GET", "https", "a.example", 443, "/admin"}, true},
        {"https://a.example/x/./../../admin/.",
         {"GET", "https", "a.example", 443, "/admin/"},
         true},
        {"https://a.example/a%2fb", {"GET", "https", "a.example", 443, "/a%2Fb"}, true},
        {"HTTPS://A.EXAMPLE.:443/admin", {"GET", "https", "a.example", 443, "/admin"}, true},
        {"https://a.example", {"GET", "https", "a.example", 443, "/any"}, true},
        {"https://a.example/", {"GET", "https", "a.example", 443, "/any"}, true},
        {"a.example", {"GET", "https", "a.example", 443, "/any"}, true},
        {"a.example", {"GET", "http", "a.example", 80, "/any"}, true},
        {"a.example", {"GET", "https", "a.example", 8443, "/any"}, true},
        {"a.example:8443", {"GET", "https", "a.example", 443, "/any"}, false},
        {"a.example/x", {"GET", "http", "a.example", 80, "/x/y"}, true},
        {"a.example/x", {"GET", "http", "a.example", 80, "/y"}, false},
        {"a.example", {"GET", "http", "b.a.example", 80, "/"}, false},
        {"*.a.example", {"GET", "http", "b.a.example", 80, "/"}, true},
        {"https://*/.well-known", {"GET", "https", "z.example", 443, "/.well-known/x"}, true},
        {"[2606::1]", {"GET", "http", "2606::1", 80, "/"}, true},
        {"93.184.216.34/x", {"GET", "http", "93.184.216.34", 80, "/x"}, true},
        {"a.example/c%2Ad", {"GET", "http", "a.example", 80, "/c*d"}, true},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_outbound_host, "*://*:*");
        CHECK(p && allows(p, rows[i].r)); /* the control */
        CHECK(bx_net_add_block_url(p, bx_str_of(rows[i].block), NULL) == BX_OK);
        bx_verdict v = judge(p, rows[i].r);
        if (v.allow == rows[i].blocked)
            printf("# %s: %s://%s:%u%s\n", rows[i].block, rows[i].r.scheme, rows[i].r.host,
                   rows[i].r.port, rows[i].r.path);
        CHECK(v.allow != rows[i].blocked);
        CHECK(v.allow ||
              (strstr(v.rule, "block_url: ") == v.rule && strcmp(v.rule + 11, rows[i].block) == 0));
    }
}

static void refused_block_urls(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"ftp://a.example", "scheme 'ftp'"},
        {"https://a.example/?q", "'?'"},
        {"https://u@a.example/", "user name"},
        {"https://a.example/%", "two hexadecimal"},
        {"/admin", "is not a host"},
        {"https://10.0.0.0/8", "network"},
        {"a.example\\x", "backslash"},
        {"https://", "is not a host"},
        {"a.example/\xC3\xA9", "not ASCII"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
        bx_error err = {.msg = ""};
        CHECK(p && bx_net_add_block_url(p, bx_str_of(bad[i].text), &err) == BX_EINVAL);
        CHECK(strstr(err.msg, bad[i].says));
    }
}

/* ---- addresses ------------------------------------------------------------------------------ */

static void special_addresses_are_blocked_by_default(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_outbound_host, "*://*:*");
    static const char *const blocked[] = {
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "169.254.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2001::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
        "4000::1",
    };
    static const char *const open[] = {"8.8.8.8", "93.184.216.34", "2606:2800:220:1::1",
                                       "2001:4860:4860::8888"};
    CHECK(p);
    for (size_t i = 0; i < BX_COUNT(blocked); i++) {
        bx_verdict v = addr(p, blocked[i]);
        if (v.allow)
            printf("# %s\n", blocked[i]);
        CHECK(!v.allow && strcmp(v.rule, "block_networks: private") == 0 &&
              strstr(v.reason, "address "));
    }
    for (size_t i = 0; i < BX_COUNT(open); i++) {
        bx_verdict v = addr(p, open[i]);
        CHECK(v.allow && v.reason[0] == '\0');
    }
    CHECK(strstr(addr(p, "169.254.169.254").reason, "metadata"));
    CHECK(strstr(addr(p, "::ffff:127.0.0.1").reason, "IPv4-mapped"));
    CHECK(!addr(p, "not an address").allow);
    bx_verdict v;
    bx_ip ip;
    CHECK(bx_ip_parse(BX_LIT("8.8.8.8"), &ip));
    bx_net_check_addr(p, ip, 0, &v);
    CHECK(!v.allow && strstr(v.reason, "port 0"));
}

struct hole_row {
    const char *open, *closed, *ip;
    bool allow;
};

static void holes_and_blocks(void)
{
    static const struct hole_row rows[] = {
        {"127.0.0.0/8", NULL, "127.0.0.1", true},
        {"127.0.0.1", NULL, "127.0.0.2", false},
        {"127.0.0.0/8", NULL, "10.0.0.1", false},
        {"127.0.0.0/8", NULL, "::1", false},
        {"::1", NULL, "::1", true},
        {"::1", NULL, "127.0.0.1", false},
        {"fd00::/8", NULL, "fd12::1", true},
        {"0.0.0.0/0", NULL, "169.254.169.254", true},
        /* a hole for IPv4 opens none of its IPv6 forms, and nothing opens the mapped one */
        {"127.0.0.0/8", NULL, "::ffff:127.0.0.1", false},
        {"::ffff:0:0/96", NULL, "::ffff:127.0.0.1", false},
        {"::/0", NULL, "::ffff:8.8.8.8", false},
        {"127.0.0.0/8", NULL, "64:ff9b::7f00:1", false},
        {"127.0.0.0/8", NULL, "2002:7f00:1::1", false},
        /* an IPv6 hole opens the form, but not what is blocked behind it */
        {"64:ff9b::/96", NULL, "64:ff9b::808:808", true},
        {"64:ff9b::/96", NULL, "64:ff9b::7f00:1", false},
        {"64:ff9b::/96", "8.8.0.0/16", "64:ff9b::808:808", false},
        {"64:ff9b:1::/48", NULL, "64:ff9b:1::808:808", true},
        {"64:ff9b:1::/48", NULL, "64:ff9b:1::a00:1", false},
        {"2002::/16", NULL, "2002:808:808::1", true},
        {"2002::/16", NULL, "2002:a00:1::1", false},
        {"::/0", NULL, "::8.8.8.8", true},
        {"::/0", NULL, "::127.0.0.1", false},
        {"::/0", NULL, "2001:0:1:2:3:4:f5ff:fffe", false}, /* Teredo client 10.0.0.1 */
        {"::/0", NULL, "2001:0:1:2:3:4:f7f7:f7f7", true},  /* 8.8.8.8 */
        {"::/0", NULL, "::1", true},
        /* an explicit block beats a hole and closes public addresses */
        {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", false},
        {"10.0.0.0/8", "10.1.0.0/16", "10.2.2.3", true},
        {"10.1.0.0/16", "10.0.0.0/8", "10.1.2.3", false},
        {"10.0.0.0/8", "private", "10.1.2.3", false},
        {NULL, "8.8.8.8", "8.8.8.8", false},
        {NULL, "8.8.8.8", "8.8.4.4", true},
        {NULL, "2606::/16", "2606:2800::1", false},
        {"8.8.8.8", "8.8.8.0/24", "8.8.8.8", false},
        {NULL, "private", "8.8.8.8", true},
        {NULL, "private", "10.0.0.1", false},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
        const struct hole_row *r = &rows[i];
        CHECK(p && (!r->open || bx_net_add_allow_network(p, bx_str_of(r->open), NULL) == BX_OK));
        CHECK(!r->closed || bx_net_add_block_network(p, bx_str_of(r->closed), NULL) == BX_OK);
        bx_verdict v = addr(p, r->ip);
        if (v.allow != r->allow)
            printf("# open %s closed %s: %s: %s\n", r->open ? r->open : "-",
                   r->closed ? r->closed : "-", r->ip, v.reason);
        CHECK(v.allow == r->allow && v.allow == (v.reason[0] == '\0'));
    }
}

static void verdicts_name_the_network(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
    CHECK(p && bx_net_add_allow_network(p, BX_LIT("10.0.0.0/8"), NULL) == BX_OK);
    CHECK(bx_net_add_block_network(p, BX_LIT("10.1.0.0/16"), NULL) == BX_OK);
    CHECK(strcmp(addr(p, "10.2.0.1").rule, "allow_networks: 10.0.0.0/8") == 0);
    bx_verdict v = addr(p, "10.1.0.1");
    CHECK(strcmp(v.rule, "block_networks: 10.1.0.0/16") == 0);
    CHECK(strcmp(v.reason, "address 10.1.0.1 is in the blocked network 10.1.0.0/16") == 0);
}

static void refused_network_entries(void)
{
    static const char *const bad[] = {
        "", "Private", "10/8", "10.0.0.0/33", "example.com", "10.0.0.1-10.0.0.9", "all"};
    BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
    bx_error err;
    CHECK(p);
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        CHECK(bx_net_add_block_network(p, bx_str_of(bad[i]), &err) == BX_EINVAL &&
              strstr(err.msg, "block_networks: '"));
        CHECK(bx_net_add_allow_network(p, bx_str_of(bad[i]), &err) == BX_EINVAL &&
              strstr(err.msg, "allow_networks: '"));
    }
    CHECK(bx_net_add_allow_network(p, BX_LIT("private"), NULL) == BX_EINVAL);
}

/* ---- limits --------------------------------------------------------------------------------- */

static void as_many_as_allowed(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
    bx_error err;
    CHECK(p);
    for (int i = 0; i < BX_MAX_EGRESS_RULES; i++) {
        CHECK(bx_net_add_fetch(p, BX_LIT("https://a.example"), NULL) == BX_OK);
        CHECK(bx_net_add_block_network(p, BX_LIT("1.2.3.4"), NULL) == BX_OK);
    }
    CHECK(bx_net_add_connect(p, BX_LIT("tcp://a.example:1"), &err) == BX_ELIMIT &&
          strstr(err.msg, "256"));
    CHECK(bx_net_add_block_network(p, BX_LIT("1.2.3.4"), NULL) == BX_ELIMIT);
    CHECK(bx_net_add_block_url(p, BX_LIT("a.example"), NULL) == BX_OK);
}

static void long_rules_and_requests_are_cut_not_overrun(void)
{
    static char rule[BX_MAX_CAP_TEXT + 1], path[16384];
    memset(rule, 'a', sizeof rule);
    memcpy(rule, "https://a.example/", 18);
    memset(path, 'b', sizeof path - 1);
    path[0] = '/';
    BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
    CHECK(p && bx_net_add_fetch(p, (bx_str){rule, sizeof rule}, NULL) == BX_EINVAL);
    CHECK(bx_net_add_fetch(p, (bx_str){rule, BX_MAX_CAP_TEXT}, NULL) == BX_OK);
    bx_verdict v = judge(p, get("a.example", path));
    CHECK(!v.allow && strlen(v.reason) == sizeof v.reason - 1);
    memcpy(path, rule + 17, BX_MAX_CAP_TEXT - 17);
    path[BX_MAX_CAP_TEXT - 17] = '\0';
    v = judge(p, get("a.example", path));
    CHECK(v.allow && strlen(v.rule) == sizeof v.rule - 1);
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_net_policy) bx_net_policy *p = NULL;
        rc = bx_net_policy_new(&p, NULL);
        if (rc == BX_OK)
            rc = bx_net_add_fetch(p, BX_LIT("GET https://a.example/a%20b/**"), NULL);
        if (rc == BX_OK)
            rc = bx_net_add_block_url(p, BX_LIT("https://a.example/x/../y%41"), NULL);
        if (rc == BX_OK)
            rc = bx_net_add_block_network(p, BX_LIT("10.0.0.0/8"), NULL);
        if (rc == BX_OK)
            rc = bx_net_add_allow_network(p, BX_LIT("10.0.0.0/8"), NULL);
    });
}

BXT_MAIN(RUN(block_url_table); RUN(refused_block_urls);
         RUN(special_addresses_are_blocked_by_default); RUN(holes_and_blocks);
         RUN(verdicts_name_the_network); RUN(refused_network_entries); RUN(as_many_as_allowed);
         RUN(long_rules_and_requests_are_cut_not_overrun); RUN(survives_failed_allocations);)
