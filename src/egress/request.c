#include "egress/internal.h"

/* ---- life ------------------------------------------------------------------------------------ */

void bx_request_unref(bx_egress_request *r)
{
    if (!r || atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    bx_url_free(r->url);
    free(r->method);
    free(r->redacted);
    bx_curl_slist_free(r->headers);
    bx_curl_slist_free(r->out_trailers);
    bx_head_done(&r->building);
    bx_head_free(r->head);
    bx_head_free(r->trailers);
    for (size_t i = 0; i < r->n_infos; i++)
        bx_head_free(r->infos[i]);
    bx_ring_done(&r->in);
    bx_ring_done(&r->out);
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->quiet);
    free(r);
}

void bx_request_notify_locked(bx_egress_request *r)
{
    if (!r->armed || !r->waker.fn)
        return;
    bx_egress_waker w = r->waker;
    (void)atomic_fetch_add(&r->scope->woken, 1);
    r->armed = false;
    r->waking = true;
    (void)pthread_mutex_unlock(&r->lock); /* foreign code runs without our locks */
    w.fn(w.ctx);
    (void)pthread_mutex_lock(&r->lock);
    r->waking = false;
    (void)pthread_cond_broadcast(&r->quiet);
}

void bx_request_settle(bx_egress_request *r, bx_http_error e, const char *msg)
{
    (void)pthread_mutex_lock(&r->lock);
    if (!r->settled) {
        r->settled = true;
        r->error = e;
        (void)snprintf(r->msg, sizeof r->msg, "%s", msg);
    }
    (void)pthread_mutex_unlock(&r->lock);
}

void bx_request_publish(bx_egress_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    r->done = true;
    r->out_closed = true;
    bx_request_notify_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
}

static void set_waker_locked(bx_egress_request *r, bx_egress_waker w)
{
    while (r->waking)
        (void)pthread_cond_wait(&r->quiet, &r->lock);
    r->waker = w;
}

void bx_egress_set_waker(bx_egress_request *r, bx_egress_waker w)
{
    (void)pthread_mutex_lock(&r->lock);
    set_waker_locked(r, w);
    (void)pthread_mutex_unlock(&r->lock);
}

static void leave_scope(bx_egress_scope *s)
{
    atomic_fetch_sub(&s->open, 1);
    bx_scope_unref(s);
}

void bx_egress_request_free(bx_egress_request *r)
{
    if (!r)
        return;
    bx_egress_scope *s = r->scope;
    (void)pthread_mutex_lock(&r->lock);
    set_waker_locked(r, (bx_egress_waker){.fn = NULL});
    bool done = r->done;
    (void)pthread_mutex_unlock(&r->lock);
    if (!done)
        (void)bx_egress_post(s->eg, r, BX_MAIL_CANCEL);
    bx_request_unref(r);
    leave_scope(s);
}

/* ---- starting -------------------------------------------------------------------------------- */

/* One refusal: what, and what to tell. */
typedef struct refusal {
    bx_http_error e;
    bx_error err;
} refusal;

static bool refuse(refusal *no, bx_http_error e, bx_code code, const char *what)
{
    no->e = e;
    bx_fail(&no->err, code, "%s", what);
    return false;
}

/* CONNECT makes tunnels; TRACE and TRACK echo the request, injected credentials included. */
static bool method_ok(bx_str m, refusal *no)
{
    if (!bx_is_token(m) || m.n > 32)
        return refuse(no, BX_HTTP_REQUEST_METHOD_INVALID, BX_EINVAL, "the method is not a token");
    if (bx_str_eq_nocase(m, BX_LIT("CONNECT")) || bx_str_eq_nocase(m, BX_LIT("TRACE")) ||
        bx_str_eq_nocase(m, BX_LIT("TRACK")))
        return refuse(no, BX_HTTP_REQUEST_METHOD_INVALID, BX_EDENIED,
                      "the methods CONNECT, TRACE and TRACK are not available");
    return true;
}

