#include "egress/egress.h"

#include "egress/test_server.h"

/* ---- plain exchanges ------------------------------------------------------------------------- */

static void a_get(void)
{
    AUTO_SERVER *s =
        ts_start(ts_canned, "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    CHECK(rig_get(&g, at("http://127.0.0.1", s, "/p?q=1"), &got) == BX_HTTP_OK);
    CHECK(got.head->status == 404 && got.head->n_fields == 2);
    CHECK(bx_str_eq(got.head->fields[1].name, BX_LIT("X-A")));
    CHECK(bx_str_eq(got.head->fields[1].value, BX_LIT("b")));
    CHECK(got.n_body == 5 && memcmp(got.body, "hello", 5) == 0 && got.redirects == 0);
    CHECK(strcmp(got.url, at("http://127.0.0.1", s, "/p?q=1")) == 0);
    bx_fetched_done(&got);
    char want[128];
    (void)snprintf(want, sizeof want, "GET /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", s->port);
    CHECK(strcmp(s->last, want) == 0); /* nothing the caller did not ask for */
}

static void names_are_looked_up_once(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NAMES);
    CHECK(rig_try(&g, at("http://H.example.", s, "/")) == BX_HTTP_OK);
    CHECK(atomic_load(&g.dns.lookups) == 1 && strcmp(g.dns.last, "h.example") == 0);
    CHECK(ts_saw(s, "\r\nHost: h.example:"));
    CHECK(rig_try(&g, at("http://nowhere.example", s, "/")) == BX_HTTP_DESTINATION_NOT_FOUND);
}

static void second_address_is_tried(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.2,127.0.0.1"}}, {NULL, {NULL}}};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK); /* nobody listens on 127.0.0.2 */
    AUTO_RIG(g);
    rig_open(&g, NAMES);
    CHECK(rig_try(&g, at("http://h.example", s, "/")) == BX_HTTP_OK);
    rig_end_scope(&g);
    CHECK(g.n_events == 1 && strcmp(g.events[0].address, "127.0.0.1") == 0);
}

static void over_ipv6(void)
{
    static const fake_name NAMES[] = {{"six.example", {"::1"}}, {NULL, {NULL}}};
    test_server probe = {.port = 0};
    if (!ts_listen(&probe, "::1"))
        SKIP("no IPv6 on this machine");
    (void)close(probe.fd);
    AUTO_SERVER *s = ts_start_at("::1", 0, ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "::1", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://six.example", s, "/")) == BX_HTTP_OK);
    CHECK(rig_try(&g, at("http://[0:0::1]", s, "/")) == BX_HTTP_OK);
    CHECK(ts_saw(s, "\r\nHost: [::1]:"));
    rig_end_scope(&g);
    CHECK(g.n_events == 2 && strcmp(g.events[0].address, "::1") == 0);
}

static void fields_travel_as_given(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    const bx_http_field fields[] = {
        {.name = BX_LIT("Accept"), .value = BX_LIT("a/b")},
        {.name = BX_LIT("X-Empty"), .value = BX_LIT("")},
        {.name = BX_LIT("X-Two"), .value = BX_LIT("1")},
        {.name = BX_LIT("X-Two"), .value = BX_LIT("2")},
        {.name = BX_LIT("User-Agent"), .value = BX_LIT("me")},
    };
    const bx_fetch f = {.desc = {.method = BX_LIT("PURGE"),
                                 .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                                 .fields = fields,
                                 .n_fields = BX_COUNT(fields)}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "PURGE / HTTP/1.1\r\n"));
    CHECK(
        ts_saw(s, "\r\nAccept: a/b\r\nX-Empty:\r\nX-Two: 1\r\nX-Two: 2\r\nUser-Agent: me\r\n\r\n"));
}

static void methods_without_body(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, "HTTP/1.1 204 No Content\r\n\r\n");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    bx_fetch f = {
        .desc = {.method = BX_LIT("POST"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK && got.head->status == 204 && got.n_body == 0);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "\r\nContent-Length: 0\r\n") && !ts_saw(s, "Content-Type"));
    f.desc.method = BX_LIT("DELETE");
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "DELETE / HTTP/1.1\r\n") && !ts_saw(s, "Content-Length"));
}

