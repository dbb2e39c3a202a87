/* Many requests at once, and bodies that are larger than any buffer. */
#include <dirent.h>
#include <fcntl.h>

#include "egress/egress.h"
#include "egress/test_server.h"

/* Freed memory kept back by the sanitizer would look like growth. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "quarantine_size_mb=1"; }

/* ---- many at once ---------------------------------------------------------------------------- */

enum { MANY = 200 };

/* One thread, all connections: answers nobody before everybody has asked. */
static void *crowd(void *arg)
{
    int listener = *(int *)arg, fds[MANY];
    for (int i = 0; i < MANY; i++) {
        char buf[512];
        fds[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fds[i] < 0 || recv(fds[i], buf, sizeof buf, 0) <= 0)
            return NULL;
    }
    for (int i = 0; i < MANY; i++) {
        (void)ts_send(fds[i], TS_OK);
        (void)close(fds[i]);
    }
    return NULL;
}

static int count_threads(void)
{
    DIR *d = opendir("/proc/self/task");
    int n = 0;
    for (const struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        (void)closedir(d);
    return n;
}

static void two_hundred_at_once_on_one_thread(void)
{
    static bx_egress_request *r[MANY];
    test_server s = {.port = 0};
    CHECK(ts_listen(&s, "127.0.0.1"));
    AUTO_RIG(g);
    rig_open(&g, NULL);
    pthread_t t;
    CHECK(pthread_create(&t, NULL, crowd, &s.fd) == 0);
    int before = count_threads();
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", &s, "/")),
                              .body_length = BX_BODY_NONE};
    for (int i = 0; i < MANY; i++)
        r[i] = start(&g, &b, &d);
    CHECK(count_threads() == before + 1);
    for (int i = 0; i < MANY; i++) {
        uint64_t total = 0;
        CHECK(drain(r[i], &b, 0, &total) == BX_POLL_END && total == 2);
    }
    CHECK(count_threads() <= before + 1);
    for (int i = 0; i < MANY; i++)
        bx_egress_request_free(r[i]);
    (void)pthread_join(t, NULL);
    (void)close(s.fd);
}

static void open_requests_are_limited(void)
{
    static bx_egress_request *r[BX_EGRESS_SCOPE_REQUESTS + 1];
    AUTO_SERVER *s = ts_start(silent, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE};
    const bx_http_head *h = NULL;
    const char *msg = NULL;
    for (size_t i = 0; i < BX_COUNT(r); i++)
        r[i] = start(&g, &b, &d);
    CHECK(bx_egress_poll_head(r[BX_EGRESS_SCOPE_REQUESTS - 1], &h) == BX_POLL_PENDING);
    CHECK(bx_egress_poll_head(r[BX_EGRESS_SCOPE_REQUESTS], &h) == BX_POLL_ERROR);
    CHECK(bx_egress_error(r[BX_EGRESS_SCOPE_REQUESTS], &msg) == BX_HTTP_CONNECTION_LIMIT_REACHED);
    for (size_t i = 0; i < BX_COUNT(r); i++)
        bx_egress_request_free(r[i]);
    CHECK(rig_try(&g, "http://127.0.0.1:1/") ==
          BX_HTTP_CONNECTION_REFUSED); /* there is room again */
}

/* Many calls on many threads, half of their requests dropped at some point: for the sanitizers. */
typedef struct busy {
    rig *g;
    const char *url;
    unsigned seed;
    int ok;
} busy;

static void *be_busy(void *arg)
{
    busy *w = arg;
    for (unsigned i = 0; i < 30; i++) {
        const bx_egress_scope_cfg cfg = {.net = w->g->net};
        bx_egress_scope *s = NULL;
        bell b = BELL_INIT;
        const bx_egress_desc d = {
            .method = BX_LIT("GET"), .url = bx_str_of(w->url), .body_length = BX_BODY_NONE};
        bx_egress_request *r[4] = {NULL};
        BX_ASSERT(bx_egress_scope_new(w->g->eg, &cfg, &s, NULL) == BX_OK);
        for (size_t k = 0; k < BX_COUNT(r); k++)
            BX_ASSERT(bx_egress_start(s, &d, (bx_egress_waker){bell_ring, &b}, &r[k], NULL) ==
                      BX_OK);
        for (size_t k = 0; k < BX_COUNT(r); k++) {
            uint64_t total = 0;
            w->seed = w->seed * 1103515245 + 12345;
            if (w->seed >> 16 & 1)
                w->ok += drain(r[k], &b, 0, &total) == BX_POLL_END && total == 2 ? 1 : -1000;
            bx_egress_request_free(r[k]);
        }
        bx_egress_scope_free(s);
    }
    return NULL;
}

