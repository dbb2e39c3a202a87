/* Names and addresses of raw sockets. */
#include "egress/egress.h"
#include "egress/test_server.h"

static const fake_name NAMES[] = {
    {"db.example", {"192.0.2.7,10.0.0.7,2001:db8::7"}}, /* documentation, private, documentation */
    {"pub.example", {"8.8.4.4,10.0.0.7"}},
    {"priv.example", {"10.0.0.8"}},
    {"web.example", {"8.8.8.8"}},
    {NULL, {NULL}},
};

static void open_with(rig *g, const char *connect, const char *hole)
{
    static const char *const WEB[] = {"https://web.example", NULL};
    rig_open_cfg(g, WEB, hole, NAMES, (bx_egress_cfg){.max_connections = 0});
    BX_ASSERT(bx_net_add_connect(g->net, bx_str_of(connect), NULL) == BX_OK);
    rig_scope(g, NULL, 0);
}

static bx_code look_up(rig *g, const char *host, bx_ip *out, size_t max, size_t *n,
                       bx_http_error *e)
{
    const bx_ctl ctl = bx_ctl_init(bx_now_ns() + 20 * BX_SEC);
    return bx_egress_resolve(g->scope, bx_str_of(host), &ctl, out, max, n, e, NULL);
}

static bool may_connect(rig *g, const char *proto, const char *ip, uint16_t port)
{
    bx_ip a;
    bx_verdict v;
    BX_ASSERT(bx_ip_parse(bx_str_of(ip), &a));
    bx_egress_check_connect(g->scope, bx_str_of(proto), a, port, &v);
    BX_ASSERT(v.allow || v.reason[0]);
    return v.allow;
}

static void names_of_connect_rules_only(void)
{
    AUTO_RIG(g);
    bx_ip ip[4];
    size_t n = 0;
    bx_http_error e;
    open_with(&g, "tcp://pub.example:5432", NULL);
    CHECK(look_up(&g, "PUB.example.", ip, 4, &n, &e) == BX_OK && e == BX_HTTP_OK);
    CHECK(n == 1 && ip[0].b[0] == 8 && ip[0].b[3] == 4); /* the private one is left out */
    CHECK(atomic_load(&g.dns.lookups) == 1);
    CHECK(look_up(&g, "web.example", ip, 4, &n, &e) == BX_EDENIED && e == BX_HTTP_REQUEST_DENIED);
    CHECK(look_up(&g, "x.pub.example", ip, 4, &n, &e) == BX_EDENIED);
    CHECK(look_up(&g, "not a name", ip, 4, &n, &e) == BX_EINVAL);
    CHECK(look_up(&g, "127.1", ip, 4, &n, &e) == BX_EINVAL);
    CHECK(atomic_load(&g.dns.lookups) == 1);
    CHECK(look_up(&g, "192.0.2.1", ip, 4, &n, &e) == BX_OK && n == 1 &&
          ip[0].b[0] == 192); /* no lookup */
    CHECK(look_up(&g, "[::1]", ip, 4, &n, &e) == BX_OK && n == 1 && ip[0].family == 6);
    CHECK(atomic_load(&g.dns.lookups) == 1);
}

static void private_names(void)
{
    AUTO_RIG(g);
    bx_ip ip[4];
    size_t n = 0;
    bx_http_error e;
    open_with(&g, "tcp://*:*", NULL);
    CHECK(look_up(&g, "priv.example", ip, 4, &n, &e) == BX_EDENIED &&
          e == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(look_up(&g, "gone.example", ip, 4, &n, &e) == BX_ENOENT &&
          e == BX_HTTP_DESTINATION_NOT_FOUND);
    AUTO_RIG(open);
    open_with(&open, "tcp://*:*", "10.0.0.0/8");
    CHECK(look_up(&open, "priv.example", ip, 4, &n, &e) == BX_OK && n == 1 &&
          ip[0].b[3] == 8); /* control */
    CHECK(look_up(&open, "pub.example", ip, 1, &n, &e) == BX_OK &&
          n == 1); /* no more than there is room for */
}

static void sockets_by_resolved_name(void)
{
    AUTO_RIG(g);
    bx_ip ip[4];
    size_t n = 0;
    bx_http_error e;
    open_with(&g, "tcp://pub.example:5432", NULL);
    CHECK(!may_connect(&g, "tcp", "8.8.4.4", 5432)); /* nobody has shown that it is pub.example's */
    CHECK(look_up(&g, "pub.example", ip, 4, &n, &e) == BX_OK);
    CHECK(may_connect(&g, "tcp", "8.8.4.4", 5432));
    CHECK(!may_connect(&g, "tcp", "8.8.4.4", 5433) && !may_connect(&g, "udp", "8.8.4.4", 5432));
    CHECK(!may_connect(&g, "tcp", "10.0.0.7", 5432)); /* filtered from the answer */
    CHECK(!may_connect(&g, "tcp", "8.8.4.5", 5432) && !may_connect(&g, "tcp", "8.8.4.4", 0));
    bx_egress_scope *first = g.scope; /* what one call has looked up is nothing to another */
    rig_scope(&g, NULL, 0);
    bool other = may_connect(&g, "tcp", "8.8.4.4", 5432);
    rig_end_scope(&g);
    g.scope = first;
    CHECK(!other && may_connect(&g, "tcp", "8.8.4.4", 5432));
}

static void sockets_by_address(void)
{
    AUTO_RIG(g);
    open_with(&g, "udp://10.0.0.0/8:53", NULL);
    CHECK(!may_connect(&g, "udp", "10.0.0.1", 53)); /* a rule is no hole */
    AUTO_RIG(open);
    open_with(&open, "udp://10.0.0.0/8:53", "10.0.0.0/8");
    CHECK(may_connect(&open, "udp", "10.0.0.1", 53)); /* control */
    CHECK(!may_connect(&open, "tcp", "10.0.0.1", 53) && !may_connect(&open, "udp", "11.0.0.1", 53));
    CHECK(!may_connect(&open, "udp", "::ffff:10.0.0.1", 53));
    CHECK(!may_connect(&open, "icmp", "10.0.0.1", 53));
}

static void stops_with_its_call(void)
{
    AUTO_RIG(g);
    bx_ip ip;
    size_t n = 0;
    bx_http_error e;
    open_with(&g, "tcp://*:*", NULL);
    bx_ctl late = bx_ctl_init(bx_now_ns()), gone = bx_ctl_init(UINT64_MAX);
    bx_ctl_cancel(&gone);
    CHECK(bx_egress_resolve(g.scope, BX_LIT("pub.example"), &late, &ip, 1, &n, &e, NULL) ==
          BX_ETIMEOUT);
    CHECK(e == BX_HTTP_DNS_TIMEOUT);
    CHECK(bx_egress_resolve(g.scope, BX_LIT("pub.example"), &gone, &ip, 1, &n, &e, NULL) ==
          BX_ECANCELLED);
}

BXT_MAIN(RUN(names_of_connect_rules_only); RUN(private_names); RUN(sockets_by_resolved_name);
         RUN(sockets_by_address); RUN(stops_with_its_call);)
