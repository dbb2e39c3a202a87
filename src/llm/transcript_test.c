/* Transcripts: ownership, bounds, and JSON that loses nothing. */
#include <stdio.h>

#include "base/test.h"
#include "llm/llm.h"

static const char TEXT[] =
    "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a "
    "\\\"\\u0000\\n\xE2\x82\xAC\"},"
    "{\"type\":\"image\",\"media_type\":\"image/png\",\"data\":\"AAAA\"}]},"
    "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"text\":\" \",\"opaque\":"
    "\"\\\"c2ln\\\"\",\"protocol\":\"anthropic\"},{\"type\":\"opaque\",\"opaque\":\"{\\\"a\\\": "
    "1.0}\","
    "\"protocol\":\"openai-responses\"},{\"type\":\"tool_call\",\"id\":\"i\",\"name\":\"f\","
    "\"arguments\":\"{\\\"a\",\"broken\":true}]},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"id\":\"i\",\"name\":\"f\","
    "\"is_error\":true,\"parts\":[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image\","
    "\"media_type\":\"image/gif\",\"data\":\"BBBB\"}]}]}]";

static bx_code read_text(const char *text, bx_llm_transcript *t, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(bx_str_of(text), BX_JSON_MAX_DEPTH, &doc, err);
    return rc == BX_OK ? bx_llm_transcript_read(bx_json_root(doc), t, err) : rc;
}

static bool writes_as(const bx_llm_transcript *t, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_json_out o = bx_json_out_on(&out);
    bx_llm_transcript_write(t, &o);
    bool same = bx_json_out_end(&o, NULL) == BX_OK && strcmp(out.p, want) == 0;
    if (!same)
        printf("# got  %s\n# want %s\n", out.p ? out.p : "", want);
    return same;
}

static void loses_nothing(void)
{
    bx_llm_transcript t = {.n = 0}, copy = {.n = 0};
    CHECK(read_text(TEXT, &t, NULL) == BX_OK && t.n == 3);
    CHECK(t.messages[0].blocks[0].text.n == 8 && t.messages[1].blocks[2].broken);
    CHECK(writes_as(&t, TEXT));
    CHECK(bx_llm_transcript_copy(&t, &copy, NULL) == BX_OK);
    bx_llm_transcript_done(&t);
    CHECK(t.n == 0 && writes_as(&copy, TEXT));
    bx_llm_transcript_done(&copy);
}

static void cuts_and_pushes(void)
{
    bx_llm_transcript t = {.n = 0};
    char one[2] = "0";
    for (int i = 0; i < 20; i++) {
        one[0] = (char)('a' + i);
        CHECK(bx_llm_transcript_say(&t, BX_LLM_USER, bx_str_of(one), NULL) == BX_OK);
    }
    bx_llm_transcript_cut(&t, 1, 18);
    bx_llm_transcript_cut(&t, 2, 100);
    bx_llm_transcript_cut(&t, 5, 3);
    CHECK(writes_as(&t, "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]},"
                        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"s\"}]}]"));
    bx_llm_message empty = {.role = BX_LLM_USER};
    CHECK(bx_llm_transcript_push(&t, &empty, NULL) == BX_OK && t.n == 2);
    CHECK(bx_llm_transcript_say(&t, BX_LLM_ASSISTANT, BX_LIT("a\xFF"), NULL) == BX_OK);
    CHECK(bx_str_eq(t.messages[2].blocks[0].text, BX_LIT("a\xEF\xBF\xBD")));
    bx_llm_transcript_done(&t);
}

static bool refuses(const char *text, bx_code code)
{
    bx_llm_transcript t = {.n = 0};
    bx_error err = {.msg = ""};
    bx_code rc = read_text(text, &t, &err);
    if (rc != code)
        printf("# %s: %s %s\n", text, bx_code_name(rc), err.msg);
    return rc == code && t.n == 0;
}

static void refuses_what_is_none(void)
{
    CHECK(refuses("{}", BX_EINVAL) && refuses("[1]", BX_EINVAL) && refuses("[{}]", BX_EINVAL));
    CHECK(refuses("[{\"role\":\"system\",\"content\":[]}]", BX_EINVAL));
    CHECK(refuses("[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]", BX_EINVAL));
    CHECK(refuses("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":1}]}]", BX_EINVAL));
    CHECK(refuses("[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"parts\":[{\"type\":"
                  "\"tool_call\"}]}]}]",
                  BX_EINVAL));
}

static void is_bounded(void)
{
    bx_llm_message m = {.role = BX_LLM_USER};
    const bx_llm_block b = {.kind = BX_LLM_TEXT, .text = BX_LIT("x")};
    const bx_llm_block big = {.kind = BX_LLM_TEXT, .text = {"", BX_LLM_MAX_TEXT + (size_t)1}};
    for (int i = 0; i < BX_LLM_MAX_BLOCKS; i++)
        CHECK(bx_llm_message_add(&m, &b, NULL) == BX_OK);
    CHECK(bx_llm_message_add(&m, &b, NULL) == BX_ELIMIT && m.n_blocks == BX_LLM_MAX_BLOCKS);
    bx_llm_message_done(&m);
    CHECK(bx_llm_message_add(&m, &big, NULL) == BX_ELIMIT && m.n_blocks == 0);
    bx_llm_message_done(&m);
}

static void survives_no_memory(void)
{
    bx_llm_transcript t = {.n = 0};
    BX_AUTO(bx_json) bx_json *doc = NULL;
    CHECK(bx_json_parse(bx_str_of(TEXT), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
    EACH_ALLOC_FAILS(rc, { rc = bx_llm_transcript_read(bx_json_root(doc), &t, NULL); });
    CHECK(writes_as(&t, TEXT));
    bx_llm_transcript_done(&t);
}

BXT_MAIN(RUN(loses_nothing); RUN(cuts_and_pushes); RUN(refuses_what_is_none); RUN(is_bounded);
         RUN(survives_no_memory);)
