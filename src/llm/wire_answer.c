/* What the reading of the four protocols' answers shares. */
#include "codec/sse.h"
#include "llm/protocol.h"
#include "llm/wire.h"

bx_str bx_wire_str(const bx_json_val *v, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(v, bx_str_of(key)), &s);
    return s;
}

uint64_t bx_wire_uint(const bx_json_val *v, const char *key)
{
    uint64_t n = 0;
    double d = 0;
    const bx_json_val *m = bx_json_get(v, bx_str_of(key));
    if (!bx_json_uint64(m, &n) && bx_json_double(m, &d) && d > 0 && d < 1e15)
        n = (uint64_t)d; /* "12.0" */
    return n < (UINT64_C(1) << 60) ? n : 0;
}

const bx_json_val *bx_wire_get(const bx_json_val *v, const char *key)
{
    return bx_json_get(v, bx_str_of(key));
}

void bx_wire_take_arguments(bx_answer *a, size_t i, const bx_json_val *v)
{
    bx_str s;
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    if (bx_json_str(v, &s)) {
        bx_answer_text(a, i, s);
        return;
    }
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return;
    bx_json_out_value(&o, v);
    if (bx_answer_holds(a, &text))
        bx_answer_text(a, i, bx_buf_str(&text));
}

void bx_wire_keep(bx_answer *a, size_t i, const bx_json_val *v)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, v);
    if (bx_answer_holds(a, &text))
        bx_answer_opaque(a, i, bx_buf_str(&text));
}

void bx_reading_error(bx_reading *r, const bx_json_val *body)
{
    if (r->failed)
        return;
    r->failed = true;
    bx_read_error(r->trouble, 0, body);
}

/* ---- streams --------------------------------------------------------------------------------- */

typedef enum form { UNKNOWN, EVENTS, WHOLE } form;

struct bx_stream {
    const bx_llm_protocol *protocol;
    bx_reading reading;
    form form;
    bx_sse sse;
    bx_buf body; /* WHOLE, or UNKNOWN yet */
};

bx_code bx_stream_new(const bx_llm_protocol *p, const bx_reading *r, bx_stream **ret, bx_error *err)
{
    bx_stream *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "answer");
    s->protocol = p;
    s->reading = *r;
    s->sse = bx_sse_init(BX_LLM_MAX_TURN);
    s->body = bx_buf_init(BX_LLM_MAX_TURN);
    *ret = s;
    return BX_OK;
}

void bx_stream_free(bx_stream *s)
{
    if (!s)
        return;
    bx_sse_done(&s->sse);
    bx_buf_done(&s->body);
    free(s);
}

static bool may_go_on(const bx_stream *s)
{
    return !s->reading.failed && s->reading.answer->fail == BX_OK;
}

static bool garbled(bx_stream *s, const char *why)
{
    s->reading.failed = true;
    (void)bx_trouble(s->reading.trouble, BX_LLM_FAIL_ANSWER, "the answer is no JSON: %s", why);
    s->reading.trouble->again = true; /* a slip of the way here, mostly */
    return false;
}

static bool on_event(void *ctx, const bx_sse_event *ev)
{
    bx_stream *s = ctx;
    bx_error why = {.msg = ""};
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_str_eq(ev->data, BX_LIT("[DONE]"))) {
        s->reading.answer->whole = true;
        return true;
    }
    if (ev->data.n == 0) /* keeps the connection open */
        return true;
    bx_code rc = bx_wire_parse(ev->data, &doc, &s->reading.answer->mended, &why);
    if (rc == BX_ENOMEM)
        s->reading.answer->fail = rc;
    if (rc != BX_OK)
        return garbled(s, why.msg);
    s->protocol->event(&s->reading, ev->type, bx_json_root(doc));
    return may_go_on(s);
}

/* What kind of answer begins like this; UNKNOWN: only white space yet. */
static form form_of(bx_str piece)
{
    for (size_t i = 0; i < piece.n; i++) {
        char c = piece.p[i];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return c == '{' || c == '[' ? WHOLE : EVENTS;
    }
    return UNKNOWN;
}

static bool too_long(bx_stream *s, bx_code rc)
{
    if (rc != BX_OK && may_go_on(s))
        s->reading.answer->fail = rc == BX_ENOMEM ? rc : BX_ELIMIT;
    return rc == BX_OK && may_go_on(s);
}

bool bx_stream_feed(bx_stream *s, bx_str piece)
{
    if (!may_go_on(s))
        return false;
    if (s->form == UNKNOWN && (s->form = form_of(piece)) == EVENTS && s->body.n) {
        bx_code rc = bx_sse_feed(&s->sse, bx_buf_str(&s->body), on_event, s, NULL);
        if (!too_long(s, rc))
            return false;
    }
    if (s->form != EVENTS) /* white space waits for what it is the begin of */
        return too_long(s, bx_buf_add_str(&s->body, piece));
    return too_long(s, bx_sse_feed(&s->sse, piece, on_event, s, NULL));
}

static bool end_whole(bx_stream *s)
{
    bx_error why = {.msg = ""};
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_wire_parse(bx_buf_str(&s->body), &doc, &s->reading.answer->mended, &why);
    if (rc == BX_ENOMEM)
        s->reading.answer->fail = rc;
    if (rc != BX_OK)
        return garbled(s, why.msg);
    const bx_json_val *root = bx_json_root(doc);
    if (bx_wire_get(root, "error") && bx_json_type_of(bx_wire_get(root, "error")) != BX_JSON_NULL)
        bx_reading_error(&s->reading, root);
    else
        s->protocol->whole(&s->reading, root);
    return may_go_on(s);
}

bool bx_stream_end(bx_stream *s)
{
    bx_answer *a = s->reading.answer;
    if (!may_go_on(s))
        return false;
    if (s->form == WHOLE)
        return end_whole(s);
    bx_code rc = bx_sse_end(&s->sse, on_event, s, NULL);
    if (!too_long(s, rc))
        return false;
    if (a->whole || a->has_stop)
        return true;
    s->reading.failed = true;
    (void)bx_trouble(s->reading.trouble, BX_LLM_FAIL_NETWORK, "%s",
                     a->n_blocks ? "the answer broke off" : "the answer is empty");
    s->reading.trouble->again = true;
    return false;
}
