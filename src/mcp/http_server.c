#include "mcp/http_server.h"

#include <strings.h>

#include "mcp/http_address.h"
#include "mcp/http_conns.h"
#include "mcp/microhttpd.h"
#include "os/ctl.h"
#include "os/fd.h"

enum {
    NS_PER_MS = 1000000,
    STREAM_BLOCK = 16 << 10,
    MAX_DRAINED =
        256 << 10, /* bytes of a refused body that are read, so that the client sees why */
    STALL_S = 60,  /* a client that neither reads nor writes */
};

/* What the carrier keeps of a request, beside it; its connection's thread alone uses it. */
typedef struct visit {
    bx_httpd_request *r;
    bx_httpd *server;
    struct MHD_Connection *mhd;
    bx_httpd_conn *c;
    bool handled;   /* the service has it */
    bool discard;   /* it is answered; what comes of its body is not kept */
    bool close;     /* the connection ends with the answer */
    size_t drained; /* bytes */
} visit;

struct bx_httpd {
    bx_httpd_service service;
    bx_httpd_limits limits;
    struct MHD_Daemon *daemon;
    bx_httpd_conns *conns;
    bx_httpd_address at;
    int listener;         /* ours again once the library no longer listens; else -1 */
    atomic_bool stopping; /* requests are refused */
    atomic_bool breaking; /* no thread may wait for an answer any more */
    atomic_size_t held;   /* bytes of bodies */
};

static uint64_t after_ms(unsigned ms) { return bx_now_ns() + (uint64_t)ms * NS_PER_MS; }

/* ---- answers ----------------------------------------------------------------------------------
 */

/* Called under the request's lock: its connection's thread has something to do. */
static void wake(bx_httpd_request *r) { (void)pthread_cond_signal(&r->changed); }

/* The next bytes of a stream. */
static ssize_t read_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    visit *v = cls;
    bx_httpd_request *r = v->r;
    ssize_t n = 0;
    (void)pthread_mutex_lock(&r->lock);
    r->waiting = true;
    while (r->out.n == r->sent && r->state != BX_HTTPD_FINISHED && !r->gone && !r->slow &&
           !atomic_load(&v->server->breaking))
        (void)pthread_cond_wait(&r->changed, &r->lock);
    r->waiting = false;
    size_t left = r->out.n - r->sent;
    if (r->gone || r->slow) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (left) {
        n = (ssize_t)(left < max ? left : max);
        memcpy(buf, r->out.p + r->sent, (size_t)n);
        r->sent += (size_t)n;
    } else {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return n;
}

/* Without the lock, which the library's own must not be taken under: nobody else touches an answer
 * that is whole, nor the head of a stream. */
static struct MHD_Response *response_of(visit *v, bool whole)
{
    bx_httpd_request *r = v->r;
    struct MHD_Response *ret;
    if (whole) {
        ret = bx_mhd.MHD_create_response_from_buffer(r->out.n, r->out.n ? r->out.p : (char *)"",
                                                     r->out.n ? MHD_RESPMEM_MUST_FREE
                                                              : MHD_RESPMEM_PERSISTENT);
        if (ret)
            r->out = bx_buf_init(0);
    } else {
        ret = bx_mhd.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream,
                                                       v, NULL);
    }
    if (!ret)
        return NULL;
    const char *at = r->heads.p;
    for (size_t i = 0; i < r->n_heads; i++) {
        const char *value = at + strlen(at) + 1;
        (void)bx_mhd.MHD_add_response_header(ret, at, value);
        at = value + strlen(value) + 1;
    }
    if (v->close || atomic_load(&v->server->stopping))
        (void)bx_mhd.MHD_add_response_header(ret, "Connection", "close");
    return ret;
}

