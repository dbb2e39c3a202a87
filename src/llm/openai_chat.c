/* OpenAI Chat Completions, and the many servers that speak it, each in its own way. */
#include "llm/protocol.h"

/* ---- requests -------------------------------------------------------------------------------- */

static void url(const bx_llm *m, bx_buf *out)
{
    (void)bx_buf_addf(out, "%s/chat/completions", m->url);
}

static void put_id(bx_json_out *o, const char *key, bx_str id)
{
    char wire[BX_WIRE_NAME];
    bx_wire_name(id, wire);
    bx_wire_putz(o, key, wire);
}

static void tool_message(bx_json_out *o, bx_str id, bx_str text)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "role", "tool");
    put_id(o, "tool_call_id", id);
    bx_wire_put(o, "content", text);
    bx_json_out_end_object(o);
}

static void results(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    const bx_llm_message *m = &t->messages[i];
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
        if (b->kind != BX_LLM_TOOL_RESULT || !bx_wire_answers(t, i, b))
            continue;
        if (b->is_error)
            (void)bx_buf_add_z(&text, "error: ");
        bx_wire_result_text(b, &text);
        bx_wire_holds(o, &text);
        tool_message(o, b->id, bx_buf_str(&text));
    }
}

static void text_part(bx_json_out *o, bx_str text)
{
    if (text.n == 0)
        return;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "text");
    bx_wire_put(o, "text", text);
    bx_json_out_end_object(o);
}

static void image_part(bx_json_out *o, const bx_llm_block *b)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "type", "image_url");
    bx_wire_open(o, "image_url");
    bx_wire_put_image_url(o, "url", b);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

/* What of the message is no result for a call: its texts and images, those inside results, whole
 * results whose call is gone. */
static size_t count_plain(const bx_llm_transcript *t, size_t i, bool *ret_images)
{
    const bx_llm_message *m = &t->messages[i];
    size_t n = 0;
    *ret_images = false;
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        *ret_images = *ret_images || b->kind == BX_LLM_IMAGE;
        n += b->kind == BX_LLM_IMAGE || (b->kind == BX_LLM_TEXT && b->text.n) ||
             (b->kind == BX_LLM_TOOL_RESULT && !bx_wire_answers(t, i, b));
        for (size_t p = 0; p < b->n_parts; p++) {
            bool image = b->parts[p].kind == BX_LLM_IMAGE;
            *ret_images = *ret_images || image;
            n += image;
        }
    }
    return n;
}

static void user_part(const bx_llm_transcript *t, size_t i, const bx_llm_block *b, bx_json_out *o)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    if (b->kind == BX_LLM_TEXT)
        text_part(o, b->text);
    if (b->kind == BX_LLM_IMAGE)
        image_part(o, b);
    if (b->kind == BX_LLM_TOOL_RESULT && !bx_wire_answers(t, i, b)) {
        bx_wire_result_text(b, &text);
        bx_wire_holds(o, &text);
        text_part(o, bx_buf_str(&text));
    }
    for (size_t p = 0; p < b->n_parts; p++)
        if (b->parts[p].kind == BX_LLM_IMAGE)
            image_part(o, &b->parts[p]);
}

/* All texts of user_part, with a line between. */
static void user_text(const bx_llm_transcript *t, size_t i, bx_buf *out)
{
    const bx_llm_message *m = &t->messages[i];
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
        if (b->kind == BX_LLM_TEXT || (b->kind == BX_LLM_TOOL_RESULT && !bx_wire_answers(t, i, b)))
            bx_wire_result_text(b, &text);
        if (text.n && out->n)
            (void)bx_buf_add_c(out, '\n');
        (void)bx_buf_add_str(out, bx_buf_str(&text));
        out->fail = out->fail ? out->fail : text.fail;
    }
}

static void user_message(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    const bx_llm_message *m = &t->messages[i];
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_REQUEST);
    bool images = false;
    results(t, i, o);
    if (count_plain(t, i, &images) == 0)
        return;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "role", "user");
    if (!images) { /* not all servers read lists */
        user_text(t, i, &text);
        bx_wire_put_buf(o, "content", &text);
    } else {
        bx_wire_list(o, "content");
        for (size_t k = 0; k < m->n_blocks; k++)
            user_part(t, i, &m->blocks[k], o);
        bx_json_out_end_array(o);
    }
    bx_json_out_end_object(o);
}

