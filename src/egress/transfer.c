#include <stdarg.h>

#include "egress/internal.h"

enum { CA_CACHE_SECONDS = 300 };

/* ---- ends ------------------------------------------------------------------------------------ */

static void finish(bx_egress_request *r, bx_http_error e, const char *msg, bool cancelled)
{
    bx_egress_scope *s = r->scope;
    bx_egress *eg = s->eg;
    if (r->easy) {
        (void)curl_multi_remove_handle(eg->multi, r->easy);
        curl_easy_cleanup(r->easy);
        r->easy = NULL;
    }
    bx_curl_slist_free(BX_TAKE(r->pin));
    bx_curl_slist_free(BX_TAKE(r->headers));
    bx_lookup_cancel(BX_TAKE(r->lookup));
    if (r->prev)
        r->prev->next = r->next;
    else
        eg->live = r->next;
    if (r->next)
        r->next->prev = r->prev;
    r->is_live = false;
    bx_request_settle(r, e, msg);
    bx_scope_event(s, r, r->head ? r->head->pub.status : 0, cancelled);
    bx_request_publish(r);
    atomic_fetch_sub(&eg->active, 1);
    (void)pthread_mutex_lock(&s->lock);
    if (--s->live == 0)
        (void)pthread_cond_broadcast(&s->idle); /* from the unlock on, `s` may be gone */
    (void)pthread_mutex_unlock(&s->lock);
    bx_request_unref(r);
}

BX_PRINTF(3, 4)
static void finish_f(bx_egress_request *r, bx_http_error e, const char *fmt, ...)
{
    char msg[BX_EGRESS_MSG];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    finish(r, e, msg, false);
}

void bx_transfer_abort(bx_egress_request *r, bx_http_error e, const char *msg)
{
    if (r->abort_error != BX_HTTP_OK)
        return;
    r->abort_error = e;
    (void)snprintf(r->abort_msg, sizeof r->abort_msg, "%.*s", (int)sizeof r->abort_msg - 1, msg);
}

/* ---- callbacks: the answer ------------------------------------------------------------------- */

static void store_head(bx_egress_request *r, bx_head *h)
{
    bool info = h->pub.status < 200;
    if (!info) {
        r->phase = BX_PHASE_BODY;
        r->phase_ns = bx_now_ns();
    }
    (void)pthread_mutex_lock(&r->lock);
    if (!info) {
        r->head = BX_TAKE(h);
    } else if (r->n_infos < BX_HTTP_MAX_INFO) {
        r->infos[r->n_infos++] = BX_TAKE(h);
    }
    bool look_again = !info && r->send_paused;
    bx_request_notify_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    bx_head_free(h);
    /* After an error status libcurl sends no more, but a paused upload would keep the transfer
     * from ending: let it look once more, after this callback. */
    if (look_again) {
        r->nudge = true;
        (void)bx_egress_post(r->scope->eg, r, BX_MAIL_KICK);
    }
}

static bx_http_error end_of_head(bx_egress_request *r, bx_error *err)
{
    bx_head *h = NULL;
    bx_http_error e = bx_head_finish(&r->building, &h, err);
    if (e != BX_HTTP_OK)
        return e;
    bx_head_begin(&r->building, h->pub.status >= 200);
    if (h->pub.status >= 200)
        bx_connect_watch(r, r->building.major == 2);
    if (h->pub.status == 101) {
        bx_head_free(h);
        bx_fail(err, BX_EIO, "the server switched protocols without being asked");
        return BX_HTTP_UPGRADE_FAILED;
    }
    store_head(r, h);
    return BX_HTTP_OK;
}

/* One line of a header section, the final empty one included; after the body, of the trailers. */
static size_t on_header(char *p, size_t size, size_t count, void *ctx)
{
    bx_egress_request *r = ctx;
    size_t n = size * count;
    bx_str line = {p, n};
    bx_error err;
    bx_http_error e = BX_HTTP_OK;
    if (line.n > 0 && line.p[line.n - 1] == '\n')
        line.n--;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    r->bytes_in += n;
    if (!bx_scope_count_in(r->scope, n)) {
        e = BX_HTTP_RESPONSE_BODY_SIZE;
        bx_fail(&err, BX_ELIMIT,
                "the call's limit http_in is used up; raise it with --limit http_in=…");
    } else if (line.n > 0) {
        e = bx_head_line(&r->building, line, &err);
    } else if (!r->head) {
        e = end_of_head(r, &err);
    }
    if (e == BX_HTTP_OK)
        return n;
    bx_transfer_abort(r, e, err.msg);
    return 0;
}

