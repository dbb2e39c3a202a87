/* Kept connections: which are used again, and what a server may leave on them. */
#include "egress/egress.h"
#include "egress/test_server.h"

#define EVIL "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

/* One answer, and what is sent behind it: at once, or in pieces of their own a moment later. */
typedef struct excess {
    const char *answer, *now, *later;
    _Atomic bool gate; /* the first answer has arrived: send `later` */
    _Atomic int sent;  /* how often that was done */
} excess;

static void leave_excess(test_server *s, int fd)
{
    excess *x = (excess *)(uintptr_t)s->ctx;
    char both[512];
    if (!ts_read_head(s, fd))
        return;
    (void)snprintf(both, sizeof both, "%s%s", x->answer, x->now);
    (void)ts_send(fd, both);
    while (*x->later && !atomic_load(&x->gate))
        (void)usleep(200);
    (void)ts_send(fd, x->later);
    atomic_fetch_add(&x->sent, 1);
    while (ts_read_head(s, fd) && ts_send(fd, TS_OK)) /* used again: a fault, or nothing was left */
        ;
}

/* Ask twice, with `method`; how many connections that took, 0: the second answer was not the
 * server's own. */
static int connections_for(const char *method, excess *x)
{
    AUTO_SERVER *s = ts_start(leave_excess, x);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bool good = true;
    atomic_store(&x->gate, false);
    atomic_store(&x->sent, 0);
    for (int i = 0; i < 2; i++) {
        bx_fetched got;
        bx_error err;
        const bx_fetch f = {.desc = {.method = bx_str_of(method),
                                     .url = bx_str_of(at("http://127.0.0.1", s, "/"))}};
        good &= rig_fetch(&g, &f, &got, &err) == BX_OK &&
                (got.n_body == 0 || memcmp(got.body, "evil", 4) != 0);
        bx_fetched_done(&got);
        atomic_store(&x->gate, true);
        while (atomic_load(&x->sent) == 0)
            (void)usleep(200);
    }
    return good ? atomic_load(&s->connections) : 0;
}

static const char *const ANSWERS[][2] = {
    {"GET", TS_OK},
    {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"},
    {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n"},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"GET", "HTTP/1.1 204 No Content\r\n\r\n"},
    {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"},
    {"GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"},
    {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"},
    {"POST", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"},
};

static void clean_connections_are_used_again(void)
{
    for (size_t i = 0; i < BX_COUNT(ANSWERS); i++) { /* the control of all below */
        excess x = {.answer = ANSWERS[i][1], .now = "", .later = ""};
        CHECK(connections_for(ANSWERS[i][0], &x) == 1);
    }
}

static void excess_in_the_same_piece(void)
{
    static const char *const BEHIND[] = {EVIL, "\r\n", "x"};
    for (size_t i = 0; i < BX_COUNT(ANSWERS); i++)
        for (size_t k = 0; k < BX_COUNT(BEHIND); k++) {
            excess x = {.answer = ANSWERS[i][1], .now = BEHIND[k], .later = ""};
            int n = connections_for(ANSWERS[i][0], &x);
            if (n != 2)
                printf("# %s %s: %d\n", ANSWERS[i][0], ANSWERS[i][1], n);
            CHECK(n == 2);
        }
}

static void excess_that_comes_later(void)
{
    static const char *const BEHIND[] = {EVIL, "\r\n", "x"};
    for (size_t i = 0; i < BX_COUNT(ANSWERS); i++)
        for (size_t k = 0; k < BX_COUNT(BEHIND); k++) {
            excess x = {.answer = ANSWERS[i][1], .now = "", .later = BEHIND[k]};
            int n = connections_for(ANSWERS[i][0], &x);
            if (n != 2)
                printf("# %s %s: %d\n", ANSWERS[i][0], ANSWERS[i][1], n);
            CHECK(n == 2);
        }
}

/* Half of it with the answer, which is dropped, and the rest when nobody asked. */
static void excess_in_two_pieces(void)
{
    for (size_t i = 0; i < BX_COUNT(ANSWERS); i++) {
        excess x = {.answer = ANSWERS[i][1], .now = "HTTP/1.1 200 OK\r\n", .later = EVIL};
        CHECK(connections_for(ANSWERS[i][0], &x) == 2);
    }
}

/* A body goes out whole on the second connection, once. */
static void nothing_is_lost_or_sent_twice(void)
{
    excess x = {.answer = TS_OK, .now = "", .later = EVIL};
    AUTO_SERVER *s = ts_start(leave_excess, &x);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK);
    atomic_store(&x.gate, true);
    while (atomic_load(&x.sent) == 0)
        (void)usleep(200);
    bx_fetched got;
    bx_error err;
    const bx_fetch f = {
        .desc = {.method = BX_LIT("POST"), .url = bx_str_of(at("http://127.0.0.1", s, "/post"))},
        .body = BX_LIT("the body")};
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_OK && got.n_body == 2);
    bx_fetched_done(&got);
    CHECK(atomic_load(&s->connections) == 2 && atomic_load(&s->requests) == 2);
    CHECK(ts_saw(s, "POST /post "));
    rig_end_scope(&g);
    CHECK(g.n_events == 2 && g.events[1].status == 200 && g.events[1].error == BX_HTTP_OK);
}

static void closed_in_between(test_server *s, int fd)
{
    (void)(ts_read_head(s, fd) && ts_send(fd, TS_OK));
    (void)shutdown(fd, SHUT_RDWR);
    excess *x = (excess *)(uintptr_t)s->ctx;
    atomic_fetch_add(&x->sent, 1);
}

static void a_connection_the_server_has_closed(void)
{
    excess x = {.answer = ""};
    AUTO_SERVER *s = ts_start(closed_in_between, &x);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    for (int i = 0; i < 3; i++) {
        CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK);
        while (atomic_load(&x.sent) == i)
            (void)usleep(200);
    }
    CHECK(atomic_load(&s->connections) == 3);
}

BXT_MAIN(RUN(clean_connections_are_used_again); RUN(excess_in_the_same_piece);
         RUN(excess_that_comes_later); RUN(excess_in_two_pieces);
         RUN(nothing_is_lost_or_sent_twice); RUN(a_connection_the_server_has_closed);)
