#include "db/approvals.h"

#include <pthread.h>

#include "base/test.h"
#include "db/testkit.h"

static const int64_t second = 1000000;

static bx_approval_ask call_of(uint8_t subject, uint8_t exact)
{
    bx_approval_ask a = {.client = BX_LIT("c"),
                         .run = BX_LIT("r"),
                         .tool = BX_LIT("t"),
                         .arguments = BX_LIT("{}"),
                         .why = BX_LIT("w"),
                         .workspace = BX_LIT("/w"),
                         .rules = BX_LIT("t(x)\n"),
                         .alike = BX_LIT("t(x)\n"),
                         .now_us = 1000 * second,
                         .expires_us = 2000 * second,
                         .keep = true};
    memset(a.subject, subject, sizeof a.subject);
    memset(a.exact, exact, sizeof a.exact);
    return a;
}

static bx_approval_answer yes(bx_approval_scope scope)
{
    return (bx_approval_answer){.allow = true,
                                .scope = scope,
                                .constraints = BX_LIT(""),
                                .by = BX_LIT("somebody"),
                                .now_us = 1000 * second,
                                .expires_us = 1100 * second};
}

static bx_approval_found found(bx_db *db, const bx_approval_ask *a)
{
    bx_approval_found f = {.id = -1};
    bx_error err = {.msg = ""};
    if (bx_approvals_settle(db, a, &f, &err) != BX_OK)
        printf("# %s\n", err.msg);
    return f;
}

static bool allowed(bx_db *db, const bx_approval_ask *a)
{
    return found(db, a).state == BX_APPROVAL_ALLOWED;
}

static void once_is_once(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1), other = call_of(1, 2), elsewhere = call_of(2, 1);
    bx_approval_answer y = yes(BX_SCOPE_ONCE);
    bx_approval_found f = found(t.db, &a);
    CHECK(f.state == BX_APPROVAL_PENDING && f.id == 1 && found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(!allowed(t.db, &other) && !allowed(t.db, &elsewhere));
    f = found(t.db, &a);
    CHECK(f.state == BX_APPROVAL_ALLOWED && f.id == 1 && strcmp(f.by, "somebody") == 0);
    CHECK(!allowed(t.db, &a));
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_EINVAL);
    CHECK(bx_approvals_answer(t.db, 99, &y, &t.err) == BX_ENOENT);
    test_close(&t);
}

static void a_run_ends(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1), like = call_of(1, 2), other = call_of(1, 3), run = a;
    bx_approval_answer y = yes(BX_SCOPE_RUN);
    other.alike = BX_LIT("t(y)\n");
    run.run = BX_LIT("q");
    CHECK(found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(allowed(t.db, &a) && allowed(t.db, &a) && allowed(t.db, &like));
    CHECK(!allowed(t.db, &other) && !allowed(t.db, &run));
    a.now_us = y.expires_us - 1;
    CHECK(allowed(t.db, &a));
    a.now_us = y.expires_us;
    CHECK(!allowed(t.db, &a));
    test_close(&t);
}

static void no_run_no_scope(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1);
    bx_approval_answer y = yes(BX_SCOPE_RUN);
    a.run = a.rules = BX_LIT("");
    CHECK(found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_EINVAL);
    y.scope = BX_SCOPE_ALWAYS;
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_EINVAL);
    CHECK(!allowed(t.db, &a));
    test_close(&t);
}

static void always_is_for_those_who_run(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1);
    bx_approval_answer y = yes(BX_SCOPE_ALWAYS);
    a.since_us = y.now_us - 1;
    CHECK(found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(allowed(t.db, &a));
    a.since_us = y.now_us + 1; /* its policy has the rule, or no longer */
    CHECK(!allowed(t.db, &a));
    test_close(&t);
}

