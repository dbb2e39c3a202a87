/* Turns over the network, from many threads at once, and names that lie. */
#include <stdio.h>

#include "egress/test_server.h"
#include "llm/llm.h"

enum { THREADS = 24, TURNS = 4, PIECES = 20 };

static bool send_chunk(int fd, const char *text)
{
    char buf[1024];
    int n = snprintf(buf, sizeof buf, "%zx\r\n%s\r\n", strlen(text), text);
    return ts_send_n(fd, buf, (size_t)n);
}

/* How each protocol says a piece and its end. */
typedef struct dialect {
    const char *protocol, *base, *path, *begin, *before, *after, *end;
} dialect;

static const dialect DIALECTS[] = {
    {"openai-chat", "/v1", "/chat/completions", ": hello\n\n",
     "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"}}]}\r\n\r\n",
     "data: [DONE]\n\n"},
    {"openai-responses", "/v1", "/responses", ": hello\n\n",
     "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
     "\"output_index\":0,\"delta\":\"",
     "\"}\n\n",
     "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"},
    {"anthropic", "", "/v1/messages",
     "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\","
     "\"text\":\"\"}}\n\n",
     "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
     "{\"type\":\"text_delta\",\"text\":\"",
     "\"}}\n\n",
     "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
     "data: {\"type\":\"message_stop\"}\n\n"},
    {"gemini", "/v1beta", ":streamGenerateContent", ": hello\n\n",
     "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"", "\"}]}}]}\r\n\r\n",
     "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n"},
};

/* Read a request: its dialect, and what is asked in it ("job-…", or "?"); NULL: no more. */
static const dialect *read_request(test_server *s, int fd, char *prompt, size_t cap)
{
    char head[sizeof s->last], body[8192];
    size_t n = 0, d = 0;
    while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0) {
        if (n + 1 == sizeof head || recv(fd, head + n, 1, 0) != 1)
            return NULL;
        n++;
    }
    head[n] = '\0';
    const char *length = strstr(head, "Content-Length: ");
    size_t want = length ? strtoull(length + 16, NULL, 10) : 0, got = 0;
    while (got < want && got + 1 < sizeof body) {
        ssize_t k = recv(fd, body + got, sizeof body - 1 - got, 0);
        if (k <= 0)
            return NULL;
        got += (size_t)k;
    }
    body[got] = '\0';
    const char *at = strstr(body, "job-");
    (void)snprintf(prompt, cap, "%.*s", at ? (int)strcspn(at, "\"") : 1, at ? at : "?");
    while (d < BX_COUNT(DIALECTS) && !strstr(head, DIALECTS[d].path))
        d++;
    return d < BX_COUNT(DIALECTS) ? &DIALECTS[d] : NULL;
}

/* Says the prompt again PIECES times, and in each piece the time it was sent. */
static void echo(test_server *s, int fd)
{
    char prompt[64], piece[512];
    const int one = 1;
    const dialect *d;
    (void)setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
    while ((d = read_request(s, fd, prompt, sizeof prompt))) {
        bool ok = ts_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n") &&
                  send_chunk(fd, d->begin);
        for (int i = 0; ok && i < PIECES; i++) {
            const struct timespec pause = {0, 1000000};
            (void)nanosleep(&pause, NULL);
            (void)snprintf(piece, sizeof piece, "%s%s@%llu;%s", d->before, prompt,
                           (unsigned long long)bx_now_ns(), d->after);
            ok = send_chunk(fd, piece);
        }
        if (!ok || !send_chunk(fd, d->end) || !ts_send(fd, "0\r\n\r\n"))
            return;
    }
}

typedef struct late { /* of each event: how long after it was sent it was told */
    uint64_t us[PIECES];
    size_t n;
} late;

static bool on_event(void *ctx, const bx_llm_event *ev)
{
    late *l = ctx;
    if (ev->kind != BX_LLM_EV_TEXT || l->n == PIECES)
        return true;
    const char *at = memchr(ev->text.p, '@', ev->text.n);
    uint64_t sent = at ? strtoull(at + 1, NULL, 10) : 0;
    l->us[l->n++] = (bx_now_ns() - sent) / 1000;
    return true;
}

typedef struct job {
    bx_llm *m;
    int number;
    int good;
    late last;
} job;

static void *work(void *arg)
{
    job *j = arg;
    char prompt[32];
    for (int i = 0; i < TURNS; i++) {
        bx_llm_transcript t = {.n = 0};
        bx_llm_turn turn;
        const bx_llm_request rq = {.transcript = &t};
        (void)snprintf(prompt, sizeof prompt, "job-%d-%d", j->number, i);
        j->last.n = 0;
        if (bx_llm_transcript_say(&t, BX_LLM_USER, bx_str_of(prompt), NULL) != BX_OK)
            return NULL;
        bx_code rc = bx_llm_take_turn(j->m, &rq, (bx_llm_sink){on_event, &j->last}, &turn, NULL);
        bx_str text = turn.message.n_blocks == 1 ? turn.message.blocks[0].text : BX_LIT("");
        size_t hits = 0;
        for (const char *p = text.p;
             (p = memmem(p, (size_t)(text.p + text.n - p), prompt, strlen(prompt))); p++)
            hits++;
        j->good += rc == BX_OK && hits == PIECES && j->last.n == PIECES && turn.attempts == 1;
        bx_llm_turn_done(&turn);
        bx_llm_transcript_done(&t);
    }
    return NULL;
}

