/* Anthropic Messages, and the servers that speak it. */
#include "llm/protocol.h"

enum { DEFAULT_TOKENS = 8192 };

/* ---- requests -------------------------------------------------------------------------------- */

static void url(const bx_llm *m, bx_buf *out)
{
    bx_str base = bx_str_of(m->url);
    bool has_version = base.n >= 3 && bx_str_eq(bx_str_from(base, base.n - 3), BX_LIT("/v1"));
    (void)bx_buf_addf(out, "%s%s/messages", m->url, has_version ? "" : "/v1");
}

/* Where the cached prefix may end: the provider looks back from here to what it has. */
static void mark(bx_json_out *o, bool on)
{
    if (!on)
        return;
    bx_wire_open(o, "cache_control");
    bx_wire_putz(o, "type", "ephemeral");
    bx_json_out_end_object(o);
}

static void text_block(bx_json_out *o, bx_str text, bool marked)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "text");
    bx_wire_put(o, "text", text);
    mark(o, marked);
    bx_json_out_end_object(o);
}

static void image_block(bx_json_out *o, const bx_llm_block *b, bool marked)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "image");
    bx_wire_open(o, "source");
    bx_wire_putz(o, "type", "base64");
    bx_wire_put(o, "media_type", b->name);
    bx_wire_put(o, "data", b->text);
    bx_json_out_end_object(o);
    mark(o, marked);
    bx_json_out_end_object(o);
}

static void begin_result(bx_json_out *o, bx_str id, bool is_error)
{
    char wire[BX_WIRE_NAME];
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "tool_result");
    bx_wire_name(id, wire);
    bx_wire_putz(o, "tool_use_id", wire);
    if (is_error)
        bx_wire_put_bool(o, "is_error", true);
}

static void result_block(bx_json_out *o, const bx_llm_block *b, bool marked)
{
    begin_result(o, b->id, b->is_error);
    if (b->n_parts == 0) {
        bx_wire_put(o, "content", b->text);
    } else {
        bx_wire_list(o, "content");
        for (size_t i = 0; i < b->n_parts; i++) {
            if (b->parts[i].kind == BX_LLM_IMAGE)
                image_block(o, &b->parts[i], false);
            else if (b->parts[i].text.n)
                text_block(o, b->parts[i].text, false);
        }
        bx_json_out_end_array(o);
    }
    mark(o, marked);
    bx_json_out_end_object(o);
}

static void thinking_block(bx_json_out *o, const bx_llm_block *b)
{
    if (bx_str_starts(b->opaque, BX_LIT("{"))) { /* redacted: as it came */
        bx_json_out_raw(o, b->opaque);
        return;
    }
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "thinking");
    bx_wire_put(o, "thinking", b->text);
    bx_json_out_key(o, BX_LIT("signature"));
    bx_json_out_raw(o, b->opaque);
    bx_json_out_end_object(o);
}

static void call_block(bx_json_out *o, const bx_llm_block *b, bool marked)
{
    char wire[BX_WIRE_NAME];
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "tool_use");
    bx_wire_name(b->id, wire);
    bx_wire_putz(o, "id", wire);
    bx_wire_name(b->name, wire);
    bx_wire_putz(o, "name", wire);
    bx_json_out_key(o, BX_LIT("input"));
    bx_wire_arguments(b, o);
    mark(o, marked);
    bx_json_out_end_object(o);
}

/* Messages of one role that follow each other are one, its results before everything else. */
typedef struct run {
    const bx_llm_transcript *t;
    size_t from, to;
    bool marked; /* its last block ends the cached prefix */
    size_t left; /* blocks still to be written */
} run;

static bool is_loose(const run *r, size_t i, const bx_llm_block *b)
{
    return b->kind == BX_LLM_TOOL_RESULT && !bx_wire_answers(r->t, i, b);
}

typedef enum what { RESULTS, REST } what;

static bool belongs(const run *r, size_t i, const bx_llm_block *b, what w)
{
    bool result = b->kind == BX_LLM_TOOL_RESULT && !is_loose(r, i, b);
    if (w == RESULTS || result)
        return result && w == RESULTS;
    switch (b->kind) {
    case BX_LLM_TEXT:
        return b->text.n > 0;
    case BX_LLM_THINKING:
        return b->opaque.n && bx_str_eq(b->protocol, BX_LIT("anthropic"));
    case BX_LLM_OPAQUE:
        return bx_str_eq(b->protocol, BX_LIT("anthropic"));
    default:
        return true;
    }
}

