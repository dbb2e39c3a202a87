/* llm_drive MODEL - one turn with a model, for the tests of llm/: a JSON object with the request on
 * standard input, the events as JSON lines on standard output, the last line is how it ended.
 *
 *   {"system", "transcript": [...], "tools": [{"name", "description", "schema"}], "agent", "turn",
 *    "max_tokens", "choice": "auto|none|any|NAME", "cache_key", "first_token_ms", "stall_ms",
 *    "deadline_ms", "cancel_ms", "retries", "restart": true, "turns": how often, one after another,
 *    "quiet": true} */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "llm/llm.h"
#include "llm/protocol.h"
#include "os/fd.h"

enum { MAX_TOOLS = 64, MS = 1000000 };

static bool quiet;

static void line_out(const bx_buf *line)
{
    (void)printf("%.*s\n", (int)line->n, line->p);
    (void)fflush(stdout);
}

static bool on_event(void *ctx, const bx_llm_event *ev)
{
    static const char *const NAMES[] = {"text",     "thinking", "tool_begin", "tool_delta",
                                        "tool_end", "usage",    "retry",      "restart"};
    BX_AUTO_BUF line = bx_buf_init(64 << 20);
    bx_json_out o = bx_json_out_on(&line);
    if (quiet)
        return true;
    bx_json_out_begin_object(&o);
    bx_wire_putz(&o, "event", NAMES[ev->kind]);
    bx_wire_put_uint(&o, "us", (bx_now_ns() - *(uint64_t *)ctx) / 1000);
    bx_wire_put_uint(&o, "ns", bx_now_ns()); /* as a server on this machine reads the clock */
    bx_wire_put_uint(&o, "index", ev->index);
    if (ev->text.n)
        bx_wire_put(&o, "text", ev->text);
    if (ev->id.n)
        bx_wire_put(&o, "id", ev->id);
    if (ev->name.n)
        bx_wire_put(&o, "name", ev->name);
    if (ev->attempt) {
        bx_wire_put_uint(&o, "attempt", ev->attempt);
        bx_wire_put_uint(&o, "wait_ms", ev->wait_ns / MS);
    }
    bx_json_out_end_object(&o);
    line_out(&line);
    return true;
}

static void tell_usage(bx_json_out *o, const bx_llm_turn *t)
{
    bx_wire_open(o, "usage");
    bx_wire_put_bool(o, "known", t->usage.known);
    bx_wire_put_uint(o, "input", t->usage.input);
    bx_wire_put_uint(o, "output", t->usage.output);
    bx_wire_put_uint(o, "cache_read", t->usage.cache_read);
    bx_wire_put_uint(o, "cache_write", t->usage.cache_write);
    bx_wire_put_uint(o, "thinking", t->usage.thinking);
    bx_json_out_end_object(o);
    if (t->has_cost)
        bx_wire_put_uint(o, "cost", t->cost);
}

static void tell_end(const bx_llm_turn *t, bx_code rc, const bx_error *err)
{
    static const char *const STOPS[] = {"end", "tools", "length", "window", "filter", "pause"};
    static const char *const FAILURES[] = {"",       "auth",    "quota",   "rate",
                                           "server", "network", "timeout", "context",
                                           "model",  "request", "answer",  "stopped"};
    BX_AUTO_BUF line = bx_buf_init(256 << 20);
    bx_json_out o = bx_json_out_on(&line);
    bx_json_out_begin_object(&o);
    bx_wire_putz(&o, "event", "end");
    bx_wire_putz(&o, "code", bx_code_name(rc));
    bx_wire_putz(&o, "failure", FAILURES[t->failure]);
    bx_wire_putz(&o, "error", rc == BX_OK ? "" : err->msg);
    bx_wire_putz(&o, "stop", STOPS[t->stop]);
    bx_wire_put_uint(&o, "attempts", t->attempts);
    bx_wire_put_uint(&o, "first_token_us", t->first_token_ns / 1000);
    bx_wire_put_uint(&o, "total_us", t->total_ns / 1000);
    bx_wire_putz(&o, "request_id", t->request_id);
    tell_usage(&o, t);
    bx_json_out_key(&o, BX_LIT("message"));
    bx_llm_message_write(&t->message, &o);
    bx_json_out_end_object(&o);
    line_out(&line);
}

static void *cancel_later(void *arg)
{
    void **a = arg;
    uint64_t ms = *(const uint64_t *)a[1];
    const struct timespec wait = {(time_t)(ms / 1000), (long)(ms % 1000) * MS};
    (void)nanosleep(&wait, NULL);
    bx_ctl_cancel(a[0]);
    return NULL;
}

