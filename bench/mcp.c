/* A tool call over the Model Context Protocol: on standard input and output against the reference
 * server of the protocol's own SDK, over HTTP against a component behind `wasmtime serve`, and what
 * a long call does to those beside it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "os/fd.h"

enum { MAX_CONNS = 1024, PATIENCE_MS = 20000, ROUNDS = 5, STDIO_ROUNDS = 25 };

/* ---- processes --------------------------------------------------------------------------------
 */

typedef struct server {
    pid_t pid;
    int in, out; /* its standard input and output */
    uint16_t port;
} server;

static server start(char *const argv[])
{
    int to[2], from[2];
    server s = {0};
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        bench_die("pipe: %s", strerror(errno));
    s.pid = fork();
    if (s.pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(to[0], 0);
        (void)dup2(from[1], 1);
        (void)dup2(null, 2);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    (void)close(to[0]);
    (void)close(from[1]);
    s.in = to[1];
    s.out = from[0];
    return s;
}

static void stop(server *s)
{
    (void)close(s->in);
    (void)close(s->out);
    (void)kill(s->pid, SIGTERM);
    (void)waitpid(s->pid, NULL, 0);
}

static server start_ours(const bench_env *e, const char *how)
{
    static char self[] = "/proc/self/exe", flag[] = "--mcp";
    char *const argv[] = {self,
                          flag,
                          (char *)(uintptr_t)e->guests,
                          (char *)(uintptr_t)e->scratch,
                          (char *)(uintptr_t)how,
                          NULL};
    return start(argv);
}

/* A line of what it says; "" at its end. */
static void read_line(const server *s, char *line, size_t cap)
{
    size_t n = 0;
    while (n + 1 < cap && read(s->out, line + n, 1) == 1 && line[n] != '\n')
        n++;
    line[n] = '\0';
}

static server start_ours_http(const bench_env *e)
{
    char line[128];
    server s = start_ours(e, "http");
    read_line(&s, line, sizeof line);
    const char *colon = strrchr(line, ':');
    if (!colon)
        bench_die("the server does not listen");
    s.port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return s;
}

/* ---- a client of HTTP -------------------------------------------------------------------------
 */

typedef struct conn {
    int fd;
    size_t n; /* bytes of the answer so far */
    double begun;
    char answer[8192];
} conn;

static int dial(uint16_t port)
{
    int one = 1;
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void wait_until_listening(uint16_t port)
{
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        BX_AUTOCLOSE int fd = dial(port);
        if (fd >= 0)
            return;
        (void)usleep(10000);
    }
    bench_die("nobody listens on port %u", port);
}

static void ask(conn *c, const char *request)
{
    size_t n = strlen(request);
    c->n = 0;
    c->begun = bench_now_us();
    if (send(c->fd, request, n, MSG_NOSIGNAL) != (ssize_t)n)
        bench_die("send: %s", strerror(errno));
}

/* Whether the answer is whole: by its length, or by its last chunk. */
static bool is_whole(conn *c)
{
    c->answer[c->n] = '\0';
    const char *body = strstr(c->answer, "\r\n\r\n");
    if (!body)
        return false;
    const char *length = strcasestr(c->answer, "\r\ncontent-length:");
    if (length && length < body)
        return c->n >= (size_t)(body + 4 - c->answer) + strtoul(length + 17, NULL, 10);
    return c->n >= 5 && strcmp(c->answer + c->n - 5, "0\r\n\r\n") == 0;
}

/* Read what is there; true: the answer is whole, and good. */
static bool hear(conn *c, const char *expect)
{
    ssize_t n = recv(c->fd, c->answer + c->n, sizeof c->answer - 1 - c->n, 0);
    if (n <= 0)
        bench_die("an answer broke off: %s", n ? strerror(errno) : "end");
    c->n += (size_t)n;
    if (!is_whole(c))
        return false;
    if (strncmp(c->answer, "HTTP/1.1 200", 12) != 0 || !strstr(c->answer, expect))
        bench_die("a wrong answer: %.600s", c->answer);
    return true;
}

typedef struct load {
    uint16_t port;
    size_t conns, requests;
    const char *request, *expect;
    double *us; /* of each request; may be NULL */
} load;

/* So many requests over so many connections, each of which asks again when it has its answer.
 * Microseconds. */
static double run(const load *l)
{
    static conn conns[MAX_CONNS];
    int ep = epoll_create1(EPOLL_CLOEXEC);
    size_t asked = 0, heard = 0;
    for (size_t i = 0; i < l->conns; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = &conns[i]}};
        conns[i].fd = dial(l->port);
        if (conns[i].fd < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &e) != 0)
            bench_die("connect: %s", strerror(errno));
    }
    double begin = bench_now_us();
    for (size_t i = 0; i < l->conns && asked < l->requests; i++, asked++)
        ask(&conns[i], l->request);
    while (heard < asked) {
        struct epoll_event events[MAX_CONNS];
        int n = epoll_wait(ep, events, MAX_CONNS, PATIENCE_MS);
        if (n <= 0)
            bench_die("no answer");
        for (int i = 0; i < n; i++) {
            conn *c = events[i].data.ptr;
            if (!hear(c, l->expect))
                continue;
            if (l->us)
                l->us[heard] = bench_now_us() - c->begun;
            heard++;
            if (asked < l->requests) {
                ask(c, l->request);
                asked++;
            }
        }
    }
    double took = bench_now_us() - begin;
    for (size_t i = 0; i < l->conns; i++)
        (void)close(conns[i].fd);
    (void)close(ep);
    return took;
}

