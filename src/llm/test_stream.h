/* What the tests of the protocols share: answers read in any pieces, and what came of them as one
 * text.  JSON is written with ' for ". */
#ifndef BX_LLM_TEST_STREAM_H
#define BX_LLM_TEST_STREAM_H

#include <stdio.h>

#include "base/ascii.h"
#include "base/test.h"
#include "llm/protocol.h"

typedef struct stream_case {
    const char *name, *stream, *want;
} stream_case;

/* An event of a stream. */
#define D(json) "data: " json "\n\n"

/* What events said, to be compared with the message. */
typedef struct told {
    bx_buf text, thinking, arguments;
    size_t begins, ends;
} told;

BX_UNUSED static bool tell(void *ctx, const bx_llm_event *ev)
{
    told *t = ctx;
    if (ev->kind == BX_LLM_EV_TEXT)
        (void)bx_buf_add_str(&t->text, ev->text);
    if (ev->kind == BX_LLM_EV_THINKING)
        (void)bx_buf_add_str(&t->thinking, ev->text);
    if (ev->kind == BX_LLM_EV_TOOL_BEGIN)
        t->begins++;
    if (ev->kind == BX_LLM_EV_TOOL_END) {
        t->ends++;
        (void)bx_buf_add_str(&t->arguments, ev->text);
    }
    return true;
}

/* ' becomes "; the caller frees. */
BX_UNUSED static char *quoted(const char *text)
{
    char *z = bx_strndup(text, strlen(text));
    for (char *p = z; *p; p++)
        if (*p == '\'')
            *p = '"';
    return z;
}

/* Ids that were made up have six digits of the clock in them: leave those out. */
BX_UNUSED static void scrub(char *text)
{
    static const char MARK[] = "\"id\":\"call_";
    for (char *at = text; (at = strstr(at, MARK));) {
        at += sizeof MARK - 1;
        char *p = at;
        while (bx_is_digit(*p))
            p++;
        size_t n = *p == '_' ? strspn(p + 1, "0123456789abcdef") : 0;
        if (p > at && n == 6 && p[7] == '"')
            memmove(p + 1, p + 7, strlen(p + 7) + 1);
    }
}

BX_UNUSED static void describe(const bx_answer *a, const bx_llm_message *m, bx_llm_stop stop,
                               bx_buf *out)
{
    static const char *const STOPS[] = {"end", "tools", "length", "window", "filter", "pause"};
    bx_json_out o = bx_json_out_on(out);
    bx_llm_message_write(m, &o);
    (void)bx_buf_addf(out, " %s", STOPS[stop]);
    if (a->usage.known)
        (void)bx_buf_addf(
            out, " %llu+%llu+%llu>%llu(%llu)", (unsigned long long)a->usage.input,
            (unsigned long long)a->usage.cache_read, (unsigned long long)a->usage.cache_write,
            (unsigned long long)a->usage.output, (unsigned long long)a->usage.thinking);
}

/* Do the events add up to the message? */
BX_UNUSED static bool adds_up(const told *t, const bx_llm_message *m)
{
    told want = {.text = bx_buf_init(1 << 20), .thinking = bx_buf_init(1 << 20)};
    for (size_t i = 0; i < m->n_blocks; i++)
        if (m->blocks[i].kind == BX_LLM_THINKING)
            (void)bx_buf_add_str(&want.thinking, m->blocks[i].text);
    bx_llm_message_text(m, &want.text);
    bool same = bx_str_eq(bx_buf_str(&want.text), bx_buf_str(&t->text)) &&
                bx_str_eq(bx_buf_str(&want.thinking), bx_buf_str(&t->thinking)) &&
                t->begins == bx_llm_message_calls(m) && t->ends == t->begins;
    bx_buf_done(&want.text);
    bx_buf_done(&want.thinking);
    return same;
}

/* Read `stream`: the first `first` bytes, then pieces of `each`.  What came of it as text: the
 * message as JSON, why it stopped, usage; or "!FAILURE again? words". */