static size_t read_tools(const bx_json_val *v, bx_llm_tool *tools, bx_buf *schemas)
{
    size_t n = 0;
    bx_json_iter it = bx_json_iter_of(bx_wire_get(v, "tools"));
    for (const bx_json_val *e; n < MAX_TOOLS && (e = bx_json_next(&it, NULL)); n++) {
        schemas[n] = bx_buf_init(1 << 20);
        bx_json_out o = bx_json_out_on(&schemas[n]);
        bx_json_out_value(&o, bx_wire_get(e, "schema"));
        tools[n] = (bx_llm_tool){bx_wire_str(e, "name"), bx_wire_str(e, "description"),
                                 bx_buf_str(&schemas[n])};
    }
    return n;
}

static void read_request(const bx_json_val *v, bx_llm_request *rq)
{
    bx_str choice = bx_wire_str(v, "choice");
    rq->system = bx_wire_str(v, "system");
    rq->agent = bx_wire_str(v, "agent");
    rq->turn = bx_wire_uint(v, "turn");
    rq->cache_key = bx_wire_str(v, "cache_key");
    rq->effort = bx_wire_str(v, "effort");
    rq->max_tokens = bx_wire_uint(v, "max_tokens");
    rq->first_token_ns = bx_wire_uint(v, "first_token_ms") * MS;
    rq->stall_ns = bx_wire_uint(v, "stall_ms") * MS;
    rq->may_restart = bx_wire_get(v, "restart") != NULL;
    rq->one_tool_at_a_time = bx_wire_get(v, "one_tool") != NULL;
    rq->max_retries = (unsigned)bx_wire_uint(v, "retries");
    if (bx_wire_get(v, "retries") && rq->max_retries == 0)
        rq->max_retries = BX_LLM_NO_RETRY;
    if (bx_str_eq(choice, BX_LIT("none")))
        rq->choice = BX_LLM_NONE;
    else if (bx_str_eq(choice, BX_LIT("any")))
        rq->choice = BX_LLM_ANY;
    else if (choice.n && !bx_str_eq(choice, BX_LIT("auto")))
        rq->choice = BX_LLM_ONE;
    rq->choice_name = choice;
    quiet = bx_wire_get(v, "quiet") != NULL;
}

static int drive(bx_llm *m, const bx_json_val *v)
{
    bx_llm_tool tools[MAX_TOOLS];
    bx_buf schemas[MAX_TOOLS];
    bx_llm_transcript t = {.n = 0};
    bx_error err = {.msg = ""};
    bx_llm_request rq = {.transcript = &t, .tools = tools};
    uint64_t deadline = bx_wire_uint(v, "deadline_ms"), cancel = bx_wire_uint(v, "cancel_ms");
    uint64_t turns = bx_wire_uint(v, "turns");
    if (bx_llm_transcript_read(bx_wire_get(v, "transcript"), &t, &err) != BX_OK) {
        (void)fprintf(stderr, "llm_drive: %s\n", err.msg);
        return 2;
    }
    read_request(v, &rq);
    rq.n_tools = read_tools(v, tools, schemas);
    bx_ctl ctl = bx_ctl_init(deadline ? bx_now_ns() + deadline * MS : UINT64_MAX);
    rq.ctl = &ctl;
    if (bx_ctl_make_cancellable(&ctl, &err) != BX_OK)
        (void)fprintf(stderr, "llm_drive: %s\n", err.msg);
    void *args[] = {&ctl, &cancel};
    pthread_t thread;
    bool runs = cancel && pthread_create(&thread, NULL, cancel_later, args) == 0;
    bx_code rc = BX_OK;
    for (uint64_t k = 0; k < (turns ? turns : 1); k++) {
        bx_llm_turn turn;
        uint64_t begin = bx_now_ns();
        rc = bx_llm_take_turn(m, &rq, (bx_llm_sink){on_event, &begin}, &turn, &err);
        tell_end(&turn, rc, &err);
        bx_llm_turn_done(&turn);
    }
    if (runs)
        (void)pthread_join(thread, NULL);
    bx_ctl_done(&ctl);
    for (size_t i = 0; i < rq.n_tools; i++)
        bx_buf_done(&schemas[i]);
    bx_llm_transcript_done(&t);
    return rc == BX_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    bx_error err = {.msg = ""};
    BX_AUTO_BUF text = bx_buf_init(256 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_egress *eg = NULL;
    bx_llm *m = NULL;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: llm_drive MODEL < request.json\n");
        return 2;
    }
    bx_code rc = bx_fd_read_all(0, 256 << 20, &text, &err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, &err);
    if (rc == BX_OK)
        rc = bx_egress_new(NULL, &eg, &err);
    if (rc == BX_OK)
        rc = bx_llm_open(eg, bx_str_of(argv[1]), &m, &err);
    int code = 2;
    if (rc == BX_OK)
        code = drive(m, bx_json_root(doc));
    else
        (void)fprintf(stderr, "llm_drive: %s\n", err.msg);
    bx_llm_free(m);
    bx_egress_free(eg);
    return code;
}
