/* Making a long transcript short: what is old becomes a summary, which the model itself writes. */
#include "agent/state.h"

enum {
    KEEP_MESSAGES = 6, /* of the end, at least */
    MIN_NEWS = 8,      /* messages between two compactions */
    MAX_PROMPTS = 16 << 10,
    MAX_SUMMARY = 256 << 10,
    SUMMARY_OUTPUT = 4096, /* tokens */
};

/* ---- where to cut ---------------------------------------------------------------------------- */

/* A result must not lose its call, so what is kept begins with the model or with a person. */
static bool may_begin(const bx_llm_message *m)
{
    return m->role == BX_LLM_ASSISTANT || (m->n_blocks && m->blocks[0].kind != BX_LLM_TOOL_RESULT);
}

static size_t cut_of(const bx_agent *a)
{
    size_t cut = a->said.n > KEEP_MESSAGES ? a->said.n - KEEP_MESSAGES : 0;
    while (cut && !may_begin(&a->said.messages[cut]))
        cut--;
    return cut;
}

/* ---- what replaces it ------------------------------------------------------------------------ */

static const char heading[] = "The conversation up to here was shortened. What was asked, the "
                              "newest first:\n";
static const char done_heading[] = "What was done so far:\n";

/* Of the text of a compaction before: what was asked until then. */
static bool asked_before(bx_str text, bx_str *ret)
{
    if (!bx_str_starts(text, bx_str_of(heading)))
        return false;
    bx_str rest = bx_str_from(text, sizeof heading - 1);
    const char *end = memmem(rest.p, rest.n, done_heading, sizeof done_heading - 1);
    *ret = (bx_str){rest.p, end ? (size_t)(end - rest.p) : 0};
    return true;
}

/* What people asked for is kept word for word, the newest first where there is no room for all. */
static void add_prompts(const bx_agent *a, size_t cut, bx_buf *out)
{
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    size_t used = 0;
    for (size_t i = cut; i-- > 0 && used < MAX_PROMPTS;) {
        const bx_llm_message *m = &a->said.messages[i];
        bx_str before;
        if (m->role != BX_LLM_USER || !may_begin(m))
            continue;
        bx_buf_clear(&text);
        bx_llm_message_text(m, &text);
        if (asked_before(bx_buf_str(&text), &before)) {
            (void)bx_buf_add(out, before.p, before.n < MAX_PROMPTS ? before.n : MAX_PROMPTS);
            return; /* there is nothing older */
        }
        size_t n = text.n < MAX_PROMPTS - used ? text.n : MAX_PROMPTS - used;
        (void)bx_buf_addf(out, "<request>\n");
        (void)bx_buf_add(out, bx_buf_str(&text).p, n);
        (void)bx_buf_addf(out, "\n</request>\n");
        used += n;
    }
}

static void compose(bx_agent *a, size_t cut, bx_str summary, bx_buf *out)
{
    (void)bx_buf_add_z(out, heading);
    add_prompts(a, cut, out);
    (void)bx_buf_add_z(out, done_heading);
    (void)bx_buf_add_str(out, summary);
    (void)bx_buf_add_c(out, '\n');
    if (a->cfg.remember)
        a->cfg.remember(a->cfg.remember_ctx, out);
}

static bx_code ask(bx_agent *a, const bx_llm_transcript *old, bx_str focus, bx_buf *summary,
                   bx_error *err)
{
    bx_llm_transcript t = {.n = 0};
    BX_AUTO_BUF words = bx_buf_init(64 << 10);
    (void)bx_buf_addf(&words,
                      "Sum up this conversation for yourself: it is replaced by what you write "
                      "now. Name what was asked, what was decided and why, the files that matter "
                      "and their state, what was tried and failed, and what is still to be "
                      "done.%s%.*s",
                      focus.n ? " Above all: " : "", BX_FMT(focus));
    bx_code rc = bx_llm_transcript_copy(old, &t, err);
    if (rc == BX_OK)
        rc = bx_llm_transcript_say(&t, BX_LLM_USER, bx_buf_str(&words), err);
    if (rc == BX_OK)
        rc = bx_agent_side_turn(a, &t, SUMMARY_OUTPUT, summary, err);
    bx_llm_transcript_done(&t);
    return rc;
}

/* ---- the effect ------------------------------------------------------------------------------ */

