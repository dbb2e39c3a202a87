#include "mcp/server.h"

#include <stdio.h>
#include <unistd.h>

#include "mcp/artifacts.h"
#include "mcp/call.h"
#include "mcp/tasks.h"
#include "os/random.h"

/* ---- making one ------------------------------------------------------------------------------ */

static bx_code copy(bx_str *text, bx_buf *into, bx_error *err)
{
    *into = bx_buf_init(64 << 10);
    (void)bx_buf_add_str(into, *text);
    *text = bx_buf_str(into);
    return bx_wrap(bx_buf_check(into, err), err, "a text of the MCP server");
}

static bx_code write_info(bx_mcp_server *s, bx_error *err)
{
    s->info = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&s->info);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "name", s->cfg.name);
    if (s->cfg.title.n)
        mcp_put(&o, "title", s->cfg.title);
    mcp_put(&o, "version", s->cfg.version);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static void free_parts(bx_mcp_server *s)
{
    while (s->n_handles)
        (void)close(s->handles[--s->n_handles]);
    mcp_artifacts_free(s->artifacts);
    mcp_tasks_free(s->tasks);
    bx_buf_done(&s->name);
    bx_buf_done(&s->title);
    bx_buf_done(&s->version);
    bx_buf_done(&s->instructions);
    bx_buf_done(&s->info);
    (void)pthread_cond_destroy(&s->work);
    (void)pthread_cond_destroy(&s->over);
    (void)pthread_cond_destroy(&s->tick);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

static void init_locks(bx_mcp_server *s)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->work, &attr);
    (void)pthread_cond_init(&s->over, &attr);
    (void)pthread_cond_init(&s->tick, &attr);
    (void)pthread_condattr_destroy(&attr);
}

bx_code bx_mcp_server_new(const bx_mcp_config *cfg, bx_mcp_server **ret, bx_error *err)
{
    bx_mcp_server *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "an MCP server");
    init_locks(s);
    s->cfg = *cfg;
    s->queue_end = &s->queue;
    s->ready_end = &s->ready;
    if (s->cfg.max_calls == 0)
        s->cfg.max_calls = 16;
    if (s->cfg.max_calls > BX_MCP_MAX_CALLS)
        s->cfg.max_calls = BX_MCP_MAX_CALLS;
    bx_code rc = copy(&s->cfg.name, &s->name, err);
    if (rc == BX_OK)
        rc = copy(&s->cfg.title, &s->title, err);
    if (rc == BX_OK)
        rc = copy(&s->cfg.version, &s->version, err);
    if (rc == BX_OK)
        rc = copy(&s->cfg.instructions, &s->instructions, err);
    if (rc == BX_OK)
        rc = write_info(s, err);
    if (rc == BX_OK)
        rc = bx_random_fill(s->key, sizeof s->key, err);
    if (rc == BX_OK)
        rc = mcp_artifacts_new(&s->artifacts, err);
    if (rc == BX_OK)
        *ret = s;
    else
        free_parts(s);
    return rc;
}

/* ---- its end --------------------------------------------------------------------------------- */

static bool is_stream(const bx_mcp_call *c, const void *of)
{
    (void)of;
    return c->listens;
}

static bool is_any(const bx_mcp_call *c, const void *of)
{
    (void)c;
    (void)of;
    return true;
}

static struct timespec at(uint64_t ns)
{
    enum { NS_PER_SEC = 1000000000 };
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_SEC),
                             .tv_nsec = (long)(ns % NS_PER_SEC)};
}

bool bx_mcp_server_stop(bx_mcp_server *s, bool cancel, uint64_t until_ns)
{
    (void)pthread_mutex_lock(&s->lock);
    s->stopping = true;
    mcp_dispatch_locked(s);
    (void)pthread_cond_broadcast(&s->work);
    (void)pthread_cond_broadcast(&s->tick);
    (void)pthread_mutex_unlock(&s->lock);
    mcp_end_streams(s);
    mcp_cancel_where(s, cancel ? is_any : is_stream, NULL);
    (void)pthread_mutex_lock(&s->lock);
    const struct timespec until = at(until_ns);
    int late = 0;
    while ((s->n_calls || s->n_threads || s->pulses) && late == 0)
        late = until_ns == UINT64_MAX ? pthread_cond_wait(&s->over, &s->lock)
                                      : pthread_cond_timedwait(&s->over, &s->lock, &until);
    bool none = !s->n_calls && !s->n_threads && !s->pulses;
    (void)pthread_mutex_unlock(&s->lock);
    return none;
}

