/* What providers say went wrong, and whether it may go right later.  The policy: 408, 409, 429 and
 * 5xx are tried again, in the provider's own time where it names one; what is about money never. */
#include "base/ascii.h"
#include "llm/protocol.h"
#include "llm/retry_after.h"

/* A part of the provider's code or type, or of its words; the first row that fits counts. */
typedef struct row {
    const char *part;
    bx_llm_failure failure;
    bool again;
} row;

static const row CODES[] = {
    {"insufficient_quota", BX_LLM_FAIL_QUOTA, false},
    {"billing", BX_LLM_FAIL_QUOTA, false},
    {"credit", BX_LLM_FAIL_QUOTA, false},
    {"spend", BX_LLM_FAIL_QUOTA, false},
    {"quota_exceeded", BX_LLM_FAIL_QUOTA, false},
    {"payment", BX_LLM_FAIL_QUOTA, false},
    {"context_length", BX_LLM_FAIL_CONTEXT, false},
    {"exceed_context", BX_LLM_FAIL_CONTEXT, false},
    {"context_window", BX_LLM_FAIL_CONTEXT, false},
    {"request_too_large", BX_LLM_FAIL_CONTEXT, false},
    {"invalid_api_key", BX_LLM_FAIL_AUTH, false},
    {"authentication", BX_LLM_FAIL_AUTH, false},
    {"permission", BX_LLM_FAIL_AUTH, false},
    {"unauthenticated", BX_LLM_FAIL_AUTH, false},
    {"model_not_found", BX_LLM_FAIL_MODEL, false},
    {"rate_limit", BX_LLM_FAIL_RATE, true},
    {"too_many_requests", BX_LLM_FAIL_RATE, true},
    {"slow_down", BX_LLM_FAIL_RATE, true},
    {"resource_exhausted", BX_LLM_FAIL_RATE, true},
    {"overloaded", BX_LLM_FAIL_SERVER, true},
    {"server_error", BX_LLM_FAIL_SERVER, true},
    {"api_error", BX_LLM_FAIL_SERVER, true},
    {"timeout", BX_LLM_FAIL_SERVER, true},
    {"unavailable", BX_LLM_FAIL_SERVER, true},
    {"not_found", BX_LLM_FAIL_MODEL, false},
    {"invalid_request", BX_LLM_FAIL_REQUEST, false},
    {"invalid_argument", BX_LLM_FAIL_REQUEST, false},
    {"invalid_prompt", BX_LLM_FAIL_REQUEST, false},
};

/* For servers that have one code for everything. */
static const row WORDS[] = {
    {"prompt is too long", BX_LLM_FAIL_CONTEXT, false},
    {"context length", BX_LLM_FAIL_CONTEXT, false},
    {"context window", BX_LLM_FAIL_CONTEXT, false},
    {"context size", BX_LLM_FAIL_CONTEXT, false},
    {"input token count", BX_LLM_FAIL_CONTEXT, false},
    {"too many tokens", BX_LLM_FAIL_CONTEXT, false},
    {"credit balance", BX_LLM_FAIL_QUOTA, false},
    {"insufficient credit", BX_LLM_FAIL_QUOTA, false},
    {"insufficient quota", BX_LLM_FAIL_QUOTA, false},
    {"insufficient balance", BX_LLM_FAIL_QUOTA, false},
    {"api key not valid", BX_LLM_FAIL_AUTH, false},
};

static bool has(bx_str s, const char *part)
{
    bx_str p = bx_str_of(part);
    for (size_t i = 0; i + p.n <= s.n; i++)
        if (bx_str_eq_nocase((bx_str){s.p + i, p.n}, p))
            return true;
    return false;
}

static const row *find(const row *rows, size_t n, bx_str text)
{
    for (size_t i = 0; text.n && i < n; i++)
        if (has(text, rows[i].part))
            return &rows[i];
    return NULL;
}

static void by_status(bx_llm_trouble *t, unsigned status)
{
    t->again = status == 408 || status == 409 || status == 429 || status >= 500;
    if (status == 401 || status == 403)
        t->failure = BX_LLM_FAIL_AUTH;
    else if (status == 402)
        t->failure = BX_LLM_FAIL_QUOTA;
    else if (status == 404)
        t->failure = BX_LLM_FAIL_MODEL;
    else if (status == 413)
        t->failure = BX_LLM_FAIL_CONTEXT;
    else if (status == 429)
        t->failure = BX_LLM_FAIL_RATE;
    else if (t->again)
        t->failure = BX_LLM_FAIL_SERVER;
    else
        t->failure = status ? BX_LLM_FAIL_REQUEST : BX_LLM_FAIL_ANSWER;
}

