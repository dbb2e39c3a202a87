#include "mcp/http_request.h"

#include <strings.h>

#include "mcp/http_internal.h"
#include "os/ctl.h"

/* ---- what was asked ---------------------------------------------------------------------------
 */

bx_str bx_httpd_method(const bx_httpd_request *r) { return r->method; }
bx_str bx_httpd_path(const bx_httpd_request *r) { return r->path; }
bx_str bx_httpd_body(const bx_httpd_request *r) { return bx_buf_str(&r->body); }
size_t bx_httpd_field_count(const bx_httpd_request *r) { return r->n_fields; }
bx_httpd_field bx_httpd_field_at(const bx_httpd_request *r, size_t i) { return r->fields[i]; }

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bx_str trimmed(bx_str s)
{
    while (s.n && is_blank(s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

size_t bx_httpd_find(const bx_httpd_request *r, bx_str name, bx_str *ret)
{
    size_t found = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        bx_str n = r->fields[i].name;
        if (n.n == name.n && strncasecmp(n.p, name.p, n.n) == 0 && found++ == 0)
            *ret = trimmed(r->fields[i].value);
    }
    return found;
}

/* ---- its life ---------------------------------------------------------------------------------
 */

bx_code bx_httpd_request_new(size_t max_body, bx_httpd_request **ret, bx_error *err)
{
    bx_httpd_request *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    atomic_init(&r->refs, 2);
    r->body = bx_buf_init(max_body);
    r->heads = bx_buf_init(BX_HTTPD_MAX_ANSWER);
    r->out = bx_buf_init(BX_HTTPD_MAX_ANSWER);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->changed, NULL);
    r->owed = true;
    *ret = r;
    return BX_OK;
}

bx_code bx_httpd_request_add(bx_httpd_request *r, bx_str name, bx_str value)
{
    if (r->n_fields == BX_HTTPD_MAX_FIELDS)
        return BX_ELIMIT;
    r->fields[r->n_fields++] = (bx_httpd_field){name, value};
    return BX_OK;
}

void bx_httpd_request_ref(bx_httpd_request *r) { (void)atomic_fetch_add(&r->refs, 1); }

void bx_httpd_request_unref(bx_httpd_request *r)
{
    if (!r || atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    if (r->on_done)
        r->on_done(r->ctx);
    bx_buf_done(&r->body);
    bx_buf_done(&r->heads);
    bx_buf_done(&r->out);
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->changed);
    free(r);
}

void bx_httpd_attach(bx_httpd_request *r, void *ctx, void (*gone)(void *ctx),
                     void (*done)(void *ctx))
{
    (void)pthread_mutex_lock(&r->lock);
    BX_ASSERT(!r->ctx);
    r->ctx = ctx;
    r->on_gone = gone;
    r->on_done = done;
    (void)pthread_mutex_unlock(&r->lock);
}

void bx_httpd_request_gone(bx_httpd_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    void (*gone)(void *ctx) = r->owed && !r->gone ? r->on_gone : NULL;
    r->gone = r->gone || r->owed; /* what is whole is still sent, if it can be */
    (void)pthread_mutex_unlock(&r->lock);
    if (gone)
        gone(r->ctx); /* which stays: the caller has a reference */
}

/* ---- the answer -------------------------------------------------------------------------------
 */

static void set_heads_locked(bx_httpd_request *r, int status, const bx_httpd_field *fields,
                             size_t n)
{
    BX_ASSERT(n <= BX_HTTPD_MAX_ANSWER_FIELDS);
    r->status = status;
    r->n_heads = n;
    for (size_t i = 0; i < n; i++) {
        (void)bx_buf_add_str(&r->heads, fields[i].name);
        (void)bx_buf_add_c(&r->heads, '\0');
        (void)bx_buf_add_str(&r->heads, fields[i].value);
        (void)bx_buf_add_c(&r->heads, '\0');
    }
}

static void wake_locked(bx_httpd_request *r)
{
    if (r->wake)
        r->wake(r);
}

static void respond_locked(bx_httpd_request *r, int status, const bx_httpd_field *fields, size_t n,
                           bx_str body)
{
    set_heads_locked(r, status, fields, n);
    (void)bx_buf_add_str(&r->out, body);
    if (r->out.fail != BX_OK || r->heads.fail != BX_OK) { /* out of memory: say so in few bytes */
        bx_buf_done(&r->out);
        bx_buf_done(&r->heads);
        r->n_heads = 0;
        r->status = 503;
    }
    r->state = BX_HTTPD_ANSWERED;
    wake_locked(r);
}

void bx_httpd_respond(bx_httpd_request *r, int status, const bx_httpd_field *fields, size_t n,
                      bx_str body)
{
    (void)pthread_mutex_lock(&r->lock);
    BX_ASSERT(r->owed && (r->forced || r->state == BX_HTTPD_ASKED));
    r->owed = false;
    if (!r->forced)
        respond_locked(r, status, fields, n, body);
    (void)pthread_mutex_unlock(&r->lock);
    bx_httpd_request_unref(r);
}

void bx_httpd_request_abort(bx_httpd_request *r)
{
    static const bx_httpd_field plain = {{"Content-Type", 12}, {"text/plain; charset=utf-8", 25}};
    (void)pthread_mutex_lock(&r->lock);
    if (r->state == BX_HTTPD_ASKED) {
        r->forced = true;
        respond_locked(r, 503, &plain, 1, BX_LIT("the server ends"));
    } else if (r->state == BX_HTTPD_STREAMING) {
        r->forced = true;
        r->state = BX_HTTPD_FINISHED;
        wake_locked(r);
    }
    (void)pthread_mutex_unlock(&r->lock);
}

void bx_httpd_stream(bx_httpd_request *r, const bx_httpd_field *fields, size_t n)
{
    (void)pthread_mutex_lock(&r->lock);
    BX_ASSERT(r->forced || r->state == BX_HTTPD_ASKED);
    if (!r->forced) {
        set_heads_locked(r, 200, fields, n);
        r->state = BX_HTTPD_STREAMING;
        r->last = bx_now_ns();
        wake_locked(r);
    }
    (void)pthread_mutex_unlock(&r->lock);
}

/* Room is made by what was sent going. */
static void compact_locked(bx_httpd_request *r)
{
    if (r->sent == 0)
        return;
    memmove(r->out.p, r->out.p + r->sent, r->out.n - r->sent);
    r->out.n -= r->sent;
    r->sent = 0;
}

/* The handler may hold locks of its own that `gone` needs, so it is not told from here. */
bool bx_httpd_push(bx_httpd_request *r, bx_str piece)
{
    (void)pthread_mutex_lock(&r->lock);
    bool ok = !r->forced && !r->gone && !r->slow;
    if (ok) {
        BX_ASSERT(r->state == BX_HTTPD_STREAMING);
        compact_locked(r);
        r->slow =
            r->out.n + piece.n > BX_HTTPD_MAX_UNSENT || bx_buf_add_str(&r->out, piece) != BX_OK;
        r->last = bx_now_ns();
        ok = !r->slow;
        wake_locked(r);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return ok;
}

void bx_httpd_finish(bx_httpd_request *r, bx_str last)
{
    (void)pthread_mutex_lock(&r->lock);
    BX_ASSERT(r->owed && (r->forced || r->state == BX_HTTPD_STREAMING));
    r->owed = false;
    if (!r->forced) {
        compact_locked(r);
        if (bx_buf_add_str(&r->out, last) != BX_OK)
            r->slow = true; /* a stream that lacks its end is broken off */
        r->state = BX_HTTPD_FINISHED;
        wake_locked(r);
    }
    (void)pthread_mutex_unlock(&r->lock);
    bx_httpd_request_unref(r);
}
