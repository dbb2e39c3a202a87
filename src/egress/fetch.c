#include "base/limits.h"
#include "egress/internal.h"
#include "egress/wake.h"

enum { PIECE = 16 << 10, DEFAULT_BODY = 1 << 30, MAX_DROPPED = 64 << 10 };

/* One hop, as it is about to be sent. */
typedef struct hop {
    bx_url *url; /* owned */
    bx_str method;
    bx_http_field *fields; /* owned; the strings are the caller's */
    size_t n_fields;
    bx_str body; /* p NULL: none */
} hop;

static void hop_done(hop *h)
{
    bx_url_free(h->url);
    free(h->fields);
}

/* One running exchange and what its waits need. */
typedef struct exchange {
    bx_egress_scope *scope;
    const bx_ctl *ctl;
    bx_wake wake;
    bx_egress_request *req;
    bx_http_error *error;
} exchange;

/* The request's own error, as an error of this call. */
static bx_code failed(exchange *x, bx_error *err)
{
    const char *msg = NULL;
    *x->error = bx_egress_error(x->req, &msg);
    return bx_fail(err, bx_http_error_code(*x->error), "%s", msg);
}

static bx_code wait(exchange *x, bx_error *err)
{
    bx_code rc = bx_wake_wait(&x->wake, x->ctl, UINT64_MAX, err);
    if (rc == BX_ETIMEOUT)
        *x->error = BX_HTTP_RESPONSE_TIMEOUT;
    return rc;
}

static bx_code send_body(exchange *x, bx_str body, bx_error *err)
{
    while (body.n > 0) {
        size_t n = 0;
        bx_poll p = bx_egress_body_write(x->req, body.p, body.n, &n);
        body = bx_str_from(body, n);
        if (p == BX_POLL_ERROR)
            return failed(x, err);
        if (p == BX_POLL_END) /* the answer may be there already */
            return BX_OK;
        bx_code rc = p == BX_POLL_PENDING ? wait(x, err) : BX_OK;
        if (rc != BX_OK)
            return rc;
    }
    bx_egress_body_end(x->req, NULL, 0);
    return BX_OK;
}

static bx_code get_head(exchange *x, const bx_http_head **ret, bx_error *err)
{
    for (;;) {
        bx_poll p = bx_egress_poll_head(x->req, ret);
        if (p == BX_POLL_READY)
            return BX_OK;
        if (p != BX_POLL_PENDING)
            return failed(x, err);
        bx_code rc = wait(x, err);
        if (rc != BX_OK)
            return rc;
    }
}

static bx_code take_piece(const bx_fetch *f, bx_buf *b, bx_str piece, bx_error *err)
{
    if (f->on_body)
        return f->on_body(f->sink_ctx, piece)
                   ? BX_OK
                   : bx_fail(err, BX_ECANCELLED, "stopped by the reader");
    bx_buf_add_str(b, piece);
    return bx_buf_check(b, err);
}

static bx_code get_body(exchange *x, const bx_fetch *f, bx_buf *b, bx_error *err)
{
    uint64_t total = 0, max = f->max_body ? f->max_body : UINT64_MAX;
    char piece[PIECE];
    for (;;) {
        size_t n = 0;
        bx_poll p = bx_egress_poll_body(x->req, piece, sizeof piece, &n);
        if (p == BX_POLL_END)
            return BX_OK;
        if (p == BX_POLL_ERROR)
            return failed(x, err);
        bx_code rc = BX_OK;
        if (p == BX_POLL_PENDING) {
            rc = wait(x, err);
        } else if (n > max - total) {
            *x->error = BX_HTTP_RESPONSE_BODY_SIZE;
            rc = bx_fail(err, BX_ELIMIT, "the answer is longer than %llu bytes",
                         (unsigned long long)max);
        } else {
            total += n;
            rc = take_piece(f, b, (bx_str){piece, n}, err);
        }
        if (rc != BX_OK)
            return rc;
    }
}

/* Read what little a redirect says, so that its connection can carry the next hop; a long body, or
 * one that breaks off, is not worth it. */
