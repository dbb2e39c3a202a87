/* One turn of the model: reserve, ask, settle, keep. */
#include "agent/state.h"

enum {
    MIN_OUTPUT = 256,      /* tokens: less is no answer */
    DEFAULT_OUTPUT = 8192, /* where a budget has to be kept and nothing is said */
    TRIES = 64,
};

/* ---- how long a request is ------------------------------------------------------------------- */

static size_t block_bytes(const bx_llm_block *b)
{
    size_t n = b->text.n + b->id.n + b->name.n + b->opaque.n + 16;
    for (size_t i = 0; i < b->n_parts; i++)
        n += block_bytes(&b->parts[i]);
    return n;
}

size_t bx_agent_message_bytes(const bx_llm_message *m)
{
    size_t n = 16;
    for (size_t i = 0; i < m->n_blocks; i++)
        n += block_bytes(&m->blocks[i]);
    return n;
}

/* A token is two bytes or more in nearly all text, so this is what it can be at most and not what
 * it will be: limits are to hold.  What the provider has counted is known. */
size_t bx_agent_context(const bx_agent *a) { return a->context + a->news / 2; }

/* ---- what it may cost ------------------------------------------------------------------------ */

static bx_code too_dear(const bx_agent *a, bx_error *err)
{
    return bx_fail(err, BX_ELIMIT,
                   "budget: the price of %s is not known, so a limit on money cannot be kept",
                   bx_llm_name(a->cfg.model));
}

/* Tokens of output that the money left pays for, at most `most`. */
static bx_code affordable(const bx_agent *a, uint64_t input, uint64_t most, uint64_t *ret,
                          bx_error *err)
{
    int64_t left = bx_budget_left(a->cfg.budget, BX_SPEND_COST);
    uint64_t none = 0, all = 0;
    *ret = most;
    if (left == BX_SPEND_UNLIMITED)
        return BX_OK;
    if (!bx_llm_cost_bound(a->cfg.model, input, 0, &none) ||
        !bx_llm_cost_bound(a->cfg.model, input, most, &all))
        return too_dear(a, err);
    if (all <= (uint64_t)left || all == none)
        return BX_OK;
    if (none >= (uint64_t)left)
        *ret = 0;
    else
        *ret = (uint64_t)((double)((uint64_t)left - none) / (double)(all - none) * (double)most);
    return BX_OK;
}

/* What to ask for of output (0: as much as the model likes), and the reservation that covers it. */
static bx_code plan(const bx_agent *a, uint64_t asked, uint64_t *ret_output, bx_spend *ret,
                    bx_error *err)
{
    uint64_t input = bx_agent_context(a), cost = 0;
    int64_t left = bx_budget_left(a->cfg.budget, BX_SPEND_TOKENS);
    bool tokens = left != BX_SPEND_UNLIMITED;
    bool money = bx_budget_left(a->cfg.budget, BX_SPEND_COST) != BX_SPEND_UNLIMITED;
    uint64_t output = asked ? asked : DEFAULT_OUTPUT;
    *ret = (bx_spend){.of = {[BX_SPEND_TURNS] = 1}};
    *ret_output = asked;
    if (!tokens && !money)
        return BX_OK;
    if (tokens && (uint64_t)left < input + output)
        output = (uint64_t)left > input ? (uint64_t)left - input : 0;
    bx_code rc = affordable(a, input, output, &output, err);
    if (rc != BX_OK)
        return rc;
    if (output < MIN_OUTPUT) /* asking for it says what is short */
        output = MIN_OUTPUT;
    if (money && !bx_llm_cost_bound(a->cfg.model, input, output, &cost))
        return too_dear(a, err);
    ret->of[BX_SPEND_TOKENS] = (int64_t)(input + output);
    ret->of[BX_SPEND_COST] = (int64_t)(cost > INT64_MAX ? INT64_MAX : cost);
    *ret_output = output;
    return BX_OK;
}