static void a_no_counts_first(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1), like = call_of(1, 2);
    bx_approval_answer y = yes(BX_SCOPE_RUN), no = yes(BX_SCOPE_NONE);
    no.allow = false;
    CHECK(found(t.db, &like).id == 1 && found(t.db, &a).id == 2);
    CHECK(bx_approvals_answer(t.db, 2, &no, &t.err) == BX_OK);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(found(t.db, &a).state == BX_APPROVAL_DENIED && allowed(t.db, &like));
    CHECK(bx_approvals_answer(t.db, 2, &y, &t.err) == BX_OK && allowed(t.db, &a));
    CHECK(bx_approvals_answer(t.db, 1, &no, &t.err) == BX_OK);
    CHECK(found(t.db, &like).state == BX_APPROVAL_DENIED);
    test_close(&t);
}

static void answers_of_the_asker(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1);
    bx_approval_answer y = yes(BX_SCOPE_ONCE);
    y.use = true;
    a.own = true;
    CHECK(found(t.db, &a).id == 1 && found(t.db, &a).id == 2); /* two calls, two questions */
    a.resume = 1;
    CHECK(found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_EINVAL); /* sent again */
    CHECK(!allowed(t.db, &a) && found(t.db, &a).id > 2);
    bx_approvals_withdraw(t.db, 2);
    CHECK(bx_approvals_answer(t.db, 2, &y, &t.err) == BX_EINVAL);
    test_close(&t);
}

static void the_queue_is_bounded(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_found f;
    bx_approval_ask a = call_of(1, 1);
    a.own = true;
    for (int i = 0; i < BX_APPROVAL_MAX_PENDING; i++)
        CHECK(bx_approvals_settle(t.db, &a, &f, &t.err) == BX_OK);
    CHECK(bx_approvals_settle(t.db, &a, &f, &t.err) == BX_ELIMIT);
    a.now_us = a.expires_us; /* and empties itself */
    a.expires_us += second;
    CHECK(bx_approvals_settle(t.db, &a, &f, &t.err) == BX_OK);
    a.keep = false;
    a.subject[0] = 9;
    CHECK(bx_approvals_settle(t.db, &a, &f, &t.err) == BX_OK && f.id == 0);
    test_close(&t);
}

static bool is_b(void *ctx, bx_str constraints)
{
    (void)ctx;
    return bx_str_eq(constraints, BX_LIT("{\"a\":\"b\"}"));
}

static void constraints_are_asked(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1), other = call_of(1, 2);
    bx_approval_answer y = yes(BX_SCOPE_ONCE);
    y.constraints = BX_LIT("{\"a\":\"b\"}");
    CHECK(found(t.db, &a).id == 1);
    CHECK(bx_approvals_answer(t.db, 1, &y, &t.err) == BX_OK);
    CHECK(!allowed(t.db, &a)); /* nobody can say that they hold */
    other.fits = is_b;
    CHECK(allowed(t.db, &other) && !allowed(t.db, &other));
    test_close(&t);
}

static bx_db *shared;
static _Atomic int n_allowed;

static void *race(void *arg)
{
    const bx_approval_ask *a = arg;
    for (int i = 0; i < 20; i++)
        n_allowed += allowed(shared, a);
    return NULL;
}

static void threads_race_for_one(void)
{
    test_record t;
    pthread_t threads[4];
    CHECK(test_open(&t, true));
    bx_approval_ask a = call_of(1, 1);
    bx_approval_answer y = yes(BX_SCOPE_ONCE);
    a.keep = false;
    shared = t.db;
    for (int round = 0; round < 10; round++) {
        bx_approval_ask q = call_of(1, 1);
        n_allowed = 0;
        int64_t id = found(t.db, &q).id;
        CHECK(bx_approvals_answer(t.db, id, &y, &t.err) == BX_OK);
        for (size_t i = 0; i < BX_COUNT(threads); i++)
            CHECK(pthread_create(&threads[i], NULL, race, &a) == 0);
        for (size_t i = 0; i < BX_COUNT(threads); i++)
            (void)pthread_join(threads[i], NULL);
        CHECK(n_allowed == 1);
    }
    test_close(&t);
}

BXT_MAIN(RUN(once_is_once); RUN(a_run_ends); RUN(no_run_no_scope); RUN(always_is_for_those_who_run);
         RUN(a_no_counts_first); RUN(answers_of_the_asker); RUN(the_queue_is_bounded);
         RUN(constraints_are_asked); RUN(threads_race_for_one);)
