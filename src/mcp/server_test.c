#include "mcp/server.h"

#include <pthread.h>
#include <unistd.h>

#include "base/test.h"

/* ---- one tool, which does what its argument says --------------------------------------------- */

static bx_manifest manifest;

static size_t count(void *ctx)
{
    (void)ctx;
    return 1;
}

static const bx_manifest *manifest_at(void *ctx, size_t i)
{
    (void)ctx;
    (void)i;
    return &manifest;
}

static _Atomic int running, most;

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    int now = atomic_fetch_add(&running, 1) + 1, ready;
    (void)ctx;
    (void)name;
    (void)origin;
    for (int m = most; now > m && !atomic_compare_exchange_weak(&most, &m, now);)
        ;
    if (memmem(arguments.p, arguments.n, "sleep", 5))
        (void)bx_ctl_wait(ctl, NULL, 0, UINT64_MAX, &ready);
    if (memmem(arguments.p, arguments.n, "task", 4))
        (void)bx_mcp_become_task(c);
    bx_mcp_progress(c, 1, 2, BX_LIT(""));
    atomic_fetch_sub(&running, 1);
    *ret = (bx_tool_end){.text = bx_buf_init(0)};
    return bx_json_parse(BX_LIT("{\"content\":[],\"isError\":false}"), 8, &ret->result, err);
}

static bx_mcp_server *make(size_t max_calls)
{
    static const bx_mcp_tools tools = {.count = count, .manifest = manifest_at, .call = call};
    const bx_mcp_config cfg = {
        .name = BX_LIT("t"), .version = BX_LIT("1"), .tools = &tools, .max_calls = max_calls};
    bx_mcp_server *s = NULL;
    manifest.name = BX_LIT("t");
    manifest.description = BX_LIT("d");
    if (!manifest.doc && bx_json_parse(BX_LIT("{}"), 1, &manifest.doc, NULL) != BX_OK)
        return NULL;
    running = most = 0;
    return bx_mcp_server_new(&cfg, &s, NULL) == BX_OK ? s : NULL;
}

/* ---- a carrier that counts ------------------------------------------------------------------- */

typedef struct counter {
    pthread_mutex_t lock;
    pthread_cond_t news;
    int done, sent, answered, refused;
    char last[256];
} counter;

#define COUNTER {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER}

static void on_send(void *ctx, bx_str json)
{
    counter *n = ctx;
    (void)json;
    (void)pthread_mutex_lock(&n->lock);
    n->sent++;
    (void)pthread_cond_broadcast(&n->news);
    (void)pthread_mutex_unlock(&n->lock);
}

static void on_done(void *ctx, int status, bx_str json)
{
    counter *n = ctx;
    (void)pthread_mutex_lock(&n->lock);
    n->done++;
    n->answered += json.n > 0;
    n->refused += status == 503;
    (void)snprintf(n->last, sizeof n->last, "%.*s", (int)(json.n < 255 ? json.n : 255), json.p);
    (void)pthread_cond_broadcast(&n->news);
    (void)pthread_mutex_unlock(&n->lock);
}

static void wait_done(counter *n, int done)
{
    (void)pthread_mutex_lock(&n->lock);
    while (n->done < done)
        (void)pthread_cond_wait(&n->news, &n->lock);
    (void)pthread_mutex_unlock(&n->lock);
}

static void wait_running(int n)
{
    while (running < n)
        (void)usleep(200);
}

#define MODERN \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
    "\"io.modelcontextprotocol/clientCapabilities\":{\"extensions\":{" \
    "\"io.modelcontextprotocol/tasks\":{}}},\"progressToken\":1}"
#define REQUEST(id, method, params) \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" params "}}"
#define CALL(id, what) REQUEST(id, "tools/call", "\"name\":\"t\",\"arguments\":{\"" what "\":1}")