static bx_code drop_body(exchange *x, bx_error *err)
{
    char piece[4096];
    for (size_t total = 0; total < MAX_DROPPED;) {
        size_t n = 0;
        bx_poll p = bx_egress_poll_body(x->req, piece, sizeof piece, &n);
        if (p == BX_POLL_END || p == BX_POLL_ERROR)
            break;
        total += n;
        bx_code rc = p == BX_POLL_PENDING ? wait(x, err) : BX_OK;
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* ---- redirects ------------------------------------------------------------------------------- */

static bool is_redirect(uint16_t status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static const bx_http_field *find_field(const bx_http_head *head, bx_str name)
{
    for (size_t i = 0; i < head->n_fields; i++)
        if (bx_str_eq_nocase(head->fields[i].name, name))
            return &head->fields[i];
    return NULL;
}

static bool is_credential(const bx_http_field *f)
{
    static const char *const NAMES[] = {"authorization", "cookie",         "x-api-key",
                                        "api-key",       "x-goog-api-key", "x-auth-token"};
    for (size_t i = 0; i < BX_COUNT(NAMES); i++)
        if (bx_str_eq_nocase(f->name, bx_str_of(NAMES[i])))
            return true;
    return f->secret;
}

static bool describes_body(bx_str name)
{
    bx_str prefix = {name.p, name.n < 8 ? name.n : 8};
    return bx_str_eq_nocase(prefix, BX_LIT("content-"));
}

/* RFC 9110 section 15.4: what the next request to `to` (moved in) looks like. */
static void redirect(hop *h, uint16_t status, bx_url *to)
{
    bool post = bx_str_eq(h->method, BX_LIT("POST"));
    bool head = bx_str_eq(h->method, BX_LIT("HEAD")), get = bx_str_eq(h->method, BX_LIT("GET"));
    bool becomes_get =
        (status == 303 && !head && !get) || (post && (status == 301 || status == 302));
    bool leaves = !bx_url_same_origin(h->url, to);
    size_t n = 0;
    for (size_t i = 0; i < h->n_fields; i++) {
        const bx_http_field *f = &h->fields[i];
        bool drop = (leaves && is_credential(f)) || (becomes_get && describes_body(f->name)) ||
                    bx_str_eq_nocase(f->name, BX_LIT("host"));
        if (!drop)
            h->fields[n++] = *f;
    }
    h->n_fields = n;
    if (becomes_get) {
        h->method = BX_LIT("GET");
        h->body = (bx_str){.p = NULL};
    }
    bx_url_free(h->url);
    h->url = to;
}

/* *ret: the answer asks for another hop, and `h` is it. */
static bx_code next_hop(hop *h, const bx_http_head *head, unsigned left, bool *ret,
                        bx_http_error *e, bx_error *err)
{
    const bx_http_field *to =
        is_redirect(head->status) ? find_field(head, BX_LIT("location")) : NULL;
    *ret = false;
    if (!to)
        return BX_OK;
    if (left == 0) {
        *e = BX_HTTP_LOOP_DETECTED;
        return bx_fail(err, BX_ELIMIT, "too many redirects");
    }
    bx_url *url = NULL;
    bx_code rc = bx_url_join(h->url, to->value, &url, err);
    if (rc != BX_OK) {
        *e = BX_HTTP_REQUEST_URI_INVALID;
        return bx_wrap(rc, err, "redirect");
    }
    if (bx_str_eq(h->url->parts.scheme, BX_LIT("https")) &&
        !bx_str_eq(url->parts.scheme, BX_LIT("https"))) {
        bx_url_free(url);
        *e = BX_HTTP_REQUEST_DENIED;
        return bx_fail(err, BX_EDENIED, "a redirect from https to http is not followed");
    }
    redirect(h, head->status, url);
    *ret = true;
    return BX_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bx_code first_hop(const bx_fetch *f, hop *h, bx_http_error *e, bx_error *err)
{
    bx_code rc = bx_url_parse(f->desc.url, &h->url, err);
    if (rc != BX_OK) {
        *e = bx_http_error_of_url(rc);
        return rc;
    }
    size_t n = f->desc.n_fields;
    if (n > BX_HTTP_MAX_FIELDS) {
        *e = BX_HTTP_REQUEST_HEADER_SECTION_SIZE;
        return bx_fail(err, BX_ELIMIT, "more than %d header fields", BX_HTTP_MAX_FIELDS);
    }
    h->fields = bx_calloc(n > 0 ? n : 1, sizeof *h->fields);
    if (!h->fields)
        return bx_fail(err, BX_ENOMEM, "HTTP request");
    if (n > 0)
        memcpy(h->fields, f->desc.fields, n * sizeof *h->fields);
    h->n_fields = n;
    h->method = f->desc.method;
    h->body = f->body;
    return BX_OK;
}

/* Send the hop and read the answer's head. */
static bx_code exchange_head(exchange *x, const bx_fetch *f, const hop *h,
                             const bx_http_head **head, bx_error *err)
{
    bx_egress_desc d = f->desc;
    d.method = h->method;
    d.url = bx_str_of(h->url->text);
    d.fields = h->fields;
    d.n_fields = h->n_fields;
    d.body_length = h->body.p ? h->body.n : BX_BODY_NONE;
    bx_egress_waker w = {bx_wake_up, &x->wake};
    bx_code rc = bx_egress_start(x->scope, &d, w, &x->req, err);
    if (rc == BX_OK && h->body.p && h->body.n > 0)
        rc = send_body(x, h->body, err);
    return rc == BX_OK ? get_head(x, head, err) : rc;
}

static bx_code run(exchange *x, const bx_fetch *f, bx_fetched *out, bx_buf *body, hop *h,
                   bx_error *err)
{
    unsigned left = f->max_redirects < BX_MAX_REDIRECTS ? f->max_redirects : BX_MAX_REDIRECTS;
    bool again = true;
    bx_code rc = first_hop(f, h, x->error, err);
    while (rc == BX_OK) {
        rc = exchange_head(x, f, h, &out->head, err);
        if (rc != BX_OK || f->max_redirects == 0)
            break;
        rc = next_hop(h, out->head, left, &again, x->error, err);
        if (rc != BX_OK || !again)
            break;
        rc = drop_body(x, err);
        left--;
        out->redirects++;
        bx_egress_request_free(BX_TAKE(x->req));
    }
    if (rc == BX_OK && f->on_head && !f->on_head(f->sink_ctx, out->head))
        rc = bx_fail(err, BX_ECANCELLED, "stopped by the reader");
    return rc == BX_OK ? get_body(x, f, body, err) : rc;
}

bx_code bx_egress_fetch(bx_egress_scope *s, const bx_fetch *f, const bx_ctl *ctl, bx_fetched *ret,
                        bx_error *err)
{
    bx_fetched out = {.error = BX_HTTP_OK};
    exchange x = {.scope = s, .ctl = ctl, .error = &out.error};
    hop h = {.url = NULL};
    BX_AUTO_BUF body =
        bx_buf_init(f->max_body && f->max_body < DEFAULT_BODY ? f->max_body + 1 : DEFAULT_BODY);
    bx_code rc = bx_wake_init(&x.wake, err);
    if (rc == BX_OK) {
        rc = run(&x, f, &out, &body, &h, err);
        /* The request stays, its waker does not. */
        if (x.req)
            bx_egress_set_waker(x.req, (bx_egress_waker){.fn = NULL});
        bx_wake_done(&x.wake);
    }
    if (rc == BX_OK && !(out.url = bx_strndup(h.url->text, strlen(h.url->text))))
        rc = bx_fail(err, BX_ENOMEM, "HTTP answer");
    hop_done(&h);
    out.req = x.req;
    if (rc == BX_OK) {
        out.n_body = body.n;
        out.body = BX_TAKE(body.p);
        *ret = out;
        return BX_OK;
    }
    bx_http_error e = out.error ? out.error : BX_HTTP_INTERNAL_ERROR;
    bx_fetched_done(&out);
    *ret = (bx_fetched){.error = e};
    return rc;
}

void bx_fetched_done(bx_fetched *f)
{
    bx_egress_request_free(f->req);
    free(f->url);
    free(f->body);
    *f = (bx_fetched){.error = BX_HTTP_OK};
}
