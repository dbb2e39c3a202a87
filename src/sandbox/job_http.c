/* HTTP exchanges of a process: begun here, made by the network thread, moved on when the process
 * looks. */
#include <stdio.h>

#include "sandbox/job.h"
#include "sandbox/process.h"

/* ---- ends ------------------------------------------------------------------------------------ */

static bx_job_why why_of(bx_http_error e)
{
    switch (bx_http_error_code(e)) {
    case BX_EDENIED:
    case BX_ELIMIT:
    case BX_EINVAL:
        return BX_JOB_REFUSED;
    case BX_ETIMEOUT:
        return BX_JOB_TIMEOUT;
    default:
        return BX_JOB_NETWORK;
    }
}

static void fail(bx_http_job *h, bx_http_error e, const char *words)
{
    h->progress = BX_JOB_FAILED;
    h->error = e;
    h->why = why_of(e);
    (void)snprintf(h->words, sizeof h->words, "%s",
                   words && words[0] ? words : bx_http_error_text(e));
}

static void fail_as_asked(bx_http_job *h)
{
    const char *words = NULL;
    bx_http_error e = bx_egress_error(h->request, &words);
    fail(h, e, words);
}

/* ---- moving on ------------------------------------------------------------------------------- */

static void wake(void *ctx)
{
    bx_job *j = ctx;
    bx_tree *t = j->owner->tree;
    atomic_store(&j->http.woken, true);
    bx_tree_lock(t);
    bx_gate_wake_locked(&t->gate);
    bx_tree_unlock(t);
}

/* False: it came to its end. */
static bool send_more(bx_http_job *h)
{
    while (!h->all_sent) {
        size_t k = 0;
        bx_poll r = BX_POLL_READY;
        if (h->sent < h->n_body)
            r = bx_egress_body_write(h->request, h->body + h->sent, h->n_body - h->sent, &k);
        h->sent += k;
        if (r == BX_POLL_PENDING)
            return true;
        if (r == BX_POLL_ERROR)
            return false;
        if (r == BX_POLL_END || h->sent == h->n_body) {
            if (r != BX_POLL_END)
                bx_egress_body_end(h->request, NULL, 0);
            h->all_sent = true;
        }
    }
    return true;
}

static size_t head_size(const bx_http_head *head)
{
    size_t n = 4; /* "200\n" */
    for (size_t i = 0; i < head->n_fields; i++)
        n += head->fields[i].name.n + 2 + head->fields[i].value.n + 1;
    return n;
}

/* False: not there yet, or never. */
static bool has_head(bx_http_job *h)
{
    if (h->progress != BX_JOB_RUNS)
        return true;
    bx_poll r = bx_egress_poll_head(h->request, &h->head);
    if (r == BX_POLL_READY) {
        h->head_bytes = head_size(h->head);
        h->progress = BX_JOB_HEAD;
    } else if (r != BX_POLL_PENDING) {
        fail_as_asked(h);
    }
    return r == BX_POLL_READY;
}

static void receive(bx_http_job *h)
{
    if (h->at == h->n)
        h->at = h->n = 0;
    while (h->n < BX_HTTP_PIECE) {
        size_t k = 0;
        bx_poll r = bx_egress_poll_body(h->request, h->piece + h->n, BX_HTTP_PIECE - h->n, &k);
        if (r == BX_POLL_READY) {
            h->n += k;
            continue;
        }
        if (r == BX_POLL_END)
            h->progress = BX_JOB_ENDED;
        else if (r == BX_POLL_ERROR)
            fail_as_asked(h);
        return;
    }
}

void bx_job_pump(bx_job *j)
{
    bx_http_job *h = &j->http;
    if (j->kind != BX_JOB_HTTP || h->progress >= BX_JOB_ENDED)
        return;
    atomic_store(&h->woken, false);
    (void)send_more(h); /* what went wrong the head or the body tells */
    if (has_head(h))
        receive(h);
    if (h->progress < BX_JOB_ENDED && bx_now_ns() >= h->until_ns) {
        h->head = NULL;
        bx_egress_request_free(BX_TAKE(h->request));
        fail(h, BX_HTTP_RESPONSE_TIMEOUT, "the exchange took longer than its caller gave it");
    }
}

/* ---- begin and end --------------------------------------------------------------------------- */

void bx_http_job_done(bx_job *j)
{
    bx_http_job *h = &j->http;
    bx_egress_request_free(h->request);
    free(h->body);
    free(h->piece);
}

