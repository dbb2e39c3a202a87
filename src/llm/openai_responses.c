/* OpenAI Responses, stateless (store: false): what the model thought comes back encrypted. */
#include "llm/protocol.h"

/* ---- requests -------------------------------------------------------------------------------- */

static void url(const bx_llm *m, bx_buf *out) { (void)bx_buf_addf(out, "%s/responses", m->url); }

static void put_id(bx_json_out *o, bx_str id)
{
    char wire[BX_WIRE_NAME];
    bx_wire_name(id, wire);
    bx_wire_putz(o, "call_id", wire);
}

static void text_part(bx_json_out *o, const char *type, bx_str text)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", type);
    bx_wire_put(o, "text", text);
    bx_json_out_end_object(o);
}

static void image_part(bx_json_out *o, const bx_llm_block *b)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "input_image");
    bx_wire_putz(o, "detail", "auto");
    bx_wire_put_image_url(o, "image_url", b);
    bx_json_out_end_object(o);
}

static void begin_output(bx_json_out *o, bx_str id)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "function_call_output");
    put_id(o, id);
}

static bool has_image(const bx_llm_block *b)
{
    for (size_t p = 0; p < b->n_parts; p++)
        if (b->parts[p].kind == BX_LLM_IMAGE)
            return true;
    return false;
}

static void result_item(bx_json_out *o, const bx_llm_block *b)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    begin_output(o, b->id);
    if (b->is_error)
        (void)bx_buf_add_z(&text, "error: ");
    bx_wire_result_text(b, &text);
    if (!has_image(b)) { /* text alone is what every server reads */
        bx_wire_put_buf(o, "output", &text);
    } else {
        bx_wire_holds(o, &text);
        bx_wire_list(o, "output");
        if (text.n)
            text_part(o, "input_text", bx_buf_str(&text));
        for (size_t p = 0; p < b->n_parts; p++)
            if (b->parts[p].kind == BX_LLM_IMAGE)
                image_part(o, &b->parts[p]);
        bx_json_out_end_array(o);
    }
    bx_json_out_end_object(o);
}

static bool is_plain(const bx_llm_transcript *t, size_t i, const bx_llm_block *b)
{
    return (b->kind == BX_LLM_TEXT && b->text.n) || b->kind == BX_LLM_IMAGE ||
           (b->kind == BX_LLM_TOOL_RESULT && !bx_wire_answers(t, i, b));
}

static void plain_part(const bx_llm_block *b, bx_json_out *o)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    if (b->kind == BX_LLM_IMAGE) {
        image_part(o, b);
        return;
    }
    bx_wire_result_text(b, &text);
    bx_wire_holds(o, &text);
    text_part(o, "input_text", bx_buf_str(&text));
}

static void user_items(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    const bx_llm_message *m = &t->messages[i];
    size_t plain = 0;
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        if (b->kind == BX_LLM_TOOL_RESULT && bx_wire_answers(t, i, b))
            result_item(o, b);
        plain += is_plain(t, i, b);
    }
    if (plain == 0)
        return;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "message");
    bx_wire_putz(o, "role", "user");
    bx_wire_list(o, "content");
    for (size_t k = 0; k < m->n_blocks; k++)
        if (is_plain(t, i, &m->blocks[k]))
            plain_part(&m->blocks[k], o);
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

static void call_item(const bx_llm_block *b, bx_json_out *o)
{
    char name[BX_WIRE_NAME];
    BX_AUTO_BUF arguments = bx_buf_init(2 * (size_t)BX_LLM_MAX_TEXT);
    bx_json_out a = bx_json_out_on(&arguments);
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "function_call");
    put_id(o, b->id);
    bx_wire_name(b->name, name);
    bx_wire_putz(o, "name", name);
    bx_wire_arguments(b, &a);
    bx_wire_put_buf(o, "arguments", &arguments);
    bx_json_out_end_object(o);
}

/* As text: a list of output_text would have to have the ids of a stored answer. */
static void said_item(const bx_llm_block *b, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "message");
    bx_wire_putz(o, "role", "assistant");
    if (b->opaque.n && bx_str_eq(b->protocol, BX_LIT("openai-responses"))) {
        bx_json_out_key(o, BX_LIT("phase"));
        bx_json_out_raw(o, b->opaque);
    }
    bx_wire_put(o, "content", b->text);
    bx_json_out_end_object(o);
}