static void head_has_no_body(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    bx_fetch f = {
        .desc = {.method = BX_LIT("HEAD"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK && got.head->status == 200 && got.n_body == 0);
    bx_fetched_done(&got);
    f.body = BX_LIT("x");
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_ELIMIT && got.error == BX_HTTP_REQUEST_BODY_SIZE);
    /* A body of unknown length is what many bindings make for every request. */
    bell b = BELL_INIT;
    f.desc.body_length = BX_BODY_CHUNKED;
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &f.desc);
    const bx_http_head *h = NULL;
    size_t n = 0;
    CHECK(bx_egress_body_write(r, "x", 1, &n) == BX_POLL_END && n == 0);
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && !ts_saw(s, "chunked"));
}

static void codings_are_not_undone(void)
{
    AUTO_SERVER *s = ts_start(
        ts_canned, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nraw!");
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    CHECK(rig_get(&g, at("http://127.0.0.1", s, "/"), &got) == BX_HTTP_OK);
    CHECK(got.n_body == 4 && memcmp(got.body, "raw!", 4) == 0 && !ts_saw(s, "Accept-Encoding"));
    bx_fetched_done(&got);
}

static void trailers_and_informational(void)
{
    AUTO_SERVER *s = ts_start(
        ts_canned, "HTTP/1.1 100 Continue\r\n\r\n"
                   "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                   "3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n");
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    uint64_t total = 0;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 200);
    CHECK(bx_egress_poll_info(r, &h) == BX_POLL_READY && h->status == 100 && h->n_fields == 0);
    CHECK(bx_egress_poll_info(r, &h) == BX_POLL_READY && h->status == 103 && h->n_fields == 1);
    CHECK(bx_egress_poll_info(r, &h) == BX_POLL_END);
    CHECK(drain(r, &b, 0, &total) == BX_POLL_END && total == 3);
    CHECK(bx_egress_poll_trailers(r, &h) == BX_POLL_READY && h->n_fields == 1);
    CHECK(bx_str_eq(h->fields[0].name, BX_LIT("X-Sum")) &&
          bx_str_eq(h->fields[0].value, BX_LIT("6")));
    CHECK(bx_egress_poll_head(r, &h) == BX_POLL_READY && h->status == 200);
}

static void no_trailers(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    uint64_t total = 0;
    CHECK(drain(r, &b, 0, &total) == BX_POLL_END && total == 2);
    CHECK(bx_egress_poll_trailers(r, &h) == BX_POLL_READY && h->n_fields == 0);
    size_t n = 0;
    CHECK(bx_egress_body_write(r, "x", 1, &n) == BX_POLL_END && n == 0);
}

/* ---- request bodies -------------------------------------------------------------------------- */

static void a_post_of_known_length(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    static char body[200000];
    memset(body, 'b', sizeof body);
    const bx_fetch f = {
        .desc = {.method = BX_LIT("POST"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))},
        .body = {body, sizeof body}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK && got.head->status == 200);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "\r\nContent-Length: 200000\r\n") && !ts_saw(s, "Expect") &&
          !ts_saw(s, "chunked"));
    CHECK(atomic_load(&s->bytes) == sizeof body);
    bx_egress_counters c = bx_egress_scope_counters(g.scope);
    CHECK(c.requests == 1 && c.bytes_out > sizeof body && c.bytes_out < sizeof body + 200);
    CHECK(c.bytes_in > 2 && c.bytes_in < 100);
}

