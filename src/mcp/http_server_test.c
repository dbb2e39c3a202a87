/* The server over real sockets, with a service that does what the path says. */
#include "mcp/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/test.h"
#include "os/ctl.h"
#include "os/fd.h"

enum { MS = 1000000, PATIENCE_MS = 20000 };

static bx_httpd *server;
static struct sockaddr_in where;
static atomic_int n_gone, n_done;
static atomic_int n_attached, n_ended; /* of all tests */

/* ---- the service ------------------------------------------------------------------------------
 */

static const bx_httpd_field text_field = {{"Content-Type", 12}, {"text/plain", 10}};

static void respond(bx_httpd_request *r, int status, const char *text)
{
    bx_httpd_respond(r, status, &text_field, 1, bx_str_of(text));
}

static void admit(void *ctx, bx_httpd_request *r)
{
    bx_str value;
    (void)ctx;
    if (bx_httpd_find(r, BX_LIT("x-refuse"), &value))
        respond(r, 403, "refused");
}

static void gone(void *ctx)
{
    (void)ctx;
    (void)atomic_fetch_add(&n_gone, 1);
}

static void gone_and_finish(void *ctx)
{
    gone(ctx);
    bx_httpd_finish(ctx, BX_LIT(""));
}

static void done(void *ctx)
{
    (void)ctx;
    (void)atomic_fetch_add(&n_done, 1);
    (void)atomic_fetch_add(&n_ended, 1);
}

static void *answer_later(void *arg)
{
    bx_httpd_request *r = arg;
    (void)poll(NULL, 0, 60);
    respond(r, 200, "late");
    return NULL;
}

static void *answer_when_gone(void *arg)
{
    bx_httpd_request *r = arg;
    for (int i = 0; i < PATIENCE_MS && !atomic_load(&n_gone); i++)
        (void)poll(NULL, 0, 1);
    respond(r, 200, "nobody reads this");
    return NULL;
}

static void *stream(void *arg)
{
    bx_httpd_request *r = arg;
    bx_httpd_stream(r, &text_field, 1);
    for (int i = 0; i < 3; i++) {
        (void)poll(NULL, 0, 10);
        (void)bx_httpd_push(r, BX_LIT("data: piece\n\n"));
    }
    bx_httpd_finish(r, BX_LIT("data: end\n\n"));
    return NULL;
}

static void *flood(void *arg)
{
    static const char block[64 << 10] = {0};
    bx_httpd_request *r = arg;
    bx_httpd_stream(r, &text_field, 1);
    while (bx_httpd_push(r, (bx_str){block, sizeof block}))
        ;
    bx_httpd_finish(r, BX_LIT(""));
    return NULL;
}

static void on_thread(void *(*f)(void *), bx_httpd_request *r)
{
    pthread_t t;
    static int nobody;
    (void)atomic_fetch_add(&n_attached, 1);
    bx_httpd_attach(r, &nobody, gone, done);
    BX_ASSERT(pthread_create(&t, NULL, f, r) == 0);
    (void)pthread_detach(t);
}

static void handle(void *ctx, bx_httpd_request *r)
{
    (void)ctx;
    char text[64];
    bx_str path = bx_httpd_path(r);
    if (bx_str_eq(path, BX_LIT("/later"))) {
        on_thread(answer_later, r);
    } else if (bx_str_eq(path, BX_LIT("/gone"))) {
        on_thread(answer_when_gone, r);
    } else if (bx_str_eq(path, BX_LIT("/stream"))) {
        on_thread(stream, r);
    } else if (bx_str_eq(path, BX_LIT("/flood"))) {
        on_thread(flood, r);
    } else if (bx_str_eq(path, BX_LIT("/quiet"))) {
        (void)atomic_fetch_add(&n_attached, 1);
        bx_httpd_attach(r, r, gone_and_finish, done);
        bx_httpd_stream(r, &text_field, 1);
    } else {
        (void)snprintf(text, sizeof text, "%.*s %zu", BX_FMT(bx_httpd_method(r)),
                       bx_httpd_body(r).n);
        respond(r, 200, text);
    }
}

static void begin(bx_httpd_limits limits)
{
    bx_error err;
    char at[BX_HTTPD_MAX_ADDRESS];
    bx_httpd_config cfg = {{admit, handle, NULL}, "127.0.0.1:0", limits};
    if (bx_httpd_new(&cfg, &server, &err) != BX_OK) {
        (void)printf("# %s\n", err.msg);
        abort();
    }
    bx_httpd_where(server, at);
    unsigned port = 0;
    for (const char *p = strchr(at, ':') + 1; *p; p++)
        port = port * 10 + (unsigned)(*p - '0');
    where = (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr = {htonl(INADDR_LOOPBACK)}};
    atomic_store(&n_gone, 0);
    atomic_store(&n_done, 0);
}

