#include "agent/budget.h"

#include <pthread.h>

#include "base/test.h"

static bx_spend tokens(int64_t n) { return (bx_spend){.of = {[BX_SPEND_TOKENS] = n}}; }

static bx_spend limit_of(int64_t n)
{
    bx_spend l = bx_spend_unlimited;
    l.of[BX_SPEND_TOKENS] = n;
    return l;
}

static void test_reserve_and_settle(void)
{
    bx_error err = {.msg = ""};
    BX_AUTO(bx_budget) bx_budget *b = NULL;
    const bx_spend l = limit_of(100), forty = tokens(40), thirty = tokens(30), all = tokens(100);
    CHECK(bx_budget_new(&l, &b, &err) == BX_OK);
    CHECK(bx_budget_left(b, BX_SPEND_TOKENS) == 100);
    CHECK(bx_budget_left(b, BX_SPEND_COST) == BX_SPEND_UNLIMITED);
    CHECK(bx_budget_reserve(b, &forty, NULL, &err) == BX_OK);
    bx_budget_settle(b, &forty, &thirty);
    CHECK(bx_budget_left(b, BX_SPEND_TOKENS) == 70);
    CHECK(bx_budget_spent(b).of[BX_SPEND_TOKENS] == 30);
    CHECK(bx_budget_reserve(b, &all, NULL, &err) == BX_ELIMIT);
    CHECK(strcmp(err.msg, "budget: 70 of 100 tokens left, 100 needed") == 0);
    const bx_spend rest = tokens(70), one = tokens(1);
    CHECK(bx_budget_reserve(b, &rest, NULL, &err) == BX_OK);
    bx_budget_settle(b, &rest, &rest);
    CHECK(bx_budget_reserve(b, &one, NULL, &err) == BX_ELIMIT);
}

/* What others have reserved may come back: that is waited for, and ends with the run. */
static void test_waiting_ends_with_the_run(void)
{
    bx_error err = {.msg = ""};
    BX_AUTO(bx_budget) bx_budget *b = NULL;
    const bx_spend l = limit_of(100), most = tokens(80);
    bx_ctl ctl = bx_ctl_init(bx_now_ns() + 20000000);
    CHECK(bx_budget_new(&l, &b, &err) == BX_OK);
    CHECK(bx_budget_reserve(b, &most, NULL, &err) == BX_OK);
    CHECK(bx_budget_reserve(b, &most, &ctl, &err) == BX_ETIMEOUT);
    bx_ctl_cancel(&ctl);
    CHECK(bx_budget_reserve(b, &most, &ctl, &err) == BX_ECANCELLED);
    bx_budget_settle(b, &most, &(bx_spend){{0}});
    CHECK(bx_budget_reserve(b, &most, NULL, &err) == BX_OK);
}

static void test_children(void)
{
    bx_error err = {.msg = ""};
    BX_AUTO(bx_budget) bx_budget *root = NULL;
    bx_budget *a = NULL, *b = NULL, *c = NULL;
    const bx_spend l = limit_of(100), sixty = limit_of(60), fifty = tokens(50), ten = tokens(10);
    CHECK(bx_budget_new(&l, &root, &err) == BX_OK);
    CHECK(bx_budget_child(root, &sixty, &a, &err) == BX_OK);
    CHECK(bx_budget_left(root, BX_SPEND_TOKENS) == 40);
    CHECK(bx_budget_child(root, &sixty, &b, &err) == BX_ELIMIT); /* set aside at once, or not */
    CHECK(bx_budget_child(root, &bx_spend_unlimited, &c, &err) == BX_OK);
    CHECK(bx_budget_left(c, BX_SPEND_TOKENS) == 40); /* its limit is the one above */
    CHECK(bx_budget_reserve(c, &fifty, NULL, &err) == BX_ELIMIT);
    CHECK(bx_budget_reserve(a, &fifty, NULL, &err) == BX_OK);
    bx_budget_settle(a, &fifty, &fifty);
    CHECK(bx_budget_reserve(c, &ten, NULL, &err) == BX_OK);
    bx_budget_settle(c, &ten, &ten);
    bx_budget_free(c);
    CHECK(bx_budget_left(root, BX_SPEND_TOKENS) == 30);
    bx_budget_free(a); /* ten of its sixty come back */
    CHECK(bx_budget_left(root, BX_SPEND_TOKENS) == 40);
    CHECK(bx_budget_spent(root).of[BX_SPEND_TOKENS] == 60);
}

