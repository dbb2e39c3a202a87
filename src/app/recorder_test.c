#include "app/recorder.h"

#include "base/test.h"
#include "db/testkit.h"
#include "tool/invoke.h"

static const char manifest_text[] =
    "{\"name\":\"probe\",\"version\":\"1.2.3\",\"description\":\"a tool of a test\","
    "\"permission\":\"read\",\"call\":\"json\",\"input_schema\":{\"type\":\"object\"},"
    "\"needs\":[\"read:/workspace\"],\"limits\":{\"wall\":\"5s\"},"
    "\"annotations\":{\"title\":\"t\",\"readOnlyHint\":true,\"destructiveHint\":false,"
    "\"idempotentHint\":true,\"openWorldHint\":false}}";

typedef struct bench { /* one call, and where it is recorded */
    test_record t;
    bx_recorder *recorder;
    bx_manifest *manifest;
    bx_grant *grant;
    bx_json *values;
    bx_gate_call call;
} bench;

static bool set_up(bench *b, const char *arguments)
{
    bx_error err;
    char dir[TEST_DIR];
    *b = (bench){.recorder = NULL};
    (void)setenv("BX_TEST_API_KEY", "hunter2-hunter2", 1);
    bool good = test_dir(dir);
    (void)snprintf(b->t.dir, sizeof b->t.dir, "%s", dir);
    const bx_db_config cfg = {.dir = b->t.dir, .one_shot = true};
    good = good && bx_db_open(&cfg, &b->t.db, &err) == BX_OK &&
           bx_recorder_new(b->t.db, &b->recorder, &err) == BX_OK &&
           bx_manifest_from_json(bx_str_of(manifest_text), &b->manifest, &err) == BX_OK &&
           bx_grant_new(&b->grant, &err) == BX_OK &&
           bx_grant_mount(b->grant, BX_LIT("/tmp"), BX_LIT("/workspace"), &err) == BX_OK &&
           bx_grant_allow(b->grant, BX_LIT("read:/workspace"), &err) == BX_OK &&
           bx_grant_allow(b->grant, BX_LIT("env:BX_TEST_API_KEY"), &err) == BX_OK &&
           bx_grant_allow(b->grant, BX_LIT("env:A_TOKEN=swordfish-9"), &err) == BX_OK &&
           bx_grant_limit(b->grant, BX_LIT("wall=5s"), &err) == BX_OK &&
           bx_json_parse(bx_str_of(arguments), BX_JSON_MAX_DEPTH, &b->values, &err) == BX_OK;
    if (!good) {
        printf("# %s\n", err.msg);
        return false;
    }
    b->t.audit = bx_recorder_audit(b->recorder);
    b->call = (bx_gate_call){
        .manifest = b->manifest,
        .arguments = bx_str_of(arguments),
        .values = bx_json_root(b->values),
        .run = b->grant,
        .origin = {
            .client = BX_LIT("test"), .run = BX_LIT("run1"), .key = BX_LIT("key1"), .parent = 7}};
    return true;
}

static void tear_down(bench *b)
{
    bx_json_free(b->values);
    bx_grant_free(b->grant);
    bx_manifest_free(b->manifest);
    bx_recorder_free(b->recorder);
    bx_db_close(b->t.db);
    test_remove(b->t.dir);
}

static bool holds(const char *text, const char *part)
{
    if (strstr(text, part))
        return true;
    printf("# no %s in %s\n", part, text);
    return false;
}

static void a_call_is_recorded_with_all_that_is_known(void)
{
    bench b;
    bx_error err;
    int64_t id = 0;
    CHECK(set_up(&b, "{\"path\":\"a\"}"));
    const bx_gate_recorder *port = bx_recorder_port(b.recorder);
    bx_gate_decision d = {.answer = BX_GATE_ALLOW, .why = bx_buf_init(256)};
    (void)bx_buf_add_z(&d.why, "boxagnts.yaml:3: allow probe");
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_RUNS, &d, b.grant, &id, &err) == BX_OK &&
          id == 1);
    bx_tool_end end = {.entered = true, .text = bx_buf_init(64)};
    (void)bx_buf_add_z(&end.text, "{}\n");
    bx_outcome_init(&end.outcome);
    end.outcome.kind = BX_OUT_EXIT;
    end.outcome.wall_ns = 5000000;
    bx_record touched;
    bx_record_init(&touched);
    const bx_fs_event ev = {.op = BX_FS_OPEN, .path = BX_LIT("/workspace/a"), .rights = 1};
    bx_record_add_file(&touched, &ev, 1);
    CHECK(port->end(port->ctx, id, &end, &touched, &err) == BX_OK);
    test_seen seen;
    CHECK(test_list(&b.t, &seen) && seen.n == 1 && seen.state[0] == BX_AUDIT_DONE);
    static const char *const begin_parts[] = {
        "\"version\":\"1.2.3\"",
        "\"client\":\"test\"",
        "\"key\":\"key1\"",
        "\"parent\":7",
        "\"arguments\":{\"path\":\"a\"}",
        "\"fate\":\"runs\"",
        "{\"answer\":\"allow\",\"why\":\"boxagnts.yaml:3: allow probe\"}",
        "\"read:/workspace\"",
        "\"mounts\":{\"/workspace\":\"/tmp\"}",
        "\"limits\":{\"wall\":\"5s\"}",
        "\"env:A_TOKEN=[redacted]\"",
        "\"env:BX_TEST_API_KEY\""};
    for (size_t i = 0; i < BX_COUNT(begin_parts); i++)
        CHECK(holds(seen.begin[0], begin_parts[i]));
    static const char *const end_parts[] = {
        "\"is_error\":false", "\"size\":3", "\"kind\":\"exit\"", "\"wall_us\":5000",
        "{\"op\":\"open\",\"path\":\"/workspace/a\",\"rights\":\"r\"}"};
    for (size_t i = 0; i < BX_COUNT(end_parts); i++)
        CHECK(holds(seen.end[0], end_parts[i]));
    bx_record_done(&touched);
    bx_outcome_done(&end.outcome);
    bx_buf_done(&end.text);
    bx_buf_done(&d.why);
    tear_down(&b);
}

