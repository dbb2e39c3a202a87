#include "agent/agent.h"

#include "agent/state.h"

const char *bx_agent_status_name(bx_agent_status s)
{
    static const char *const names[] = {
        [BX_AGENT_DONE] = "done",       [BX_AGENT_LENGTH] = "length",
        [BX_AGENT_REFUSED] = "refused", [BX_AGENT_BUDGET] = "budget",
        [BX_AGENT_REPEATS] = "repeats", [BX_AGENT_DEADLINE] = "deadline",
        [BX_AGENT_BLOCKED] = "blocked", [BX_AGENT_CANCELLED] = "cancelled",
        [BX_AGENT_FAILED] = "failed"};
    BX_ASSERT(s < BX_COUNT(names));
    return names[s];
}

/* ---- making and freeing ---------------------------------------------------------------------- */

bx_code bx_agent_new(const bx_agent_config *cfg, bx_agent **ret, bx_error *err)
{
    BX_AUTO(bx_agent) bx_agent *a = bx_calloc(1, sizeof *a);
    if (!a)
        return bx_fail(err, BX_ENOMEM, "a run");
    a->cfg = *cfg;
    (void)pthread_mutex_init(&a->lock, NULL);
    a->system = bx_buf_init(BX_AGENT_MAX_SYSTEM);
    a->last = bx_buf_init(BX_LLM_MAX_TEXT);
    a->begin_ns = bx_now_ns();
    (void)bx_buf_add_str(&a->system, cfg->system);
    bx_code rc = bx_buf_check(&a->system, err);
    if (rc == BX_OK)
        rc = bx_agent_list_tools(a, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "a run");
    a->news = a->system.n + a->schemas.n;
    for (size_t i = 0; i < a->n_tools; i++)
        a->news += a->tools[i].name.n + a->tools[i].description.n + 32;
    *ret = BX_TAKE(a);
    return BX_OK;
}

void bx_agent_free(bx_agent *a)
{
    if (!a)
        return;
    bx_agent_slots_done(a);
    bx_llm_transcript_done(&a->said);
    for (size_t i = 0; a->entries && i < a->n_tools; i++) {
        bx_schema_free(a->entries[i].fits);
        bx_json_free(a->entries[i].schema);
    }
    free(a->entries);
    free(a->tools);
    for (size_t i = 0; i < a->n_changed; i++)
        free(a->changed[i]);
    free(a->changed);
    bx_buf_done(&a->schemas);
    bx_buf_done(&a->system);
    bx_buf_done(&a->last);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

const bx_agent_config *bx_agent_cfg(const bx_agent *a) { return &a->cfg; }

void bx_agent_set_title(bx_agent *a, bx_str title) { a->cfg.title = title; }

bool bx_agent_is_asked(const bx_agent *a) { return a->said.n > 0; }

void bx_agent_end_done(bx_agent_end *e)
{
    bx_buf_done(&e->text);
    bx_buf_done(&e->changed);
    *e = (bx_agent_end){.status = BX_AGENT_FAILED};
}

bx_agent_time bx_agent_time_before(const bx_agent *a) { return a->spent_before; }

/* ---- begin and end --------------------------------------------------------------------------- */

/* Of this prompt, also in processes before. */
static uint64_t wall_of(const bx_agent *a)
{
    return bx_now_ns() - a->begin_ns + a->spent_before.prompt_ns;
}

/* The first line that says something, as much as fits. */
static void title_of(bx_agent *a, bx_str prompt)
{
    while (prompt.n && strchr(" \n\r\t", prompt.p[0]))
        prompt = bx_str_from(prompt, 1);
    size_t n = 0;
    while (n < prompt.n && prompt.p[n] != '\n' && prompt.p[n] != '\r')
        n++;
    if (n > BX_AGENT_MAX_TITLE)
        for (n = BX_AGENT_MAX_TITLE; n && ((uint8_t)prompt.p[n] & 0xc0) == 0x80;)
            n--;
    memcpy(a->title, prompt.p, n);
    a->title[n] = '\0';
    a->cfg.title = (bx_str){a->title, n};
}

static bx_code say_begin(bx_agent *a, bx_str prompt, bx_error *err)
{
    if (a->cfg.title.n == 0)
        title_of(a, prompt);

    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "begin");
    const struct {
        bx_str key, text;
    } rows[] = {{BX_LIT("parent"), a->cfg.parent},
                {BX_LIT("title"), a->cfg.title},
                {BX_LIT("agent"), a->cfg.name},
                {BX_LIT("model"), bx_str_of(bx_llm_name(a->cfg.model))},
                {BX_LIT("system"), bx_buf_str(&a->system)}};
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_json_out_key(&s.out, rows[i].key);
        bx_json_out_string(&s.out, rows[i].text);
    }
    bx_json_out_key(&s.out, BX_LIT("tools"));
    bx_json_out_begin_array(&s.out);
    for (size_t i = 0; i < a->n_tools; i++)
        bx_json_out_string(&s.out, a->tools[i].name);
    bx_json_out_end_array(&s.out);
    if (a->cfg.facts.n) {
        bx_json_out_key(&s.out, BX_LIT("facts"));
        bx_json_out_raw(&s.out, a->cfg.facts);
    }
    bx_code rc = bx_agent_say_end(a, &s, err);
    a->begun = rc == BX_OK;
    return rc;
}