static void calls(const bx_llm_message *m, bx_json_out *o)
{
    bx_wire_list(o, "tool_calls");
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        char name[BX_WIRE_NAME];
        BX_AUTO_BUF arguments = bx_buf_init(2 * (size_t)BX_LLM_MAX_TEXT);
        bx_json_out a = bx_json_out_on(&arguments);
        if (b->kind != BX_LLM_TOOL_CALL)
            continue;
        bx_json_out_begin_object(o);
        put_id(o, "id", b->id);
        bx_wire_putz(o, "type", "function");
        bx_wire_open(o, "function");
        bx_wire_name(b->name, name);
        bx_wire_putz(o, "name", name);
        bx_wire_arguments(b, &a);
        bx_wire_put_buf(o, "arguments", &arguments);
        bx_json_out_end_object(o);
        if (b->opaque.n && bx_str_eq(b->protocol, BX_LIT("openai-chat"))) {
            bx_json_out_key(o, BX_LIT("extra_content"));
            bx_json_out_raw(o, b->opaque);
        }
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
}

/* Thinking as it came, for servers that want it back beside calls. */
static void thinking(const bx_llm_message *m, bx_json_out *o)
{
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        if (b->kind != BX_LLM_THINKING || !bx_str_eq(b->protocol, BX_LIT("openai-chat")))
            continue;
        if (bx_str_starts(b->opaque, BX_LIT("["))) {
            bx_json_out_key(o, BX_LIT("reasoning_details"));
            bx_json_out_raw(o, b->opaque);
        } else {
            bx_wire_put(o, "reasoning_content", b->text);
        }
        return;
    }
}

static void assistant_message(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    const bx_llm_message *m = &t->messages[i];
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_REQUEST);
    size_t n_calls = bx_llm_message_calls(m), k = 0;
    bx_str id, name;
    bx_llm_message_text(m, &text);
    if (text.n == 0 && n_calls == 0)
        return;
    bx_wire_holds(o, &text);
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "role", "assistant");
    bx_json_out_key(o, BX_LIT("content"));
    if (text.n)
        bx_json_out_string(o, bx_buf_str(&text));
    else
        bx_json_out_null(o);
    if (n_calls) {
        thinking(m, o);
        calls(m, o);
    }
    bx_json_out_end_object(o);
    while (bx_wire_next_unanswered(t, i, &k, &id, &name))
        tool_message(o, id, BX_LIT(BX_WIRE_NO_RESULT));
}

