/* The model script:FILE: reading and checking a script, and finding what is played.  What is
 * played depends on the request alone, never on what was played before: any number of agents share
 * a script, and a run that is begun again goes on where it was.  docs/models.md is the format. */
#include <fcntl.h>
#include <stdio.h>

#include "codec/yaml.h"
#include "llm/internal.h"
#include "os/fd.h"

enum { MAX_SCRIPT = 16 << 20, MAX_CONVERSATIONS = 10000, MAX_TURNS = 100000 };

struct bx_script {
    bx_json *doc;
    const bx_json_val *root;
    bool has_price;
    bx_price price;
};

/* ---- checking -------------------------------------------------------------------------------- */

typedef struct field {
    const char *name;
    bx_json_type type; /* BX_JSON_DOUBLE: any number; BX_JSON_NONE: anything */
} field;

static const field ROOT_FIELDS[] = {
    {"conversations", BX_JSON_ARRAY}, {"turns", BX_JSON_ARRAY},        {"messages", BX_JSON_ARRAY},
    {"price", BX_JSON_OBJECT},        {"latency_ms", BX_JSON_INT},     {"delta_ms", BX_JSON_INT},
    {"pieces", BX_JSON_INT},          {"description", BX_JSON_STRING}, {"window", BX_JSON_INT},
};
static const field CONVERSATION_FIELDS[] = {
    {"agent", BX_JSON_STRING}, {"prompt", BX_JSON_STRING},  {"system", BX_JSON_STRING},
    {"turns", BX_JSON_ARRAY},  {"messages", BX_JSON_ARRAY}, {"latency_ms", BX_JSON_INT},
    {"delta_ms", BX_JSON_INT}, {"pieces", BX_JSON_INT},     {"repeat", BX_JSON_BOOL},
};
static const field TURN_FIELDS[] = {
    {"text", BX_JSON_STRING},    {"thinking", BX_JSON_STRING}, {"calls", BX_JSON_ARRAY},
    {"call", BX_JSON_OBJECT},    {"stop", BX_JSON_STRING},     {"usage", BX_JSON_OBJECT},
    {"latency_ms", BX_JSON_INT}, {"delta_ms", BX_JSON_INT},    {"pieces", BX_JSON_INT},
    {"repeat", BX_JSON_INT},     {"when", BX_JSON_OBJECT},     {"error", BX_JSON_OBJECT},
    {"hang", BX_JSON_BOOL},
};
static const field CALL_FIELDS[] = {
    {"tool", BX_JSON_STRING},
    {"id", BX_JSON_STRING},
    {"arguments", BX_JSON_NONE},
};
static const field WHEN_FIELDS[] = {
    {"last", BX_JSON_STRING},
    {"result_of", BX_JSON_STRING},
    {"is_error", BX_JSON_BOOL},
};
static const field ERROR_FIELDS[] = {
    {"kind", BX_JSON_STRING},       {"message", BX_JSON_STRING},     {"times", BX_JSON_INT},
    {"after_text", BX_JSON_STRING}, {"retry_after_ms", BX_JSON_INT},
};
static const field USAGE_FIELDS[] = {
    {"input", BX_JSON_INT},       {"output", BX_JSON_INT},   {"cache_read", BX_JSON_INT},
    {"cache_write", BX_JSON_INT}, {"thinking", BX_JSON_INT},
};
static const field PRICE_FIELDS[] = {
    {"input", BX_JSON_DOUBLE},
    {"output", BX_JSON_DOUBLE},
    {"cache_read", BX_JSON_DOUBLE},
    {"cache_write", BX_JSON_DOUBLE},
};

static bool fits(bx_json_type want, const bx_json_val *v)
{
    bx_json_type is = bx_json_type_of(v);
    uint64_t n;
    if (want == BX_JSON_INT)
        return bx_json_uint64(v, &n);
    return want == BX_JSON_NONE || is == want || (want == BX_JSON_DOUBLE && is == BX_JSON_INT);
}

/* What is looked at: where an error is, it is what is wrong. */
typedef struct checking {
    const bx_json_val *at;
    bx_error *err;
} checking;

