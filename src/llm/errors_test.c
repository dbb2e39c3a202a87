/* What providers say went wrong, by status, code and words; Retry-After. */
#include "base/test.h"
#include "llm/protocol.h"
#include "llm/retry_after.h"
#include "llm/test_stream.h"

typedef struct row {
    unsigned status;
    const char *body, *want;
} row;

static const row ROWS[] = {
    /* OpenAI */
    {401, "{'error':{'message':'bad key','type':'invalid_request_error','code':'invalid_api_key'}}",
     "auth bad key"},
    {429, "{'error':{'message':'m','type':'requests','code':'rate_limit_exceeded'}}",
     "rate again m"},
    {429, "{'error':{'message':'m','type':'tokens','code':'slow_down'}}", "rate again m"},
    {429, "{'error':{'message':'m','type':'insufficient_quota','code':'insufficient_quota'}}",
     "quota m"},
    {429, "{'error':{'message':'m','code':'billing_hard_limit_reached'}}", "quota m"},
    {429, "{'error':{'message':'m','code':'credit_limit_reached'}}", "quota m"},
    {400,
     "{'error':{'message':'m','type':'invalid_request_error','code':'context_length_exceeded'}}",
     "context m"},
    {404, "{'error':{'message':'m','type':'invalid_request_error','code':'model_not_found'}}",
     "model m"},
    {400, "{'error':{'message':'m','type':'invalid_request_error','param':'x','code':null}}",
     "request m"},
    {500, "{'error':{'message':'m','type':'server_error'}}", "server again m"},
    {503, "{'error':{'message':'m','code':'server_is_overloaded'}}", "server again m"},
    /* Anthropic */
    {400,
     "{'type':'error','error':{'type':'invalid_request_error','message':'prompt is too long: "
     "210000 tokens > 200000 maximum'}}",
     "context prompt is too long: 210000 tokens > 200000 maximum"},
    {400,
     "{'type':'error','error':{'type':'invalid_request_error','message':'Your credit balance "
     "is too low'}}",
     "quota Your credit balance is too low"},
    {401, "{'type':'error','error':{'type':'authentication_error','message':'m'}}", "auth m"},
    {402, "{'type':'error','error':{'type':'billing_error','message':'m'}}", "quota m"},
    {403, "{'type':'error','error':{'type':'permission_error','message':'m'}}", "auth m"},
    {404, "{'type':'error','error':{'type':'not_found_error','message':'m'}}", "model m"},
    {413, "{'type':'error','error':{'type':'request_too_large','message':'m'}}", "context m"},
    {429, "{'type':'error','error':{'type':'rate_limit_error','message':'m'}}", "rate again m"},
    {500, "{'type':'error','error':{'type':'api_error','message':'m'}}", "server again m"},
    {504, "{'type':'error','error':{'type':'timeout_error','message':'m'}}", "server again m"},
    {529, "{'type':'error','error':{'type':'overloaded_error','message':'m'}}", "server again m"},
    {0, "{'type':'error','error':{'type':'overloaded_error','message':'m'}}", "server again m"},
    {0, "{'type':'error','error':{'type':'invalid_request_error','message':'m'}}", "request m"},
    /* Gemini */
    {400, "{'error':{'code':400,'message':'API key not valid.','status':'INVALID_ARGUMENT'}}",
     "auth API key not valid."},
    {429, "{'error':{'code':429,'message':'m','status':'RESOURCE_EXHAUSTED'}}", "rate again m"},
    {503, "[{'error':{'code':503,'message':'m','status':'UNAVAILABLE'}}]", "server again m"},
    {400,
     "{'error':{'code':400,'message':'The input token count (9) exceeds the maximum',"
     "'status':'INVALID_ARGUMENT'}}",
     "context The input token count (9) exceeds the maximum"},
    /* others */
    {400,
     "{'error':{'code':400,'message':'the request exceeds the available context size',"
     "'type':'exceed_context_size_error'}}",
     "context the request exceeds the available context size"},
    {402, "{'error':{'message':'Insufficient Balance','type':'unknown_error'}}",
     "quota Insufficient Balance"},
    {400, "{'object':'error','message':'maximum context length is 4096','code':400}",
     "context maximum context length is 4096"},
    {404, "{'error':'model \\'x\\' not found'}", "model model 'x' not found"},
    {422, "{'detail':'nope'}", "request nope"},
    {502, NULL, "server again no reason given"},
    {408, NULL, "server again no reason given"},
    {409, NULL, "server again no reason given"},
    {429, NULL, "rate again no reason given"},
    {418, "[]", "request no reason given"},
};