static void messages(const bx_llm_request *rq, bx_json_out *o)
{
    bx_wire_list(o, "messages");
    if (rq->system.n) {
        bx_json_out_begin_object(o);
        bx_wire_putz(o, "role", "system");
        bx_wire_put(o, "content", rq->system);
        bx_json_out_end_object(o);
    }
    for (size_t i = 0; i < rq->transcript->n; i++) {
        if (rq->transcript->messages[i].role == BX_LLM_USER)
            user_message(rq->transcript, i, o);
        else
            assistant_message(rq->transcript, i, o);
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
        bx_wire_open(o, "function");
        bx_wire_name(rq->tools[i].name, name);
        bx_wire_putz(o, "name", name);
        bx_wire_put(o, "description", rq->tools[i].description);
        bx_json_out_key(o, BX_LIT("parameters"));
        bx_wire_schema(&rq->tools[i], o);
        bx_json_out_end_object(o);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
}

static void choice(const bx_llm_request *rq, bx_json_out *o)
{
    static const char *const NAMES[] = {"auto", "none", "required"};
    char name[BX_WIRE_NAME];
    if (rq->choice == BX_LLM_AUTO)
        return;
    if (rq->choice != BX_LLM_ONE) {
        bx_wire_putz(o, "tool_choice", NAMES[rq->choice]);
        return;
    }
    bx_wire_open(o, "tool_choice");
    bx_wire_putz(o, "type", "function");
    bx_wire_open(o, "function");
    bx_wire_name(rq->choice_name, name);
    bx_wire_putz(o, "name", name);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

static void build(const bx_wire_request *w, bx_json_out *o)
{
    const bx_llm_request *rq = w->rq;
    bool own = bx_str_starts(bx_str_of(w->m->url), BX_LIT("https://api.openai.com"));
    /* OpenAI's models refuse the old name, wherever they run; most others know no other. */
    bool new_name = own || strstr(w->m->url, ".openai.azure.com/") != NULL;
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "model", w->m->model);
    messages(rq, o);
    if (rq->n_tools) {
        tools(rq, o);
        choice(rq, o);
        if (rq->one_tool_at_a_time)
            bx_wire_put_bool(o, "parallel_tool_calls", false);
    }
    bx_wire_put_bool(o, "stream", true);
    bx_wire_open(o, "stream_options");
    bx_wire_put_bool(o, "include_usage", true);
    bx_json_out_end_object(o);
    if (rq->max_tokens)
        bx_wire_put_uint(o, new_name ? "max_completion_tokens" : "max_tokens", rq->max_tokens);
    if (rq->has_temperature) {
        bx_json_out_key(o, BX_LIT("temperature"));
        bx_json_out_double(o, rq->temperature);
    }
    if (rq->effort.n)
        bx_wire_put(o, "reasoning_effort", rq->effort);
    if (own && rq->cache_key.n && !rq->no_cache)
        bx_wire_put(o, "prompt_cache_key", rq->cache_key);
    bx_json_out_end_object(o);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void usage(bx_reading *r, const bx_json_val *v)
{
    const bx_json_val *in = bx_wire_get(v, "prompt_tokens_details");
    const bx_json_val *out = bx_wire_get(v, "completion_tokens_details");
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return;
    uint64_t read = bx_wire_uint(in, "cached_tokens");
    uint64_t all = bx_wire_uint(v, "prompt_tokens");
    if (!read)
        read = bx_wire_uint(v, "prompt_cache_hit_tokens"); /* DeepSeek */
    bx_llm_usage u = {
        .input = all > read ? all - read : 0,
        .cache_read = read < all ? read : all,
        .output = bx_wire_uint(v, "completion_tokens"),
        .thinking = bx_wire_uint(out, "reasoning_tokens"),
    };
    bx_answer_usage(r->answer, &u);
}

/* Text, or a list of parts with some. */
static void take_text(bx_reading *r, const bx_json_val *v, bx_llm_kind kind)
{
    bx_str s;
    if (bx_json_str(v, &s)) {
        if (s.n)
            bx_answer_text(r->answer, bx_answer_last(r->answer, kind), s);
        return;
    }
    if (bx_json_type_of(v) != BX_JSON_ARRAY)
        return;
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_llm_kind of = kind;
        if (bx_str_eq(bx_wire_str(e, "type"), BX_LIT("thinking"))) /* Mistral */
            of = BX_LLM_THINKING;
        const bx_json_val *inner = bx_wire_get(e, of == kind ? "text" : "thinking");
        bx_json_iter parts = bx_json_iter_of(inner);
        if (bx_json_str(inner, &s) && s.n)
            bx_answer_text(r->answer, bx_answer_last(r->answer, of), s);
        for (const bx_json_val *p; (p = bx_json_next(&parts, NULL));) {
            s = bx_wire_str(p, "text");
            if (s.n)
                bx_answer_text(r->answer, bx_answer_last(r->answer, of), s);
        }
    }
}

static bool is_object(bx_answer *a, bx_str text)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = text.n ? bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, NULL) : BX_EINVAL;
    if (rc == BX_ENOMEM)
        a->fail = rc;
    return rc == BX_OK && bx_json_type_of(bx_json_root(doc)) == BX_JSON_OBJECT;
}

static size_t last_call(const bx_answer *a)
{
    for (size_t i = a->n_blocks; i-- > 0;)
        if (a->blocks[i].kind == BX_LLM_TOOL_CALL)
            return i;
    return BX_ANSWER_NONE;
}