static bx_code check(const bx_json_val *v, const char *what, const field *fields, size_t n,
                     checking *c)
{
    bx_str key;
    bx_error *err = c->err;
    c->at = v;
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "%s is no mapping", what);
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        size_t i = 0;
        c->at = e;
        while (i < n && !bx_str_eq(key, bx_str_of(fields[i].name)))
            i++;
        if (i == n)
            return bx_fail(err, BX_EINVAL, "%s has no field '%.*s'", what, BX_FMT(key));
        if (!fits(fields[i].type, e))
            return bx_fail(err, BX_EINVAL, "%s: %s is of type %s, not %s", what, fields[i].name,
                           bx_json_type_name(bx_json_type_of(e)),
                           fields[i].type == BX_JSON_INT ? "whole number, 0 or more"
                                                         : bx_json_type_name(fields[i].type));
    }
    c->at = v;
    return BX_OK;
}
#define CHECK_FIELDS(v, what, fields, c) check(v, what, fields, BX_COUNT(fields), c)

static bx_code check_part(const bx_json_val *of, const char *key, const field *fields, size_t n,
                          checking *c)
{
    const bx_json_val *v = bx_json_get(of, bx_str_of(key));
    return v ? check(v, key, fields, n, c) : BX_OK;
}

static bx_code check_call(const bx_json_val *v, checking *c)
{
    bx_code rc = CHECK_FIELDS(v, "call", CALL_FIELDS, c);
    if (rc == BX_OK && !bx_json_get(v, BX_LIT("tool")))
        return bx_fail(c->err, BX_EINVAL, "a call without tool");
    return rc;
}

/* Texts that are one of a few. */
static bx_code check_words(const bx_json_val *turn, checking *c)
{
    const bx_json_val *stop = bx_json_get(turn, BX_LIT("stop"));
    const bx_json_val *error = bx_json_get(turn, BX_LIT("error"));
    bx_str name = BX_LIT("");
    if (bx_json_str(stop, &name) && !bx_script_is_stop(name)) {
        c->at = stop;
        return bx_fail(c->err, BX_EINVAL,
                       "no stop '%.*s': end, tools, length, window, filter, pause", BX_FMT(name));
    }
    if (bx_json_str(bx_json_get(error, BX_LIT("kind")), &name) && !bx_script_is_failure(name)) {
        c->at = error;
        return bx_fail(c->err, BX_EINVAL,
                       "an error has no kind '%.*s': auth, quota, rate, server, network, timeout, "
                       "context, model, request, answer",
                       BX_FMT(name));
    }
    return BX_OK;
}

static bx_code check_turn(const bx_json_val *v, checking *c)
{
    bx_code rc = CHECK_FIELDS(v, "turn", TURN_FIELDS, c);
    const bx_json_val *call = bx_json_get(v, BX_LIT("call"));
    if (rc == BX_OK && call)
        rc = check_call(call, c);
    bx_json_iter it = bx_json_iter_of(bx_json_get(v, BX_LIT("calls")));
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));)
        rc = check_call(e, c);
    if (rc == BX_OK)
        rc = check_part(v, "when", WHEN_FIELDS, BX_COUNT(WHEN_FIELDS), c);
    if (rc == BX_OK)
        rc = check_part(v, "error", ERROR_FIELDS, BX_COUNT(ERROR_FIELDS), c);
    if (rc == BX_OK)
        rc = check_part(v, "usage", USAGE_FIELDS, BX_COUNT(USAGE_FIELDS), c);
    return rc == BX_OK ? check_words(v, c) : rc;
}

/* The turns or messages of a conversation (or of the root, which may be one). */
static bx_code check_lines(const bx_json_val *v, checking *c)
{
    const bx_json_val *turns = bx_json_get(v, BX_LIT("turns"));
    const bx_json_val *messages = bx_json_get(v, BX_LIT("messages"));
    bx_code rc = BX_OK;
    size_t at = 1;
    c->at = v;
    if (!turns == !messages)
        return bx_fail(c->err, BX_EINVAL, "a conversation has turns, or messages, not both");
    if (bx_json_size(turns) > MAX_TURNS)
        return bx_fail(c->err, BX_ELIMIT, "more than %d turns", MAX_TURNS);
    if (messages) {
        bx_llm_transcript t = {.n = 0};
        c->at = messages;
        rc = bx_llm_transcript_read(messages, &t, c->err);
        bx_llm_transcript_done(&t);
    }
    bx_json_iter it = bx_json_iter_of(turns);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL)); at++) {
        rc = check_turn(e, c);
        if (rc != BX_OK)
            rc = bx_wrap(rc, c->err, "turn %zu", at);
    }
    return rc;
}

