#include "base/test.h"
#include "db/conn.h"
#include "db/testkit.h"

/* Each attack is what somebody could do who can write to the file: the triggers are dropped first.
 */

enum { CALLS = 5, AT_ZERO = -100 };

static bool fill(test_record *t)
{
    if (!test_open(t, true))
        return false;
    for (int i = 0; i < CALLS; i++) {
        int64_t id = 0;
        char run[16];
        (void)snprintf(run, sizeof run, "run%d", i);
        if (bx_audit_begin(t->audit,
                           &(bx_audit_call){.tool = BX_LIT("read"), .run = bx_str_of(run)}, &id,
                           &t->err) != BX_OK ||
            bx_audit_end(t->audit, id, &(bx_audit_result){.result = BX_LIT("x")}, &t->err) != BX_OK)
            return false;
    }
    return bx_audit_flush(t->audit, &t->err) == BX_OK;
}

static bool attack(const test_record *t, const char *sql)
{
    bx_db_conn *c = NULL;
    bx_error err;
    bool done = bx_db_conn_open(bx_db_path(t->db), BX_DB_MAKES, false, &c, &err) == BX_OK &&
                bx_db_exec(c,
                           "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
                           "DROP TRIGGER content_no_update; DROP TRIGGER content_no_delete",
                           &err) == BX_OK &&
                bx_db_exec(c, sql, &err) == BX_OK;
    if (!done)
        printf("# %s\n", err.msg);
    bx_db_conn_close(c);
    return done;
}

/* The verdict after an attack: the row that is the first wrong one, or 0; -1: no verdict. */
static int64_t judge(const char *sql, const bx_audit_head *head)
{
    test_record t;
    bx_audit_verdict v;
    int64_t first = -1;
    if (fill(&t) && (!sql || attack(&t, sql)) &&
        bx_audit_verify(t.audit, 1, head, head ? 1 : 0, &v, &t.err) == BX_OK)
        first = v.whole ? 0 : v.first ? v.first : AT_ZERO;
    test_close(&t);
    return first;
}

static void an_untouched_record_is_whole(void) { CHECK(judge(NULL, NULL) == 0); }

static void a_harmless_statement_leaves_it_whole(void) /* the control of `attack` */
{
    CHECK(judge("SELECT 1", NULL) == 0);
    CHECK(judge("DELETE FROM audit_by; DELETE FROM audit_end; UPDATE audit_mark SET id = 0",
                NULL) == 0);
}

static void changed_rows_are_found(void)
{
    CHECK(judge("UPDATE audit SET body = body || ' ' WHERE id = 4", NULL) == 4);
    CHECK(judge("UPDATE audit SET body = replace(body, 'false', 'true ') WHERE id = 4", NULL) == 4);
    CHECK(judge("UPDATE audit SET tool = 'write' WHERE id = 5", NULL) == 5);
    CHECK(judge("UPDATE audit SET run = '' WHERE id = 5", NULL) == 5);
    CHECK(judge("UPDATE audit SET time = time + 1 WHERE id = 1", NULL) == 1);
    CHECK(judge("UPDATE audit SET kind = 1 WHERE id = 10", NULL) == 10);
    CHECK(judge("UPDATE audit SET call = 1 WHERE id = 10", NULL) == 10);
    CHECK(judge("UPDATE audit SET hash = zeroblob(32) WHERE id = 3", NULL) == 3);
    CHECK(judge("UPDATE audit SET hash = x'00' WHERE id = 3", NULL) == 3);
    CHECK(judge("UPDATE audit SET prev = zeroblob(32) WHERE id = 3", NULL) == 3);
    /* What moves from one column to the next is a change as well. */
    CHECK(judge("UPDATE audit SET tool = tool || substr(run, 1, 1), run = substr(run, 2)"
                " WHERE id = 3",
                NULL) == 3);
}

static void missing_rows_are_found(void)
{
    CHECK(judge("DELETE FROM audit WHERE id = 1", NULL) == 1);
    CHECK(judge("DELETE FROM audit WHERE id = 4", NULL) == 4);
    CHECK(judge("DELETE FROM audit WHERE id BETWEEN 4 AND 7", NULL) == 4);
    CHECK(judge("DELETE FROM audit WHERE id = 4; UPDATE audit SET id = id - 1 WHERE id > 4",
                NULL) == 4);
}

static void moved_rows_are_found(void)
{
    CHECK(judge("UPDATE audit SET id = 100 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 5;"
                "UPDATE audit SET id = 5 WHERE id = 100",
                NULL) == 3);
}

static void rows_that_were_put_in_are_found(void)
{
    CHECK(judge("INSERT INTO audit SELECT 11, kind, call, time, tool, run, body, prev, hash FROM"
                " audit WHERE id = 3",
                NULL) == 11);
    CHECK(judge("INSERT INTO audit SELECT 0, kind, call, time, tool, run, body, prev, hash FROM"
                " audit WHERE id = 1",
                NULL) == AT_ZERO);
    CHECK(judge("INSERT INTO audit SELECT 11, 1, 0, time, tool, run, body, hash, hash FROM"
                " audit WHERE id = 10",
                NULL) == 11);
}

static bx_audit_head head_of(test_record *t)
{
    bx_audit_head h = {.id = -1};
    if (bx_audit_last(t->audit, &h, &t->err) != BX_OK)
        h.id = -1;
    return h;
}

