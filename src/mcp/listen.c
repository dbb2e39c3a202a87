/* Who is told of changes: streams of subscriptions/listen, and sessions of the older era. */
#include "mcp/call.h"
#include "mcp/tasks.h"

/* ---- what is watched ------------------------------------------------------------------------- */

static size_t index_of(const mcp_watched *w, bx_str uri)
{
    size_t i = 0;
    while (i < w->n && !bx_str_eq(uri, bx_str_of(w->at[i])))
        i++;
    return i;
}

bool mcp_watch(mcp_watched *w, bx_str uri)
{
    if (w->n == MCP_MAX_WATCHED || !(w->at[w->n] = bx_strndup(uri.p, uri.n)))
        return false;
    w->n++;
    return true;
}

bool mcp_unwatch(mcp_watched *w, bx_str uri)
{
    size_t i = index_of(w, uri);
    if (i == w->n)
        return false;
    free(w->at[i]);
    w->at[i] = w->at[--w->n];
    return true;
}

/* Without a lock: the port is told. */
void mcp_watched_done(const bx_mcp_server *s, mcp_watched *w)
{
    const bx_mcp_resources *r = s->cfg.resources;
    bx_error none;
    while (w->n) {
        char *uri = w->at[--w->n];
        if (r && r->watch)
            (void)(r->watch(r->ctx, NULL, bx_str_of(uri), false, &none) == BX_OK);
        free(uri);
    }
}

void mcp_listener_free(const bx_mcp_server *s, mcp_listener *l)
{
    if (!l)
        return;
    mcp_watched_done(s, &l->watched);
    while (l->tasks.n)
        free(l->tasks.at[--l->tasks.n]);
    free(l);
}

/* ---- the older era --------------------------------------------------------------------------- */

/* BX_EINVAL: no resource can be subscribed to. */
static bx_code target_of(const bx_mcp_call *c, bx_str *ret, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    *ret = mcp_param(c, "uri", err);
    if (!ret->p)
        return BX_EINVAL;
    return r && r->watch && c->session
               ? BX_OK
               : bx_fail(err, BX_EINVAL, "no resource here can be subscribed to");
}

static bool is_watched(bx_mcp_call *c, bx_str uri)
{
    (void)pthread_mutex_lock(&c->server->lock);
    bool yes = index_of(&c->session->watched, uri) < c->session->watched.n;
    (void)pthread_mutex_unlock(&c->server->lock);
    return yes;
}

/* The port is told first, so that nothing is missed; a session that ended meanwhile keeps nothing.
 */
bx_code mcp_serve_subscribe(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    bx_str uri;
    bx_error none;
    (void)out;
    bx_code rc = target_of(c, &uri, err);
    if (rc != BX_OK || is_watched(c, uri))
        return rc;
    rc = r->watch(r->ctx, c, uri, true, err);
    if (rc != BX_OK)
        return rc;
    (void)pthread_mutex_lock(&c->server->lock);
    mcp_watched *w = &c->session->watched;
    bool good = !c->session->ended && index_of(w, uri) == w->n && mcp_watch(w, uri);
    bool full = w->n == MCP_MAX_WATCHED;
    (void)pthread_mutex_unlock(&c->server->lock);
    if (!good)
        (void)(r->watch(r->ctx, NULL, uri, false, &none) == BX_OK);
    return good || !full
               ? BX_OK
               : bx_fail(err, BX_ELIMIT, "at most %d resources can be watched", MCP_MAX_WATCHED);
}

bx_code mcp_serve_unsubscribe(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    bx_str uri;
    (void)out;
    bx_code rc = target_of(c, &uri, err);
    if (rc != BX_OK)
        return rc;
    (void)pthread_mutex_lock(&c->server->lock);
    bool was = mcp_unwatch(&c->session->watched, uri);
    (void)pthread_mutex_unlock(&c->server->lock);
    return was ? r->watch(r->ctx, NULL, uri, false, err) : BX_OK;
}

/* ---- subscriptions/listen -------------------------------------------------------------------- */