void bx_mcp_server_free(bx_mcp_server *s)
{
    if (!s)
        return;
    (void)bx_mcp_server_stop(s, true, UINT64_MAX);
    mcp_sessions_end(s);
    free_parts(s);
}

/* ---- one request ----------------------------------------------------------------------------- */

void mcp_answer_fault(bx_mcp_call *c)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_str json = mcp_fault_write(&c->fault, bx_buf_str(&c->m->id), &text) == BX_OK
                      ? bx_buf_str(&text)
                      : BX_LIT("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"
                               "\"message\":\"out of memory\"}}");
    mcp_close(c, c->m->http && !c->m->modern && c->fault.status == 404 ? 200 : c->fault.status,
              json);
}

/* What a handler says is wrong, where it did not say how. */
static void fault_of(bx_mcp_call *c, bx_code rc, const bx_error *err)
{
    bool theirs = rc == BX_EINVAL || rc == BX_ENOENT;
    mcp_fault_set(&c->fault, theirs ? RPC_INVALID_PARAMS : RPC_INTERNAL,
                  theirs && c->m->modern ? 400 : 200, "%s", err->msg);
}

static void put_server_info(bx_mcp_call *c, bx_json_out *o)
{
    if (!c->m->modern)
        return;
    if (!c->result_type_written)
        mcp_put(o, "resultType", BX_LIT("complete"));
    if (c->meta_written)
        return;
    bx_json_out_key(o, BX_LIT("_meta"));
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT(META_PREFIX "serverInfo"));
    bx_json_out_raw(o, bx_buf_str(&c->server->info));
    bx_json_out_end_object(o);
}

static void begin_answer(bx_mcp_call *c, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    mcp_put(o, "jsonrpc", BX_LIT("2.0"));
    bx_json_out_key(o, BX_LIT("id"));
    bx_json_out_raw(o, bx_buf_str(&c->m->id));
    bx_json_out_key(o, BX_LIT("result"));
    bx_json_out_begin_object(o);
    c->result_at = o->buf->n - 1;
}

/* The members of the result of a handler, or of the questions it asked. */
static bx_code write_result(bx_mcp_call *c, bx_buf *out, bx_error *err)
{
    bx_json_out o = bx_json_out_on(out);
    begin_answer(c, &o);
    bx_code rc = c->method->serve(c, &o, err);
    if (c->fault.code && !c->n_asked)
        return BX_EINVAL;
    if (c->n_asked) { /* whatever was written: the questions come first */
        bx_buf_clear(out);
        o = bx_json_out_on(out);
        c->result_type_written = c->meta_written = false;
        begin_answer(c, &o);
        rc = mcp_ask_write(c, &o, err);
    }
    if (rc != BX_OK)
        return rc;
    put_server_info(c, &o);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

typedef struct ending {
    bool cancelled, task;
} ending;

/* From here on nothing else answers it. */
static ending begin_ending(bx_mcp_call *c)
{
    (void)pthread_mutex_lock(&c->server->lock);
    c->ending = true;
    const ending e = {c->cancelled, c->task != NULL};
    (void)pthread_mutex_unlock(&c->server->lock);
    return e;
}

/* The value of `result` in a whole answer. */
static bx_str result_in(const bx_mcp_call *c, const bx_buf *out)
{
    return (bx_str){out->p + c->result_at, out->n - c->result_at - 1};
}

static void answer(bx_mcp_call *c)
{
    BX_AUTO_BUF out = bx_buf_init(MCP_MAX_RESULT);
    bx_error err = {.msg = ""};
    bx_code rc = mcp_ask_begin(c, &err);
    if (rc == BX_OK)
        rc = write_result(c, &out, &err);
    if (c->stays)
        return;
    if (rc != BX_OK)
        fault_of(c, rc, &err);
    const ending e = begin_ending(c);
    if (e.task)
        mcp_task_end(c, rc == BX_OK ? result_in(c, &out) : BX_LIT(""));
    else if (e.cancelled)
        mcp_close(c, 0, BX_LIT(""));
    else if (rc == BX_OK)
        mcp_close(c, 200, bx_buf_str(&out));
    else
        mcp_answer_fault(c);
}

bool mcp_serve(bx_mcp_call *c)
{
    (void)pthread_mutex_lock(&c->server->lock);
    bool stopping = c->server->stopping;
    (void)pthread_mutex_unlock(&c->server->lock);
    if (stopping) {
        mcp_fault_set(&c->fault, MCP_BUSY, 503, "the server is being stopped");
        mcp_answer_fault(c);
        return false;
    }
    answer(c);
    bool stays = c->stays;
    if (stays)
        mcp_call_unpin(c);
    return stays;
}

/* ---- messages -------------------------------------------------------------------------------- */

static void answer_broken(const bx_mcp_message *m, const bx_mcp_sink *sink)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    (void)mcp_fault_write(&m->fault, bx_buf_str(&m->id), &text);
    sink->done(sink->ctx, m->fault.status, bx_buf_str(&text));
}

