/* What a port may ask of the client while a request is served, and tell it. */
#include <stdio.h>

#include "codec/base64.h"
#include "mcp/call.h"
#include "mcp/tasks.h"
#include "os/clock.h"

/* ---- who it is ------------------------------------------------------------------------------- */

bool bx_mcp_is_modern(const bx_mcp_call *c) { return c->m->modern; }

bx_ctl *bx_mcp_ctl(bx_mcp_call *c) { return &c->ctl; }

bx_str bx_mcp_client(bx_mcp_call *c)
{
    bx_str name = BX_LIT(""), version = BX_LIT("");
    const bx_json_val *info = mcp_client_info(c);
    if (c->client.n)
        return bx_buf_str(&c->client);
    (void)bx_json_str(bx_json_get(info, BX_LIT("name")), &name);
    (void)bx_json_str(bx_json_get(info, BX_LIT("version")), &version);
    (void)bx_buf_addf(&c->client, "mcp%s%.*s%s%.*s", name.n ? " " : "",
                      (int)(name.n > 100 ? 100 : name.n), name.p, version.n ? " " : "",
                      (int)(version.n > 40 ? 40 : version.n), version.p);
    return bx_buf_str(&c->client);
}

bool bx_mcp_can(const bx_mcp_call *c, bx_str capability)
{
    return bx_json_get(mcp_capabilities(c), capability) != NULL;
}

bx_code bx_mcp_needs(bx_mcp_call *c, bx_str capability, bx_error *err)
{
    if (bx_mcp_can(c, capability))
        return BX_OK;
    bx_code rc = bx_fail(err, BX_EUNSUPPORTED, "the client has to declare the capability %.*s",
                         BX_FMT(capability));
    mcp_fault_set(&c->fault, c->m->modern ? MCP_MISSING_CAPABILITY : RPC_INVALID_PARAMS,
                  c->m->modern ? 400 : 200, "%s", err->msg);
    c->fault.data = bx_buf_init(4096);
    bx_json_out o = bx_json_out_on(&c->fault.data);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("requiredCapabilities"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, capability);
    bx_json_out_begin_object(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    return rc;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void begin_note(bx_json_out *o, const char *method)
{
    bx_json_out_begin_object(o);
    mcp_put(o, "jsonrpc", BX_LIT("2.0"));
    mcp_put(o, "method", bx_str_of(method));
    bx_json_out_key(o, BX_LIT("params"));
    bx_json_out_begin_object(o);
}

static void send_note(bx_mcp_call *c, bx_json_out *o)
{
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
    if (bx_json_out_end(o, NULL) == BX_OK)
        mcp_send(c, bx_buf_str(o->buf));
}

/* The port's, or `ours`, which come only as long as the port tells nothing itself. */
static void progress(bx_mcp_call *c, bool ours, double at, double total, bx_str message)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    if (!c->token.n)
        return;
    begin_note(&o, "notifications/progress");
    bx_json_out_key(&o, BX_LIT("progressToken"));
    bx_json_out_raw(&o, bx_buf_str(&c->token));
    bx_json_out_key(&o, BX_LIT("progress"));
    bx_json_out_double(&o, at);
    if (total > 0) {
        bx_json_out_key(&o, BX_LIT("total"));
        bx_json_out_double(&o, total);
    }
    if (message.n)
        mcp_put(&o, "message", message);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK)
        return;
    (void)pthread_mutex_lock(&c->sink_lock);
    bool fits = !c->closed && !(ours && c->told) && (!c->progressed || at > c->progress);
    if (fits) {
        c->progressed = true;
        c->progress = at;
        c->told = c->told || !ours;
        c->sink.send(c->sink.ctx, bx_buf_str(&text));
    }
    (void)pthread_mutex_unlock(&c->sink_lock);
}

void bx_mcp_progress(bx_mcp_call *c, double at, double total, bx_str message)
{
    progress(c, false, at, total, message);
}