static const struct {
    const char *key, *method;
    unsigned change;
} kinds[] = {
    {"toolsListChanged", "notifications/tools/list_changed", BX_MCP_TOOLS_CHANGED},
    {"promptsListChanged", "notifications/prompts/list_changed", BX_MCP_PROMPTS_CHANGED},
    {"resourcesListChanged", "notifications/resources/list_changed", BX_MCP_RESOURCES_CHANGED},
};

/* `_meta` with the ID of the request that listens. */
static void put_subscription(const bx_mcp_call *c, bx_json_out *o)
{
    bx_json_out_key(o, BX_LIT("_meta"));
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT(META_PREFIX "subscriptionId"));
    bx_json_out_raw(o, bx_buf_str(&c->m->id));
    bx_json_out_end_object(o);
}

static void begin_note(bx_json_out *o, const char *method)
{
    bx_json_out_begin_object(o);
    mcp_put(o, "jsonrpc", BX_LIT("2.0"));
    mcp_put(o, "method", bx_str_of(method));
    bx_json_out_key(o, BX_LIT("params"));
    bx_json_out_begin_object(o);
}

static bx_str end_note(bx_json_out *o)
{
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
    return bx_json_out_end(o, NULL) == BX_OK ? bx_buf_str(o->buf) : BX_LIT("");
}

/* Those that are the client's. */
static bx_code read_tasks(bx_mcp_call *c, const bx_json_val *ids, mcp_listener *l, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(ids);
    bx_str id;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (!bx_json_str(v, &id) || index_of(&l->tasks, id) < l->tasks.n || !mcp_task_is(c, id))
            continue;
        if (!mcp_watch(&l->tasks, id))
            return bx_fail(err, BX_EINVAL, "at most %d tasks can be listened to", MCP_MAX_WATCHED);
    }
    return BX_OK;
}

/* What was asked for and can be had. */
static bx_code read_filter(bx_mcp_call *c, mcp_listener *l, bx_error *err)
{
    const bx_json_val *n = bx_json_get(c->m->params, BX_LIT("notifications"));
    const bx_mcp_resources *r = c->server->cfg.resources;
    bool wanted;
    if (bx_json_type_of(n) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "notifications: expected an object, got %s",
                       bx_json_type_name(bx_json_type_of(n)));
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        wanted = false;
        (void)bx_json_bool(bx_json_get(n, bx_str_of(kinds[i].key)), &wanted);
        if (wanted)
            l->changes |= kinds[i].change;
    }
    if (!c->server->cfg.prompts)
        l->changes &= ~(unsigned)BX_MCP_PROMPTS_CHANGED;
    bx_json_iter it = bx_json_iter_of(bx_json_get(n, BX_LIT("resourceSubscriptions")));
    bx_str uri;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        bx_error none;
        if (!r || !r->watch || !bx_json_str(v, &uri) || index_of(&l->watched, uri) < l->watched.n ||
            r->watch(r->ctx, c, uri, true, &none) != BX_OK)
            continue;
        if (mcp_watch(&l->watched, uri))
            continue;
        (void)(r->watch(r->ctx, NULL, uri, false, &none) == BX_OK);
        return bx_fail(err, BX_EINVAL, "at most %d resources can be watched", MCP_MAX_WATCHED);
    }
    return read_tasks(c, bx_json_get(n, BX_LIT("taskIds")), l, err);
}

static void put_list(bx_json_out *o, const char *key, const mcp_watched *w)
{
    if (w->n == 0)
        return;
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < w->n; i++)
        bx_json_out_string(o, bx_str_of(w->at[i]));
    bx_json_out_end_array(o);
}

