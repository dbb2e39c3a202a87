/* Gemini's own API.  Calls come whole and in order; the signatures on parts come back with them. */
#include "llm/protocol.h"

/* ---- requests -------------------------------------------------------------------------------- */

static void url(const bx_llm *m, bx_buf *out)
{
    (void)bx_buf_addf(out, "%s/models/%s:streamGenerateContent?alt=sse", m->url, m->model);
}

/* It came from here, and goes back as it is. */
static bool is_own(const bx_llm_block *b)
{
    return b->opaque.n && bx_str_eq(b->protocol, BX_LIT("gemini"));
}

static void begin_part(bx_json_out *o, const bx_llm_block *b)
{
    bx_json_out_begin_object(o);
    if (is_own(b)) {
        bx_json_out_key(o, BX_LIT("thoughtSignature"));
        bx_json_out_raw(o, b->opaque);
    }
}

static void text_part(bx_json_out *o, const bx_llm_block *b, bx_str text)
{
    begin_part(o, b);
    bx_wire_put(o, "text", text);
    bx_json_out_end_object(o);
}

static void image_part(bx_json_out *o, const bx_llm_block *b)
{
    bx_json_out_begin_object(o);
    bx_wire_open(o, "inlineData");
    bx_wire_put(o, "mimeType", b->name);
    bx_wire_put(o, "data", b->text);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

static void result_part(bx_json_out *o, bx_str id, bx_str name, bx_str text, bool is_error)
{
    char wire[BX_WIRE_NAME];
    bx_json_out_begin_object(o);
    bx_wire_open(o, "functionResponse");
    bx_wire_put(o, "id", id);
    bx_wire_name(name, wire);
    bx_wire_putz(o, "name", wire);
    bx_wire_open(o, "response");
    bx_wire_put(o, is_error ? "error" : "output", text);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

/* From its third generation on the model refuses calls in a message without any signature; for
 * calls that another model made its documentation names this one. */
static bool needs_signature(const bx_llm *m, const bx_llm_message *msg)
{
    bx_str model = bx_str_of(m->model);
    for (size_t k = 0; k < msg->n_blocks; k++)
        if (is_own(&msg->blocks[k]))
            return false;
    return !bx_str_starts(model, BX_LIT("gemini-1")) && !bx_str_starts(model, BX_LIT("gemini-2"));
}

static void call_part(bx_json_out *o, const bx_llm_block *b, bool foreign)
{
    char wire[BX_WIRE_NAME];
    begin_part(o, b);
    if (foreign)
        bx_wire_putz(o, "thoughtSignature", "skip_thought_signature_validator");
    bx_wire_open(o, "functionCall");
    bx_wire_put(o, "id", b->id);
    bx_wire_name(b->name, wire);
    bx_wire_putz(o, "name", wire);
    bx_json_out_key(o, BX_LIT("args"));
    bx_wire_arguments(b, o);
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

static void put_result(bx_json_out *o, const bx_llm_block *b)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_wire_result_text(b, &text);
    bx_wire_holds(o, &text);
    result_part(o, b->id, b->name, bx_buf_str(&text), b->is_error);
}

/* What of a result is no text, or has no call; after all results, whose number is checked. */
static void put_beside(bx_json_out *o, const bx_llm_transcript *t, size_t i, const bx_llm_block *b)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    if (!bx_wire_answers(t, i, b)) {
        bx_wire_result_text(b, &text);
        bx_wire_holds(o, &text);
        if (text.n)
            text_part(o, &(const bx_llm_block){.kind = BX_LLM_TEXT}, bx_buf_str(&text));
    }
    for (size_t p = 0; p < b->n_parts; p++)
        if (b->parts[p].kind == BX_LLM_IMAGE)
            image_part(o, &b->parts[p]);
}

static void put_block(bx_json_out *o, const bx_llm_block *b, bool foreign)
{
    switch (b->kind) {
    case BX_LLM_TEXT:
        if (b->text.n || is_own(b))
            text_part(o, b, b->text);
        break;
    case BX_LLM_IMAGE:
        image_part(o, b);
        break;
    case BX_LLM_TOOL_CALL:
        call_part(o, b, foreign);
        break;
    case BX_LLM_THINKING:
        if (!is_own(b))
            break;
        begin_part(o, b);
        bx_wire_put(o, "text", b->text);
        bx_wire_put_bool(o, "thought", true);
        bx_json_out_end_object(o);
        break;
    case BX_LLM_TOOL_RESULT:
    case BX_LLM_OPAQUE:
        break;
    }
}

static void put_message(bx_json_out *o, const bx_llm *m, const bx_llm_transcript *t, size_t i)
{
    const bx_llm_message *msg = &t->messages[i];
    bool foreign = needs_signature(m, msg);
    for (size_t k = 0; k < msg->n_blocks; k++)
        if (msg->blocks[k].kind == BX_LLM_TOOL_RESULT && bx_wire_answers(t, i, &msg->blocks[k]))
            put_result(o, &msg->blocks[k]);
    for (size_t k = 0; k < msg->n_blocks; k++) {
        const bx_llm_block *b = &msg->blocks[k];
        if (b->kind == BX_LLM_TOOL_RESULT)
            put_beside(o, t, i, b);
        else
            put_block(o, b, foreign);
        foreign = foreign && b->kind != BX_LLM_TOOL_CALL; /* the first call alone */
    }
}

static void begin_content(bx_json_out *o, bx_llm_role role)
{
    bx_json_out_begin_object(o);
    bx_wire_putz(o, "role", role == BX_LLM_USER ? "user" : "model");
    bx_wire_list(o, "parts");
}

static void end_content(bx_json_out *o)
{
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

/* Results for calls that have none; false: there are no such calls. */
static bool missing(const bx_llm_transcript *t, size_t i, bx_json_out *o)
{
    size_t k = 0;
    bool any = false;
    bx_str id, name;
    while (bx_wire_next_unanswered(t, i, &k, &id, &name)) {
        any = true;
        if (o)
            result_part(o, id, name, BX_LIT(BX_WIRE_NO_RESULT), true);
    }
    return any;
}

static bool has_parts(const bx_llm_message *m)
{
    for (size_t k = 0; k < m->n_blocks; k++) {
        const bx_llm_block *b = &m->blocks[k];
        if (is_own(b) || b->kind == BX_LLM_IMAGE || b->kind == BX_LLM_TOOL_CALL ||
            b->kind == BX_LLM_TOOL_RESULT || (b->kind == BX_LLM_TEXT && b->text.n))
            return true;
    }
    return false;
}

static void contents(const bx_llm *model, const bx_llm_transcript *t, bx_json_out *o)
{
    bx_wire_list(o, "contents");
    for (size_t i = 0; i < t->n; i++) {
        const bx_llm_message *m = &t->messages[i];
        bool before = i > 0 && m->role == BX_LLM_USER && missing(t, i - 1, NULL);
        if (!has_parts(m) && !before)
            continue;
        begin_content(o, m->role);
        if (before)
            (void)missing(t, i - 1, o);
        put_message(o, model, t, i);
        end_content(o);
        bool user_next = i + 1 < t->n && t->messages[i + 1].role == BX_LLM_USER;
        if (!user_next && missing(t, i, NULL)) {
            begin_content(o, BX_LLM_USER);
            (void)missing(t, i, o);
            end_content(o);
        }
    }
    bx_json_out_end_array(o);
}

static void tools(const bx_llm_request *rq, bx_json_out *o)
{
    char name[BX_WIRE_NAME];
    bx_wire_list(o, "tools");
    bx_json_out_begin_object(o);
    bx_wire_list(o, "functionDeclarations");
    for (size_t i = 0; i < rq->n_tools; i++) {
        bx_json_out_begin_object(o);
        bx_wire_name(rq->tools[i].name, name);
        bx_wire_putz(o, "name", name);
        bx_wire_put(o, "description", rq->tools[i].description);
        bx_json_out_key(o, BX_LIT("parametersJsonSchema"));
        bx_wire_schema(&rq->tools[i], o);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
    bx_json_out_end_array(o);
}

static void choice(const bx_llm_request *rq, bx_json_out *o)
{
    static const char *const NAMES[] = {"AUTO", "NONE", "ANY", "ANY"};
    char name[BX_WIRE_NAME];
    if (rq->choice == BX_LLM_AUTO)
        return;
    bx_wire_open(o, "toolConfig");
    bx_wire_open(o, "functionCallingConfig");
    bx_wire_putz(o, "mode", NAMES[rq->choice]);
    if (rq->choice == BX_LLM_ONE) {
        bx_wire_list(o, "allowedFunctionNames");
        bx_wire_name(rq->choice_name, name);
        bx_json_out_string(o, bx_str_of(name));
        bx_json_out_end_array(o);
    }
    bx_json_out_end_object(o);
    bx_json_out_end_object(o);
}

static void config(const bx_llm_request *rq, bx_json_out *o)
{
    if (!rq->max_tokens && !rq->has_temperature && !rq->effort.n)
        return;
    bx_wire_open(o, "generationConfig");
    if (rq->max_tokens)
        bx_wire_put_uint(o, "maxOutputTokens", rq->max_tokens);
    if (rq->has_temperature) {
        bx_json_out_key(o, BX_LIT("temperature"));
        bx_json_out_double(o, rq->temperature);
    }
    if (rq->effort.n) {
        bx_wire_open(o, "thinkingConfig");
        bx_wire_put(o, "thinkingLevel", rq->effort);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_object(o);
}

static void build(const bx_wire_request *w, bx_json_out *o)
{
    const bx_llm_request *rq = w->rq;
    bx_json_out_begin_object(o);
    if (rq->system.n) {
        bx_wire_open(o, "systemInstruction");
        bx_wire_list(o, "parts");
        text_part(o, &(const bx_llm_block){.kind = BX_LLM_TEXT}, rq->system);
        bx_json_out_end_array(o);
        bx_json_out_end_object(o);
    }
    if (rq->n_tools) {
        tools(rq, o);
        choice(rq, o);
    }
    contents(w->m, rq->transcript, o);
    config(rq, o);
    bx_json_out_end_object(o);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void usage(bx_reading *r, const bx_json_val *v)
{
    if (bx_json_type_of(v) != BX_JSON_OBJECT)
        return;
    uint64_t all = bx_wire_uint(v, "promptTokenCount") + bx_wire_uint(v, "toolUsePromptTokenCount");
    uint64_t read = bx_wire_uint(v, "cachedContentTokenCount");
    uint64_t thoughts = bx_wire_uint(v, "thoughtsTokenCount");
    bx_llm_usage u = {
        .input = all > read ? all - read : 0,
        .cache_read = read < all ? read : all,
        .output = bx_wire_uint(v, "candidatesTokenCount") + thoughts,
        .thinking = thoughts,
    };
    bx_answer_usage(r->answer, &u);
}

static void take_part(bx_reading *r, const bx_json_val *part)
{
    bx_answer *a = r->answer;
    const bx_json_val *call = bx_wire_get(part, "functionCall");
    const bx_json_val *signature = bx_wire_get(part, "thoughtSignature");
    bool thought = false;
    size_t i = BX_ANSWER_NONE;
    if (bx_json_type_of(call) == BX_JSON_OBJECT) {
        i = bx_answer_open(a, BX_LLM_TOOL_CALL, -1);
        bx_answer_call(a, i, bx_wire_str(call, "id"),
                       bx_wire_tool(r->rq, bx_wire_str(call, "name")));
        bx_wire_take_arguments(a, i, bx_wire_get(call, "args"));
    } else if (bx_json_type_of(bx_wire_get(part, "text")) == BX_JSON_STRING) {
        (void)bx_json_bool(bx_wire_get(part, "thought"), &thought);
        i = bx_answer_last(a, thought ? BX_LLM_THINKING : BX_LLM_TEXT);
        /* A part that is signed is not to be merged with another. */
        if (i != BX_ANSWER_NONE && a->blocks[i].opaque.n)
            i = bx_answer_open(a, thought ? BX_LLM_THINKING : BX_LLM_TEXT, -1);
        bx_answer_text(a, i, bx_wire_str(part, "text"));
    }
    if (i != BX_ANSWER_NONE && bx_json_type_of(signature) == BX_JSON_STRING)
        bx_wire_keep(a, i, signature);
    if (bx_json_type_of(call) == BX_JSON_OBJECT)
        bx_answer_close(a, i);
}

static void finish(bx_reading *r, bx_str reason)
{
    static const struct {
        const char *name;
        bx_llm_stop stop;
    } ROWS[] = {
        {"STOP", BX_LLM_STOP_END},
        {"FUNCTION_CALL", BX_LLM_STOP_END},
        {"TOOL_CALL", BX_LLM_STOP_END},
        {"MAX_TOKENS", BX_LLM_STOP_LENGTH},
        {"SAFETY", BX_LLM_STOP_FILTER},
        {"RECITATION", BX_LLM_STOP_FILTER},
        {"LANGUAGE", BX_LLM_STOP_FILTER},
        {"BLOCKLIST", BX_LLM_STOP_FILTER},
        {"SPII", BX_LLM_STOP_FILTER},
        {"PROHIBITED_CONTENT", BX_LLM_STOP_FILTER},
        {"IMAGE_SAFETY", BX_LLM_STOP_FILTER},
        {"IMAGE_PROHIBITED_CONTENT", BX_LLM_STOP_FILTER},
        {"IMAGE_RECITATION", BX_LLM_STOP_FILTER},
        {"MODEL_ARMOR", BX_LLM_STOP_FILTER},
    };
    if (reason.n == 0 || bx_str_eq(reason, BX_LIT("FINISH_REASON_UNSPECIFIED")))
        return;
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        if (bx_str_eq(reason, bx_str_of(ROWS[i].name))) {
            bx_answer_stop(r->answer, ROWS[i].stop);
            return;
        }
    }
    if (bx_str_eq(reason, BX_LIT("MISSING_THOUGHT_SIGNATURE"))) {
        r->failed = true; /* the same request would end in the same way */
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_REQUEST, "the model ended with %.*s",
                         BX_FMT(reason));
        return;
    }
    if (bx_str_starts(reason, BX_LIT("MALFORMED")) || bx_str_starts(reason, BX_LIT("UNEXPECTED")) ||
        bx_str_eq(reason, BX_LIT("TOO_MANY_TOOL_CALLS"))) {
        r->failed = true; /* a call it could not write down: another attempt mostly can */
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_ANSWER, "the model ended with %.*s",
                         BX_FMT(reason));
        r->trouble->again = true;
        return;
    }
    bx_answer_stop(r->answer, BX_LLM_STOP_END);
}

static void event(bx_reading *r, bx_str type, const bx_json_val *v)
{
    (void)type;
    if (bx_wire_get(v, "error")) {
        bx_reading_error(r, v);
        return;
    }
    bx_json_iter it = bx_json_iter_of(bx_wire_get(v, "candidates"));
    const bx_json_val *c = bx_json_next(&it, NULL);
    bx_json_iter parts = bx_json_iter_of(bx_wire_get(bx_wire_get(c, "content"), "parts"));
    for (const bx_json_val *p; (p = bx_json_next(&parts, NULL));)
        take_part(r, p);
    usage(r, bx_wire_get(v, "usageMetadata"));
    finish(r, bx_wire_str(c, "finishReason"));
    if (bx_wire_get(bx_wire_get(v, "promptFeedback"), "blockReason"))
        bx_answer_stop(r->answer, BX_LLM_STOP_FILTER);
}

/* One answer, or the list of its pieces that comes where alt=sse is not understood. */
static void whole(bx_reading *r, const bx_json_val *root)
{
    bx_json_iter it = bx_json_iter_of(root);
    if (bx_json_type_of(root) == BX_JSON_ARRAY) {
        for (const bx_json_val *e; !r->failed && (e = bx_json_next(&it, NULL));)
            event(r, BX_LIT(""), e);
    } else if (bx_wire_get(root, "candidates") || bx_wire_get(root, "promptFeedback")) {
        event(r, BX_LIT(""), root);
    } else {
        r->failed = true;
        (void)bx_trouble(r->trouble, BX_LLM_FAIL_ANSWER, "the answer has no candidates");
    }
    r->answer->whole = true;
}

const bx_llm_protocol bx_gemini = {
    .name = "gemini",
    .build = build,
    .event = event,
    .whole = whole,
    .url = url,
    .key_header = "x-goog-api-key",
};
