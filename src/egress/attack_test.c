/* The attack table of the egress guard.  Each attack has a control that succeeds where the one
 * thing it is about is different, so that a refusal for another reason is noticed. */
#include "egress/egress.h"
#include "egress/test_server.h"

/* ---- addresses in the URL -------------------------------------------------------------------- */

static void addresses_written_in_every_way(void)
{
    static const char *const SHUT[] = {
        /* refused by address */
        "http://127.0.0.1",
        "http://127.0.0.1.",
        "http://127.8.9.10",
        "http://2130706433",
        "http://0x7f000001",
        "http://0X7F.1",
        "http://0177.0.0.1",
        "http://017700000001",
        "http://127.1",
        "http://127.0.1",
        "http://0",
        "http://0.0.0.0",
        "http://10.1.2.3",
        "http://172.16.0.1",
        "http://172.31.255.255",
        "http://192.168.1.1",
        "http://169.254.1.1",
        "http://169.254.169.254",
        "http://0xa9fea9fe",
        "http://100.64.0.1",
        "http://100.127.255.254",
        "http://192.0.0.1",
        "http://198.18.0.1",
        "http://224.0.0.1",
        "http://239.255.255.250",
        "http://240.0.0.1",
        "http://255.255.255.255",
        "http://[::]",
        "http://[::1]",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::ffff:127.0.0.1]",
        "http://[::FFFF:7F00:1]",
        "http://[::127.0.0.1]",
        "http://[fe80::1]",
        "http://[fc00::1]",
        "http://[fd00:ec2::254]",
        "http://[ff02::1]",
        "http://[2002:7f00:1::]",
        "http://[2002:a00:1::1]",
        "http://[64:ff9b::7f00:1]",
        "http://[64:ff9b:1::a00:1]",
        "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    };
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(shut);
    rig_open_cfg(&shut, RIG_ANY, NULL, NULL, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&shut, NULL, 0);
    for (size_t i = 0; i < BX_COUNT(SHUT); i++) {
        bx_http_error e = rig_try(&shut, at(SHUT[i], s, "/"));
        if (e != BX_HTTP_DESTINATION_IP_PROHIBITED)
            printf("# %s: %s\n", SHUT[i], bx_http_error_name(e));
        CHECK(e == BX_HTTP_DESTINATION_IP_PROHIBITED);
    }
    CHECK(atomic_load(&s->connections) == 0 && atomic_load(&shut.dns.lookups) == 0);
    AUTO_RIG(open); /* the control: the same, through an operator's hole */
    rig_open(&open, NULL);
    static const char *const OPEN[] = {"http://127.0.0.1",  "http://127.0.0.1.",
                                       "http://2130706433", "http://0x7f000001",
                                       "http://0177.0.0.1", "http://127.1"};
    for (size_t i = 0; i < BX_COUNT(OPEN); i++)
        CHECK(rig_try(&open, at(OPEN[i], s, "/")) == BX_HTTP_OK);
}

