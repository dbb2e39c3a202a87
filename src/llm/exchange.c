/* One attempt over HTTP: the request goes out through egress/, the answer is read as it comes. */
#include <stdio.h>

#include "base/ascii.h"
#include "base/version.h"
#include "llm/protocol.h"

enum {
    MAX_ERROR_BODY = 256 << 10,
    END_WAIT_MS = 250, /* for the end of the body once the answer is whole: what comes in that time
                          leaves the connection usable */
    MARK_WAIT_MS = 5000, /* for the mark of the end, and usage, once a stop was said */
    PINGS = 5,           /* so many times the longest silence may a stream live on empty events */
};

typedef struct exchange {
    bx_attempt *at;
    bx_ctl ctl; /* ends with the attempt's, and when the model keeps silent for too long */
    uint64_t first_by, stall_ns, heard_ns;
    unsigned status;
    bool ok;    /* status 2xx */
    bool begun; /* more than white space came of its body */
    bx_stream *stream;
    bx_buf error_body;
} exchange;

/* The next thing has to come by then. */
static void set_patience(exchange *x)
{
    const bx_answer *a = x->at->answer;
    uint64_t by = x->first_by, own = x->at->ctl->deadline_ns;
    if (a->last_ns) {
        uint64_t spoken = a->last_ns + PINGS * x->stall_ns;
        by = x->heard_ns + x->stall_ns;
        by = by < spoken ? by : spoken;
    }
    if (a->whole || a->has_stop)
        by = x->heard_ns + (uint64_t)(a->whole ? END_WAIT_MS : MARK_WAIT_MS) * 1000000;
    bx_ctl_set_deadline(&x->ctl, by < own ? by : own);
}

static void keep_request_id(bx_answer *a, bx_str value)
{
    size_t n = value.n < sizeof a->request_id ? value.n : sizeof a->request_id - 1;
    for (size_t i = 0; i < n; i++)
        a->request_id[i] = value.p[i] > ' ' && value.p[i] < 0x7f ? value.p[i] : '?';
    a->request_id[n] = '\0';
}

static bool on_head(void *ctx, const bx_http_head *head)
{
    exchange *x = ctx;
    x->status = head->status;
    x->ok = head->status >= 200 && head->status < 300;
    for (size_t i = 0; i < head->n_fields; i++) {
        bx_str name = head->fields[i].name, value = head->fields[i].value;
        if (bx_str_eq_nocase(name, BX_LIT("request-id")) ||
            bx_str_eq_nocase(name, BX_LIT("x-request-id")))
            keep_request_id(x->at->answer, value);
        if (!x->ok)
            bx_read_retry_field(x->at->trouble, name, value);
    }
    return true;
}

/* A proxy, or a server of something else, answers with 200 and a page. */
static bool is_page(exchange *x, bx_str piece)
{
    size_t i = 0;
    while (i < piece.n && memchr(" \t\r\n", piece.p[i], 4))
        i++;
    bool first = !x->begun && i < piece.n;
    x->begun = x->begun || first;
    return first && piece.p[i] == '<';
}

static bool on_body(void *ctx, bx_str piece)
{
    exchange *x = ctx;
    if (x->ok && is_page(x, piece))
        return bx_trouble(x->at->trouble, BX_LLM_FAIL_ANSWER,
                          "the answer is a web page: is the URL right? %.600s", x->at->m->url);
    if (x->ok) {
        bool more = bx_stream_feed(x->stream, piece);
        x->heard_ns = bx_now_ns();
        set_patience(x);
        return more;
    }
    if (x->error_body.n + piece.n <= MAX_ERROR_BODY)
        (void)bx_buf_add_str(&x->error_body, piece);
    return true;
}

/* The request's text; made once for all attempts. */
static bool build(bx_attempt *at)
{
    bx_error why = {.msg = ""};
    const bx_wire_request w = {.m = at->m, .rq = at->rq};
    bx_json_out o = bx_json_out_on(at->body);
    if (at->body->n)
        return true;
    at->m->protocol->build(&w, &o);
    bx_code rc = bx_json_out_end(&o, &why);
    if (rc == BX_ENOMEM)
        at->answer->fail = rc;
    return rc == BX_OK || bx_trouble(at->trouble, BX_LLM_FAIL_REQUEST, "the request: %s", why.msg);
}

/* What of ours may be wrong where the server says no; `read`: it said so in JSON, as such servers
 * do. */
static void add_doubt(const exchange *x, bool read, char *to, size_t cap)
{
    const bx_llm *m = x->at->m;
    const char *key = x->status == 401 && m->key_name ? getenv(m->key_name) : NULL;
    to[0] = '\0';
    if (x->status == 401 && m->key_name)
        (void)snprintf(to, cap, "; %s %s",
                       key && *key ? "the key is that of" : "no key was sent: set", m->key_name);
    else if (x->status == 404 && !read)
        (void)snprintf(to, cap, "; is the URL right? %s", m->url);
}

