/* egress/test_server.h - for the tests of egress/ only: a scripted loopback server, a resolver
 * of lies, and a rig of policy, process and scope. */
#ifndef BX_EGRESS_TEST_SERVER_H
#define BX_EGRESS_TEST_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "egress/egress.h"

enum { TS_MAX_CONNECTIONS = 512 };

/* ---- a server -------------------------------------------------------------------------------- */

typedef struct test_server test_server;
typedef struct ts_connection {
    test_server *server;
    pthread_t thread;
    int fd;
} ts_connection;

struct test_server {
    int fd, stop_fd[2];
    uint16_t port;
    pthread_t thread;
    /* Serves one connection on a thread of its own; the server closes `fd`. */
    void (*serve)(test_server *s, int fd);
    const void *ctx;
    _Atomic int connections, requests;
    _Atomic uint64_t bytes;
    pthread_mutex_t lock;
    char last[16384]; /* lock: the last request's head */
    ts_connection conns[TS_MAX_CONNECTIONS];
    int n;
};

BX_UNUSED static void *ts_connection_main(void *arg)
{
    ts_connection *c = arg;
    c->server->serve(c->server, c->fd);
    (void)shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

BX_UNUSED static void *ts_main(void *arg)
{
    test_server *s = arg;
    struct pollfd fds[2] = {{.fd = s->fd, .events = POLLIN},
                            {.fd = s->stop_fd[0], .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        if (s->n == TS_MAX_CONNECTIONS) {
            (void)close(fd);
            continue;
        }
        ts_connection *c = &s->conns[s->n++];
        *c = (ts_connection){.server = s, .fd = fd};
        atomic_fetch_add(&s->connections, 1);
        (void)pthread_create(&c->thread, NULL, ts_connection_main, c);
    }
    return NULL;
}

/* False when the address is not this machine's. */
BX_UNUSED static bool ts_listen(test_server *s, const char *address)
{
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {.v6 = {.sin6_family = strchr(address, ':') ? AF_INET6 : AF_INET}};
    bool v6 = a.sa.sa_family == AF_INET6;
    socklen_t len = v6 ? sizeof a.v6 : sizeof a.v4;
    int one = 1;
    void *to = v6 ? (void *)&a.v6.sin6_addr : (void *)&a.v4.sin_addr;
    a.v4.sin_port = htons(s->port); /* at the same place in both */
    if (inet_pton(a.sa.sa_family, address, to) != 1)
        return false;
    s->fd = socket(a.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s->fd, &a.sa, len) != 0 || listen(s->fd, 512) != 0 ||
        getsockname(s->fd, &a.sa, &len) != 0)
        return false;
    s->port = ntohs(a.v4.sin_port);
    return true;
}

/* `port` 0: any.  Heap, because it holds its threads. */
BX_UNUSED static test_server *ts_start_at(const char *address, uint16_t port,
                                          void (*serve)(test_server *, int), const void *ctx)
{
    test_server *s = calloc(1, sizeof *s);
    BX_ASSERT(s);
    s->port = port;
    s->serve = serve;
    s->ctx = ctx;
    (void)pthread_mutex_init(&s->lock, NULL);
    BX_ASSERT(ts_listen(s, address) && pipe(s->stop_fd) == 0);
    BX_ASSERT(pthread_create(&s->thread, NULL, ts_main, s) == 0);
    return s;
}

BX_UNUSED static test_server *ts_start(void (*serve)(test_server *, int), const void *ctx)
{
    return ts_start_at("127.0.0.1", 0, serve, ctx);
}

BX_UNUSED static void ts_stop(test_server *s)
{
    if (!s)
        return;
    (void)!write(s->stop_fd[1], "x", 1);
    (void)pthread_join(s->thread, NULL);
    (void)close(s->fd);
    for (int i = 0; i < s->n; i++)
        (void)shutdown(s->conns[i].fd, SHUT_RDWR);
    for (int i = 0; i < s->n; i++) {
        (void)pthread_join(s->conns[i].thread, NULL);
        (void)close(s->conns[i].fd);
    }
    (void)close(s->stop_fd[0]);
    (void)close(s->stop_fd[1]);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
BX_UNUSED static void ts_autop(test_server **s) { ts_stop(*s); }
#define AUTO_SERVER __attribute__((cleanup(ts_autop))) test_server

BX_UNUSED static bool ts_send_n(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

BX_UNUSED static bool ts_send(int fd, const char *z) { return ts_send_n(fd, z, strlen(z)); }

/* Read one head, byte by byte so that no body is touched; kept in s->last.  False at the end. */
BX_UNUSED static bool ts_read_head(test_server *s, int fd)
{
    char buf[sizeof s->last];
    size_t n = 0;
    while (n + 1 < sizeof buf && (n < 4 || memcmp(buf + n - 4, "\r\n\r\n", 4) != 0)) {
        if (recv(fd, buf + n, 1, 0) != 1)
            return false;
        n++;
    }
    buf[n] = '\0';
    (void)pthread_mutex_lock(&s->lock);
    memcpy(s->last, buf, n + 1);
    (void)pthread_mutex_unlock(&s->lock);
    atomic_fetch_add(&s->requests, 1);
    return true;
}

BX_UNUSED static bool ts_saw(test_server *s, const char *needle)
{
    (void)pthread_mutex_lock(&s->lock);
    bool saw = strstr(s->last, needle) != NULL;
    (void)pthread_mutex_unlock(&s->lock);
    return saw;
}

/* ctx: the bytes to answer with, every time, on a connection kept open. */
BX_UNUSED static void ts_canned(test_server *s, int fd)
{
    while (ts_read_head(s, fd) && ts_send(fd, s->ctx))
        ;
}

/* As ts_canned, once, then the connection is closed. */
BX_UNUSED static void ts_canned_close(test_server *s, int fd)
{
    if (ts_read_head(s, fd))
        (void)ts_send(fd, s->ctx);
}

#define TS_OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

BX_UNUSED static void silent(test_server *s, int fd)
{
    char c;
    (void)s;
    while (recv(fd, &c, 1, 0) > 0)
        ;
}

/* Reads a body of Content-Length or chunks to its end, counts and checks it, answers. */
BX_UNUSED static void swallow(test_server *s, int fd)
{
    char buf[65536], tail[256] = "";
    size_t kept = 0;
    if (!ts_read_head(s, fd))
        return;
    (void)pthread_mutex_lock(&s->lock);
    const char *cl = strstr(s->last, "Content-Length: ");
    uint64_t want = cl ? strtoull(cl + 16, NULL, 10) : UINT64_MAX;
    (void)pthread_mutex_unlock(&s->lock);
    while (atomic_load(&s->bytes) < want) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n <= 0)
            return;
        atomic_fetch_add(&s->bytes, (uint64_t)n);
        for (ssize_t i = 0; i < n; i++) { /* the last 100 to 200 bytes, across reads */
            if (kept == 200)
                memmove(tail, tail + 100, kept = 100);
            tail[kept++] = buf[i];
        }
        tail[kept] = '\0';
        if (!cl && strstr(tail, "\r\n0\r\n") && strcmp(tail + kept - 4, "\r\n\r\n") == 0)
            break;
    }
    (void)pthread_mutex_lock(&s->lock);
    (void)snprintf(s->last + strlen(s->last), sizeof s->last - strlen(s->last), "%s", tail);
    (void)pthread_mutex_unlock(&s->lock);
    (void)ts_send(fd, TS_OK);
}

/* ---- a resolver of lies ---------------------------------------------------------------------- */

typedef struct fake_name {
    const char *host;
    const char *answers[4]; /* of the 1st, 2nd, … lookup (the last stays); addresses by ',' */
} fake_name;

typedef struct fake_dns {
    const fake_name *names; /* ends with host NULL */
    _Atomic int lookups;
    pthread_mutex_t lock;
    int seen[16];   /* lock */
    char last[256]; /* lock: the last name asked for */
} fake_dns;

BX_UNUSED static bx_http_error fake_resolve(void *ctx, const char *host, bx_ip *out, size_t max,
                                            size_t *n)
{
    fake_dns *d = ctx;
    const char *answer = NULL;
    atomic_fetch_add(&d->lookups, 1);
    (void)pthread_mutex_lock(&d->lock);
    (void)snprintf(d->last, sizeof d->last, "%s", host);
    for (size_t i = 0; d->names && d->names[i].host; i++)
        if (strcmp(d->names[i].host, host) == 0) {
            int k = d->seen[i]++;
            while (k > 0 && (k > 3 || !d->names[i].answers[k]))
                k--;
            answer = d->names[i].answers[k];
        }
    (void)pthread_mutex_unlock(&d->lock);
    if (!answer)
        return BX_HTTP_DESTINATION_NOT_FOUND;
    *n = 0;
    while (*answer && *n < max) {
        size_t len = strcspn(answer, ",");
        BX_ASSERT(bx_ip_parse((bx_str){answer, len}, &out[(*n)++]));
        answer += len + (answer[len] == ',');
    }
    return BX_HTTP_OK;
}

/* Lookups of "slow…" wait for the gate; the others answer at once. */
typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int inside, most;
    bool open;
} gate;