static bx_code check_price(bx_script *s, checking *c)
{
    const bx_json_val *v = bx_json_get(s->root, BX_LIT("price"));
    static const char *const NAMES[] = {"input", "output", "cache_read", "cache_write"};
    uint64_t each[BX_COUNT(NAMES)] = {0};
    bx_code rc = check_part(s->root, "price", PRICE_FIELDS, BX_COUNT(PRICE_FIELDS), c);
    if (rc != BX_OK || !v)
        return rc;
    for (size_t i = 0; i < BX_COUNT(NAMES); i++) {
        double dollars = 0;
        (void)bx_json_double(bx_json_get(v, bx_str_of(NAMES[i])), &dollars);
        if (!bx_price_from_dollars(dollars, &each[i]))
            return bx_fail(c->err, BX_EINVAL, "price: %s is out of range", NAMES[i]);
    }
    s->has_price = true;
    s->price = (bx_price){each[0], each[1], each[2], each[3]};
    return BX_OK;
}

static bx_code check_all(bx_script *s, checking *c)
{
    bx_code rc = CHECK_FIELDS(s->root, "a script", ROOT_FIELDS, c);
    const bx_json_val *list = bx_json_get(s->root, BX_LIT("conversations"));
    size_t at = 1;
    if (rc == BX_OK)
        rc = check_price(s, c);
    if (rc != BX_OK || !list)
        return rc == BX_OK ? check_lines(s->root, c) : rc;
    if (bx_json_size(list) > MAX_CONVERSATIONS)
        return bx_fail(c->err, BX_ELIMIT, "more than %d conversations", MAX_CONVERSATIONS);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL)); at++) {
        rc = CHECK_FIELDS(e, "conversation", CONVERSATION_FIELDS, c);
        if (rc == BX_OK)
            rc = check_lines(e, c);
        if (rc != BX_OK)
            rc = bx_wrap(rc, c->err, "conversation %zu", at);
    }
    return rc;
}

/* ---- loading --------------------------------------------------------------------------------- */

static bool is_json(bx_str text)
{
    while (text.n && (text.p[0] == ' ' || text.p[0] == '\n' || text.p[0] == '\r'))
        text = bx_str_from(text, 1);
    return text.n && (text.p[0] == '{' || text.p[0] == '[');
}

/* A session as it is exported, an event a line: what the model said in it, as a list of messages.
 * False: it is none. */
static bool lines_to_messages(bx_str text, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    size_t n = 0;
    bx_json_out_begin_array(&o);
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        bx_str line = {text.p, end ? (size_t)(end - text.p) : text.n}, type = BX_LIT("");
        BX_AUTO(bx_json) bx_json *doc = NULL;
        text = bx_str_from(text, line.n + 1);
        if (line.n == 0)
            continue;
        if (bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
            return false;
        const bx_json_val *event = bx_json_root(doc), *m = bx_json_get(event, BX_LIT("message"));
        (void)bx_json_str(bx_json_get(event, BX_LIT("type")), &type);
        if (bx_str_eq(type, BX_LIT("assistant")) && m && !bx_json_get(event, BX_LIT("aside"))) {
            bx_json_out_value(&o, m);
            n++;
        }
    }
    bx_json_out_end_array(&o);
    return n > 0 && bx_json_out_end(&o, NULL) == BX_OK;
}

static bx_code parse_any(bx_str text, bx_json **ret, bx_error *err)
{
    BX_AUTO_BUF messages = bx_buf_init(2 * MAX_SCRIPT);
    if (!is_json(text))
        return bx_yaml_parse(text, ret, err);
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, ret, err);
    if (rc == BX_EINVAL && lines_to_messages(text, &messages))
        rc = bx_json_parse(bx_buf_str(&messages), BX_JSON_MAX_DEPTH, ret, err);
    return rc;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* Values and keys of `v` in front of `what`, as bx_yaml_marks counts them. */
static bool count_marks(const bx_json_val *v, const bx_json_val *what, size_t *n)
{
    bool object = bx_json_type_of(v) == BX_JSON_OBJECT;
    bx_json_iter it = bx_json_iter_of(v);
    if (v == what)
        return true;
    ++*n;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        *n += object;
        if (count_marks(e, what, n))
            return true;
    }
    return false;
}