static const char *call_request(const char *name, const char *arguments)
{
    static char text[2048], body[1024];
    int n = snprintf(
        body, sizeof body,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
        "\"arguments\":%s,\"_meta\":{"
        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
        "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
        name, arguments);
    (void)snprintf(text, sizeof text,
                   "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   "Accept: application/json, text/event-stream\r\n"
                   "Authorization: Bearer a-token-of-the-benchmark\r\n"
                   "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: %s\r\n"
                   "Content-Length: %d\r\n\r\n%s",
                   name, n, body);
    return text;
}

static const char get_request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/* ---- against a component behind `wasmtime serve` ----------------------------------------------
 */

static void http_throughput(const bench_env *e)
{
    static const char id[] = "mcp_http_calls_per_s";
    static char wasmtime[] = "build/bench.wasmtime", serve[] = "serve", cli[] = "-Scli",
                addr[] = "--addr=127.0.0.1:18573", hello[4096];
    char *const theirs_argv[] = {wasmtime, serve, cli, addr, hello, NULL};
    enum { CONNS = 32, THEIRS = 18573 };
    size_t n = e->quick ? 2000 : 20000;
    double ratio[ROUNDS], ours[ROUNDS], theirs[ROUNDS];
    (void)snprintf(hello, sizeof hello, "%s/hello.wasm", e->guests);
    bool there = access(wasmtime, X_OK) == 0 && access(hello, R_OK) == 0;
    server us = start_ours_http(e);
    server them = there ? start(theirs_argv) : (server){0};
    if (there)
        wait_until_listening(THEIRS);
    for (size_t i = 0; i < ROUNDS; i++) {
        load a = {us.port, CONNS, n, call_request("noop", "{}"), "\"isError\":false", NULL};
        load b = {THEIRS, CONNS, n, get_request, "Hello, world!", NULL};
        if (i == 0) {
            (void)run(&a);
            if (there)
                (void)run(&b);
        }
        ours[i] = (double)n * 1e6 / run(&a);
        theirs[i] = there ? (double)n * 1e6 / run(&b) : -1;
        ratio[i] = ours[i] / theirs[i];
    }
    double rate = bench_stats_of(ours, ROUNDS).p50;
    if (there) {
        bench_row(
            id, rate, bench_stats_of(theirs, ROUNDS).p50, "/s", bench_stats_of(ratio, ROUNDS).p50,
            BENCH_AT_LEAST, 1.5,
            "tools/call of a no-op tool, token and headers checked, on %d connections; against "
            "wasmtime serve of a hello component; median of %d paired rounds",
            CONNS, ROUNDS);
        stop(&them);
    } else {
        char why[120];
        (void)snprintf(why, sizeof why, "ours: %.0f/s; no build/bench.wasmtime", rate);
        bench_row_missing(id, "/s", BENCH_AT_LEAST, 1.5, why);
    }
    stop(&us);
}

/* ---- beside a long call -----------------------------------------------------------------------
 */

static double p99_of(const server *s, size_t conns, size_t n, double *us)
{
    load l = {s->port, conns, n, call_request("noop", "{}"), "\"isError\":false", us};
    (void)run(&l);
    return bench_stats_of(us, n).p99;
}

static void beside_a_long_call_on(const bench_env *e, const char *id, size_t conns)
{
    enum { FAST = 1000, SETTLE_US = 500000 /* until the threads of a run before are gone */ };
    static double us[FAST];
    double ratio[ROUNDS], with[ROUNDS], without[ROUNDS];
    static conn slow;
    server s = start_ours_http(e);
    (void)p99_of(&s, conns, FAST, us);
    for (size_t i = 0; i < ROUNDS; i++) {
        (void)usleep(SETTLE_US);
        without[i] = p99_of(&s, conns, FAST, us);
        (void)usleep(SETTLE_US);
        slow.fd = dial(s.port);
        ask(&slow, call_request("bash", "{\"command\":\"sleep 2\"}"));
        (void)usleep(50000);
        with[i] = p99_of(&s, conns, FAST, us);
        double took = bench_now_us() - slow.begun;
        while (!hear(&slow, "\"isError\":false"))
            ;
        if (took > 2e6)
            bench_die("the fast calls took longer than the slow one");
        (void)close(slow.fd);
        ratio[i] = with[i] / without[i];
    }
    bench_row(
        id, bench_stats_of(with, ROUNDS).p50, bench_stats_of(without, ROUNDS).p50, "us",
        bench_stats_of(ratio, ROUNDS).p50, BENCH_AT_MOST, 1.5,
        "p99 of %d no-op calls on %zu connections, all at once, while one of 2 s runs on another; "
        "theirs: without it; median of %d paired rounds",
        FAST, conns, ROUNDS);
    stop(&s);
}