static void end(void)
{
    bx_httpd_free(server);
    server = NULL;
    /* Threads of this test's requests do not count into the next one's. */
    for (int i = 0; i < 2 * PATIENCE_MS && atomic_load(&n_ended) < atomic_load(&n_attached); i++)
        (void)poll(NULL, 0, 1);
}

/* ---- the client -------------------------------------------------------------------------------
 */

static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BX_ASSERT(fd >= 0 && connect(fd, (const struct sockaddr *)&where, sizeof where) == 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t n = strlen(text);
    BX_ASSERT(send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n);
}

/* What comes until the end, until `until` has come, or nothing comes any more. */
static const char *hear(int fd, const char *until)
{
    static char text[64 << 10];
    size_t n = 0;
    text[0] = '\0';
    while (n < sizeof text - 1 && !(until && strstr(text, until))) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, PATIENCE_MS) != 1)
            return "(silence)";
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
    }
    return text;
}

static const char *ask(const char *request, const char *until)
{
    BX_AUTOCLOSE int fd = dial();
    say(fd, request);
    return hear(fd, until);
}

static bool becomes(atomic_int *what, int value)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        if (atomic_load(what) == value)
            return true;
        (void)poll(NULL, 0, 1);
    }
    return false;
}

#define HOST "Host: localhost\r\n"

/* ---- tests ------------------------------------------------------------------------------------
 */

static void test_answers(void)
{
    begin((bx_httpd_limits){0});
    CHECK(strstr(ask("GET / HTTP/1.1\r\n" HOST "\r\n", "GET 0"), "200 OK"));
    CHECK(ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", "POST 3")[0]);
    CHECK(strstr(ask("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                     "POST 3"),
                 "POST 3"));
    CHECK(strstr(ask("GET /later HTTP/1.1\r\n" HOST "\r\n", "late"), "late"));
    BX_AUTOCLOSE int fd = dial(); /* several on one connection, and two at once */
    for (int i = 0; i < 3; i++) {
        say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
        CHECK(strstr(hear(fd, "late"), "late"));
    }
    say(fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
            "POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd");
    const char *both = hear(fd, "POST 4");
    CHECK(strstr(both, "POST 2") && strstr(both, "POST 4"));
    end();
    CHECK(atomic_load(&n_gone) == 0 && becomes(&n_done, 4));
}

static void test_stream(void)
{
    begin((bx_httpd_limits){.keepalive_ms = 60});
    const char *text = ask("GET /stream HTTP/1.1\r\n" HOST "\r\n", "\r\n0\r\n\r\n");
    int pieces = 0;
    for (const char *at = text; (at = strstr(at, "data: piece\n\n")); at++)
        pieces++;
    CHECK(pieces == 3 && strstr(text, "data: end\n\n") && strstr(text, "chunked"));
    CHECK(strstr(ask("GET /quiet HTTP/1.1\r\n" HOST "\r\n", ":\n\n"), ":\n\n"));
    CHECK(becomes(&n_gone, 1)); /* its client left */
    end();
}

static void test_framing(void)
{
    static const char *const bad[] = {
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc",
        "GET / HTTP/1.1\r\n" HOST HOST "\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    };
    begin((bx_httpd_limits){0});
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        const char *text = ask(bad[i], NULL);
        CHECK(strstr(text, " 400 ") && !strstr(text, " 200 "));
    }
    end();
}

static void test_sizes(void)
{
    begin((bx_httpd_limits){.body_bytes = 100, .head_bytes = 4096});
    CHECK(strstr(ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n"
                     "0123456789012345678901234567890123456789012345678901234567890123456789"
                     "012345678901234567890123456789",
                     "POST 100"),
                 "POST 100"));
    CHECK(strstr(ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\n"
                     "0123456789012345678901234567890123456789012345678901234567890123456789"
                     "0123456789012345678901234567890",
                     "too large"),
                 " 413 "));
    CHECK(strstr(ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n\r\n", NULL),
                 " 413 "));
    CHECK(strstr(ask("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                     "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
                     "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
                     "0\r\n\r\n",
                     "too large"),
                 " 413 "));
    BX_AUTOFREE char *many = bx_calloc(1, 64 << 10);
    BX_AUTOFREE char *large = bx_calloc(1, 64 << 10);
    CHECK(many && large);
    BX_AUTO_BUF b = bx_buf_init(64 << 10);
    (void)bx_buf_add_z(&b, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < BX_HTTPD_MAX_FIELDS; i++)
        (void)bx_buf_addf(&b, "x%d: 1\r\n", i);
    (void)bx_buf_add_z(&b, "\r\n");
    CHECK(strstr(ask(b.p, NULL), " 431 "));
    bx_buf_clear(&b);
    (void)bx_buf_add_z(&b, "GET / HTTP/1.1\r\n" HOST "x: ");
    for (int i = 0; i < 8192; i++)
        (void)bx_buf_add_c(&b, 'a');
    (void)bx_buf_add_z(&b, "\r\n\r\n");
    const char *text = ask(b.p, NULL);
    CHECK(!strstr(text, " 200 "));
    end();
}