/* Wait for the answer, and hand it to the library.  MHD_NO ends the connection. */
static enum MHD_Result answer(visit *v)
{
    bx_httpd_request *r = v->r;
    (void)pthread_mutex_lock(&r->lock);
    while (r->state == BX_HTTPD_ASKED && !r->gone && !atomic_load(&v->server->breaking))
        (void)pthread_cond_wait(&r->changed, &r->lock);
    bx_httpd_state state = r->state;
    r->waiting = false;
    (void)pthread_mutex_unlock(&r->lock);
    if (state == BX_HTTPD_ASKED)
        return MHD_NO;
    struct MHD_Response *response = response_of(v, state == BX_HTTPD_ANSWERED);
    if (!response)
        return MHD_NO;
    enum MHD_Result done = bx_mhd.MHD_queue_response(v->mhd, (unsigned)r->status, response);
    bx_mhd.MHD_destroy_response(response);
    return done;
}

/* ---- requests ---------------------------------------------------------------------------------
 */

static bool is_answered(bx_httpd_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    bool answered = r->state != BX_HTTPD_ASKED;
    (void)pthread_mutex_unlock(&r->lock);
    return answered;
}

/* An answer in the service's place, which never gets the request: its reference goes too. */
static void refuse(bx_httpd_request *r, int status, const char *why)
{
    static const bx_httpd_field plain = {{"Content-Type", 12}, {"text/plain; charset=utf-8", 25}};
    bx_httpd_respond(r, status, &plain, 1, bx_str_of(why));
}

static enum MHD_Result add_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    return bx_httpd_request_add(cls, bx_str_of(name), bx_str_of(value)) == BX_OK ? MHD_YES : MHD_NO;
}

static bool number_of(bx_str s, uint64_t *ret)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret = v;
    return true;
}

/* RFC 9112 section 6: how long the body is must be said once, in one way.  Whoever says it twice
 * wants two readers to disagree, or has been made to. */
static int check_framing(const visit *v, bool *has_body, uint64_t *length, const char **why)
{
    bx_str te, cl, host;
    size_t n_te = bx_httpd_find(v->r, BX_LIT("transfer-encoding"), &te);
    size_t n_cl = bx_httpd_find(v->r, BX_LIT("content-length"), &cl);
    size_t n_host = bx_httpd_find(v->r, BX_LIT("host"), &host);
    *has_body = n_te || n_cl;
    *length = 0;
    if (n_te && n_cl)
        *why = "both Transfer-Encoding and Content-Length";
    else if (n_te > 1 || n_cl > 1)
        *why = "a length is given twice";
    else if (n_te && !(te.n == 7 && strncasecmp(te.p, "chunked", 7) == 0))
        *why = "the only Transfer-Encoding here is chunked";
    else if (n_cl && !number_of(cl, length))
        *why = "Content-Length is no number";
    else if (n_host != 1)
        *why = "Host must be there once";
    else
        return 0;
    return 400;
}

static void begin_visit(visit *v, bool *has_body)
{
    bx_httpd *s = v->server;
    const char *why = "";
    uint64_t length = 0;
    int status = 0;
    if (bx_mhd.MHD_get_connection_values(v->mhd, MHD_HEADER_KIND, NULL, NULL) >
        BX_HTTPD_MAX_FIELDS) {
        status = 431;
        why = "too many header fields";
        v->close = true;
    } else {
        (void)bx_mhd.MHD_get_connection_values(v->mhd, MHD_HEADER_KIND, add_field, v->r);
        status = check_framing(v, has_body, &length, &why);
        v->close = status != 0;
    }
    if (status == 0 && atomic_load(&s->stopping)) {
        status = 503;
        why = "the server is about to end";
    }
    if (status)
        refuse(v->r, status, why);
    else
        s->service.admit(s->service.ctx, v->r);
    if (!is_answered(v->r) && length > s->limits.body_bytes)
        refuse(v->r, 413, "the body is too large");
    if (is_answered(v->r) && (length > MAX_DRAINED || v->close))
        *has_body = false; /* not worth reading: the connection ends with the answer */
    atomic_store(&v->c->deadline_ns, after_ms(s->limits.body_ms));
}

static visit *new_visit(bx_httpd *s, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        bx_mhd.MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    bx_httpd_conn *c = info->socket_context;
    BX_AUTOFREE visit *v = c ? bx_calloc(1, sizeof *v) : NULL;
    if (!v || bx_httpd_request_new(s->limits.body_bytes, &v->r, NULL) != BX_OK)
        return NULL;
    v->server = s;
    v->mhd = mhd;
    v->c = c;
    v->r->wake = wake;
    v->r->carrier = v;
    bx_httpd_conns_at(s->conns, c, v->r);
    return BX_TAKE(v);
}

