#include "llm/answer.h"

#include "llm/wire.h"

static void block_done(bx_answer_block *b)
{
    bx_buf_done(&b->text);
    bx_buf_done(&b->id);
    bx_buf_done(&b->name);
    bx_buf_done(&b->opaque);
}

void bx_answer_reset(bx_answer *a)
{
    bx_answer clean = {.sink = a->sink, .protocol = a->protocol, .fail = a->fail};
    for (size_t i = 0; i < a->n_blocks; i++)
        block_done(&a->blocks[i]);
    free(a->blocks);
    *a = clean;
}

void bx_answer_done(bx_answer *a) { bx_answer_reset(a); }

static void emit(bx_answer *a, const bx_llm_event *ev)
{
    if (a->fail != BX_OK)
        return;
    a->sent = a->sent || ev->kind != BX_LLM_EV_USAGE;
    if (a->sink.on && !a->sink.on(a->sink.ctx, ev))
        a->fail = BX_ECANCELLED;
}

static void keep(bx_answer *a, bx_buf *b, bx_str s)
{
    if (a->fail != BX_OK)
        return;
    a->bytes += s.n;
    if (a->bytes > BX_LLM_MAX_TURN)
        a->fail = BX_ELIMIT;
    else if (bx_buf_add_str(b, s) != BX_OK)
        a->fail = b->fail;
}

bool bx_answer_holds(bx_answer *a, const bx_buf *b)
{
    if (a->fail == BX_OK)
        a->fail = b->fail;
    return a->fail == BX_OK;
}

static void note_time(bx_answer *a)
{
    a->last_ns = bx_now_ns();
    if (!a->first_ns)
        a->first_ns = a->last_ns;
}

size_t bx_answer_open(bx_answer *a, bx_llm_kind kind, int64_t key)
{
    if (a->fail != BX_OK)
        return BX_ANSWER_NONE;
    if (a->n_blocks == BX_LLM_MAX_BLOCKS) {
        a->fail = BX_ELIMIT;
        return BX_ANSWER_NONE;
    }
    if (a->n_blocks == a->cap_blocks) {
        size_t cap = a->cap_blocks ? a->cap_blocks * 2 : 4;
        bx_answer_block *more = bx_realloc(a->blocks, cap * sizeof *more);
        if (!more) {
            a->fail = BX_ENOMEM;
            return BX_ANSWER_NONE;
        }
        a->blocks = more;
        a->cap_blocks = cap;
    }
    note_time(a);
    a->blocks[a->n_blocks] = (bx_answer_block){
        .kind = kind,
        .key = key,
        .call = kind == BX_LLM_TOOL_CALL ? a->n_calls++ : 0,
        .text = bx_buf_init(BX_LLM_MAX_TEXT),
        .id = bx_buf_init(4096),
        .name = bx_buf_init(4096),
        .opaque = bx_buf_init(BX_LLM_MAX_TEXT),
    };
    return a->n_blocks++;
}

size_t bx_answer_find(const bx_answer *a, int64_t key)
{
    for (size_t i = a->n_blocks; i-- > 0;)
        if (a->blocks[i].key == key)
            return i;
    return BX_ANSWER_NONE;
}

size_t bx_answer_last(bx_answer *a, bx_llm_kind kind)
{
    if (a->n_blocks && a->blocks[a->n_blocks - 1].kind == kind)
        return a->n_blocks - 1;
    return bx_answer_open(a, kind, -1);
}

/* An id for a call that came without: the same for the same place in the answer. */
static void need_id(bx_answer *a, bx_answer_block *b)
{
    if (b->id.n == 0 && a->fail == BX_OK &&
        bx_buf_addf(&b->id, "call_%zu_%06llx", b->call,
                    (unsigned long long)(bx_now_ns() & 0xFFFFFF)) != BX_OK)
        a->fail = b->id.fail;
}