void mcp_heartbeat(bx_mcp_call *c, double seconds)
{
    char text[64];
    int n = snprintf(text, sizeof text, "running for %.0f s", seconds);
    progress(c, true, seconds, 0, (bx_str){text, (size_t)n});
}

unsigned mcp_log_level(bx_str name)
{
    static const char *const names[] = {"debug", "info",     "notice", "warning",
                                        "error", "critical", "alert",  "emergency"};
    for (unsigned i = 0; i < BX_COUNT(names); i++) {
        if (bx_str_eq(name, bx_str_of(names[i])))
            return i + 1;
    }
    return 0;
}

/* The least level that is wanted; 0: none is.  An older client that said nothing gets `info`. */
static unsigned wanted_level(const bx_mcp_call *c)
{
    enum { INFO = 2 };
    bx_str level;
    if (c->m->modern)
        return bx_json_str(mcp_meta(c->m, BX_LIT("logLevel")), &level) ? mcp_log_level(level) : 0;
    if (!c->session)
        return 0;
    unsigned set = c->session->log_level;
    return set ? set : INFO;
}

void bx_mcp_log(bx_mcp_call *c, bx_str level, bx_str logger, bx_str data)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&text);
    unsigned wanted = wanted_level(c);
    if (wanted == 0 || mcp_log_level(level) < wanted)
        return;
    begin_note(&o, "notifications/message");
    mcp_put(&o, "level", level);
    if (logger.n)
        mcp_put(&o, "logger", logger);
    bx_json_out_key(&o, BX_LIT("data"));
    bx_json_out_raw(&o, data);
    send_note(c, &o);
}

/* ---- what travels through the client --------------------------------------------------------- */

enum { STATE_TTL_S = 3600, EXPIRY = 8, HEAD = BX_SHA256_BYTES + EXPIRY };

bx_str bx_mcp_state(const bx_mcp_call *c) { return bx_buf_str(&c->state); }

bx_code bx_mcp_keep_state(bx_mcp_call *c, bx_str state, bx_error *err)
{
    bx_buf_clear(&c->new_state);
    (void)bx_buf_add_str(&c->new_state, state);
    return bx_buf_check(&c->new_state, err);
}

static uint64_t wall_s(void) { return bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000000; }

/* What a request asks for, without what says who asks, or answers. */
static bx_code digest_of(const bx_mcp_call *c, uint8_t ret[BX_SHA256_BYTES], bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_MCP_MAX_MESSAGE * 2);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_iter it = bx_json_iter_of(c->m->params);
    bx_str key;
    bx_json_out_begin_object(&o);
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        if (bx_str_eq(key, BX_LIT("_meta")) || bx_str_eq(key, BX_LIT("inputResponses")) ||
            bx_str_eq(key, BX_LIT("requestState")))
            continue;
        bx_json_out_key(&o, key);
        bx_json_out_value(&o, v);
    }
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    const bx_str parts[] = {c->m->method, BX_LIT("\n"), bx_buf_str(&c->m->principal), BX_LIT("\n"),
                            bx_buf_str(&text)};
    if (rc == BX_OK)
        bx_sha256v(parts, BX_COUNT(parts), ret);
    return rc;
}

/* Over what it is for, until when it holds, and what is in it. */
static void mac_of(const bx_mcp_call *c, const uint8_t digest[BX_SHA256_BYTES], bx_str rest,
                   uint8_t ret[BX_SHA256_BYTES])
{
    const bx_str parts[] = {{(const char *)digest, BX_SHA256_BYTES}, rest};
    bx_hmac_sha256v(c->server->key, sizeof c->server->key, parts, BX_COUNT(parts), ret);
}

/* A state is: MAC, expiry (seconds, 8 bytes), the keys that were asked, NUL, what the port keeps.
 */
