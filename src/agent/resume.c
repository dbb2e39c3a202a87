/* A session taken up from its journal: each event has the effect it had. */
#include "agent/state.h"

typedef struct replay {
    bx_agent *a;
    bx_spend asked;                     /* reserved by a request whose answer was not kept */
    bx_spend settled;                   /* of this prompt */
    bx_spend before;                    /* of those before it */
    uint64_t from_ms, last_ms, wall_ms; /* of this prompt: since when it is being worked on, up to
                                           when; and what was before that */
} replay;

static void add(bx_spend *to, const bx_spend *more)
{
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++)
        to->of[k] += more->of[k];
}

static uint64_t number(const bx_json_val *event, const char *key)
{
    uint64_t n = 0;
    (void)bx_json_uint64(bx_json_get(event, bx_str_of(key)), &n);
    return n;
}

static bx_str text_of(const bx_json_val *event, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(event, bx_str_of(key)), &s);
    return s;
}

static bx_code push_message(bx_agent *a, const bx_json_val *event, bx_error *err)
{
    bx_llm_message m = {.n_blocks = 0};
    bx_code rc = bx_llm_message_read(bx_json_get(event, BX_LIT("message")), &m, err);
    if (rc == BX_OK) {
        a->news += bx_agent_message_bytes(&m);
        rc = bx_llm_transcript_push(&a->said, &m, err);
    }
    bx_llm_message_done(&m);
    return rc;
}

/* ---- events ---------------------------------------------------------------------------------- */

static bx_code on_begin(replay *r, const bx_json_val *event, bx_error *err)
{
    bx_agent *a = r->a;
    bx_str system = text_of(event, "system");
    a->begun = true;
    r->from_ms = number(event, "time");
    a->news -= a->system.n;
    bx_buf_clear(&a->system);
    (void)bx_buf_add_str(&a->system, system);
    a->news += system.n;
    return bx_buf_check(&a->system, err);
}

static bx_code on_user(replay *r, const bx_json_val *event, bx_error *err)
{
    if (r->a->ended) {
        add(&r->before, &r->settled);
        r->settled = (bx_spend){.of = {0}};
        r->wall_ms = 0;
        r->from_ms = number(event, "time");
    }
    bx_agent_begin_prompt(r->a);
    return push_message(r->a, event, err);
}

static bx_code on_request(replay *r, const bx_json_val *event, bx_error *err)
{
    const bx_spend asked = {.of = {[BX_SPEND_TOKENS] = (int64_t)number(event, "reserved_tokens"),
                                   [BX_SPEND_COST] = (int64_t)number(event, "reserved_picodollars"),
                                   [BX_SPEND_TURNS] = 1}};
    (void)err;
    if (bx_json_get(event, BX_LIT("again"))) { /* another try of the same turn */
        add(&r->asked, &asked);
        r->asked.of[BX_SPEND_TURNS] = 1;
        return BX_OK;
    }
    add(&r->settled, &r->asked); /* of a process that did not see the answer */
    r->asked = asked;
    return BX_OK;
}

static bx_llm_usage usage_of(const bx_json_val *event)
{
    const bx_json_val *u = bx_json_get(event, BX_LIT("usage"));
    return (bx_llm_usage){.known = bx_json_type_of(u) == BX_JSON_OBJECT,
                          .input = number(u, "input"),
                          .cache_read = number(u, "cache_read"),
                          .cache_write = number(u, "cache_write"),
                          .output = number(u, "output"),
                          .thinking = number(u, "thinking")};
}

static bx_code on_no_answer(replay *r, const bx_json_val *event, bx_error *err)
{
    const bx_llm_usage usage = usage_of(event);
    const bx_spend spent = {.of = {[BX_SPEND_TOKENS] = (int64_t)number(event, "spent_tokens"),
                                   [BX_SPEND_COST] = (int64_t)number(event, "spent_picodollars"),
                                   [BX_SPEND_TURNS] = 1}};
    (void)err;
    add(&r->settled, &spent);
    r->asked = (bx_spend){.of = {0}};
    r->a->turns++;
    bx_agent_count(r->a, &usage, true, (uint64_t)spent.of[BX_SPEND_COST]);
    return BX_OK;
}

/* Taken up: the time in between was nobody's. */
static bx_code on_resume(replay *r, const bx_json_val *event, bx_error *err)
{
    (void)err;
    if (!r->a->ended && r->last_ms > r->from_ms)
        r->wall_ms += r->last_ms - r->from_ms;
    r->from_ms = number(event, "time");
    return BX_OK;
}