/* The error with its place, where the text is one that has places: JSON is YAML. */
static bx_code with_place(const bx_script *s, bx_str text, const bx_json_val *what, bx_code rc,
                          bx_error *err)
{
    BX_AUTO(bx_json) bx_json *again = NULL;
    bx_yaml_marks marks = {.n = 0};
    size_t n = 0;
    if (!what || !count_marks(s->root, what, &n) ||
        bx_yaml_parse_marked(text, &again, &marks, NULL) != BX_OK)
        return rc;
    if (n < marks.n)
        rc = bx_wrap(rc, err, "line %u, column %u", marks.at[n].line, marks.at[n].column);
    bx_yaml_marks_done(&marks);
    return rc;
}

bx_code bx_script_parse(bx_str text, bx_script **ret, bx_error *err)
{
    BX_AUTO(bx_script) bx_script *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "script");
    bx_code rc = parse_any(text, &s->doc, err);
    if (rc != BX_OK)
        return rc;
    s->root = bx_json_root(s->doc);
    if (bx_json_type_of(s->root) == BX_JSON_ARRAY) { /* a transcript as sessions keep it */
        bx_llm_transcript t = {.n = 0};
        rc = bx_llm_transcript_read(s->root, &t, err);
        bx_llm_transcript_done(&t);
    } else {
        checking c = {.err = err};
        rc = check_all(s, &c);
        if (rc != BX_OK)
            return with_place(s, text, c.at, rc, err);
    }
    if (rc == BX_OK)
        *ret = BX_TAKE(s);
    return rc;
}

bx_code bx_script_load(const char *path, bx_script **ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_SCRIPT);
    bx_code rc = bx_file_read_all(AT_FDCWD, path, MAX_SCRIPT, &text, err);
    if (rc == BX_OK)
        rc = bx_script_parse(bx_buf_str(&text), ret, err);
    else
        return rc;
    return rc == BX_OK ? BX_OK : bx_wrap(rc, err, "%s", path);
}

void bx_script_free(bx_script *s)
{
    if (!s)
        return;
    bx_json_free(s->doc);
    free(s);
}

bool bx_script_price(const bx_script *s, bx_price *ret)
{
    *ret = s->price;
    return s->has_price;
}

uint64_t bx_script_window(const bx_script *s)
{
    uint64_t tokens = 0;
    (void)bx_json_uint64(bx_json_get(s->root, BX_LIT("window")), &tokens);
    return tokens;
}

/* ---- selecting ------------------------------------------------------------------------------- */

uint64_t bx_script_turn(const bx_llm_request *rq)
{
    uint64_t n = 1;
    if (rq->turn)
        return rq->turn;
    for (size_t i = 0; i < rq->transcript->n; i++)
        n += rq->transcript->messages[i].role == BX_LLM_ASSISTANT;
    return n;
}

static bool block_has(const bx_llm_block *b, bx_str what)
{
    if (b->kind != BX_LLM_TEXT && b->kind != BX_LLM_TOOL_RESULT)
        return false;
    if (what.n == 0 || (b->text.n && memmem(b->text.p, b->text.n, what.p, what.n)))
        return true;
    for (size_t i = 0; i < b->n_parts; i++)
        if (block_has(&b->parts[i], what))
            return true;
    return false;
}

static bool message_has(const bx_llm_message *m, bx_str what)
{
    for (size_t i = 0; m && i < m->n_blocks; i++)
        if (block_has(&m->blocks[i], what))
            return true;
    return what.n == 0;
}

/* "exec-*" fits what begins with it. */
static bool name_fits(bx_str pattern, bx_str name)
{
    if (pattern.n && pattern.p[pattern.n - 1] == '*')
        return bx_str_starts(name, (bx_str){pattern.p, pattern.n - 1});
    return bx_str_eq(pattern, name);
}

static bool conversation_fits(const bx_json_val *c, const bx_llm_request *rq)
{
    bx_str agent = BX_LIT("*"), prompt = BX_LIT(""), system = BX_LIT("");
    const bx_llm_transcript *t = rq->transcript;
    (void)bx_json_str(bx_json_get(c, BX_LIT("agent")), &agent);
    (void)bx_json_str(bx_json_get(c, BX_LIT("prompt")), &prompt);
    (void)bx_json_str(bx_json_get(c, BX_LIT("system")), &system);
    return name_fits(agent, rq->agent) && message_has(t->n ? &t->messages[0] : NULL, prompt) &&
           (system.n == 0 ||
            (rq->system.n && memmem(rq->system.p, rq->system.n, system.p, system.n)));
}