static void a_hole_is_no_wider_than_written(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.1", NULL, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK);
    CHECK(rig_try(&g, at("http://127.0.0.2", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(rig_try(&g, at("http://0.0.0.0", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(rig_try(&g, at("http://[::ffff:127.0.0.1]", s, "/")) ==
          BX_HTTP_DESTINATION_IP_PROHIBITED);
    rig_end_scope(&g);
    CHECK(bx_net_add_block_network(g.net, BX_LIT("127.0.0.0/30"), NULL) == BX_OK);
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
}

static void hosts_written_to_confuse(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    static const char *const RULES[] = {"http://h.example:*", NULL};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RULES, "127.0.0.0/8", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    static const char *const MALFORMED[] = {
        "http://h.example\\@evil.example",
        "http://evil.example\\@h.example",
        "http://h.example@evil.example",
        "http://evil.example@h.example",
        "http://u:p@h.example",
        "http://h.ex\tample",
        "http://h.ex\nample",
        "http://h.ex\rample",
        "http://h%2eexample",
        "http://%68.example",
        "http://\xef\xbd\x88.example",
        "http://h\xe3\x80\x82n.example",
        "http://h.example..",
        "http:/h.example",
        "http:///h.example",
        "//h.example",
        "http:\\\\h.example",
        "http://h.example /",
    };
    for (size_t i = 0; i < BX_COUNT(MALFORMED); i++) {
        bx_http_error e = rig_try(&g, at(MALFORMED[i], s, "/"));
        if (e != BX_HTTP_REQUEST_URI_INVALID)
            printf("# %s: %s\n", MALFORMED[i], bx_http_error_name(e));
        CHECK(e == BX_HTTP_REQUEST_URI_INVALID);
    }
    static const char *const OTHER[] = {"http://evil.example", "http://h.example.evil.example",
                                        "http://xh.example", "http://127.0.0.1",
                                        "https://h.example"};
    for (size_t i = 0; i < BX_COUNT(OTHER); i++)
        CHECK(rig_try(&g, at(OTHER[i], s, "/")) == BX_HTTP_REQUEST_DENIED);
    CHECK(atomic_load(&s->connections) == 0);
    CHECK(rig_try(&g, at("http://h.example", s, "/")) == BX_HTTP_OK); /* controls */
    CHECK(rig_try(&g, at("HTTP://H.EXAMPLE.", s, "/")) == BX_HTTP_OK);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void names_of_private_addresses(void)
{
    static const fake_name NAMES[] = {
        {"loop.example", {"127.0.0.1"}},
        {"priv.example", {"10.0.0.1"}},
        {"meta.example", {"169.254.169.254"}},
        {"six.example", {"::1"}},
        {"mapped.example", {"::ffff:127.0.0.1"}},
        {"nat64.example", {"64:ff9b::7f00:1"}},
        {"cgnat.example", {"100.64.0.1"}},
        {"zero.example", {"0.0.0.0"}},
        {"localhost", {"127.0.0.1"}},
        {NULL, {NULL}},
    };
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, NULL, NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    for (size_t i = 0; NAMES[i].host; i++) {
        char base[64];
        (void)snprintf(base, sizeof base, "http://%s", NAMES[i].host);
        CHECK(rig_try(&g, at(base, s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    }
    CHECK(atomic_load(&s->connections) == 0);
    rig_end_scope(&g);
    CHECK(g.n_events > 0 && !g.events[0].allowed && strstr(g.events[0].reason, "loopback"));
    CHECK(bx_net_add_allow_network(g.net, BX_LIT("127.0.0.0/8"), NULL) == BX_OK);
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://loop.example", s, "/")) == BX_HTTP_OK); /* control */
    CHECK(rig_try(&g, at("http://mapped.example", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
}

/* 127.0.0.1 plays the public address (a hole), 127.0.0.2 the private one. */
static void rebinding(void)
{
    static const fake_name NAMES[] = {{"flip.example", {"127.0.0.1", "127.0.0.2"}},
                                      {"both.example", {"127.0.0.2,127.0.0.1"}},
                                      {NULL, {NULL}}};
    AUTO_SERVER *pub = ts_start(ts_canned, TS_OK);
    AUTO_SERVER *priv = ts_start_at("127.0.0.2", pub->port, ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.1", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    /* The first answer is used for judging and connecting; there is no second lookup. */
    CHECK(rig_try(&g, at("http://flip.example", pub, "/")) == BX_HTTP_OK);
    CHECK(atomic_load(&g.dns.lookups) == 1 && atomic_load(&pub->connections) == 1);
    /* The next request asks anew, is answered with the private one, and is refused, although a
     * connection to the public one is still open. */
    CHECK(rig_try(&g, at("http://flip.example", pub, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(atomic_load(&g.dns.lookups) == 2);
    /* Of several addresses only the vetted one is tried. */
    CHECK(rig_try(&g, at("http://both.example", pub, "/")) == BX_HTTP_OK);
    CHECK(atomic_load(&priv->connections) == 0);
    rig_end_scope(&g);
    CHECK(bx_net_add_allow_network(g.net, BX_LIT("127.0.0.2"), NULL) == BX_OK);
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://flip.example", priv, "/")) == BX_HTTP_OK); /* control */
    CHECK(atomic_load(&priv->connections) == 1);
}

static void no_lookup_without_a_right(void)
{
    static const fake_name NAMES[] = {
        {"secret-data.evil.example", {"127.0.0.1"}}, {"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    static const char *const NONE[] = {NULL};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(empty);
    rig_open_cfg(&empty, NONE, NULL, NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&empty, NULL, 0);
    bx_ip ip;
    size_t n = 0;
    bx_http_error e = BX_HTTP_OK;
    CHECK(rig_try(&empty, at("http://secret-data.evil.example", s, "/")) == BX_HTTP_REQUEST_DENIED);
    CHECK(bx_egress_resolve(empty.scope, BX_LIT("secret-data.evil.example"), NULL, &ip, 1, &n, &e,
                            NULL) == BX_EDENIED);
    CHECK(e == BX_HTTP_REQUEST_DENIED && atomic_load(&empty.dns.lookups) == 0);
    static const char *const ONE[] = {"GET http://h.example:*/ok", NULL};
    AUTO_RIG(one);
    rig_open_cfg(&one, ONE, "127.0.0.0/8", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&one, NULL, 0);
    CHECK(rig_try(&one, at("http://secret-data.evil.example", s, "/ok")) == BX_HTTP_REQUEST_DENIED);
    CHECK(rig_try(&one, at("http://h.example", s, "/other")) == BX_HTTP_REQUEST_DENIED);
    CHECK(bx_egress_resolve(one.scope, BX_LIT("h.example"), NULL, &ip, 1, &n, &e, NULL) ==
          BX_EDENIED);
    CHECK(atomic_load(&one.dns.lookups) == 0);
    CHECK(rig_try(&one, at("http://h.example", s, "/ok")) == BX_HTTP_OK); /* control */
    CHECK(atomic_load(&one.dns.lookups) == 1);
}

static void no_network_at_all(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bx_egress_scope *any = g.scope;
    const bx_egress_scope_cfg cfg = {.net = NULL};
    bx_verdict v;
    CHECK(bx_egress_scope_new(g.eg, &cfg, &g.scope, NULL) == BX_OK);
    bx_http_error e = rig_try(&g, at("http://127.0.0.1", s, "/"));
    bx_egress_check_connect(g.scope, BX_LIT("tcp"), (bx_ip){4, {8, 8, 8, 8}}, 53, &v);
    rig_end_scope(&g);
    g.scope = any;
    CHECK(e == BX_HTTP_REQUEST_DENIED && !v.allow && v.reason[0]);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK); /* control */
}

static void own_ports(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    bx_verdict v;
    const bx_ip here = {4, {127, 0, 0, 1}};
    rig_open(&g, NAMES);
    CHECK(bx_net_add_connect(g.net, BX_LIT("tcp://*:*"), NULL) == BX_OK);
    CHECK(bx_egress_add_own_port(g.eg, s->port, NULL) == BX_OK);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(rig_try(&g, at("http://127.3.2.1", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(rig_try(&g, at("http://h.example", s, "/")) == BX_HTTP_DESTINATION_IP_PROHIBITED);
    bx_egress_check_connect(g.scope, BX_LIT("tcp"), here, s->port, &v);
    CHECK(!v.allow && strstr(v.reason, "listens"));
    CHECK(atomic_load(&s->connections) == 0);
    bx_egress_remove_own_port(g.eg, s->port); /* control */
    CHECK(rig_try(&g, at("http://h.example", s, "/")) == BX_HTTP_OK);
    bx_egress_check_connect(g.scope, BX_LIT("tcp"), here, s->port, &v);
    CHECK(v.allow);
    CHECK(bx_egress_add_own_port(g.eg, 0, NULL) == BX_EINVAL);
    for (uint16_t i = 0; i < 16; i++)
        CHECK(bx_egress_add_own_port(g.eg, (uint16_t)(i + 1), NULL) == BX_OK);
    CHECK(bx_egress_add_own_port(g.eg, 17, NULL) == BX_ELIMIT);
}

/* ---- redirects ------------------------------------------------------------------------------- */

/* ctx: what Location says; "%d" in it is the server's own port.  "/end" answers 200. */
static void redirector(test_server *s, int fd)
{
    char reply[512], to[256];
    while (ts_read_head(s, fd)) {
        const char *from = s->ctx, *port = strstr(from, "%d");
        if (port)
            (void)snprintf(to, sizeof to, "%.*s%u%s", (int)(port - from), from, s->port, port + 2);
        else
            (void)snprintf(to, sizeof to, "%s", from);
        (void)snprintf(reply, sizeof reply,
                       "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", to);
        if (!ts_send(fd, ts_saw(s, " /end ") ? TS_OK : reply))
            return;
    }
}

static bx_http_error follow(rig *g, const char *url, unsigned max, bx_fetched *got)
{
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"), .url = bx_str_of(url)},
                        .max_redirects = max};
    return rig_fetch(g, &f, got, NULL) == BX_OK ? BX_HTTP_OK : got->error;
}

static bx_http_error follow_to(const char *location)
{
    static const fake_name NAMES[] = {
        {"h.example", {"127.0.0.1"}}, {"priv.example", {"127.0.0.2"}}, {NULL, {NULL}}};
    AUTO_SERVER *s = ts_start(redirector, location);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.1", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    bx_fetched got = {.req = NULL};
    bx_http_error e = follow(&g, at("http://h.example", s, "/"), 3, &got);
    bx_fetched_done(&got);
    return e;
}

static void redirects_into_the_private(void)
{
    CHECK(follow_to("http://127.0.0.1:%d/end") == BX_HTTP_OK); /* controls */
    CHECK(follow_to("//h.example:%d/end") == BX_HTTP_OK);
    CHECK(follow_to("/x/../end") == BX_HTTP_OK);
    CHECK(follow_to("http://127.0.0.2:%d/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://2130706434:%d/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://priv.example:%d/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://169.254.169.254/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://[::1]:%d/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://[::ffff:127.0.0.1]:%d/end") == BX_HTTP_DESTINATION_IP_PROHIBITED);
    CHECK(follow_to("http://u:p@127.0.0.1:%d/end") == BX_HTTP_REQUEST_URI_INVALID);
    CHECK(follow_to("\\\\127.0.0.1:%d/end") == BX_HTTP_REQUEST_URI_INVALID);
    CHECK(follow_to("file:///etc/passwd") == BX_HTTP_REQUEST_URI_INVALID);
    CHECK(follow_to("gopher://127.0.0.1:%d/end") == BX_HTTP_REQUEST_URI_INVALID);
}

static void redirects_out_of_the_grant(void)
{
    static const char *const RULES[] = {"http://127.0.0.1:*/a/**", NULL};
    AUTO_SERVER *s = ts_start(redirector, "/b/end");
    AUTO_SERVER *inside = ts_start(redirector, "/end");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open_cfg(&g, RULES, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    CHECK(bx_net_add_fetch(g.net, BX_LIT("http://127.0.0.1:*/end"), NULL) == BX_OK);
    rig_scope(&g, NULL, 0);
    CHECK(follow(&g, at("http://127.0.0.1", s, "/a/x"), 3, &got) == BX_HTTP_REQUEST_DENIED);
    CHECK(follow(&g, at("http://127.0.0.1", inside, "/a/x"), 3, &got) == BX_HTTP_OK); /* control */
    CHECK(got.redirects == 1 && strcmp(got.url, at("http://127.0.0.1", inside, "/end")) == 0);
    bx_fetched_done(&got);
    CHECK(g.n_events == 4 && !g.events[1].allowed && g.events[3].allowed); /* each hop is one */
}

static void endless_redirects(void)
{
    AUTO_SERVER *s = ts_start(redirector, "/again");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    CHECK(follow(&g, at("http://127.0.0.1", s, "/"), 3, &got) == BX_HTTP_LOOP_DETECTED);
    CHECK(atomic_load(&s->requests) == 4);
    CHECK(follow(&g, at("http://127.0.0.1", s, "/"), 1000, &got) == BX_HTTP_LOOP_DETECTED);
    CHECK(atomic_load(&s->requests) == 4 + 11); /* BX_MAX_REDIRECTS */
    CHECK(follow(&g, at("http://127.0.0.1", s, "/"), 0, &got) == BX_HTTP_OK &&
          got.head->status == 302);
    bx_fetched_done(&got);
}

typedef struct other_origin {
    test_server *other;
} other_origin;

static void to_other(test_server *s, int fd)
{
    char reply[256];
    const other_origin *o = s->ctx;
    (void)snprintf(reply, sizeof reply,
                   "HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
                   o->other->port);
    while (ts_read_head(s, fd) && ts_send(fd, reply))
        ;
}

static void credentials_stay_with_their_origin(void)
{
    AUTO_SERVER *other = ts_start(ts_canned, TS_OK);
    const other_origin o = {other};
    AUTO_SERVER *s = ts_start(to_other, &o);
    AUTO_RIG(g);
    bx_fetched got;
    char origin[64];
    (void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", s->port);
    const bx_inject in = {bx_str_of(origin), BX_LIT("X-Injected"), BX_LIT("s3cret0")};
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, &in, 1);
    const bx_http_field fields[] = {
        {.name = BX_LIT("Authorization"), .value = BX_LIT("s3cret1")},
        {.name = BX_LIT("Cookie"), .value = BX_LIT("s3cret2")},
        {.name = BX_LIT("X-My-Key"), .value = BX_LIT("s3cret3"), .secret = true},
        {.name = BX_LIT("X-Plain"), .value = BX_LIT("plain")},
    };
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                                 .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                                 .fields = fields,
                                 .n_fields = BX_COUNT(fields)},
                        .max_redirects = 1};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK && got.redirects == 1);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "s3cret0") && ts_saw(s, "s3cret1") && ts_saw(s, "s3cret2") &&
          ts_saw(s, "s3cret3")); /* control */
    CHECK(ts_saw(other, "X-Plain: plain") && !ts_saw(other, "s3cret"));
}

/* ctx: status and Location, as "303 See\r\nLocation: …" up to the path; the second hop is
 * "/end". */
static void status_redirector(test_server *s, int fd)
{
    char c, reply[256];
    (void)snprintf(reply, sizeof reply,
                   "HTTP/1.1 %s\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n",
                   (const char *)s->ctx);
    while (ts_read_head(s, fd)) {
        if (ts_saw(s, "Content-Length: 1\r\n"))
            (void)recv(fd, &c, 1, 0);
        if (!ts_send(fd, ts_saw(s, " /end ") ? TS_OK : reply))
            return;
    }
}

/* The request line of the second hop, and whether it has a body. */
static bool second_hop(const char *status, const char *method, const char *want, bool body)
{
    AUTO_SERVER *s = ts_start(status_redirector, status);
    AUTO_RIG(g);
    bx_fetched got = {.req = NULL};
    rig_open(&g, NULL);
    const bx_http_field type = {.name = BX_LIT("Content-Type"), .value = BX_LIT("a/b")};
    const bx_fetch f = {.desc = {.method = bx_str_of(method),
                                 .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                                 .fields = &type,
                                 .n_fields = 1},
                        .body = BX_LIT("x"),
                        .max_redirects = 1};
    bool ok = rig_fetch(&g, &f, &got, NULL) == BX_OK && got.head->status == 200 &&
              ts_saw(s, want) && ts_saw(s, "Content-Length: 1\r\n") == body &&
              ts_saw(s, "Content-Type") == body;
    bx_fetched_done(&got);
    return ok;
}

static void methods_of_the_next_hop(void)
{
    CHECK(second_hop("301 M", "POST", "GET /end ", false) &&
          second_hop("302 F", "POST", "GET /end ", false));
    CHECK(second_hop("303 S", "POST", "GET /end ", false) &&
          second_hop("303 S", "PUT", "GET /end ", false));
    CHECK(second_hop("307 T", "POST", "POST /end ", true) &&
          second_hop("308 P", "POST", "POST /end ", true));
    CHECK(second_hop("301 M", "PUT", "PUT /end ", true) &&
          second_hop("302 F", "PUT", "PUT /end ", true));
}

/* ---- requests that lie ----------------------------------------------------------------------- */

static bx_http_error with_field(rig *g, const char *url, bx_str method, bx_str name, bx_str value)
{
    bx_fetched got = {.req = NULL};
    const bx_http_field field = {.name = name, .value = value};
    const bx_fetch f = {
        .desc = {.method = method, .url = bx_str_of(url), .fields = &field, .n_fields = 1}};
    bx_code rc = rig_fetch(g, &f, &got, NULL);
    bx_http_error e = rc == BX_OK ? BX_HTTP_OK : got.error;
    bx_fetched_done(&got);
    return e;
}

static void header_injection(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    const char *url = at("http://127.0.0.1", s, "/");
    bx_str get = BX_LIT("GET");
    CHECK(with_field(&g, url, get, BX_LIT("X"), BX_LIT("y")) == BX_HTTP_OK); /* control */
    CHECK(with_field(&g, url, get, BX_LIT("X"), BX_LIT("y\r\nEvil: 1")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("X"), BX_LIT("y\nEvil: 1")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("X: y\r\nEvil"), BX_LIT("1")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("Host"), BX_LIT("evil.example")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("Transfer-Encoding"), BX_LIT("chunked")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("Content-Length"), BX_LIT("7")) ==
          BX_HTTP_REQUEST_BODY_SIZE);
    CHECK(with_field(&g, url, get, BX_LIT("Connection"), BX_LIT("upgrade")) ==
          BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(with_field(&g, url, BX_LIT("GET / HTTP/1.1\r\nX:"), BX_LIT("X"), BX_LIT("y")) ==
          BX_HTTP_REQUEST_METHOD_INVALID);
    CHECK(with_field(&g, url, BX_LIT(""), BX_LIT("X"), BX_LIT("y")) ==
          BX_HTTP_REQUEST_METHOD_INVALID);
    CHECK(with_field(&g, url, BX_LIT("CONNECT"), BX_LIT("X"), BX_LIT("y")) ==
          BX_HTTP_REQUEST_METHOD_INVALID);
    CHECK(with_field(&g, url, BX_LIT("TRACE"), BX_LIT("X"), BX_LIT("y")) ==
          BX_HTTP_REQUEST_METHOD_INVALID);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/a HTTP/1.1\r\nEvil: 1\r\n\r\n")) ==
          BX_HTTP_REQUEST_URI_INVALID);
    CHECK(atomic_load(&s->requests) == 1 && !ts_saw(s, "Evil"));
}

static void ten_thousand_requests(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_requests = 100;
    rig_scope(&g, NULL, 0);
    const char *url = at("http://127.0.0.1", s, "/");
    for (int i = 0; i < 10000; i++)
        CHECK(rig_try(&g, url) == (i < 100 ? BX_HTTP_OK : BX_HTTP_REQUEST_DENIED));
    CHECK(atomic_load(&s->requests) == 100 && g.n_events == 10000);
    bx_egress_counters c = bx_egress_scope_counters(g.scope);
    CHECK(c.requests == 100 && c.hit_http_requests);
}

/* ---- answers that lie ------------------------------------------------------------------------ */

static bx_http_error answered(const char *reply)
{
    AUTO_SERVER *s = ts_start(ts_canned_close, reply);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    return rig_try(&g, at("http://127.0.0.1", s, "/"));
}

static void answers_with_two_meanings(void)
{
    CHECK(answered(TS_OK) == BX_HTTP_OK); /* controls */
    CHECK(answered("HTTP/1.1 200 OK\r\n\r\nuntil the end") == BX_HTTP_OK);
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n0\r\n\r\n") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc") ==
          BX_HTTP_PROTOCOL_ERROR);
    CHECK(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") ==
          BX_HTTP_RESPONSE_TRANSFER_CODING);
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(answered("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n") == BX_HTTP_UPGRADE_FAILED);
    CHECK(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") ==
              BX_HTTP_CONNECTION_TERMINATED ||
          answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") ==
              BX_HTTP_RESPONSE_INCOMPLETE);
    CHECK(answered("just bytes, as of HTTP/0.9\r\n\r\n") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(answered("") == BX_HTTP_CONNECTION_TERMINATED);
}

static void answers_that_lie_about_their_length(void)
{
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort") ==
          BX_HTTP_RESPONSE_INCOMPLETE);
    CHECK(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc") ==
          BX_HTTP_RESPONSE_INCOMPLETE);
}

/* The first answer carries a second one behind its end; the next request must not get it. */
static void poisoner(test_server *s, int fd)
{
    if (ts_read_head(s, fd) &&
        ts_send(fd, TS_OK "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
        (void)ts_read_head(s, fd);
}

static void an_answer_nobody_asked_for(void)
{
    AUTO_SERVER *s = ts_start(poisoner, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    for (int i = 0; i < 3; i++) {
        bx_fetched got;
        CHECK(rig_get(&g, at("http://127.0.0.1", s, "/"), &got) == BX_HTTP_OK);
        CHECK(got.n_body == 2 && memcmp(got.body, "ok", 2) == 0);
        bx_fetched_done(&got);
    }
    CHECK(atomic_load(&s->connections) == 3);
}

/* ctx: a head; then 'x' for ever, or header lines for ever when the head is not finished. */
static void endless(test_server *s, int fd)
{
    char piece[4096];
    const char *head = s->ctx;
    bool in_head = !strstr(head, "\r\n\r\n");
    memset(piece, 'x', sizeof piece);
    if (!ts_read_head(s, fd) || !ts_send(fd, head))
        return;
    while (in_head ? ts_send(fd, "X-More: and more\r\n") : ts_send_n(fd, piece, sizeof piece))
        ;
}

static void answers_without_end(void)
{
    AUTO_SERVER *body = ts_start(endless, "HTTP/1.1 200 OK\r\n\r\n");
    AUTO_SERVER *head = ts_start(endless, "HTTP/1.1 200 OK\r\n");
    AUTO_SERVER *line = ts_start(endless, "HTTP/1.1 200 OK\r\nX: \r\n\r\n");
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_in = 4 << 20;
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://127.0.0.1", head, "/")) == BX_HTTP_RESPONSE_HEADER_SECTION_SIZE);
    CHECK(rig_try(&g, at("http://127.0.0.1", body, "/")) == BX_HTTP_RESPONSE_BODY_SIZE);
    CHECK(rig_try(&g, at("http://127.0.0.1", line, "/")) == BX_HTTP_RESPONSE_BODY_SIZE);
    CHECK(bx_egress_scope_counters(g.scope).bytes_in < (5 << 20));
}

static void many_informational(test_server *s, int fd)
{
    if (!ts_read_head(s, fd))
        return;
    while (ts_send(fd, "HTTP/1.1 102 Processing\r\nX: y\r\n\r\n"))
        ;
}

static void informational_without_end(void)
{
    AUTO_SERVER *s = ts_start(many_informational, NULL);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_in = 1 << 20;
    rig_scope(&g, NULL, 0);
    bx_http_error e = rig_try(&g, at("http://127.0.0.1", s, "/"));
    CHECK(e == BX_HTTP_RESPONSE_BODY_SIZE || e == BX_HTTP_RESPONSE_HEADER_SECTION_SIZE ||
          e == BX_HTTP_CONNECTION_TERMINATED);
}

/* A byte now and then: never silent, never done. */
static void drip(test_server *s, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (!ts_read_head(s, fd) || !ts_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"))
        return;
    while (poll(&p, 1, 5) == 0 && ts_send(fd, "x"))
        ;
}

static void a_drip_ends_at_the_deadline(void)
{
    AUTO_SERVER *s = ts_start(drip, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bx_egress_scope *any = g.scope;
    const bx_egress_scope_cfg cfg = {.net = g.net, .deadline_ns = bx_now_ns() + 100000000};
    CHECK(bx_egress_scope_new(g.eg, &cfg, &g.scope, NULL) == BX_OK);
    bx_fetched got = {.req = NULL};
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                                 .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                                 .between_bytes_timeout_ns = 10 * BX_SEC}};
    uint64_t begun = bx_now_ns();
    bx_code rc = rig_fetch(&g, &f, &got, NULL);
    uint64_t took = bx_now_ns() - begun;
    bx_egress_scope_free(any);
    CHECK(rc == BX_ETIMEOUT && got.error == BX_HTTP_CONNECTION_READ_TIMEOUT);
    CHECK(took >= 90000000 && took < 5 * BX_SEC);
}

/* Sends as fast as it can for ever, counting. */
static void flood(test_server *s, int fd)
{
    char piece[16384];
    memset(piece, 'x', sizeof piece);
    if (!ts_read_head(s, fd) || !ts_send(fd, "HTTP/1.1 200 OK\r\n\r\n"))
        return;
    for (;;) {
        ssize_t n = send(fd, piece, sizeof piece, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        atomic_fetch_add(&s->bytes, (uint64_t)n);
    }
}

static void a_guest_that_never_reads(void)
{
    AUTO_SERVER *s = ts_start(flood, NULL);
    AUTO_SERVER *fine = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE,
                              .between_bytes_timeout_ns = 50000000};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY);
    /* Until the server has been stuck for a while: the kernel's and our buffers are full. */
    uint64_t sent = 1, now;
    while ((now = atomic_load(&s->bytes)) != sent) {
        sent = now;
        (void)poll(NULL, 0, 100);
    }
    bx_egress_counters c = bx_egress_scope_counters(g.scope);
    CHECK(c.bytes_in > 0 &&
          c.bytes_in <= BX_EGRESS_BUFFER + 100); /* no more was taken off the socket's hands */
    CHECK(rig_try(&g, at("http://127.0.0.1", fine, "/")) == BX_HTTP_OK); /* others go on */
    char buf[1000];
    size_t n = 0;
    CHECK(bx_egress_poll_body(r, buf, sizeof buf, &n) == BX_POLL_READY &&
          n == 1000); /* alive: the silence is ours */
    uint64_t total = 0;
    while (total < (8 << 20)) { /* and it flows again when read */
        bx_poll p = bx_egress_poll_body(r, buf, sizeof buf, &n);
        CHECK(p == BX_POLL_READY || (p == BX_POLL_PENDING && bell_wait(&b)));
        total += p == BX_POLL_READY ? n : 0;
    }
}

/* Nothing of a pinned name may be used by another scope, whose rules may differ. */
static void pins_are_not_shared(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1", "127.0.0.2"}}, {NULL, {NULL}}};
    AUTO_SERVER *one = ts_start(ts_canned, TS_OK);
    AUTO_SERVER *two = ts_start_at("127.0.0.2", one->port, ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NAMES);
    CHECK(rig_try(&g, at("http://h.example", one, "/")) == BX_HTTP_OK);
    bx_egress_scope *first = g.scope;
    rig_scope(&g, NULL, 0);
    bx_http_error e = rig_try(&g, at("http://h.example", one, "/"));
    bx_egress_scope_free(first);
    CHECK(e == BX_HTTP_OK && atomic_load(&one->connections) == 1 &&
          atomic_load(&two->connections) == 1);
}

static void the_environment_names_no_proxy(void)
{
    AUTO_SERVER *proxy = ts_start(ts_canned, TS_OK);
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    (void)setenv("http_proxy", at("http://127.0.0.1", proxy, ""), 1);
    (void)setenv("ALL_PROXY", at("http://127.0.0.1", proxy, ""), 1);
    bx_http_error e = rig_try(&g, at("http://127.0.0.1", s, "/"));
    (void)unsetenv("http_proxy");
    (void)unsetenv("ALL_PROXY");
    CHECK(e == BX_HTTP_OK && atomic_load(&proxy->connections) == 0 &&
          atomic_load(&s->connections) == 1);
}

BXT_MAIN(RUN(addresses_written_in_every_way); RUN(a_hole_is_no_wider_than_written);
         RUN(hosts_written_to_confuse); RUN(names_of_private_addresses); RUN(rebinding);
         RUN(no_lookup_without_a_right); RUN(no_network_at_all); RUN(own_ports);
         RUN(redirects_into_the_private); RUN(redirects_out_of_the_grant); RUN(endless_redirects);
         RUN(credentials_stay_with_their_origin); RUN(methods_of_the_next_hop);
         RUN(header_injection); RUN(ten_thousand_requests); RUN(answers_with_two_meanings);
         RUN(answers_that_lie_about_their_length); RUN(an_answer_nobody_asked_for);
         RUN(answers_without_end); RUN(informational_without_end); RUN(a_drip_ends_at_the_deadline);
         RUN(a_guest_that_never_reads); RUN(pins_are_not_shared);
         RUN(the_environment_names_no_proxy);)