static void beside_a_long_call(const bench_env *e)
{
    beside_a_long_call_on(e, "mcp_http_beside_a_long_call", 10);
    beside_a_long_call_on(e, "mcp_http_beside_a_long_call_200", 200);
    beside_a_long_call_on(e, "mcp_http_beside_a_long_call_1000", 1000);
}

/* ---- on standard input and output -------------------------------------------------------------
 */

static void say(const server *s, const char *text)
{
    size_t n = strlen(text);
    if (write(s->in, text, n) != (ssize_t)n)
        bench_die("write: %s", strerror(errno));
}

/* What there is to read.  Awake: the time of an exchange is the server's then, and not that of a
 * sleep and a wake-up of this process, which is the same whoever answers. */
static size_t read_awake(const server *s, char *into, size_t cap)
{
    ssize_t n;
    do
        n = read(s->out, into, cap);
    while (n < 0 && errno == EAGAIN);
    if (n <= 0)
        bench_die("the server ended");
    return (size_t)n;
}

/* One line for one line. */
static void exchange(const server *s, const char *text, const char *expect)
{
    char answer[16384];
    size_t n = 0;
    say(s, text);
    do {
        n += read_awake(s, answer + n, sizeof answer - 1 - n);
    } while (answer[n - 1] != '\n' && n < sizeof answer - 1);
    answer[n] = '\0';
    if (!strstr(answer, expect))
        bench_die("a wrong answer: %.600s", answer);
}

static bench_stats stdio_calls(const server *s, size_t n)
{
    double *us = calloc(n, sizeof *us);
    if (!us)
        bench_die("out of memory");
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        exchange(
            s,
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"noop\","
            "\"arguments\":{}}}\n",
            "\"result\"");
        us[i] = bench_now_us() - begin;
    }
    bench_stats st = bench_stats_of(us, n);
    free(us);
    return st;
}

static void hello(const server *s)
{
    if (fcntl(s->out, F_SETFL, O_NONBLOCK) != 0)
        bench_die("fcntl: %s", strerror(errno));
    exchange(
        s,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
        "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}"
        "\n",
        "serverInfo");
    say(s, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
}

static void stdio_latency(const bench_env *e)
{
    static const char id[] = "mcp_stdio_call";
    static char node[] = "build/bench.npm/node", script[] = "bench/js/mcp_server.mjs";
    char *const argv[] = {node, script, NULL};
    size_t n = e->quick ? 200 : 1000;
    double ratio[STDIO_ROUNDS], ours[STDIO_ROUNDS], theirs[STDIO_ROUNDS];
    bool there = access("build/bench.npm/node_modules/@modelcontextprotocol/sdk", R_OK) == 0;
    server us = start_ours(e, "stdio"), them = there ? start(argv) : (server){0};
    hello(&us);
    (void)stdio_calls(&us, n);
    if (there) {
        hello(&them);
        for (size_t i = 0; i < 5; i++) /* until its code is compiled */
            (void)stdio_calls(&them, n);
    }
    for (size_t i = 0; i < STDIO_ROUNDS; i++) {
        ours[i] = stdio_calls(&us, n).p50;
        theirs[i] = there ? stdio_calls(&them, n).p50 : -1;
        ratio[i] = theirs[i] / ours[i];
    }
    double p50 = bench_stats_of(ours, STDIO_ROUNDS).p50;
    if (there) {
        bench_row(id, p50, bench_stats_of(theirs, STDIO_ROUNDS).p50, "us",
                  bench_stats_of(ratio, STDIO_ROUNDS).p50, BENCH_AT_LEAST, 10,
                  "tools/call of a no-op tool on pipes, p50, asked by a client that does not "
                  "sleep; against "
                  "the server of npm @modelcontextprotocol/sdk, whose tool runs in no sandbox; "
                  "median of %d "
                  "paired rounds",
                  STDIO_ROUNDS);
        stop(&them);
    } else {
        char why[120];
        (void)snprintf(why, sizeof why, "ours: %.1f us; no @modelcontextprotocol/sdk", p50);
        bench_row_missing(id, "us", BENCH_AT_LEAST, 10, why);
    }
    stop(&us);
}

/* A thousand connections need more descriptors than a process has at first, here and in the server.
 */
static void raise_descriptors(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= 4 * (rlim_t)MAX_CONNS)
        return;
    l.rlim_cur = l.rlim_max < 4 * (rlim_t)MAX_CONNS ? l.rlim_max : 4 * (rlim_t)MAX_CONNS;
    (void)setrlimit(RLIMIT_NOFILE, &l);
}

void bench_mcp(const bench_env *e)
{
    raise_descriptors();
    stdio_latency(e);
    http_throughput(e);
    beside_a_long_call(e);
}