static void are_told_apart(void)
{
    static const char *const FAILURES[] = {"none",   "auth",    "quota",   "rate",
                                           "server", "network", "timeout", "context",
                                           "model",  "request", "answer",  "stopped"};
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        BX_AUTOFREE char *body = ROWS[i].body ? quoted(ROWS[i].body) : NULL;
        char got[1100];
        bx_llm_trouble t = {.failure = BX_LLM_FAIL_NONE};
        CHECK(!body || bx_json_parse(bx_str_of(body), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
        bx_read_error(&t, ROWS[i].status, doc ? bx_json_root(doc) : NULL);
        (void)snprintf(got, sizeof got, "%s%s %s", FAILURES[t.failure], t.again ? " again" : "",
                       t.text);
        for (char *p = got; *p; p++)
            if (*p == '"')
                *p = '\'';
        if (strcmp(got, ROWS[i].want) != 0)
            printf("# row %zu: %s, not %s\n", i, got, ROWS[i].want);
        CHECK(strcmp(got, ROWS[i].want) == 0);
    }
}

static void retry_after_in_every_form(void)
{
    uint64_t ns = 0;
    const int64_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
    CHECK(bx_retry_after_at(BX_LIT("7"), now, &ns) && ns == 7000000000);
    CHECK(bx_retry_after_at(BX_LIT(" 0.25 "), now, &ns) && ns == 250000000);
    CHECK(bx_retry_after_at(BX_LIT("Sun, 06 Nov 1994 08:49:40 GMT"), now, &ns) && ns == 3000000000);
    CHECK(bx_retry_after_at(BX_LIT("Sun, 06 Nov 1994 08:49:30 GMT"), now, &ns) && ns == 0);
    CHECK(bx_retry_after_at(BX_LIT("Thu, 29 Feb 1996 00:00:00 GMT"), 825552000 - 60, &ns) &&
          ns == 60000000000);
    CHECK(bx_retry_after_at(BX_LIT("99999999999999999999"), now, &ns) && ns > 1000000000);
    CHECK(!bx_retry_after_at(BX_LIT(""), now, &ns) && !bx_retry_after_at(BX_LIT("."), now, &ns));
    CHECK(!bx_retry_after_at(BX_LIT("-1"), now, &ns) &&
          !bx_retry_after_at(BX_LIT("1e3"), now, &ns));
    CHECK(!bx_retry_after_at(BX_LIT("Sun, 06 Foo 1994 08:49:37 GMT"), now, &ns));
    CHECK(!bx_retry_after_at(BX_LIT("Sun, 06 Nov 1994 28:49:37 GMT"), now, &ns));
    CHECK(!bx_retry_after_at(BX_LIT("Sun, 06 Nov 1994 08:49:37 CET"), now, &ns));
}

static void the_precise_field_counts(void)
{
    bx_llm_trouble t = {.failure = BX_LLM_FAIL_NONE};
    bx_read_retry_field(&t, BX_LIT("Retry-After"), BX_LIT("2"));
    CHECK(t.has_after && t.after_ns == 2000000000);
    bx_read_retry_field(&t, BX_LIT("retry-after-ms"), BX_LIT("150"));
    CHECK(t.after_ns == 150000000);
    bx_read_retry_field(&t, BX_LIT("retry-after"), BX_LIT("9"));
    CHECK(t.after_ns == 150000000);
    bx_read_error(&t, 429, NULL);
    CHECK(t.has_after && t.after_ns == 150000000 && t.failure == BX_LLM_FAIL_RATE);
    bx_llm_trouble none = {.failure = BX_LLM_FAIL_NONE};
    bx_read_retry_field(&none, BX_LIT("retry-after"), BX_LIT("soon"));
    CHECK(!none.has_after);
}

BXT_MAIN(RUN(are_told_apart); RUN(retry_after_in_every_form); RUN(the_precise_field_counts);)
