/* boxagnts acp: an agent for editors that speak the Agent Client Protocol, version 1. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/version.h"
#include "cli/acp_peer.h"
#include "cli/commands.h"
#include "cli/run_flags.h"
#include "os/signals.h"

enum { MAX_SESSIONS = 16 };

typedef struct acp acp;

typedef struct session {
    acp *of;
    bx_run run;
    bool open;     /* `run` is there */
    bool busy;     /* a prompt is under way, on `thread` */
    bool joinable; /* `thread` is to be joined */
    pthread_t thread;
    bx_buf prompt;
    bx_json *request; /* owned; the one that waits for its end */
} session;

struct acp {
    const bx_args *a;
    bx_run_options o;
    bx_acp_peer *peer;
    bx_gate_approver approver;
    pthread_mutex_t lock; /* `busy` of all, and their handles while they are made anew */
    session sessions[MAX_SESSIONS];
};

static bx_str text_of(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

/* Of an executor, the session above all: "ID.1.2" is of ID. */
static bx_str top_of(bx_str id)
{
    const char *dot = id.n ? memchr(id.p, '.', id.n) : NULL;
    return dot ? (bx_str){id.p, (size_t)(dot - id.p)} : id;
}

static session *find(acp *x, bx_str id)
{
    for (size_t i = 0; i < MAX_SESSIONS; i++) {
        if (x->sessions[i].open && bx_str_eq(bx_str_of(x->sessions[i].run.id), id))
            return &x->sessions[i];
    }
    return NULL;
}

/* ---- updates --------------------------------------------------------------------------------- */

static void begin_update(bx_acp_message *m, bx_str id, const char *kind)
{
    bx_acp_notify(m, "session/update");
    put(&m->out, "sessionId", id);
    bx_json_out_key(&m->out, BX_LIT("update"));
    bx_json_out_begin_object(&m->out);
    put(&m->out, "sessionUpdate", bx_str_of(kind));
}

static void end_update(acp *x, bx_acp_message *m)
{
    bx_json_out_end_object(&m->out);
    bx_acp_send(x->peer, m);
}

static void put_content(bx_json_out *o, bx_str text)
{
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_object(o);
    put(o, "type", BX_LIT("text"));
    put(o, "text", text);
    bx_json_out_end_object(o);
}

static void send_chunk(acp *x, bx_str id, const char *kind, bx_str text)
{
    bx_acp_message m;
    begin_update(&m, id, kind);
    put_content(&m.out, text);
    end_update(x, &m);
}

static void on_delta(void *ctx, bx_str id, bx_agent_delta kind, bx_str piece)
{
    if (memchr(id.p, '.', id.n) || kind == BX_DELTA_RESTART)
        return; /* executors are told by their ends */
    send_chunk(ctx, id, kind == BX_DELTA_TEXT ? "agent_message_chunk" : "agent_thought_chunk",
               piece);
}

static const char *kind_of(bx_str tool)
{
    static const char *const rows[][2] = {
        {"read", "read"},      {"glob", "search"},  {"grep", "search"}, {"edit", "edit"},
        {"write", "edit"},     {"bash", "execute"}, {"js", "execute"},  {"web_fetch", "fetch"},
        {"delegate", "think"}, {"tasks", "think"}};
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (bx_str_eq(tool, bx_str_of(rows[i][0])))
            return rows[i][1];
    }
    return "other";
}

static void put_raw_input(bx_json_out *o, bx_str arguments)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return;
    bx_json_out_key(o, BX_LIT("rawInput"));
    bx_json_out_value(o, bx_json_root(doc));
}

/* A model's own IDs of calls need not be unique: the place in the journal is. */
static void put_call_id(bx_json_out *o, bx_str of, const bx_json_val *event, const char *key)
{
    char text[BX_AGENT_MAX_ID + 32];
    uint64_t seq = 0;
    (void)bx_json_uint64(bx_json_get(event, bx_str_of(key)), &seq);
    (void)snprintf(text, sizeof text, "%.*s:%llu", BX_FMT(of), (unsigned long long)seq);
    put(o, "toolCallId", bx_str_of(text));
}