static void a_chunked_post_with_trailers(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("PUT"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_CHUNKED};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    static char body[300000];
    memset(body, 'c', sizeof body);
    CHECK(bx_egress_body_room(r) == BX_EGRESS_BUFFER);
    CHECK(write_all(r, &b, body, sizeof body));
    const bx_http_field t = {.name = BX_LIT("X-Sum"), .value = BX_LIT("300000")};
    bx_egress_body_end(r, &t, 1);
    const bx_http_head *h = NULL;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 200);
    CHECK(ts_saw(s, "\r\nTransfer-Encoding: chunked\r\n") && !ts_saw(s, "Expect"));
    CHECK(ts_saw(s, "\r\n0\r\nX-Sum: 300000\r\n\r\n"));
    CHECK(atomic_load(&s->bytes) > sizeof body);
}

static void a_body_must_fit_its_length(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("PUT"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = 5};
    const bx_http_head *h = NULL;
    const char *msg = NULL;
    size_t n = 0;
    {
        BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
        CHECK(bx_egress_body_write(r, "123", 3, &n) == BX_POLL_READY && n == 3);
        bx_egress_body_end(r, NULL, 0);
        CHECK(await_head(r, &b, &h) == BX_POLL_ERROR);
        CHECK(bx_egress_error(r, &msg) == BX_HTTP_REQUEST_BODY_SIZE && strstr(msg, "shorter"));
    }
    {
        BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
        CHECK(bx_egress_body_write(r, "123456", 6, &n) == BX_POLL_ERROR && n == 0);
        CHECK(bx_egress_error(r, &msg) == BX_HTTP_REQUEST_BODY_SIZE && strstr(msg, "longer"));
    }
}

static void a_body_may_be_broken_off(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("PUT"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_CHUNKED};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    const char *msg = NULL;
    bx_egress_body_abort(r);
    CHECK(await_head(r, &b, &h) == BX_POLL_ERROR);
    CHECK(bx_egress_error(r, &msg) == BX_HTTP_CONNECTION_TERMINATED);
}

/* Answers before it has read the body, and never reads it. */
static void answer_early(test_server *s, int fd)
{
    char c;
    if (ts_read_head(s, fd) &&
        ts_send(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"))
        (void)recv(fd, &c, 1, MSG_PEEK);
}

static void an_early_answer_ends_the_upload(void)
{
    AUTO_SERVER *s = ts_start(answer_early, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("PUT"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_CHUNKED};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    uint64_t total = 0;
    size_t n = 0;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 413);
    CHECK(drain(r, &b, 0, &total) == BX_POLL_END && total == 2);
    CHECK(bx_egress_body_write(r, "x", 1, &n) == BX_POLL_END && n == 0);
    bx_egress_body_end(r, NULL, 0);
}

/* Sends back what comes, while it comes. */
static void echo_chunks(test_server *s, int fd)
{
    char buf[4096];
    ssize_t n;
    if (!ts_read_head(s, fd) ||
        !ts_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
        return;
    while ((n = recv(fd, buf, sizeof buf, 0)) > 0 && ts_send_n(fd, buf, (size_t)n))
        if (n >= 5 && memcmp(buf + n - 5, "0\r\n\r\n", 5) == 0)
            return;
}

static void both_directions_at_once(void)
{
    AUTO_SERVER *s = ts_start(echo_chunks, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("POST"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_CHUNKED};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 200);
    for (int i = 0; i < 50; i++) { /* each byte is back before the next one is sent */
        char c = (char)('a' + i % 26), got = 0;
        size_t n = 0;
        CHECK(write_all(r, &b, &c, 1));
        bx_poll p;
        while ((p = bx_egress_poll_body(r, &got, 1, &n)) == BX_POLL_PENDING && bell_wait(&b))
            ;
        CHECK(p == BX_POLL_READY && got == c);
    }
    uint64_t total = 0;
    bx_egress_body_end(r, NULL, 0);
    CHECK(drain(r, &b, 0, &total) == BX_POLL_END && total == 0);
}

/* ---- connections ----------------------------------------------------------------------------- */

static void reuse_within_a_scope_only(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    const char *url = at("http://127.0.0.1", s, "/");
    for (int i = 0; i < 3; i++)
        CHECK(rig_try(&g, url) == BX_HTTP_OK);
    CHECK(atomic_load(&s->connections) == 1 && atomic_load(&s->requests) == 3);
    bx_egress_scope *first = g.scope; /* its connection stays open meanwhile */
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, url) == BX_HTTP_OK);
    CHECK(atomic_load(&s->connections) == 2);
    rig_end_scope(&g);
    g.scope = first;
    CHECK(rig_try(&g, url) == BX_HTTP_OK);
    CHECK(atomic_load(&s->connections) == 2 && atomic_load(&s->requests) == 5);
}

static void cancelling(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all");
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE};
    bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY);
    bx_egress_request_free(r);
    bx_egress_request_free(start(&g, &b, &d)); /* at once */
    rig_end_scope(&g);
    CHECK(g.n_events == 2 && g.events[0].cancelled && g.events[1].cancelled);
    CHECK(g.events[0].status == 200 && g.events[0].allowed);
}