static bool status_trouble(exchange *x, const bx_http_head *head)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_llm_trouble *t = x->at->trouble;
    bool told = false, again = false;
    bool read = bx_json_parse(bx_buf_str(&x->error_body), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK;
    bx_read_error(t, x->status, read ? bx_json_root(doc) : NULL);
    for (size_t i = 0; i < head->n_fields; i++) {
        if (bx_str_eq_nocase(head->fields[i].name, BX_LIT("x-should-retry"))) {
            told = true;
            again = bx_str_eq_nocase(head->fields[i].value, BX_LIT("true"));
        }
    }
    if (told && t->failure != BX_LLM_FAIL_QUOTA)
        t->again = again;
    char text[sizeof t->text], doubt[256];
    memcpy(text, t->text, sizeof text);
    add_doubt(x, read, doubt, sizeof doubt);
    (void)snprintf(t->text, sizeof t->text, "HTTP %u: %.600s%s", x->status, text, doubt);
    return false;
}

static bool network_trouble(exchange *x, const bx_fetched *got, bx_code rc, const bx_error *why)
{
    bx_attempt *at = x->at;
    if (at->answer->fail != BX_OK || bx_ctl_check(at->ctl) != BX_STOP_NONE)
        return bx_trouble_stopped(at);
    if (rc == BX_ETIMEOUT && bx_ctl_check(&x->ctl) == BX_STOP_DEADLINE)
        return bx_trouble_timeout(at->trouble, at->answer->first_ns != 0);
    (void)bx_trouble(at->trouble, BX_LLM_FAIL_NETWORK, "%s", why->msg);
    at->trouble->again = rc != BX_EDENIED && rc != BX_EINVAL && rc != BX_EUNSUPPORTED &&
                         got->error != BX_HTTP_TLS_CERTIFICATE_ERROR;
    return false;
}

static bool send_and_read(exchange *x, bx_str url)
{
    bx_attempt *at = x->at;
    const bx_llm_protocol *p = at->m->protocol;
    bx_error why = {.msg = ""};
    bx_fetched got = {.req = NULL};
    bx_http_field fields[4] = {
        {.name = BX_LIT("Content-Type"), .value = BX_LIT("application/json")},
        {.name = BX_LIT("Accept"), .value = BX_LIT("text/event-stream, application/json")},
        {.name = BX_LIT("User-Agent"), .value = BX_LIT("boxagnts/" BX_VERSION)},
    };
    const bx_fetch f = {
        .desc = {.method = BX_LIT("POST"),
                 .url = url,
                 .fields = fields,
                 .n_fields = p->extra[0] ? 4 : 3},
        .body = bx_buf_str(at->body),
        .max_body = BX_LLM_MAX_TURN,
        .on_head = on_head,
        .on_body = on_body,
        .sink_ctx = x,
    };
    if (p->extra[0])
        fields[3] =
            (bx_http_field){.name = bx_str_of(p->extra[0]), .value = bx_str_of(p->extra[1])};
    bx_code rc = bx_egress_fetch(at->m->scope, &f, &x->ctl, &got, &why);
    /* An answer that is whole stays so, however its connection ends. */
    bool whole = at->answer->whole || at->answer->has_stop;
    bool ok = false;
    if (x->ok && (rc == BX_OK || (whole && bx_ctl_check(at->ctl) == BX_STOP_NONE)))
        ok = bx_stream_end(x->stream);
    else if (rc == BX_OK)
        (void)status_trouble(x, got.head);
    else if (at->trouble->failure == BX_LLM_FAIL_NONE)
        (void)network_trouble(x, &got, rc, &why);
    if (!ok && at->trouble->failure == BX_LLM_FAIL_NONE)
        (void)bx_trouble_stopped(at);
    bx_fetched_done(&got);
    return ok;
}

bool bx_exchange(bx_attempt *at)
{
    *at->trouble = (bx_llm_trouble){.failure = BX_LLM_FAIL_NONE};
    at->answer->protocol = at->m->protocol->name;
    exchange x = {
        .at = at,
        .ctl = bx_ctl_init(UINT64_MAX),
        .first_by = bx_now_ns() + bx_first_token_ns(at->rq),
        .stall_ns = bx_stall_ns(at->rq),
        .error_body = bx_buf_init(MAX_ERROR_BODY),
    };
    const bx_reading reading = {.answer = at->answer, .rq = at->rq, .trouble = at->trouble};
    BX_AUTO_BUF url = bx_buf_init(BX_MAX_URL);
    bx_error why = {.msg = ""};
    if (!build(at))
        return false;
    at->m->protocol->url(at->m, &url);
    bx_code rc = bx_buf_check(&url, &why);
    if (rc == BX_OK)
        rc = bx_stream_new(at->m->protocol, &reading, &x.stream, &why);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&x.ctl, &why); /* waits need not be cut into slices */
    if (rc == BX_OK)
        rc = bx_ctl_inherit(&x.ctl, at->ctl, &why);
    bool ok = false;
    if (rc == BX_OK) {
        set_patience(&x);
        ok = send_and_read(&x, bx_buf_str(&url));
    } else {
        (void)bx_trouble(at->trouble, BX_LLM_FAIL_NETWORK, "%s", why.msg);
    }
    bx_stream_free(x.stream);
    bx_buf_done(&x.error_body);
    bx_ctl_done(&x.ctl);
    return ok;
}