static bool allowed_by_rules(bx_egress_request *r, refusal *no)
{
    bx_egress_scope *s = r->scope;
    bx_verdict v = {.allow = false, .reason = "no network was granted"};
    if (s->net)
        bx_net_check_request(s->net, bx_str_of(r->method), &r->url->parts, &v);
    (void)snprintf(r->rule, sizeof r->rule, "%s", v.rule);
    if (!v.allow)
        return refuse(no, BX_HTTP_REQUEST_DENIED, BX_EDENIED,
                      v.reason[0] ? v.reason : "no rule allows the request");
    /* An address in the URL is judged here; those of a name once they are known. */
    if (r->url->is_ip) {
        bx_scope_check_addr(s, r->url->ip, r->url->parts.port, &v);
        if (!v.allow) {
            (void)snprintf(r->rule, sizeof r->rule, "%s", v.rule);
            return refuse(no, BX_HTTP_DESTINATION_IP_PROHIBITED, BX_EDENIED, v.reason);
        }
    }
    return true;
}

static bool within_limits(bx_egress_request *r, size_t head_bytes, refusal *no)
{
    bx_egress_scope *s = r->scope;
    if (s->deadline_ns <= r->start_ns)
        return refuse(no, BX_HTTP_CONNECTION_TIMEOUT, BX_ETIMEOUT,
                      "the call's deadline has passed");
    if (atomic_load(&s->open) > BX_EGRESS_SCOPE_REQUESTS ||
        atomic_load(&s->eg->active) >= s->eg->max_connections)
        return refuse(no, BX_HTTP_CONNECTION_LIMIT_REACHED, BX_ELIMIT,
                      "too many requests are open at once: finish some first");
    if (!bx_scope_count_request(s))
        return refuse(no, BX_HTTP_REQUEST_DENIED, BX_ELIMIT,
                      "the call's limit http_requests is used up; raise it with --limit "
                      "http_requests=…");
    uint64_t known = r->body_length >= BX_BODY_CHUNKED ? 0 : r->body_length;
    r->bytes_out = head_bytes;
    bool fits = bx_scope_count_out(s, head_bytes);
    if (fits && known > s->max_out) {
        (void)atomic_fetch_add(&s->used->hit_out,
                               1); /* refused by what it says, before it is sent */
        fits = false;
    }
    if (!fits)
        return refuse(no, BX_HTTP_REQUEST_BODY_SIZE, BX_ELIMIT,
                      "the request is larger than the call's limit http_out; raise it with --limit "
                      "http_out=…");
    return true;
}

static bool add_header(bx_egress_request *r, const char *name, bx_str value, refusal *no)
{
    BX_AUTO_BUF b = bx_buf_init(2 * BX_HTTP_MAX_HEAD);
    /* libcurl's notation: "Name;" is a field without a value, "Name:" would remove one. */
    bx_buf_addf(&b, "%s%s", name, value.n > 0 ? ": " : ";");
    bx_buf_add_str(&b, value);
    struct curl_slist *list = b.fail == BX_OK ? curl_slist_append(r->headers, b.p) : NULL;
    if (b.p)
        explicit_bzero(b.p, b.n);
    if (!list)
        return refuse(no, BX_HTTP_INTERNAL_ERROR, BX_ENOMEM, "out of memory");
    r->headers = list;
    return true;
}

/* The rule that puts a credential into this request's field `name` (empty: any). */
static const bx_inject_rule *inject_for(const bx_egress_request *r, bx_str name)
{
    for (size_t i = 0; i < r->scope->n_inject; i++) {
        const bx_inject_rule *rule = &r->scope->inject[i];
        if (bx_url_same_origin(rule->origin, r->url) &&
            bx_str_eq_nocase(bx_str_of(rule->name), name))
            return rule;
    }
    return NULL;
}