/* Is this the begin of another call than `b`, although nothing numbers it? */
static bool is_another(bx_answer *a, const bx_answer_block *b, bx_str id, bx_str name,
                       const bx_json_val *arguments)
{
    if (id.n && b->id.n)
        return !bx_str_eq(bx_buf_str(&b->id), id);
    if (name.n == 0 || b->name.n == 0)
        return false;
    return bx_json_type_of(arguments) == BX_JSON_OBJECT || !bx_str_eq(bx_buf_str(&b->name), name) ||
           is_object(a, bx_buf_str(&b->text));
}

/* The block a piece of a call belongs to.  Servers leave out the index, or give all calls the same;
 * leave out the id, or repeat it. */
static size_t call_of(bx_reading *r, const bx_json_val *v, bx_str id, bx_str name,
                      const bx_json_val *arguments)
{
    bx_answer *a = r->answer;
    int64_t key = -1;
    (void)bx_json_int64(bx_wire_get(v, "index"), &key);
    size_t i = key >= 0 ? bx_answer_find(a, key) : last_call(a);
    bool other =
        i != BX_ANSWER_NONE &&
        (key >= 0 ? id.n && a->blocks[i].id.n && !bx_str_eq(bx_buf_str(&a->blocks[i].id), id)
                  : is_another(a, &a->blocks[i], id, name, arguments));
    if (i == BX_ANSWER_NONE || other)
        return bx_answer_open(a, BX_LLM_TOOL_CALL, key < 0 ? -1 : key);
    return i;
}

static void take_call(bx_reading *r, const bx_json_val *v, const bx_json_val *function)
{
    bx_str id = bx_wire_str(v, "id"), name = bx_wire_str(function, "name");
    const bx_json_val *arguments = bx_wire_get(function, "arguments");
    if (bx_json_type_of(function) != BX_JSON_OBJECT)
        return;
    size_t i = call_of(r, v, id, name, arguments);
    bx_answer_call(r->answer, i, id, bx_wire_tool(r->rq, name));
    bx_wire_take_arguments(r->answer, i, arguments);
    /* Gemini behind this protocol signs calls, and refuses them without (thought_signature). */
    if (i != BX_ANSWER_NONE && bx_json_type_of(bx_wire_get(v, "extra_content")) == BX_JSON_OBJECT)
        bx_wire_keep(r->answer, i, bx_wire_get(v, "extra_content"));
}

/* Details of thinking that are to come back as they are (OpenRouter): pieces of one list. */
static void take_details(bx_reading *r, const bx_json_val *list)
{
    BX_AUTO_BUF all = bx_buf_init(BX_LLM_MAX_TEXT);
    if (bx_json_type_of(list) != BX_JSON_ARRAY || bx_json_size(list) == 0)
        return;
    size_t i = bx_answer_last(r->answer, BX_LLM_THINKING);
    if (i == BX_ANSWER_NONE)
        return;
    bx_str before = bx_buf_str(&r->answer->blocks[i].opaque);
    if (bx_str_starts(before, BX_LIT("[")))
        (void)bx_buf_add(&all, before.p, before.n - 1);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_json_out o = bx_json_out_on(&all);
        (void)bx_buf_add_c(&all, all.n ? ',' : '[');
        bx_json_out_value(&o, e);
    }
    (void)bx_buf_add_c(&all, ']');
    if (bx_answer_holds(r->answer, &all))
        bx_answer_opaque(r->answer, i, bx_buf_str(&all));
}

static void take_thinking(bx_reading *r, const bx_json_val *delta)
{
    const bx_json_val *content = bx_wire_get(delta, "reasoning_content");
    const bx_json_val *other = bx_wire_get(delta, "reasoning");
    bx_str s = BX_LIT("");
    bool named = bx_json_str(content, &s) && s.n;
    take_text(r, named ? content : other, BX_LLM_THINKING);
    if (named) {
        size_t i = bx_answer_last(r->answer, BX_LLM_THINKING);
        if (i != BX_ANSWER_NONE && r->answer->blocks[i].opaque.n == 0)
            bx_answer_opaque(r->answer, i, BX_LIT("\"reasoning_content\""));
    }
    take_details(r, bx_wire_get(delta, "reasoning_details"));
}