static void write_block(run *r, const bx_llm_block *b, bool loose, bx_json_out *o)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bool marked = --r->left == 0 && r->marked;
    switch (b->kind) {
    case BX_LLM_TEXT:
        text_block(o, b->text, marked);
        break;
    case BX_LLM_IMAGE:
        image_block(o, b, marked);
        break;
    case BX_LLM_THINKING:
        thinking_block(o, b);
        break;
    case BX_LLM_TOOL_CALL:
        call_block(o, b, marked);
        break;
    case BX_LLM_OPAQUE:
        bx_json_out_raw(o, b->opaque);
        break;
    case BX_LLM_TOOL_RESULT:
        if (!loose) {
            result_block(o, b, marked);
            break;
        }
        (void)bx_buf_add_z(&text, "[a result] ");
        bx_wire_result_text(b, &text);
        bx_wire_holds(o, &text);
        text_block(o, bx_buf_str(&text), marked);
        break;
    }
}

/* Write, or (o NULL) count, the blocks of one kind. */
static size_t each_block(run *r, what w, bx_json_out *o)
{
    size_t n = 0;
    for (size_t i = r->from; i < r->to; i++) {
        const bx_llm_message *m = &r->t->messages[i];
        for (size_t k = 0; k < m->n_blocks; k++) {
            if (!belongs(r, i, &m->blocks[k], w))
                continue;
            n++;
            if (o)
                write_block(r, &m->blocks[k], is_loose(r, i, &m->blocks[k]), o);
        }
    }
    return n;
}

/* For the calls of the run before that nobody answered. */
static size_t missing_results(const run *r, bx_json_out *o)
{
    size_t n = 0, k = 0;
    bx_str id, name;
    while (r->from > 0 && bx_wire_next_unanswered(r->t, r->from - 1, &k, &id, &name)) {
        n++;
        if (!o)
            continue;
        begin_result(o, id, true);
        bx_wire_putz(o, "content", BX_WIRE_NO_RESULT);
        bx_json_out_end_object(o);
    }
    return n;
}

static void write_run(run *r, bx_llm_role role, bx_json_out *o)
{
    size_t missing = role == BX_LLM_USER ? missing_results(r, NULL) : 0;
    r->left = each_block(r, RESULTS, NULL) + each_block(r, REST, NULL);
    if (missing + r->left == 0)
        return;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "role", role == BX_LLM_USER ? "user" : "assistant");
    bx_wire_list(o, "content");
    if (missing)
        (void)missing_results(r, o);
    (void)each_block(r, RESULTS, o);
    (void)each_block(r, REST, o);
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

static void messages(const bx_llm_request *rq, bx_json_out *o)
{
    const bx_llm_transcript *t = rq->transcript;
    bx_wire_list(o, "messages");
    for (size_t i = 0; i < t->n;) {
        run r = {.t = t, .from = i, .to = i + 1};
        bx_llm_role role = t->messages[i].role;
        while (r.to < t->n && t->messages[r.to].role == role)
            r.to++;
        /* The end, and the end of the prefix before it: the look-back is some twenty blocks. */
        r.marked = !rq->no_cache && r.to + 2 >= t->n && role == BX_LLM_USER;
        write_run(&r, role, o);
        i = r.to;
        if (i == t->n && role == BX_LLM_ASSISTANT) { /* calls at the very end */
            run end = {.t = t, .from = i, .to = i};
            write_run(&end, BX_LLM_USER, o);
        }
    }
    bx_json_out_end_array(o);
}