static bx_code say_end(bx_agent *a, uint64_t wall_ns, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "end");
    bx_json_out_key(&s.out, BX_LIT("status"));
    bx_json_out_string(&s.out, bx_str_of(bx_agent_status_name(a->status)));
    bx_json_out_key(&s.out, BX_LIT("text"));
    bx_json_out_string(&s.out, bx_buf_str(&a->last));
    bx_json_out_key(&s.out, BX_LIT("why"));
    bx_json_out_string(&s.out, bx_str_of(a->why));
    bx_json_out_key(&s.out, BX_LIT("turns"));
    bx_json_out_uint(&s.out, a->turns);
    bx_json_out_key(&s.out, BX_LIT("calls"));
    bx_json_out_uint(&s.out, a->calls);
    bx_agent_put_usage(&s.out, &a->usage);
    bx_json_out_key(&s.out, BX_LIT("cost_picodollars"));
    if (a->unpriced)
        bx_json_out_null(&s.out);
    else
        bx_json_out_uint(&s.out, a->cost);
    bx_json_out_key(&s.out, BX_LIT("wall_ms"));
    bx_json_out_uint(&s.out, wall_ns / 1000000);
    bx_json_out_key(&s.out, BX_LIT("changed"));
    bx_agent_put_changed(a, &s.out);
    return bx_agent_say_end(a, &s, err);
}

static bx_code fill_end(bx_agent *a, bx_agent_end *ret, bx_error *err)
{
    *ret = (bx_agent_end){.status = a->status,
                          .text = bx_buf_init(BX_LLM_MAX_TEXT),
                          .turns = a->turns,
                          .calls = a->calls,
                          .usage = a->usage,
                          .has_cost = !a->unpriced,
                          .cost = a->cost,
                          .wall_ns = wall_of(a),
                          .changed = bx_buf_init(64 << 20)};
    (void)snprintf(ret->why, sizeof ret->why, "%s", a->why);
    (void)bx_buf_add_str(&ret->text, bx_buf_str(&a->last));
    bx_json_out o = bx_json_out_on(&ret->changed);
    bx_agent_put_changed(a, &o);
    bx_code rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&ret->text, err);
    return rc;
}

bool bx_agent_has_ended(const bx_agent *a, bx_agent_end *ret)
{
    return a->ended && fill_end((bx_agent *)a, ret, NULL) == BX_OK;
}

void bx_agent_add_below(bx_agent *a, const bx_agent_end *below)
{
    BX_AUTO(bx_json) bx_json *paths = NULL;
    if (bx_json_parse(bx_buf_str(&below->changed), 2, &paths, NULL) == BX_OK) {
        bx_json_iter it = bx_json_iter_of(bx_json_root(paths));
        bx_str path;
        for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
            if (bx_json_str(v, &path))
                bx_agent_changed_path(a, path);
        }
    }
    (void)pthread_mutex_lock(&a->lock);
    bx_agent_count(a, &below->usage, below->has_cost, below->cost);
    (void)pthread_mutex_unlock(&a->lock);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void stop(bx_agent *a, bx_agent_status s, const char *why)
{
    a->status = s;
    if (why)
        (void)snprintf(a->why, sizeof a->why, "%s", why);
}