static void acknowledge(bx_mcp_call *c)
{
    BX_AUTO_BUF text = bx_buf_init(16 << 20);
    const mcp_listener *l = c->listener;
    bx_json_out o = bx_json_out_on(&text);
    begin_note(&o, "notifications/subscriptions/acknowledged");
    bx_json_out_key(&o, BX_LIT("notifications"));
    bx_json_out_begin_object(&o);
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        if (l->changes & kinds[i].change) {
            bx_json_out_key(&o, bx_str_of(kinds[i].key));
            bx_json_out_bool(&o, true);
        }
    }
    put_list(&o, "resourceSubscriptions", &l->watched);
    put_list(&o, "taskIds", &l->tasks);
    bx_json_out_end_object(&o);
    put_subscription(c, &o);
    mcp_send(c, end_note(&o));
}

bx_code mcp_serve_listen(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    bx_mcp_server *s = c->server;
    (void)out;
    c->listener = bx_calloc(1, sizeof *c->listener);
    if (!c->listener)
        return bx_fail(err, BX_ENOMEM, "a stream");
    bx_code rc = read_filter(c, c->listener, err);
    if (rc != BX_OK)
        return rc;
    acknowledge(c); /* before anything else can be sent on it */
    (void)pthread_mutex_lock(&s->lock);
    bool room = s->n_streams < MCP_MAX_STREAMS && !s->stopping;
    if (room) {
        s->n_streams++;
        mcp_call_enter_locked(c);
        c->listens = c->stays = true;
        c->pins++; /* until mcp_serve is through with it */
    }
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; room && i < c->listener->tasks.n; i++)
        mcp_task_tell_now(c, bx_str_of(c->listener->tasks.at[i]));
    if (room)
        return BX_OK;
    (void)bx_fail(err, BX_ELIMIT, "too many streams, or the server is being stopped");
    return mcp_refuse(c, MCP_BUSY, 503, err);
}

/* ---- telling --------------------------------------------------------------------------------- */

typedef bool wants(const bx_mcp_call *c, unsigned change, bx_str uri);

static bool wants_change(const bx_mcp_call *c, unsigned change, bx_str uri)
{
    (void)uri;
    return c->listener->changes & change;
}

static bool wants_uri(const bx_mcp_call *c, unsigned change, bx_str uri)
{
    (void)change;
    return index_of(&c->listener->watched, uri) < c->listener->watched.n;
}

static bool wants_task(const bx_mcp_call *c, unsigned change, bx_str id)
{
    (void)change;
    return index_of(&c->listener->tasks, id) < c->listener->tasks.n;
}

static void tell_stream(bx_mcp_call *c, const char *method, bx_str uri)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    begin_note(&o, method);
    if (uri.n)
        mcp_put(&o, "uri", uri);
    put_subscription(c, &o);
    mcp_send(c, end_note(&o));
}