static void send_call(acp *x, bx_str id, const bx_json_val *event)
{
    bx_acp_message m;
    bx_str name = text_of(event, "name");
    begin_update(&m, id, "tool_call");
    put_call_id(&m.out, id, event, "seq");
    put(&m.out, "title", name);
    put(&m.out, "kind", bx_str_of(kind_of(name)));
    put(&m.out, "status", BX_LIT("in_progress"));
    put_raw_input(&m.out, text_of(event, "arguments"));
    end_update(x, &m);
}

static void send_result(acp *x, bx_str id, const bx_json_val *event)
{
    bx_acp_message m;
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("message")), BX_LIT("content")));
    const bx_json_val *block = bx_json_next(&it, NULL);
    bool is_error = false;
    (void)bx_json_bool(bx_json_get(block, BX_LIT("is_error")), &is_error);
    bool begun = bx_json_get(event, BX_LIT("call_seq")) != NULL;
    begin_update(&m, id, begun ? "tool_call_update" : "tool_call");
    put_call_id(&m.out, id, event, begun ? "call_seq" : "seq");
    if (!begun) /* one that was answered instead of run */
        put(&m.out, "title", text_of(event, "name"));
    put(&m.out, "status", is_error ? BX_LIT("failed") : BX_LIT("completed"));
    bx_json_out_key(&m.out, BX_LIT("content"));
    bx_json_out_begin_array(&m.out);
    bx_json_out_begin_object(&m.out);
    put(&m.out, "type", BX_LIT("content"));
    put_content(&m.out, text_of(block, "text"));
    bx_json_out_end_object(&m.out);
    bx_json_out_end_array(&m.out);
    end_update(x, &m);
}

static void send_words(acp *x, bx_str id, const bx_json_val *event, const char *kind)
{
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("message")), BX_LIT("content")));
    for (const bx_json_val *b; (b = bx_json_next(&it, NULL));) {
        if (bx_str_eq(text_of(b, "type"), BX_LIT("text")))
            send_chunk(x, id, kind, text_of(b, "text"));
    }
}

/* `whole`: of a session that is loaded; else the words were sent as they came. */
static void send_event(acp *x, bx_str id, bx_str line, bool whole)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return;
    const bx_json_val *event = bx_json_root(doc);
    bx_str type = text_of(event, "type");
    if (bx_str_eq(type, BX_LIT("tool_call")))
        send_call(x, id, event);
    else if (bx_str_eq(type, BX_LIT("tool_result")))
        send_result(x, id, event);
    else if (whole && bx_str_eq(type, BX_LIT("user")))
        send_words(x, id, event, "user_message_chunk");
    else if (whole && bx_str_eq(type, BX_LIT("assistant")) && !bx_json_get(event, BX_LIT("aside")))
        send_words(x, id, event, "agent_message_chunk");
}

static void on_event(void *ctx, const bx_agent_event *ev)
{
    bool shown = strcmp(ev->type, "tool_call") == 0 || strcmp(ev->type, "tool_result") == 0;
    if (shown && !memchr(ev->session.p, '.', ev->session.n))
        send_event(ctx, ev->session, ev->line, false);
}

/* ---- questions ------------------------------------------------------------------------------- */

static void put_option(bx_json_out *o, const char *id, const char *name)
{
    bx_json_out_begin_object(o);
    put(o, "optionId", bx_str_of(id));
    put(o, "name", bx_str_of(name));
    put(o, "kind", bx_str_of(id));
    bx_json_out_end_object(o);
}

