/* The moments of a run at which hooks are asked: what they are told, and what becomes of what they
 * say. */
#include "agent/state.h"

enum {
    MAX_MEMBERS = 80 << 20,
    MAX_RESPONSE = 64 << 10, /* bytes of a result that hooks are told */
    MAX_STOPS = 8,           /* times in a row that an end is put off */
};

bx_hook_verdict bx_hook_verdict_empty(void)
{
    return (bx_hook_verdict){.why = bx_buf_init(BX_HOOK_MAX_WHY),
                             .context = bx_buf_init(BX_HOOK_MAX_CONTEXT + 4),
                             .input = bx_buf_init(BX_LLM_MAX_TEXT),
                             .notes = bx_buf_init(16 << 10)};
}

void bx_hook_verdict_done(bx_hook_verdict *v)
{
    bx_buf *const all[] = {&v->why, &v->context, &v->input, &v->notes};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        bx_buf_done(all[i]);
}

bool bx_agent_wants(const bx_agent *a, bx_hook_event e, bx_str subject)
{
    const bx_agent_hooks *h = a->cfg.hooks;
    return h && h->wants(h->ctx, e, subject);
}

/* ---- asking, and keeping what was said ------------------------------------------------------- */

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

static bx_code say_hook(bx_agent *a, const bx_hook_moment *m, const bx_hook_verdict *v, uint64_t ms,
                        bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "hook");
    put(&s.out, "event", bx_str_of(bx_hook_event_name(m->event)));
    put(&s.out, "subject", m->subject);
    bx_json_out_key(&s.out, BX_LIT("ran"));
    bx_json_out_uint(&s.out, v->ran);
    put(&s.out, "says",
        v->ends     ? BX_LIT("end")
        : v->blocks ? BX_LIT("block")
        : v->asks   ? BX_LIT("ask")
                    : BX_LIT(""));
    const struct {
        const char *key;
        const bx_buf *text;
    } rows[] = {{"why", &v->why}, {"context", &v->context}, {"notes", &v->notes}};
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (rows[i].text->n)
            put(&s.out, rows[i].key, bx_buf_str(rows[i].text));
    }
    if (v->input.n) {
        bx_json_out_key(&s.out, BX_LIT("arguments"));
        bx_json_out_raw(&s.out, bx_buf_str(&v->input));
    }
    bx_json_out_key(&s.out, BX_LIT("ms"));
    bx_json_out_uint(&s.out, ms);
    return bx_agent_say_end(a, &s, err);
}

bx_code bx_agent_moment(bx_agent *a, const bx_hook_moment *about, bx_hook_verdict *ret,
                        bx_error *err)
{
    const bx_agent_hooks *h = a->cfg.hooks;
    bx_hook_moment m = *about;
    uint64_t begin = bx_now_ns();
    m.session = a->cfg.id;
    m.agent = m.agent.n ? m.agent : a->cfg.name;
    bx_code rc = h->run(h->ctx, &m, ret, err);
    if (rc != BX_OK || m.event == BX_HOOK_SESSION_END) /* the last event of a session is its end */
        return rc;
    return say_hook(a, &m, ret, (bx_now_ns() - begin) / 1000000, err);
}

/* The run is to end for what a hook said; tool calls that run beside each other may all say so. */
static void end_for(bx_agent *a, const bx_hook_verdict *v)
{
    (void)pthread_mutex_lock(&a->lock);
    a->status = BX_AGENT_BLOCKED;
    (void)snprintf(a->why, sizeof a->why, "%.*s", (int)(v->why.n < 1000 ? v->why.n : 1000),
                   bx_buf_str(&v->why).p);
    (void)pthread_mutex_unlock(&a->lock);
}