static bx_code on_assistant(replay *r, const bx_json_val *event, bx_error *err)
{
    bx_agent *a = r->a;
    const bx_llm_usage usage = usage_of(event);
    const int64_t known = (int64_t)bx_llm_usage_total(&usage);
    uint64_t cost = 0;
    bool has_cost = bx_json_uint64(bx_json_get(event, BX_LIT("cost_picodollars")), &cost);
    bool counted = usage.known && !bx_json_get(event, BX_LIT("uncounted"));
    bx_spend spent = r->asked;
    if (counted || known > spent.of[BX_SPEND_TOKENS])
        spent.of[BX_SPEND_TOKENS] = known;
    if (has_cost)
        spent.of[BX_SPEND_COST] = (int64_t)cost;
    add(&r->settled, &spent);
    r->asked = (bx_spend){.of = {0}};
    a->turns++;
    bx_agent_count(a, &usage, has_cost, cost);
    if (bx_json_get(event, BX_LIT("aside"))) /* of a compaction: no part of what was said */
        return BX_OK;
    bx_code rc = push_message(a, event, err);
    if (rc == BX_OK && usage.known) {
        a->context = (size_t)bx_llm_usage_total(&usage);
        a->news = 0;
    }
    if (rc == BX_OK && a->said.n && a->said.messages[a->said.n - 1].role == BX_LLM_ASSISTANT) {
        bx_buf_clear(&a->last);
        bx_llm_message_text(&a->said.messages[a->said.n - 1], &a->last);
    }
    return rc == BX_OK ? bx_agent_slots(a, err) : rc;
}

/* The first slot of that call which still waits for such an event: IDs need not be unique. */
static bx_agent_slot *slot_of(bx_agent *a, const bx_json_val *event, bool result)
{
    bx_str id = text_of(event, "call");
    for (size_t i = 0; i < a->n_slots; i++) {
        bx_agent_slot *s = &a->slots[i];
        if (bx_str_eq(s->call->id, id) && (result ? !s->done : !s->seq))
            return s;
    }
    return NULL;
}

static bx_code on_call(replay *r, const bx_json_val *event, bx_error *err)
{
    bx_agent_slot *s = slot_of(r->a, event, false);
    if (!s)
        return bx_fail(err, BX_EINVAL, "a tool_call the model did not make");
    s->seq = number(event, "seq");
    r->a->calls++;
    r->settled.of[BX_SPEND_CALLS]++;
    return BX_OK;
}

static void replay_own(bx_agent *a, const bx_agent_slot *s)
{
    BX_AUTO(bx_json) bx_json *args = NULL;
    (void)a;
    if (s->entry && s->entry->own && s->entry->own->replay && !s->result.blocks[0].is_error &&
        bx_json_parse(s->call->text, BX_JSON_MAX_DEPTH, &args, NULL) == BX_OK)
        s->entry->own->replay(s->entry->own->ctx, bx_json_root(args));
}

static bx_code on_result(replay *r, const bx_json_val *event, bx_error *err)
{
    bx_agent *a = r->a;
    bx_agent_slot *s = slot_of(a, event, true);
    if (!s)
        return bx_fail(err, BX_EINVAL, "a tool_result the model did not wait for");
    bx_llm_message_done(&s->result);
    bx_code rc = bx_llm_message_read(bx_json_get(event, BX_LIT("message")), &s->result, err);
    if (rc == BX_OK && s->result.n_blocks != 1)
        rc = bx_fail(err, BX_EINVAL, "a tool_result of several parts");
    if (rc != BX_OK)
        return rc;
    s->done = true;
    replay_own(a, s);
    for (size_t i = 0; i < a->n_slots; i++) {
        if (!a->slots[i].done)
            return BX_OK;
    }
    return bx_agent_push_results(a, err);
}

static bx_code on_compaction(replay *r, const bx_json_val *event, bx_error *err)
{
    return bx_agent_compacted(r->a, (size_t)number(event, "messages"), text_of(event, "text"), err);
}

static bx_code on_undo(replay *r, const bx_json_val *event, bx_error *err)
{
    return bx_agent_undone(r->a, (size_t)number(event, "messages"), err);
}

static bx_code on_end(replay *r, const bx_json_val *event, bx_error *err)
{
    bx_agent *a = r->a;
    bx_str status = text_of(event, "status"), why = text_of(event, "why"), path;
    a->ended = true;
    a->spent_before.wall_ns += number(event, "wall_ms") * 1000000;
    a->status = BX_AGENT_FAILED;
    for (bx_agent_status s = BX_AGENT_DONE; s <= BX_AGENT_FAILED; s++) {
        if (bx_str_eq(status, bx_str_of(bx_agent_status_name(s))))
            a->status = s;
    }
    (void)snprintf(a->why, sizeof a->why, "%.*s", (int)(why.n < 1000 ? why.n : 1000), why.p);
    bx_json_iter it = bx_json_iter_of(bx_json_get(event, BX_LIT("changed")));
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (bx_json_str(v, &path))
            bx_agent_changed_path(a, path);
    }
    (void)err;
    return BX_OK;
}