static bx_code ask(void *ctx, const bx_gate_call *call, const bx_gate_decision *d,
                   bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    acp *x = ctx;
    bx_acp_message m;
    uint64_t id = 0;
    BX_AUTO(bx_json) bx_json *answer = NULL;
    bx_acp_request(x->peer, &m, "session/request_permission", &id);
    put(&m.out, "sessionId", top_of(call->origin.run));
    bx_json_out_key(&m.out, BX_LIT("toolCall"));
    bx_json_out_begin_object(&m.out);
    put(&m.out, "toolCallId", call->origin.key);
    put(&m.out, "title", call->manifest->name);
    put(&m.out, "kind", bx_str_of(kind_of(call->manifest->name)));
    put(&m.out, "status", BX_LIT("pending"));
    put_raw_input(&m.out, call->arguments);
    bx_json_out_end_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("options"));
    bx_json_out_begin_array(&m.out);
    put_option(&m.out, "allow_once", "Allow");
    put_option(&m.out, "reject_once", "Reject");
    bx_json_out_end_array(&m.out);
    (void)d;
    bx_code rc = bx_acp_ask(x->peer, &m, id, call->ctl, &answer, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *outcome =
        bx_json_get(bx_json_get(bx_json_root(answer), BX_LIT("result")), BX_LIT("outcome"));
    bool yes = bx_str_eq(text_of(outcome, "outcome"), BX_LIT("selected")) &&
               bx_str_eq(text_of(outcome, "optionId"), BX_LIT("allow_once"));
    *ret = yes ? BX_REPLY_ALLOW : BX_REPLY_DENY;
    (void)bx_buf_add_z(why, yes ? "allowed in the editor" : "denied in the editor");
    return BX_OK;
}

/* ---- prompts --------------------------------------------------------------------------------- */

static void end_prompt(session *s, const bx_agent_end *end)
{
    static const char *const reasons[] = {[BX_AGENT_DONE] = "end_turn",
                                          [BX_AGENT_LENGTH] = "max_tokens",
                                          [BX_AGENT_REFUSED] = "refusal",
                                          [BX_AGENT_BUDGET] = "max_turn_requests",
                                          [BX_AGENT_REPEATS] = "max_turn_requests",
                                          [BX_AGENT_DEADLINE] = "max_turn_requests",
                                          [BX_AGENT_CANCELLED] = "cancelled"};
    const bx_json_val *id = bx_json_get(bx_json_root(s->request), BX_LIT("id"));
    if (end->status == BX_AGENT_FAILED) {
        bx_acp_error(s->of->peer, id, BX_ACP_INTERNAL, end->why);
        return;
    }
    bx_acp_message m;
    bx_acp_result(&m, id);
    put(&m.out, "stopReason", bx_str_of(reasons[end->status]));
    bx_acp_send(s->of->peer, &m);
}

static void *run_prompt(void *arg)
{
    session *s = arg;
    bx_agent_end end = {.status = BX_AGENT_FAILED};
    bx_error err = {.msg = ""};
    if (bx_agent_run(s->run.agent, bx_buf_str(&s->prompt), &end, &err) != BX_OK)
        (void)snprintf(end.why, sizeof end.why, "%s", err.msg);
    (void)pthread_mutex_lock(&s->of->lock);
    s->busy = false;
    (void)pthread_mutex_unlock(&s->of->lock);
    end_prompt(s, &end);
    bx_agent_end_done(&end);
    return NULL;
}

static void read_prompt(const bx_json_val *blocks, bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(blocks);
    for (const bx_json_val *b; (b = bx_json_next(&it, NULL));) {
        bx_str type = text_of(b, "type");
        const bx_json_val *r = bx_json_get(b, BX_LIT("resource"));
        if (out->n)
            (void)bx_buf_add_c(out, '\n');
        if (bx_str_eq(type, BX_LIT("text"))) {
            (void)bx_buf_add_str(out, text_of(b, "text"));
        } else if (bx_str_eq(type, BX_LIT("resource_link"))) {
            (void)bx_buf_add_str(out, text_of(b, "uri"));
        } else if (r) {
            (void)bx_buf_add_str(out, text_of(r, "uri"));
            (void)bx_buf_add_c(out, '\n');
            (void)bx_buf_add_str(out, text_of(r, "text"));
        }
    }
}

static void join(session *s)
{
    if (s->joinable)
        (void)pthread_join(s->thread, NULL);
    s->joinable = false;
    bx_json_free(BX_TAKE(s->request));
}

