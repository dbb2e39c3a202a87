/* Answers of models: each protocol's parser, the same bytes whole and cut.  What comes out is the
 * same, is UTF-8, agrees with the events, and is written and read as JSON without loss. */
#include "llm/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_OUT = 64 << 20 };

typedef struct told {
    size_t text, begins, ends;
} told;

static bool tell(void *ctx, const bx_llm_event *ev)
{
    told *t = ctx;
    t->text += ev->kind == BX_LLM_EV_TEXT ? ev->text.n : 0;
    t->begins += ev->kind == BX_LLM_EV_TOOL_BEGIN;
    t->ends += ev->kind == BX_LLM_EV_TOOL_END;
    BX_ASSERT(t->ends <= t->begins);
    return true;
}

static void write_message(const bx_llm_message *m, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    bx_llm_message_write(m, &o);
    BX_ASSERT(bx_json_out_end(&o, NULL) == BX_OK);
}

static void reads_back(const bx_buf *text)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF again = bx_buf_init(MAX_OUT);
    bx_llm_message m = {.role = BX_LLM_USER};
    BX_ASSERT(bx_utf8_valid(bx_buf_str(text)));
    BX_ASSERT(bx_json_parse(bx_buf_str(text), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
    BX_ASSERT(bx_llm_message_read(bx_json_root(doc), &m, NULL) == BX_OK);
    write_message(&m, &again);
    BX_ASSERT(bx_str_eq(bx_buf_str(text), bx_buf_str(&again)));
    bx_llm_message_done(&m);
}

/* Ids that were made up differ from time to time: they count by their length. */
static void forget_ids(bx_llm_message *m)
{
    for (size_t i = 0; i < m->n_blocks; i++) {
        bx_str *id = &m->blocks[i].id;
        if (bx_str_starts(*id, BX_LIT("call_")))
            id->n = 5;
    }
}

static void read_in(const bx_llm_protocol *p, bx_str text, size_t each, bx_buf *out)
{
    told t = {0};
    bx_llm_trouble trouble = {.failure = BX_LLM_FAIL_NONE};
    bx_answer a = {.sink = {tell, &t}, .protocol = p->name};
    const bx_reading reading = {.answer = &a, .trouble = &trouble};
    BX_AUTO(bx_stream) bx_stream *s = NULL;
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_llm_stop stop = BX_LLM_STOP_END;
    bool ok = bx_stream_new(p, &reading, &s, NULL) == BX_OK;
    for (size_t i = 0; ok && i < text.n; i += each)
        ok = bx_stream_feed(s, (bx_str){text.p + i, each < text.n - i ? each : text.n - i});
    if (!bx_stream_end(s)) {
        BX_ASSERT(a.fail != BX_OK || trouble.failure != BX_LLM_FAIL_NONE);
        (void)bx_buf_addf(out, "!%d%d%s", (int)trouble.failure, trouble.again, trouble.text);
    } else if (bx_answer_finish(&a, &m, &stop, NULL) == BX_OK) {
        BX_AUTO_BUF said = bx_buf_init(MAX_OUT);
        bx_llm_message_text(&m, &said);
        BX_ASSERT(t.begins == t.ends && t.ends == bx_llm_message_calls(&m));
        BX_ASSERT(t.text == said.n || !bx_utf8_valid(text));
        BX_ASSERT(stop != BX_LLM_STOP_TOOLS || t.ends > 0);
        forget_ids(&m);
        write_message(&m, out);
        reads_back(out);
        (void)bx_buf_addf(out, "%d %llu", (int)stop, (unsigned long long)a.usage.output);
    }
    bx_llm_message_done(&m);
    bx_answer_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bx_llm_protocol *const PROTOCOLS[] = {&bx_openai_chat, &bx_openai_responses,
                                                       &bx_anthropic, &bx_gemini};
    BX_AUTO_BUF whole = bx_buf_init(MAX_OUT);
    BX_AUTO_BUF cut = bx_buf_init(MAX_OUT);
    if (size < 2)
        return 0;
    const bx_llm_protocol *p = PROTOCOLS[data[0] % BX_COUNT(PROTOCOLS)];
    bx_str text = {(const char *)data + 1, size - 1};
    read_in(p, text, size, &whole);
    read_in(p, text, data[0] / BX_COUNT(PROTOCOLS) + 1, &cut);
    BX_ASSERT(bx_str_eq(bx_buf_str(&whole), bx_buf_str(&cut)));
    return 0;
}