static bool build_headers(bx_egress_request *r, const bx_egress_desc *d, refusal *no)
{
    /* Fields libcurl adds by itself unless told not to: the guest's request is sent, no other. */
    static const char *const NOT_OURS[] = {"Accept:", "User-Agent:", "Expect:", "Content-Type:"};
    for (size_t i = 0; i < BX_COUNT(NOT_OURS); i++) {
        bx_str bare = {NOT_OURS[i], strlen(NOT_OURS[i]) - 1};
        bool given = inject_for(r, bare) != NULL;
        for (size_t k = 0; !given && k < d->n_fields; k++)
            given = bx_str_eq_nocase(d->fields[k].name, bare);
        struct curl_slist *list = given ? r->headers : curl_slist_append(r->headers, NOT_OURS[i]);
        if (!given && !list)
            return refuse(no, BX_HTTP_INTERNAL_ERROR, BX_ENOMEM, "out of memory");
        r->headers = list;
    }
    for (size_t i = 0; i < d->n_fields; i++) {
        const bx_http_field *f = &d->fields[i];
        if (bx_field_is_implied(f->name) || inject_for(r, f->name))
            continue;
        BX_AUTOFREE char *name = bx_strndup(f->name.p, f->name.n);
        if (!name)
            return refuse(no, BX_HTTP_INTERNAL_ERROR, BX_ENOMEM, "out of memory");
        bx_str value = f->value;
        while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t'))
            value = bx_str_from(value, 1);
        if (!add_header(r, name, value, no))
            return false;
    }
    for (size_t i = 0; i < r->scope->n_inject; i++) {
        const bx_inject_rule *rule = &r->scope->inject[i];
        if (bx_url_same_origin(rule->origin, r->url) &&
            !add_header(r, rule->name, bx_str_of(rule->value), no))
            return false;
    }
    return true;
}

/* Everything that can be decided before the I/O thread, a resolver or a socket is involved.
 * Order: syntax, rules, address, fields, limits: a request no rule allows costs nothing. */
static bool judge(bx_egress_request *r, const bx_egress_desc *d, refusal *no)
{
    if (!method_ok(d->method, no))
        return false;
    bx_code rc = bx_url_parse(d->url, &r->url, &no->err);
    if (rc != BX_OK) {
        no->e = bx_http_error_of_url(rc);
        return false;
    }
    if (bx_url_redact(r->url, &r->redacted, &no->err) != BX_OK) {
        no->e = BX_HTTP_INTERNAL_ERROR;
        return false;
    }
    if (!allowed_by_rules(r, no))
        return false;
    bx_field_facts facts = {.body_length = d->body_length};
    no->e = bx_fields_check(d->fields, d->n_fields, r->url, &facts, &no->err);
    if (no->e != BX_HTTP_OK)
        return false;
    r->body_length = facts.body_length;
    if (r->is_head && r->body_length == BX_BODY_CHUNKED)
        r->body_length = BX_BODY_NONE; /* bindings make a body for every request: it stays unsent */
    if (r->is_head && r->body_length != BX_BODY_NONE && r->body_length != 0)
        return refuse(no, BX_HTTP_REQUEST_BODY_SIZE, BX_EINVAL, "a HEAD request has no body");
    size_t head = strlen(r->method) + strlen(r->url->text) + facts.bytes + 16;
    return within_limits(r, head, no) && build_headers(r, d, no);
}

static bx_egress_request *request_new(bx_egress_scope *s, const bx_egress_desc *d,
                                      bx_egress_waker w)
{
    bx_egress_request *r = bx_calloc(1, sizeof *r);
    char *method = bx_strndup(d->method.p, d->method.n < 64 ? d->method.n : 64);
    if (!r || !method) {
        free(r);
        free(method);
        return NULL;
    }
    r->scope = s;
    r->method = method;
    r->is_head = bx_str_eq(d->method, BX_LIT("HEAD"));
    r->body_length = d->body_length;
    r->connect_timeout_ns =
        d->connect_timeout_ns ? d->connect_timeout_ns : s->eg->connect_timeout_ns;
    r->first_byte_ns = d->first_byte_timeout_ns;
    r->between_ns = d->between_bytes_timeout_ns;
    r->start_ns = r->phase_ns = bx_now_ns();
    r->waker = w;
    r->in.cap = r->out.cap = BX_EGRESS_BUFFER;
    atomic_store(&r->refs, 1);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->quiet, NULL);
    return r;
}

static void fail_at_once(bx_egress_request *r, bx_http_error e, const char *msg)
{
    bx_request_settle(r, e, msg);
    bx_scope_event(r->scope, r, 0, false);
    bx_request_publish(r);
}

/* To the I/O thread, which from then on has a reference; false when there is none any more. */
static bool hand_over(bx_egress_request *r, unsigned how)
{
    bx_egress_scope *s = r->scope;
    (void)pthread_mutex_lock(&s->lock);
    s->live++;
    (void)pthread_mutex_unlock(&s->lock);
    atomic_fetch_add(&s->eg->active, 1);
    atomic_fetch_add(&r->refs, 1);
    if (bx_egress_post(s->eg, r, BX_MAIL_START | how))
        return true;
    atomic_fetch_sub(&r->refs, 1);
    atomic_fetch_sub(&s->eg->active, 1);
    (void)pthread_mutex_lock(&s->lock);
    s->live--;
    (void)pthread_mutex_unlock(&s->lock);
    return false;
}

