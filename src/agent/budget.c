#include "agent/budget.h"

#include <pthread.h>
#include <time.h>

typedef struct tree { /* what all budgets of a tree share */
    pthread_mutex_t lock;
    pthread_cond_t settled;
    size_t refs;
} tree;

struct bx_budget {
    tree *tree;
    bx_budget *parent;                      /* NULL: the root */
    bx_spend limit, spent, reserved, aside; /* `aside`: the limits of those below */
};

const bx_spend bx_spend_unlimited = {
    {BX_SPEND_UNLIMITED, BX_SPEND_UNLIMITED, BX_SPEND_UNLIMITED, BX_SPEND_UNLIMITED}};

const char *bx_spend_name(bx_spend_kind k)
{
    static const char *const names[BX_SPEND_COUNT] = {"tokens", "cost", "tool calls", "turns"};
    return names[k];
}

/* ---- making -------------------------------------------------------------------------------- */

static tree *tree_new(void)
{
    tree *t = bx_calloc(1, sizeof *t);
    if (t) {
        pthread_condattr_t attr;
        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_mutex_init(&t->lock, NULL);
        (void)pthread_cond_init(&t->settled, &attr);
        (void)pthread_condattr_destroy(&attr);
    }
    return t;
}

static void tree_free(tree *t)
{
    (void)pthread_cond_destroy(&t->settled);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

bx_code bx_budget_new(const bx_spend *limits, bx_budget **ret, bx_error *err)
{
    BX_AUTOFREE bx_budget *b = bx_calloc(1, sizeof *b);
    if (b)
        b->tree = tree_new();
    if (!b || !b->tree)
        return bx_fail(err, BX_ENOMEM, "budget of a run");
    b->tree->refs = 1;
    b->limit = *limits;
    *ret = BX_TAKE(b);
    return BX_OK;
}

/* The budget whose limit counts for `k`: `b` or one above; NULL: nobody limits it. */
static bx_budget *limiter(bx_budget *b, bx_spend_kind k)
{
    while (b && b->limit.of[k] == BX_SPEND_UNLIMITED)
        b = b->parent;
    return b;
}

/* What is neither spent nor set aside; below 0 where more was spent than reserved. */
static int64_t uncommitted(const bx_budget *b, bx_spend_kind k)
{
    return b->limit.of[k] - b->spent.of[k] - b->aside.of[k];
}

static void say_amount(bx_spend_kind k, int64_t amount, char out[32])
{
    if (k == BX_SPEND_COST)
        (void)snprintf(out, 32, "$%.6f", (double)amount / 1e12);
    else
        (void)snprintf(out, 32, "%lld", (long long)amount);
}

static bx_code over(const bx_budget *at, bx_spend_kind k, int64_t want, bx_error *err)
{
    char left[32], wanted[32], limit[32];
    int64_t free_ = uncommitted(at, k);
    say_amount(k, free_ < 0 ? 0 : free_, left);
    say_amount(k, want, wanted);
    say_amount(k, at->limit.of[k], limit);
    return bx_fail(err, BX_ELIMIT, "budget: %s of %s %s left, %s needed", left, limit,
                   bx_spend_name(k), wanted);
}

/* BX_OK: it fits, and *now says whether at once. */
static bx_code fits_locked(bx_budget *b, const bx_spend *want, bool *now, bx_error *err)
{
    *now = true;
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        bx_budget *at = want->of[k] > 0 ? limiter(b, k) : NULL;
        if (!at)
            continue;
        if (want->of[k] > uncommitted(at, k))
            return over(at, k, want->of[k], err);
        if (want->of[k] > uncommitted(at, k) - at->reserved.of[k])
            *now = false;
    }
    return BX_OK;
}

/* What fits but for what others have reserved: which limit that is. */
static bx_code over_now_locked(bx_budget *b, const bx_spend *want, bx_error *err)
{
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        const bx_budget *at = limiter(b, k);
        if (at && want->of[k] > uncommitted(at, k) - at->reserved.of[k])
            return over(at, k, want->of[k], err);
    }
    return BX_OK;
}

