/* Callers that do the I/O themselves for a moment: bx_egress_drive. */
#include "egress/egress.h"

#include "egress/test_server.h"

enum { LONG_MS = 20000 };

/* Who calls the waker. */
typedef struct caller {
    bell b;
    pthread_t self;
    _Atomic unsigned here, elsewhere;
} caller;

static void on_wake(void *ctx)
{
    caller *c = ctx;
    atomic_fetch_add(pthread_equal(c->self, pthread_self()) ? &c->here : &c->elsewhere, 1);
    bell_ring(&c->b);
}

static bx_egress_request *begin(rig *g, caller *c, const char *url)
{
    const bx_egress_desc d = {
        .method = BX_LIT("GET"), .url = bx_str_of(url), .body_length = BX_BODY_NONE};
    bx_egress_request *r = NULL;
    c->self = pthread_self();
    BX_ASSERT(bx_egress_start_driven(g->scope, &d, (bx_egress_waker){on_wake, c}, &r, NULL) ==
              BX_OK);
    return r;
}

/* To the end of the body, driving `for_ms` at a time; waiting for the waker where that does not
 * help. */
static bx_poll finish(rig *g, caller *c, bx_egress_request *r, unsigned for_ms, uint64_t *total)
{
    char buf[4096];
    size_t n = 0;
    for (*total = 0;;) {
        bx_poll p = bx_egress_poll_body(r, buf, sizeof buf, &n);
        if (p == BX_POLL_PENDING && !bx_egress_drive(g->scope, for_ms) && !bell_wait(&c->b))
            return BX_POLL_PENDING;
        if (p == BX_POLL_READY)
            *total += n;
        if (p == BX_POLL_END || p == BX_POLL_ERROR) {
            (void)bx_egress_drive(g->scope, 0);
            return p;
        }
    }
}

static void an_exchange_on_the_callers_own_thread(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    for (int i = 0; i < 3; i++) {
        caller c = {.b = BELL_INIT};
        uint64_t total = 0;
        bx_egress_request *r = begin(&g, &c, at("http://127.0.0.1", s, "/"));
        CHECK(finish(&g, &c, r, LONG_MS, &total) == BX_POLL_END && total == 2);
        CHECK(c.here > 0 && c.elsewhere == 0);
        bx_egress_request_free(r);
    }
    rig_end_scope(&g);
    CHECK(g.n_events == 3);
}

static void slow(test_server *s, int fd)
{
    const struct timespec pause = {0, 50000000};
    while (ts_read_head(s, fd)) {
        (void)nanosleep(&pause, NULL);
        if (!ts_send(fd, TS_OK))
            return;
    }
}

static void what_takes_longer_goes_on_elsewhere(void)
{
    AUTO_SERVER *s = ts_start(slow, NULL);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    caller c = {.b = BELL_INIT};
    const bx_http_head *h = NULL;
    bx_egress_request *r = begin(&g, &c, at("http://127.0.0.1", s, "/"));
    CHECK(bx_egress_poll_head(r, &h) == BX_POLL_PENDING && !bx_egress_drive(g.scope, 1));
    CHECK(await_head(r, &c.b, &h) == BX_POLL_READY && h->status == 200);
    CHECK(c.here == 0 && c.elsewhere > 0);
    bx_egress_request_free(r);
}

static void told_only(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    caller c = {.b = BELL_INIT};
    const bx_http_head *h = NULL;
    bx_egress_request *r = begin(&g, &c, at("http://127.0.0.1", s, "/"));
    CHECK(bx_egress_poll_head(r, &h) == BX_POLL_PENDING && !bx_egress_drive(g.scope, 0));
    CHECK(await_head(r, &c.b, &h) == BX_POLL_READY && c.here == 0);
    bx_egress_request_free(r);
    CHECK(!bx_egress_drive(g.scope, LONG_MS)); /* nothing is under way */
}

static void forgotten(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    caller c = {.b = BELL_INIT};
    bx_egress_request_free(begin(&g, &c, at("http://127.0.0.1", s, "/")));
    bx_egress_request *kept = begin(&g, &c, at("http://127.0.0.1", s, "/"));
    rig_end_scope(&g); /* waits until the last event is out */
    CHECK(g.n_events == 2);
    bx_egress_request_free(kept);
}

typedef struct silent_call {
    rig *g;
    char url[256];
    caller c;
    _Atomic bool begun;
    bx_poll ended;
} silent_call;

static void *call_the_silent(void *arg)
{
    silent_call *k = arg;
    uint64_t total;
    bx_egress_request *r = begin(k->g, &k->c, k->url);
    atomic_store(&k->begun, true);
    k->ended = finish(k->g, &k->c, r, LONG_MS, &total);
    bx_egress_request_free(r);
    return NULL;
}

static void requests_of_others_while_one_drives(void)
{
    AUTO_SERVER *mute = ts_start(silent, NULL);
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    silent_call k = {.g = &g, .c = {.b = BELL_INIT}};
    (void)snprintf(k.url, sizeof k.url, "%s", at("http://127.0.0.1", mute, "/"));
    pthread_t t;
    CHECK(pthread_create(&t, NULL, call_the_silent, &k) == 0);
    while (!atomic_load(&k.begun))
        (void)sched_yield();
    for (int i = 0; i < 20; i++)
        CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK);
    bx_egress_free(g.eg); /* ends what is under way, whoever drives */
    (void)pthread_join(t, NULL);
    CHECK(k.ended == BX_POLL_ERROR);
    g.eg = NULL;
}

enum { CALLERS = 6, EACH = 40 };

static void *call_often(void *arg)
{
    silent_call *k = arg;
    k->ended = BX_POLL_END;
    for (unsigned i = 0; i < EACH && k->ended == BX_POLL_END; i++) {
        uint64_t total = 0;
        bx_egress_request *r = begin(k->g, &k->c, k->url);
        k->ended = finish(k->g, &k->c, r, i % 3, &total);
        if (total != 2)
            k->ended = BX_POLL_ERROR;
        bx_egress_request_free(r);
    }
    return NULL;
}

static void many_drive_in_turns(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    silent_call k[CALLERS];
    pthread_t t[CALLERS];
    for (size_t i = 0; i < CALLERS; i++) {
        k[i] = (silent_call){.g = &g, .c = {.b = BELL_INIT}};
        (void)snprintf(k[i].url, sizeof k[i].url, "%s", at("http://127.0.0.1", s, "/"));
        CHECK(pthread_create(&t[i], NULL, call_often, &k[i]) == 0);
    }
    for (size_t i = 0; i < CALLERS; i++)
        (void)pthread_join(t[i], NULL);
    for (size_t i = 0; i < CALLERS; i++)
        CHECK(k[i].ended == BX_POLL_END);
}

BXT_MAIN(RUN(an_exchange_on_the_callers_own_thread); RUN(what_takes_longer_goes_on_elsewhere);
         RUN(told_only); RUN(forgotten); RUN(requests_of_others_while_one_drives);
         RUN(many_drive_in_turns);)