static bx_code put_state(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    BX_AUTO_BUF rest = bx_buf_init(4 * MCP_MAX_STATE), raw = bx_buf_init(4 * MCP_MAX_STATE),
                text = bx_buf_init(8 * MCP_MAX_STATE);
    uint8_t digest[BX_SHA256_BYTES], mac[BX_SHA256_BYTES];
    uint64_t until = wall_s() + STATE_TTL_S;
    bx_code rc = digest_of(c, digest, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add(&rest, &until, sizeof until);
    for (size_t i = 0; i < c->n_asked; i++)
        (void)bx_buf_addf(&rest, "%.*s\n", BX_FMT(bx_buf_str(&c->asked[i].key)));
    (void)bx_buf_add_c(&rest, '\0');
    (void)bx_buf_add_str(&rest, bx_buf_str(&c->new_state));
    mac_of(c, digest, bx_buf_str(&rest), mac);
    (void)bx_buf_add(&raw, mac, sizeof mac);
    (void)bx_buf_add_str(&raw, bx_buf_str(&rest));
    rc = bx_buf_check(&raw, err);
    bx_base64_encode(bx_buf_str(&raw), &text);
    mcp_put(out, "requestState", bx_buf_str(&text));
    return rc == BX_OK ? bx_buf_check(&text, err) : rc;
}

static bx_code take_state(bx_mcp_call *c, bx_str text, bx_error *err)
{
    BX_AUTO_BUF raw = bx_buf_init(4 * MCP_MAX_STATE);
    uint8_t digest[BX_SHA256_BYTES], mac[BX_SHA256_BYTES];
    uint64_t until;
    bx_code rc = digest_of(c, digest, err);
    if (rc != BX_OK)
        return rc;
    if (bx_base64_decode(text, &raw, NULL) != BX_OK || raw.n <= HEAD)
        return bx_fail(err, BX_EINVAL, "requestState: not one that this server gave");
    bx_str rest = {raw.p + BX_SHA256_BYTES, raw.n - BX_SHA256_BYTES};
    mac_of(c, digest, rest, mac);
    /* Only what we made for this very request counts: it says what was asked and agreed before. */
    if (!bx_equal_ct(mac, raw.p, sizeof mac))
        return bx_fail(err, BX_EINVAL,
                       "requestState: not the one that this server gave for this request");
    memcpy(&until, rest.p, sizeof until);
    if (wall_s() > until)
        return bx_fail(err, BX_EINVAL, "requestState: too old; make the request without it again");
    rest = bx_str_from(rest, EXPIRY);
    const char *end = memchr(rest.p, '\0', rest.n);
    BX_ASSERT(end); /* we made it */
    (void)bx_buf_add(&c->keys, rest.p, (size_t)(end - rest.p));
    (void)bx_buf_add_str(&c->state, bx_str_from(rest, (size_t)(end - rest.p) + 1));
    return BX_OK;
}

bx_code mcp_ask_begin(bx_mcp_call *c, bx_error *err)
{
    const bx_json_val *responses = bx_json_get(c->m->params, BX_LIT("inputResponses"));
    const bx_json_val *state = bx_json_get(c->m->params, BX_LIT("requestState"));
    bx_str text, key;
    if (!c->m->modern || !c->method->slow)
        return BX_OK;
    if (responses && bx_json_type_of(responses) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "inputResponses: expected an object, got %s",
                       bx_json_type_name(bx_json_type_of(responses)));
    bx_json_iter it = bx_json_iter_of(responses);
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        if (bx_json_type_of(v) != BX_JSON_OBJECT)
            return bx_fail(err, BX_EINVAL, "inputResponses/%.*s: expected an object, got %s",
                           BX_FMT(key), bx_json_type_name(bx_json_type_of(v)));
    }
    if (!state)
        return BX_OK;
    if (!bx_json_str(state, &text))
        return bx_fail(err, BX_EINVAL, "requestState: expected a string");
    return take_state(c, text, err);
}

/* ---- asking a modern client ------------------------------------------------------------------ */

static bool was_asked(const bx_mcp_call *c, bx_str key)
{
    for (bx_str rest = bx_buf_str(&c->keys); rest.n;) {
        const char *end = memchr(rest.p, '\n', rest.n);
        BX_ASSERT(end);
        size_t n = (size_t)(end - rest.p);
        if (bx_str_eq(key, (bx_str){rest.p, n}))
            return true;
        rest = bx_str_from(rest, n + 1);
    }
    return false;
}

