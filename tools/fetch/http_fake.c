#include "fetch/http_fake.h"

#include "fetch/ascii.h"

enum { MAX_FAKE_HEADERS = 16 };

struct wf_response {
    const wf_fake_reply *reply;
    wf_header headers[MAX_FAKE_HEADERS];
    size_t n_headers, sent;
};

static struct {
    const wf_fake_reply *replies;
    size_t n;
    bx_buf log;
} fake;

void wf_fake_set(const wf_fake_reply *replies, size_t n)
{
    wf_fake_done();
    fake.replies = replies;
    fake.n = n;
    fake.log = bx_buf_init(1 << 20);
}

bx_str wf_fake_log(void) { return bx_buf_str(&fake.log); }

void wf_fake_done(void) { bx_buf_done(&fake.log); }

static bool is_default(const wf_header *h)
{
    return bx_str_eq(h->name, BX_LIT("accept")) || bx_str_eq(h->name, BX_LIT("accept-encoding")) ||
           bx_str_eq(h->name, BX_LIT("user-agent"));
}

static void write_down(const wf_request *req)
{
    long never = bx_test_fail_alloc; /* the log is the test's, not the tool's */
    bx_test_fail_alloc = -1;
    (void)bx_buf_addf(&fake.log, "%.*s %.*s\n", BX_FMT(req->method), BX_FMT(req->url));
    for (size_t i = 0; i < req->n_headers; i++)
        if (!is_default(&req->headers[i]))
            (void)bx_buf_addf(&fake.log, "%.*s: %.*s\n", BX_FMT(req->headers[i].name),
                              BX_FMT(req->headers[i].value));
    if (req->body.n)
        (void)bx_buf_addf(&fake.log, "%.*s\n", BX_FMT(req->body));
    bx_test_fail_alloc = never;
}

static void split_headers(wf_response *r, const char *text)
{
    bx_str rest = bx_str_of(text);
    while (rest.n && r->n_headers < MAX_FAKE_HEADERS) {
        const char *nl = memchr(rest.p, '\n', rest.n), *colon = memchr(rest.p, ':', rest.n);
        BX_ASSERT(nl && colon && colon < nl);
        r->headers[r->n_headers++] =
            (wf_header){{rest.p, (size_t)(colon - rest.p)},
                        wf_trim((bx_str){colon + 1, (size_t)(nl - colon) - 1})};
        rest = bx_str_from(rest, (size_t)(nl - rest.p) + 1);
    }
}

static bx_code ended(bx_code code, bx_error *err)
{
    return bx_fail(err, code, "%s",
                   code == BX_EDENIED    ? "HTTP-request-denied: refused"
                   : code == BX_ETIMEOUT ? "the time is over"
                                         : "connection-terminated: broke off");
}

bx_code wf_http_send(const wf_request *req, wf_response **ret, bx_error *err)
{
    const wf_fake_reply *reply = NULL;
    write_down(req);
    for (size_t i = 0; i < fake.n && !reply; i++)
        if (bx_str_eq(req->url, bx_str_of(fake.replies[i].url)))
            reply = &fake.replies[i];
    if (!reply)
        return bx_fail(err, BX_EIO, "connection-refused: nobody answers at %.*s", BX_FMT(req->url));
    if (reply->fail != BX_OK && reply->fail_after == 0)
        return ended(reply->fail, err);
    wf_response *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    r->reply = reply;
    split_headers(r, reply->headers);
    *ret = r;
    return BX_OK;
}

void wf_http_free(wf_response *r) { free(r); }

unsigned wf_http_status(const wf_response *r) { return r->reply->status; }

size_t wf_http_header_count(const wf_response *r) { return r->n_headers; }

wf_header wf_http_header(const wf_response *r, size_t i) { return r->headers[i]; }

bx_code wf_http_read(wf_response *r, char *buf, size_t cap, size_t *ret_n, bx_error *err)
{
    const wf_fake_reply *f = r->reply;
    size_t end = f->fail != BX_OK && f->fail_after < f->body.n ? f->fail_after : f->body.n;
    size_t n = end - r->sent;
    if (n == 0 && f->fail != BX_OK)
        return ended(f->fail, err);
    if (n == 0 && f->endless) {
        r->sent = 0;
        n = end;
    }
    n = n < cap ? n : cap;
    if (f->chunk && n > f->chunk)
        n = f->chunk;
    if (n)
        memcpy(buf, f->body.p + r->sent, n);
    r->sent += n;
    *ret_n = n;
    return BX_OK;
}

uint64_t wf_http_now_ms(void) { return 1000; }
