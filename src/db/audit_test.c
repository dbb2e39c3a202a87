#include "db/audit.h"

#include <pthread.h>
#include <unistd.h>

#include "base/test.h"
#include "db/testkit.h"

static void a_call_has_a_begin_and_an_end(void)
{
    test_record t;
    CHECK(test_open(&t, false));
    int64_t id = 0;
    bx_error err;
    CHECK(bx_audit_begin(t.audit, &(bx_audit_call){.tool = BX_LIT("read")}, &id, &err) == BX_OK);
    CHECK(id == 1);
    test_seen seen = {.n = 0};
    CHECK(test_list(&t, &seen) && seen.n == 1 && seen.state[0] == BX_AUDIT_RUNNING);
    CHECK(bx_audit_end(t.audit, id,
                       &(bx_audit_result){.result = BX_LIT("{}"), .outcome = BX_LIT("{\"a\":1}")},
                       &err) == BX_OK);
    CHECK(test_list(&t, &seen) && seen.n == 1 && seen.state[0] == BX_AUDIT_DONE);
    CHECK(strstr(seen.end[0], "\"outcome\":{\"a\":1}") != NULL);
    bx_audit_verdict v;
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &err) == BX_OK);
    CHECK(v.whole && v.rows == 2 && v.last.id == 2 && v.first == 0);
    test_close(&t);
}

struct many {
    bx_audit *a;
    int n;
    bool bad;
};

static void *call_many(void *arg)
{
    struct many *m = arg;
    for (int i = 0; i < m->n; i++) {
        int64_t id = 0;
        bx_error err;
        if (bx_audit_begin(m->a, &(bx_audit_call){.tool = BX_LIT("read"), .run = BX_LIT("r")}, &id,
                           &err) != BX_OK ||
            bx_audit_end(m->a, id, &(bx_audit_result){.result = BX_LIT("x")}, &err) != BX_OK)
            m->bad = true;
    }
    return NULL;
}

static void the_rows_of_many_threads_are_one_chain(void)
{
    enum { THREADS = 6, EACH = 200 };
    test_record t;
    CHECK(test_open(&t, false));
    struct many m[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        m[i] = (struct many){t.audit, EACH, false};
        CHECK(pthread_create(&threads[i], NULL, call_many, &m[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        CHECK(!m[i].bad);
    }
    bx_audit_verdict v;
    bx_error err;
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &err) == BX_OK && v.whole);
    CHECK(v.rows == 2 * THREADS * EACH);
    test_seen seen = {.n = 0};
    CHECK(test_list(&t, &seen) && seen.all == THREADS * EACH && seen.unfinished == 0);
    test_close(&t);
}

static void what_is_queued_is_written_soon(void)
{
    test_record t, other;
    CHECK(test_open(&t, false));
    int64_t id = 0;
    bx_error err;
    CHECK(bx_audit_begin(t.audit, &(bx_audit_call){.tool = BX_LIT("a")}, &id, &err) == BX_OK);
    CHECK(bx_audit_end(t.audit, id, &(bx_audit_result){.result = BX_LIT("x")}, &err) == BX_OK);
    CHECK(test_open_at(&other, t.dir, false));
    bx_audit_head head = {.id = 0};
    for (int i = 0; i < 5000 && head.id != 2; i++) {
        CHECK(bx_audit_last(other.audit, &head, &err) == BX_OK);
        (void)usleep(1000);
    }
    CHECK(head.id == 2);
    test_close_only(&other);
    test_close(&t);
}

/* By turns, and several of one in a row, whose locks are kept from one to the next. */
static void write_by_turns(bool one_shot)
{
    test_record t, other;
    CHECK(test_open(&t, one_shot));
    CHECK(test_open_at(&other, t.dir, one_shot));
    bx_error err;
    for (int i = 0; i < 40; i++) {
        int64_t id = 0;
        bx_audit *a = (i < 20 ? i : i / 4) % 2 ? t.audit : other.audit;
        CHECK(bx_audit_begin(a, &(bx_audit_call){.tool = BX_LIT("a")}, &id, &err) == BX_OK);
        CHECK(bx_audit_end(a, id, &(bx_audit_result){.result = BX_LIT("x")}, &err) == BX_OK);
    }
    test_close_only(&other);
    bx_audit_verdict v;
    CHECK(bx_audit_flush(t.audit, &err) == BX_OK);
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &err) == BX_OK && v.whole && v.rows == 80);
    test_close(&t);
}

