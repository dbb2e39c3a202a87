/* Tool calls beside a guest (tests/guests/jobs.c), with tools of the test's own: they say when they
 * run, and end when they are told to. */
#include <pthread.h>

#include "base/test.h"
#include "sandbox/kept.h"
#include "sandbox/program.h"

#define JOBS BX_GUEST_DIR "/guests/jobs.wasm"

/* ---- the tools ------------------------------------------------------------------------------- */

typedef struct tools {
    pthread_mutex_t lock;
    pthread_cond_t met;
    unsigned meets, present, begun, ended, cancelled, running, most;
} tools;

static bx_nested_status say(bx_nested *n, const char *text)
{
    bx_buf_clear(n->answer);
    (void)bx_buf_add_z(n->answer, text);
    return BX_NESTED_OK;
}

/* Until `meets` of them are there, or it is to end; no longer than a while. */
static bx_nested_status meet(tools *t, bx_nested *n, unsigned patience_ms)
{
    (void)pthread_mutex_lock(&t->lock);
    unsigned number = ++t->present;
    (void)pthread_cond_broadcast(&t->met);
    unsigned need = (number + t->meets - 1) / t->meets * t->meets;
    uint64_t until = bx_now_ns() + (uint64_t)patience_ms * 1000000;
    while (t->present < need && bx_now_ns() < until && bx_ctl_check(n->ctl) == BX_STOP_NONE) {
        (void)pthread_mutex_unlock(&t->lock);
        int ready;
        (void)bx_ctl_wait(n->ctl, NULL, 0, bx_now_ns() + 1000000, &ready);
        (void)pthread_mutex_lock(&t->lock);
    }
    bool together = t->present >= need;
    (void)pthread_mutex_unlock(&t->lock);
    return say(n, together ? "together" : "alone");
}

static bx_nested_status until_cancelled(tools *t, bx_nested *n)
{
    int ready;
    while (bx_ctl_wait(n->ctl, NULL, 0, UINT64_MAX, &ready) == BX_STOP_NONE)
        ;
    (void)pthread_mutex_lock(&t->lock);
    t->cancelled++;
    (void)pthread_mutex_unlock(&t->lock);
    return say(n, "cancelled");
}

static void count(tools *t, bool begins)
{
    (void)pthread_mutex_lock(&t->lock);
    if (begins)
        t->begun++, t->running++;
    else
        t->ended++, t->running--;
    if (t->running > t->most)
        t->most = t->running;
    (void)pthread_mutex_unlock(&t->lock);
}

static bx_nested_status call(const void *ctx, bx_nested *n)
{
    tools *t = (tools *)(uintptr_t)ctx;
    bx_nested_status s = BX_NESTED_OK;
    count(t, true);
    if (bx_str_eq(n->name, BX_LIT("meet")))
        s = meet(t, n, 20000);
    else if (bx_str_eq(n->name, BX_LIT("meet_briefly")))
        s = meet(t, n, 5);
    else if (bx_str_eq(n->name, BX_LIT("wait")))
        s = until_cancelled(t, n);
    else if (bx_str_eq(n->name, BX_LIT("echo")))
        (void)bx_buf_add_str(n->answer, n->input);
    else
        s = say(n, "done");
    count(t, false);
    return s;
}

/* ---- the guest ------------------------------------------------------------------------------- */

typedef struct shop {
    bx_runtime *rt;
    bx_module *module;
    bx_sealed *sealed;
    tools tools;
} shop;

static void shop_done(shop *s)
{
    bx_sealed_free(s->sealed);
    bx_module_free(s->module);
    bx_runtime_free(s->rt);
}
#define SHOP __attribute__((cleanup(shop_done))) shop

static bool shop_init(shop *s, const char *cap, const char *limit)
{
    bx_error err = {.msg = ""};
    bx_grant *g = NULL;
    bx_limits limits = bx_limits_default();
#ifdef __SANITIZE_THREAD__ /* it cannot see that the engine hands its slots on between threads */
    const bx_runtime_config cfg = {.slots = 0, .compile_threads = 1, .compile_here = true};
#else
    const bx_runtime_config cfg = {.slots = 64, .compile_threads = 1, .compile_here = true};
#endif
    *s = (shop){.tools = {.lock = PTHREAD_MUTEX_INITIALIZER, .met = PTHREAD_COND_INITIALIZER}};
    limits.calls = 1000000;
    bx_code rc = bx_runtime_new(&cfg, &s->rt, &err);
    if (rc == BX_OK)
        rc = bx_module_open(s->rt, JOBS, &limits, &s->module, &err);
    if (rc == BX_OK)
        rc = bx_grant_new(&g, &err);
    if (rc == BX_OK)
        rc = bx_grant_set_limits(g, &limits, &err);
    if (rc == BX_OK && limit)
        rc = bx_grant_limit(g, bx_str_of(limit), &err);
    if (rc == BX_OK)
        rc = bx_grant_allow(g, bx_str_of(cap), &err);
    if (rc == BX_OK)
        rc = bx_sealed_new(g, NULL, &s->sealed, &err);
    if (rc != BX_OK)
        printf("# %s\n", err.msg);
    return rc == BX_OK;
}

