/* Ends in every order, with lookups and requests under way: made for the thread and address
 * sanitizers as much as for the checks. */
#include "egress/resolver.h"
#include "egress/test_server.h"

/* ---- the resolver ---------------------------------------------------------------------------- */

enum { OWNERS = 5, EACH = 4, ALL = OWNERS * EACH }; /* more than may run, of all and of each */

typedef struct answers {
    gate g;
    _Atomic int n, wrong, twice;
    _Atomic bool seen[ALL];
} answers;

typedef struct ask {
    answers *all;
    size_t i;
} ask;

/* The last one lets the hook's calls go on: had any not been answered, stopping would never end. */
static void on_answer(void *ctx, bx_http_error e, const bx_ip *ips, size_t n)
{
    const ask *a = ctx;
    (void)ips;
    if (e != BX_HTTP_DNS_ERROR || n != 0)
        atomic_fetch_add(&a->all->wrong, 1);
    if (atomic_exchange(&a->all->seen[a->i], true))
        atomic_fetch_add(&a->all->twice, 1);
    if (atomic_fetch_add(&a->all->n, 1) + 1 == ALL)
        gate_open(&a->all->g);
}

static bx_resolver *ask_all(answers *all, ask *asks, bx_lookup **ls)
{
    static const int owner[OWNERS];
    bx_resolver *v = NULL;
    *all = (answers){.g = GATE_INIT};
    BX_ASSERT(bx_resolver_new(gated, &all->g, &v, NULL) == BX_OK);
    for (size_t i = 0; i < ALL; i++) {
        asks[i] = (ask){all, i};
        BX_ASSERT(bx_lookup_start(v, "slow.example", &owner[i % OWNERS], on_answer, &asks[i],
                                  &ls[i], NULL) == BX_OK);
    }
    gate_wait_inside(&all->g, BX_RESOLVER_THREADS); /* the others are queued */
    return v;
}

static void stopping_answers_running_and_queued(void)
{
    answers all;
    ask asks[ALL];
    bx_lookup *ls[ALL], *late = NULL;
    bx_error err;
    bx_resolver *v = ask_all(&all, asks, ls);
    bx_resolver_stop(v);
    CHECK(all.n == ALL && all.wrong == 0 && all.twice == 0 && all.g.inside == 0);
    CHECK(bx_lookup_start(v, "h.example", &all, on_answer, &asks[0], &late, &err) ==
              BX_ECANCELLED &&
          !late);
    for (size_t i = ALL; i-- > 0;)
        bx_lookup_cancel(ls[i]);
    bx_resolver_free(v);
}

static void lookups_outlive_their_resolver(void)
{
    answers all;
    ask asks[ALL];
    bx_lookup *ls[ALL];
    bx_resolver_free(ask_all(&all, asks, ls));
    CHECK(all.n == ALL && all.wrong == 0 && all.twice == 0);
    for (size_t i = 0; i < ALL; i++)
        bx_lookup_cancel(ls[i]);
}

static void *cancel_half(void *arg)
{
    bx_lookup **ls = arg;
    for (size_t i = 0; i < ALL; i += 2)
        bx_lookup_cancel(ls[i]);
    return NULL;
}

/* Running and queued ones are cancelled while the resolver stops. */
static void cancelling_meanwhile(void)
{
    answers all;
    ask asks[ALL];
    bx_lookup *ls[ALL];
    pthread_t t;
    bx_resolver *v = ask_all(&all, asks, ls);
    CHECK(pthread_create(&t, NULL, cancel_half, ls) == 0);
    gate_open(&all.g);
    bx_resolver_free(v);
    (void)pthread_join(t, NULL);
    for (size_t i = 1; i < ALL; i += 2)
        bx_lookup_cancel(ls[i]);
    CHECK(all.twice == 0 && all.n <= ALL);
    for (size_t i = 1; i < ALL; i += 2)
        CHECK(all.seen[i]);
}

/* ---- process, scope and request, in every order ---------------------------------------------- */

typedef enum part { THE_EGRESS, THE_SCOPE, THE_REQUEST, PARTS } part;

static const part ORDERS[6][PARTS] = {
    {THE_EGRESS, THE_SCOPE, THE_REQUEST}, {THE_EGRESS, THE_REQUEST, THE_SCOPE},
    {THE_SCOPE, THE_EGRESS, THE_REQUEST}, {THE_SCOPE, THE_REQUEST, THE_EGRESS},
    {THE_REQUEST, THE_EGRESS, THE_SCOPE}, {THE_REQUEST, THE_SCOPE, THE_EGRESS},
};

/* A request ends before what it needs: its event opens the gate the freeing waits for. */
typedef struct ended {
    gate *g;
    _Atomic int events;
} ended;

static void on_end(void *ctx, const bx_egress_event *ev)
{
    ended *e = ctx;
    (void)ev;
    atomic_fetch_add(&e->events, 1);
    gate_open(e->g);
}