static void begin(bx_job *j, const bx_http_ask *ask)
{
    bx_http_job *h = &j->http;
    bx_way_out *net = &j->owner->jobs->net;
    bx_egress_scope *s = bx_way_out_scope(net);
    const bx_egress_desc d = {
        .method = ask->method,
        .url = ask->url,
        .fields = ask->fields,
        .n_fields = ask->n_fields,
        .body_length = ask->has_body ? ask->body.n : BX_BODY_NONE,
        .connect_timeout_ns = ask->timeout_ns,
        .first_byte_timeout_ns = ask->timeout_ns,
        .between_bytes_timeout_ns = ask->timeout_ns,
    };
    bx_error err = {.msg = ""};
    if (!s)
        fail(h, BX_HTTP_CONFIGURATION_ERROR,
             net->failed == BX_OK ? "there is no network here" : net->error.msg);
    else if (bx_egress_start(s, &d, (bx_egress_waker){wake, j}, &h->request, &err) != BX_OK)
        fail(h, BX_HTTP_INTERNAL_ERROR, err.msg);
    else
        bx_job_pump(j);
}

bx_errno bx_job_http_start(bx_process *p, const bx_http_ask *ask, uint32_t *ret)
{
    bx_job *j;
    size_t n_body = ask->has_body ? ask->body.n : 0;
    /* Its own buffers, those of egress/, and the texts. */
    uint64_t bytes = (uint64_t)BX_HTTP_PIECE + BX_EGRESS_BUFFER +
                     (n_body > 0 ? (uint64_t)BX_EGRESS_BUFFER : 0) + n_body + ask->url.n +
                     BX_HTTP_MAX_HEAD;
    bx_errno e = bx_job_new(p, BX_JOB_HTTP, bytes, &j);
    if (e != BX_E_SUCCESS)
        return e;
    bx_http_job *h = &j->http;
    h->piece = bx_calloc(1, BX_HTTP_PIECE);
    h->body = bx_calloc(1, n_body + 1);
    if (!h->piece || !h->body) {
        bx_job_free(j);
        return BX_E_NOMEM;
    }
    if (n_body > 0)
        memcpy(h->body, ask->body.p, n_body);
    uint64_t now = bx_now_ns();
    h->n_body = n_body;
    h->all_sent = !ask->has_body;
    h->until_ns = ask->timeout_ns == 0 || ask->timeout_ns > UINT64_MAX - now
                      ? UINT64_MAX
                      : now + ask->timeout_ns;
    begin(j, ask);
    *ret = j->id;
    return BX_E_SUCCESS;
}

/* ---- what the process asks ------------------------------------------------------------------- */

/* What came before it broke off is told first. */
static bool shows_failure(const bx_http_job *h)
{
    return h->progress == BX_JOB_FAILED && (!h->head || (h->given && h->n == h->at));
}

void bx_http_job_state(bx_job *j, bx_job_info *ret)
{
    bx_http_job *h = &j->http;
    bx_job_pump(j);
    h->told = h->told || h->progress != BX_JOB_RUNS;
    bool failed = shows_failure(h), later = !failed && h->progress == BX_JOB_FAILED;
    *ret = (bx_job_info){.kind = BX_JOB_HTTP,
                         .progress = later ? BX_JOB_HEAD : h->progress,
                         .status = failed ? (uint32_t)h->error : 0,
                         .why = failed ? h->why : BX_JOB_NO_WHY,
                         .head_bytes = failed ? strlen(h->words) : h->head_bytes,
                         .body_bytes = h->n - h->at};
}

typedef struct writer {
    uint8_t *to;
    size_t cap, n; /* n: of all, also what did not fit */
} writer;

static void put(writer *w, bx_str s)
{
    if (w->n < w->cap && s.n > 0)
        memcpy(w->to + w->n, s.p, s.n < w->cap - w->n ? s.n : w->cap - w->n);
    w->n += s.n;
}

static void put_head(writer *w, const bx_http_head *head)
{
    char status[8];
    int n = snprintf(status, sizeof status, "%03u\n", head->status % 1000u);
    put(w, (bx_str){status, (size_t)n});
    for (size_t i = 0; i < head->n_fields; i++) {
        put(w, head->fields[i].name);
        put(w, BX_LIT(": "));
        put(w, head->fields[i].value);
        put(w, BX_LIT("\n"));
    }
}

bx_errno bx_http_job_head(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    bx_http_job *h = &j->http;
    writer w = {to, cap, 0};
    bx_job_pump(j);
    if (h->progress == BX_JOB_RUNS)
        return BX_E_AGAIN;
    h->told = true;
    if (shows_failure(h)) {
        put(&w, bx_str_of(h->words));
    } else {
        put_head(&w, h->head);
        h->given = true;
    }
    *ret_n = w.n;
    return BX_E_SUCCESS;
}

bx_errno bx_http_job_read(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n)
{
    bx_http_job *h = &j->http;
    size_t got = 0;
    do {
        bx_job_pump(j);
        size_t k = h->n - h->at < cap - got ? h->n - h->at : cap - got;
        if (k == 0)
            break;
        memcpy(to + got, h->piece + h->at, k);
        h->at += k;
        got += k;
    } while (got < cap);
    bx_job_pump(j); /* there is room again */
    *ret_n = got;
    if (got > 0 || cap == 0)
        return BX_E_SUCCESS;
    return h->progress == BX_JOB_FAILED  ? BX_E_IO
           : h->progress == BX_JOB_ENDED ? BX_E_SUCCESS
                                         : BX_E_AGAIN;
}
