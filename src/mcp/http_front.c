#include "mcp/http_front.h"

#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>

#include "mcp/http_sessions.h"
#include "mcp/message.h"

enum {
    MAX_SESSIONS = 256,
    SESSION_IDLE_MS = 3600 * 1000,
    MAX_PARAMS = 32,           /* Mcp-Param-… fields of one request */
    MAX_PARAM_TEXT = 32 << 10, /* bytes of them */
    MAX_EVENT = 128 << 20,
};

struct bx_mcp_front {
    bx_mcp_server *server;
    bx_mcp_guard guard;
    bx_mcp_sessions *sessions;
};

/* One request and its way back.  It belongs to the request of HTTP, so that its address stands for
 * nothing else as long as anybody may still tell that the client is gone. */
typedef struct exchange {
    bx_mcp_front *front;
    bx_httpd_request *r;
    bx_mcp_session *session; /* held; NULL: none */
    bool modern;
    bool opens;      /* makes a session */
    bool listens;    /* is the stream of one */
    bool may_stream; /* the client takes events */
    bool streaming;
    atomic_bool over;
    bx_buf params; /* "name\0value\0" of each field Mcp-Param-NAME */
} exchange;

#define FIELD(name, value) {BX_LIT(name), BX_LIT(value)}

/* ---- refusals ---------------------------------------------------------------------------------
 */

/* An error of JSON-RPC without an id, since no message was read. */
static void refuse(bx_httpd_request *r, int status, const bx_httpd_field *more, const char *why)
{
    BX_AUTO_BUF body = bx_buf_init(4096);
    bx_httpd_field fields[3] = {FIELD("Content-Type", "application/json"),
                                FIELD("Cache-Control", "no-store")};
    bx_json_out o = bx_json_out_on(&body);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("jsonrpc"));
    bx_json_out_string(&o, BX_LIT("2.0"));
    bx_json_out_key(&o, BX_LIT("error"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("code"));
    bx_json_out_int(&o, -32600);
    bx_json_out_key(&o, BX_LIT("message"));
    bx_json_out_string(&o, bx_str_of(why));
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    if (more)
        fields[2] = *more;
    bx_httpd_respond(r, status, fields, more ? 3 : 2, bx_buf_str(&body));
}

/* ---- who may come in --------------------------------------------------------------------------
 */

/* The value of a field that may stand once; .p NULL: it is not there.  False: it stands twice. */
static bool only(const bx_httpd_request *r, bx_str name, bx_str *ret)
{
    *ret = (bx_str){NULL, 0};
    return bx_httpd_find(r, name, ret) <= 1;
}

static bool is_modern_version(bx_str v)
{
    static const bx_str first = {BX_MCP_MODERN, sizeof BX_MCP_MODERN - 1};
    return v.p && v.n == first.n && memcmp(v.p, first.p, v.n) >= 0;
}

/* Host, Origin and token, in this order: whoever must not be here learns nothing of the rest. */
static bool check_caller(const bx_mcp_front *f, bx_httpd_request *r)
{
    static const bx_httpd_field asks = FIELD("WWW-Authenticate", "Bearer realm=\"boxagnts\"");
    static const bx_httpd_field asks_again =
        FIELD("WWW-Authenticate", "Bearer realm=\"boxagnts\", error=\"invalid_token\"");
    bx_str host, origin, token;
    bool once = only(r, BX_LIT("host"), &host);
    once = only(r, BX_LIT("origin"), &origin) && once;
    once = only(r, BX_LIT("authorization"), &token) && once;
    if (!once)
        refuse(r, 400, NULL, "Host, Origin or Authorization is there twice");
    else if (!bx_mcp_host_allowed(&f->guard, host))
        refuse(r, 403, NULL, "this server does not go by that Host; see --allow-host");
    else if (origin.p && !bx_mcp_origin_allowed(&f->guard, origin, host))
        refuse(r, 403, NULL, "pages of that Origin may not call this server; see --allow-origin");
    else if (!bx_mcp_token_allowed(&f->guard, token))
        refuse(r, 401, token.p ? &asks_again : &asks,
               "the header Authorization: Bearer TOKEN is needed; the token is in the file "
               "mcp-token of the home directory of boxagnts");
    else
        return true;
    return false;
}