/* Two requests: one in the phase that is tested, one more behind it in the queue. */
typedef struct trio {
    bx_egress *eg;
    bx_net_policy *net;
    bx_egress_scope *scope;
    bx_egress_request *req[3];
    gate g;
    ended e;
    bell b[3];
} trio;

static void trio_open(trio *t, const char *url)
{
    *t = (trio){.g = GATE_INIT, .b = {BELL_INIT, BELL_INIT, BELL_INIT}};
    t->e.g = &t->g;
    const bx_egress_cfg cfg = {.resolve = gated, .resolve_ctx = &t->g};
    BX_ASSERT(bx_egress_new(&cfg, &t->eg, NULL) == BX_OK);
    BX_ASSERT(bx_net_policy_new(&t->net, NULL) == BX_OK);
    BX_ASSERT(bx_net_add_fetch(t->net, BX_LIT("http://*:*"), NULL) == BX_OK);
    BX_ASSERT(bx_net_add_allow_network(t->net, BX_LIT("127.0.0.0/8"), NULL) == BX_OK);
    const bx_egress_scope_cfg sc = {.net = t->net, .on_event = on_end, .event_ctx = &t->e};
    BX_ASSERT(bx_egress_scope_new(t->eg, &sc, &t->scope, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(t->req); i++) {
        const bx_egress_desc d = {
            .method = BX_LIT("GET"), .url = bx_str_of(url), .body_length = BX_BODY_NONE};
        BX_ASSERT(bx_egress_start(t->scope, &d, (bx_egress_waker){bell_ring, &t->b[i]}, &t->req[i],
                                  NULL) == BX_OK);
    }
}

static void trio_free(trio *t, part p)
{
    if (p == THE_EGRESS)
        bx_egress_free(t->eg);
    else if (p == THE_SCOPE)
        bx_egress_scope_free(t->scope);
    for (size_t i = 0; p == THE_REQUEST && i < BX_COUNT(t->req); i++)
        bx_egress_request_free(t->req[i]);
}

/* The request as its owner sees it once scope or process is gone. */
static bool is_terminated(bx_egress_request *r, bell *b)
{
    const bx_http_head *h = NULL;
    const char *msg = NULL;
    uint64_t total = 0;
    if (await_head(r, b, &h) == BX_POLL_READY && drain(r, b, 0, &total) != BX_POLL_ERROR)
        return false;
    return bx_egress_error(r, &msg) == BX_HTTP_CONNECTION_TERMINATED && msg[0];
}

static bool free_in_order(trio *t, const part *order)
{
    bool ok = true;
    for (size_t i = 0; i < PARTS; i++) {
        trio_free(t, order[i]);
        bool requests_left = order[2] == THE_REQUEST || (i == 0 && order[1] == THE_REQUEST);
        for (size_t k = 0; i < 2 && order[i] != THE_REQUEST && requests_left && k < 3; k++)
            ok = ok && is_terminated(t->req[k], &t->b[k]);
    }
    ok = ok && t->e.events == 3;
    bx_net_policy_free(t->net);
    return ok;
}

static void while_names_are_looked_up(void)
{
    for (size_t i = 0; i < BX_COUNT(ORDERS); i++) {
        trio t;
        trio_open(&t, "http://slow.example:1/");
        gate_wait_inside(&t.g, BX_RESOLVER_PER_OWNER); /* the third is queued */
        CHECK(free_in_order(&t, ORDERS[i]));
    }
}

static void while_the_answer_is_awaited(void)
{
    AUTO_SERVER *s = ts_start(silent, NULL);
    for (size_t i = 0; i < BX_COUNT(ORDERS); i++) {
        trio t;
        trio_open(&t, at("http://quick.example", s, "/"));
        while (atomic_load(&s->connections) < 3 * (int)(i + 1))
            (void)usleep(1000);
        CHECK(free_in_order(&t, ORDERS[i]));
    }
}

static void while_the_body_comes(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all");
    for (size_t i = 0; i < BX_COUNT(ORDERS); i++) {
        trio t;
        const bx_http_head *h = NULL;
        trio_open(&t, at("http://quick.example", s, "/"));
        for (size_t k = 0; k < 3; k++)
            CHECK(await_head(t.req[k], &t.b[k], &h) == BX_POLL_READY);
        CHECK(free_in_order(&t, ORDERS[i]));
    }
}

/* Connections kept for reuse are closed by whoever comes last. */
static void after_the_end(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    for (size_t i = 0; i < BX_COUNT(ORDERS); i++) {
        trio t;
        uint64_t total = 0;
        trio_open(&t, at("http://quick.example", s, "/"));
        for (size_t k = 0; k < 3; k++)
            CHECK(drain(t.req[k], &t.b[k], 0, &total) == BX_POLL_END && total == 2);
        for (size_t k = 0; k < PARTS; k++)
            trio_free(&t, ORDERS[i][k]);
        CHECK(t.e.events == 3);
        bx_net_policy_free(t.net);
    }
}

/* ---- other threads in the middle of it ------------------------------------------------------- */

enum { WORKERS = 4 };

typedef struct worker {
    bx_egress_scope *scope;
    const char *url;
    pthread_t thread;
    _Atomic int *warm; /* workers that have got an answer */
    bx_http_error last;
} worker;

/* Request after request, until one does not succeed. */
static void *work(void *arg)
{
    worker *w = arg;
    bx_fetched got;
    const bx_fetch f = {.desc = {.method = BX_LIT("GET"), .url = bx_str_of(w->url)}};
    for (int n = 0; w->last == BX_HTTP_OK; n++) {
        const bx_ctl ctl = bx_ctl_init(bx_now_ns() + 60 * BX_SEC);
        (void)!bx_egress_fetch(w->scope, &f, &ctl, &got, NULL);
        w->last = got.error;
        bx_fetched_done(&got);
        if (n == 0)
            atomic_fetch_add(w->warm, 1);
    }
    bx_egress_scope_free(w->scope);
    return NULL;
}

static void requests_go_on_meanwhile(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    worker w[WORKERS];
    _Atomic int warm = 0;
    static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}}, {NULL, {NULL}}};
    rig_open_cfg(&g, RIG_ANY, "127.0.0.0/8", NAMES, (bx_egress_cfg){.max_connections = 0});
    g.limits.http_requests = UINT64_MAX;
    const char *url = at("http://h.example", s, "/");
    for (size_t i = 0; i < WORKERS; i++) {
        const bx_egress_scope_cfg sc = {.net = g.net, .limits = &g.limits};
        w[i] = (worker){.url = url, .warm = &warm};
        CHECK(bx_egress_scope_new(g.eg, &sc, &w[i].scope, NULL) == BX_OK);
        CHECK(pthread_create(&w[i].thread, NULL, work, &w[i]) == 0);
    }
    while (atomic_load(&warm) < WORKERS)
        (void)usleep(1000);
    bx_egress_free(g.eg);
    g.eg = NULL;
    for (size_t i = 0; i < WORKERS; i++) {
        (void)pthread_join(w[i].thread, NULL);
        CHECK(w[i].last == BX_HTTP_CONNECTION_TERMINATED);
    }
}