static size_t on_body(char *p, size_t size, size_t count, void *ctx)
{
    bx_egress_request *r = ctx;
    size_t n = size * count, put = 0;
    (void)pthread_mutex_lock(&r->lock);
    if (bx_ring_room(&r->in) < n) { /* libcurl keeps the piece and stops reading the socket */
        r->recv_paused = true;
        (void)pthread_mutex_unlock(&r->lock);
        return CURL_WRITEFUNC_PAUSE;
    }
    bool ok = bx_ring_put(&r->in, p, n, &put);
    bx_request_notify_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    r->phase_ns = bx_now_ns();
    r->bytes_in += n;
    if (!ok)
        bx_transfer_abort(r, BX_HTTP_INTERNAL_ERROR, "out of memory");
    else if (!bx_scope_count_in(r->scope, n))
        bx_transfer_abort(r, BX_HTTP_RESPONSE_BODY_SIZE,
                          "the call's limit http_in is used up; raise it with --limit http_in=…");
    return r->abort_error == BX_HTTP_OK ? n : 0;
}

/* ---- callbacks: the request's body ----------------------------------------------------------- */

static size_t on_read(char *p, size_t size, size_t count, void *ctx)
{
    bx_egress_request *r = ctx;
    (void)pthread_mutex_lock(&r->lock);
    size_t n = bx_ring_get(&r->out, p, size * count);
    bool end = n == 0 && r->out_end;
    r->send_paused = n == 0 && !end;
    if (n > 0)
        bx_request_notify_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    if (end)
        return 0;
    if (n == 0)
        return CURL_READFUNC_PAUSE;
    r->body_begun = true;
    r->bytes_out += n;
    if (!bx_scope_count_out(r->scope, n)) {
        bx_transfer_abort(r, BX_HTTP_REQUEST_BODY_SIZE,
                          "the call's limit http_out is used up; raise it with --limit http_out=…");
        return CURL_READFUNC_ABORT;
    }
    return n;
}

static int on_trailers(struct curl_slist **list, void *ctx)
{
    bx_egress_request *r = ctx;
    (void)pthread_mutex_lock(&r->lock);
    *list = BX_TAKE(r->out_trailers); /* libcurl frees it */
    (void)pthread_mutex_unlock(&r->lock);
    return CURL_TRAILERFUNC_OK;
}

/* ---- setting a transfer up ------------------------------------------------------------------- */

#define SET(r, option, value) \
    ((r)->setup = (r)->setup == CURLE_OK ? curl_easy_setopt((r)->easy, option, value) : (r)->setup)

/* What is shared between the requests of one scope and with nobody else: connections (which carry
 * the identity of who opened them), TLS sessions, and the pinned addresses. */