/* A code may sharpen what the status says; it may not make a busy server a bad request. */
static void by_words(bx_llm_trouble *t, unsigned status, const row *r)
{
    bool busy = t->again && status;
    if (!r ||
        (busy && !r->again && r->failure != BX_LLM_FAIL_QUOTA && r->failure != BX_LLM_FAIL_CONTEXT))
        return;
    t->failure = r->failure;
    t->again = r->again || (busy && r->failure == BX_LLM_FAIL_CONTEXT && status == 429);
}

/* Gemini: which quota, and when it is refilled. */
static void by_details(bx_llm_trouble *t, const bx_json_val *error)
{
    bx_json_iter it = bx_json_iter_of(bx_wire_get(error, "details"));
    for (const bx_json_val *d; (d = bx_json_next(&it, NULL));) {
        uint64_t ns;
        bx_str delay = bx_wire_str(d, "retryDelay"); /* "36s" */
        if (delay.n && delay.p[delay.n - 1] == 's' &&
            bx_seconds_parse((bx_str){delay.p, delay.n - 1}, &ns)) {
            t->has_after = true;
            t->after_ns = ns;
        }
        bx_json_iter v = bx_json_iter_of(bx_wire_get(d, "violations"));
        for (const bx_json_val *e; (e = bx_json_next(&v, NULL));) {
            if (has(bx_wire_str(e, "quotaId"), "perday")) {
                t->failure = BX_LLM_FAIL_QUOTA;
                t->again = false;
            }
        }
    }
}

/* The object that says what went wrong: {"error":{…}}, [{"error":{…}}], {"error":"…"}, or itself.
 */
static const bx_json_val *error_of(const bx_json_val *body)
{
    if (bx_json_type_of(body) == BX_JSON_ARRAY) {
        bx_json_iter it = bx_json_iter_of(body);
        body = bx_json_next(&it, NULL);
    }
    const bx_json_val *response = bx_wire_get(body, "response");
    if (bx_json_type_of(bx_wire_get(response, "error")) == BX_JSON_OBJECT)
        body = response;
    const bx_json_val *e = bx_wire_get(body, "error");
    return bx_json_type_of(e) == BX_JSON_OBJECT ? e : body;
}

static bx_str message_of(const bx_json_val *e)
{
    static const char *const NAMES[] = {"message", "error", "detail", "msg"};
    for (size_t i = 0; i < BX_COUNT(NAMES); i++) {
        bx_str s = bx_wire_str(e, NAMES[i]);
        if (s.n)
            return s;
    }
    return BX_LIT("");
}

void bx_read_error(bx_llm_trouble *t, unsigned status, const bx_json_val *body)
{
    const bx_json_val *e = error_of(body);
    bx_str message = message_of(e);
    bx_str code = bx_wire_str(e, "code"), type = bx_wire_str(e, "type"),
           state = bx_wire_str(e, "status");
    bool has_after = t->has_after;
    uint64_t after_ns = t->after_ns;
    if (status == 0)
        status = (unsigned)(bx_wire_uint(e, "code") % 1000); /* OpenRouter and Gemini, in streams */
    if (message.n == 0)
        message = code.n ? code : type.n ? type : BX_LIT("no reason given");
    (void)bx_trouble(t, BX_LLM_FAIL_SERVER, "%.*s", message.n > 600 ? 600 : (int)message.n,
                     message.p);
    t->has_after = has_after;
    t->after_ns = after_ns;
    by_status(t, status);
    const row *r = find(CODES, BX_COUNT(CODES), code);
    if (!r || r->failure == BX_LLM_FAIL_REQUEST) {
        const row *sharper = find(CODES, BX_COUNT(CODES), type.n ? type : state);
        r = sharper ? sharper : r;
    }
    by_words(t, status, r);
    if (t->failure == BX_LLM_FAIL_REQUEST || t->failure == BX_LLM_FAIL_ANSWER ||
        t->failure == BX_LLM_FAIL_RATE || t->failure == BX_LLM_FAIL_SERVER)
        by_words(t, status, find(WORDS, BX_COUNT(WORDS), message));
    by_details(t, e);
}

void bx_read_retry_field(bx_llm_trouble *t, bx_str name, bx_str value)
{
    uint64_t ns;
    bool ok = false;
    if (bx_str_eq_nocase(name, BX_LIT("retry-after-ms"))) {
        ok = bx_seconds_parse(value, &ns);
        ns = ok ? ns / 1000 : 0;
    } else if (bx_str_eq_nocase(name, BX_LIT("retry-after")) && !t->has_after) {
        ok = bx_retry_after_parse(value, &ns);
    }
    if (!ok)
        return;
    t->has_after = true;
    t->after_ns = ns;
}
