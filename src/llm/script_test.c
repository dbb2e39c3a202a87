/* Scripts: what is refused, what is played to whom, and how. */
#include "base/test.h"
#include "llm/internal.h"

typedef struct heard {
    bx_buf text, calls;
    unsigned begins, ends, retries, restarts, usages;
    bool stop_at_text;
} heard;

static bool hear(void *ctx, const bx_llm_event *ev)
{
    heard *h = ctx;
    switch (ev->kind) {
    case BX_LLM_EV_TEXT:
        (void)bx_buf_add_str(&h->text, ev->text);
        return !h->stop_at_text;
    case BX_LLM_EV_TOOL_BEGIN:
        h->begins++;
        break;
    case BX_LLM_EV_TOOL_END:
        h->ends++;
        (void)bx_buf_addf(&h->calls, "%.*s(%.*s)", BX_FMT(ev->name), BX_FMT(ev->text));
        break;
    case BX_LLM_EV_RETRY:
        h->retries++;
        break;
    case BX_LLM_EV_RESTART:
        h->restarts++;
        bx_buf_clear(&h->text);
        break;
    case BX_LLM_EV_USAGE:
        h->usages++;
        break;
    default:
        break;
    }
    return true;
}

static void heard_done(heard *h)
{
    bx_buf_done(&h->text);
    bx_buf_done(&h->calls);
}

static void heard_reset(heard *h)
{
    heard_done(h);
    *h = (heard){.text = bx_buf_init(1 << 20), .calls = bx_buf_init(1 << 20)};
}

static const char SCRIPT[] =
    "price: {input: 3, output: 15}\n"
    "conversations:\n"
    "  - agent: manager\n"
    "    turns:\n"
    "      - text: Let us see.\n"
    "        calls:\n"
    "          - {tool: read, arguments: {path: README.md}}\n"
    "          - {tool: glob, id: mine, arguments: '{\"pattern\": \"{{agent}}'}\n"
    "        usage: {input: 100, output: 20}\n"
    "      - text: 'Done: {{result}}'\n"
    "        stop: end\n"
    "  - agent: exec-*\n"
    "    prompt: slow\n"
    "    turns: [{text: late, latency_ms: 60000}]\n"
    "  - agent: exec-*\n"
    "    turns:\n"
    "      - {when: {is_error: true}, text: It failed.}\n"
    "      - {repeat: 2, call: {tool: bash, arguments: {command: 'echo {{turn}}'}}}\n"
    "      - {text: 'abcdéf', pieces: 3}\n"
    "  - agent: flaky\n"
    "    turns:\n"
    "      - {text: fine, error: {kind: rate, times: 2, retry_after_ms: 1}}\n"
    "      - {text: fine, error: {kind: server, times: 1, retry_after_ms: 1, after_text: part}}\n"
    "      - {error: {kind: quota, message: no credit}}\n"
    "      - {hang: true, text: begun}\n";

static bx_llm model(bx_script **s)
{
    bx_error err = {.msg = ""};
    bx_llm m = {.name = (char *)"script:test", .model = (char *)"script"};
    if (bx_script_parse(bx_str_of(SCRIPT), s, &err) != BX_OK)
        printf("# %s\n", err.msg);
    m.script = *s;
    m.has_price = bx_script_price(*s, &m.price);
    return m;
}

static void plays_by_agent_and_turn(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = model(&s);
    CHECK(s);
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    heard h = {.begins = 0};
    heard_reset(&h);
    CHECK(bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("go"), NULL) == BX_OK);
    const bx_llm_request rq = {.transcript = &t, .agent = BX_LIT("manager")};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&h.text), BX_LIT("Let us see.")));
    CHECK(bx_str_eq(bx_buf_str(&h.calls),
                    BX_LIT("read({\"path\":\"README.md\"})glob({\"pattern\": \"manager)")));
    CHECK(h.begins == 2 && h.ends == 2 && turn.stop == BX_LLM_STOP_TOOLS);
    CHECK(turn.message.n_blocks == 3 && !turn.message.blocks[1].broken);
    CHECK(turn.message.blocks[2].broken && bx_str_eq(turn.message.blocks[2].id, BX_LIT("mine")));
    CHECK(bx_str_eq(turn.message.blocks[1].id, BX_LIT("call_1_1")));
    CHECK(turn.usage.input == 100 && turn.has_cost && turn.cost == 600000000);
    CHECK(bx_llm_transcript_push(&t, &turn.message, NULL) == BX_OK);
    bx_llm_message results = {.role = BX_LLM_USER};
    bx_llm_block b = {.kind = BX_LLM_TOOL_RESULT, .id = BX_LIT("call_1_1"), .text = BX_LIT("42")};
    CHECK(bx_llm_message_add(&results, &b, NULL) == BX_OK);
    CHECK(bx_llm_transcript_push(&t, &results, NULL) == BX_OK);
    heard_reset(&h);
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&h.text), BX_LIT("Done: 42")) && turn.stop == BX_LLM_STOP_END);
    bx_llm_turn_done(&turn);
    bx_llm_request third = rq;
    third.turn = 3;
    bx_error err;
    CHECK(bx_llm_take_turn(&m, &third, (bx_llm_sink){hear, &h}, &turn, &err) == BX_EIO);
    CHECK(turn.failure == BX_LLM_FAIL_ANSWER && strstr(err.msg, "no turn 3 for agent 'manager'"));
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    heard_done(&h);
}