static void two_openings_write_one_chain(void)
{
    write_by_turns(true);
    write_by_turns(false);
}

static void large_texts_are_kept_beside_the_row(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    BX_AUTO_BUF args = bx_buf_init(1 << 20);
    (void)bx_buf_add_z(&args, "{\"small\":\"s\",\"large\":\"");
    for (int i = 0; i < 10000; i++)
        (void)bx_buf_add_c(&args, (char)('a' + i % 26));
    (void)bx_buf_add_z(&args, "\"}");
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    int64_t id = 0;
    CHECK(bx_json_parse(bx_buf_str(&args), 64, &doc, &err) == BX_OK);
    const bx_audit_call call = {
        .tool = BX_LIT("w"), .arguments = bx_buf_str(&args), .values = bx_json_root(doc)};
    CHECK(bx_audit_begin(t.audit, &call, &id, &err) == BX_OK);
    CHECK(bx_audit_begin(t.audit, &call, &id, &err) == BX_OK); /* the same text, kept once */
    test_seen seen = {.n = 0};
    CHECK(test_list(&t, &seen) && strstr(seen.begin[0], "\"size\":10000") != NULL);
    CHECK(strncmp(seen.begin[0], "{\"content\":[\"", 13) == 0 && strlen(seen.begin[0]) < 1000);
    bx_str large;
    uint8_t hash[BX_SHA256_BYTES];
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    CHECK(bx_json_str(bx_json_get(bx_json_root(doc), BX_LIT("large")), &large));
    bx_sha256(large.p, large.n, hash);
    CHECK(bx_audit_content(t.audit, hash, &text, &err) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&text), large));
    hash[0] ^= 1;
    CHECK(bx_audit_content(t.audit, hash, &text, &err) == BX_ENOENT);
    bx_audit_verdict v;
    CHECK(bx_audit_verify(t.audit, 1, NULL, 0, &v, &err) == BX_OK && v.whole);
    test_close(&t);
}

static void secrets_do_not_get_into_a_row(void)
{
    test_record t;
    CHECK(test_open(&t, true));
    const bx_str secret = BX_LIT("kn0wn-to-us");
    const bx_redactor known = {&secret, 1};
    const bx_str args = BX_LIT("{\"url\":\"https://h/?a=kn0wn-to-us\",\"api_key\":\"K\"}");
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    int64_t id = 0;
    CHECK(bx_json_parse(args, 64, &doc, &err) == BX_OK);
    bx_audit_call call = {
        .tool = BX_LIT("w"), .arguments = args, .values = bx_json_root(doc), .secrets = &known};
    CHECK(bx_audit_begin(t.audit, &call, &id, &err) == BX_OK);
    test_seen seen = {.n = 0};
    CHECK(test_list(&t, &seen) && !strstr(seen.begin[0], "kn0wn") &&
          strstr(seen.begin[0], "\"arguments\":{\"url\":\"https://h/?a=[redacted]\","
                                "\"api_key\":\"[redacted]\"}"));
    call.values = NULL; /* no JSON: as a text */
    CHECK(bx_audit_begin(t.audit, &call, &id, &err) == BX_OK);
    seen.n = 0;
    CHECK(test_list(&t, &seen) && !strstr(seen.begin[0], "kn0wn") &&
          !strstr(seen.begin[0], "\"K") && strstr(seen.begin[0], "arguments_text"));
    call.secrets = NULL; /* the control: what nobody knows is no secret */
    CHECK(bx_audit_begin(t.audit, &call, &id, &err) == BX_OK);
    CHECK(test_list(&t, &seen) && strstr(seen.begin[0], "kn0wn"));
    test_close(&t);
}

BXT_MAIN(RUN(a_call_has_a_begin_and_an_end); RUN(the_rows_of_many_threads_are_one_chain);
         RUN(what_is_queued_is_written_soon); RUN(two_openings_write_one_chain);
         RUN(large_texts_are_kept_beside_the_row); RUN(secrets_do_not_get_into_a_row);)
