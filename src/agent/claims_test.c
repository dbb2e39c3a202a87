#include "agent/claims.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static char top[] = "/tmp/claims-XXXXXX";

static bx_code grant_of(const char *line, const char *other_mount, bx_grant **ret, bx_error *err)
{
    bx_code rc = bx_grant_new(ret, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(*ret, bx_str_of(top), BX_LIT("/workspace"), err);
    if (rc == BX_OK && other_mount)
        rc = bx_grant_mount(*ret, bx_str_of(other_mount), BX_LIT("/other"), err);
    if (rc == BX_OK)
        rc = bx_grant_allow(*ret, bx_str_of(line), err);
    return rc == BX_OK ? bx_grant_seal(*ret, err) : rc;
}

static const bx_ctl no_end = {.deadline_ns = UINT64_MAX, .cancel_fd = -1};

/* What a second holder is told that wants `b` while one holds `a`. */
static bx_code both(const char *a, const char *b, const char *other_mount, bx_error *err)
{
    BX_AUTO(bx_claims) bx_claims *c = NULL;
    BX_AUTO(bx_grant) bx_grant *one = NULL;
    BX_AUTO(bx_grant) bx_grant *two = NULL;
    bx_code rc = bx_claims_new(&c, err);
    if (rc == BX_OK)
        rc = grant_of(a, NULL, &one, err);
    if (rc == BX_OK)
        rc = grant_of(b, other_mount, &two, err);
    if (rc == BX_OK)
        rc = bx_claims_take(c, "one", one, false, &no_end, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_claims_take(c, "two", two, false, &no_end, err);
    if (rc == BX_EDENIED) { /* once it is given back it is there for others */
        bx_error why;
        bx_claims_give(c, "one");
        if (bx_claims_take(c, "two", two, false, &no_end, &why) != BX_OK)
            return BX_EINTERNAL;
    }
    return rc;
}

static void test_overlap(void)
{
    bx_error err = {.msg = ""};
    char a[64], link[64];
    CHECK(mkdtemp(top) != NULL);
    (void)snprintf(a, sizeof a, "%s/a", top);
    (void)snprintf(link, sizeof link, "%s/link", top);
    CHECK(mkdir(a, 0700) == 0 && symlink("a", link) == 0);
    CHECK(both("rw:/workspace/a", "rw:/workspace/a", NULL, &err) == BX_EDENIED);
    CHECK(strstr(err.msg, "/workspace/a is held by 'one'") != NULL);
    CHECK(both("rw:/workspace/a", "write:/workspace", NULL, &err) == BX_EDENIED);
    CHECK(both("write:/workspace", "rw:/workspace/new/deep", NULL, &err) == BX_EDENIED);
    CHECK(both("rw:/workspace/a", "rw:/workspace/link", NULL, &err) == BX_EDENIED);
    CHECK(both("rw:/workspace/a/new", "rw:/workspace/link/new", NULL, &err) == BX_EDENIED);
    CHECK(both("rw:/workspace/a", "rw:/other", a, &err) == BX_EDENIED);
    CHECK(both("rw:/workspace/a", "rw:/workspace/ab", NULL, &err) == BX_OK);
    CHECK(both("rw:/workspace/a", "read:/workspace", NULL, &err) == BX_OK);
    CHECK(both("read:/workspace/a", "rw:/workspace/a", NULL, &err) == BX_OK);
}

typedef struct waiter {
    bx_claims *claims;
    const bx_grant *g;
    _Atomic bool has;
} waiter;

static void *wait_for_it(void *arg)
{
    waiter *w = arg;
    bx_error err;
    w->has = bx_claims_take(w->claims, "two", w->g, true, &no_end, &err) == BX_OK;
    return NULL;
}

static void test_waiting(void)
{
    bx_error err = {.msg = ""};
    BX_AUTO(bx_claims) bx_claims *c = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    pthread_t thread;
    bx_ctl soon = bx_ctl_init(bx_now_ns() + 20000000);
    CHECK(bx_claims_new(&c, &err) == BX_OK && grant_of("rw:/workspace/a", NULL, &g, &err) == BX_OK);
    CHECK(bx_claims_take(c, "one", g, true, &no_end, &err) == BX_OK);
    CHECK(bx_claims_take(c, "two", g, true, &soon, &err) == BX_ETIMEOUT);
    waiter w = {.claims = c, .g = g};
    CHECK(pthread_create(&thread, NULL, wait_for_it, &w) == 0);
    (void)usleep(20000);
    CHECK(!w.has);
    bx_claims_give(c, "one");
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(w.has);
}

static void test_out_of_memory(void)
{
    bx_error err;
    EACH_ALLOC_FAILS(rc, { rc = both("rw:/workspace/a", "rw:/workspace/b", NULL, &err); });
}

BXT_MAIN(RUN(test_overlap); RUN(test_waiting); RUN(test_out_of_memory);)