/* Others may spend between the look and the reservation: then less is asked for, while an answer
 * still fits. */
static bx_code reserve(const bx_agent *a, uint64_t *ret_output, bx_spend *ret, bx_error *err)
{
    bx_code rc = BX_ELIMIT;
    uint64_t asked = *ret_output ? *ret_output : a->cfg.max_output;
    for (unsigned i = 0; i < TRIES && rc == BX_ELIMIT; i++) {
        bx_spend before = *ret;
        rc = plan(a, asked, ret_output, ret, err);
        if (rc != BX_OK)
            return rc;
        if (i && memcmp(&before, ret, sizeof before) == 0)
            return bx_budget_reserve(a->cfg.budget, ret, a->cfg.ctl, err);
        rc = bx_budget_reserve(a->cfg.budget, ret, a->cfg.ctl, err);
    }
    return rc;
}

/* ---- asking ---------------------------------------------------------------------------------- */

typedef struct asking { /* one turn while it is asked for */
    bx_agent *a;
    bool aside;
    uint64_t output;
    bx_spend one, reserved; /* of each try; of all so far */
    bool is_short;          /* there is no room for another try */
    bx_error why;
} asking;

/* `again`: of a try more of the same turn. */
static bx_code say_request(const asking *x, bool again, bx_error *err)
{
    bx_agent *a = x->a;
    const bx_spend *reserved = &x->one;
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "request");
    bx_json_out_key(&s.out, BX_LIT("turn"));
    bx_json_out_uint(&s.out, a->turns + 1);
    bx_json_out_key(&s.out, BX_LIT("input_at_most"));
    bx_json_out_uint(&s.out, bx_agent_context(a));
    bx_json_out_key(&s.out, BX_LIT("max_output"));
    bx_json_out_uint(&s.out, x->output);
    if (again) {
        bx_json_out_key(&s.out, BX_LIT("again"));
        bx_json_out_bool(&s.out, true);
    }
    bx_json_out_key(&s.out, BX_LIT("reserved_tokens"));
    bx_json_out_int(&s.out, reserved->of[BX_SPEND_TOKENS]);
    bx_json_out_key(&s.out, BX_LIT("reserved_picodollars"));
    bx_json_out_int(&s.out, reserved->of[BX_SPEND_COST]);
    return bx_agent_say_end(a, &s, err);
}

/* A try that broke off may be billed, and so may the next one: that is set aside first. */
static bool may_try_again(asking *x, const bx_llm_event *ev)
{
    if (ev->kind == BX_LLM_EV_RETRY && !ev->usage.known) /* it had come to nothing */
        return true;
    bx_code rc = bx_budget_reserve_more(x->a->cfg.budget, &x->one, &x->why);
    if (rc == BX_OK) {
        for (bx_spend_kind k = 0; k < BX_SPEND_COUNT; k++)
            x->reserved.of[k] += x->one.of[k];
        rc = say_request(x, true, &x->why);
    }
    x->is_short = rc != BX_OK;
    return rc == BX_OK;
}

static bool on_event(void *ctx, const bx_llm_event *ev)
{
    asking *x = ctx;
    const bx_agent *a = x->a;
    const bx_agent_watch *w = &a->cfg.watch;
    bool another = ev->kind == BX_LLM_EV_RETRY || ev->kind == BX_LLM_EV_RESTART;
    if (another && !may_try_again(x, ev))
        return false;
    if (another && w->again)
        w->again(w->ctx, a->cfg.id, ev->text, ev->wait_ns);
    if (!w->delta || x->aside)
        return true;
    if (ev->kind == BX_LLM_EV_TEXT)
        w->delta(w->ctx, a->cfg.id, BX_DELTA_TEXT, ev->text);
    else if (ev->kind == BX_LLM_EV_THINKING)
        w->delta(w->ctx, a->cfg.id, BX_DELTA_THINKING, ev->text);
    else if (ev->kind == BX_LLM_EV_RESTART)
        w->delta(w->ctx, a->cfg.id, BX_DELTA_RESTART, BX_LIT(""));
    return true;
}

