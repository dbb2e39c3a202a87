/* Models: what lies between a provider's bytes and our event, and what a turn itself costs. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "llm/llm.h"
#include "os/fd.h"

enum { PIECES = 2000, QUICK_PIECES = 200, MAX_REQUEST = 1 << 16 };

static size_t n_pieces; /* fixed before the server's process is made */

/* ---- a provider in a process of its own: each piece says when it was sent ---------------------
 */

static bool send_text(int fd, const char *text)
{
    size_t n = strlen(text);
    return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* True: a whole request is there. */
static bool is_whole(const char *text, size_t n)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
    return end && n >= (size_t)(end + 4 - text) + (length ? strtoull(length + 16, NULL, 10) : 0);
}

static void stream_pieces(int fd)
{
    char data[256], piece[300];
    (void)send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t i = 0; i < n_pieces; i++) {
        const struct timespec pause = {.tv_nsec = 500000};
        (void)nanosleep(&pause, NULL);
        int n = snprintf(data, sizeof data,
                         "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%020llu\"}}]}"
                         "\n\n",
                         (unsigned long long)bx_now_ns());
        (void)snprintf(piece, sizeof piece, "%x\r\n%s\r\n", (unsigned)n, data);
        if (!send_text(fd, piece))
            return;
    }
    (void)send_text(fd, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

static void serve(int listener)
{
    static char request[MAX_REQUEST];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int one = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        size_t have = 0;
        ssize_t k = 0;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        do {
            have += (size_t)k;
            request[have] = '\0';
        } while (!is_whole(request, have) &&
                 (k = recv(fd, request + have, sizeof request - 1 - have, 0)) > 0);
        stream_pieces(fd);
        (void)close(fd);
    }
}

static pid_t start_server(uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        bench_die("server: %s", strerror(errno));
    *port = ntohs(a.sin_port);
    pid_t pid = fork();
    if (pid == 0)
        serve(fd);
    (void)close(fd);
    return pid;
}

/* ---- ours, and a bare socket ------------------------------------------------------------------
 */

typedef struct samples {
    double us[PIECES];
    size_t n;
} samples;

static void note(samples *s, const char *text, size_t n)
{
    const char *at = memchr(text, '@', n);
    if (at && s->n < PIECES)
        s->us[s->n++] = (double)(bx_now_ns() - strtoull(at + 1, NULL, 10)) / 1000;
}

static bool on_event(void *ctx, const bx_llm_event *ev)
{
    if (ev->kind == BX_LLM_EV_TEXT)
        note(ctx, ev->text.p, ev->text.n);
    return true;
}

static bx_llm *open_model(bx_egress *eg, const char *name)
{
    bx_llm *m = NULL;
    bx_error err;
    if (bx_llm_open(eg, bx_str_of(name), &m, &err) != BX_OK)
        bench_die("%s", err.msg);
    return m;
}

static void take(bx_llm *m, bx_llm_sink sink)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    bx_error err;
    const bx_llm_request rq = {.transcript = &t};
    if (bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("go"), &err) != BX_OK ||
        bx_llm_take_turn(m, &rq, sink, &turn, &err) != BX_OK)
        bench_die("%s", err.msg);
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
}

static void stream_ours(uint16_t port, samples *ret)
{
    char name[64];
    bx_egress *eg = NULL;
    if (bx_egress_new(NULL, &eg, NULL) != BX_OK)
        bench_die("no network");
    (void)snprintf(name, sizeof name, "openai-chat@http://127.0.0.1:%u/v1#m", port);
    bx_llm *m = open_model(eg, name);
    take(m, (bx_llm_sink){on_event, ret});
    bx_llm_free(m);
    bx_egress_free(eg);
}

static void stream_bare(uint16_t port, samples *ret)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char buf[4096];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        !send_text(fd, "POST / HTTP/1.1\r\n\r\n"))
        bench_die("connect: %s", strerror(errno));
    for (ssize_t n; (n = recv(fd, buf, sizeof buf, 0)) > 0;)
        note(ret, buf, (size_t)n);
    (void)close(fd);
}

static void streams(const bench_env *e)
{
    static samples ours, bare;
    uint16_t port;
    n_pieces = e->quick ? QUICK_PIECES : PIECES;
    ours.n = bare.n = 0;
    pid_t server = start_server(&port);
    stream_ours(port, &ours);
    stream_bare(port, &bare);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    if (ours.n < n_pieces || bare.n < n_pieces / 2)
        bench_die("%zu and %zu pieces of %zu came", ours.n, bare.n, n_pieces);
    bench_stats o = bench_stats_of(ours.us, ours.n), b = bench_stats_of(bare.us, bare.n);
    bench_row("model stream: provider's bytes to event, p99", o.p99, b.p99, "µs", o.p99 / 1000,
              BENCH_AT_MOST, 2, "p50 %.0f µs, of a bare socket %.0f; target in ms", o.p50, b.p50);
}

static void script_turns(const bench_env *e)
{
    enum { MOST = 20000 };
    static double us[MOST];
    char path[4096], name[4200];
    size_t n = e->quick ? 500 : MOST;
    const bx_str text = BX_LIT("turns: [{repeat: 0, text: ok, call: {tool: read, arguments: "
                               "{path: 'f{{turn}}'}}}]\n");
    (void)snprintf(path, sizeof path, "%s/script.yaml", e->scratch);
    (void)snprintf(name, sizeof name, "script:%s", path);
    if (bx_file_write_atomic(AT_FDCWD, path, 0600, &text, 1, NULL) != BX_OK)
        bench_die("cannot write %s", path);
    bx_llm *m = open_model(NULL, name);
    for (size_t i = 0; i < n; i++) {
        double begin = bench_now_us();
        take(m, (bx_llm_sink){.on = NULL});
        us[i] = bench_now_us() - begin;
    }
    bx_llm_free(m);
    bench_stats s = bench_stats_of(us, n);
    bench_row("model turn, script", s.p50, -1, "µs", s.p50, BENCH_AT_MOST, 100, "p99 %.1f µs",
              s.p99);
}

void bench_llm(const bench_env *e)
{
    script_turns(e);
    streams(e);
}