static bool is_asked_locked(const bx_mcp_call *c, bx_str key)
{
    for (size_t i = 0; i < c->n_asked; i++) {
        if (bx_str_eq(key, bx_buf_str(&c->asked[i].key)))
            return true;
    }
    return false;
}

/* False: it is a task, which is asked otherwise.  Whoever becomes one looks at the same lock. */
static bool ask_later(bx_mcp_call *c, const mcp_question *of, bx_mcp_answer *ret)
{
    (void)pthread_mutex_lock(&c->server->lock);
    bool task = c->task != NULL;
    *ret = BX_MCP_LATER;
    if (!task && !is_asked_locked(c, bx_buf_str(&of->key))) {
        if (c->n_asked == MCP_MAX_QUESTIONS) {
            *ret = BX_MCP_FAILED;
        } else {
            mcp_question *q = &c->asked[c->n_asked++];
            *q = (mcp_question){bx_buf_init(256), bx_buf_init(256), bx_buf_init(1 << 20)};
            (void)bx_buf_add_str(&q->key, bx_buf_str(&of->key));
            (void)bx_buf_add_str(&q->method, bx_buf_str(&of->method));
            (void)bx_buf_add_str(&q->params, bx_buf_str(&of->params));
        }
    }
    (void)pthread_mutex_unlock(&c->server->lock);
    return !task;
}

bx_code mcp_ask_write(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    mcp_put(out, "resultType", BX_LIT("input_required"));
    c->result_type_written = true;
    bx_json_out_key(out, BX_LIT("inputRequests"));
    bx_json_out_begin_object(out);
    for (size_t i = 0; i < c->n_asked; i++) {
        const mcp_question *q = &c->asked[i];
        if (q->key.fail || q->method.fail || q->params.fail)
            return bx_fail(err, BX_ENOMEM, "a question to the client");
        bx_json_out_key(out, bx_buf_str(&q->key));
        bx_json_out_begin_object(out);
        mcp_put(out, "method", bx_buf_str(&q->method));
        bx_json_out_key(out, BX_LIT("params"));
        bx_json_out_raw(out, bx_buf_str(&q->params));
        bx_json_out_end_object(out);
    }
    bx_json_out_end_object(out);
    return put_state(c, out, err);
}

void mcp_ask_done(bx_mcp_call *c)
{
    for (size_t i = 0; i < c->n_asked; i++) {
        bx_buf_done(&c->asked[i].key);
        bx_buf_done(&c->asked[i].method);
        bx_buf_done(&c->asked[i].params);
    }
    for (size_t i = 0; i < c->n_answers; i++)
        bx_json_free(c->answers[i]);
    bx_buf_done(&c->keys);
    bx_buf_done(&c->state);
    bx_buf_done(&c->new_state);
}

/* ---- asking an older one --------------------------------------------------------------------- */

static void write_request(bx_str id, bx_str method, bx_str params, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "jsonrpc", BX_LIT("2.0"));
    mcp_put(&o, "id", id);
    mcp_put(&o, "method", method);
    bx_json_out_key(&o, BX_LIT("params"));
    bx_json_out_raw(&o, params);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK)
        bx_buf_clear(out);
}

static void forget_locked(bx_mcp_session *s, mcp_wait *w)
{
    for (mcp_wait **at = &s->waits; *at; at = &(*at)->next) {
        if (*at == w) {
            *at = w->next;
            return;
        }
    }
}