static bx_code start(bx_egress_scope *s, const bx_egress_desc *d, bx_egress_waker w, unsigned how,
                     bx_egress_request **ret, bx_error *err)
{
    bx_egress_request *r = request_new(s, d, w);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "HTTP request");
    atomic_fetch_add(&s->open, 1);
    atomic_fetch_add(&s->refs, 1);
    refusal no = {.e = BX_HTTP_OK};
    if (!judge(r, d, &no)) {
        r->refused = true;
        fail_at_once(r, no.e, no.err.msg);
        *ret = r;
        return BX_OK;
    }
    bx_code rc = bx_egress_ensure_thread(s->eg, err);
    if (rc != BX_OK) {
        bx_request_unref(r);
        leave_scope(s);
        return rc;
    }
    if (!hand_over(r, how))
        fail_at_once(r, BX_HTTP_CONNECTION_TERMINATED, BX_SHUT_DOWN);
    *ret = r;
    return BX_OK;
}

bx_code bx_egress_start(bx_egress_scope *s, const bx_egress_desc *d, bx_egress_waker w,
                        bx_egress_request **ret, bx_error *err)
{
    return start(s, d, w, 0, ret, err);
}

bx_code bx_egress_start_driven(bx_egress_scope *s, const bx_egress_desc *d, bx_egress_waker w,
                               bx_egress_request **ret, bx_error *err)
{
    return start(s, d, w, BX_MAIL_QUIET, ret, err);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* Nothing to give yet: the end, the error, or the promise of a wake-up. */
static bx_poll nothing_locked(bx_egress_request *r)
{
    if (r->done)
        return r->error == BX_HTTP_OK ? BX_POLL_END : BX_POLL_ERROR;
    r->armed = true;
    return BX_POLL_PENDING;
}

bx_poll bx_egress_poll_head(bx_egress_request *r, const bx_http_head **ret)
{
    (void)pthread_mutex_lock(&r->lock);
    bx_poll p = BX_POLL_READY;
    if (r->head)
        *ret = &r->head->pub;
    else
        p = nothing_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    return p;
}

bx_poll bx_egress_poll_info(bx_egress_request *r, const bx_http_head **ret)
{
    (void)pthread_mutex_lock(&r->lock);
    bx_poll p = BX_POLL_READY;
    if (r->next_info < r->n_infos)
        *ret = &r->infos[r->next_info++]->pub;
    else
        p = r->head ? BX_POLL_END : nothing_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    return p;
}

bx_poll bx_egress_poll_body(bx_egress_request *r, void *buf, size_t cap, size_t *n)
{
    (void)pthread_mutex_lock(&r->lock);
    bx_poll p = BX_POLL_READY;
    size_t got = bx_ring_get(&r->in, buf, cap);
    /* Not at every byte: a wake-up of the I/O thread should be worth it. */
    bool kick = r->recv_paused && bx_ring_room(&r->in) >= r->in.cap / 2;
    if (got > 0)
        *n = got;
    else
        p = nothing_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    if (kick)
        (void)bx_egress_post(r->scope->eg, r, BX_MAIL_KICK);
    return p;
}

bx_poll bx_egress_poll_trailers(bx_egress_request *r, const bx_http_head **ret)
{
    static const bx_http_head NONE = {.n_fields = 0};
    (void)pthread_mutex_lock(&r->lock);
    bx_poll p = BX_POLL_READY;
    if (r->done && r->error == BX_HTTP_OK)
        *ret = r->trailers ? &r->trailers->pub : &NONE;
    else
        p = nothing_locked(r);
    (void)pthread_mutex_unlock(&r->lock);
    return p;
}

bx_http_error bx_egress_error(bx_egress_request *r, const char **message)
{
    (void)pthread_mutex_lock(&r->lock);
    bx_http_error e = r->error; /* it and msg never change once done */
    *message = r->done ? r->msg : "";
    (void)pthread_mutex_unlock(&r->lock);
    return e;
}

/* ---- the request's body ---------------------------------------------------------------------- */

static bool is_over(bx_egress_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    bool over = r->done;
    (void)pthread_mutex_unlock(&r->lock);
    return over;
}

/* The owner ends the exchange with an error of its own making. */
static void break_off(bx_egress_request *r, bx_http_error e, const char *msg)
{
    if (is_over(r))
        return;
    bx_request_settle(r, e, msg);
    bx_request_publish(r);
    (void)bx_egress_post(r->scope->eg, r, BX_MAIL_CANCEL);
}

bx_poll bx_egress_body_write(bx_egress_request *r, const void *p, size_t n, size_t *accepted)
{
    *accepted = 0;
    (void)pthread_mutex_lock(&r->lock);
    bx_poll ret = BX_POLL_READY;
    bool kick = false, no_memory = false;
    bool too_long = r->body_length < BX_BODY_CHUNKED && n > r->body_length - r->out_total;
    if (r->done && r->error != BX_HTTP_OK) {
        ret = BX_POLL_ERROR;
    } else if (r->out_closed || r->out_end || r->body_length == BX_BODY_NONE) {
        ret = BX_POLL_END;
    } else if (!too_long) {
        no_memory = !bx_ring_put(&r->out, p, n, accepted);
        r->out_total += *accepted;
        kick = r->send_paused && *accepted > 0;
        if (*accepted < n) {
            r->armed = true;
            ret = BX_POLL_PENDING;
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
    if (kick)
        (void)bx_egress_post(r->scope->eg, r, BX_MAIL_KICK);
    if (ret != BX_POLL_READY && !no_memory)
        return ret;
    if (too_long)
        break_off(r, BX_HTTP_REQUEST_BODY_SIZE, "the body is longer than its Content-Length");
    if (no_memory)
        break_off(r, BX_HTTP_INTERNAL_ERROR, "out of memory");
    return too_long || no_memory ? BX_POLL_ERROR : BX_POLL_READY;
}

size_t bx_egress_body_room(bx_egress_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    /* Where no more is taken, a write tells so at once. */
    bool over = r->done || r->out_closed || r->out_end;
    size_t room = over ? r->out.cap : bx_ring_room(&r->out);
    if (room == 0)
        r->armed = true;
    (void)pthread_mutex_unlock(&r->lock);
    return room;
}

static struct curl_slist *trailer_list(const bx_http_field *f, size_t n)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < n; i++) {
        BX_AUTO_BUF b = bx_buf_init(2 * BX_HTTP_MAX_HEAD);
        bx_buf_add_str(&b, f[i].name);
        bx_buf_add_z(&b, ": ");
        bx_buf_add_str(&b, f[i].value);
        struct curl_slist *more = b.fail == BX_OK ? curl_slist_append(list, b.p) : NULL;
        if (!more) {
            bx_curl_slist_free(list);
            return NULL;
        }
        list = more;
    }
    return list;
}

void bx_egress_body_end(bx_egress_request *r, const bx_http_field *trailers, size_t n)
{
    if (is_over(r)) /* maybe without having needed libcurl, whose lists are made below */
        return;
    bx_error err;
    bx_http_error e = bx_trailers_check(trailers, n, &err);
    if (e != BX_HTTP_OK) {
        break_off(r, e, err.msg);
        return;
    }
    struct curl_slist *list = trailer_list(trailers, n);
    if (n > 0 && !list) {
        break_off(r, BX_HTTP_INTERNAL_ERROR, "out of memory");
        return;
    }
    (void)pthread_mutex_lock(&r->lock);
    bool first = !r->out_end && !r->done;
    bool is_short = first && r->body_length < BX_BODY_CHUNKED && r->out_total < r->body_length;
    if (first && !is_short) {
        r->out_end = true;
        r->out_trailers = list;
        list = NULL;
    }
    (void)pthread_mutex_unlock(&r->lock);
    bx_curl_slist_free(list);
    if (is_short)
        break_off(r, BX_HTTP_REQUEST_BODY_SIZE, "the body is shorter than its Content-Length");
    else if (first)
        (void)bx_egress_post(r->scope->eg, r, BX_MAIL_KICK);
}

void bx_egress_body_abort(bx_egress_request *r)
{
    break_off(r, BX_HTTP_CONNECTION_TERMINATED, "the request's body was broken off by its source");
}