/* Takes *doc where the answer comes later. */
static void on_prompt(acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    session *s = find(x, text_of(params, "sessionId"));
    bx_error err = {.msg = ""};
    if (!s) {
        bx_acp_error(x->peer, id, BX_ACP_PARAMS, "no such session");
        return;
    }
    (void)pthread_mutex_lock(&x->lock);
    bool busy = s->busy;
    (void)pthread_mutex_unlock(&x->lock);
    if (busy) {
        bx_acp_error(x->peer, id, BX_ACP_REQUEST, "the session has a prompt under way");
        return;
    }
    join(s);
    bx_buf_clear(&s->prompt);
    read_prompt(bx_json_get(params, BX_LIT("prompt")), &s->prompt);
    bx_code rc = bx_buf_check(&s->prompt, &err);
    if (rc == BX_OK && s->prompt.n == 0)
        rc = bx_fail(&err, BX_EINVAL, "an empty prompt");
    (void)pthread_mutex_lock(&x->lock);
    bx_ctl_done(&s->run.ctl); /* a cancel is for one prompt */
    s->run.ctl = bx_ctl_init(x->o.wall_ns ? bx_now_ns() + x->o.wall_ns : UINT64_MAX);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&s->run.ctl, &err);
    s->busy = rc == BX_OK;
    (void)pthread_mutex_unlock(&x->lock);
    if (rc == BX_OK) {
        s->request = BX_TAKE(*doc);
        s->joinable = pthread_create(&s->thread, NULL, run_prompt, s) == 0;
        if (!s->joinable)
            (void)run_prompt(s);
        return;
    }
    bx_acp_error(x->peer, id, BX_ACP_PARAMS, err.msg);
}

static void on_cancel(acp *x, const bx_json_val *params)
{
    session *s = find(x, text_of(params, "sessionId"));
    (void)pthread_mutex_lock(&x->lock);
    if (s && s->busy)
        bx_ctl_cancel(&s->run.ctl);
    (void)pthread_mutex_unlock(&x->lock);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static bx_code on_line(void *ctx, bx_str line, bx_error *err)
{
    session *s = ctx;
    (void)err;
    send_event(s->of, bx_str_of(s->run.id), line, true);
    return BX_OK;
}

static bx_code open_session(acp *x, const bx_json_val *params, bool load, session **ret,
                            bx_error *err)
{
    session *s = NULL;
    bx_str cwd = text_of(params, "cwd"), id = text_of(params, "sessionId");
    bx_run_options o = x->o;
    for (size_t i = 0; i < MAX_SESSIONS && !s; i++)
        s = x->sessions[i].open ? NULL : &x->sessions[i];
    if (!s)
        return bx_fail(err, BX_ELIMIT, "more than %d sessions", MAX_SESSIONS);
    if (cwd.n == 0 || cwd.p[0] != '/')
        return bx_fail(err, BX_EINVAL, "cwd: an absolute path is expected");
    o.workspace = cwd.p; /* a text of a JSON document ends with a NUL */
    o.resume = load ? id.p : NULL;
    *s = (session){.of = x, .prompt = bx_buf_init(BX_AGENT_MAX_PROMPT)};
    bx_code rc = bx_run_open(&s->run, &o, err);
    if (rc != BX_OK) {
        bx_run_close(&s->run);
        return rc;
    }
    s->open = true;
    *ret = s;
    if (load && s->run.db)
        rc = s->run.journal.each(s->run.journal.ctx, bx_str_of(s->run.id), on_line, s, err);
    return rc;
}

static void on_session(acp *x, const bx_json_val *id, const bx_json_val *params, bool load)
{
    session *s = NULL;
    bx_error err = {.msg = ""};
    bx_acp_message m;
    bx_code rc = open_session(x, params, load, &s, &err);
    if (rc != BX_OK) {
        bx_acp_error(x->peer, id, rc == BX_EINVAL ? BX_ACP_PARAMS : BX_ACP_INTERNAL, err.msg);
        return;
    }
    bx_acp_result(&m, id);
    if (!load)
        put(&m.out, "sessionId", bx_str_of(s->run.id));
    bx_acp_send(x->peer, &m);
}

static void on_initialize(acp *x, const bx_json_val *id)
{
    bx_acp_message m;
    bx_acp_result(&m, id);
    bx_json_out_key(&m.out, BX_LIT("protocolVersion"));
    bx_json_out_int(&m.out, 1);
    bx_json_out_key(&m.out, BX_LIT("agentCapabilities"));
    bx_json_out_raw(&m.out, BX_LIT("{\"loadSession\":true,\"promptCapabilities\":{\"image\":false,"
                                   "\"audio\":false,\"embeddedContext\":true},"
                                   "\"mcpCapabilities\":{\"http\":false,\"sse\":false}}"));
    bx_json_out_key(&m.out, BX_LIT("agentInfo"));
    bx_json_out_begin_object(&m.out);
    put(&m.out, "name", BX_LIT("boxagnts"));
    put(&m.out, "title", BX_LIT("BoxAgnts"));
    put(&m.out, "version", BX_LIT(BX_VERSION));
    bx_json_out_end_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("authMethods"));
    bx_json_out_raw(&m.out, BX_LIT("[]"));
    bx_acp_send(x->peer, &m);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void on_message(acp *x, bx_json **doc)
{
    const bx_json_val *root = bx_json_root(*doc), *id = bx_json_get(root, BX_LIT("id"));
    const bx_json_val *params = bx_json_get(root, BX_LIT("params"));
    bx_str method = text_of(root, "method");
    if (bx_str_eq(method, BX_LIT("session/cancel")))
        on_cancel(x, params);
    else if (!id) /* other notifications say nothing to us */
        return;
    else if (bx_str_eq(method, BX_LIT("initialize")))
        on_initialize(x, id);
    else if (bx_str_eq(method, BX_LIT("session/new")))
        on_session(x, id, params, false);
    else if (bx_str_eq(method, BX_LIT("session/load")))
        on_session(x, id, params, true);
    else if (bx_str_eq(method, BX_LIT("session/prompt")))
        on_prompt(x, doc, id, params);
    else
        bx_acp_error(x->peer, id, method.n ? BX_ACP_METHOD : BX_ACP_REQUEST,
                     method.n ? "no such method" : "no method");
}

static bx_code serve(acp *x, bx_error *err)
{
    bx_code rc = bx_acp_peer_new(STDIN_FILENO, STDOUT_FILENO, &x->peer, err);
    while (rc == BX_OK) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        rc = bx_acp_read(x->peer, &doc, err);
        if (rc != BX_OK || !doc)
            break;
        if (!bx_acp_take_answer(x->peer, &doc))
            on_message(x, &doc);
    }
    if (x->peer)
        bx_acp_hang_up(x->peer);
    for (size_t i = 0; i < MAX_SESSIONS; i++) {
        session *s = &x->sessions[i];
        (void)pthread_mutex_lock(&x->lock);
        if (s->busy)
            bx_ctl_cancel(&s->run.ctl);
        (void)pthread_mutex_unlock(&x->lock);
        join(s);
        bx_buf_done(&s->prompt);
        if (s->open)
            bx_run_close(&s->run);
    }
    bx_acp_peer_free(x->peer);
    return rc;
}