static void unreachable(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bx_error err;
    bx_fetched got;
    /* Nobody listens on this address. */
    const bx_fetch f = {
        .desc = {.method = BX_LIT("GET"), .url = bx_str_of(at("http://127.9.9.9", s, "/"))}};
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_CONNECTION_REFUSED);
    CHECK(strstr(err.msg, "127.9.9.9") && strstr(err.msg, "refused"));
}

/* ---- limits and timeouts --------------------------------------------------------------------- */

static void limit_of_bytes_in(void)
{
    AUTO_SERVER *s =
        ts_start(ts_canned, "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
                            "123456789012345678901234567890123456789012345678901234567890");
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_in = 99; /* one answer is 39 + 60 bytes */
    rig_scope(&g, NULL, 0);
    const char *url = at("http://127.0.0.1", s, "/");
    CHECK(rig_try(&g, url) == BX_HTTP_OK);
    CHECK(!bx_egress_scope_counters(g.scope).hit_http_in);
    CHECK(rig_try(&g, url) == BX_HTTP_RESPONSE_BODY_SIZE);
    CHECK(bx_egress_scope_counters(g.scope).hit_http_in);
}

static void limit_of_bytes_out(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    bx_fetched got;
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_out = 1000;
    rig_scope(&g, NULL, 0);
    static char body[1001];
    bx_fetch f = {
        .desc = {.method = BX_LIT("POST"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))},
        .body = {body, sizeof body}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_ELIMIT && got.error == BX_HTTP_REQUEST_BODY_SIZE);
    CHECK(atomic_load(&s->connections) == 0); /* a length that cannot fit is not begun */
    f.body.n = 100;
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK);
    bx_fetched_done(&got);
    f.body.n = 900; /* fits alone, not with what was sent before */
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_ELIMIT && got.error == BX_HTTP_REQUEST_BODY_SIZE);
    CHECK(bx_egress_scope_counters(g.scope).hit_http_out);
}

static void half_an_answer(test_server *s, int fd)
{
    if (ts_read_head(s, fd) && ts_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
        silent(s, fd);
}

static bx_http_error timed(rig *g, const char *url, uint64_t connect, uint64_t first,
                           uint64_t between)
{
    bx_fetched got = {.req = NULL};
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                                 .url = bx_str_of(url),
                                 .connect_timeout_ns = connect,
                                 .first_byte_timeout_ns = first,
                                 .between_bytes_timeout_ns = between}};
    bx_code rc = rig_fetch(g, &f, &got, NULL);
    bx_http_error e = rc == BX_OK ? BX_HTTP_OK : got.error;
    bx_fetched_done(&got);
    return e;
}