static const bx_llm_block *last_result(const bx_llm_transcript *t)
{
    const bx_llm_message *m = t->n ? &t->messages[t->n - 1] : NULL;
    for (size_t i = m ? m->n_blocks : 0; i-- > 0;)
        if (m->blocks[i].kind == BX_LLM_TOOL_RESULT)
            return &m->blocks[i];
    return NULL;
}

static bool when_fits(const bx_json_val *when, const bx_llm_transcript *t)
{
    bx_str last = BX_LIT(""), tool = BX_LIT("");
    bool is_error = false;
    const bx_llm_block *result = last_result(t);
    bool asks = bx_json_bool(bx_json_get(when, BX_LIT("is_error")), &is_error);
    if (asks && (!result || result->is_error != is_error))
        return false;
    if (bx_json_str(bx_json_get(when, BX_LIT("result_of")), &tool) &&
        !(result && bx_str_eq(result->name, tool)))
        return false;
    (void)bx_json_str(bx_json_get(when, BX_LIT("last")), &last);
    return message_has(t->n ? &t->messages[t->n - 1] : NULL, last);
}

/* The assistant's message number `n`, from 1. */
static const bx_json_val *recorded(const bx_json_val *messages, uint64_t n)
{
    bx_json_iter it = bx_json_iter_of(messages);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str role = BX_LIT("");
        (void)bx_json_str(bx_json_get(e, BX_LIT("role")), &role);
        if (bx_str_eq(role, BX_LIT("assistant")) && --n == 0)
            return e;
    }
    return NULL;
}

/* The turn number `n`, from 1, of those without conditions; *ret_length: how many there are. */
static const bx_json_val *numbered(const bx_json_val *turns, uint64_t n, uint64_t *ret_length)
{
    uint64_t length = 0;
    bx_json_iter it = bx_json_iter_of(turns);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        uint64_t times = 1;
        if (bx_json_get(e, BX_LIT("when")))
            continue;
        if (bx_json_uint64(bx_json_get(e, BX_LIT("repeat")), &times) && times == 0)
            times = UINT64_MAX - length; /* for ever */
        length += times < UINT64_MAX - length ? times : UINT64_MAX - length;
        if (n <= length)
            return e;
    }
    *ret_length = length;
    return NULL;
}

static const bx_json_val *turn_of(const bx_json_val *c, const bx_llm_request *rq)
{
    uint64_t n = bx_script_turn(rq), length = 0;
    bool again = false;
    const bx_json_val *turns = bx_json_get(c, BX_LIT("turns"));
    const bx_json_val *messages =
        bx_json_type_of(c) == BX_JSON_ARRAY ? c : bx_json_get(c, BX_LIT("messages"));
    if (messages)
        return recorded(messages, n);
    bx_json_iter it = bx_json_iter_of(turns);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        const bx_json_val *when = bx_json_get(e, BX_LIT("when"));
        if (when && when_fits(when, rq->transcript))
            return e;
    }
    const bx_json_val *turn = numbered(turns, n, &length);
    (void)bx_json_bool(bx_json_get(c, BX_LIT("repeat")), &again);
    if (!turn && again && length)
        turn = numbered(turns, (n - 1) % length + 1, &length);
    return turn;
}

const bx_json_val *bx_script_select(const bx_script *s, const bx_llm_request *rq,
                                    const bx_json_val **conversation)
{
    const bx_json_val *list = bx_json_get(s->root, BX_LIT("conversations"));
    *conversation = s->root;
    if (!list)
        return turn_of(s->root, rq);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        *conversation = e;
        if (conversation_fits(e, rq))
            return turn_of(e, rq);
    }
    return NULL;
}

uint64_t bx_script_ms(const bx_script *s, const bx_json_val *conversation, const bx_json_val *turn,
                      const char *key)
{
    uint64_t n = 0;
    if (!bx_json_uint64(bx_json_get(turn, bx_str_of(key)), &n) &&
        !bx_json_uint64(bx_json_get(conversation, bx_str_of(key)), &n))
        (void)bx_json_uint64(bx_json_get(s->root, bx_str_of(key)), &n);
    return n;
}