static void begin_call(bx_answer *a, bx_answer_block *b)
{
    if (b->begun || a->fail != BX_OK)
        return;
    need_id(a, b);
    b->begun = true;
    const bx_llm_event ev = {
        .kind = BX_LLM_EV_TOOL_BEGIN,
        .index = b->call,
        .id = bx_buf_str(&b->id),
        .name = bx_buf_str(&b->name),
    };
    emit(a, &ev);
    if (b->text.n) { /* arguments that came before the name */
        const bx_llm_event more = {
            .kind = BX_LLM_EV_TOOL_DELTA,
            .index = b->call,
            .text = bx_buf_str(&b->text),
        };
        emit(a, &more);
    }
}

void bx_answer_text(bx_answer *a, size_t i, bx_str piece)
{
    if (i == BX_ANSWER_NONE || piece.n == 0 || a->fail != BX_OK)
        return;
    bx_answer_block *b = &a->blocks[i];
    BX_AUTO_BUF joined = bx_buf_init(4 * (size_t)BX_LLM_MAX_TEXT);
    if (a->mended || b->high) {
        bx_wire_join(&b->high, piece, &joined);
        piece = bx_buf_str(&joined);
        if (!bx_answer_holds(a, &joined) || piece.n == 0)
            return;
    }
    note_time(a);
    keep(a, &b->text, piece);
    bx_llm_event ev = {.text = piece, .index = b->call};
    if (b->kind == BX_LLM_TEXT)
        ev.kind = BX_LLM_EV_TEXT;
    else if (b->kind == BX_LLM_THINKING)
        ev.kind = BX_LLM_EV_THINKING;
    else if (b->kind == BX_LLM_TOOL_CALL && b->begun)
        ev.kind = BX_LLM_EV_TOOL_DELTA;
    else
        return;
    emit(a, &ev);
}

/* Does another call of this answer have that id?  Some servers give all of them one. */
static bool is_taken(const bx_answer *a, const bx_answer_block *b, bx_str id)
{
    for (size_t k = 0; k < a->n_blocks; k++)
        if (&a->blocks[k] != b && a->blocks[k].kind == BX_LLM_TOOL_CALL &&
            bx_str_eq(bx_buf_str(&a->blocks[k].id), id))
            return true;
    return false;
}

void bx_answer_call(bx_answer *a, size_t i, bx_str id, bx_str name)
{
    if (i == BX_ANSWER_NONE || a->fail != BX_OK)
        return;
    bx_answer_block *b = &a->blocks[i];
    if (b->id.n == 0 && id.n && !is_taken(a, b, id))
        keep(a, &b->id, id);
    if (b->name.n == 0)
        keep(a, &b->name, name);
    if (b->name.n)
        begin_call(a, b);
}

void bx_answer_opaque(bx_answer *a, size_t i, bx_str json)
{
    if (i == BX_ANSWER_NONE || a->fail != BX_OK)
        return;
    bx_buf_clear(&a->blocks[i].opaque);
    keep(a, &a->blocks[i].opaque, json);
}

void bx_answer_close(bx_answer *a, size_t i)
{
    if (i == BX_ANSWER_NONE || a->fail != BX_OK)
        return;
    bx_answer_block *b = &a->blocks[i];
    if (b->high) { /* its other half never came */
        b->high = 0;
        bx_answer_text(a, i, BX_LIT("\xEF\xBF\xBD"));
    }
    if (b->kind != BX_LLM_TOOL_CALL || b->over)
        return;
    begin_call(a, b);
    b->over = true;
    const bx_llm_event ev = {
        .kind = BX_LLM_EV_TOOL_END,
        .index = b->call,
        .id = bx_buf_str(&b->id),
        .name = bx_buf_str(&b->name),
        .text = b->text.n ? bx_buf_str(&b->text) : BX_LIT("{}"),
    };
    emit(a, &ev);
}

void bx_answer_usage(bx_answer *a, const bx_llm_usage *u)
{
    a->usage = *u;
    a->usage.known = bx_llm_usage_total(u) > 0; /* nothing at all is no count */
    if (!a->usage.known)
        return;
    const bx_llm_event ev = {.kind = BX_LLM_EV_USAGE, .usage = a->usage};
    emit(a, &ev);
}

