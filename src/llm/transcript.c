/* Messages and transcripts: who owns what, and the bounds. */
#include "codec/utf8_mend.h"
#include "llm/llm.h"

enum { MAX_PARTS = 1024 };

static void free_str(bx_str *s)
{
    free((char *)(uintptr_t)s->p);
    *s = (bx_str){.p = NULL};
}

static void block_done(bx_llm_block *b)
{
    free_str(&b->text);
    free_str(&b->id);
    free_str(&b->name);
    free_str(&b->opaque);
    free_str(&b->protocol);
    for (size_t i = 0; i < b->n_parts; i++) {
        free_str(&b->parts[i].text);
        free_str(&b->parts[i].name);
    }
    free(b->parts);
    *b = (bx_llm_block){.kind = BX_LLM_TEXT};
}

void bx_llm_message_done(bx_llm_message *m)
{
    for (size_t i = 0; i < m->n_blocks; i++)
        block_done(&m->blocks[i]);
    free(m->blocks);
    *m = (bx_llm_message){.role = m->role};
}

/* A copy of `s` that is UTF-8. */
static bx_code copy_str(bx_str s, bx_str *ret, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(3 * (size_t)BX_LLM_MAX_TEXT);
    if (s.n > BX_LLM_MAX_TEXT)
        return bx_fail(err, BX_ELIMIT, "a text of more than %d bytes", BX_LLM_MAX_TEXT);
    if (s.n == 0)
        return BX_OK;
    bx_utf8_mend(s, &b);
    bx_code rc = bx_buf_check(&b, err);
    if (rc != BX_OK)
        return rc;
    *ret = (bx_str){b.p, b.n};
    b.p = NULL;
    return BX_OK;
}