/* A piece of the body.  MHD_NO ends the connection. */
static enum MHD_Result take_body(visit *v, const char *data, size_t n)
{
    bx_httpd *s = v->server;
    if (v->discard) {
        v->drained += n;
        return v->drained <= MAX_DRAINED ? MHD_YES : MHD_NO;
    }
    size_t held = atomic_fetch_add(&s->held, n) + n;
    if (held <= s->limits.bodies_bytes && bx_buf_add(&v->r->body, data, n) == BX_OK)
        return MHD_YES;
    (void)atomic_fetch_sub(&s->held, n);
    v->discard = v->close = true;
    if (v->r->body.n + n > s->limits.body_bytes)
        refuse(v->r, 413, "the body is too large");
    else
        refuse(v->r, 503, "no room for this body now");
    return MHD_YES;
}

/* From here on this thread looks at its socket no more until there is an answer; the watcher does.
 */
static void hand_over(visit *v)
{
    (void)pthread_mutex_lock(&v->r->lock);
    v->r->waiting = true;
    (void)pthread_mutex_unlock(&v->r->lock);
    v->server->service.handle(v->server->service.ctx, v->r);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **con_cls)
{
    (void)version;
    bx_httpd *s = cls;
    visit *v = *con_cls;
    if (!v) {
        bool has_body = false;
        v = new_visit(s, mhd);
        if (!v)
            return MHD_NO;
        *con_cls = v;
        v->r->path = bx_str_of(url);
        v->r->method = bx_str_of(method);
        begin_visit(v, &has_body);
        v->discard = is_answered(v->r);
        return has_body || !v->discard ? MHD_YES : answer(v);
    }
    if (*n) {
        enum MHD_Result rc = take_body(v, data, *n);
        *n = 0;
        return rc;
    }
    if (!v->handled) {
        v->handled = true;
        atomic_store(&v->c->deadline_ns, UINT64_MAX);
        if (!v->discard)
            bx_httpd_conns_know(s->conns, v->c);
        if (!v->discard && atomic_load(&s->stopping))
            refuse(v->r, 503, "the server is about to end");
        else if (!v->discard)
            hand_over(v);
    }
    return answer(v);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                         enum MHD_RequestTerminationCode how)
{
    (void)mhd;
    (void)how; /* where the end of the server answered, its handler owes something all the same */
    bx_httpd *s = cls;
    visit *v = *con_cls;
    if (!v)
        return;
    *con_cls = NULL;
    bx_httpd_request *r = v->r;
    (void)pthread_mutex_lock(&r->lock);
    r->wake = NULL;
    (void)pthread_mutex_unlock(&r->lock);
    bx_httpd_conns_at(s->conns, v->c, NULL);
    (void)atomic_fetch_sub(&s->held, r->body.n);
    atomic_store(&v->c->deadline_ns, after_ms(s->limits.idle_ms));
    bx_httpd_request_gone(r); /* who answered already hears nothing */
    if (!v->handled && !v->discard)
        refuse(r, 400, ""); /* broken off while it was read: nobody else has it */
    bx_httpd_request_unref(r);
    free(v);
}

/* ---- connections ------------------------------------------------------------------------------
 */

/* Whether a new connection is let in.  On loopback every client has the same address, so only the
 * number of all counts there.  Where there are as many as there may be, one makes room that has
 * not sent a whole request, or has none now: whoever opens connections and says nothing keeps
 * nobody else out. */
static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t n)
{
    (void)n;
    bx_httpd *s = cls;
    unsigned same = 0;
    unsigned all =
        bx_httpd_conns_count(s->conns, from, bx_httpd_sockaddr_is_local(from) ? NULL : &same);
    if (same >= s->limits.per_address)
        return MHD_NO;
    return all < s->limits.connections || bx_httpd_conns_shed(s->conns) ? MHD_YES : MHD_NO;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    bx_httpd *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            bx_mhd.MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        /* NULL: the connection's first request ends it */
        *context = bx_httpd_conns_add(s->conns, info->connect_fd, after_ms(s->limits.head_ms));
    } else if (*context) {
        bx_httpd_conns_remove(s->conns, *context);
        *context = NULL;
    }
}