void bx_answer_stop(bx_answer *a, bx_llm_stop stop)
{
    a->stop = stop;
    a->has_stop = true;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* *ret: the arguments as one JSON object, an object that was written as the text of a JSON string
 * taken out of it.  BX_EINVAL: they are none; BX_ENOMEM. */
static bx_code arguments_of(bx_str text, bx_buf *ret)
{
    BX_AUTO(bx_json) bx_json *doc = NULL, *inner = NULL;
    bx_str quoted = BX_LIT("");
    while (text.n && (text.p[0] == ' ' || text.p[0] == '\n' || text.p[0] == '\t'))
        text = bx_str_from(text, 1);
    if (text.n == 0 || bx_str_eq(text, BX_LIT("null")))
        return bx_buf_add_z(ret, "{}");
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, NULL);
    const bx_json_val *root = rc == BX_OK ? bx_json_root(doc) : NULL;
    if (bx_json_str(root, &quoted)) {
        rc = bx_json_parse(quoted, BX_JSON_MAX_DEPTH, &inner, NULL);
        root = rc == BX_OK ? bx_json_root(inner) : NULL;
        text = quoted;
    }
    if (bx_json_type_of(root) != BX_JSON_OBJECT)
        return rc == BX_ENOMEM ? rc : BX_EINVAL;
    return bx_buf_add_str(ret, text);
}

static bool is_empty(const bx_answer_block *b)
{
    return b->text.n == 0 && b->opaque.n == 0 && b->kind != BX_LLM_TOOL_CALL;
}

static bx_code add_block(const bx_answer *a, const bx_answer_block *b, bx_llm_message *m,
                         bx_error *err)
{
    BX_AUTO_BUF arguments = bx_buf_init(2 * (size_t)BX_LLM_MAX_TEXT);
    bx_llm_block block = {
        .kind = b->kind,
        .text = bx_buf_str(&b->text),
        .id = bx_buf_str(&b->id),
        .name = bx_buf_str(&b->name),
        .opaque = bx_buf_str(&b->opaque),
        .protocol = b->opaque.n ? bx_str_of(a->protocol) : BX_LIT(""),
    };
    if (b->kind == BX_LLM_TOOL_CALL) {
        /* Cut off before its first argument, a call looks like one without any. */
        bool cut = a->has_stop && a->stop == BX_LLM_STOP_LENGTH && b->text.n == 0 &&
                   b == &a->blocks[a->n_blocks - 1];
        bx_code rc = arguments_of(block.text, &arguments);
        if (rc != BX_OK && rc != BX_EINVAL)
            return bx_fail(err, rc, "the arguments of a call");
        block.broken = b->name.n == 0 || cut || rc != BX_OK;
        if (rc == BX_OK && !cut)
            block.text = bx_buf_str(&arguments);
    }
    return bx_llm_message_add(m, &block, err);
}

/* What the provider says and what is there: calls are answered whatever they are called ("stop"
 * beside calls), and nobody waits for results of calls that are not there. */
static bx_llm_stop real_stop(const bx_answer *a)
{
    if (!a->has_stop || a->stop == BX_LLM_STOP_END || a->stop == BX_LLM_STOP_TOOLS)
        return a->n_calls ? BX_LLM_STOP_TOOLS : BX_LLM_STOP_END;
    return a->stop;
}

bx_code bx_answer_finish(bx_answer *a, bx_llm_message *ret, bx_llm_stop *stop, bx_error *err)
{
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < a->n_blocks; i++)
        bx_answer_close(a, i);
    for (size_t i = 0; rc == BX_OK && i < a->n_blocks; i++)
        if (!is_empty(&a->blocks[i]))
            rc = add_block(a, &a->blocks[i], &m, err);
    if (rc != BX_OK) {
        bx_llm_message_done(&m);
        return rc;
    }
    *stop = real_stop(a);
    bx_llm_message_done(ret);
    *ret = m;
    return BX_OK;
}
