/* db/testkit.h - a record in a directory of its own, for tests. */
#ifndef BX_DB_TESTKIT_H
#define BX_DB_TESTKIT_H

#include <stdio.h>
#include <unistd.h>

#include "db/audit.h"

typedef struct test_record {
    char dir[64];
    bx_db *db;
    bx_audit *audit;
    bx_error err;
} test_record;

BX_UNUSED static bool test_open_at(test_record *t, const char *dir, bool one_shot)
{
    *t = (test_record){.db = NULL};
    (void)snprintf(t->dir, sizeof t->dir, "%s", dir);
    const bx_db_config cfg = {.dir = t->dir, .one_shot = one_shot};
    if (bx_db_open(&cfg, &t->db, &t->err) == BX_OK &&
        bx_audit_new(t->db, &t->audit, &t->err) == BX_OK)
        return true;
    printf("# %s\n", t->err.msg);
    return false;
}

enum { TEST_DIR = 64 };

/* A new directory, in memory where there is such a place: a test need not wait for a disk. */
BX_UNUSED static bool test_dir(char dir[TEST_DIR])
{
    static const char *const places[] = {"/dev/shm", "/tmp"};
    for (size_t i = 0; i < BX_COUNT(places); i++) {
        (void)snprintf(dir, TEST_DIR, "%s/boxagnts-db-test.XXXXXX", places[i]);
        if (mkdtemp(dir))
            return true;
    }
    return false;
}

BX_UNUSED static bool test_open(test_record *t, bool one_shot)
{
    char dir[TEST_DIR];
    return test_dir(dir) && test_open_at(t, dir, one_shot);
}

BX_UNUSED static void test_close_only(test_record *t)
{
    bx_audit_free(t->audit);
    bx_db_close(t->db);
}

BX_UNUSED static void test_remove(const char *dir)
{
    static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock"};
    char path[128];
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

BX_UNUSED static void test_close(test_record *t)
{
    test_close_only(t);
    test_remove(t->dir);
}

typedef struct test_seen { /* the newest calls of a listing */
    int n, all, unfinished;
    bx_audit_state state[4];
    int64_t id[4];
    char begin[4][4096], end[4][4096];
} test_seen;

BX_UNUSED static bool test_see(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                               bx_audit_state state)
{
    test_seen *s = ctx;
    s->all++;
    s->unfinished += state == BX_AUDIT_UNFINISHED;
    if (s->n == 4)
        return true;
    s->state[s->n] = state;
    s->id[s->n] = begin->id;
    (void)snprintf(s->begin[s->n], sizeof s->begin[0], "%.*s", (int)begin->body.n, begin->body.p);
    (void)snprintf(s->end[s->n], sizeof s->end[0], "%.*s", end ? (int)end->body.n : 0,
                   end ? end->body.p : "");
    s->n++;
    return true;
}

BX_UNUSED static bool test_list(test_record *t, test_seen *s)
{
    const bx_audit_filter all = {.limit = 0};
    *s = (test_seen){.n = 0};
    bx_code rc = bx_audit_list(t->audit, &all, test_see, s, &t->err);
    if (rc != BX_OK)
        printf("# %s\n", t->err.msg);
    return rc == BX_OK;
}

#endif