/* How the run ends for an error on its way. */
static void stop_for(bx_agent *a, bx_code rc, const bx_error *err)
{
    bx_stop s = bx_ctl_check(a->cfg.ctl);
    if (s == BX_STOP_CANCELLED)
        stop(a, BX_AGENT_CANCELLED, "cancelled");
    else if (s == BX_STOP_DEADLINE)
        stop(a, BX_AGENT_DEADLINE, "the time of the run is over");
    else if (rc == BX_ELIMIT && bx_str_starts(bx_str_of(err->msg), BX_LIT("budget: ")))
        stop(a, BX_AGENT_BUDGET, err->msg);
    else
        stop(a, BX_AGENT_FAILED, err->msg);
}

/* An answer without a word is no message of the transcript. */
static bx_code keep_words(bx_agent *a, bx_error *err)
{
    const bx_llm_message *m = &a->said.messages[a->said.n - 1];
    bx_buf_clear(&a->last);
    if (m->role == BX_LLM_ASSISTANT)
        bx_llm_message_text(m, &a->last);
    return bx_buf_check(&a->last, err);
}

/* After a turn: what the model waits for.  *more: another turn. */
static bx_code act(bx_agent *a, bx_llm_stop how, bool *more, bx_error *err)
{
    bx_code rc = bx_agent_slots(a, err);
    *more = false;
    if (rc != BX_OK)
        return rc;
    if (a->n_slots) { /* whatever the provider calls its end */
        *more = true;
        rc = bx_agent_calls(a, err);
        if (a->refused > 2 * (a->cfg.repeats ? a->cfg.repeats : 5)) {
            stop(a, BX_AGENT_REPEATS, "the same calls were made again and again");
            *more = false;
        }
        if (a->status == BX_AGENT_BUDGET || a->status == BX_AGENT_BLOCKED)
            *more = false;
        return rc;
    }
    switch (how) {
    case BX_LLM_STOP_PAUSE:
        *more = true;
        break;
    case BX_LLM_STOP_LENGTH:
        stop(a, BX_AGENT_LENGTH, "the answer was cut off at its largest length");
        break;
    case BX_LLM_STOP_WINDOW:
        stop(a, BX_AGENT_LENGTH, "the context window of the model is full");
        break;
    case BX_LLM_STOP_FILTER:
        stop(a, BX_AGENT_REFUSED, "the model or its provider refused");
        break;
    default:
        break;
    }
    return BX_OK;
}

static size_t compact_at(const bx_agent *a)
{
    uint64_t window = bx_llm_window(a->cfg.model);
    if (a->cfg.compact_at)
        return a->cfg.compact_at;
    return (window ? window : BX_AGENT_WINDOW) / 4 * 3;
}

/* A turn; where the transcript is too long for the model, once more with a shorter one. */
static bx_code turn(bx_agent *a, bx_llm_turn *t, bx_error *err)
{
    BX_AUTO_BUF focus = bx_buf_init((size_t)BX_HOOK_MAX_CONTEXT * 2);
    bool did = false, blocked = false;
    bx_code rc = BX_OK;
    if (bx_agent_context(a) > compact_at(a) && bx_agent_may_compact(a)) {
        rc = bx_agent_before_compact(a, false, &blocked, &focus, err);
        if (rc == BX_OK && !blocked)
            rc = bx_agent_compact(a, bx_buf_str(&focus), &did, err);
    }
    if (rc == BX_OK)
        rc = bx_agent_turn(a, t, err);
    if (rc == BX_OK || t->failure != BX_LLM_FAIL_CONTEXT || did)
        return rc;
    bx_llm_turn_done(t);
    *t = (bx_llm_turn){.attempts = 0};
    rc = bx_agent_compact(a, BX_LIT(""), &did, err);
    if (rc == BX_OK && !did)
        return bx_fail(err, BX_ELIMIT, "the prompt is too long for the model");
    return rc == BX_OK ? bx_agent_turn(a, t, err) : rc;
}

static bx_code say_prompt(bx_agent *a, bx_str prompt, bx_str context, bx_error *err);

/* The model has said what it had to; a hook may want more. */
static bx_code end_or_go_on(bx_agent *a, bool *more, bx_error *err)
{
    BX_AUTO_BUF why = bx_buf_init(BX_HOOK_MAX_WHY);
    bx_code rc = bx_agent_at_stop(a, &why, err);
    if (rc != BX_OK || why.n == 0)
        return rc;
    *more = true;
    return say_prompt(a, bx_buf_str(&why), BX_LIT(""), err);
}