static void timeouts(void)
{
    AUTO_SERVER *mute = ts_start(silent, NULL);
    AUTO_SERVER *half = ts_start(half_an_answer, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    const uint64_t ms30 = 30000000;
    uint64_t begun = bx_now_ns();
    CHECK(timed(&g, at("https://127.0.0.1", mute, "/"), ms30, 0, 0) == BX_HTTP_CONNECTION_TIMEOUT);
    CHECK(timed(&g, at("http://127.0.0.1", mute, "/"), 0, ms30, 0) == BX_HTTP_RESPONSE_TIMEOUT);
    CHECK(timed(&g, at("http://127.0.0.1", half, "/"), 0, 0, ms30) ==
          BX_HTTP_CONNECTION_READ_TIMEOUT);
    CHECK(bx_now_ns() - begun < 5 * BX_SEC && bx_now_ns() - begun >= 3 * ms30);
    rig_end_scope(&g);
    CHECK(g.n_events == 3 && strstr(g.events[2].reason, "fell silent"));
}

typedef struct slow_dns {
    pthread_mutex_t lock;
} slow_dns;

static bx_http_error slow_resolve(void *ctx, const char *host, bx_ip *out, size_t max, size_t *n)
{
    slow_dns *d = ctx;
    (void)host;
    (void)out;
    (void)max;
    *n = 0;
    (void)pthread_mutex_lock(&d->lock); /* held by the test until it has seen what it wants */
    (void)pthread_mutex_unlock(&d->lock);
    return BX_HTTP_DNS_ERROR;
}

static void a_slow_lookup_holds_nobody_up(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    slow_dns dns = {PTHREAD_MUTEX_INITIALIZER};
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL,
                 (bx_egress_cfg){.resolve = slow_resolve, .resolve_ctx = &dns});
    rig_scope(&g, NULL, 0);
    (void)pthread_mutex_lock(&dns.lock);
    bx_http_error late = timed(&g, "http://slow.example/", 30000000, 0, 0);
    bx_http_error other = rig_try(&g, at("http://127.0.0.1", s, "/"));
    (void)pthread_mutex_unlock(&dns.lock);
    CHECK(late == BX_HTTP_DNS_TIMEOUT && other == BX_HTTP_OK);
    CHECK(rig_try(&g, "http://broken.example/") == BX_HTTP_DNS_ERROR);
}

static void deadlines(void)
{
    AUTO_SERVER *s = ts_start(silent, NULL);
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    const bx_fetch f = {
        .desc = {.method = BX_LIT("GET"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))}};
    bx_ctl ctl = bx_ctl_init(bx_now_ns() + 30000000); /* the caller's own */
    CHECK(bx_egress_fetch(g.scope, &f, &ctl, &got, NULL) == BX_ETIMEOUT &&
          got.error == BX_HTTP_RESPONSE_TIMEOUT);
    bx_egress_scope *first = g.scope;
    const bx_egress_scope_cfg cfg = {.net = g.net, .deadline_ns = bx_now_ns() + 30000000};
    CHECK(bx_egress_scope_new(g.eg, &cfg, &g.scope, NULL) == BX_OK); /* the scope's */
    bx_http_error e = rig_try(&g, at("http://127.0.0.1", s, "/")),
                  late = rig_try(&g, at("http://127.0.0.1", s, "/"));
    bx_egress_scope_free(first);
    CHECK(e == BX_HTTP_RESPONSE_TIMEOUT && late == BX_HTTP_CONNECTION_TIMEOUT);
}

static void *cancel_later(void *ctx)
{
    bx_ctl_cancel(ctx);
    return NULL;
}

static void cancel_from_another_thread(void)
{
    AUTO_SERVER *s = ts_start(silent, NULL);
    AUTO_RIG(g);
    bx_fetched got;
    rig_open(&g, NULL);
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    CHECK(bx_ctl_make_cancellable(&ctl, NULL) == BX_OK);
    pthread_t t;
    CHECK(pthread_create(&t, NULL, cancel_later, &ctl) == 0);
    const bx_fetch f = {
        .desc = {.method = BX_LIT("GET"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))}};
    CHECK(bx_egress_fetch(g.scope, &f, &ctl, &got, NULL) == BX_ECANCELLED);
    (void)pthread_join(t, NULL);
    bx_ctl_done(&ctl);
}

static bool stop_at_first(void *ctx, bx_str piece)
{
    *(size_t *)ctx += piece.n;
    return false;
}

static bool see_status(void *ctx, const bx_http_head *h)
{
    (void)ctx;
    return h->status == 200;
}