static void *resolve_raw(void *arg)
{
    worker *w = arg;
    bx_ip ip[2];
    size_t n = 0;
    const bx_ctl ctl = bx_ctl_init(UINT64_MAX); /* ends by an answer or never */
    (void)!bx_egress_resolve(w->scope, BX_LIT("slow.example"), &ctl, ip, 2, &n, &w->last, NULL);
    atomic_fetch_add(w->warm, 1);
    bx_egress_scope_free(w->scope);
    return NULL;
}

static void *open_when_all_are_back(void *arg)
{
    trio *t = arg;
    while (atomic_load(&t->e.events) < WORKERS)
        (void)usleep(1000);
    gate_open(&t->g);
    return NULL;
}

/* Lookups of raw sockets, running and queued, wait without a deadline of their own. */
static void raw_lookups_end(void)
{
    trio t = {.g = GATE_INIT};
    worker w[WORKERS];
    pthread_t opener;
    bx_net_policy *net = NULL;
    const bx_egress_cfg cfg = {.resolve = gated, .resolve_ctx = &t.g};
    CHECK(bx_egress_new(&cfg, &t.eg, NULL) == BX_OK && bx_net_policy_new(&net, NULL) == BX_OK);
    CHECK(bx_net_add_connect(net, BX_LIT("tcp://slow.example:1"), NULL) == BX_OK);
    for (size_t i = 0; i < WORKERS; i++) {
        const bx_egress_scope_cfg sc = {.net = net};
        w[i] = (worker){.warm = &t.e.events};
        CHECK(bx_egress_scope_new(t.eg, &sc, &w[i].scope, NULL) == BX_OK);
        CHECK(pthread_create(&w[i].thread, NULL, resolve_raw, &w[i]) == 0);
    }
    gate_wait_inside(&t.g, WORKERS);
    CHECK(pthread_create(&opener, NULL, open_when_all_are_back, &t) == 0);
    bx_egress_free(t.eg);
    (void)pthread_join(opener, NULL);
    for (size_t i = 0; i < WORKERS; i++) {
        (void)pthread_join(w[i].thread, NULL);
        CHECK(w[i].last == BX_HTTP_DNS_ERROR);
    }
    bx_net_policy_free(net);
}

BXT_MAIN(RUN(stopping_answers_running_and_queued); RUN(lookups_outlive_their_resolver);
         RUN(cancelling_meanwhile); RUN(while_names_are_looked_up);
         RUN(while_the_answer_is_awaited); RUN(while_the_body_comes); RUN(after_the_end);
         RUN(requests_go_on_meanwhile); RUN(raw_lookups_end);)