static bool share_ready(bx_egress_scope *s)
{
    if (s->share)
        return true;
    CURLSH *sh = curl_share_init();
    if (!sh)
        return false;
    if (curl_share_setopt(sh, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK ||
        curl_share_setopt(sh, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) != CURLSHE_OK ||
        curl_share_setopt(sh, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
        (void)curl_share_cleanup(sh);
        return false;
    }
    s->share = sh;
    return true;
}

/* "host:port:addr,[addr6]": the only addresses libcurl will ever have for the name, so that no
 * second lookup can answer differently. */
static bool pin(bx_egress_request *r)
{
    if (r->url->is_ip)
        return true;
    BX_AUTO_BUF b = bx_buf_init(4096);
    bx_buf_addf(&b, "%s:%u:", r->url->host, r->url->parts.port);
    for (size_t i = 0; i < r->n_addrs; i++) {
        char text[46];
        bool v6 = r->addrs[i].family == 6;
        bx_ip_print(r->addrs[i], text);
        bx_buf_addf(&b, "%s%s%s%s", i > 0 ? "," : "", v6 ? "[" : "", text, v6 ? "]" : "");
    }
    r->pin = b.fail == BX_OK ? curl_slist_append(NULL, b.p) : NULL;
    return r->pin && SET(r, CURLOPT_RESOLVE, r->pin) == CURLE_OK;
}

static void set_method(bx_egress_request *r)
{
    bool upload = r->body_length != BX_BODY_NONE && r->body_length != 0;
    bool get = strcmp(r->method, "GET") == 0;
    bool counts = strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0 ||
                  strcmp(r->method, "PATCH") == 0;
    if (upload) {
        curl_off_t n = r->body_length == BX_BODY_CHUNKED ? -1 : (curl_off_t)r->body_length;
        SET(r, CURLOPT_UPLOAD, 1L);
        SET(r, CURLOPT_INFILESIZE_LARGE, n);
        SET(r, CURLOPT_READFUNCTION, on_read);
        SET(r, CURLOPT_READDATA, r);
        SET(r, CURLOPT_TRAILERFUNCTION, on_trailers);
        SET(r, CURLOPT_TRAILERDATA, r);
    } else if (r->is_head) {
        SET(r, CURLOPT_NOBODY, 1L);
    } else if (counts) { /* RFC 9110 section 8.6: "Content-Length: 0" is said */
        SET(r, CURLOPT_POST, 1L);
        SET(r, CURLOPT_POSTFIELDSIZE, 0L);
        SET(r, CURLOPT_POSTFIELDS, "");
    } else {
        SET(r, CURLOPT_HTTPGET, 1L);
    }
    if (upload || (!get && !r->is_head))
        SET(r, CURLOPT_CUSTOMREQUEST, r->method);
}

/* With a bundle alone libcurl keeps the parsed store for a while; reading it takes longer than the
 * handshake.  A grant's own certificates are not worth that: their store is nobody else's. */
static void set_trust(bx_egress_request *r)
{
    bx_egress_scope *s = r->scope;
    if (s->ca.n > 0) {
        struct curl_blob blob = {s->trust.p, s->trust.n, CURL_BLOB_NOCOPY};
        SET(r, CURLOPT_CAINFO_BLOB, &blob);
    } else if (s->eg->ca_file) {
        SET(r, CURLOPT_CAINFO, s->eg->ca_file);
    }
    SET(r, CURLOPT_CAPATH, NULL);
    SET(r, CURLOPT_CA_CACHE_TIMEOUT, (long)CA_CACHE_SECONDS);
}

static void set_connection(bx_egress_request *r)
{
    bool https = bx_str_eq(r->url->parts.scheme, BX_LIT("https"));
    SET(r, CURLOPT_URL, r->url->text);
    SET(r, CURLOPT_PATH_AS_IS, 1L); /* what was judged is what is sent */
    SET(r, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    SET(r, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(r, CURLOPT_FOLLOWLOCATION, 0L);
    SET(r, CURLOPT_NOSIGNAL, 1L);
    SET(r, CURLOPT_PROXY, ""); /* and none from the environment */
    SET(r, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(r, CURLOPT_HTTP09_ALLOWED, 0L);
    SET(r, CURLOPT_HTTP_VERSION, (long)(https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    SET(r, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(r, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(r, CURLOPT_SSL_VERIFYHOST, 2L);
    set_trust(r);
    SET(r, CURLOPT_SHARE, r->scope->share);
    SET(r, CURLOPT_DNS_CACHE_TIMEOUT, -1L); /* pins do not go stale */
    SET(r, CURLOPT_OPENSOCKETFUNCTION, bx_connect_open);
    SET(r, CURLOPT_OPENSOCKETDATA, r);
    SET(r, CURLOPT_CLOSESOCKETFUNCTION, bx_connect_close); /* when nobody may have the request */
    SET(r, CURLOPT_CLOSESOCKETDATA, r->scope);
    SET(r, CURLOPT_PREREQFUNCTION, bx_connect_ready);
    SET(r, CURLOPT_PREREQDATA, r);
    SET(r, CURLOPT_DEBUGFUNCTION, bx_connect_remark);
    SET(r, CURLOPT_DEBUGDATA, r);
    SET(r, CURLOPT_VERBOSE, https ? 1L : 0L); /* bx_connect_remark hears of HTTP/2's end */
    uint64_t used = bx_now_ns() - r->start_ns;
    uint64_t left = r->connect_timeout_ns > used ? r->connect_timeout_ns - used : 0;
    uint64_t ms = left / 1000000 + 1;
    SET(r, CURLOPT_CONNECTTIMEOUT_MS, ms > INT32_MAX ? (long)INT32_MAX : (long)ms);
}

static void set_callbacks(bx_egress_request *r)
{
    SET(r, CURLOPT_PRIVATE, r);
    SET(r, CURLOPT_ERRORBUFFER, r->curl_msg);
    SET(r, CURLOPT_HTTPHEADER, r->headers);
    SET(r, CURLOPT_HEADERFUNCTION, on_header);
    SET(r, CURLOPT_HEADERDATA, r);
    SET(r, CURLOPT_WRITEFUNCTION, on_body);
    SET(r, CURLOPT_WRITEDATA, r);
}

static void connect_vetted(bx_egress_request *r)
{
    bx_egress *eg = r->scope->eg;
    r->phase = BX_PHASE_CONNECT;
    bx_head_begin(&r->building, false);
    r->easy = curl_easy_init();
    bool https = bx_str_eq(r->url->parts.scheme, BX_LIT("https"));
    if (!r->easy || !share_ready(r->scope) || (https && !bx_trust_ready(r->scope))) {
        finish_f(r, BX_HTTP_INTERNAL_ERROR, "out of memory");
        return;
    }
    set_connection(r);
    set_callbacks(r);
    set_method(r);
    if (r->setup != CURLE_OK || !pin(r)) {
        finish_f(r, BX_HTTP_INTERNAL_ERROR, "set the transfer up: %s",
                 curl_easy_strerror(r->setup));
        return;
    }
    CURLMcode mc = curl_multi_add_handle(eg->multi, r->easy);
    if (mc != CURLM_OK)
        finish_f(r, BX_HTTP_INTERNAL_ERROR, "start the transfer: %s", curl_multi_strerror(mc));
}

/* ---- from mail to transfer ------------------------------------------------------------------- */

/* On a helper thread. */
static void on_lookup(void *ctx, bx_http_error e, const bx_ip *ips, size_t n)
{
    bx_egress_request *r = ctx;
    r->answer_error = e;
    r->n_answer = e == BX_HTTP_OK ? n : 0;
    memcpy(r->answer, ips, r->n_answer * sizeof *ips);
    (void)bx_egress_post(r->scope->eg, r, BX_MAIL_RESOLVED);
}

static void begin(bx_egress_request *r)
{
    bx_egress *eg = r->scope->eg;
    r->is_live = true;
    r->next = eg->live;
    if (r->next)
        r->next->prev = r;
    eg->live = r;
    if (r->url->is_ip) { /* judged before it came here */
        r->addrs[0] = r->url->ip;
        r->n_addrs = 1;
        connect_vetted(r);
        return;
    }
    r->phase = BX_PHASE_LOOKUP;
    bx_error err;
    if (bx_lookup_start(eg->resolver, r->url->host, r->scope, on_lookup, r, &r->lookup, &err) !=
        BX_OK)
        finish_f(r, BX_HTTP_INTERNAL_ERROR, "look up '%s': %s", r->url->host, err.msg);
}

static void resolved(bx_egress_request *r)
{
    bx_lookup_cancel(BX_TAKE(r->lookup));
    if (r->answer_error != BX_HTTP_OK) {
        finish_f(r, r->answer_error, "look up '%s': %s", r->url->host,
                 bx_http_error_text(r->answer_error));
        return;
    }
    bx_verdict v, no = {.reason = "it has no address"};
    for (size_t i = 0; i < r->n_answer; i++) {
        bx_scope_check_addr(r->scope, r->answer[i], r->url->parts.port, &v);
        if (v.allow)
            r->addrs[r->n_addrs++] = r->answer[i];
        else
            no = v;
    }
    if (r->n_addrs == 0) {
        r->refused = true;
        (void)snprintf(r->rule, sizeof r->rule, "%s", no.rule);
        finish_f(r, BX_HTTP_DESTINATION_IP_PROHIBITED, "no address of '%s' may be connected to: %s",
                 r->url->host, no.reason);
        return;
    }
    connect_vetted(r);
}

static void kick(bx_egress_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    bool recv = r->recv_paused && bx_ring_room(&r->in) >= CURL_MAX_WRITE_SIZE;
    bool send = r->send_paused && (r->out.n > 0 || r->out_end || r->nudge);
    r->nudge = false;
    if (recv)
        r->recv_paused = false;
    if (send)
        r->send_paused = false;
    int mask = (r->recv_paused ? CURLPAUSE_RECV : 0) | (r->send_paused ? CURLPAUSE_SEND : 0);
    (void)pthread_mutex_unlock(&r->lock);
    if (!recv && !send)
        return;
    if (recv)
        r->phase_ns = bx_now_ns(); /* the silence was the guest's */
    (void)curl_easy_pause(r->easy,
                          mask); /* calls on_body; a failure shows up as the transfer's end */
}

void bx_transfer_mail(bx_egress_request *r, unsigned mail)
{
    if (mail & BX_MAIL_START)
        begin(r);
    if (r->is_live && (mail & BX_MAIL_CANCEL))
        finish(r, BX_HTTP_CONNECTION_TERMINATED, "cancelled", true);
    if (r->is_live && (mail & BX_MAIL_RESOLVED) && r->lookup)
        resolved(r);
    if (r->is_live && (mail & BX_MAIL_KICK) && r->easy)
        kick(r);
}

/* ---- ends, from libcurl and from the clock --------------------------------------------------- */

static bx_http_error take_trailers(bx_egress_request *r, bx_error *err)
{
    if (r->building.n == 0)
        return BX_HTTP_OK;
    bx_head *h = NULL;
    bx_http_error e = bx_head_finish(&r->building, &h, err);
    if (e == BX_HTTP_OK) {
        (void)pthread_mutex_lock(&r->lock);
        r->trailers = h;
        (void)pthread_mutex_unlock(&r->lock);
    }
    return e;
}

void bx_transfer_done(bx_egress_request *r, CURLcode rc)
{
    bx_error err;
    if (rc != CURLE_OK && r->abort_error == BX_HTTP_OK && bx_connect_again(r))
        return;
    if (rc == CURLE_OK && r->abort_error == BX_HTTP_OK && r->head) {
        bx_http_error e = take_trailers(r, &err);
        finish(r, e, e == BX_HTTP_OK ? "" : err.msg, false);
        return;
    }
    if (r->abort_error != BX_HTTP_OK) {
        r->refused = r->abort_error == BX_HTTP_DESTINATION_IP_PROHIBITED;
        finish_f(r, r->abort_error, "%s: %s", r->url->host, r->abort_msg);
        return;
    }
    if (rc == CURLE_OK) {
        finish_f(r, BX_HTTP_PROTOCOL_ERROR, "%s: no response", r->url->host);
        return;
    }
    long sys = 0;
    (void)curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &sys);
    bx_http_error e = bx_http_error_of_curl(rc, sys, r->phase, r->curl_msg);
    const char *more = r->curl_msg[0] ? r->curl_msg : curl_easy_strerror(rc), *fault = NULL;
    if (e == BX_HTTP_TLS_CERTIFICATE_ERROR) {
        long verified = 0;
        (void)curl_easy_getinfo(r->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
        fault = bx_certificate_fault(verified, more);
    }
    if (fault)
        finish_f(r, e, "%s: %s: %s", r->url->host, bx_http_error_text(e), fault);
    else
        finish_f(r, e, "%s: %s (%s)", r->url->host, bx_http_error_text(e), more);
}

static uint64_t add_ns(uint64_t a, uint64_t b) { return b > UINT64_MAX - a ? UINT64_MAX : a + b; }

/* When the phase it is in must have ended. */
static uint64_t phase_due(const bx_egress_request *r)
{
    switch (r->phase) {
    case BX_PHASE_LOOKUP:
    case BX_PHASE_CONNECT:
        return add_ns(r->start_ns, r->connect_timeout_ns);
    case BX_PHASE_WAIT:
        return r->first_byte_ns ? add_ns(r->phase_ns, r->first_byte_ns) : UINT64_MAX;
    case BX_PHASE_BODY: /* only this thread changes recv_paused */
        return r->between_ns && !r->recv_paused ? add_ns(r->phase_ns, r->between_ns) : UINT64_MAX;
    default:
        return UINT64_MAX;
    }
}

static void overdue(bx_egress_request *r, bool whole)
{
    static const bx_http_error LATE[] = {
        [BX_PHASE_LOOKUP] = BX_HTTP_DNS_TIMEOUT,
        [BX_PHASE_CONNECT] = BX_HTTP_CONNECTION_TIMEOUT,
        [BX_PHASE_WAIT] = BX_HTTP_RESPONSE_TIMEOUT,
        [BX_PHASE_BODY] = BX_HTTP_CONNECTION_READ_TIMEOUT,
    };
    bx_http_error e = LATE[r->phase];
    finish_f(r, e, "%s: %s%s", r->url->host, bx_http_error_text(e),
             whole ? " for the call's deadline" : "");
}

void bx_transfer_end_all(bx_egress *eg, const bx_egress_scope *s, const char *why)
{
    for (bx_egress_request *r = eg->live, *next; r; r = next) {
        next = r->next;
        if (!s || r->scope == s)
            finish(r, BX_HTTP_CONNECTION_TERMINATED, why, s != NULL);
    }
}

uint64_t bx_transfer_timers(bx_egress *eg, uint64_t now)
{
    uint64_t first = UINT64_MAX;
    for (bx_egress_request *r = eg->live, *next; r; r = next) {
        next = r->next;
        uint64_t due = phase_due(r);
        bool whole = r->scope->deadline_ns < due;
        if (whole)
            due = r->scope->deadline_ns;
        if (due <= now)
            overdue(r, whole);
        else if (due < first)
            first = due;
    }
    return first;
}