/* Members that are texts; `members` becomes the object. */
static bx_code compose(const char *const *keys, const bx_str *texts, size_t n, bx_buf *members,
                       bx_error *err)
{
    bx_json_out o = bx_json_out_on(members);
    bx_json_out_begin_object(&o);
    for (size_t i = 0; i < n; i++)
        put(&o, keys[i], texts[i]);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

/* ---- sessions and prompts -------------------------------------------------------------------- */

static bool is_top(const bx_agent *a) { return a->cfg.parent.n == 0; }

static void add_context(bx_hook_event e, const bx_buf *said, bx_buf *context)
{
    if (said->n)
        (void)bx_buf_addf(context, "<hook event=\"%s\">\n%.*s\n</hook>\n", bx_hook_event_name(e),
                          BX_FMT(bx_buf_str(said)));
}

bx_code bx_agent_at_start(bx_agent *a, bool resumed, bx_buf *context, bx_error *err)
{
    static const char *const keys[] = {"source", "model"};
    const bx_str source = resumed ? BX_LIT("resume") : BX_LIT("startup");
    const bx_str texts[] = {source, bx_str_of(bx_llm_name(a->cfg.model))};
    bool first = !a->greeted && is_top(a);
    a->greeted = true;
    if (!first || !bx_agent_wants(a, BX_HOOK_SESSION_START, source))
        return BX_OK;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = compose(keys, texts, BX_COUNT(keys), &members, err);
    const bx_hook_moment m = {.event = BX_HOOK_SESSION_START,
                              .subject = source,
                              .members = bx_buf_str(&members),
                              .ctl = a->cfg.ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, &v, err);
    add_context(m.event, &v.context, context);
    if (v.ends || v.blocks)
        end_for(a, &v);
    bx_hook_verdict_done(&v);
    return rc;
}

bx_code bx_agent_at_prompt(bx_agent *a, bx_str prompt, bx_buf *context, bx_error *err)
{
    static const char *const keys[] = {"prompt"};
    if (!is_top(a) || !bx_agent_wants(a, BX_HOOK_PROMPT, BX_LIT("")))
        return BX_OK;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = compose(keys, &prompt, 1, &members, err);
    const bx_hook_moment m = {
        .event = BX_HOOK_PROMPT, .members = bx_buf_str(&members), .ctl = a->cfg.ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, &v, err);
    add_context(m.event, &v.context, context);
    if (v.ends || v.blocks)
        end_for(a, &v);
    bx_hook_verdict_done(&v);
    return rc;
}

void bx_agent_leave(bx_agent *a)
{
    static const char *const keys[] = {"reason"};
    const bx_str reason = bx_str_of(bx_agent_status_name(a->status));
    if (!a->greeted || !is_top(a) || !bx_agent_wants(a, BX_HOOK_SESSION_END, BX_LIT("")))
        return;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = compose(keys, &reason, 1, &members, NULL);
    const bx_hook_moment m = {.event = BX_HOOK_SESSION_END, .members = bx_buf_str(&members)};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, &v, NULL);
    (void)rc; /* it is only told, and nothing comes after it */
    bx_hook_verdict_done(&v);
}

/* ---- the end of a turn ----------------------------------------------------------------------- */

bx_code bx_agent_at_stop(bx_agent *a, bx_buf *ret_why, bx_error *err)
{
    const bx_hook_event e = is_top(a) ? BX_HOOK_STOP : BX_HOOK_SUBAGENT_STOP;
    const bx_str subject = is_top(a) ? BX_LIT("") : a->cfg.name;
    if (!bx_agent_wants(a, e, subject))
        return BX_OK;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_json_out o = bx_json_out_on(&members);
    bx_json_out_begin_object(&o);
    put(&o, "last_assistant_message", bx_buf_str(&a->last));
    bx_json_out_key(&o, BX_LIT("stop_hook_active")); /* it goes on for such a hook's sake */
    bx_json_out_bool(&o, a->stops > 0);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    const bx_hook_moment m = {
        .event = e, .subject = subject, .members = bx_buf_str(&members), .ctl = a->cfg.ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, &v, err);
    if (rc == BX_OK && v.ends)
        end_for(a, &v);
    else if (rc == BX_OK && v.blocks && a->stops++ < MAX_STOPS)
        (void)bx_buf_add_str(ret_why, bx_buf_str(&v.why));
    bx_hook_verdict_done(&v);
    return rc;
}

/* ---- tool calls ------------------------------------------------------------------------------ */

static void put_call(bx_json_out *o, const bx_agent_slot *s)
{
    put(o, "tool_name", s->call->name);
    put(o, "tool_use_id", s->call->id);
    bx_json_out_key(o, BX_LIT("tool_input"));
    bx_json_out_raw(o, s->arguments); /* one JSON object, or the call would not be here */
}