static void a_call_that_is_refused_is_recorded_too(void)
{
    bench b;
    bx_error err;
    int64_t id = 0;
    CHECK(set_up(&b, "{}"));
    const bx_gate_recorder *port = bx_recorder_port(b.recorder);
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_INVALID, NULL, NULL, &id, &err) == BX_OK);
    bx_tool_end end = {.is_error = true, .text = bx_buf_init(64)};
    bx_outcome_init(&end.outcome);
    CHECK(port->end(port->ctx, id, &end, NULL, &err) == BX_OK);
    test_seen seen;
    CHECK(test_list(&b.t, &seen) && seen.n == 1);
    CHECK(holds(seen.begin[0], "\"fate\":\"invalid\"") && !strstr(seen.begin[0], "decision") &&
          !strstr(seen.begin[0], "grant"));
    CHECK(holds(seen.end[0], "\"is_error\":true") && holds(seen.end[0], "\"outcome\":{}"));
    bx_outcome_done(&end.outcome);
    tear_down(&b);
}

/* What the grant holds or names is looked for everywhere: arguments, paths, errors. */
static void secrets_of_the_grant_are_in_no_row(void)
{
    bench b;
    bx_error err;
    int64_t id = 0;
    CHECK(set_up(&b, "{\"q\":\"a hunter2-hunter2 b\",\"r\":[\"swordfish-9\"]}"));
    const bx_gate_recorder *port = bx_recorder_port(b.recorder);
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_RUNS, NULL, b.grant, &id, &err) == BX_OK);
    bx_tool_end end = {.entered = true, .text = bx_buf_init(64)};
    bx_outcome_init(&end.outcome);
    end.outcome.error = bx_strndup("failed with hunter2-hunter2", 27);
    bx_record touched;
    bx_record_init(&touched);
    const bx_fs_event ev = {.op = BX_FS_OPEN, .path = BX_LIT("/workspace/hunter2-hunter2")};
    bx_record_add_file(&touched, &ev, 1);
    CHECK(port->end(port->ctx, id, &end, &touched, &err) == BX_OK);
    test_seen seen;
    CHECK(test_list(&b.t, &seen) && seen.n == 1);
    CHECK(!strstr(seen.begin[0], "hunter2") && !strstr(seen.begin[0], "swordfish"));
    CHECK(!strstr(seen.end[0], "hunter2"));
    CHECK(holds(seen.begin[0], "\"q\":\"a [redacted] b\"") &&
          holds(seen.end[0], "failed with [redacted]"));
    /* The control: the same words, when the grant knows no secret. */
    bx_grant *plain = NULL;
    CHECK(bx_grant_new(&plain, &err) == BX_OK);
    b.call.run = plain;
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_RUNS, NULL, plain, &id, &err) == BX_OK);
    CHECK(test_list(&b.t, &seen) && holds(seen.begin[0], "hunter2-hunter2"));
    bx_grant_free(plain);
    bx_record_done(&touched);
    bx_outcome_done(&end.outcome);
    tear_down(&b);
}

/* The process ends under calls that do not: each has one end, whatever it does afterwards. */
static void calls_that_are_cut_off_have_an_end(void)
{
    bench b;
    bx_error err;
    int64_t whole = 0, cut = 0;
    test_seen seen;
    CHECK(set_up(&b, "{}"));
    const bx_gate_recorder *port = bx_recorder_port(b.recorder);
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_RUNS, NULL, b.grant, &whole, &err) == BX_OK);
    CHECK(port->begin(port->ctx, &b.call, BX_FATE_RUNS, NULL, b.grant, &cut, &err) == BX_OK);
    bx_tool_end end = {.entered = true, .text = bx_buf_init(64)};
    bx_outcome_init(&end.outcome);
    end.outcome.kind = BX_OUT_EXIT;
    CHECK(port->end(port->ctx, whole, &end, NULL, &err) == BX_OK);
    CHECK(test_list(&b.t, &seen) && seen.n == 2 && seen.state[0] == BX_AUDIT_RUNNING);
    CHECK(bx_recorder_cut_off(b.recorder, &err) == BX_OK);
    CHECK(port->end(port->ctx, cut, &end, NULL, &err) == BX_OK); /* too late */
    CHECK(bx_recorder_cut_off(b.recorder, &err) == BX_OK);
    CHECK(test_list(&b.t, &seen) && seen.n == 2 && seen.state[0] == BX_AUDIT_DONE &&
          seen.state[1] == BX_AUDIT_DONE);
    CHECK(holds(seen.end[0], "cut off") && holds(seen.end[0], "\"is_error\":true"));
    CHECK(holds(seen.end[1], "\"kind\":\"exit\"") && !strstr(seen.end[1], "cut off"));
    bx_audit_head head;
    CHECK(bx_audit_last(b.t.audit, &head, &err) == BX_OK && head.id == 4);
    bx_outcome_done(&end.outcome);
    tear_down(&b);
}

BXT_MAIN(RUN(a_call_is_recorded_with_all_that_is_known);
         RUN(a_call_that_is_refused_is_recorded_too); RUN(secrets_of_the_grant_are_in_no_row);
         RUN(calls_that_are_cut_off_have_an_end);)
