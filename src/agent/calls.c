/* The tool calls of one message of the model. */
#include "agent/state.h"
#include "tool/schema.h"

enum { MAX_WORDS = 64 << 10 };

/* ---- slots ----------------------------------------------------------------------------------- */

void bx_agent_slots_done(bx_agent *a)
{
    for (size_t i = 0; i < a->n_slots; i++)
        bx_llm_message_done(&a->slots[i].result);
    free(a->slots);
    a->slots = NULL;
    a->n_slots = 0;
}

bx_code bx_agent_slots(bx_agent *a, bx_error *err)
{
    bx_agent_slots_done(a);
    const bx_llm_message *m = a->said.n ? &a->said.messages[a->said.n - 1] : NULL;
    size_t n = m && m->role == BX_LLM_ASSISTANT ? bx_llm_message_calls(m) : 0;
    a->slots = bx_calloc(n + 1, sizeof *a->slots);
    if (!a->slots)
        return bx_fail(err, BX_ENOMEM, "calls of a turn");
    for (size_t i = 0; n && i < m->n_blocks; i++) {
        const bx_llm_block *b = &m->blocks[i];
        if (b->kind != BX_LLM_TOOL_CALL)
            continue;
        a->slots[a->n_slots++] = (bx_agent_slot){.call = b,
                                                 .entry = bx_agent_find_tool(a, b->name),
                                                 .arguments = b->text.n ? b->text : BX_LIT("{}"),
                                                 .hash = bx_agent_hash(b->name, b->text)};
    }
    return BX_OK;
}

/* ---- events ---------------------------------------------------------------------------------- */

/* From here on the call counts as begun, whatever becomes of this process. */
static bx_code announce(bx_agent *a, bx_agent_slot *s, bx_error *err)
{
    bx_agent_saying say;
    if (s->seq)
        return BX_OK;
    bx_agent_say_begin(a, &say, "tool_call");
    s->seq = a->seq + 1;
    bx_json_out_key(&say.out, BX_LIT("call"));
    bx_json_out_string(&say.out, s->call->id);
    bx_json_out_key(&say.out, BX_LIT("name"));
    bx_json_out_string(&say.out, s->call->name);
    bx_json_out_key(&say.out, BX_LIT("arguments"));
    bx_json_out_string(&say.out, s->call->text);
    return bx_agent_say_end(a, &say, err);
}

static bx_code say_result(bx_agent *a, bx_agent_slot *s, uint64_t ms, bx_str notes, bx_error *err)
{
    bx_agent_saying say;
    bx_agent_say_begin(a, &say, "tool_result");
    bx_json_out_key(&say.out, BX_LIT("call"));
    bx_json_out_string(&say.out, s->call->id);
    bx_json_out_key(&say.out, BX_LIT("name"));
    bx_json_out_string(&say.out, s->call->name);
    if (s->seq) { /* of its tool_call event */
        bx_json_out_key(&say.out, BX_LIT("call_seq"));
        bx_json_out_uint(&say.out, s->seq);
    }
    bx_agent_put_message(&say.out, &s->result);
    bx_json_out_key(&say.out, BX_LIT("ms"));
    bx_json_out_uint(&say.out, ms);
    if (notes.n) { /* for the operator, not for the model */
        bx_json_out_key(&say.out, BX_LIT("notes"));
        bx_json_out_string(&say.out, notes);
    }
    return bx_agent_say_end(a, &say, err);
}

/* An answer of ours instead of a call. */
static bx_code answer(bx_agent *a, bx_agent_slot *s, bx_str words, bx_error *err)
{
    bx_code rc = bx_agent_result_words(s, true, words, err);
    if (rc == BX_OK)
        rc = say_result(a, s, 0, BX_LIT(""), err);
    s->done = rc == BX_OK;
    return rc;
}

/* ---- calls that are answered instead of run -------------------------------------------------- */

static bx_code answer_unknown(bx_agent *a, bx_agent_slot *s, bx_error *err)
{
    BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
    (void)bx_buf_addf(&words, "there is no tool '%.*s'; there is ", BX_FMT(s->call->name));
    for (size_t i = 0; i < a->n_tools; i++)
        (void)bx_buf_addf(&words, "%s%.*s", i ? ", " : "", BX_FMT(a->tools[i].name));
    (void)bx_buf_add_z(&words, a->n_tools ? "" : "none");
    return answer(a, s, bx_buf_str(&words), err);
}

static unsigned repeats_of(const bx_agent *a) { return a->cfg.repeats ? a->cfg.repeats : 5; }