bx_code bx_budget_child(bx_budget *parent, const bx_spend *limits, bx_budget **ret, bx_error *err)
{
    BX_AUTOFREE bx_budget *b = bx_calloc(1, sizeof *b);
    bool now = false;
    if (!b)
        return bx_fail(err, BX_ENOMEM, "budget of an executor");
    bx_spend aside = *limits;
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        if (aside.of[k] == BX_SPEND_UNLIMITED)
            aside.of[k] = 0;
    }
    tree *t = parent->tree;
    (void)pthread_mutex_lock(&t->lock);
    bx_code rc = fits_locked(parent, &aside, &now, err);
    if (rc == BX_OK && !now)
        rc = over_now_locked(parent, &aside, err);
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT && rc == BX_OK; k++) {
        bx_budget *at = limiter(parent, k);
        if (at)
            at->aside.of[k] += aside.of[k];
    }
    if (rc == BX_OK)
        t->refs++;
    (void)pthread_mutex_unlock(&t->lock);
    if (rc != BX_OK)
        return rc;
    b->tree = t;
    b->parent = parent;
    b->limit = *limits;
    *ret = BX_TAKE(b);
    return BX_OK;
}

void bx_budget_free(bx_budget *b)
{
    if (!b)
        return;
    tree *t = b->tree;
    (void)pthread_mutex_lock(&t->lock);
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT && b->parent; k++) {
        bx_budget *at = limiter(b->parent, k);
        if (b->limit.of[k] != BX_SPEND_UNLIMITED && at)
            at->aside.of[k] -= b->limit.of[k];
        /* What it spent under a limit of its own was not counted above so far. */
        for (bx_budget *p = b->parent; p && b->limit.of[k] != BX_SPEND_UNLIMITED; p = p->parent) {
            p->spent.of[k] += b->spent.of[k];
            if (p->limit.of[k] != BX_SPEND_UNLIMITED)
                break;
        }
    }
    bool last = --t->refs == 0;
    (void)pthread_cond_broadcast(&t->settled);
    (void)pthread_mutex_unlock(&t->lock);
    free(b);
    if (last)
        tree_free(t);
}

/* ---- spending ------------------------------------------------------------------------------ */

static bx_code stopped(bx_stop s, bx_error *err)
{
    return s == BX_STOP_CANCELLED ? bx_fail(err, BX_ECANCELLED, "cancelled")
                                  : bx_fail(err, BX_ETIMEOUT, "the deadline passed");
}

static void wait_locked(tree *t)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += BX_CTL_SLICE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_cond_timedwait(&t->settled, &t->lock, &until);
}

static void take_locked(bx_budget *b, const bx_spend *want)
{
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        bx_budget *at = limiter(b, k);
        if (at)
            at->reserved.of[k] += want->of[k];
    }
}

bx_code bx_budget_reserve(bx_budget *b, const bx_spend *want, const bx_ctl *ctl, bx_error *err)
{
    tree *t = b->tree;
    (void)pthread_mutex_lock(&t->lock);
    bool now = false;
    bx_code rc = fits_locked(b, want, &now, err);
    while (rc == BX_OK && !now) {
        bx_stop s = ctl ? bx_ctl_check(ctl) : BX_STOP_NONE;
        if (s != BX_STOP_NONE) {
            rc = stopped(s, err);
            break;
        }
        wait_locked(t);
        rc = fits_locked(b, want, &now, err);
    }
    if (rc == BX_OK)
        take_locked(b, want);
    (void)pthread_mutex_unlock(&t->lock);
    return rc;
}

bx_code bx_budget_reserve_more(bx_budget *b, const bx_spend *want, bx_error *err)
{
    bool now = false;
    (void)pthread_mutex_lock(&b->tree->lock);
    bx_code rc = fits_locked(b, want, &now, err);
    if (rc == BX_OK && !now)
        rc = over_now_locked(b, want, err);
    if (rc == BX_OK)
        take_locked(b, want);
    (void)pthread_mutex_unlock(&b->tree->lock);
    return rc;
}

void bx_budget_settle(bx_budget *b, const bx_spend *reserved, const bx_spend *spent)
{
    (void)pthread_mutex_lock(&b->tree->lock);
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        bx_budget *at = limiter(b, k);
        if (at)
            at->reserved.of[k] -= reserved->of[k];
        for (bx_budget *p = b; p; p = p->parent) {
            p->spent.of[k] += spent->of[k];
            if (p == at)
                break;
        }
    }
    (void)pthread_cond_broadcast(&b->tree->settled);
    (void)pthread_mutex_unlock(&b->tree->lock);
}

int64_t bx_budget_left(bx_budget *b, bx_spend_kind k)
{
    (void)pthread_mutex_lock(&b->tree->lock);
    const bx_budget *at = limiter(b, k);
    int64_t left = at ? uncommitted(at, k) : BX_SPEND_UNLIMITED;
    (void)pthread_mutex_unlock(&b->tree->lock);
    return left < 0 ? 0 : left;
}

bx_spend bx_budget_spent(bx_budget *b)
{
    (void)pthread_mutex_lock(&b->tree->lock);
    bx_spend s = b->spent;
    (void)pthread_mutex_unlock(&b->tree->lock);
    return s;
}