static bx_code loop(bx_agent *a, bx_error *err)
{
    bool more = true;
    bx_code rc = BX_OK;
    while (more && rc == BX_OK) {
        bx_llm_turn t = {.attempts = 0};
        rc = turn(a, &t, err);
        bx_llm_stop how = t.stop;
        bx_llm_turn_done(&t);
        if (rc == BX_OK)
            rc = keep_words(a, err);
        if (rc == BX_OK)
            rc = act(a, how, &more, err);
        if (rc == BX_OK && !more && a->status == BX_AGENT_DONE)
            rc = end_or_go_on(a, &more, err);
        if (rc == BX_OK && bx_ctl_check(a->cfg.ctl) != BX_STOP_NONE && more)
            rc = bx_fail(err, BX_ECANCELLED, "stopped");
    }
    return rc;
}

/* ---- running --------------------------------------------------------------------------------- */

static bx_code say_prompt(bx_agent *a, bx_str prompt, bx_str context, bx_error *err)
{
    bx_llm_message m = {.role = BX_LLM_USER};
    const bx_llm_block b = {.kind = BX_LLM_TEXT, .text = prompt};
    const bx_llm_block of_hooks = {.kind = BX_LLM_TEXT, .text = context};
    if (prompt.n > BX_AGENT_MAX_PROMPT)
        return bx_fail(err, BX_ELIMIT, "a prompt of more than %d bytes", BX_AGENT_MAX_PROMPT);
    bx_code rc = bx_llm_message_add(&m, &b, err);
    if (rc == BX_OK && context.n)
        rc = bx_llm_message_add(&m, &of_hooks, err);
    if (rc == BX_OK)
        rc = bx_agent_say_user(a, &m, err);
    a->news += bx_agent_message_bytes(&m);
    if (rc == BX_OK)
        rc = bx_llm_transcript_push(&a->said, &m, err);
    bx_llm_message_done(&m);
    return rc;
}

/* A transcript ends with what the model has to answer, or there is nothing to do. */
static bool waits_for_model(const bx_agent *a)
{
    return a->said.n && a->said.messages[a->said.n - 1].role == BX_LLM_USER;
}

/* What is counted is counted for one prompt, be it over several processes. */
void bx_agent_begin_prompt(bx_agent *a)
{
    if (a->ended) {
        a->turns = a->calls = 0;
        a->usage = (bx_llm_usage){.known = false};
        a->unpriced = false;
        a->cost = 0;
        a->begin_ns = bx_now_ns();
        a->spent_before.prompt_ns = 0;
    }
    a->status = BX_AGENT_DONE;
    a->why[0] = '\0';
    a->refused = 0;
    a->stops = 0;
    a->ended = false;
}

/* A prompt, where no hook is against it. */
static bx_code take_prompt(bx_agent *a, bx_str prompt, bool resumed, bx_error *err)
{
    BX_AUTO_BUF context = bx_buf_init((size_t)BX_HOOK_MAX_CONTEXT * 4);
    if (prompt.n) /* the last words are the answer to this one */
        bx_buf_clear(&a->last);
    bx_code rc = bx_agent_at_start(a, resumed, &context, err);
    if (rc == BX_OK && prompt.n && a->status == BX_AGENT_DONE)
        rc = bx_agent_at_prompt(a, prompt, &context, err);
    if (rc == BX_OK && prompt.n && a->status == BX_AGENT_DONE)
        rc = say_prompt(a, prompt, bx_buf_str(&context), err);
    return rc;
}

bx_code bx_agent_run(bx_agent *a, bx_str prompt, bx_agent_end *ret, bx_error *err)
{
    bx_error why = {.msg = ""};
    bool resumed = a->begun;
    bx_code rc = resumed ? BX_OK : say_begin(a, prompt, err);
    if (rc != BX_OK)
        return rc;
    bx_agent_begin_prompt(a);
    if (a->n_slots) /* of a session that was taken up */
        rc = bx_agent_calls(a, &why);
    if (rc == BX_OK)
        rc = take_prompt(a, prompt, resumed, &why);
    if (rc == BX_OK && a->status == BX_AGENT_DONE && waits_for_model(a))
        rc = loop(a, &why);
    if (rc != BX_OK)
        stop_for(a, rc, &why);
    rc = say_end(a, wall_of(a), &why);
    if (rc != BX_OK)
        stop(a, BX_AGENT_FAILED, why.msg);
    a->ended = true;
    return fill_end(a, ret, err);
}