/* *done: it was answered. */
static bx_code answer_instead(bx_agent *a, bx_agent_slot *s, bool *done, bx_error *err)
{
    BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
    *done = true;
    if (s->again && !(s->entry && s->entry->own && s->entry->own->resumes))
        return answer(a, s,
                      BX_LIT("unknown: the program ended while this call ran. It may have taken "
                             "effect, wholly or in part, and was not run again. Look before you "
                             "repeat it."),
                      err);
    if (s->call->broken)
        return answer(a, s,
                      BX_LIT("the arguments are not one whole JSON object: they were cut off, or "
                             "are no JSON. The call was not run. Send it again, in smaller parts "
                             "if it is long."),
                      err);
    if (!s->entry)
        return answer_unknown(a, s, err);
    unsigned seen = bx_agent_seen(a, s->hash);
    if (seen >= repeats_of(a)) {
        a->refused++;
        (void)bx_buf_addf(&words,
                          "this very call was made %u times with the same result. It was not run "
                          "again: do something else, or say what is missing.",
                          seen);
        return answer(a, s, bx_buf_str(&words), err);
    }
    *done = false;
    return BX_OK;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static bx_code call_own(bx_agent *a, bx_agent_slot *s, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *args = NULL;
    BX_AUTO_BUF words = bx_buf_init((size_t)BX_AGENT_MAX_RESULT * 4);
    const bx_agent_own *own = s->entry->own;
    bx_error broken = {.msg = ""};
    bool is_error = true;
    bx_code rc = bx_json_parse(s->arguments, BX_JSON_MAX_DEPTH, &args, &broken);
    if (rc != BX_OK) {
        (void)bx_buf_addf(&words, "the arguments are no JSON: %s", broken.msg);
    } else if (bx_schema_judge(s->entry->fits, bx_json_root(args), &words) == 0) {
        is_error = false;
        const bx_agent_own_call call = {.id = s->call->id,
                                        .seq = s->seq,
                                        .args = bx_json_root(args),
                                        .again = s->again,
                                        .out = &words,
                                        .is_error = &is_error};
        rc = own->call(own->ctx, a, &call, err);
        if (rc != BX_OK)
            return rc;
    }
    return bx_agent_result_words(s, is_error, bx_buf_str(&words), err);
}

static bx_gate_word word_of(const bx_hook_verdict *v)
{
    return v->blocks ? BX_WORD_DENY : v->asks ? BX_WORD_ASK : BX_WORD_PASS;
}

static bx_code call_tool(bx_agent *a, bx_agent_slot *s, const bx_hook_verdict *said, bx_buf *notes,
                         bx_error *err)
{
    const bx_agent_tools *t = a->cfg.tools;
    char key[BX_AGENT_MAX_ID + 32];
    bx_tool_end end = {.result = NULL};
    bx_error why = {.msg = ""};
    bx_record record;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_record_init(&record);
    /* The model's IDs are not unique; the place of the call in the journal is. */
    (void)snprintf(key, sizeof key, "%.*s:%llu", BX_FMT(a->cfg.id), (unsigned long long)s->seq);
    const bx_agent_call call = {.name = s->call->name,
                                .arguments = s->arguments,
                                .run = a->cfg.grant,
                                .ctl = &ctl,
                                .record = &record,
                                .origin = {.client = BX_LIT("agent"),
                                           .run = a->cfg.id,
                                           .key = bx_str_of(key),
                                           .asker = a->cfg.asker,
                                           .hooks = word_of(said),
                                           .hooks_why = bx_buf_str(&said->why)}};
    bx_code rc = bx_ctl_inherit(&ctl, a->cfg.ctl, err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK && t->call(t->ctx, &call, &end, &why) == BX_OK) {
        bx_agent_changed(a, &record);
        rc = bx_agent_result_of(s, &end, err);
        (void)bx_buf_add_str(notes, bx_buf_str(&end.notes));
    } else if (rc == BX_OK) {
        rc = bx_agent_result_words(s, true, bx_str_of(why.msg), err);
    }
    bx_tool_end_done(&end);
    bx_record_done(&record);
    bx_ctl_done(&ctl);
    return rc;
}

static uint64_t hash_of_result(const bx_agent_slot *s)
{
    const bx_llm_block *b = &s->result.blocks[0];
    uint64_t h = bx_agent_hash(b->text, BX_LIT(""));
    for (size_t i = 0; i < b->n_parts; i++)
        h = h * 31 + bx_agent_hash(b->parts[i].text, BX_LIT(""));
    return h;
}

/* No sandbox, so no funnel: whoever wants a person asked about it gets a no. */
static bx_code refuse_own(bx_agent_slot *s, const bx_hook_verdict *said, bx_error *err)
{
    BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
    (void)bx_buf_addf(&words, "%.*s was denied: %.*s", BX_FMT(s->call->name),
                      BX_FMT(bx_buf_str(&said->why)));
    return bx_agent_result_words(s, true, bx_buf_str(&words), err);
}

/* The call, with its limits taken and its begin kept. */
static bx_code run_slot(bx_agent *a, bx_agent_slot *s, bx_error *err)
{
    BX_AUTO_BUF notes = bx_buf_init(MAX_WORDS);
    uint64_t begin = bx_now_ns();
    bx_hook_verdict said = bx_hook_verdict_empty();
    bx_code rc = bx_agent_before_call(a, s, &said, err);
    (void)bx_buf_add_str(&notes, bx_buf_str(&said.notes));
    if (rc == BX_OK && s->entry->own)
        rc = said.blocks || said.asks ? refuse_own(s, &said, err) : call_own(a, s, err);
    else if (rc == BX_OK)
        rc = call_tool(a, s, &said, &notes, err);
    if (rc == BX_OK) {
        bx_agent_see(a, s->hash, hash_of_result(s));
        rc = bx_agent_after_call(a, s, &said.context, err);
    }
    bx_hook_verdict_done(&said);
    s->arguments = s->call->text;
    if (rc == BX_OK)
        rc = say_result(a, s, (bx_now_ns() - begin) / 1000000, bx_buf_str(&notes), err);
    s->done = rc == BX_OK;
    return rc;
}

/* Before a call: what it takes of the budget, and its begin in the journal. */
static bx_code admit(bx_agent *a, bx_agent_slot *s, bool *ret, bx_error *err)
{
    const bx_spend one = {.of = {[BX_SPEND_CALLS] = 1}};
    bool done = false;
    *ret = false;
    bx_stop stop = bx_ctl_check(a->cfg.ctl);
    if (stop != BX_STOP_NONE)
        return answer(a, s,
                      stop == BX_STOP_DEADLINE ? BX_LIT("not run: the time of the run is over")
                                               : BX_LIT("not run: the run was cancelled"),
                      err);
    bx_code rc = answer_instead(a, s, &done, err);
    if (rc != BX_OK || done)
        return rc;
    bx_error why = {.msg = ""};
    rc = bx_budget_reserve(a->cfg.budget, &one, a->cfg.ctl, &why);
    if (rc != BX_OK) {
        BX_AUTO_BUF words = bx_buf_init(MAX_WORDS);
        (void)bx_buf_addf(&words, "not run: %s", why.msg);
        a->status = rc == BX_ELIMIT ? BX_AGENT_BUDGET : a->status;
        (void)snprintf(a->why, sizeof a->why, "%s", why.msg);
        return answer(a, s, bx_buf_str(&words), err);
    }
    bx_budget_settle(a->cfg.budget, &one, &one);
    a->calls++;
    *ret = true;
    return announce(a, s, err);
}

/* ---- several at once ------------------------------------------------------------------------- */

typedef struct crew {
    bx_agent *a;
    bx_agent_slot **slots;
    size_t n;
    _Atomic size_t next;
} crew;

static void *work(void *arg)
{
    crew *c = arg;
    for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->n;)
        c->slots[i]->rc = run_slot(c->a, c->slots[i], &c->slots[i]->err);
    return NULL;
}