static const char *stop_name(bx_llm_stop s)
{
    static const char *const names[] = {
        [BX_LLM_STOP_END] = "end",       [BX_LLM_STOP_TOOLS] = "tools",
        [BX_LLM_STOP_LENGTH] = "length", [BX_LLM_STOP_WINDOW] = "window",
        [BX_LLM_STOP_FILTER] = "filter", [BX_LLM_STOP_PAUSE] = "pause"};
    return s < BX_COUNT(names) ? names[s] : "end";
}

static bx_code say_assistant(bx_agent *a, const bx_llm_turn *t, bool aside, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "assistant");
    bx_agent_put_message(&s.out, &t->message);
    bx_json_out_key(&s.out, BX_LIT("stop"));
    bx_json_out_string(&s.out, bx_str_of(stop_name(t->stop)));
    bx_agent_put_usage(&s.out, &t->usage);
    bx_json_out_key(&s.out, BX_LIT("cost_picodollars"));
    if (t->has_cost)
        bx_json_out_uint(&s.out, t->cost);
    else
        bx_json_out_null(&s.out);
    bx_json_out_key(&s.out, BX_LIT("attempts"));
    bx_json_out_uint(&s.out, t->attempts);
    bx_json_out_key(&s.out, BX_LIT("ms"));
    bx_json_out_uint(&s.out, t->total_ns / 1000000);
    if (!t->counted) {
        bx_json_out_key(&s.out, BX_LIT("uncounted")); /* some of it broke off, or it said nothing */
        bx_json_out_bool(&s.out, true);
    }
    if (aside) {
        bx_json_out_key(&s.out, BX_LIT("aside"));
        bx_json_out_bool(&s.out, true);
    }
    if (t->request_id[0]) {
        bx_json_out_key(&s.out, BX_LIT("request_id"));
        bx_json_out_string(&s.out, bx_str_of(t->request_id));
    }
    return bx_agent_say_end(a, &s, err);
}

void bx_agent_count(bx_agent *a, const bx_llm_usage *u, bool has_cost, uint64_t cost)
{
    a->usage.known = a->usage.known || u->known;
    a->usage.input += u->input;
    a->usage.cache_read += u->cache_read;
    a->usage.cache_write += u->cache_write;
    a->usage.output += u->output;
    a->usage.thinking += u->thinking;
    a->unpriced = a->unpriced || !has_cost;
    a->cost += has_cost ? cost : 0;
}

/* What was spent: what the provider says; where it does not say all, what was set aside. */
static bx_spend spent_of(const bx_llm_turn *t, const bx_spend *reserved)
{
    bx_spend s = *reserved;
    int64_t known = (int64_t)bx_llm_usage_total(&t->usage);
    if (t->counted || known > s.of[BX_SPEND_TOKENS])
        s.of[BX_SPEND_TOKENS] = known;
    if (t->has_cost)
        s.of[BX_SPEND_COST] = (int64_t)t->cost;
    if (t->failure != BX_LLM_FAIL_NONE && !t->usage.known && t->first_token_ns == 0)
        s = (bx_spend){.of = {[BX_SPEND_TURNS] = reserved->of[BX_SPEND_TURNS]}};
    return s;
}

/* A request that came to nothing, and what it took all the same. */
static bx_code say_no_answer(bx_agent *a, const bx_llm_turn *t, const bx_spend *spent,
                             const char *why, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "no_answer");
    bx_json_out_key(&s.out, BX_LIT("why"));
    bx_json_out_string(&s.out, bx_str_of(why));
    bx_json_out_key(&s.out, BX_LIT("attempts"));
    bx_json_out_uint(&s.out, t->attempts);
    bx_agent_put_usage(&s.out, &t->usage);
    bx_json_out_key(&s.out, BX_LIT("spent_tokens"));
    bx_json_out_int(&s.out, spent->of[BX_SPEND_TOKENS]);
    bx_json_out_key(&s.out, BX_LIT("spent_picodollars"));
    bx_json_out_int(&s.out, spent->of[BX_SPEND_COST]);
    return bx_agent_say_end(a, &s, err);
}