/* A refusal before the body is read reaches the client all the same. */
static void test_refused_early(void)
{
    begin((bx_httpd_limits){0});
    BX_AUTOCLOSE int fd = dial();
    say(fd, "POST / HTTP/1.1\r\n" HOST "X-Refuse: 1\r\nContent-Length: 5\r\n\r\n");
    (void)poll(NULL, 0, 20);
    say(fd, "01234");
    CHECK(strstr(hear(fd, "refused"), " 403 "));
    say(fd, "GET / HTTP/1.1\r\n" HOST "\r\n"); /* the connection goes on */
    CHECK(strstr(hear(fd, "GET 0"), " 200 "));
    CHECK(strstr(
        ask("POST / HTTP/1.1\r\n" HOST "X-Refuse: 1\r\nContent-Length: 9999999\r\n\r\n", NULL),
        " 403 "));
    end();
}

static void test_client_gone(void)
{
    begin((bx_httpd_limits){0});
    int fd = dial();
    say(fd, "GET /gone HTTP/1.1\r\n" HOST "\r\n");
    (void)poll(NULL, 0, 100);
    CHECK(atomic_load(&n_gone) == 0);
    (void)close(fd);
    CHECK(becomes(&n_gone, 1) && becomes(&n_done, 1));
    fd = dial(); /* who never reads is cut off */
    say(fd, "GET /flood HTTP/1.1\r\n" HOST "\r\n");
    CHECK(becomes(&n_done, 2));
    (void)close(fd);
    end();
}