static const mcp_method *method_of(bx_mcp_message *m)
{
    const mcp_method *method = mcp_method_find(m->method);
    if (method && !(m->modern ? method->modern : method->legacy))
        method = NULL;
    if (!method)
        mcp_fault_set(&m->fault, RPC_NO_METHOD, 404, "no method '%.*s'%s", BX_FMT(m->method),
                      m->modern ? " in " BX_MCP_MODERN : "");
    return method;
}

static void take_token(bx_mcp_call *c)
{
    const bx_json_val *token = bx_json_get(c->m->meta, BX_LIT("progressToken"));
    bx_json_type t = bx_json_type_of(token);
    if (t != BX_JSON_STRING && t != BX_JSON_INT)
        return;
    bx_json_out o = bx_json_out_on(&c->token);
    bx_json_out_value(&o, token);
    if (bx_json_out_end(&o, NULL) != BX_OK)
        bx_buf_clear(&c->token);
}

static void request(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
                    const bx_mcp_sink *sink)
{
    const mcp_method *method = m->fault.code ? NULL : method_of(m);
    if (method)
        mcp_check_params(s, m);
    if (m->fault.code)
        method = NULL;
    bx_mcp_call *c = mcp_call_new(s, session, m, sink);
    if (!c) {
        mcp_fault_set(&m->fault, RPC_INTERNAL, 500, "out of memory");
        answer_broken(m, sink);
        bx_mcp_message_free(m);
        return;
    }
    c->method = method;
    if (!method) {
        c->fault = m->fault;
        m->fault = (mcp_fault){.code = 0};
        mcp_answer_fault(c);
        mcp_call_free(c);
        return;
    }
    take_token(c);
    if (method->slow)
        mcp_call_start(c);
    else if (!mcp_serve(c))
        mcp_call_free(c);
}

typedef struct named { /* a request of a session */
    const bx_mcp_session *session;
    bx_str id;
} named;

static bool is_named(const bx_mcp_call *c, const void *of)
{
    const named *n = of;
    return c->session == n->session && !c->answered && bx_str_eq(bx_buf_str(&c->m->id), n->id);
}

static void notification(bx_mcp_server *s, bx_mcp_session *session, const bx_mcp_message *m)
{
    if (bx_str_eq(m->method, BX_LIT("notifications/initialized")) && session) {
        session->initialized = true;
    } else if (bx_str_eq(m->method, BX_LIT("notifications/cancelled"))) {
        BX_AUTO_BUF id = bx_buf_init(8 * MCP_MAX_ID);
        bx_json_out o = bx_json_out_on(&id);
        bx_json_out_value(&o, bx_json_get(m->params, BX_LIT("requestId")));
        /* Over HTTP without a session an ID names no request: others use the same ones. */
        if (bx_json_out_end(&o, NULL) == BX_OK && (session || !m->http))
            mcp_cancel_where(s, is_named, &(named){session, bx_buf_str(&id)});
    }
}

void bx_mcp_handle(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
                   const bx_mcp_sink *sink)
{
    if (session)
        mcp_session_seen(session);
    switch (m->kind) {
    case BX_MCP_REQUEST:
        request(s, session, m, sink);
        return;
    case BX_MCP_BATCH:
        mcp_batch(s, session, m, sink);
        return;
    case BX_MCP_BROKEN:
        answer_broken(m, sink);
        break;
    case BX_MCP_RESPONSE:
        if (session)
            mcp_session_answer(session, m);
        sink->done(sink->ctx, 202, BX_LIT(""));
        break;
    case BX_MCP_NOTIFICATION:
        if (m->fault.code) {
            sink->done(sink->ctx, m->fault.status, BX_LIT(""));
            break;
        }
        notification(s, session, m);
        sink->done(sink->ctx, 202, BX_LIT(""));
        break;
    }
    bx_mcp_message_free(m);
}

static bool is_at(const bx_mcp_call *c, const void *ctx)
{
    return c->sink.ctx == ctx && !c->answered;
}

void bx_mcp_gone(bx_mcp_server *s, const void *sink_ctx) { mcp_cancel_where(s, is_at, sink_ctx); }