static void take_delta(bx_reading *r, const bx_json_val *delta)
{
    bx_str refusal = bx_wire_str(delta, "refusal");
    take_thinking(r, delta);
    take_text(r, bx_wire_get(delta, "content"), BX_LLM_TEXT);
    if (refusal.n) {
        bx_answer_text(r->answer, bx_answer_last(r->answer, BX_LLM_TEXT), refusal);
        bx_answer_stop(r->answer, BX_LLM_STOP_FILTER);
    }
    bx_json_iter it = bx_json_iter_of(bx_wire_get(delta, "tool_calls"));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        take_call(r, e, bx_wire_get(e, "function"));
    if (bx_wire_get(delta, "function_call")) /* before there were several */
        take_call(r, delta, bx_wire_get(delta, "function_call"));
}

static const struct {
    const char *name;
    bx_llm_stop stop;
} STOPS[] = {
    {"length", BX_LLM_STOP_LENGTH},
    {"max_tokens", BX_LLM_STOP_LENGTH},
    {"model_length", BX_LLM_STOP_WINDOW},                  /* Mistral */
    {"model_context_window_exceeded", BX_LLM_STOP_WINDOW}, /* Anthropic's, passed on */
    {"content_filter", BX_LLM_STOP_FILTER},
    {"refusal", BX_LLM_STOP_FILTER},
    {"safety", BX_LLM_STOP_FILTER},
    {"sensitive", BX_LLM_STOP_FILTER}, /* Zhipu */
};

static void take_finish(bx_reading *r, const bx_json_val *choice_val)
{
    bx_str s = bx_wire_str(choice_val, "finish_reason");
    bx_answer *a = r->answer;
    if (s.n == 0 || (a->has_stop && a->stop == BX_LLM_STOP_FILTER))
        return;
    for (size_t i = 0; i < BX_COUNT(STOPS); i++) {
        if (bx_str_eq(s, bx_str_of(STOPS[i].name))) {
            bx_answer_stop(a, STOPS[i].stop);
            return;
        }
    }
    if (bx_str_eq(s, BX_LIT("error"))) {
        bx_reading_error(r, choice_val);
    } else if (bx_str_eq(s, BX_LIT("insufficient_system_resource")) ||
               bx_str_eq(s, BX_LIT("network_error"))) { /* DeepSeek, Zhipu: broken off by them */
        r->failed = true;
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_SERVER, "the answer ended with %.*s", BX_FMT(s));
        r->trouble->again = true;
    } else {
        bx_answer_stop(a, BX_LLM_STOP_END); /* calls are found without being announced */
    }
}

static void read_choice(bx_reading *r, const bx_json_val *root, bool stream)
{
    bx_json_iter it = bx_json_iter_of(bx_wire_get(root, "choices"));
    const bx_json_val *c = bx_json_next(&it, NULL);
    const bx_json_val *delta = bx_wire_get(c, "delta");
    if (c && bx_wire_uint(c, "index") == 0) {
        bool has_delta = bx_json_type_of(delta) == BX_JSON_OBJECT;
        /* A stream's last piece may repeat the whole message. */
        const bx_json_val *message = bx_wire_get(c, "message");
        take_delta(r, has_delta || (stream && r->answer->n_blocks) ? delta : message);
        take_finish(r, c);
        usage(r, bx_wire_get(c, "usage")); /* Moonshot */
    }
    usage(r, bx_wire_get(root, "usage"));
}

static void event(bx_reading *r, bx_str type, const bx_json_val *data)
{
    const bx_json_val *error = bx_wire_get(data, "error");
    if (bx_str_eq(type, BX_LIT("error")) || (error && bx_json_type_of(error) != BX_JSON_NULL)) {
        bx_reading_error(r, data);
        return;
    }
    read_choice(r, data, true);
}

static void whole(bx_reading *r, const bx_json_val *root)
{
    if (bx_json_size(bx_wire_get(root, "choices")) == 0) {
        r->failed = true;
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_ANSWER, "the answer has no choices");
        return;
    }
    read_choice(r, root, false);
    r->answer->whole = true;
}

const bx_llm_protocol bx_openai_chat = {
    .name = "openai-chat",
    .build = build,
    .event = event,
    .whole = whole,
    .url = url,
    .key_header = "authorization",
};