static bool say(bx_mcp_server *s, bx_mcp_session *session, const char *text, bool may_wait,
                counter *n)
{
    const bx_mcp_sink sink = {.send = on_send, .done = on_done, .ctx = n};
    const bx_mcp_facts facts = {.may_wait = may_wait};
    bx_mcp_message *m = NULL;
    if (bx_mcp_message_new(bx_str_of(text), &facts, &m, NULL) != BX_OK)
        return false;
    bx_mcp_handle(s, session, m, &sink);
    return true;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_as_many_at_once_as_may_be(void)
{
    enum { CALLS = 20, SLOTS = 4 };
    counter n = COUNTER;
    bx_mcp_server *s = make(SLOTS);
    CHECK(s);
    for (int i = 0; i < CALLS; i++)
        CHECK(say(s, NULL, CALL("1", "sleep"), false, &n));
    wait_running(SLOTS);
    CHECK(n.done == 0);
    bx_mcp_gone(s, &n);
    wait_done(&n, CALLS);
    CHECK(n.answered == 0 && most == SLOTS);
    bx_mcp_server_free(s);
}

static void test_cancel_is_of_one_session_and_id(void)
{
    counter a = COUNTER, b = COUNTER, note = COUNTER;
    bx_mcp_session *one = NULL, *two = NULL;
    bx_mcp_server *s = make(0);
    CHECK(s && bx_mcp_session_new(s, NULL, &one, NULL) == BX_OK);
    CHECK(bx_mcp_session_new(s, NULL, &two, NULL) == BX_OK);
    CHECK(say(s, one, CALL("7", "sleep"), false, &a) && say(s, two, CALL("7", "sleep"), false, &b));
    wait_running(2);
#define CANCELLED(id) \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" id "}}"
    CHECK(say(s, two, CANCELLED("\"7\""), false, &note)); /* another ID */
    CHECK(say(s, two, CANCELLED("7"), false, &note));
    wait_done(&b, 1);
    CHECK(b.answered == 0 && a.done == 0);
    bx_mcp_session_end(one);
    wait_done(&a, 1);
    CHECK(a.answered == 0);
    CHECK(!bx_mcp_session_find(s, bx_str_of(bx_mcp_session_id(one))));
    bx_mcp_session *found = bx_mcp_session_find(s, bx_str_of(bx_mcp_session_id(two)));
    CHECK(found == two);
    bx_mcp_session_unref(found);
    bx_mcp_session_unref(one);
    bx_mcp_session_unref(two);
    bx_mcp_server_free(s);
}

static void test_stop(void)
{
    counter n = COUNTER, late = COUNTER, stream = COUNTER;
    bx_mcp_server *s = make(1);
    CHECK(s);
    CHECK(say(s, NULL,
              REQUEST("5", "subscriptions/listen",
                      "\"notifications\":{\"toolsListChanged\":true}," MODERN),
              false, &stream));
    CHECK(stream.sent == 1 && stream.done == 0);
    bx_mcp_server_changed(s, BX_MCP_TOOLS_CHANGED | BX_MCP_PROMPTS_CHANGED);
    CHECK(stream.sent == 2);
    CHECK(say(s, NULL, CALL("1", "sleep"), false, &n) && say(s, NULL, CALL("2", "x"), false, &n));
    wait_running(1);
    CHECK(!bx_mcp_server_stop(s, false, bx_now_ns() + 20000000));
    CHECK(stream.done == 1 && strstr(stream.last, "subscriptionId"));
    CHECK(say(s, NULL, CALL("3", "x"), false, &late) && late.done == 1 && late.refused == 1);
    CHECK(bx_mcp_server_stop(s, true, UINT64_MAX));
    CHECK(n.done == 2);
    bx_mcp_server_free(s);
}

static bx_mcp_server *shared;

static void *client(void *arg)
{
    enum { ROUNDS = 100 };
    counter n = COUNTER;
    bx_mcp_session *session = NULL;
    bool good = bx_mcp_session_new(shared, NULL, &session, NULL) == BX_OK;
    for (int i = 0; i < ROUNDS && good; i++) {
        int before = n.done;
        good = say(shared, session, CALL("1", "x"), i % 2, &n) &&
               say(shared, session,
                   REQUEST("2", "tools/call", "\"name\":\"t\",\"arguments\":{\"task\":1}," MODERN),
                   i % 3 == 0, &n) &&
               say(shared, session, REQUEST("3", "tools/list", ""), true, &n) &&
               say(shared, session, CALL("4", "sleep"), false, &n) &&
               say(shared, session, CANCELLED("4"), false, &n);
        bx_mcp_server_changed(shared, BX_MCP_TOOLS_CHANGED);
        wait_done(&n, before + 5);
    }
    bx_mcp_session_end(session);
    bx_mcp_session_unref(session);
    *(bool *)arg = good && n.done == 5 * ROUNDS && n.answered == 3 * ROUNDS;
    return NULL;
}

static void test_many_clients(void)
{
    enum { CLIENTS = 4 };
    pthread_t threads[CLIENTS];
    bool good[CLIENTS];
    shared = make(3);
    CHECK(shared);
    for (int i = 0; i < CLIENTS; i++)
        CHECK(pthread_create(&threads[i], NULL, client, &good[i]) == 0);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < CLIENTS; i++)
        CHECK(good[i]);
    bx_mcp_server_free(shared);
}

static void test_nothing_is_left(void)
{
    bx_json_free(manifest.doc);
    manifest.doc = NULL;
    CHECK(running == 0);
}

BXT_MAIN(RUN(test_as_many_at_once_as_may_be); RUN(test_cancel_is_of_one_session_and_id);
         RUN(test_stop); RUN(test_many_clients); RUN(test_nothing_is_left);)