static bx_llm *open_model(bx_egress *eg, const dialect *d, const char *host, uint16_t port)
{
    char name[128];
    bx_llm *m = NULL;
    bx_error err = {.msg = ""};
    (void)snprintf(name, sizeof name, "%s@http://%s:%u%s#m", d->protocol, host, port, d->base);
    if (bx_llm_open(eg, bx_str_of(name), &m, &err) != BX_OK)
        printf("# %s\n", err.msg);
    return m;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void many_threads(bx_egress *eg, const dialect *d)
{
    AUTO_SERVER *s = ts_start(echo, NULL);
    BX_AUTO(bx_llm) bx_llm *m = open_model(eg, d, "127.0.0.1", s->port);
    CHECK(m);
    static job jobs[THREADS];
    pthread_t threads[THREADS];
    static uint64_t all[THREADS * PIECES];
    size_t n = 0;
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.m = m, .number = i};
        CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        CHECK(jobs[i].good == TURNS);
        for (size_t k = 0; k < jobs[i].last.n; k++)
            all[n++] = jobs[i].last.us[k];
    }
    qsort(all, n, sizeof *all, by_size);
    printf("# %s, sent to told: median %llu us, p99 %llu us, %zu events of %d turns at once\n",
           d->protocol, (unsigned long long)all[n / 2], (unsigned long long)all[n * 99 / 100], n,
           THREADS);
}

static void many_threads_share_a_model(void)
{
    BX_AUTO(bx_egress) bx_egress *eg = NULL;
    CHECK(bx_egress_new(NULL, &eg, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(DIALECTS) && !bxt_failed; i++)
        many_threads(eg, &DIALECTS[i]);
}

/* One turn; how it failed. */
static bx_llm_failure try_turn(bx_llm *m)
{
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn = {.failure = BX_LLM_FAIL_ANSWER};
    bx_error err = {.msg = ""};
    const bx_llm_request rq = {.transcript = &t, .max_retries = BX_LLM_NO_RETRY};
    if (bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("x"), NULL) == BX_OK &&
        bx_llm_take_turn(m, &rq, (bx_llm_sink){.on = NULL}, &turn, &err) != BX_OK)
        printf("# %s\n", err.msg);
    bx_llm_failure f = turn.failure;
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    return f;
}

/* A name may lie in a private network where the operator says so, but neither be this machine nor
 * what only this machine may ask; localhost is this machine. */
static void a_name_leads_nowhere_it_may_not(void)
{
    static const fake_name NAMES[] = {
        {"here.example", {"127.0.0.1"}},
        {"meta.example", {"169.254.169.254"}},
        {"mapped.example", {"::ffff:127.0.0.1"}},
        {"localhost", {"127.0.0.1"}},
        {NULL, {NULL}},
    };
    fake_dns dns = {.names = NAMES, .lock = PTHREAD_MUTEX_INITIALIZER};
    const bx_egress_cfg cfg = {.resolve = fake_resolve, .resolve_ctx = &dns};
    BX_AUTO(bx_egress) bx_egress *eg = NULL;
    CHECK(bx_egress_new(&cfg, &eg, NULL) == BX_OK);
    AUTO_SERVER *s = ts_start(echo, NULL);
    for (size_t i = 0; i < 3; i++) {
        BX_AUTO(bx_llm) bx_llm *m = open_model(eg, &DIALECTS[0], NAMES[i].host, s->port);
        CHECK(m && try_turn(m) == BX_LLM_FAIL_NETWORK);
    }
    CHECK(atomic_load(&s->connections) == 0);
    BX_AUTO(bx_llm) bx_llm *control = open_model(eg, &DIALECTS[0], "localhost", s->port);
    CHECK(control && try_turn(control) == BX_LLM_FAIL_NONE && atomic_load(&s->connections) == 1);
}

static void a_runtime_does_not_ask_itself(void)
{
    BX_AUTO(bx_egress) bx_egress *eg = NULL;
    CHECK(bx_egress_new(NULL, &eg, NULL) == BX_OK);
    AUTO_SERVER *s = ts_start(echo, NULL);
    BX_AUTO(bx_llm) bx_llm *m = open_model(eg, &DIALECTS[0], "127.0.0.1", s->port);
    CHECK(m && bx_egress_add_own_port(eg, s->port, NULL) == BX_OK);
    CHECK(try_turn(m) == BX_LLM_FAIL_NETWORK && atomic_load(&s->connections) == 0);
    bx_egress_remove_own_port(eg, s->port);
    CHECK(try_turn(m) == BX_LLM_FAIL_NONE);
}

BXT_MAIN(RUN(many_threads_share_a_model); RUN(a_name_leads_nowhere_it_may_not);
         RUN(a_runtime_does_not_ask_itself);)