static int run_acp(const bx_args *a)
{
    static const char normal[] = "default";
    static acp x;
    bx_error err = {.msg = ""};
    x.a = a;
    x.approver = (bx_gate_approver){.ask = ask, .ctx = &x};
    x.o = (bx_run_options){.limits = bx_spend_unlimited,
                           .title = "editor",
                           .approver = &x.approver,
                           .watch = {.event = on_event, .delta = on_delta, .ctx = &x}};
    (void)pthread_mutex_init(&x.lock, NULL);
    bx_signals_ignore();
    bx_code rc = bx_run_flags_read(a, &x.o, &err);
    if (!x.o.mode)
        x.o.mode = normal;
    if (rc == BX_OK)
        rc = serve(&x, &err);
    bx_run_flags_done(&x.o);
    if (rc == BX_OK)
        return 0;
    bx_cli_complain("acp: %s", err.msg);
    return EXIT_OURS;
}

static const bx_flag flags[] = {
    BX_RUN_FLAGS,
};

const bx_command bx_cmd_acp = {
    .name = "acp",
    .usage = "acp [flags]",
    .summary = "an agent for editors: the Agent Client Protocol on standard input and output",
    .no_words = true,
    .details = "The editor names the directory and session, shows what is done, and is asked "
               "before anything "
               "is changed,\n"
               "unless a policy or --permission-mode says otherwise.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_acp,
};
