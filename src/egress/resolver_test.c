#include "egress/resolver.h"

#include "egress/test_server.h"

typedef struct answer {
    bell b;
    bx_http_error e;
    size_t n;
    bx_ip first;
    int calls;
} answer;
#define ANSWER_INIT {.b = BELL_INIT}

static void on_answer(void *ctx, bx_http_error e, const bx_ip *ips, size_t n)
{
    answer *a = ctx;
    a->e = e;
    a->n = n;
    a->calls++;
    if (n > 0)
        a->first = ips[0];
    bell_ring(&a->b);
}

static void a_hook_answers(void)
{
    static const fake_name NAMES[] = {{"h.example", {"192.0.2.1,::1"}}, {NULL, {NULL}}};
    fake_dns dns = {.names = NAMES, .lock = PTHREAD_MUTEX_INITIALIZER};
    bx_resolver *v = NULL;
    bx_lookup *l = NULL;
    answer a = ANSWER_INIT;
    CHECK(bx_resolver_new(fake_resolve, &dns, &v, NULL) == BX_OK);
    CHECK(bx_lookup_start(v, "h.example", &a, on_answer, &a, &l, NULL) == BX_OK);
    CHECK(bell_wait(&a.b) && a.e == BX_HTTP_OK && a.n == 2 && a.first.family == 4 &&
          a.first.b[3] == 1);
    bx_lookup_cancel(l); /* after its end: only frees it */
    CHECK(bx_lookup_start(v, "no.example", &a, on_answer, &a, &l, NULL) == BX_OK);
    CHECK(bell_wait(&a.b) && a.e == BX_HTTP_DESTINATION_NOT_FOUND && a.n == 0 && a.calls == 2);
    bx_lookup_cancel(l);
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK(bx_lookup_start(v, longest, &a, on_answer, &a, &l, NULL) == BX_EINVAL);
    bx_resolver_free(v);
}

static void one_owner_does_not_starve_the_others(void)
{
    gate g = GATE_INIT;
    bx_resolver *v = NULL;
    bx_lookup *slow[20], *quick = NULL;
    answer a[20] = {ANSWER_INIT}, b = ANSWER_INIT;
    int owner_a = 0, owner_b = 0;
    CHECK(bx_resolver_new(gated, &g, &v, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(slow); i++) {
        a[i] = (answer)ANSWER_INIT;
        CHECK(bx_lookup_start(v, "slow.example", &owner_a, on_answer, &a[i], &slow[i], NULL) ==
              BX_OK);
    }
    gate_wait_inside(&g, BX_RESOLVER_PER_OWNER);
    CHECK(bx_lookup_start(v, "quick.example", &owner_b, on_answer, &b, &quick, NULL) == BX_OK);
    CHECK(bell_wait(&b.b) && b.e == BX_HTTP_OK); /* past the 18 in front of it */
    gate_open(&g);
    for (size_t i = 0; i < BX_COUNT(slow); i++) {
        CHECK(bell_wait(&a[i].b));
        bx_lookup_cancel(slow[i]);
        CHECK(a[i].calls == 1);
    }
    bx_lookup_cancel(quick);
    bx_resolver_free(v);
    CHECK(g.most == BX_RESOLVER_PER_OWNER);
}

static void no_answer_after_a_cancel(void)
{
    gate g = GATE_INIT;
    bx_resolver *v = NULL;
    bx_lookup *l[3];
    answer a = ANSWER_INIT;
    CHECK(bx_resolver_new(gated, &g, &v, NULL) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(l); i++) /* two running, one in the queue */
        CHECK(bx_lookup_start(v, "slow.example", &a, on_answer, &a, &l[i], NULL) == BX_OK);
    gate_wait_inside(&g, BX_RESOLVER_PER_OWNER);
    for (size_t i = 0; i < BX_COUNT(l); i++)
        bx_lookup_cancel(l[i]);
    gate_open(&g);
    bx_resolver_free(v); /* waits for the two */
    CHECK(a.calls == 0 && g.inside == 0);
}

static void the_systems_resolver(void)
{
    bx_resolver *v = NULL;
    bx_lookup *l = NULL;
    answer a = ANSWER_INIT;
    CHECK(bx_resolver_new(NULL, NULL, &v, NULL) == BX_OK);
    CHECK(bx_lookup_start(v, "localhost", &a, on_answer, &a, &l, NULL) == BX_OK);
    CHECK(bell_wait(&a.b) && a.e == BX_HTTP_OK && a.n >= 1);
    CHECK(a.first.family == 6 || a.first.b[0] == 127);
    bx_lookup_cancel(l);
    bx_resolver_free(v);
}

static void out_of_memory(void)
{
    bx_resolver *v = NULL;
    bx_lookup *l = NULL;
    answer a = ANSWER_INIT;
    bx_test_fail_alloc = 0;
    CHECK(bx_resolver_new(NULL, NULL, &v, NULL) == BX_ENOMEM && !v);
    bx_test_fail_alloc = -1;
    CHECK(bx_resolver_new(NULL, NULL, &v, NULL) == BX_OK);
    bx_test_fail_alloc = 0;
    CHECK(bx_lookup_start(v, "localhost", &a, on_answer, &a, &l, NULL) == BX_ENOMEM && !l);
    bx_test_fail_alloc = -1;
    bx_resolver_free(v);
}

BXT_MAIN(RUN(a_hook_answers); RUN(one_owner_does_not_starve_the_others);
         RUN(no_answer_after_a_cancel); RUN(the_systems_resolver); RUN(out_of_memory);)