BX_UNUSED static bool read_pieces(const bx_llm_protocol *p, bx_str stream, size_t first,
                                  size_t each, bx_buf *out)
{
    static const char *const FAILURES[] = {"none",   "auth",    "quota",   "rate",
                                           "server", "network", "timeout", "context",
                                           "model",  "request", "answer",  "stopped"};
    told t = {bx_buf_init(1 << 20), bx_buf_init(1 << 20), bx_buf_init(1 << 20), 0, 0};
    bx_llm_trouble trouble = {.failure = BX_LLM_FAIL_NONE};
    bx_answer a = {.sink = {tell, &t}, .protocol = p->name};
    const bx_reading reading = {.answer = &a, .trouble = &trouble};
    BX_AUTO(bx_stream) bx_stream *s = NULL;
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_llm_stop stop = BX_LLM_STOP_END;
    bool ok = bx_stream_new(p, &reading, &s, NULL) == BX_OK, sound = true;
    for (size_t i = 0, n = first; ok && i < stream.n; i += n, n = each) {
        n = n < stream.n - i ? n : stream.n - i;
        ok = bx_stream_feed(s, (bx_str){stream.p + i, n});
    }
    if (bx_stream_end(s)) {
        ok = bx_answer_finish(&a, &m, &stop, NULL) == BX_OK;
        describe(&a, &m, stop, out);
        sound = ok && adds_up(&t, &m);
        if (!sound)
            printf("# the events do not add up to the message\n");
    } else {
        (void)bx_buf_addf(out, "!%s%s %s", FAILURES[trouble.failure], trouble.again ? " again" : "",
                          trouble.text);
    }
    bx_llm_message_done(&m);
    bx_answer_done(&a);
    bx_buf_done(&t.text);
    bx_buf_done(&t.thinking);
    bx_buf_done(&t.arguments);
    return sound;
}

BX_UNUSED static bool reads_as(const bx_llm_protocol *p, bx_str stream, size_t first, size_t each,
                               const stream_case *c)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    BX_AUTOFREE char *want = quoted(c->want);
    bool ok = read_pieces(p, stream, first, each, &out);
    if (out.p)
        scrub(out.p);
    ok = ok && out.p && strcmp(out.p, want) == 0;
    if (!ok)
        printf("# %s, first %zu, then %zu:\n#  got  %s\n#  want %s\n", c->name, first, each,
               out.p ? out.p : "", want);
    return ok;
}

/* Whole, byte by byte, and cut in two at every place. */
BX_UNUSED static bool holds(const bx_llm_protocol *p, const stream_case *c)
{
    BX_AUTOFREE char *text = quoted(c->stream);
    bx_str stream = bx_str_of(text);
    if (!reads_as(p, stream, stream.n, 1, c) || !reads_as(p, stream, 1, 1, c))
        return false;
    for (size_t i = 1; i < stream.n; i++)
        if (!reads_as(p, stream, i, stream.n, c))
            return false;
    return true;
}

/* Read the case whole; BX_ENOMEM where some allocation failed, and never another message. */
BX_UNUSED static bx_code read_or_fail(const bx_llm_protocol *p, const char *text, const char *want)
{
    bx_llm_trouble trouble = {.failure = BX_LLM_FAIL_NONE};
    bx_answer a = {.protocol = p->name};
    const bx_reading reading = {.answer = &a, .trouble = &trouble};
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_llm_stop stop = BX_LLM_STOP_END;
    bx_stream *s = NULL;
    bx_code rc = bx_stream_new(p, &reading, &s, NULL);
    if (rc == BX_OK && (!bx_stream_feed(s, bx_str_of(text)) || !bx_stream_end(s)))
        rc = a.fail;
    else if (rc == BX_OK)
        rc = bx_answer_finish(&a, &m, &stop, NULL);
    rc = rc == BX_OK ? a.fail : rc;
    long left = bx_test_fail_alloc;
    bx_test_fail_alloc = -1;
    if (rc == BX_OK) { /* all went well, or so it says */
        BX_AUTO_BUF out = bx_buf_init(1 << 20);
        describe(&a, &m, stop, &out);
        scrub(out.p);
        if (strcmp(out.p, want) != 0) {
            printf("#  got  %s\n#  want %s\n", out.p, want);
            rc = BX_EINTERNAL;
        }
    }
    bx_llm_message_done(&m);
    bx_stream_free(s);
    bx_answer_done(&a);
    bx_test_fail_alloc = left;
    return rc;
}

/* As EACH_ALLOC_FAILS, for a case that is an answer. */
BX_UNUSED static bool survives_no_memory(const bx_llm_protocol *p, const stream_case *c)
{
    BX_AUTOFREE char *text = quoted(c->stream), *want = quoted(c->want);
    for (long k = 0; k < 2000; k++) {
        bx_test_fail_alloc = k;
        bx_code rc = read_or_fail(p, text, want);
        bool done = bx_test_fail_alloc != 0 || rc == BX_OK;
        bx_test_fail_alloc = -1;
        if (done)
            return rc == BX_OK;
        if (rc != BX_ENOMEM) {
            printf("# %s, allocation %ld: %s\n", c->name, k, bx_code_name(rc));
            return false;
        }
    }
    return false;
}

/* Every case of a protocol. */
BX_UNUSED static bool all_hold(const bx_llm_protocol *p, const stream_case *cases, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !holds(p, &cases[i]);
    return bad == 0;
}

BX_UNUSED static bool all_survive(const bx_llm_protocol *p, const stream_case *cases, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += cases[i].want[0] != '!' && !survives_no_memory(p, &cases[i]);
    return bad == 0;
}

#endif