static bx_code copy_parts(const bx_llm_block *from, bx_llm_block *to, bx_error *err)
{
    if (from->n_parts == 0)
        return BX_OK;
    if (from->n_parts > MAX_PARTS)
        return bx_fail(err, BX_ELIMIT, "a result of more than %d parts", MAX_PARTS);
    to->parts = bx_calloc(from->n_parts, sizeof *to->parts);
    if (!to->parts)
        return bx_fail(err, BX_ENOMEM, "transcript");
    for (size_t i = 0; i < from->n_parts; i++) {
        const bx_llm_block *p = &from->parts[i];
        if (p->kind != BX_LLM_TEXT && p->kind != BX_LLM_IMAGE)
            return bx_fail(err, BX_EINVAL, "a tool's result has text and images only");
        bx_llm_block *q = &to->parts[to->n_parts++];
        q->kind = p->kind;
        bx_code rc = copy_str(p->text, &q->text, err);
        if (rc == BX_OK)
            rc = copy_str(p->name, &q->name, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code copy_block(const bx_llm_block *from, bx_llm_block *to, bx_error *err)
{
    *to = (bx_llm_block){
        .kind = from->kind,
        .is_error = from->is_error,
        .broken = from->broken,
    };
    bx_code rc = copy_str(from->text, &to->text, err);
    if (rc == BX_OK)
        rc = copy_str(from->id, &to->id, err);
    if (rc == BX_OK)
        rc = copy_str(from->name, &to->name, err);
    if (rc == BX_OK)
        rc = copy_str(from->opaque, &to->opaque, err);
    if (rc == BX_OK)
        rc = copy_str(from->protocol, &to->protocol, err);
    if (rc == BX_OK)
        rc = copy_parts(from, to, err);
    if (rc != BX_OK)
        block_done(to);
    return rc;
}

bx_code bx_llm_message_add(bx_llm_message *m, const bx_llm_block *b, bx_error *err)
{
    if (m->n_blocks == m->cap_blocks) {
        size_t cap = m->cap_blocks ? m->cap_blocks * 2 : 2;
        if (m->n_blocks >= BX_LLM_MAX_BLOCKS)
            return bx_fail(err, BX_ELIMIT, "a message of more than %d blocks", BX_LLM_MAX_BLOCKS);
        bx_llm_block *more = bx_realloc(m->blocks, cap * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "transcript");
        m->blocks = more;
        m->cap_blocks = cap;
    }
    bx_code rc = copy_block(b, &m->blocks[m->n_blocks], err);
    if (rc == BX_OK)
        m->n_blocks++;
    return rc;
}

bx_code bx_llm_message_copy(const bx_llm_message *m, bx_llm_message *ret, bx_error *err)
{
    bx_llm_message copy = {.role = m->role};
    bx_code rc = BX_OK;
    for (size_t i = 0; rc == BX_OK && i < m->n_blocks; i++)
        rc = bx_llm_message_add(&copy, &m->blocks[i], err);
    if (rc != BX_OK)
        bx_llm_message_done(&copy);
    else
        *ret = copy;
    return rc;
}

void bx_llm_message_text(const bx_llm_message *m, bx_buf *out)
{
    for (size_t i = 0; i < m->n_blocks; i++)
        if (m->blocks[i].kind == BX_LLM_TEXT)
            (void)bx_buf_add_str(out, m->blocks[i].text);
}

size_t bx_llm_message_calls(const bx_llm_message *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_blocks; i++)
        n += m->blocks[i].kind == BX_LLM_TOOL_CALL;
    return n;
}

/* ---- transcripts ----------------------------------------------------------------------------- */

void bx_llm_transcript_done(bx_llm_transcript *t)
{
    for (size_t i = 0; i < t->n; i++)
        bx_llm_message_done(&t->messages[i]);
    free(t->messages);
    *t = (bx_llm_transcript){.n = 0};
}

static bx_code make_room(bx_llm_transcript *t, bx_error *err)
{
    if (t->n < t->cap)
        return BX_OK;
    size_t cap = t->cap ? t->cap * 2 : 8;
    if (t->n >= BX_LLM_MAX_MESSAGES)
        return bx_fail(err, BX_ELIMIT, "a transcript of more than %d messages",
                       BX_LLM_MAX_MESSAGES);
    bx_llm_message *more = bx_realloc(t->messages, cap * sizeof *more);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "transcript");
    t->messages = more;
    t->cap = cap;
    return BX_OK;
}

bx_code bx_llm_transcript_push(bx_llm_transcript *t, bx_llm_message *m, bx_error *err)
{
    bx_code rc = m->n_blocks ? make_room(t, err) : BX_OK;
    if (rc != BX_OK || m->n_blocks == 0) {
        bx_llm_message_done(m);
        return rc;
    }
    t->messages[t->n++] = *m;
    *m = (bx_llm_message){.role = m->role};
    return BX_OK;
}

bx_code bx_llm_transcript_say(bx_llm_transcript *t, bx_llm_role role, bx_str text, bx_error *err)
{
    bx_llm_message m = {.role = role};
    bx_llm_block b = {.kind = BX_LLM_TEXT, .text = text};
    bx_code rc = bx_llm_message_add(&m, &b, err);
    return rc == BX_OK ? bx_llm_transcript_push(t, &m, err) : (bx_llm_message_done(&m), rc);
}

void bx_llm_transcript_cut(bx_llm_transcript *t, size_t from, size_t to)
{
    to = to < t->n ? to : t->n;
    if (from >= to)
        return;
    for (size_t i = from; i < to; i++)
        bx_llm_message_done(&t->messages[i]);
    memmove(&t->messages[from], &t->messages[to], (t->n - to) * sizeof *t->messages);
    t->n -= to - from;
}

bx_code bx_llm_transcript_copy(const bx_llm_transcript *t, bx_llm_transcript *ret, bx_error *err)
{
    bx_llm_transcript copy = {.n = 0};
    bx_code rc = BX_OK;
    for (size_t i = 0; rc == BX_OK && i < t->n; i++) {
        bx_llm_message m = {.role = BX_LLM_USER};
        rc = bx_llm_message_copy(&t->messages[i], &m, err);
        if (rc == BX_OK)
            rc = bx_llm_transcript_push(&copy, &m, err);
    }
    if (rc != BX_OK)
        bx_llm_transcript_done(&copy);
    else
        *ret = copy;
    return rc;
}