/* The client's message, or NULL. */
static bx_json *ask_and_wait(bx_mcp_call *c, bx_str method, bx_str params)
{
    bx_mcp_server *s = c->server;
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    mcp_wait w = {.next = NULL};
    (void)pthread_mutex_lock(&s->lock);
    bool can = !c->session->ended && mcp_step_aside_locked(c);
    if (can) {
        (void)snprintf(w.id, sizeof w.id, "ask-%llu", (unsigned long long)++c->session->n_asked);
        w.next = c->session->waits;
        c->session->waits = &w;
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (!can)
        return NULL;
    write_request(bx_str_of(w.id), method, params, &text);
    if (text.n)
        mcp_send(c, bx_buf_str(&text));
    (void)pthread_mutex_lock(&s->lock);
    while (text.n && !w.over && !c->cancelled)
        (void)pthread_cond_wait(&s->over, &s->lock);
    forget_locked(c->session, &w);
    mcp_step_back_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
    return w.answer;
}

/* Keep what was answered as long as the call. */
static bx_mcp_answer keep(bx_mcp_call *c, bx_json *doc, const bx_json_val *result,
                          const bx_json_val **ret)
{
    if (!doc)
        return BX_MCP_FAILED;
    if (bx_json_type_of(result) != BX_JSON_OBJECT || c->n_answers == MCP_MAX_QUESTIONS) {
        bx_json_free(doc);
        return BX_MCP_FAILED;
    }
    c->answers[c->n_answers++] = doc;
    *ret = result;
    return BX_MCP_ANSWERED;
}

static bx_mcp_answer ask_now(bx_mcp_call *c, const mcp_question *q, const bx_json_val **ret)
{
    bx_json *doc = ask_and_wait(c, bx_buf_str(&q->method), bx_buf_str(&q->params));
    return keep(c, doc, doc ? bx_json_get(bx_json_root(doc), BX_LIT("result")) : NULL, ret);
}

static bx_mcp_answer ask_task(bx_mcp_call *c, const mcp_question *q, const bx_json_val **ret)
{
    bx_json *doc = NULL;
    (void)mcp_task_ask(c, q, 1, &doc);
    return keep(c, doc, doc ? bx_json_root(doc) : NULL, ret);
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* An elicitation without modes means forms; one with modes names them. */
static bool takes_forms(const bx_mcp_call *c)
{
    const bx_json_val *modes = bx_json_get(mcp_capabilities(c), BX_LIT("elicitation"));
    return bx_json_get(modes, BX_LIT("form")) || !bx_json_get(modes, BX_LIT("url"));
}

/* The capability that lets it be asked. */
static bool may_ask(const bx_mcp_call *c, bx_str method)
{
    static const struct {
        bx_str method, capability;
    } rows[] = {
        {BX_LIT("elicitation/create"), BX_LIT("elicitation")},
        {BX_LIT("sampling/createMessage"), BX_LIT("sampling")},
        {BX_LIT("roots/list"), BX_LIT("roots")},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (bx_str_eq(method, rows[i].method))
            return bx_mcp_can(c, rows[i].capability) && (i > 0 || takes_forms(c));
    }
    return false;
}

/* `only_asked`: an answer to what was not asked is none. */
static bx_mcp_answer ask(bx_mcp_call *c, const mcp_question *q, bool only_asked,
                         const bx_json_val **ret)
{
    bx_str key = bx_buf_str(&q->key);
    const bx_json_val *responses = bx_json_get(c->m->params, BX_LIT("inputResponses"));
    const bx_json_val *given = c->m->modern ? bx_json_get(responses, key) : NULL;
    if (given && (!only_asked || was_asked(c, key))) {
        *ret = given;
        return BX_MCP_ANSWERED;
    }
    if (!may_ask(c, bx_buf_str(&q->method)))
        return BX_MCP_CANNOT;
    bx_mcp_answer later;
    if (c->m->modern)
        return ask_later(c, q, &later) ? later : ask_task(c, q, ret);
    return c->session ? ask_now(c, q, ret) : BX_MCP_CANNOT;
}

static mcp_question borrowed(bx_str key, bx_str method, bx_str params)
{
    return (mcp_question){{.p = (char *)(uintptr_t)key.p, .n = key.n},
                          {.p = (char *)(uintptr_t)method.p, .n = method.n},
                          {.p = (char *)(uintptr_t)params.p, .n = params.n}};
}

bx_mcp_answer bx_mcp_ask(bx_mcp_call *c, bx_str key, bx_str method, bx_str params,
                         const bx_json_val **ret)
{
    const mcp_question q = borrowed(key, method, params);
    return ask(c, &q, false, ret);
}

/* Of a task all at once, so that its client may answer them in any order. */
static bool ask_all_of_task(bx_mcp_call *c, const bx_mcp_question *q, size_t n,
                            const bx_json_val **ret)
{
    mcp_question asked[MCP_MAX_QUESTIONS] = {0};
    bx_json *docs[MCP_MAX_QUESTIONS] = {NULL};
    bool whole = true;
    for (size_t i = 0; i < n; i++) {
        asked[i] = borrowed(q[i].key, q[i].method, q[i].params);
        if (!may_ask(c, q[i].method))
            return false;
    }
    (void)mcp_task_ask(c, asked, n, docs);
    for (size_t i = 0; i < n; i++)
        whole =
            keep(c, docs[i], docs[i] ? bx_json_root(docs[i]) : NULL, &ret[i]) == BX_MCP_ANSWERED &&
            whole;
    return whole;
}

bool bx_mcp_ask_all(bx_mcp_call *c, const bx_mcp_question *q, size_t n, const bx_json_val **ret)
{
    bool whole = n <= MCP_MAX_QUESTIONS;
    (void)pthread_mutex_lock(&c->server->lock);
    bool task = c->task != NULL;
    (void)pthread_mutex_unlock(&c->server->lock);
    if (whole && task)
        return ask_all_of_task(c, q, n, ret);
    for (size_t i = 0; i < n && n <= MCP_MAX_QUESTIONS; i++)
        whole =
            bx_mcp_ask(c, q[i].key, q[i].method, q[i].params, &ret[i]) == BX_MCP_ANSWERED && whole;
    return whole;
}

/* ---- a choice -------------------------------------------------------------------------------- */

static void write_choice(bx_str message, const char *const *choices, size_t n, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "message", message);
    bx_json_out_key(&o, BX_LIT("requestedSchema"));
    bx_json_out_begin_object(&o);
    mcp_put(&o, "type", BX_LIT("object"));
    bx_json_out_key(&o, BX_LIT("properties"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("decision"));
    bx_json_out_begin_object(&o);
    mcp_put(&o, "type", BX_LIT("string"));
    mcp_put(&o, "title", BX_LIT("Decision"));
    bx_json_out_key(&o, BX_LIT("enum"));
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < n; i++)
        bx_json_out_string(&o, bx_str_of(choices[i]));
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    bx_json_out_key(&o, BX_LIT("required"));
    bx_json_out_begin_array(&o);
    bx_json_out_string(&o, BX_LIT("decision"));
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
}

bx_mcp_answer bx_mcp_choose(bx_mcp_call *c, bx_str message, const char *const *choices, size_t n,
                            size_t *ret)
{
    BX_AUTO_BUF params = bx_buf_init(256 << 10);
    const bx_json_val *answer = NULL;
    bx_str action = BX_LIT(""), chosen;
    write_choice(message, choices, n, &params);
    if (params.fail)
        return BX_MCP_FAILED;
    const mcp_question q =
        borrowed(BX_LIT("decision"), BX_LIT("elicitation/create"), bx_buf_str(&params));
    bx_mcp_answer got = ask(c, &q, true, &answer);
    if (got != BX_MCP_ANSWERED)
        return got;
    *ret = n;
    (void)bx_json_str(bx_json_get(answer, BX_LIT("action")), &action);
    const bx_json_val *content = bx_json_get(answer, BX_LIT("content"));
    if (!bx_str_eq(action, BX_LIT("accept")) ||
        !bx_json_str(bx_json_get(content, BX_LIT("decision")), &chosen))
        return BX_MCP_ANSWERED;
    for (size_t i = 0; i < n; i++) {
        if (bx_str_eq(chosen, bx_str_of(choices[i])))
            *ret = i;
    }
    return BX_MCP_ANSWERED;
}