static void test_slow(void)
{
    begin((bx_httpd_limits){.head_ms = 150, .body_ms = 150, .idle_ms = 150});
    CHECK(!strstr(ask("GET / HTTP/1.1\r\nHo", NULL), "200"));
    CHECK(!strstr(ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n01", NULL), "200"));
    BX_AUTOCLOSE int fd = dial();
    say(fd, "GET / HTTP/1.1\r\n" HOST "\r\n");
    CHECK(strstr(hear(fd, "GET 0"), "200"));
    CHECK(strcmp(hear(fd, NULL), "") == 0); /* closed, not silent */
    BX_AUTOCLOSE int waits = dial();        /* control: a request that is being answered may wait */
    say(waits, "GET /quiet HTTP/1.1\r\n" HOST "\r\n");
    CHECK(strstr(hear(waits, "\r\n\r\n"), "200"));
    struct pollfd p = {.fd = waits, .events = POLLIN};
    CHECK(poll(&p, 1, 500) == 0);
    end();
}

static const char whole[] = "GET / HTTP/1.1\r\n" HOST "\r\n";

/* Whether a request on this connection is answered. */
static bool is_served(int fd)
{
    (void)send(fd, whole, sizeof whole - 1, MSG_NOSIGNAL);
    return strstr(hear(fd, "GET 0"), "200") != NULL;
}

static void test_many(void)
{
    enum { MANY = 300 };
    int fds[MANY + 1];
    begin((bx_httpd_limits){.connections = MANY});
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = dial();
        say(fds[i], "GET /quiet HTTP/1.1\r\n" HOST "\r\n");
    }
    int good = 0;
    for (size_t i = 0; i < MANY; i++)
        good += strstr(hear(fds[i], "\r\n\r\n"), "200") != NULL;
    CHECK(good == MANY);
    fds[MANY] = dial(); /* one too many: nobody who is being answered makes room */
    CHECK(!is_served(fds[MANY]));
    CHECK(atomic_load(&n_gone) == 0);
    for (size_t i = 0; i <= MANY; i++)
        (void)close(fds[i]);
    end();
}

/* Connections that say nothing, or only half of something, keep nobody out. */
static void test_half_open(void)
{
    enum { MANY = 40, MORE = 100, HOUR_MS = 3600000 };
    static const char *const halves[] = {"", "GET / HT", "GET / HTTP/1.1\r\n",
                                         "POST / HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n1"};
    int idle[MORE];
    begin((bx_httpd_limits){.connections = MANY, .head_ms = HOUR_MS, .body_ms = HOUR_MS});
    BX_AUTOCLOSE int known = dial(); /* the oldest of all, and idle, but it has asked before */
    BX_AUTOCLOSE int busy = dial();
    CHECK(is_served(known));
    say(busy, "GET /quiet HTTP/1.1\r\n" HOST "\r\n");
    CHECK(strstr(hear(busy, "\r\n\r\n"), "200"));
    for (size_t i = 0; i < MORE; i++) {
        idle[i] = dial();
        say(idle[i], halves[i % BX_COUNT(halves)]);
        if (i % 7 == 0)
            CHECK(strstr(ask(whole, "GET 0"), "200"));
    }
    CHECK(strcmp(hear(idle[0], NULL), "") == 0); /* closed, the oldest first … */
    struct pollfd p = {.fd = idle[MORE - 1], .events = POLLIN};
    CHECK(poll(&p, 1, 0) == 0); /* … and not the newest */
    CHECK(is_served(known) && atomic_load(&n_gone) == 0);
    for (size_t i = 0; i < MORE; i++)
        (void)close(idle[i]);
    end();
}

static bool is_closed(int fd)
{
    char c;
    return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

/* Where all have asked before, one that has been idle for long makes room. */
static void test_idle_make_room(void)
{
    enum { MANY = 10 };
    int fds[MANY], closed = 0;
    begin((bx_httpd_limits){.connections = MANY});
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = dial();
        CHECK(is_served(fds[i]));
    }
    CHECK(is_served(fds[0])); /* the last to be idle, now */
    CHECK(strstr(ask(whole, "GET 0"), "200"));
    for (size_t i = 0; i < MANY; i++)
        closed += is_closed(fds[i]);
    CHECK(closed == 1 && is_served(fds[0]));
    for (size_t i = 0; i < MANY; i++)
        (void)close(fds[i]);
    end();
}

/* Sleeping connections at the end: the library would end the process. */
static void test_end_amid(void)
{
    begin((bx_httpd_limits){0});
    BX_AUTOCLOSE int a = dial();
    BX_AUTOCLOSE int b = dial();
    BX_AUTOCLOSE int c = dial();
    say(a, "GET /quiet HTTP/1.1\r\n" HOST "\r\n");
    CHECK(strstr(hear(a, "\r\n\r\n"), "200"));
    say(b, "GET /gone HTTP/1.1\r\n" HOST "\r\n");
    say(c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    (void)poll(NULL, 0, 30);
    CHECK(!bx_httpd_drain(server, bx_now_ns() + 100ull * MS));
    CHECK(strstr(hear(c, "late"), "late")); /* what ends in time is answered */
    end();
    CHECK(strstr(hear(b, NULL), "503"));
    CHECK(becomes(&n_done, 3));
    int told = atomic_load(&n_gone); /* that of b may just have answered on its own */
    CHECK(told == 1 || told == 2);
}

static void test_addresses(void)
{
    bool local;
    bx_error err;
    CHECK(bx_httpd_address_is_local("127.0.0.1:80", &local, &err) == BX_OK && local);
    CHECK(bx_httpd_address_is_local("127.9.9.9:80", &local, &err) == BX_OK && local);
    CHECK(bx_httpd_address_is_local("[::1]:0", &local, &err) == BX_OK && local);
    CHECK(bx_httpd_address_is_local("localhost:65535", &local, &err) == BX_OK && local);
    CHECK(bx_httpd_address_is_local("7345", &local, &err) == BX_OK && local);
    CHECK(bx_httpd_address_is_local("0.0.0.0:80", &local, &err) == BX_OK && !local);
    CHECK(bx_httpd_address_is_local("[::]:80", &local, &err) == BX_OK && !local);
    CHECK(bx_httpd_address_is_local("10.0.0.1:80", &local, &err) == BX_OK && !local);
    static const char *const bad[] = {"",         "example.com:80", "127.0.0.1",       "127.0.0.1:",
                                      "a:80",     "1.2.3.4:65536",  "1.2.3.4:1234567", "[::1:80",
                                      "127.1:80", "::1:80"};
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(bx_httpd_address_is_local(bad[i], &local, &err) == BX_EINVAL);
    begin((bx_httpd_limits){0});
    bx_httpd *second = NULL;
    char at[BX_HTTPD_MAX_ADDRESS];
    bx_httpd_where(server, at);
    bx_httpd_config cfg = {{admit, handle, NULL}, at, {0}};
    CHECK(bx_httpd_new(&cfg, &second, &err) == BX_EIO && strstr(err.msg, at));
    end();
}

BXT_MAIN(RUN(test_answers); RUN(test_stream); RUN(test_framing); RUN(test_sizes);
         RUN(test_refused_early); RUN(test_client_gone); RUN(test_slow); RUN(test_many);
         RUN(test_half_open); RUN(test_idle_make_room); RUN(test_end_amid); RUN(test_addresses);)
