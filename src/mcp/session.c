/* Sessions of the older era: who opened one, the stream it listens on, and what it is asked. */
#include "mcp/call.h"

#include "os/random.h"

/* ---- life ------------------------------------------------------------------------------------ */

static bx_code make_id(bx_mcp_session *s, bx_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[16];
    bx_code rc = bx_random_fill(raw, sizeof raw, err);
    for (size_t i = 0; rc == BX_OK && i < sizeof raw; i++) {
        s->id[2 * i] = digits[raw[i] >> 4];
        s->id[2 * i + 1] = digits[raw[i] & 15];
    }
    return rc;
}

static void enter_locked(bx_mcp_session *s)
{
    s->next = s->server->sessions;
    s->server->sessions = s;
    s->server->n_sessions++;
}

bx_code bx_mcp_session_new(bx_mcp_server *server, const bx_mcp_sink *stream, bx_mcp_session **ret,
                           bx_error *err)
{
    BX_AUTOFREE bx_mcp_session *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "a session");
    bx_code rc = make_id(s, err);
    if (rc != BX_OK)
        return rc;
    s->server = server;
    s->refs = 2; /* the caller's, and that of the list */
    s->idle_since = bx_now_ns();
    (void)pthread_mutex_lock(&server->lock);
    bool room = server->n_sessions < BX_MCP_MAX_SESSIONS && !server->stopping;
    if (room) {
        (void)pthread_mutex_init(&s->stream_lock, NULL);
        s->has_stream = stream != NULL;
        if (stream)
            s->stream = *stream;
        enter_locked(s);
    }
    (void)pthread_mutex_unlock(&server->lock);
    if (!room)
        return bx_fail(err, BX_ELIMIT, "%d sessions are open already", BX_MCP_MAX_SESSIONS);
    *ret = BX_TAKE(s);
    return BX_OK;
}

void mcp_session_ref_locked(bx_mcp_session *s) { s->refs++; }

static void free_session(bx_mcp_session *s)
{
    bx_json_free(s->hello);
    (void)pthread_mutex_destroy(&s->stream_lock);
    free(s);
}

void mcp_session_release_locked(bx_mcp_session *s)
{
    if (--s->refs > 0)
        return;
    BX_ASSERT(s->ended);
    free_session(s);
}

void bx_mcp_session_unref(bx_mcp_session *s)
{
    if (!s)
        return;
    bx_mcp_server *server = s->server;
    (void)pthread_mutex_lock(&server->lock);
    mcp_session_release_locked(s);
    (void)pthread_mutex_unlock(&server->lock);
}

static bool is_of(const bx_mcp_call *c, const void *session) { return c->session == session; }

void bx_mcp_session_end(bx_mcp_session *s)
{
    bx_mcp_server *server = s->server;
    (void)pthread_mutex_lock(&server->lock);
    bool first = !s->ended;
    s->ended = true;
    for (bx_mcp_session **at = &server->sessions; first && *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            server->n_sessions--;
            break;
        }
    }
    for (mcp_wait *w = s->waits; w; w = w->next)
        w->over = true;
    mcp_watched watched = s->watched; /* nothing is added to those of a session that ended */
    s->watched.n = 0;
    (void)pthread_cond_broadcast(&server->over);
    (void)pthread_mutex_unlock(&server->lock);
    if (!first)
        return;
    mcp_watched_done(server, &watched);
    mcp_cancel_where(server, is_of, s);
    bx_mcp_session_stream(s, NULL);
    bx_mcp_session_unref(s);
}

void mcp_sessions_end(bx_mcp_server *server)
{
    for (;;) {
        (void)pthread_mutex_lock(&server->lock);
        bx_mcp_session *s = server->sessions;
        if (s)
            mcp_session_ref_locked(s);
        (void)pthread_mutex_unlock(&server->lock);
        if (!s)
            return;
        bx_mcp_session_end(s);
        bx_mcp_session_unref(s);
    }
}

/* ---- finding --------------------------------------------------------------------------------- */

const char *bx_mcp_session_id(const bx_mcp_session *s) { return s->id; }