BX_UNUSED static bx_http_error gated(void *ctx, const char *host, bx_ip *out, size_t max, size_t *n)
{
    gate *g = ctx;
    (void)max;
    (void)pthread_mutex_lock(&g->lock);
    if (strncmp(host, "slow", 4) == 0) {
        g->inside++;
        g->most = g->inside > g->most ? g->inside : g->most;
        (void)pthread_cond_broadcast(&g->moved);
        while (!g->open)
            (void)pthread_cond_wait(&g->moved, &g->lock);
        g->inside--;
    }
    (void)pthread_mutex_unlock(&g->lock);
    out[0] = (bx_ip){4, {127, 0, 0, 1}};
    *n = 1;
    return BX_HTTP_OK;
}

BX_UNUSED static void gate_wait_inside(gate *g, int n)
{
    (void)pthread_mutex_lock(&g->lock);
    while (g->inside < n)
        (void)pthread_cond_wait(&g->moved, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
}

BX_UNUSED static void gate_open(gate *g)
{
    (void)pthread_mutex_lock(&g->lock);
    g->open = true;
    (void)pthread_cond_broadcast(&g->moved);
    (void)pthread_mutex_unlock(&g->lock);
}

#define GATE_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, false}

/* ---- a rig ----------------------------------------------------------------------------------- */

typedef struct seen_event {
    char method[16], url[256], address[46], rule[256], reason[256];
    uint16_t status;
    uint64_t bytes_in, bytes_out, time_ns;
    bool allowed, cancelled;
    bx_http_error error;
} seen_event;

enum { RIG_EVENTS = 64 };

typedef struct rig {
    bx_egress *eg;
    bx_net_policy *net;
    bx_egress_scope *scope;
    fake_dns dns;
    bx_limits limits;
    int n_events; /* the scope serialises its events */
    seen_event events[RIG_EVENTS];
} rig;

#define RIG_COPY(to, from) \
    (void)snprintf(to, sizeof(to), "%.*s", (int)(from).n, (from).n ? (from).p : "")

BX_UNUSED static void rig_event(void *ctx, const bx_egress_event *ev)
{
    rig *g = ctx;
    if (g->n_events < RIG_EVENTS) {
        seen_event *e = &g->events[g->n_events];
        RIG_COPY(e->method, ev->method);
        RIG_COPY(e->url, ev->url);
        RIG_COPY(e->address, ev->address);
        RIG_COPY(e->rule, ev->rule);
        RIG_COPY(e->reason, ev->reason);
        e->status = ev->status;
        e->bytes_in = ev->bytes_in;
        e->bytes_out = ev->bytes_out;
        e->time_ns = ev->time_ns;
        e->allowed = ev->allowed;
        e->cancelled = ev->cancelled;
        e->error = ev->error;
    }
    g->n_events++;
}

/* A policy that allows the fetch rules of `rules` (NULL-terminated list; empty: nothing) and opens
 * `hole` (NULL: none). */
BX_UNUSED static void rig_open_cfg(rig *g, const char *const *rules, const char *hole,
                                   const fake_name *names, bx_egress_cfg cfg)
{
    memset(g, 0, sizeof *g);
    g->limits = bx_limits_default();
    g->limits.http_requests = 1000;
    g->dns.names = names;
    (void)pthread_mutex_init(&g->dns.lock, NULL);
    cfg.resolve = cfg.resolve ? cfg.resolve : fake_resolve;
    cfg.resolve_ctx = cfg.resolve_ctx ? cfg.resolve_ctx : &g->dns;
    BX_ASSERT(bx_egress_new(&cfg, &g->eg, NULL) == BX_OK);
    BX_ASSERT(bx_net_policy_new(&g->net, NULL) == BX_OK);
    for (; rules && *rules; rules++)
        BX_ASSERT(bx_net_add_fetch(g->net, bx_str_of(*rules), NULL) == BX_OK);
    if (hole)
        BX_ASSERT(bx_net_add_allow_network(g->net, bx_str_of(hole), NULL) == BX_OK);
}

BX_UNUSED static void rig_scope(rig *g, const bx_inject *inject, size_t n)
{
    const bx_egress_scope_cfg cfg = {.net = g->net,
                                     .limits = &g->limits,
                                     .on_event = rig_event,
                                     .event_ctx = g,
                                     .inject = inject,
                                     .n_inject = n};
    BX_ASSERT(bx_egress_scope_new(g->eg, &cfg, &g->scope, NULL) == BX_OK);
}

BX_UNUSED static const char *const RIG_ANY[] = {"http://*:*", "https://*:*", NULL};

/* Everything goes, on loopback. */
BX_UNUSED static void rig_open(rig *g, const fake_name *names)
{
    rig_open_cfg(g, RIG_ANY, "127.0.0.0/8", names, (bx_egress_cfg){.max_connections = 0});
    rig_scope(g, NULL, 0);
}

/* Frees the scope: all events are in. */
BX_UNUSED static void rig_end_scope(rig *g)
{
    bx_egress_scope_free(g->scope);
    g->scope = NULL;
}

BX_UNUSED static void rig_close(rig *g)
{
    rig_end_scope(g);
    bx_egress_free(g->eg);
    bx_net_policy_free(g->net);
    (void)pthread_mutex_destroy(&g->dns.lock);
}
/* Begins empty: a test that ends before it opens its rig closes nothing. */
#define AUTO_RIG(name) __attribute__((cleanup(rig_close))) rig name = {.eg = NULL}

BX_UNUSED static bx_code rig_fetch(rig *g, const bx_fetch *f, bx_fetched *ret, bx_error *err)
{
    const bx_ctl ctl = bx_ctl_init(bx_now_ns() + 20 * BX_SEC);
    return bx_egress_fetch(g->scope, f, &ctl, ret, err);
}

/* GET; BX_HTTP_OK with the answer, or its error. */
BX_UNUSED static bx_http_error rig_get(rig *g, const char *url, bx_fetched *ret)
{
    bx_error err;
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"), .url = bx_str_of(url)}};
    return rig_fetch(g, &f, ret, &err) == BX_OK ? BX_HTTP_OK : ret->error;
}

/* GET, keeping only how it went. */
BX_UNUSED static bx_http_error rig_try(rig *g, const char *url)
{
    bx_fetched got = {.req = NULL};
    bx_http_error e = rig_get(g, url, &got);
    bx_fetched_done(&got);
    return e;
}

/* "scheme://host:port/path" with the port of `s`; static storage, four at a time. */
BX_UNUSED static const char *at(const char *scheme_host, const test_server *s, const char *path)
{
    static char urls[4][256];
    static unsigned next;
    char *z = urls[next++ % 4];
    (void)snprintf(z, sizeof urls[0], "%s:%u%s", scheme_host, s->port, path);
    return z;
}

/* ---- a request by hand ----------------------------------------------------------------------- */

typedef struct bell {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    unsigned rung;
} bell;
#define BELL_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}

BX_UNUSED static void bell_ring(void *ctx)
{
    bell *b = ctx;
    (void)pthread_mutex_lock(&b->lock);
    b->rung++;
    (void)pthread_cond_signal(&b->cond);
    (void)pthread_mutex_unlock(&b->lock);
}

/* Wait for a ring; false after 20 s: the waker was forgotten. */
BX_UNUSED static bool bell_wait(bell *b)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    (void)pthread_mutex_lock(&b->lock);
    int rc = 0;
    while (b->rung == 0 && rc == 0)
        rc = pthread_cond_timedwait(&b->cond, &b->lock, &until);
    bool rung = b->rung > 0;
    b->rung = 0;
    (void)pthread_mutex_unlock(&b->lock);
    return rung;
}