/* The caller's thread is one of the crew; where the system refuses threads, it is all of it. */
static bx_code run_beside(bx_agent *a, bx_agent_slot **slots, size_t n, bx_error *err)
{
    crew c = {.a = a, .slots = slots, .n = n};
    pthread_t threads[BX_AGENT_PARALLEL];
    size_t begun = 0;
    while (begun + 1 < n && begun + 1 < BX_AGENT_PARALLEL &&
           pthread_create(&threads[begun], NULL, work, &c) == 0)
        begun++;
    (void)work(&c);
    for (size_t i = 0; i < begun; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < n; i++) {
        if (slots[i]->rc != BX_OK) {
            *err = slots[i]->err;
            return slots[i]->rc;
        }
    }
    return BX_OK;
}

/* From `from` on the calls that may run beside each other; their number, at least one. */
static size_t group_from(const bx_agent *a, size_t from)
{
    size_t n = 0;
    while (from + n < a->n_slots && a->slots[from + n].entry &&
           bx_agent_entry_reads(a->slots[from + n].entry))
        n++;
    return n ? n : 1;
}

static bx_code run_group(bx_agent *a, size_t from, size_t n, bx_error *err)
{
    BX_AUTOFREE bx_agent_slot **admitted = bx_calloc(n, sizeof *admitted);
    size_t n_admitted = 0;
    if (!admitted)
        return bx_fail(err, BX_ENOMEM, "calls of a turn");
    for (size_t i = from; i < from + n; i++) {
        bool runs = false;
        bx_code rc = a->slots[i].done ? BX_OK : admit(a, &a->slots[i], &runs, err);
        if (rc != BX_OK)
            return rc;
        if (runs)
            admitted[n_admitted++] = &a->slots[i];
    }
    return n_admitted ? run_beside(a, admitted, n_admitted, err) : BX_OK;
}

/* All results of a turn are one message, in the order of the calls: providers want it so. */
bx_code bx_agent_push_results(bx_agent *a, bx_error *err)
{
    bx_llm_message m = {.role = BX_LLM_USER};
    bx_code rc = BX_OK;
    for (size_t i = 0; i < a->n_slots && rc == BX_OK; i++) {
        if (a->slots[i].result.n_blocks)
            rc = bx_llm_message_add(&m, &a->slots[i].result.blocks[0], err);
    }
    a->news += bx_agent_message_bytes(&m);
    if (rc == BX_OK)
        rc = bx_llm_transcript_push(&a->said, &m, err);
    bx_llm_message_done(&m);
    bx_agent_slots_done(a);
    return rc;
}

bx_code bx_agent_calls(bx_agent *a, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < a->n_slots && rc == BX_OK;) {
        size_t n = group_from(a, i);
        rc = run_group(a, i, n, err);
        i += n;
    }
    if (rc == BX_OK)
        rc = bx_agent_push_results(a, err);
    return rc;
}