bx_mcp_session *bx_mcp_session_find(bx_mcp_server *server, bx_str id)
{
    bx_mcp_session *found = NULL;
    if (id.n != sizeof found->id - 1)
        return NULL;
    (void)pthread_mutex_lock(&server->lock);
    for (bx_mcp_session *s = server->sessions; s && !found; s = s->next) {
        if (bx_equal_ct(s->id, id.p, id.n)) /* it is a key: no timing may help to guess one */
            found = s;
    }
    if (found)
        mcp_session_ref_locked(found);
    (void)pthread_mutex_unlock(&server->lock);
    return found;
}

void mcp_session_seen(bx_mcp_session *s)
{
    (void)pthread_mutex_lock(&s->server->lock);
    s->idle_since = bx_now_ns();
    (void)pthread_mutex_unlock(&s->server->lock);
}

uint64_t bx_mcp_session_idle_since(const bx_mcp_session *s)
{
    (void)pthread_mutex_lock(&s->server->lock);
    uint64_t since = s->busy ? 0 : s->idle_since;
    (void)pthread_mutex_unlock(&s->server->lock);
    return since;
}

/* ---- its stream ------------------------------------------------------------------------------ */

void bx_mcp_session_stream(bx_mcp_session *s, const bx_mcp_sink *stream)
{
    (void)pthread_mutex_lock(&s->stream_lock);
    bx_mcp_sink old = s->stream;
    bool had = s->has_stream;
    s->has_stream = stream != NULL;
    if (stream)
        s->stream = *stream;
    (void)pthread_mutex_unlock(&s->stream_lock);
    if (had)
        old.done(old.ctx, 200, BX_LIT(""));
}

void mcp_session_send(bx_mcp_session *s, bx_str json)
{
    (void)pthread_mutex_lock(&s->stream_lock);
    if (s->has_stream)
        s->stream.send(s->stream.ctx, json);
    (void)pthread_mutex_unlock(&s->stream_lock);
}

/* ---- who it is ------------------------------------------------------------------------------- */

static const bx_json_val *hello(const bx_mcp_call *c)
{
    const bx_json *doc = c->session ? c->session->hello : NULL;
    return doc ? bx_json_get(bx_json_root(doc), BX_LIT("params")) : NULL;
}

const bx_json_val *mcp_capabilities(const bx_mcp_call *c)
{
    return c->m->modern ? mcp_meta(c->m, BX_LIT("clientCapabilities"))
                        : bx_json_get(hello(c), BX_LIT("capabilities"));
}

const bx_json_val *mcp_client_info(const bx_mcp_call *c)
{
    return c->m->modern ? mcp_meta(c->m, BX_LIT("clientInfo"))
                        : bx_json_get(hello(c), BX_LIT("clientInfo"));
}

const char *mcp_version_of(const bx_mcp_call *c)
{
    const char *version = c->session ? c->session->version : NULL;
    return c->m->modern ? BX_MCP_MODERN : version ? version : BX_MCP_LEGACY;
}

/* ---- what it answers ------------------------------------------------------------------------- */

void mcp_session_answer(bx_mcp_session *s, bx_mcp_message *m)
{
    bx_str id;
    if (!bx_json_str(bx_json_get(bx_json_root(m->doc), BX_LIT("id")), &id))
        return;
    (void)pthread_mutex_lock(&s->server->lock);
    for (mcp_wait *w = s->waits; w; w = w->next) {
        if (!w->over && bx_str_eq(id, bx_str_of(w->id))) {
            w->answer = BX_TAKE(m->doc);
            w->over = true;
            break;
        }
    }
    (void)pthread_cond_broadcast(&s->server->over);
    (void)pthread_mutex_unlock(&s->server->lock);
}

/* ---- log level ------------------------------------------------------------------------------- */

bx_code mcp_serve_set_level(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    (void)out;
    bx_str level = mcp_param(c, "level", err);
    unsigned n = level.p ? mcp_log_level(level) : 0;
    if (level.p && n == 0)
        (void)bx_fail(err, BX_EINVAL,
                      "level: there is debug, info, notice, warning, error, critical, alert, "
                      "emergency");
    if (n == 0)
        return BX_EINVAL;
    if (c->session)
        c->session->log_level = n;
    return BX_OK;
}