/* An executor's end counts as its manager's. */
static bx_code on_executor_end(replay *r, const bx_json_val *event, bx_error *err)
{
    const bx_llm_usage usage = usage_of(event);
    uint64_t cost = 0;
    bool has_cost = bx_json_uint64(bx_json_get(event, BX_LIT("cost_picodollars")), &cost);
    bx_agent_count(r->a, &usage, has_cost, cost);
    r->settled.of[BX_SPEND_TOKENS] += (int64_t)bx_llm_usage_total(&usage);
    r->settled.of[BX_SPEND_COST] += (int64_t)cost;
    r->settled.of[BX_SPEND_TURNS] += (int64_t)number(event, "turns");
    r->settled.of[BX_SPEND_CALLS] += (int64_t)number(event, "calls");
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("result")), BX_LIT("changed")));
    bx_str path;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (bx_json_str(v, &path))
            bx_agent_changed_path(r->a, path);
    }
    (void)err;
    return BX_OK;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bx_code on_line(void *ctx, bx_str line, bx_error *err)
{
    static const struct {
        const char *type;
        bx_code (*on)(replay *r, const bx_json_val *event, bx_error *err);
    } rows[] = {{"begin", on_begin},
                {"user", on_user},
                {"request", on_request},
                {"assistant", on_assistant},
                {"tool_call", on_call},
                {"tool_result", on_result},
                {"compaction", on_compaction},
                {"end", on_end},
                {"undo", on_undo},
                {"executor_end", on_executor_end},
                {"no_answer", on_no_answer},
                {"resume", on_resume}};
    replay *r = ctx;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(line, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *event = bx_json_root(doc);
    if (number(event, "seq") != r->a->seq + 1)
        return bx_fail(err, BX_EINVAL, "event %llu is missing",
                       (unsigned long long)(r->a->seq + 1));
    r->a->seq++;
    bx_str type = text_of(event, "type");
    for (size_t i = 0; i < BX_COUNT(rows) && rc == BX_OK; i++) {
        if (bx_str_eq(type, bx_str_of(rows[i].type))) /* others are for people */
            rc = rows[i].on(r, event, err);
    }
    if (!r->a->ended)
        r->last_ms = number(event, "time");
    return rc;
}

/* What was spent so far: of the prompt that goes on, and of the whole session. */
static void carry(replay *r)
{
    bx_agent *a = r->a;
    bx_spend counts = {.of = {0}};
    if (a->ended)
        add(&r->before, &r->settled);
    /* A request whose answer nobody kept was sent, for all that is known. */
    add(a->ended ? &r->before : &r->settled, &r->asked);
    for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++) {
        counts.of[k] = a->ended ? 0 : r->settled.of[k];
        if (a->cfg.whole & BX_WHOLE(k))
            counts.of[k] += r->before.of[k];
    }
    bx_budget_settle(a->cfg.budget, &(bx_spend){{0}}, &counts);
    if (!a->ended && r->last_ms > r->from_ms)
        r->wall_ms += r->last_ms - r->from_ms;
    a->spent_before.prompt_ns = a->ended ? 0 : r->wall_ms * 1000000;
    a->spent_before.wall_ns += a->spent_before.prompt_ns;
}

bx_code bx_agent_resume(bx_agent *a, bx_error *err)
{
    replay r = {.a = a};
    const bx_journal *j = a->cfg.journal;
    if (!j)
        return bx_fail(err, BX_ENOENT, "no journal to take a session up from");
    bx_code rc = j->each(j->ctx, a->cfg.id, on_line, &r, err);
    if (rc == BX_OK && !a->begun)
        rc = bx_fail(err, BX_ENOENT, "no session '%.*s'", BX_FMT(a->cfg.id));
    if (rc != BX_OK)
        return bx_wrap(rc, err, "session %.*s, event %llu", BX_FMT(a->cfg.id),
                       (unsigned long long)a->seq);
    for (size_t i = 0; i < a->n_slots; i++)
        a->slots[i].again = a->slots[i].seq && !a->slots[i].done;
    carry(&r);
    a->refused = 0;
    if (a->ended)
        return BX_OK;
    bx_agent_saying say; /* from here on it is worked on again */
    bx_agent_say_begin(a, &say, "resume");
    return bx_agent_say_end(a, &say, err);
}