static void a_reader_may_stop(void)
{
    AUTO_SERVER *s = ts_start(half_an_answer, NULL);
    AUTO_RIG(g);
    bx_fetched got;
    size_t seen = 0;
    rig_open(&g, NULL);
    bx_fetch f = {
        .desc = {.method = BX_LIT("GET"), .url = bx_str_of(at("http://127.0.0.1", s, "/"))},
        .on_body = stop_at_first,
        .on_head = see_status,
        .sink_ctx = &seen};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_ECANCELLED && seen == 4);
    f.on_body = NULL;
    f.max_body = 3;
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_ELIMIT && got.error == BX_HTTP_RESPONSE_BODY_SIZE);
}

/* ---- events and credentials ------------------------------------------------------------------ */

static void events_tell_what_happened(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    static const char *const RULES[] = {"GET http://h.example:*/ok", NULL};
    rig_open_cfg(&g, RULES, "127.0.0.0/8", NAMES, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, NULL, 0);
    CHECK(rig_try(&g, at("http://h.example", s, "/ok?key=s3cret")) == BX_HTTP_OK);
    CHECK(rig_try(&g, at("http://h.example", s, "/no")) == BX_HTTP_REQUEST_DENIED);
    CHECK(g.n_events == 2); /* an end is not seen before its event */
    const seen_event *e = &g.events[0];
    CHECK(strcmp(e->method, "GET") == 0 &&
          strcmp(e->url, at("http://h.example", s, "/ok?key=")) == 0);
    CHECK(strcmp(e->address, "127.0.0.1") == 0 && e->status == 200 && e->allowed && !e->cancelled);
    CHECK(e->error == BX_HTTP_OK && e->reason[0] == '\0' && strstr(e->rule, RULES[0]));
    CHECK(e->bytes_in == 40 && e->bytes_out > 20 && e->time_ns > 0 && e->time_ns < 20 * BX_SEC);
    e = &g.events[1];
    CHECK(!e->allowed && e->status == 0 && e->error == BX_HTTP_REQUEST_DENIED);
    CHECK(e->address[0] == '\0' && e->bytes_in == 0 && e->bytes_out == 0 && e->reason[0] != '\0');
}

static void injected_for_its_origin_only(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    bx_fetched got;
    char origin[64];
    (void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", s->port);
    const bx_inject in = {bx_str_of(origin), BX_LIT("Authorization"), BX_LIT("Bearer s3cret")};
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    rig_scope(&g, &in, 1);
    const bx_http_field own = {.name = BX_LIT("authorization"), .value = BX_LIT("guess")};
    bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                           .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                           .fields = &own,
                           .n_fields = 1}};
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK);
    bx_fetched_done(&got);
    CHECK(ts_saw(s, "\r\nAuthorization: Bearer s3cret\r\n\r\n") && !ts_saw(s, "guess"));
    AUTO_SERVER *other = ts_start(ts_canned, TS_OK); /* same host, other port: another origin */
    f.desc.url = bx_str_of(at("http://127.0.0.1", other, "/"));
    CHECK(rig_fetch(&g, &f, &got, NULL) == BX_OK);
    bx_fetched_done(&got);
    CHECK(ts_saw(other, "\r\nauthorization: guess\r\n") && !ts_saw(other, "s3cret"));
    rig_end_scope(&g);
    CHECK(g.n_events == 2);
    for (int i = 0; i < 2; i++)
        CHECK(!strstr(g.events[i].reason, "s3cret") && !strstr(g.events[i].url, "s3cret"));
    CHECK(g.events[0].bytes_out == g.events[1].bytes_out); /* not even its length */
}