typedef struct ended {
    bx_outcome_kind kind;
    uint64_t left_in_use; /* bytes still charged afterwards */
    char out[8192];
} ended;

static bool run(shop *s, const char *const *args, bx_ctl *ctl, ended *ret)
{
    size_t n = 0;
    bx_outcome o;
    bx_error err = {.msg = ""};
    bx_shared shared = {.memory = 0};
    const bx_call_tools t = {.call = call, .ctx = &s->tools};
    while (args[n])
        n++;
    const bx_call c = {.module = s->module,
                       .sealed = s->sealed,
                       .args = args,
                       .n_args = n,
                       .out_fd = -1,
                       .err_fd = -1,
                       .ctl = ctl,
                       .shared = &shared,
                       .tools = &t};
    if (bx_call_run(&c, &o, &err) != BX_OK) {
        printf("# %s\n", err.msg);
        return false;
    }
    ret->kind = o.kind;
    ret->left_in_use = shared.memory;
    (void)snprintf(ret->out, sizeof ret->out, "%.*s", (int)o.out_n, o.out ? o.out : "");
    bx_outcome_done(&o);
    return true;
}
#define RUN_IT(s, ret, ...) run(s, (const char *const[]){"jobs", __VA_ARGS__, NULL}, NULL, ret)

static unsigned times(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void they_run_at_once(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", NULL));
    s.tools.meets = 8;
    CHECK(RUN_IT(&s, &e, "calls", "8", "meet", "{}"));
    CHECK(times(e.out, "together") == 8 && s.tools.begun == 8 && e.left_in_use == 0);
    /* The control: one after the other they never meet. */
    s.tools.present = 0;
    CHECK(RUN_IT(&s, &e, "calls-in-turn", "8", "meet_briefly", "{}"));
    CHECK(times(e.out, "alone") == 7 &&
          times(e.out, "together") == 1); /* the last makes it eight */
}

static void but_few_of_them(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", NULL));
    s.tools.meets = 16;
    CHECK(RUN_IT(&s, &e, "calls", "64", "meet", "{}"));
    CHECK(times(e.out, "together") == 64 && s.tools.most == 16);
}

static void what_is_asked_is_copied(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", NULL));
    CHECK(RUN_IT(&s, &e, "calls", "3", "echo", "{\"a\":\"b\"}"));
    CHECK(times(e.out, "ended: 9 bytes: {\"a\":\"b\"}\n") == 3);
}

static void a_limit_is_exact(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", "calls=37"));
    CHECK(RUN_IT(&s, &e, "calls", "100", "now", "{}"));
    CHECK(s.tools.begun == 37 && times(e.out, "done") == 37);
    CHECK(times(e.out, "over the limit calls") == 63);
}

static void only_what_is_granted(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:other", NULL));
    CHECK(RUN_IT(&s, &e, "calls", "4", "now", "{}"));
    CHECK(s.tools.begun == 0 && times(e.out, "failed: status 1 why 1: not granted: that takes "
                                             "tool:now\n") == 4);
    CHECK(RUN_IT(&s, &e, "calls", "4", "other", "{}"));
    CHECK(s.tools.begun == 4 && times(e.out, "done") == 4);
}

static void all_end(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", NULL));
    CHECK(RUN_IT(&s, &e, "leave", "40", "wait", "{}"));
    CHECK(strcmp(e.out, "left\n") == 0 && e.left_in_use == 0);
    CHECK(s.tools.begun == s.tools.ended && s.tools.begun == s.tools.cancelled);
    CHECK(RUN_IT(&s, &e, "drop", "5", "wait", "{}"));
    CHECK(times(e.out, "Operation timed out 0 0 0 Bad file descriptor\n") == 5);
    CHECK(s.tools.begun == s.tools.ended && e.left_in_use == 0);
    CHECK(RUN_IT(&s, &e, "most", "wait", "{}"));
    CHECK(times(e.out, "256 begun: Resource temporarily unavailable\nSuccess Success\n") == 1);
    CHECK(s.tools.begun == s.tools.ended && e.left_in_use == 0);
}

static void the_deadline_reaches_them(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", "wall=200ms"));
    CHECK(RUN_IT(&s, &e, "calls", "20", "wait", "{}"));
    CHECK(e.kind == BX_OUT_DEADLINE && s.tools.begun == 16);
    CHECK(s.tools.cancelled == 16 && s.tools.ended == 16 && e.left_in_use == 0);
}

typedef struct canceller {
    tools *tools;
    bx_ctl *ctl;
} canceller;

static void *cancel_when_all_run(void *arg)
{
    const canceller *c = arg;
    unsigned running;
    do {
        (void)pthread_mutex_lock(&c->tools->lock);
        running = c->tools->running;
        (void)pthread_mutex_unlock(&c->tools->lock);
    } while (running < 5);
    bx_ctl_cancel(c->ctl);
    return NULL;
}

static void a_cancel_reaches_them(void)
{
    SHOP s;
    ended e;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    pthread_t t;
    CHECK(shop_init(&s, "tool:*", NULL));
    canceller c = {&s.tools, &ctl};
    CHECK(pthread_create(&t, NULL, cancel_when_all_run, &c) == 0);
    CHECK(run(&s, (const char *const[]){"jobs", "calls", "5", "wait", "{}", NULL}, &ctl, &e));
    (void)pthread_join(t, NULL);
    CHECK(e.kind == BX_OUT_CANCELLED && s.tools.cancelled == 5 && e.left_in_use == 0);
}

static void many(void)
{
    SHOP s;
    ended e;
#ifdef __SANITIZE_THREAD__
    const char *n = "1000", *said = "1000 ended\n";
#else
    const char *n = "10000", *said = "10000 ended\n";
#endif
    CHECK(shop_init(&s, "tool:*", NULL));
    CHECK(RUN_IT(&s, &e, "many", n, "20", "now", "{}"));
    CHECK(strcmp(e.out, said) == 0 && e.left_in_use == 0 && s.tools.begun == s.tools.ended);
}

static void hostile_arguments(void)
{
    SHOP s;
    ended e;
    CHECK(shop_init(&s, "tool:*", NULL));
    CHECK(RUN_IT(&s, &e, "edges"));
    CHECK(strcmp(e.out, "1 21 21 21\n21 28\n0 1 1 2\n28 28 28 28 28 28 1\n") == 0);
    CHECK(RUN_IT(&s, &e, "hostile", "2000"));
    CHECK(strcmp(e.out, "alive: most were refused\n") == 0 && e.left_in_use == 0);
}

/* What is kept is found by both the caller's rights and the tool, never by one of them. */
static void kept_grants(void)
{
    static bx_kept k;
    bx_sealed *made[BX_KEPT_MAX + 1];
    char tool[BX_KEPT_MAX + 1];
    bx_grant *g = NULL;
    bx_kept_init(&k);
    for (size_t i = 0; i < BX_COUNT(made); i++)
        CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_sealed_new(g, NULL, &made[i], NULL) == BX_OK);
    const bx_grant *a = bx_sealed_grant(made[0]), *b = bx_sealed_grant(made[1]);
    CHECK(!bx_kept_find(&k, a, &tool[0]) && bx_kept_add(&k, a, &tool[0], made[0]));
    CHECK(bx_kept_find(&k, a, &tool[0]) == made[0]);
    CHECK(!bx_kept_find(&k, b, &tool[0]) && !bx_kept_find(&k, a, &tool[1]));
    CHECK(!bx_kept_add(&k, a, &tool[0], made[1])); /* another was quicker */
    for (size_t i = 1; i < BX_KEPT_MAX; i++)
        CHECK(bx_kept_add(&k, b, &tool[i], made[i]));
    CHECK(!bx_kept_add(&k, b, &tool[BX_KEPT_MAX], made[BX_KEPT_MAX]));
    CHECK(bx_kept_find(&k, b, &tool[7]) == made[7]);
    bx_kept_done(&k);
    bx_sealed_free(made[BX_KEPT_MAX]);
}

BXT_MAIN(RUN(they_run_at_once); RUN(but_few_of_them); RUN(what_is_asked_is_copied);
         RUN(a_limit_is_exact); RUN(only_what_is_granted); RUN(all_end);
         RUN(the_deadline_reaches_them); RUN(a_cancel_reaches_them); RUN(many);
         RUN(hostile_arguments); RUN(kept_grants);)