enum { RACERS = 50, LIMIT = 10000 };

static void *race(void *arg)
{
    bx_budget *b = arg;
    bx_error err;
    int64_t spent = 0;
    for (int64_t i = 1; i < 2000; i++) {
        const bx_spend want = tokens(1 + i % 37), got = tokens(1 + i % 17);
        if (bx_budget_reserve(b, &want, NULL, &err) != BX_OK)
            break;
        const bx_spend s = got.of[0] < want.of[0] ? got : want;
        bx_budget_settle(b, &want, &s);
        spent += s.of[0];
    }
    return (void *)(intptr_t)spent;
}

static void test_fifty_race_for_one(void)
{
    bx_error err = {.msg = ""};
    BX_AUTO(bx_budget) bx_budget *root = NULL;
    bx_budget *own[RACERS];
    pthread_t threads[RACERS];
    const bx_spend l = limit_of(LIMIT);
    int64_t sum = 0;
    CHECK(bx_budget_new(&l, &root, &err) == BX_OK);
    for (size_t i = 0; i < RACERS; i++)
        CHECK(bx_budget_child(root, &bx_spend_unlimited, &own[i], &err) == BX_OK);
    for (size_t i = 0; i < RACERS; i++)
        CHECK(pthread_create(&threads[i], NULL, race, own[i]) == 0);
    for (size_t i = 0; i < RACERS; i++) {
        void *spent = NULL;
        CHECK(pthread_join(threads[i], &spent) == 0);
        sum += (intptr_t)spent;
        bx_budget_free(own[i]);
    }
    CHECK(sum <= LIMIT && sum > LIMIT - 40);
    CHECK(bx_budget_spent(root).of[BX_SPEND_TOKENS] == sum);
}

static bx_code make_both(bx_error *err)
{
    BX_AUTO(bx_budget) bx_budget *root = NULL;
    BX_AUTO(bx_budget) bx_budget *below = NULL;
    bx_code rc = bx_budget_new(&bx_spend_unlimited, &root, err);
    return rc == BX_OK ? bx_budget_child(root, &bx_spend_unlimited, &below, err) : rc;
}

static void test_out_of_memory(void)
{
    bx_error err;
    EACH_ALLOC_FAILS(rc, rc = make_both(&err););
}

static void more_of_what_is_reserved(void)
{
    const bx_spend limits = {.of = {[BX_SPEND_TOKENS] = 100,
                                    [BX_SPEND_COST] = BX_SPEND_UNLIMITED,
                                    [BX_SPEND_CALLS] = BX_SPEND_UNLIMITED,
                                    [BX_SPEND_TURNS] = BX_SPEND_UNLIMITED}};
    const bx_spend forty = {.of = {[BX_SPEND_TOKENS] = 40}};
    const bx_spend all = {.of = {[BX_SPEND_TOKENS] = 80}};
    BX_AUTO(bx_budget) bx_budget *b = NULL;
    bx_error err = {.msg = ""};
    CHECK(bx_budget_new(&limits, &b, &err) == BX_OK);
    CHECK(bx_budget_reserve(b, &forty, NULL, &err) == BX_OK);
    CHECK(bx_budget_reserve_more(b, &forty, &err) == BX_OK);
    CHECK(bx_budget_reserve_more(b, &forty, &err) == BX_ELIMIT); /* and does not wait for itself */
    CHECK(strstr(err.msg, "tokens"));
    bx_budget_settle(b, &all, &forty);
    CHECK(bx_budget_left(b, BX_SPEND_TOKENS) == 60);
    CHECK(bx_budget_reserve_more(b, &forty, &err) == BX_OK);
}

BXT_MAIN(RUN(more_of_what_is_reserved); RUN(test_reserve_and_settle);
         RUN(test_waiting_ends_with_the_run); RUN(test_children); RUN(test_fifty_race_for_one);
         RUN(test_out_of_memory);)