/* What a method needs before anything is read. */
static bool check_method(bx_httpd_request *r)
{
    static const bx_httpd_field all = FIELD("Allow", "POST, GET, DELETE");
    static const bx_httpd_field modern = FIELD("Allow", "POST");
    bx_str method = bx_httpd_method(r), version, type, accept;
    bool post = bx_str_eq(method, BX_LIT("POST")), get = bx_str_eq(method, BX_LIT("GET"));
    bool once = only(r, BX_LIT("mcp-protocol-version"), &version);
    once = only(r, BX_LIT("content-type"), &type) && once;
    (void)bx_httpd_find(r, BX_LIT("accept"), &accept);
    bool has_accept = bx_httpd_find(r, BX_LIT("accept"), &accept) > 0;
    if (!once)
        refuse(r, 400, NULL, "MCP-Protocol-Version or Content-Type is there twice");
    else if (!post && !get && !bx_str_eq(method, BX_LIT("DELETE")))
        refuse(r, 405, &all, "POST, or GET and DELETE of a session");
    else if (!post && is_modern_version(version))
        refuse(r, 405, &modern, "with " BX_MCP_MODERN " there is only POST");
    else if (post && !bx_mcp_is_type(type, BX_LIT("application/json")))
        refuse(r, 415, NULL, "Content-Type has to be application/json");
    else if (post && has_accept && !bx_mcp_accepts(accept, BX_LIT("application/json")) &&
             !bx_mcp_accepts(accept, BX_LIT("text/event-stream")))
        refuse(r, 406, NULL, "Accept has to have application/json and text/event-stream");
    else if (get && !(has_accept && bx_mcp_accepts(accept, BX_LIT("text/event-stream"))))
        refuse(r, 406, NULL, "Accept has to have text/event-stream");
    else
        return true;
    return false;
}

static void admit(void *ctx, bx_httpd_request *r)
{
    bx_mcp_front *f = ctx;
    if (!bx_str_eq(bx_httpd_path(r), BX_LIT(BX_MCP_PATH)))
        refuse(r, 404, NULL, "there is only " BX_MCP_PATH);
    else if (check_caller(f, r))
        (void)check_method(r);
}

/* ---- the way back -----------------------------------------------------------------------------
 */

static const bx_httpd_field stream_fields[] = {
    FIELD("Content-Type", "text/event-stream"),
    FIELD("Cache-Control", "no-cache"),
    FIELD("X-Accel-Buffering", "no"),
};

static void make_event(bx_str json, bx_buf *ret)
{
    (void)bx_buf_add_z(ret, "event: message\ndata: ");
    (void)bx_buf_add_str(ret, json);
    (void)bx_buf_add_z(ret, "\n\n");
}

static void begin_stream(exchange *x)
{
    if (!x->streaming)
        bx_httpd_stream(x->r, stream_fields, BX_COUNT(stream_fields));
    x->streaming = true;
}

static void on_send(void *ctx, bx_str json)
{
    exchange *x = ctx;
    BX_AUTO_BUF event = bx_buf_init(MAX_EVENT);
    if (!x->may_stream)
        return; /* it has no way to hear of this */
    begin_stream(x);
    make_event(json, &event);
    if (event.fail == BX_OK)
        (void)bx_httpd_push(x->r, bx_buf_str(&event));
}

/* As one JSON text; a session that was opened is named. */
static void respond(exchange *x, int status, bx_str json)
{
    bx_httpd_field fields[3] = {FIELD("Content-Type", "application/json"),
                                FIELD("Cache-Control", "no-store")};
    size_t n = json.n ? 2 : 0;
    if (x->opens && status == 200) {
        fields[n].name = BX_LIT("Mcp-Session-Id");
        fields[n++].value = bx_str_of(bx_mcp_session_id(x->session));
    } else if (x->opens) {
        bx_mcp_sessions_end(x->front->sessions, x->session);
    }
    bx_httpd_respond(x->r, status, fields, n, json);
}