static size_t pin_streams(bx_mcp_server *s, wants *fits, unsigned change, bx_str uri,
                          bx_mcp_call *some[MCP_MAX_STREAMS])
{
    size_t n = 0;
    (void)pthread_mutex_lock(&s->lock);
    for (bx_mcp_call *c = s->calls; c && n < MCP_MAX_STREAMS; c = c->next) {
        if (c->listens && !c->cancelled && fits(c, change, uri)) {
            c->pins++;
            some[n++] = c;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

static void tell_streams(bx_mcp_server *s, const char *method, unsigned change, bx_str uri)
{
    bx_mcp_call *some[MCP_MAX_STREAMS];
    size_t n = pin_streams(s, uri.n ? wants_uri : wants_change, change, uri, some);
    for (size_t i = 0; i < n; i++) {
        tell_stream(some[i], method, uri);
        mcp_call_unpin(some[i]);
    }
}

bool mcp_task_is_heard_locked(const bx_mcp_server *s, bx_str id)
{
    for (const bx_mcp_call *c = s->calls; c; c = c->next) {
        if (c->listens && !c->cancelled && wants_task(c, 0, id))
            return true;
    }
    return false;
}

/* The task's members, and whose stream it is. */
void mcp_tell_task_to(bx_mcp_call *c, bx_str detail)
{
    BX_AUTO_BUF text = bx_buf_init(detail.n + (64 << 10)), meta = bx_buf_init(32 << 10);
    bx_json_out o = bx_json_out_on(&meta);
    bx_json_out_begin_object(&o);
    put_subscription(c, &o);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK || detail.n < 3)
        return;
    (void)bx_buf_add_z(&text,
                       "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks\",\"params\":");
    (void)bx_buf_add(&text, detail.p, detail.n - 1);
    (void)bx_buf_add_c(&text, ',');
    (void)bx_buf_add_str(&text, bx_str_from(bx_buf_str(&meta), 1));
    (void)bx_buf_add_c(&text, '}');
    if (text.fail == BX_OK)
        mcp_send(c, bx_buf_str(&text));
}

void mcp_tell_task(bx_mcp_server *s, bx_str id, bx_str detail)
{
    bx_mcp_call *some[MCP_MAX_STREAMS];
    size_t n = pin_streams(s, wants_task, 0, id, some);
    for (size_t i = 0; i < n; i++) {
        mcp_tell_task_to(some[i], detail);
        mcp_call_unpin(some[i]);
    }
}

static void tell_session(bx_mcp_session *session, const char *method, bx_str uri)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    begin_note(&o, method);
    if (uri.n)
        mcp_put(&o, "uri", uri);
    mcp_session_send(session, end_note(&o));
}

static void tell_sessions(bx_mcp_server *s, const char *method, bx_str uri)
{
    BX_AUTOFREE bx_mcp_session **some = bx_calloc(BX_MCP_MAX_SESSIONS, sizeof(bx_mcp_session *));
    size_t n = 0;
    (void)pthread_mutex_lock(&s->lock);
    for (bx_mcp_session *x = s->sessions; some && x && n < BX_MCP_MAX_SESSIONS; x = x->next) {
        if (x->initialized && (!uri.n || index_of(&x->watched, uri) < x->watched.n)) {
            mcp_session_ref_locked(x);
            some[n++] = x;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++) {
        tell_session(some[i], method, uri);
        bx_mcp_session_unref(some[i]);
    }
}

void bx_mcp_server_changed(bx_mcp_server *s, unsigned changes)
{
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        if (changes & kinds[i].change) {
            tell_streams(s, kinds[i].method, kinds[i].change, BX_LIT(""));
            tell_sessions(s, kinds[i].method, BX_LIT(""));
        }
    }
}

void bx_mcp_server_updated(bx_mcp_server *s, bx_str uri)
{
    tell_streams(s, "notifications/resources/updated", 0, uri);
    tell_sessions(s, "notifications/resources/updated", uri);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void end_stream(bx_mcp_call *c)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    if (!c->m->http) { /* where one connection carries all, the client is told which one ends */
        begin_note(&o, "notifications/cancelled");
        bx_json_out_key(&o, BX_LIT("requestId"));
        bx_json_out_raw(&o, bx_buf_str(&c->m->id));
        mcp_put(&o, "reason", BX_LIT("the server is being stopped"));
        mcp_send(c, end_note(&o));
        bx_buf_clear(&text);
        o = bx_json_out_on(&text);
    }
    bx_json_out_begin_object(&o);
    mcp_put(&o, "jsonrpc", BX_LIT("2.0"));
    bx_json_out_key(&o, BX_LIT("id"));
    bx_json_out_raw(&o, bx_buf_str(&c->m->id));
    bx_json_out_key(&o, BX_LIT("result"));
    bx_json_out_begin_object(&o);
    mcp_put(&o, "resultType", BX_LIT("complete"));
    put_subscription(c, &o);
    mcp_close(c, 200, end_note(&o));
}

void mcp_end_streams(bx_mcp_server *s)
{
    bx_mcp_call *some[MCP_MAX_STREAMS];
    size_t n = 0;
    (void)pthread_mutex_lock(&s->lock);
    for (bx_mcp_call *c = s->calls; c && n < BX_COUNT(some); c = c->next) {
        if (c->listens && !c->cancelled) {
            c->pins++;
            some[n++] = c;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++) {
        end_stream(some[i]);
        mcp_call_unpin(some[i]);
    }
}
