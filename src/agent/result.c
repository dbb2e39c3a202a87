/* What a call came to, as the model is shown it. */
#include "agent/state.h"

static bx_code put(bx_agent_slot *s, bool is_error, bx_str text, bx_llm_message *parts,
                   bx_error *err)
{
    const bx_llm_block b = {.kind = BX_LLM_TOOL_RESULT,
                            .is_error = is_error,
                            .id = s->call->id,
                            .name = s->call->name,
                            .text = text,
                            .parts = parts ? parts->blocks : NULL,
                            .n_parts = parts ? parts->n_blocks : 0};
    bx_llm_message_done(&s->result);
    s->result.role = BX_LLM_USER;
    return bx_llm_message_add(&s->result, &b, err);
}

bx_code bx_agent_result_words(bx_agent_slot *s, bool is_error, bx_str text, bx_error *err)
{
    return put(s, is_error, text, NULL, err);
}

bx_code bx_agent_result_add(bx_agent_slot *s, bx_str words, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_llm_message with = {.role = BX_LLM_USER}, parts = {.role = BX_LLM_USER};
    bx_llm_block b = s->result.blocks[0];
    const bx_llm_block more = {.kind = BX_LLM_TEXT, .text = words};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < b.n_parts && rc == BX_OK; i++)
        rc = bx_llm_message_add(&parts, &b.parts[i], err);
    if (b.n_parts) {
        if (rc == BX_OK)
            rc = bx_llm_message_add(&parts, &more, err);
        b.parts = parts.blocks;
        b.n_parts = parts.n_blocks;
    } else {
        (void)bx_buf_addf(&text, "%.*s\n\n%.*s", BX_FMT(b.text), BX_FMT(words));
        b.text = bx_buf_str(&text);
        rc = bx_buf_check(&text, err);
    }
    if (rc == BX_OK)
        rc = bx_llm_message_add(&with, &b, err);
    bx_llm_message_done(&parts);
    if (rc != BX_OK)
        return rc;
    bx_llm_message_done(&s->result);
    s->result = with;
    return BX_OK;
}

/* What is too long is cut in the middle of nothing: at a character, with words that say so. */
static void add_cut(bx_buf *out, bx_str text, size_t room)
{
    if (text.n <= room) {
        (void)bx_buf_add_str(out, text);
        return;
    }
    size_t n = room;
    while (n && ((uint8_t)text.p[n] & 0xc0) == 0x80)
        n--;
    (void)bx_buf_add(out, text.p, n);
    (void)bx_buf_addf(out, "\n[%zu bytes more are left out: ask for a part]", text.n - n);
}

typedef struct gather {
    bx_buf text;          /* of all text blocks */
    bx_llm_message parts; /* the same and images, where there is an image */
    bool images;
} gather;

static bx_code add_part(gather *g, bx_llm_kind kind, bx_str name, bx_str text, bx_error *err)
{
    const bx_llm_block b = {.kind = kind, .name = name, .text = text};
    return bx_llm_message_add(&g->parts, &b, err);
}

static bx_code add_block(gather *g, const bx_json_val *block, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init((size_t)BX_AGENT_MAX_RESULT * 2);
    bx_str type = BX_LIT(""), s = BX_LIT(""), mime = BX_LIT("");
    (void)bx_json_str(bx_json_get(block, BX_LIT("type")), &type);
    (void)bx_json_str(bx_json_get(block, BX_LIT("mimeType")), &mime);
    size_t room = g->text.n < BX_AGENT_MAX_RESULT ? BX_AGENT_MAX_RESULT - g->text.n : 0;
    if (bx_str_eq(type, BX_LIT("image")) && bx_json_str(bx_json_get(block, BX_LIT("data")), &s)) {
        g->images = true;
        return add_part(g, BX_LLM_IMAGE, mime, s, err);
    }
    const bx_json_val *r = bx_json_get(block, BX_LIT("resource"));
    if (bx_json_str(bx_json_get(block, BX_LIT("text")), &s) ||
        bx_json_str(bx_json_get(r, BX_LIT("text")), &s)) {
        add_cut(&text, s, room);
    } else {
        (void)bx_json_str(bx_json_get(r ? r : block, BX_LIT("uri")), &s);
        (void)bx_buf_addf(&text, "[%.*s %.*s %.*s]", BX_FMT(type), BX_FMT(mime), BX_FMT(s));
    }
    if (g->text.n)
        (void)bx_buf_add_c(&g->text, '\n');
    (void)bx_buf_add_str(&g->text, bx_buf_str(&text));
    bx_code rc = bx_buf_check(&g->text, err);
    return rc == BX_OK ? add_part(g, BX_LLM_TEXT, BX_LIT(""), bx_buf_str(&text), err) : rc;
}

static bx_code gather_all(gather *g, const bx_tool_end *end, bx_error *err)
{
    const bx_json_val *root = bx_json_root(end->result);
    bx_json_iter it = bx_json_iter_of(bx_json_get(root, BX_LIT("content")));
    bx_code rc = BX_OK;
    for (const bx_json_val *block; rc == BX_OK && (block = bx_json_next(&it, NULL));)
        rc = add_block(g, block, err);
    const bx_json_val *structured = bx_json_get(root, BX_LIT("structuredContent"));
    if (rc == BX_OK && structured && g->text.n == 0 && !g->images) {
        BX_AUTO_BUF text = bx_buf_init(64 << 20);
        bx_json_out o = bx_json_out_on(&text);
        bx_json_out_value(&o, structured);
        rc = bx_json_out_end(&o, err);
        add_cut(&g->text, bx_buf_str(&text), BX_AGENT_MAX_RESULT);
    }
    return rc;
}

bx_code bx_agent_result_of(bx_agent_slot *s, const bx_tool_end *end, bx_error *err)
{
    gather g = {.text = bx_buf_init((size_t)BX_AGENT_MAX_RESULT * 4)};
    bx_code rc = gather_all(&g, end, err);
    if (rc == BX_OK && g.images)
        rc = put(s, end->is_error, BX_LIT(""), &g.parts, err);
    else if (rc == BX_OK)
        rc = put(s, end->is_error, bx_buf_str(&g.text), NULL, err);
    bx_llm_message_done(&g.parts);
    bx_buf_done(&g.text);
    return rc;
}