static void bad_inject_rules(void)
{
    AUTO_RIG(g);
    rig_open(&g, NULL);
    static const bx_inject BAD[] = {
        {BX_LIT("https://h.example/path"), BX_LIT("X"), BX_LIT("s3cret")},
        {BX_LIT("h.example"), BX_LIT("X"), BX_LIT("s3cret")},
        {BX_LIT("https://h.example"), BX_LIT("X Y"), BX_LIT("s3cret")},
        {BX_LIT("https://h.example"), BX_LIT("Host"), BX_LIT("s3cret")},
        {BX_LIT("https://h.example"), BX_LIT("Proxy-Authorization"), BX_LIT("s3cret")},
        {BX_LIT("https://h.example:99999"), BX_LIT("X"), BX_LIT("s3cret")},
        {BX_LIT("https://h.example"), BX_LIT("X"), BX_LIT("s3cret\n")},
        {BX_LIT("https://h.example"), BX_LIT("X"), BX_LIT("")},
    };
    for (size_t i = 0; i < BX_COUNT(BAD); i++) {
        bx_egress_scope *s = NULL;
        bx_error err;
        const bx_egress_scope_cfg cfg = {.net = g.net, .inject = &BAD[i], .n_inject = 1};
        CHECK(bx_egress_scope_new(g.eg, &cfg, &s, &err) == BX_EINVAL && !s);
        CHECK(!strstr(err.msg, "s3cret"));
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void survives_failed_allocations(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK); /* the thread is up */
    const bx_http_field field = {.name = BX_LIT("X"), .value = BX_LIT("y")};
    const bx_fetch f = {.desc = {.method = BX_LIT("POST"),
                                 .url = bx_str_of(at("http://127.0.0.1", s, "/?a=b")),
                                 .fields = &field,
                                 .n_fields = 1}};
    for (long k = 0; k < 1000; k++) {
        bx_fetched got = {.req = NULL};
        bx_test_fail_alloc = k;
        bx_code rc = rig_fetch(&g, &f, &got, NULL);
        bool done = bx_test_fail_alloc != 0 || rc == BX_OK;
        bx_test_fail_alloc = -1;
        if (rc == BX_OK)
            bx_fetched_done(&got);
        CHECK(done ? rc == BX_OK : rc != BX_OK);
        if (done) {
            CHECK(k > 5);
            break;
        }
    }
}

static void error_names(void)
{
    CHECK(strcmp(bx_http_error_name(BX_HTTP_DNS_TIMEOUT), "DNS-timeout") == 0);
    CHECK(strcmp(bx_http_error_name(BX_HTTP_INTERNAL_ERROR), "internal-error") == 0);
    CHECK(strcmp(bx_http_error_name((bx_http_error)999), "internal-error") == 0);
    CHECK(BX_HTTP_INTERNAL_ERROR == 39); /* as many as wasi:http/types@0.2 has */
    CHECK(bx_http_error_code(BX_HTTP_REQUEST_DENIED) == BX_EDENIED);
    CHECK(bx_http_error_code(BX_HTTP_RESPONSE_TIMEOUT) == BX_ETIMEOUT);
    CHECK(bx_http_error_code(BX_HTTP_OK) == BX_OK && bx_http_error_text(BX_HTTP_LOOP_DETECTED)[0]);
}

BXT_MAIN(RUN(a_get); RUN(names_are_looked_up_once); RUN(second_address_is_tried); RUN(over_ipv6);
         RUN(fields_travel_as_given); RUN(methods_without_body); RUN(head_has_no_body);
         RUN(codings_are_not_undone); RUN(trailers_and_informational); RUN(no_trailers);
         RUN(a_post_of_known_length); RUN(a_chunked_post_with_trailers);
         RUN(a_body_must_fit_its_length); RUN(a_body_may_be_broken_off);
         RUN(an_early_answer_ends_the_upload); RUN(both_directions_at_once);
         RUN(reuse_within_a_scope_only); RUN(cancelling); RUN(unreachable); RUN(limit_of_bytes_in);
         RUN(limit_of_bytes_out); RUN(timeouts); RUN(a_slow_lookup_holds_nobody_up); RUN(deadlines);
         RUN(cancel_from_another_thread); RUN(a_reader_may_stop); RUN(events_tell_what_happened);
         RUN(injected_for_its_origin_only); RUN(bad_inject_rules); RUN(survives_failed_allocations);
         RUN(error_names);)