static void plays_by_condition_and_repeats(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = model(&s);
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    heard h = {.begins = 0};
    heard_reset(&h);
    CHECK(bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("go"), NULL) == BX_OK);
    bx_llm_request rq = {.transcript = &t, .agent = BX_LIT("exec-7"), .turn = 2};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&h.calls), BX_LIT("bash({\"command\":\"echo 2\"})")));
    bx_llm_turn_done(&turn);
    rq.turn = 3;
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&h.text), BX_LIT("abcd\xC3\xA9"
                                                "f")));
    CHECK(turn.usage.known && turn.usage.output == 2);
    bx_llm_turn_done(&turn);
    bx_llm_message results = {.role = BX_LLM_USER};
    bx_llm_block b = {.kind = BX_LLM_TOOL_RESULT, .id = BX_LIT("x"), .is_error = true};
    CHECK(bx_llm_message_add(&results, &b, NULL) == BX_OK);
    CHECK(bx_llm_transcript_push(&t, &results, NULL) == BX_OK);
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){.on = NULL}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(turn.message.blocks[0].text, BX_LIT("It failed.")));
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    heard_done(&h);
}

static void retries_and_restarts(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = model(&s);
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    heard h = {.begins = 0};
    heard_reset(&h);
    bx_llm_request rq = {.transcript = &t, .agent = BX_LIT("flaky"), .turn = 1};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(h.retries == 2 && turn.attempts == 3 && h.restarts == 0);
    bx_llm_turn_done(&turn);
    rq.max_retries = 1;
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_EIO);
    CHECK(turn.failure == BX_LLM_FAIL_RATE && turn.attempts == 2);
    bx_llm_turn_done(&turn);
    rq.turn = 2; /* after the first token: only where the sink can start again */
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_EIO);
    CHECK(turn.failure == BX_LLM_FAIL_SERVER && turn.attempts == 1);
    bx_llm_turn_done(&turn);
    heard_reset(&h);
    rq.may_restart = true;
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_OK);
    CHECK(h.restarts == 1 && bx_str_eq(bx_buf_str(&h.text), BX_LIT("fine")));
    CHECK(turn.message.n_blocks == 1 && turn.usage.known &&
          !turn.has_cost); /* the part is billed */
    bx_llm_turn_done(&turn);
    rq.turn = 3;
    bx_error err;
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, &err) == BX_EDENIED);
    CHECK(turn.failure == BX_LLM_FAIL_QUOTA && turn.attempts == 1 && strstr(err.msg, "no credit"));
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    heard_done(&h);
}

static void ends_when_told(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = model(&s);
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    heard h = {.begins = 0};
    heard_reset(&h);
    CHECK(bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("a slow one"), NULL) == BX_OK);
    bx_ctl ctl = bx_ctl_init(bx_now_ns() + 20000000);
    bx_llm_request rq = {.transcript = &t, .agent = BX_LIT("exec-1"), .ctl = &ctl};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_ETIMEOUT);
    CHECK(turn.failure == BX_LLM_FAIL_STOPPED);
    bx_llm_turn_done(&turn);
    ctl = bx_ctl_init(UINT64_MAX);
    bx_ctl_cancel(&ctl);
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_ECANCELLED);
    bx_llm_turn_done(&turn);
    bx_llm_request hung = {.transcript = &t, .agent = BX_LIT("flaky"), .turn = 4};
    hung.stall_ns = 20000000;
    CHECK(bx_llm_take_turn(&m, &hung, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_ETIMEOUT);
    CHECK(turn.failure == BX_LLM_FAIL_TIMEOUT && bx_str_eq(bx_buf_str(&h.text), BX_LIT("begun")));
    bx_llm_turn_done(&turn);
    h.stop_at_text = true;
    CHECK(bx_llm_take_turn(&m, &hung, (bx_llm_sink){hear, &h}, &turn, NULL) == BX_ECANCELLED);
    CHECK(turn.failure == BX_LLM_FAIL_STOPPED);
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    heard_done(&h);
}

static bool refused(const char *text, const char *why)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_error err = {.msg = ""};
    if (bx_script_parse(bx_str_of(text), &s, &err) == BX_OK)
        return false;
    if (!strstr(err.msg, why))
        printf("# %s\n", err.msg);
    return strstr(err.msg, why) != NULL;
}

