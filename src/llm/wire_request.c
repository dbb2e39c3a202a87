/* What the four protocols' requests share. */
#include <stdio.h>

#include "base/ascii.h"
#include "llm/protocol.h"

static uint32_t hash_of(bx_str s) /* FNV-1a */
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 16777619u;
    return h;
}

void bx_wire_name(bx_str name, char out[BX_WIRE_NAME])
{
    enum { HASH = 9 };
    bool plain = name.n > 0 && name.n < BX_WIRE_NAME;
    size_t n = name.n < BX_WIRE_NAME - 1 ? name.n : BX_WIRE_NAME - 1;
    for (size_t i = 0; i < n; i++) {
        char c = name.p[i];
        bool fits = bx_is_alnum(c) || c == '_' || c == '-';
        out[i] = fits ? c : '_';
        plain = plain && fits;
    }
    out[n] = '\0';
    if (plain)
        return;
    if (n > BX_WIRE_NAME - 1 - HASH)
        n = BX_WIRE_NAME - 1 - HASH;
    (void)snprintf(out + n, BX_WIRE_NAME - n, "_%08x", (unsigned)hash_of(name));
}

bx_str bx_wire_tool(const bx_llm_request *rq, bx_str wire)
{
    char name[BX_WIRE_NAME];
    for (size_t i = 0; rq && i < rq->n_tools; i++) {
        if (bx_str_eq(rq->tools[i].name, wire))
            return rq->tools[i].name;
    }
    for (size_t i = 0; rq && i < rq->n_tools; i++) {
        bx_wire_name(rq->tools[i].name, name);
        if (bx_str_eq(bx_str_of(name), wire))
            return rq->tools[i].name;
    }
    return wire;
}

void bx_wire_put(bx_json_out *o, const char *key, bx_str value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, value);
}

void bx_wire_holds(bx_json_out *o, const bx_buf *b)
{
    if (o->buf->fail == BX_OK)
        o->buf->fail = b->fail;
}

void bx_wire_put_buf(bx_json_out *o, const char *key, const bx_buf *value)
{
    bx_wire_holds(o, value);
    bx_wire_put(o, key, bx_buf_str(value));
}

void bx_wire_putz(bx_json_out *o, const char *key, const char *value)
{
    bx_wire_put(o, key, bx_str_of(value));
}

void bx_wire_put_uint(bx_json_out *o, const char *key, uint64_t value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_uint(o, value);
}

void bx_wire_put_bool(bx_json_out *o, const char *key, bool value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_bool(o, value);
}

void bx_wire_open(bx_json_out *o, const char *key)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_begin_object(o);
}

void bx_wire_list(bx_json_out *o, const char *key)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_begin_array(o);
}

void bx_wire_put_image_url(bx_json_out *o, const char *key, const bx_llm_block *image)
{
    BX_AUTO_BUF url = bx_buf_init(BX_LLM_MAX_TEXT + 256);
    (void)bx_buf_addf(&url, "data:%.*s;base64,", BX_FMT(image->name));
    (void)bx_buf_add_str(&url, image->text);
    bx_wire_put_buf(o, key, &url);
}

static bool is_object(bx_str text, bx_json **ret, bx_json_out *o)
{
    bx_code rc = text.n ? bx_json_parse(text, BX_JSON_MAX_DEPTH, ret, NULL) : BX_EINVAL;
    if (rc == BX_ENOMEM)
        o->buf->fail = rc;
    return rc == BX_OK && bx_json_type_of(bx_json_root(*ret)) == BX_JSON_OBJECT;
}

void bx_wire_arguments(const bx_llm_block *call, bx_json_out *o)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (!call->broken && is_object(call->text, &doc, o)) {
        bx_json_out_value(o, bx_json_root(doc));
        return;
    }
    bx_json_out_begin_object(o);
    if (call->text.n)
        bx_wire_put(o, "invalid_arguments", call->text);
    bx_json_out_end_object(o);
}

void bx_wire_schema(const bx_llm_tool *tool, bx_json_out *o)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (is_object(tool->schema, &doc, o))
        bx_json_out_value(o, bx_json_root(doc));
    else
        bx_json_out_raw(o, BX_LIT("{\"type\":\"object\",\"properties\":{}}"));
}

void bx_wire_result_text(const bx_llm_block *result, bx_buf *out)
{
    (void)bx_buf_add_str(out, result->text);
    for (size_t i = 0; i < result->n_parts; i++) {
        if (result->parts[i].kind != BX_LLM_TEXT)
            continue;
        if (out->n)
            (void)bx_buf_add_c(out, '\n');
        (void)bx_buf_add_str(out, result->parts[i].text);
    }
}

static bool has_result(const bx_llm_message *m, bx_str id)
{
    for (size_t i = 0; m && i < m->n_blocks; i++)
        if (m->blocks[i].kind == BX_LLM_TOOL_RESULT && bx_str_eq(m->blocks[i].id, id))
            return true;
    return false;
}

bool bx_wire_next_unanswered(const bx_llm_transcript *t, size_t i, size_t *k, bx_str *id,
                             bx_str *name)
{
    const bx_llm_message *m = &t->messages[i];
    const bx_llm_message *next = i + 1 < t->n ? &t->messages[i + 1] : NULL;
    if (m->role != BX_LLM_ASSISTANT)
        return false;
    if (next && next->role != BX_LLM_USER)
        next = NULL;
    while (*k < m->n_blocks) {
        const bx_llm_block *b = &m->blocks[(*k)++];
        if (b->kind != BX_LLM_TOOL_CALL || has_result(next, b->id))
            continue;
        *id = b->id;
        *name = b->name;
        return true;
    }
    return false;
}

bool bx_wire_answers(const bx_llm_transcript *t, size_t i, const bx_llm_block *b)
{
    const bx_llm_message *m = i ? &t->messages[i - 1] : NULL;
    if (!m || m->role != BX_LLM_ASSISTANT)
        return false;
    for (size_t k = 0; k < m->n_blocks; k++)
        if (m->blocks[k].kind == BX_LLM_TOOL_CALL && bx_str_eq(m->blocks[k].id, b->id))
            return true;
    return false;
}