bx_code bx_agent_compacted(bx_agent *a, size_t cut, bx_str text, bx_error *err)
{
    bx_llm_transcript t = {.n = 0};
    if (cut > a->said.n)
        return bx_fail(err, BX_EINVAL, "a compaction of %zu messages, where there are %zu", cut,
                       a->said.n);
    bx_code rc = bx_llm_transcript_say(&t, BX_LLM_USER, text, err);
    for (size_t i = cut; i < a->said.n && rc == BX_OK; i++)
        rc = bx_llm_transcript_push(&t, &a->said.messages[i], err);
    bx_llm_transcript_done(&a->said);
    a->said = t;
    a->context = 0;
    a->news = a->system.n + a->schemas.n;
    for (size_t i = 0; i < t.n; i++)
        a->news += bx_agent_message_bytes(&t.messages[i]);
    a->compacted = t.n;
    return rc;
}

static bx_code say_compaction(bx_agent *a, size_t cut, bx_str text, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "compaction");
    bx_json_out_key(&s.out, BX_LIT("messages"));
    bx_json_out_uint(&s.out, cut);
    bx_json_out_key(&s.out, BX_LIT("text"));
    bx_json_out_string(&s.out, text);
    return bx_agent_say_end(a, &s, err);
}

bool bx_agent_may_compact(const bx_agent *a)
{
    return cut_of(a) >= 2 && !(a->compacted && a->said.n < a->compacted + MIN_NEWS);
}

bx_code bx_agent_compact(bx_agent *a, bx_str focus, bool *did, bx_error *err)
{
    BX_AUTO_BUF summary = bx_buf_init(MAX_SUMMARY), text = bx_buf_init((size_t)8 << 20);
    size_t cut = cut_of(a);
    bx_error why = {.msg = ""};
    *did = false;
    if (!bx_agent_may_compact(a))
        return BX_OK;
    const bx_llm_transcript old = {.messages = a->said.messages, .n = cut, .cap = cut};
    bx_code rc = ask(a, &old, focus, &summary, &why);
    if (rc != BX_OK && bx_ctl_check(a->cfg.ctl) != BX_STOP_NONE)
        return bx_fail(err, rc, "%s", why.msg);
    if (rc != BX_OK) { /* without one there is still what was asked and what is kept */
        bx_buf_clear(&summary);
        (void)bx_buf_addf(&summary, "(%zu messages were left out; no summary: %s)", cut, why.msg);
    }
    compose(a, cut, bx_buf_str(&summary), &text);
    rc = bx_buf_check(&text, err);
    if (rc == BX_OK)
        rc = say_compaction(a, cut, bx_buf_str(&text), err);
    if (rc == BX_OK)
        rc = bx_agent_compacted(a, cut, bx_buf_str(&text), err);
    *did = rc == BX_OK;
    return rc;
}

/* ---- between prompts ------------------------------------------------------------------------- */

bx_code bx_agent_shorten(bx_agent *a, bx_str focus, bool *did, bx_error *err)
{
    BX_AUTO_BUF words = bx_buf_init(BX_AGENT_MAX_PROMPT);
    bool blocked = false;
    (void)bx_buf_add_str(&words, focus);
    bx_agent_begin_prompt(a);
    a->compacted = 0; /* whoever asks for it is to get it */
    *did = false;
    bx_code rc = BX_OK;
    if (bx_agent_may_compact(a))
        rc = bx_agent_before_compact(a, true, &blocked, &words, err);
    if (rc == BX_OK && blocked)
        rc = bx_fail(err, BX_EDENIED, "a hook is against it");
    if (rc == BX_OK)
        rc = bx_agent_compact(a, bx_buf_str(&words), did, err);
    a->ended = true;
    return rc;
}

bx_code bx_agent_undo(bx_agent *a, bool *did, bx_error *err)
{
    size_t at = a->said.n;
    *did = false;
    while (at &&
           !(a->said.messages[at - 1].role == BX_LLM_USER && may_begin(&a->said.messages[at - 1])))
        at--;
    if (at == 0 || (at == 1 && a->compacted))
        return BX_OK;
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "undo");
    bx_json_out_key(&s.out, BX_LIT("messages"));
    bx_json_out_uint(&s.out, at - 1);
    bx_code rc = bx_agent_say_end(a, &s, err);
    if (rc == BX_OK)
        rc = bx_agent_undone(a, at - 1, err);
    *did = rc == BX_OK;
    return rc;
}

bx_code bx_agent_undone(bx_agent *a, size_t kept, bx_error *err)
{
    if (kept > a->said.n)
        return bx_fail(err, BX_EINVAL, "an undo to %zu messages, where there are %zu", kept,
                       a->said.n);
    bx_llm_transcript_cut(&a->said, kept, a->said.n);
    a->context = 0;
    a->news = a->system.n + a->schemas.n;
    for (size_t i = 0; i < a->said.n; i++)
        a->news += bx_agent_message_bytes(&a->said.messages[i]);
    bx_buf_clear(&a->last);
    return BX_OK;
}