BX_UNUSED static bx_egress_request *start(rig *g, bell *b, const bx_egress_desc *d)
{
    bx_egress_request *r = NULL;
    BX_ASSERT(bx_egress_start(g->scope, d, (bx_egress_waker){bell_ring, b}, &r, NULL) == BX_OK);
    return r;
}

BX_UNUSED static bx_poll await_head(bx_egress_request *r, bell *b, const bx_http_head **h)
{
    bx_poll p;
    while ((p = bx_egress_poll_head(r, h)) == BX_POLL_PENDING && bell_wait(b))
        ;
    return p;
}

/* Read to the end; the number of bytes, each of which is checked to be `fill` unless that is 0. */
BX_UNUSED static bx_poll drain(bx_egress_request *r, bell *b, char fill, uint64_t *total)
{
    char buf[20000];
    size_t n = 0;
    for (*total = 0;;) {
        bx_poll p = bx_egress_poll_body(r, buf, sizeof buf, &n);
        if (p == BX_POLL_PENDING && bell_wait(b))
            continue;
        if (p != BX_POLL_READY)
            return p;
        for (size_t i = 0; fill && i < n; i++)
            if (buf[i] != fill)
                return BX_POLL_ERROR;
        *total += n;
    }
}

BX_UNUSED static bool write_all(bx_egress_request *r, bell *b, const char *p, size_t n)
{
    while (n > 0) {
        size_t k = 0;
        bx_poll ret = bx_egress_body_write(r, p, n, &k);
        p += k;
        n -= k;
        if (ret == BX_POLL_PENDING && bell_wait(b))
            continue;
        if (ret != BX_POLL_READY)
            return false;
    }
    return true;
}

#endif