/* ---- the server -------------------------------------------------------------------------------
 */

static bx_httpd_limits with_defaults(bx_httpd_limits l)
{
    enum { MS = 1000 };
    if (!l.connections)
        l.connections = 2048;
    if (!l.per_address)
        l.per_address = 64;
    if (!l.head_bytes)
        l.head_bytes = 32 << 10;
    if (!l.body_bytes)
        l.body_bytes = 64 << 20;
    if (!l.bodies_bytes)
        l.bodies_bytes = 256 << 20;
    if (!l.head_ms)
        l.head_ms = 10 * MS;
    if (!l.body_ms)
        l.body_ms = 60 * MS;
    if (!l.idle_ms)
        l.idle_ms = 60 * MS;
    if (!l.keepalive_ms)
        l.keepalive_ms = 15 * MS;
    return l;
}

/* What the library has to say about single connections is of no use to an operator. */
static void no_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    (void)fmt;
    (void)ap;
}

/* A thread for each connection.  Small calls run on it: handing one to another thread and its
 * answer back costs several times what the call does.  And whatever takes long, nobody else waits
 * for it. on_accept keeps the number, so the library's own maximum, which counts those that are
 * about to end too, is out of its way. */
static bx_code start(bx_httpd *s, bx_error *err)
{
    enum { STRICT = 1 };
    const bx_httpd_limits *l = &s->limits;
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    if (s->at.sa.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    s->daemon = bx_mhd.MHD_start_daemon(
        flags, 0, on_accept, s, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, s->listener, MHD_OPTION_CONNECTION_LIMIT, 2 * l->connections + 64,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)STALL_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        l->head_bytes, MHD_OPTION_STRICT_FOR_CLIENT, (int)STRICT, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
    if (!s->daemon)
        return bx_fail(err, BX_EIO, "libmicrohttpd does not start");
    return BX_OK;
}

bx_code bx_httpd_new(const bx_httpd_config *cfg, bx_httpd **ret, bx_error *err)
{
    bx_httpd_address at;
    bx_code rc = bx_httpd_address_parse(cfg->address, &at, err);
    if (rc == BX_OK)
        rc = bx_mhd_load(err);
    if (rc != BX_OK)
        return rc;
    BX_AUTO(bx_httpd) bx_httpd *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->service = cfg->service;
    s->limits = with_defaults(cfg->limits);
    s->listener = -1;
    rc = bx_httpd_listen(&at, &s->listener, &s->at, err);
    if (rc == BX_OK)
        rc = bx_httpd_conns_new(s->limits.keepalive_ms, &s->conns, err);
    if (rc == BX_OK)
        rc = start(s, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(s);
    return rc;
}

void bx_httpd_where(const bx_httpd *s, char ret[BX_HTTPD_MAX_ADDRESS])
{
    bx_httpd_address_print(&s->at, ret);
}

/* The library gives the socket back and forgets it: it is ours to close. */
static void stop_listening(bx_httpd *s)
{
    if (!atomic_exchange(&s->stopping, true))
        (void)bx_mhd.MHD_quiesce_daemon(s->daemon);
    if (s->listener >= 0)
        (void)close(bx_fd_take(&s->listener));
}

bool bx_httpd_drain(bx_httpd *s, uint64_t until_ns)
{
    stop_listening(s);
    return bx_httpd_conns_wait(s->conns, until_ns);
}

/* The library waits for its threads, so none may wait for an answer any more: none begins to
 * (`breaking`, looked at under the lock of its request), and those that do are woken under the same
 * lock. */
void bx_httpd_free(bx_httpd *s)
{
    if (!s)
        return;
    if (s->daemon) {
        stop_listening(s);
        atomic_store(&s->breaking, true);
        bx_httpd_conns_break(s->conns);
        (void)bx_httpd_conns_wait(s->conns, after_ms(500)); /* let the answers out */
        bx_mhd.MHD_stop_daemon(s->daemon);
    }
    if (s->listener >= 0)
        (void)close(s->listener);
    bx_httpd_conns_free(s->conns);
    free(s);
}