static void many_calls_on_many_threads(void)
{
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    AUTO_SERVER *server = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NAMES);
    busy w[4];
    pthread_t t[4];
    char urls[2][64];
    (void)snprintf(urls[0], sizeof urls[0], "http://127.0.0.1:%u/", server->port);
    (void)snprintf(urls[1], sizeof urls[1], "http://h.example:%u/", server->port);
    for (unsigned i = 0; i < BX_COUNT(t); i++) {
        w[i] = (busy){&g, urls[i % 2], i, 0};
        CHECK(pthread_create(&t[i], NULL, be_busy, &w[i]) == 0);
    }
    for (size_t i = 0; i < BX_COUNT(t); i++) {
        (void)pthread_join(t[i], NULL);
        CHECK(w[i].ok > 30 && w[i].ok < 90);
    }
}

/* ---- streaming ------------------------------------------------------------------------------- */

enum { HUNDRED_MB = 100 << 20 };

#if defined(__SANITIZE_THREAD__)
#define WITH_SHADOW_MEMORY true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_SHADOW_MEMORY true
#endif
#endif
#ifndef WITH_SHADOW_MEMORY
#define WITH_SHADOW_MEMORY false
#endif

/* ctx: how much (uint64_t) it announces and sends, counting what the kernel took. */
static void pour(test_server *s, int fd)
{
    char head[128];
    static char piece[65536];
    uint64_t left = *(const uint64_t *)s->ctx;
    memset(piece, 'p', sizeof piece);
    (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
                   (unsigned long long)left);
    if (!ts_read_head(s, fd) || !ts_send(fd, head))
        return;
    while (left > 0) {
        ssize_t n =
            send(fd, piece, left < sizeof piece ? (size_t)left : sizeof piece, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        left -= (uint64_t)n;
        atomic_fetch_add(&s->bytes, (uint64_t)n);
    }
}

/* KiB in memory; 0 where a sanitizer's shadow memory is what one would measure. */
static long resident_kib(void)
{
    if (WITH_SHADOW_MEMORY)
        return 0;
    char buf[128] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, buf, sizeof buf - 1);
    (void)close(fd);
    const char *second = n > 0 ? strchr(buf, ' ') : NULL;
    return second ? (long)strtoull(second + 1, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

static void a_hundred_megabytes_in_little_memory(void)
{
    static const uint64_t SIZE = HUNDRED_MB;
    AUTO_SERVER *s = ts_start(pour, &SIZE);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_in = 2 * SIZE;
    rig_scope(&g, NULL, 0);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("GET"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = BX_BODY_NONE};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    const bx_http_head *h = NULL;
    uint64_t total = 0;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY);
    long before = resident_kib();
    CHECK(drain(r, &b, 'p', &total) == BX_POLL_END && total == SIZE);
    CHECK(resident_kib() - before <= 4096);
}

static void an_upload_of_a_hundred_megabytes(void)
{
    AUTO_SERVER *s = ts_start(swallow, NULL);
    AUTO_RIG(g);
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NULL, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_out = 2u * HUNDRED_MB;
    rig_scope(&g, NULL, 0);
    bell b = BELL_INIT;
    const bx_egress_desc d = {.method = BX_LIT("PUT"),
                              .url = bx_str_of(at("http://127.0.0.1", s, "/")),
                              .body_length = HUNDRED_MB};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(&g, &b, &d);
    static char piece[100000];
    const bx_http_head *h = NULL;
    CHECK(write_all(r, &b, piece, sizeof piece));
    long before = resident_kib();
    for (size_t left = HUNDRED_MB - sizeof piece; left > 0;) {
        size_t n = left < sizeof piece ? left : sizeof piece;
        CHECK(write_all(r, &b, piece, n));
        left -= n;
    }
    bx_egress_body_end(r, NULL, 0);
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 200);
    CHECK(atomic_load(&s->bytes) == HUNDRED_MB && resident_kib() - before <= 4096);
}

BXT_MAIN(RUN(two_hundred_at_once_on_one_thread); RUN(open_requests_are_limited);
         RUN(many_calls_on_many_threads); RUN(a_hundred_megabytes_in_little_memory);
         RUN(an_upload_of_a_hundred_megabytes);)
