/* Transcripts as JSON: what sessions keep. */
#include "llm/llm.h"

static const char *const KINDS[] = {"text",        "thinking", "tool_call",
                                    "tool_result", "image",    "opaque"};

/* ---- writing --------------------------------------------------------------------------------- */

static void put(bx_json_out *o, const char *key, bx_str value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, value);
}

static void put_if(bx_json_out *o, const char *key, bx_str value)
{
    if (value.n)
        put(o, key, value);
}

static void put_flag(bx_json_out *o, const char *key, bool value)
{
    if (!value)
        return;
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_bool(o, true);
}

static void write_plain(const bx_llm_block *b, bx_json_out *o)
{
    put(o, "type", bx_str_of(KINDS[b->kind]));
    if (b->kind == BX_LLM_IMAGE) {
        put(o, "media_type", b->name);
        put(o, "data", b->text);
        return;
    }
    put_if(o, "id", b->id);
    put_if(o, "name", b->name);
    put_if(o, b->kind == BX_LLM_TOOL_CALL ? "arguments" : "text", b->text);
}

static void write_block(const bx_llm_block *b, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    write_plain(b, o);
    put_flag(o, "is_error", b->is_error);
    put_flag(o, "broken", b->broken);
    put_if(o, "opaque", b->opaque);
    put_if(o, "protocol", b->protocol);
    if (b->n_parts) {
        bx_json_out_key(o, BX_LIT("parts"));
        bx_json_out_begin_array(o);
        for (size_t i = 0; i < b->n_parts; i++) {
            bx_json_out_begin_object(o);
            write_plain(&b->parts[i], o);
            bx_json_out_end_object(o);
        }
        bx_json_out_end_array(o);
    }
    bx_json_out_end_object(o);
}

void bx_llm_message_write(const bx_llm_message *m, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    put(o, "role", m->role == BX_LLM_USER ? BX_LIT("user") : BX_LIT("assistant"));
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < m->n_blocks; i++)
        write_block(&m->blocks[i], o);
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

void bx_llm_transcript_write(const bx_llm_transcript *t, bx_json_out *o)
{
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < t->n; i++)
        bx_llm_message_write(&t->messages[i], o);
    bx_json_out_end_array(o);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* An absent member is empty. */
static bx_code get(const bx_json_val *v, const char *key, bx_str *ret, bx_error *err)
{
    const bx_json_val *m = bx_json_get(v, bx_str_of(key));
    *ret = BX_LIT("");
    if (m && !bx_json_str(m, ret))
        return bx_fail(err, BX_EINVAL, "transcript: %s is no text", key);
    return BX_OK;
}

static bool get_flag(const bx_json_val *v, const char *key)
{
    bool on = false;
    (void)bx_json_bool(bx_json_get(v, bx_str_of(key)), &on);
    return on;
}

static bx_code read_plain(const bx_json_val *v, bx_llm_block *b, bx_error *err)
{
    bx_str type;
    bx_code rc = get(v, "type", &type, err);
    size_t kind = 0;
    while (rc == BX_OK && kind < BX_COUNT(KINDS) && !bx_str_eq(type, bx_str_of(KINDS[kind])))
        kind++;
    if (rc == BX_OK && kind == BX_COUNT(KINDS))
        rc = bx_fail(err, BX_EINVAL, "transcript: no block of type '%.*s'", BX_FMT(type));
    if (rc != BX_OK)
        return rc;
    b->kind = (bx_llm_kind)kind;
    bool image = b->kind == BX_LLM_IMAGE;
    rc = get(v, image ? "media_type" : "name", &b->name, err);
    if (rc == BX_OK)
        rc = get(v,
                 image                         ? "data"
                 : b->kind == BX_LLM_TOOL_CALL ? "arguments"
                                               : "text",
                 &b->text, err);
    return rc == BX_OK && !image ? get(v, "id", &b->id, err) : rc;
}

/* The parts borrow from the document; the array is the caller's. */
static bx_code read_parts(const bx_json_val *v, bx_llm_block **ret, size_t *n, bx_error *err)
{
    const bx_json_val *list = bx_json_get(v, BX_LIT("parts"));
    size_t size = bx_json_size(list);
    *n = 0;
    if (bx_json_type_of(list) != BX_JSON_ARRAY || size == 0)
        return BX_OK;
    if (size > BX_LLM_MAX_BLOCKS)
        return bx_fail(err, BX_ELIMIT, "transcript: more than %d parts", BX_LLM_MAX_BLOCKS);
    *ret = bx_calloc(size, sizeof **ret);
    if (!*ret)
        return bx_fail(err, BX_ENOMEM, "transcript");
    bx_json_iter it = bx_json_iter_of(list);
    bx_code rc = BX_OK;
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL)); ++*n)
        rc = read_plain(e, &(*ret)[*n], err);
    return rc;
}

static bx_code read_block(const bx_json_val *v, bx_llm_message *m, bx_error *err)
{
    bx_llm_block b = {.is_error = get_flag(v, "is_error"), .broken = get_flag(v, "broken")};
    BX_AUTOFREE bx_llm_block *parts = NULL;
    bx_code rc = read_plain(v, &b, err);
    if (rc == BX_OK)
        rc = get(v, "opaque", &b.opaque, err);
    if (rc == BX_OK)
        rc = get(v, "protocol", &b.protocol, err);
    if (rc == BX_OK && b.kind == BX_LLM_TOOL_RESULT)
        rc = read_parts(v, &parts, &b.n_parts, err);
    b.parts = parts;
    return rc == BX_OK ? bx_llm_message_add(m, &b, err) : rc;
}

bx_code bx_llm_message_read(const bx_json_val *v, bx_llm_message *ret, bx_error *err)
{
    bx_str role;
    bx_llm_message m = {.role = BX_LLM_USER};
    bx_code rc = get(v, "role", &role, err);
    if (rc == BX_OK && bx_str_eq(role, BX_LIT("assistant")))
        m.role = BX_LLM_ASSISTANT;
    else if (rc == BX_OK && !bx_str_eq(role, BX_LIT("user")))
        rc = bx_fail(err, BX_EINVAL, "transcript: no role '%.*s'", BX_FMT(role));
    bx_json_iter it = bx_json_iter_of(bx_json_get(v, BX_LIT("content")));
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));)
        rc = read_block(e, &m, err);
    if (rc != BX_OK)
        bx_llm_message_done(&m);
    else
        *ret = m;
    return rc;
}

bx_code bx_llm_transcript_read(const bx_json_val *v, bx_llm_transcript *ret, bx_error *err)
{
    bx_llm_transcript t = {.n = 0};
    bx_code rc = BX_OK;
    if (bx_json_type_of(v) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "transcript: an array of messages is expected");
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));) {
        bx_llm_message m = {.role = BX_LLM_USER};
        rc = bx_llm_message_read(e, &m, err);
        if (rc == BX_OK)
            rc = bx_llm_transcript_push(&t, &m, err);
    }
    if (rc != BX_OK)
        bx_llm_transcript_done(&t);
    else
        *ret = t;
    return rc;
}