/* With this `x` is no longer the handler's. */
static void on_done(void *ctx, int status, bx_str json)
{
    exchange *x = ctx;
    BX_AUTO_BUF event = bx_buf_init(MAX_EVENT);
    atomic_store(&x->over, true);
    if (x->listens)
        bx_mcp_sessions_listen(x->front->sessions, x->session, false);
    if (x->streaming && json.n)
        make_event(json, &event);
    if (x->streaming) {
        bx_httpd_finish(x->r, bx_buf_str(&event));
    } else if (status == 0 && x->may_stream) { /* cancelled: a stream without an event */
        begin_stream(x);
        bx_httpd_finish(x->r, BX_LIT(""));
    } else {
        respond(x, status ? status : 202, json);
    }
}

/* The client went away: of 2026-07-28 it takes its request back, an older one may come again. */
static void on_gone(void *ctx)
{
    exchange *x = ctx;
    if (x->modern)
        bx_mcp_gone(x->front->server, x);
    else if (x->listens && !atomic_load(&x->over))
        bx_mcp_session_stream(x->session, NULL);
}

static void free_exchange(void *ctx)
{
    exchange *x = ctx;
    bx_mcp_session_unref(x->session);
    bx_buf_done(&x->params);
    free(x);
}

/* ---- the way in -------------------------------------------------------------------------------
 */

/* What stands before the next NUL, taken off. */
static bx_str take_text(bx_str *rest)
{
    bx_str text = {rest->p, strnlen(rest->p, rest->n)};
    *rest = bx_str_from(*rest, text.n + 1);
    return text;
}

/* The field Mcp-Param-NAME, as it came; asked for as long as the message is served. */
static bx_str param(const void *ctx, bx_str name)
{
    const exchange *x = ctx;
    for (bx_str rest = bx_buf_str(&x->params); rest.n;) {
        bx_str key = take_text(&rest), value = take_text(&rest);
        if (key.n == name.n && strncasecmp(key.p, name.p, name.n) == 0)
            return value;
    }
    return (bx_str){NULL, 0};
}

static bool keep_params(exchange *x)
{
    static const bx_str prefix = {"Mcp-Param-", 10};
    size_t n = 0;
    for (size_t i = 0; i < bx_httpd_field_count(x->r); i++) {
        bx_httpd_field f = bx_httpd_field_at(x->r, i);
        if (f.name.n <= prefix.n || strncasecmp(f.name.p, prefix.p, prefix.n) != 0)
            continue;
        bx_str twice = param(x, bx_str_from(f.name, prefix.n));
        if (n++ == MAX_PARAMS || twice.p) /* two readers might take two values */
            return false;
        (void)bx_buf_add_str(&x->params, bx_str_from(f.name, prefix.n));
        (void)bx_buf_add_c(&x->params, '\0');
        (void)bx_buf_add_str(&x->params, f.value);
        (void)bx_buf_add_c(&x->params, '\0');
    }
    return x->params.fail == BX_OK;
}

static bool take_facts(const exchange *x, bx_mcp_facts *ret)
{
    *ret = (bx_mcp_facts){.http = true};
    bool once = only(x->r, BX_LIT("mcp-protocol-version"), &ret->protocol_version);
    once = only(x->r, BX_LIT("mcp-method"), &ret->method) && once;
    once = only(x->r, BX_LIT("mcp-name"), &ret->name) && once;
    if (x->params.n) {
        ret->param = param;
        ret->param_ctx = x;
    }
    return once;
}

/* The session that an older message belongs to; false: answered. */
static bool find_session(exchange *x, bool required)
{
    bx_str id;
    if (!only(x->r, BX_LIT("mcp-session-id"), &id))
        refuse(x->r, 400, NULL, "Mcp-Session-Id is there twice");
    else if (!id.p && required)
        refuse(x->r, 400, NULL, "Mcp-Session-Id is missing: begin with initialize");
    else if (!id.p || (x->session = bx_mcp_sessions_find(x->front->sessions, id)))
        return true;
    else
        refuse(x->r, 404, NULL, "there is no such session (any more): begin with initialize");
    return false;
}

/* An older message gets its session, or makes it; false: answered. */
static bool enter_session(exchange *x, const bx_mcp_message *m)
{
    bx_error err;
    x->opens = bx_mcp_message_opens(m);
    if (!x->opens)
        return find_session(x, bx_mcp_message_kind(m) != BX_MCP_BROKEN);
    if (bx_mcp_sessions_open(x->front->sessions, &x->session, &err) == BX_OK)
        return true;
    x->opens = false;
    refuse(x->r, 503, NULL, err.msg);
    return false;
}