/* The rows are left alone, and lists are to leave some out. */
static void hidden_calls_are_found(void)
{
    static const char *const attacks[] = {
        "DELETE FROM audit_by WHERE id = 3 AND kind = 1",
        "DELETE FROM audit_by WHERE id = 3 AND kind = 2",
        "UPDATE audit_by SET name = 'x' WHERE id = 3 AND kind = 1",
        "UPDATE audit_by SET id = 99 WHERE id = 3 AND kind = 1",
        "DELETE FROM audit_end WHERE call = 3",
        "UPDATE audit_end SET id = 2 WHERE call = 3",
    };
    for (size_t i = 0; i < BX_COUNT(attacks); i++) {
        test_record t;
        test_seen seen;
        bx_audit_verdict v;
        CHECK(fill(&t) && test_list(&t, &seen) && seen.all == CALLS); /* which derives them */
        CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
        CHECK(attack(&t, attacks[i]));
        CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && !v.whole);
        CHECK(v.first == 0 && strstr(v.what, "lists"));
        CHECK(test_list(&t, &seen) && seen.all == CALLS && seen.unfinished == 0);
        CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole); /* anew */
        test_close(&t);
    }
}

static void rows_that_were_cut_off_show_against_a_head(void)
{
    test_record t;
    bx_audit_verdict v;
    CHECK(fill(&t));
    bx_audit_head head = head_of(&t);
    CHECK(head.id == 2 * CALLS);
    CHECK(bx_audit_verify(t.audit, 1, &head, 1, &v, &t.err) == BX_OK && v.whole);
    CHECK(attack(&t, "DELETE FROM audit WHERE id > 7"));
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole); /* the control */
    CHECK(bx_audit_verify(t.audit, 1, &head, 1, &v, &t.err) == BX_OK && !v.whole && v.first == 8);
    test_close(&t);
}

/* Whoever makes all hashes anew is told by a head from before. */
static void a_forged_chain_shows_against_a_head(void)
{
    test_record t;
    bx_audit_verdict v;
    CHECK(fill(&t));
    bx_audit_head head = head_of(&t);
    test_record other;
    CHECK(fill(&other)); /* another record of as many rows stands for the forgery */
    CHECK(bx_audit_verify(other.audit, 1, &head, 1, &v, &t.err) == BX_OK);
    CHECK(!v.whole && v.first == head.id);
    test_close(&other);
    test_close(&t);
}

static void from_a_row_on(void)
{
    test_record t;
    bx_audit_verdict v;
    CHECK(fill(&t));
    CHECK(attack(&t, "UPDATE audit SET time = 0 WHERE id = 2"));
    CHECK(bx_audit_verify(t.audit, 5, NULL, 0, &v, &t.err) == BX_OK && v.whole && v.rows == 6);
    CHECK(bx_audit_verify(t.audit, 2, NULL, 0, &v, &t.err) == BX_OK && v.first == 2);
    CHECK(bx_audit_verify(t.audit, 99, NULL, 0, &v, &t.err) == BX_ENOENT);
    test_close(&t);
}

static void contents_are_checked(void)
{
    static const char *const attacks[] = {"UPDATE content SET bytes = x'00'",
                                          "DELETE FROM content"};
    for (size_t i = 0; i <= BX_COUNT(attacks); i++) {
        test_record t;
        int64_t id = 0;
        bx_audit_verdict v;
        BX_AUTO_BUF large = bx_buf_init(1 << 20);
        while (large.n < BX_AUDIT_MAX_INLINE + 1)
            (void)bx_buf_add_c(&large, 'x');
        CHECK(test_open(&t, true));
        CHECK(bx_audit_begin(t.audit,
                             &(bx_audit_call){.tool = BX_LIT("a"), .arguments = bx_buf_str(&large)},
                             &id, &t.err) == BX_OK);
        if (i < BX_COUNT(attacks))
            CHECK(attack(&t, attacks[i]));
        CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK);
        CHECK(v.whole == (i == BX_COUNT(attacks)) && v.first == (v.whole ? 0 : 1));
        test_close(&t);
    }
}

static bx_code try_sql(void *ctx, bx_db_conn *c, bx_error *err) { return bx_db_exec(c, ctx, err); }

static void rows_are_not_changed_by_accident(void)
{
    static char update[] = "UPDATE audit SET time = 0", erase[] = "DELETE FROM audit",
                content[] = "DELETE FROM content",
                schema[] = "PRAGMA writable_schema=1;"
                           "DELETE FROM sqlite_schema",
                fine[] = "UPDATE audit_mark SET id = id";
    test_record t;
    bx_audit_verdict v;
    CHECK(fill(&t));
    CHECK(bx_db_write(t.db, try_sql, update, &t.err) != BX_OK);
    CHECK(strstr(t.err.msg, "only added to"));
    CHECK(bx_db_write(t.db, try_sql, erase, &t.err) != BX_OK);
    CHECK(bx_db_write(t.db, try_sql, content, &t.err) == BX_OK); /* there is none */
    CHECK(bx_db_write(t.db, try_sql, schema, &t.err) != BX_OK);
    CHECK(bx_db_write(t.db, try_sql, fine, &t.err) == BX_OK); /* the control */
    CHECK(bx_db_read(t.db, try_sql, fine, &t.err) != BX_OK);  /* readers cannot write */
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err) == BX_OK && v.whole);
    test_close(&t);
}

BXT_MAIN(RUN(an_untouched_record_is_whole); RUN(a_harmless_statement_leaves_it_whole);
         RUN(changed_rows_are_found); RUN(missing_rows_are_found); RUN(moved_rows_are_found);
         RUN(rows_that_were_put_in_are_found); RUN(hidden_calls_are_found);
         RUN(rows_that_were_cut_off_show_against_a_head); RUN(a_forged_chain_shows_against_a_head);
         RUN(from_a_row_on); RUN(contents_are_checked); RUN(rows_are_not_changed_by_accident);)