static void tools(const bx_llm_request *rq, bx_json_out *o)
{
    char name[BX_WIRE_NAME];
    bx_wire_list(o, "tools");
    for (size_t i = 0; i < rq->n_tools; i++) {
        bx_json_out_begin_object(o);
        bx_wire_name(rq->tools[i].name, name);
        bx_wire_putz(o, "name", name);
        bx_wire_put(o, "description", rq->tools[i].description);
        bx_json_out_key(o, BX_LIT("input_schema"));
        bx_wire_schema(&rq->tools[i], o);
        mark(o, i + 1 == rq->n_tools && rq->system.n == 0 && !rq->no_cache);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
}

static void choice(const bx_llm_request *rq, bx_json_out *o)
{
    static const char *const NAMES[] = {"auto", "none", "any", "tool"};
    char name[BX_WIRE_NAME];
    if (rq->choice == BX_LLM_AUTO && !rq->one_tool_at_a_time)
        return;
    bx_wire_open(o, "tool_choice");
    bx_wire_putz(o, "type", NAMES[rq->choice]);
    if (rq->choice == BX_LLM_ONE) {
        bx_wire_name(rq->choice_name, name);
        bx_wire_putz(o, "name", name);
    }
    if (rq->one_tool_at_a_time && rq->choice != BX_LLM_NONE)
        bx_wire_put_bool(o, "disable_parallel_tool_use", true);
    bx_json_out_end_object(o);
}

static void build(const bx_wire_request *w, bx_json_out *o)
{
    const bx_llm_request *rq = w->rq;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "model", w->m->model);
    bx_wire_put_uint(o, "max_tokens", rq->max_tokens ? rq->max_tokens : DEFAULT_TOKENS);
    bx_wire_put_bool(o, "stream", true);
    if (rq->n_tools) {
        tools(rq, o);
        choice(rq, o);
    }
    if (rq->system.n) {
        bx_wire_list(o, "system");
        text_block(o, rq->system, !rq->no_cache);
        bx_json_out_end_array(o);
    }
    messages(rq, o);
    if (rq->has_temperature) {
        bx_json_out_key(o, BX_LIT("temperature"));
        bx_json_out_double(o, rq->temperature);
    }
    if (rq->effort.n) {
        bx_wire_open(o, "output_config");
        bx_wire_put(o, "effort", rq->effort);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_object(o);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* Cumulative: what is said replaces what was said, what is not said stays. */
static void usage(bx_reading *r, const bx_json_val *v)
{
    bx_llm_usage u = r->answer->usage;
    const bx_json_val *details = bx_wire_get(v, "output_tokens_details");
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return;
    if (bx_wire_get(v, "input_tokens"))
        u.input = bx_wire_uint(v, "input_tokens");
    if (bx_wire_get(v, "output_tokens"))
        u.output = bx_wire_uint(v, "output_tokens");
    if (bx_wire_get(v, "cache_read_input_tokens"))
        u.cache_read = bx_wire_uint(v, "cache_read_input_tokens");
    if (bx_wire_get(v, "cache_creation_input_tokens"))
        u.cache_write = bx_wire_uint(v, "cache_creation_input_tokens");
    if (bx_wire_get(details, "thinking_tokens"))
        u.thinking = bx_wire_uint(details, "thinking_tokens");
    bx_answer_usage(r->answer, &u);
}

static void stop(bx_reading *r, bx_str reason)
{
    static const struct {
        const char *name;
        bx_llm_stop stop;
    } ROWS[] = {
        {"max_tokens", BX_LLM_STOP_LENGTH},
        {"pause_turn", BX_LLM_STOP_PAUSE},
        {"refusal", BX_LLM_STOP_FILTER},
        {"model_context_window_exceeded", BX_LLM_STOP_WINDOW},
    };
    if (reason.n == 0)
        return;
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        if (bx_str_eq(reason, bx_str_of(ROWS[i].name))) {
            bx_answer_stop(r->answer, ROWS[i].stop);
            return;
        }
    }
    bx_answer_stop(r->answer, BX_LLM_STOP_END);
}

static void keep_signature(bx_reading *r, size_t i, bx_str signature)
{
    BX_AUTO_BUF json = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_json_out o = bx_json_out_on(&json);
    if (signature.n == 0 || i == BX_ANSWER_NONE)
        return;
    bx_json_out_string(&o, signature);
    if (bx_answer_holds(r->answer, &json))
        bx_answer_opaque(r->answer, i, bx_buf_str(&json));
}

/* A block as it begins in a stream, or as it is in a whole answer. */
static void begin_block(bx_reading *r, int64_t key, const bx_json_val *v)
{
    bx_answer *a = r->answer;
    bx_str type = bx_wire_str(v, "type");
    size_t i = BX_ANSWER_NONE;
    if (bx_str_eq(type, BX_LIT("text"))) {
        i = bx_answer_open(a, BX_LLM_TEXT, key);
        bx_answer_text(a, i, bx_wire_str(v, "text"));
    } else if (bx_str_eq(type, BX_LIT("thinking"))) {
        i = bx_answer_open(a, BX_LLM_THINKING, key);
        bx_answer_text(a, i, bx_wire_str(v, "thinking"));
        keep_signature(r, i, bx_wire_str(v, "signature"));
    } else if (bx_str_eq(type, BX_LIT("redacted_thinking"))) {
        i = bx_answer_open(a, BX_LLM_THINKING, key);
        bx_wire_keep(a, i, v);
    } else if (bx_str_eq(type, BX_LIT("tool_use"))) {
        const bx_json_val *input = bx_wire_get(v, "input");
        i = bx_answer_open(a, BX_LLM_TOOL_CALL, key);
        bx_answer_call(a, i, bx_wire_str(v, "id"), bx_wire_tool(r->rq, bx_wire_str(v, "name")));
        if (bx_json_size(input)) /* empty where pieces follow */
            bx_wire_take_arguments(a, i, input);
    }
}

static void take_delta(bx_reading *r, size_t i, const bx_json_val *d)
{
    static const char *const TEXTS[] = {"text", "partial_json", "thinking"};
    bx_str type = bx_wire_str(d, "type");
    if (i == BX_ANSWER_NONE)
        return;
    if (bx_str_eq(type, BX_LIT("signature_delta"))) {
        keep_signature(r, i, bx_wire_str(d, "signature"));
        return;
    }
    for (size_t k = 0; k < BX_COUNT(TEXTS); k++)
        bx_answer_text(r->answer, i, bx_wire_str(d, TEXTS[k]));
}

static size_t block_of(const bx_reading *r, const bx_json_val *v)
{
    int64_t key = 0;
    (void)bx_json_int64(bx_wire_get(v, "index"), &key);
    return bx_answer_find(r->answer, key);
}

static void event(bx_reading *r, bx_str type, const bx_json_val *v)
{
    bx_str kind = bx_wire_str(v, "type");
    int64_t key = 0;
    if (kind.n == 0)
        kind = type;
    (void)bx_json_int64(bx_wire_get(v, "index"), &key);
    if (bx_str_eq(kind, BX_LIT("message_start"))) {
        usage(r, bx_wire_get(bx_wire_get(v, "message"), "usage"));
    } else if (bx_str_eq(kind, BX_LIT("content_block_start"))) {
        begin_block(r, key, bx_wire_get(v, "content_block"));
    } else if (bx_str_eq(kind, BX_LIT("content_block_delta"))) {
        take_delta(r, block_of(r, v), bx_wire_get(v, "delta"));
    } else if (bx_str_eq(kind, BX_LIT("content_block_stop"))) {
        bx_answer_close(r->answer, block_of(r, v));
    } else if (bx_str_eq(kind, BX_LIT("message_delta"))) {
        stop(r, bx_wire_str(bx_wire_get(v, "delta"), "stop_reason"));
        usage(r, bx_wire_get(v, "usage"));
    } else if (bx_str_eq(kind, BX_LIT("message_stop"))) {
        r->answer->whole = true;
    } else if (bx_str_eq(kind, BX_LIT("error"))) {
        bx_reading_error(r, v);
    }
}

static void whole(bx_reading *r, const bx_json_val *root)
{
    int64_t key = 0;
    bx_json_iter it = bx_json_iter_of(bx_wire_get(root, "content"));
    if (bx_json_type_of(bx_wire_get(root, "content")) != BX_JSON_ARRAY) {
        r->failed = true;
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_ANSWER, "the answer has no content");
        return;
    }
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        begin_block(r, key++, e);
    stop(r, bx_wire_str(root, "stop_reason"));
    usage(r, bx_wire_get(root, "usage"));
    r->answer->whole = true;
}

const bx_llm_protocol bx_anthropic = {
    .name = "anthropic",
    .build = build,
    .event = event,
    .whole = whole,
    .url = url,
    .key_header = "x-api-key",
    .extra = {"anthropic-version", "2023-06-01"},
};