/* Whether nothing comes but one answer, so that this thread may work it out: no progress, no logs,
 * no task.  Older clients may be asked meanwhile. */
static bool is_answered_once(const bx_mcp_message *m)
{
    const bx_json_val *can = mcp_meta(m, BX_LIT("clientCapabilities"));
    return m->modern && !bx_json_get(m->meta, BX_LIT("progressToken")) &&
           !mcp_meta(m, BX_LIT("logLevel")) && !bx_json_get(can, BX_LIT("extensions"));
}

static void post(exchange *x)
{
    BX_AUTO(bx_mcp_message) bx_mcp_message *m = NULL;
    bx_mcp_facts facts;
    bx_str accept;
    bx_mcp_sink sink = {on_send, on_done, x};
    x->may_stream = bx_httpd_find(x->r, BX_LIT("accept"), &accept) == 0 ||
                    bx_mcp_accepts(accept, BX_LIT("text/event-stream"));
    if (!keep_params(x) || !take_facts(x, &facts)) {
        refuse(x->r, 400, NULL, "a header of MCP is there twice, or there are too many Mcp-Param");
        return;
    }
    if (bx_mcp_message_new(bx_httpd_body(x->r), &facts, &m, NULL) != BX_OK) {
        refuse(x->r, 503, NULL, "out of memory");
        return;
    }
    x->modern = bx_mcp_message_is_modern(m);
    m->may_wait = is_answered_once(m);
    if (x->modern || enter_session(x, m))
        bx_mcp_handle(x->front->server, x->session, BX_TAKE(m), &sink);
}

/* The stream of a session, for what answers no request. */
static void get(exchange *x)
{
    bx_mcp_sink sink = {on_send, on_done, x};
    if (!find_session(x, true))
        return;
    x->listens = x->may_stream = true;
    bx_mcp_sessions_listen(x->front->sessions, x->session, true);
    begin_stream(x);
    bx_mcp_session_stream(x->session, &sink);
}

static void delete_session(exchange *x)
{
    if (!find_session(x, true))
        return;
    bx_mcp_sessions_end(x->front->sessions, x->session);
    bx_httpd_respond(x->r, 204, NULL, 0, BX_LIT(""));
}

static void handle(void *ctx, bx_httpd_request *r)
{
    bx_str method = bx_httpd_method(r);
    exchange *x = bx_calloc(1, sizeof *x);
    if (!x) {
        bx_httpd_respond(r, 503, NULL, 0, BX_LIT(""));
        return;
    }
    x->front = ctx;
    x->r = r;
    x->params = bx_buf_init(MAX_PARAM_TEXT);
    bx_httpd_attach(r, x, on_gone, free_exchange);
    if (bx_str_eq(method, BX_LIT("POST")))
        post(x);
    else if (bx_str_eq(method, BX_LIT("GET")))
        get(x);
    else
        delete_session(x);
}

/* ---- the front --------------------------------------------------------------------------------
 */

bx_code bx_mcp_front_new(const bx_mcp_front_config *cfg, bx_mcp_front **ret, bx_error *err)
{
    BX_AUTOFREE bx_mcp_front *f = bx_calloc(1, sizeof *f);
    if (!f)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    f->server = cfg->server;
    f->guard = cfg->guard;
    bx_code rc = bx_mcp_sessions_new(cfg->server, cfg->sessions ? cfg->sessions : MAX_SESSIONS,
                                     cfg->session_idle_ms ? cfg->session_idle_ms : SESSION_IDLE_MS,
                                     &f->sessions, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(f);
    return rc;
}

bx_httpd_service bx_mcp_front_service(bx_mcp_front *f)
{
    return (bx_httpd_service){admit, handle, f};
}

void bx_mcp_front_stop(bx_mcp_front *f) { bx_mcp_sessions_end_all(f->sessions); }

void bx_mcp_front_free(bx_mcp_front *f)
{
    if (!f)
        return;
    bx_mcp_sessions_free(f->sessions);
    free(f);
}