bx_code bx_agent_before_call(bx_agent *a, bx_agent_slot *s, bx_hook_verdict *v, bx_error *err)
{
    if (!bx_agent_wants(a, BX_HOOK_PRE_TOOL, s->call->name))
        return BX_OK;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_json_out o = bx_json_out_on(&members);
    bx_json_out_begin_object(&o);
    put_call(&o, s);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    const bx_hook_moment m = {.event = BX_HOOK_PRE_TOOL,
                              .subject = s->call->name,
                              .members = bx_buf_str(&members),
                              .ctl = a->cfg.ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, v, err);
    if (rc == BX_OK && v->ends) {
        v->blocks = true;
        end_for(a, v);
    }
    if (rc == BX_OK && v->input.n)
        s->arguments = bx_buf_str(&v->input);
    return rc;
}

static void put_response(bx_json_out *o, const bx_llm_block *b)
{
    bx_str text = b->text;
    for (size_t i = 0; i < b->n_parts && text.n == 0; i++)
        text = b->parts[i].kind == BX_LLM_TEXT ? b->parts[i].text : text;
    size_t n = text.n < MAX_RESPONSE ? text.n : MAX_RESPONSE;
    while (n && n < text.n && ((uint8_t)text.p[n] & 0xc0) == 0x80)
        n--;
    bx_json_out_key(o, BX_LIT("tool_response"));
    bx_json_out_begin_object(o);
    put(o, "text", (bx_str){text.p, n});
    bx_json_out_key(o, BX_LIT("is_error"));
    bx_json_out_bool(o, b->is_error);
    bx_json_out_end_object(o);
}

bx_code bx_agent_after_call(bx_agent *a, bx_agent_slot *s, const bx_buf *before, bx_error *err)
{
    const bx_llm_block *b = &s->result.blocks[0];
    const bx_hook_event e = b->is_error ? BX_HOOK_POST_TOOL_FAILURE : BX_HOOK_POST_TOOL;
    BX_AUTO_BUF words = bx_buf_init((size_t)BX_HOOK_MAX_CONTEXT * 4);
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = BX_OK;
    add_context(BX_HOOK_PRE_TOOL, before, &words);
    if (bx_agent_wants(a, e, s->call->name)) {
        bx_json_out o = bx_json_out_on(&members);
        bx_json_out_begin_object(&o);
        put_call(&o, s);
        put_response(&o, b);
        bx_json_out_end_object(&o);
        rc = bx_json_out_end(&o, err);
        const bx_hook_moment m = {.event = e,
                                  .subject = s->call->name,
                                  .members = bx_buf_str(&members),
                                  .ctl = a->cfg.ctl};
        if (rc == BX_OK)
            rc = bx_agent_moment(a, &m, &v, err);
        if (rc == BX_OK && v.ends)
            end_for(a, &v);
        add_context(e, &v.context, &words);
        if (v.blocks)
            add_context(e, &v.why, &words);
    }
    if (rc == BX_OK && words.n)
        rc = bx_agent_result_add(s, bx_buf_str(&words), err);
    bx_hook_verdict_done(&v);
    return rc;
}

/* ---- compaction ------------------------------------------------------------------------------ */

bx_code bx_agent_before_compact(bx_agent *a, bool manual, bool *blocked, bx_buf *focus,
                                bx_error *err)
{
    static const char *const keys[] = {"trigger", "custom_instructions"};
    const bx_str trigger = manual ? BX_LIT("manual") : BX_LIT("auto");
    const bx_str texts[] = {trigger, bx_buf_str(focus)};
    *blocked = false;
    if (!bx_agent_wants(a, BX_HOOK_PRE_COMPACT, trigger))
        return BX_OK;
    BX_AUTO_BUF members = bx_buf_init(MAX_MEMBERS);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = compose(keys, texts, BX_COUNT(keys), &members, err);
    const bx_hook_moment m = {.event = BX_HOOK_PRE_COMPACT,
                              .subject = trigger,
                              .members = bx_buf_str(&members),
                              .ctl = a->cfg.ctl};
    if (rc == BX_OK)
        rc = bx_agent_moment(a, &m, &v, err);
    *blocked = v.blocks || v.ends;
    if (v.context.n)
        (void)bx_buf_addf(focus, "%s%.*s", focus->n ? "; " : "", BX_FMT(bx_buf_str(&v.context)));
    bx_hook_verdict_done(&v);
    return rc;
}