static void assistant_items(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    const bx_llm_message *m = &t->messages[i];
    size_t next = 0;
    bx_str id, name;
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        if (b->kind == BX_LLM_TOOL_CALL)
            call_item(b, o);
        else if (b->kind == BX_LLM_TEXT && b->text.n)
            said_item(b, o);
        else if (b->opaque.n && bx_str_eq(b->protocol, BX_LIT("openai-responses")))
            bx_json_out_raw(o, b->opaque);
    }
    while (bx_wire_next_unanswered(t, i, &next, &id, &name)) {
        begin_output(o, id);
        bx_wire_putz(o, "output", BX_WIRE_NO_RESULT);
        bx_json_out_end_object(o);
    }
}

static void input(const bx_llm_transcript *t, bx_json_out *o)
{
    bx_wire_list(o, "input");
    for (size_t i = 0; i < t->n; i++) {
        if (t->messages[i].role == BX_LLM_USER)
            user_items(t, i, o);
        else
            assistant_items(t, i, o);
    }
    bx_json_out_end_array(o);
}

static void tools(const bx_llm_request *rq, bx_json_out *o)
{
    char name[BX_WIRE_NAME];
    bx_wire_list(o, "tools");
    for (size_t i = 0; i < rq->n_tools; i++) {
        bx_json_out_begin_object(o);
        bx_wire_putz(o, "type", "function");
        bx_wire_name(rq->tools[i].name, name);
        bx_wire_putz(o, "name", name);
        bx_wire_put(o, "description", rq->tools[i].description);
        bx_json_out_key(o, BX_LIT("parameters"));
        bx_wire_schema(&rq->tools[i], o);
        bx_wire_put_bool(o, "strict", false);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
}

static void choice(const bx_llm_request *rq, bx_json_out *o)
{
    static const char *const NAMES[] = {"auto", "none", "required"};
    char name[BX_WIRE_NAME];
    if (rq->choice != BX_LLM_ONE) {
        bx_wire_putz(o, "tool_choice", NAMES[rq->choice]);
    } else {
        bx_wire_open(o, "tool_choice");
        bx_wire_putz(o, "type", "function");
        bx_wire_name(rq->choice_name, name);
        bx_wire_putz(o, "name", name);
        bx_json_out_end_object(o);
    }
    bx_wire_put_bool(o, "parallel_tool_calls", !rq->one_tool_at_a_time);
}

static void build(const bx_wire_request *w, bx_json_out *o)
{
    const bx_llm_request *rq = w->rq;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "model", w->m->model);
    if (rq->system.n)
        bx_wire_put(o, "instructions", rq->system);
    if (rq->n_tools) {
        tools(rq, o);
        choice(rq, o);
    }
    input(rq->transcript, o);
    bx_wire_put_bool(o, "stream", true);
    bx_wire_put_bool(o, "store", false);
    bx_wire_list(o, "include");
    bx_json_out_string(o, BX_LIT("reasoning.encrypted_content"));
    bx_json_out_end_array(o);
    if (rq->max_tokens)
        bx_wire_put_uint(o, "max_output_tokens", rq->max_tokens);
    if (rq->has_temperature) {
        bx_json_out_key(o, BX_LIT("temperature"));
        bx_json_out_double(o, rq->temperature);
    }
    if (rq->effort.n) {
        bx_wire_open(o, "reasoning");
        bx_wire_put(o, "effort", rq->effort);
        bx_wire_putz(o, "summary", "auto");
        bx_json_out_end_object(o);
    }
    if (rq->cache_key.n && !rq->no_cache)
        bx_wire_put(o, "prompt_cache_key", rq->cache_key);
    bx_json_out_end_object(o);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void usage(bx_reading *r, const bx_json_val *v)
{
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return;
    uint64_t all = bx_wire_uint(v, "input_tokens");
    uint64_t read = bx_wire_uint(bx_wire_get(v, "input_tokens_details"), "cached_tokens");
    bx_llm_usage u = {
        .input = all > read ? all - read : 0,
        .cache_read = read < all ? read : all,
        .output = bx_wire_uint(v, "output_tokens"),
        .thinking = bx_wire_uint(bx_wire_get(v, "output_tokens_details"), "reasoning_tokens"),
    };
    bx_answer_usage(r->answer, &u);
}

/* Texts of an item's parts; for streams that have no deltas, and for whole answers. */
static void take_parts(bx_reading *r, size_t i, const bx_json_val *parts)
{
    static const char *const TEXTS[] = {"text", "refusal"};
    bx_json_iter it = bx_json_iter_of(parts);
    if (i == BX_ANSWER_NONE || r->answer->blocks[i].text.n)
        return;
    for (const bx_json_val *p; (p = bx_json_next(&it, NULL));)
        for (size_t k = 0; k < BX_COUNT(TEXTS); k++)
            bx_answer_text(r->answer, i, bx_wire_str(p, TEXTS[k]));
}

static bool refuses(const bx_json_val *item)
{
    bx_json_iter it = bx_json_iter_of(bx_wire_get(item, "content"));
    for (const bx_json_val *p; (p = bx_json_next(&it, NULL));)
        if (bx_str_eq(bx_wire_str(p, "type"), BX_LIT("refusal")))
            return true;
    return false;
}

/* The block of the item at `key`, made if need be. */
static size_t block_at(bx_reading *r, int64_t key, bx_llm_kind kind)
{
    size_t i = bx_answer_find(r->answer, key);
    if (i != BX_ANSWER_NONE && r->answer->blocks[i].kind == kind)
        return i;
    return bx_answer_open(r->answer, kind, key);
}

static void begin_item(bx_reading *r, int64_t key, const bx_json_val *item)
{
    bx_str type = bx_wire_str(item, "type");
    if (bx_str_eq(type, BX_LIT("function_call"))) {
        bx_str id = bx_wire_str(item, "call_id");
        size_t i = block_at(r, key, BX_LLM_TOOL_CALL);
        bx_answer_call(r->answer, i, id.n ? id : bx_wire_str(item, "id"),
                       bx_wire_tool(r->rq, bx_wire_str(item, "name")));
    } else if (bx_str_eq(type, BX_LIT("message"))) {
        (void)block_at(r, key, BX_LLM_TEXT);
    } else if (bx_str_eq(type, BX_LIT("reasoning"))) {
        (void)block_at(r, key, BX_LLM_THINKING);
    }
}

/* The item is there as a whole.  What it holds has mostly come in pieces already. */
static void end_item(bx_reading *r, int64_t key, const bx_json_val *item)
{
    bx_answer *a = r->answer;
    bx_str type = bx_wire_str(item, "type");
    begin_item(r, key, item);
    size_t i = bx_answer_find(a, key);
    if (bx_str_eq(type, BX_LIT("function_call"))) {
        if (i != BX_ANSWER_NONE && a->blocks[i].text.n == 0)
            bx_wire_take_arguments(a, i, bx_wire_get(item, "arguments"));
    } else if (bx_str_eq(type, BX_LIT("message"))) {
        take_parts(r, i, bx_wire_get(item, "content"));
        if (refuses(item))
            bx_answer_stop(a, BX_LLM_STOP_FILTER);
        /* Commentary or the answer itself: models do worse where it does not come back. */
        if (i != BX_ANSWER_NONE && bx_wire_str(item, "phase").n)
            bx_wire_keep(a, i, bx_wire_get(item, "phase"));
    } else if (bx_str_eq(type, BX_LIT("reasoning"))) {
        take_parts(r, i, bx_wire_get(item, "summary"));
        take_parts(r, i, bx_wire_get(item, "content"));
        if (bx_wire_str(item, "encrypted_content").n) /* without it nobody knows the item again */
            bx_wire_keep(a, i, item);
    } else if (type.n) {
        i = block_at(r, key, BX_LLM_OPAQUE);
        bx_wire_keep(a, i, item);
    }
    bx_answer_close(a, i);
}

static void finish(bx_reading *r, const bx_json_val *response)
{
    bx_str status = bx_wire_str(response, "status");
    bx_str reason = bx_wire_str(bx_wire_get(response, "incomplete_details"), "reason");
    bx_answer *a = r->answer;
    usage(r, bx_wire_get(response, "usage"));
    if (bx_str_eq(status, BX_LIT("failed"))) {
        bx_reading_error(r, response);
        return;
    }
    a->whole = true;
    if (bx_str_eq(reason, BX_LIT("content_filter")))
        bx_answer_stop(a, BX_LLM_STOP_FILTER);
    else if (reason.n || bx_str_eq(status, BX_LIT("incomplete")))
        bx_answer_stop(a, BX_LLM_STOP_LENGTH);
    else if (!a->has_stop)
        bx_answer_stop(a, BX_LLM_STOP_END);
}

static void take_output(bx_reading *r, const bx_json_val *response)
{
    int64_t key = 0;
    bx_json_iter it = bx_json_iter_of(bx_wire_get(response, "output"));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        end_item(r, key++, e);
}

static void take_delta(bx_reading *r, bx_str kind, int64_t key, const bx_json_val *v)
{
    static const struct {
        const char *name;
        bx_llm_kind kind;
    } ROWS[] = {
        {"response.output_text.delta", BX_LLM_TEXT},
        {"response.refusal.delta", BX_LLM_TEXT},
        {"response.reasoning_summary_text.delta", BX_LLM_THINKING},
        {"response.reasoning_text.delta", BX_LLM_THINKING},
        {"response.function_call_arguments.delta", BX_LLM_TOOL_CALL},
    };
    for (size_t k = 0; k < BX_COUNT(ROWS); k++)
        if (bx_str_eq(kind, bx_str_of(ROWS[k].name)))
            bx_answer_text(r->answer, block_at(r, key, ROWS[k].kind), bx_wire_str(v, "delta"));
    if (bx_str_eq(kind, BX_LIT("response.reasoning_summary_part.added"))) {
        size_t i = block_at(r, key, BX_LLM_THINKING);
        if (i != BX_ANSWER_NONE && r->answer->blocks[i].text.n)
            bx_answer_text(r->answer, i, BX_LIT("\n\n"));
    }
    if (bx_str_eq(kind, BX_LIT("response.function_call_arguments.done"))) {
        size_t i = block_at(r, key, BX_LLM_TOOL_CALL);
        if (i != BX_ANSWER_NONE && r->answer->blocks[i].text.n == 0)
            bx_wire_take_arguments(r->answer, i, bx_wire_get(v, "arguments"));
    }
}

static void event(bx_reading *r, bx_str type, const bx_json_val *v)
{
    bx_str kind = bx_wire_str(v, "type");
    int64_t key = 0;
    const bx_json_val *response = bx_wire_get(v, "response");
    const bx_json_val *error = bx_wire_get(v, "error");
    if (kind.n == 0)
        kind = type;
    (void)bx_json_int64(bx_wire_get(v, "output_index"), &key);
    if (bx_str_eq(kind, BX_LIT("response.output_item.added"))) {
        begin_item(r, key, bx_wire_get(v, "item"));
    } else if (bx_str_eq(kind, BX_LIT("response.output_item.done"))) {
        end_item(r, key, bx_wire_get(v, "item"));
    } else if (bx_str_eq(kind, BX_LIT("response.completed")) ||
               bx_str_eq(kind, BX_LIT("response.incomplete")) ||
               bx_str_eq(kind, BX_LIT("response.done"))) {
        if (r->answer->n_blocks == 0) /* a server that tells all of it at the end only */
            take_output(r, response);
        finish(r, response);
        if (bx_str_eq(kind, BX_LIT("response.incomplete")) && r->answer->stop == BX_LLM_STOP_END)
            bx_answer_stop(r->answer, BX_LLM_STOP_LENGTH);
    } else if (bx_str_eq(kind, BX_LIT("response.failed")) || bx_str_eq(kind, BX_LIT("error")) ||
               (kind.n == 0 && bx_json_type_of(error) != BX_JSON_NONE)) {
        bx_reading_error(r, v);
    } else {
        take_delta(r, kind, key, v);
    }
}

static void whole(bx_reading *r, const bx_json_val *root)
{
    if (bx_json_type_of(bx_wire_get(root, "output")) != BX_JSON_ARRAY) {
        r->failed = true;
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_ANSWER, "the answer has no output");
        return;
    }
    take_output(r, root);
    finish(r, root);
}

const bx_llm_protocol bx_openai_responses = {
    .name = "openai-responses",
    .build = build,
    .event = event,
    .whole = whole,
    .url = url,
    .key_header = "authorization",
};