static void refuses_what_is_no_script(void)
{
    CHECK(refused("turns: [{txt: a}]", "turn 1: turn has no field 'txt'"));
    CHECK(refused("turns: [{text: 1}]", "turn 1: turn: text is of type integer, not string"));
    CHECK(refused("conversations: [{agent: a}]", "conversation 1: a conversation has turns"));
    CHECK(refused("turns: [{call: {arguments: {}}}]", "a call without tool"));
    CHECK(refused("{\"messages\":[{\"role\":\"x\"}]}", "no role 'x'"));
    CHECK(refused("price: {input: -1}\nturns: []", "price: input is out of range"));
    CHECK(refused("[1]", "transcript"));
    CHECK(refused("hello", "no mapping"));
    CHECK(refused("turns: [{stop: ends}]", "turn 1: no stop 'ends': end, tools"));
    CHECK(refused("turns: [{error: {kind: rates}}]", "turn 1: an error has no kind 'rates': auth"));
    CHECK(refused("turns: [{latency_ms: -1}]", "latency_ms is of type integer, not whole number"));
}

/* What is wrong is found in the file. */
static void says_where(void)
{
    static const char yaml[] = "# a script\n"
                               "price: {input: 1, output: 2}\n"
                               "conversations:\n"
                               "  - agent: a\n"
                               "    turns:\n"
                               "      - text: one\n"
                               "      - calls:\n"
                               "          - {tool: read, arguments: {path: [1, {x: y}]}}\n"
                               "          - tool: read\n"
                               "            %s: {}\n"
                               "      - stop: %s\n"
                               "  - turns: []\n"
                               "%s";
    static const struct {
        const char *field, *stop, *more, *why;
    } rows[] = {
        {"argument", "end", "", "line 10, column 23: conversation 1: turn 2: call has no field"},
        {"arguments", "never", "", "line 11, column 15: conversation 1: turn 3: no stop 'never'"},
        {"arguments", "end", "  - agent: b\n", "line 13, column 5: conversation 3: a conversation"},
        {"arguments", "end", "pieces: many\n", "line 13, column 9: a script: pieces is of type"},
        {"arguments", "end", " - x\n", "line 13, column"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO_BUF text = bx_buf_init(4096);
        (void)bx_buf_addf(&text, yaml, rows[i].field, rows[i].stop, rows[i].more);
        CHECK(refused(text.p, rows[i].why));
    }
    CHECK(refused("{\"turns\": [\n{\"text\": \"a\"},\n {\"txt\": \"b\"}]}",
                  "line 3, column 10: turn 2"));
    CHECK(refused("{\"turns\": [\n{\"text\" \"a\"}]}", "line 2, column"));
    CHECK(refused("x: &a {}\nturns: [*a]\n", "a script has no field 'x'")); /* no place: an alias */
}

static void plays_a_transcript(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = {.name = (char *)"script:t", .model = (char *)"script"};
    CHECK(bx_script_parse(
              BX_LIT("[{\"role\":\"user\",\"content\":[]},{\"role\":\"assistant\",\"content\":"
                     "[{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"tool_call\",\"id\":\"i\","
                     "\"name\":\"read\",\"arguments\":\"{}\"}]}]"),
              &s, NULL) == BX_OK);
    m.script = s;
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    bx_llm_request rq = {.transcript = &t};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){.on = NULL}, &turn, NULL) == BX_OK);
    CHECK(turn.message.n_blocks == 2 && turn.stop == BX_LLM_STOP_TOOLS && !turn.has_cost);
    CHECK(bx_str_eq(turn.message.blocks[1].id, BX_LIT("i")));
    bx_llm_turn_done(&turn);
}

static void plays_an_exported_session(void)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_llm m = {.name = (char *)"script:t", .model = (char *)"script"};
    CHECK(bx_script_parse(
              BX_LIT("{\"type\":\"begin\",\"seq\":1}\n{\"type\":\"user\",\"message\":{\"role\":"
                     "\"user\",\"content\":[]}}\n\n{\"type\":\"assistant\",\"message\":{\"role\":"
                     "\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"one\"}]}}\n"
                     "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":"
                     "[{\"type\":\"text\",\"text\":\"two\"}]}}"),
              &s, NULL) == BX_OK);
    m.script = s;
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn;
    bx_llm_request rq = {.transcript = &t, .turn = 2};
    CHECK(bx_llm_take_turn(&m, &rq, (bx_llm_sink){.on = NULL}, &turn, NULL) == BX_OK);
    CHECK(bx_str_eq(turn.message.blocks[0].text, BX_LIT("two")));
    bx_llm_turn_done(&turn);
    bx_script *none = NULL;
    CHECK(bx_script_parse(BX_LIT("{\"type\":\"begin\"}\n{\"type\":\"end\"}"), &none, NULL) ==
          BX_EINVAL);
}

BXT_MAIN(RUN(plays_by_agent_and_turn); RUN(plays_by_condition_and_repeats);
         RUN(retries_and_restarts); RUN(ends_when_told); RUN(refuses_what_is_no_script);
         RUN(says_where); RUN(plays_a_transcript); RUN(plays_an_exported_session);)
