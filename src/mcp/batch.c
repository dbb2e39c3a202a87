/* Batches of 2025-03-26: several messages in one array, answered by one array. */
#include "mcp/call.h"

typedef struct batch {
    bx_mcp_sink sink;
    pthread_mutex_t lock;
    size_t left; /* messages without an answer, and one for who hands them out */
    bx_buf out;
} batch;

static void send(void *ctx, bx_str json)
{
    batch *b = ctx;
    (void)pthread_mutex_lock(&b->lock); /* for one message one at a time, and this is one */
    b->sink.send(b->sink.ctx, json);
    (void)pthread_mutex_unlock(&b->lock);
}

static void done(void *ctx, int status, bx_str json)
{
    batch *b = ctx;
    (void)status;
    (void)pthread_mutex_lock(&b->lock);
    if (json.n) {
        (void)bx_buf_add_c(&b->out, b->out.n ? ',' : '[');
        (void)bx_buf_add_str(&b->out, json);
    }
    bool last = --b->left == 0;
    (void)pthread_mutex_unlock(&b->lock);
    if (!last)
        return;
    if (b->out.n)
        (void)bx_buf_add_c(&b->out, ']');
    bx_str all = b->out.fail ? BX_LIT("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"
                                      "\"message\":\"the answers are too long together\"}}")
                             : bx_buf_str(&b->out);
    b->sink.done(b->sink.ctx, all.n ? 200 : 202, all);
    bx_buf_done(&b->out);
    (void)pthread_mutex_destroy(&b->lock);
    free(b);
}

static void handle_one(bx_mcp_server *s, bx_mcp_session *session, const bx_mcp_message *of,
                       const bx_json_val *v, const bx_mcp_sink *sink)
{
    BX_AUTO_BUF text = bx_buf_init(2 * (size_t)BX_MCP_MAX_MESSAGE);
    bx_mcp_message *m = NULL;
    const bx_mcp_facts facts = {.http = of->http};
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, v);
    bx_code rc = bx_json_out_end(&o, NULL);
    if (rc == BX_OK)
        rc = bx_mcp_message_new(bx_buf_str(&text), &facts, &m, NULL);
    if (rc != BX_OK) {
        sink->done(sink->ctx, 500, BX_LIT(""));
        return;
    }
    if (m->kind == BX_MCP_BATCH || m->modern || bx_mcp_message_opens(m)) {
        bx_mcp_message_free(m);
        m = NULL;
        rc = bx_mcp_message_refused(
            "a batch has no batches, no initialize and nothing of " BX_MCP_MODERN " in it", &m,
            NULL);
        if (rc != BX_OK) {
            sink->done(sink->ctx, 500, BX_LIT(""));
            return;
        }
    }
    bx_mcp_handle(s, session, m, sink);
}

static void refuse(bx_mcp_server *s, bx_mcp_session *session, const bx_mcp_sink *sink,
                   const char *why)
{
    bx_mcp_message *m = NULL;
    if (bx_mcp_message_refused(why, &m, NULL) != BX_OK) {
        sink->done(sink->ctx, 500, BX_LIT(""));
        return;
    }
    m->fault.code = RPC_INVALID_REQUEST;
    bx_mcp_handle(s, session, m, sink);
}

void mcp_batch(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
               const bx_mcp_sink *sink)
{
    BX_AUTO(bx_mcp_message) bx_mcp_message *owned = m;
    const char *version = session ? session->version : NULL;
    if (!version || strcmp(version, "2025-03-26") != 0) {
        refuse(s, session, sink, "batches are of 2025-03-26 only: send one message at a time");
        return;
    }
    batch *b = bx_calloc(1, sizeof *b);
    if (!b) {
        refuse(s, session, sink, "out of memory");
        return;
    }
    const bx_json_val *all = bx_json_root(m->doc);
    b->sink = *sink;
    b->left = bx_json_size(all) + 1;
    b->out = bx_buf_init(MCP_MAX_RESULT);
    (void)pthread_mutex_init(&b->lock, NULL);
    const bx_mcp_sink ours = {.send = send, .done = done, .ctx = b};
    bx_json_iter it = bx_json_iter_of(all);
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));)
        handle_one(s, session, m, v, &ours);
    done(b, 0, BX_LIT(""));
}