static bx_code settle(asking *x, bx_code rc, bx_llm_turn *ret, bx_error *err)
{
    bx_agent *a = x->a;
    const bx_spend spent = spent_of(ret, &x->reserved);
    bx_error other = {.msg = ""};
    a->turns++;
    bx_budget_settle(a->cfg.budget, &x->reserved, &spent);
    bool nothing = rc != BX_OK && !ret->usage.known && ret->first_token_ns == 0;
    bx_agent_count(a, &ret->usage, ret->has_cost || nothing, nothing ? 0 : ret->cost);
    if (rc == BX_OK)
        return say_assistant(a, ret, x->aside, err);
    if (x->is_short)
        rc = bx_fail(err, BX_ELIMIT, "%s, for another try of a request that broke off", x->why.msg);
    bx_code kept = say_no_answer(a, ret, &spent, err->msg, &other);
    return kept == BX_OK ? rc : bx_fail(err, kept, "%s", other.msg);
}

/* Reserve, ask, settle, keep.  `aside`: the answer is no part of what was said. */
static bx_code ask(bx_agent *a, bx_llm_request *rq, bool aside, bx_llm_turn *ret, bx_error *err)
{
    asking x = {.a = a, .aside = aside};
    bx_code rc = reserve(a, &rq->max_tokens, &x.one, err);
    if (rc != BX_OK)
        return rc;
    x.reserved = x.one;
    x.output = rq->max_tokens;
    rc = say_request(&x, false, err);
    if (rc != BX_OK) {
        bx_budget_settle(a->cfg.budget, &x.reserved, &(bx_spend){{0}});
        return rc;
    }
    x.one.of[BX_SPEND_TURNS] = 0; /* tries of one turn are one turn */
    rq->system = bx_buf_str(&a->system);
    rq->tools = a->tools;
    rq->n_tools = a->n_tools;
    rq->cache_key = a->cfg.id;
    rq->agent = a->cfg.name;
    rq->ctl = a->cfg.ctl;
    rq->may_restart = true;
    rc = bx_llm_take_turn(a->cfg.model, rq, (bx_llm_sink){on_event, &x}, ret, err);
    return settle(&x, rc, ret, err);
}

bx_code bx_agent_turn(bx_agent *a, bx_llm_turn *ret, bx_error *err)
{
    bx_llm_request rq = {.transcript = &a->said};
    bx_code rc = ask(a, &rq, false, ret, err);
    if (rc != BX_OK)
        return rc;
    if (ret->usage.known) { /* the whole prompt was counted, the answer too */
        a->context = (size_t)bx_llm_usage_total(&ret->usage);
        a->news = 0;
    } else {
        a->news += bx_agent_message_bytes(&ret->message);
    }
    return bx_llm_transcript_push(&a->said, &ret->message, err);
}

bx_code bx_agent_side_turn(bx_agent *a, const bx_llm_transcript *t, uint64_t max_output,
                           bx_buf *text, bx_error *err)
{
    bx_llm_request rq = {
        .transcript = t, .choice = BX_LLM_NONE, .max_tokens = max_output, .max_retries = 1};
    bx_llm_turn turn = {.attempts = 0};
    bx_code rc = ask(a, &rq, true, &turn, err);
    if (rc == BX_OK)
        bx_llm_message_text(&turn.message, text);
    if (rc == BX_OK && text->n == 0)
        rc = bx_fail(err, BX_EIO, "the model gave no summary");
    bx_llm_turn_done(&turn);
    return rc;
}
