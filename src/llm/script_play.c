/* The model script:FILE: one turn of a script as an answer. */
#include <stdio.h>

#include "llm/internal.h"

enum { MS = 1000000, MAX_MS = 24 * 3600 * 1000, MAX_PIECES = 100000 };

typedef struct play {
    bx_attempt *at;
    const bx_json_val *conversation, *turn;
    uint64_t delta_ms, pieces;
} play;

/* False: the turn must stop; *trouble says why where that is not its ctl. */
static bool pause_ms(play *p, uint64_t ms)
{
    const bx_attempt *at = p->at;
    int ready = 0;
    if (ms == 0)
        return true;
    uint64_t ns = (ms < MAX_MS ? ms : MAX_MS) * MS;
    uint64_t patience = at->answer->first_ns ? bx_stall_ns(at->rq) : bx_first_token_ns(at->rq);
    uint64_t until = bx_now_ns() + (ns < patience ? ns : patience);
    if (bx_ctl_wait(at->ctl, NULL, 0, until, &ready) != BX_STOP_NONE)
        return false;
    return ns <= patience || bx_trouble_timeout(at->trouble, at->answer->first_ns != 0);
}

/* ---- words that stand for others ------------------------------------------------------------- */

static void add_escaped(bx_str s, bool in_json, bx_buf *out)
{
    BX_AUTO_BUF quoted = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_json_out o = bx_json_out_on(&quoted);
    if (!in_json) {
        (void)bx_buf_add_str(out, s);
        return;
    }
    bx_json_out_string(&o, s);
    if (quoted.fail == BX_OK && quoted.n >= 2)
        (void)bx_buf_add(out, quoted.p + 1, quoted.n - 2);
}

static void add_message(const bx_llm_message *m, bool results, bx_buf *out)
{
    for (size_t i = 0; m && i < m->n_blocks; i++) {
        const bx_llm_block *b = &m->blocks[i];
        if (b->kind != (results ? BX_LLM_TOOL_RESULT : BX_LLM_TEXT))
            continue;
        (void)bx_buf_add_str(out, b->text);
        for (size_t k = 0; k < b->n_parts; k++)
            if (b->parts[k].kind == BX_LLM_TEXT)
                (void)bx_buf_add_str(out, b->parts[k].text);
    }
}

static bool word_of(play *p, bx_str name, bx_buf *out)
{
    const bx_llm_request *rq = p->at->rq;
    const bx_llm_transcript *t = rq->transcript;
    const bx_llm_message *last = t->n ? &t->messages[t->n - 1] : NULL;
    if (bx_str_eq(name, BX_LIT("turn")))
        (void)bx_buf_addf(out, "%llu", (unsigned long long)bx_script_turn(rq));
    else if (bx_str_eq(name, BX_LIT("agent")))
        (void)bx_buf_add_str(out, rq->agent);
    else if (bx_str_eq(name, BX_LIT("prompt")))
        add_message(t->n ? &t->messages[0] : NULL, false, out);
    else if (bx_str_eq(name, BX_LIT("last")))
        add_message(last, false, out);
    else if (bx_str_eq(name, BX_LIT("result")))
        add_message(last, true, out);
    else
        return false;
    return true;
}

/* `text` with {{turn}}, {{agent}}, {{prompt}}, {{last}} and {{result}} put in. */
static void expand(play *p, bx_str text, bool in_json, bx_buf *out)
{
    while (text.n) {
        const char *open = memmem(text.p, text.n, "{{", 2);
        size_t before = open ? (size_t)(open - text.p) : text.n;
        bx_str rest = bx_str_from(text, before + 2);
        const char *close = open ? memmem(rest.p, rest.n, "}}", 2) : NULL;
        BX_AUTO_BUF word = bx_buf_init(BX_LLM_MAX_TEXT);
        (void)bx_buf_add(out, text.p, close ? before : text.n);
        if (!close)
            return;
        bx_str name = {rest.p, (size_t)(close - rest.p)};
        if (word_of(p, name, &word)) {
            add_escaped(bx_buf_str(&word), in_json, out);
            text = bx_str_from(rest, name.n + 2);
        } else {
            (void)bx_buf_add_z(out, "{{");
            text = rest;
        }
    }
}

/* ---- playing --------------------------------------------------------------------------------- */

/* In as many pieces as the script wants, characters whole. */
static bool say(play *p, size_t i, bx_str text)
{
    size_t each = p->pieces > 1 ? (text.n + p->pieces - 1) / p->pieces : text.n;
    while (text.n && p->at->answer->fail == BX_OK) {
        size_t n = 0;
        while (n < text.n && n < each) {
            size_t c = bx_utf8_char(bx_str_from(text, n));
            n += c ? c : 1;
        }
        bx_answer_text(p->at->answer, i, (bx_str){text.p, n});
        text = bx_str_from(text, n);
        if (text.n && !pause_ms(p, p->delta_ms))
            return false;
    }
    return p->at->answer->fail == BX_OK;
}

static bool say_field(play *p, const char *key, bx_llm_kind kind)
{
    bx_str text = BX_LIT("");
    BX_AUTO_BUF words = bx_buf_init(BX_LLM_MAX_TEXT);
    if (!bx_json_str(bx_json_get(p->turn, bx_str_of(key)), &text) || text.n == 0)
        return true;
    expand(p, text, false, &words);
    return say(p, bx_answer_open(p->at->answer, kind, -1), bx_buf_str(&words));
}

/* A value that is text is what the model wrote, JSON or not. */
static void arguments_text(play *p, const bx_json_val *v, bx_buf *out)
{
    bx_str raw;
    BX_AUTO_BUF text = bx_buf_init(BX_LLM_MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    if (bx_json_str(v, &raw)) {
        expand(p, raw, true, out);
        return;
    }
    if (!v)
        return;
    bx_json_out_value(&o, v);
    expand(p, bx_buf_str(&text), true, out);
}

static bool play_call(play *p, const bx_json_val *call)
{
    bx_answer *a = p->at->answer;
    bx_str tool = BX_LIT(""), id = BX_LIT("");
    char made[64];
    BX_AUTO_BUF arguments = bx_buf_init(BX_LLM_MAX_TEXT);
    (void)bx_json_str(bx_json_get(call, BX_LIT("tool")), &tool);
    (void)snprintf(made, sizeof made, "call_%llu_%zu",
                   (unsigned long long)bx_script_turn(p->at->rq), a->n_calls + 1);
    if (!bx_json_str(bx_json_get(call, BX_LIT("id")), &id))
        id = bx_str_of(made);
    arguments_text(p, bx_json_get(call, BX_LIT("arguments")), &arguments);
    size_t i = bx_answer_open(a, BX_LLM_TOOL_CALL, -1);
    bx_answer_call(a, i, id, tool);
    if (!say(p, i, bx_buf_str(&arguments)) && a->fail != BX_OK)
        return false;
    bx_answer_close(a, i);
    return a->fail == BX_OK && bx_ctl_check(p->at->ctl) == BX_STOP_NONE;
}

static bool play_calls(play *p)
{
    const bx_json_val *one = bx_json_get(p->turn, BX_LIT("call"));
    if (one && !play_call(p, one))
        return false;
    bx_json_iter it = bx_json_iter_of(bx_json_get(p->turn, BX_LIT("calls")));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        if (!play_call(p, e))
            return false;
    return true;
}

/* A message of a transcript: its blocks as they are. */
static bool play_message(play *p)
{
    bx_answer *a = p->at->answer;
    bx_llm_message m = {.role = BX_LLM_ASSISTANT};
    bx_error why;
    bool ok = true;
    if (bx_llm_message_read(p->turn, &m, &why) != BX_OK)
        return bx_trouble(p->at->trouble, BX_LLM_FAIL_ANSWER, "%s", why.msg);
    for (size_t k = 0; ok && k < m.n_blocks; k++) {
        const bx_llm_block *b = &m.blocks[k];
        size_t i = bx_answer_open(a, b->kind, -1);
        if (b->kind == BX_LLM_TOOL_CALL)
            bx_answer_call(a, i, b->id, b->name);
        ok = say(p, i, b->text);
        bx_answer_opaque(a, i, b->opaque);
        bx_answer_close(a, i);
    }
    bx_llm_message_done(&m);
    return ok && a->fail == BX_OK;
}

/* ---- errors, usage, stop --------------------------------------------------------------------- */

typedef struct word {
    const char *name;
    int value;
    bool again;
} word;

static const word FAILURES[] = {
    {"auth", BX_LLM_FAIL_AUTH, false},       {"quota", BX_LLM_FAIL_QUOTA, false},
    {"rate", BX_LLM_FAIL_RATE, true},        {"server", BX_LLM_FAIL_SERVER, true},
    {"network", BX_LLM_FAIL_NETWORK, true},  {"timeout", BX_LLM_FAIL_TIMEOUT, true},
    {"context", BX_LLM_FAIL_CONTEXT, false}, {"model", BX_LLM_FAIL_MODEL, false},
    {"request", BX_LLM_FAIL_REQUEST, false}, {"answer", BX_LLM_FAIL_ANSWER, false},
};
static const word STOPS[] = {
    {"end", BX_LLM_STOP_END, false},       {"tools", BX_LLM_STOP_TOOLS, false},
    {"length", BX_LLM_STOP_LENGTH, false}, {"window", BX_LLM_STOP_WINDOW, false},
    {"filter", BX_LLM_STOP_FILTER, false}, {"pause", BX_LLM_STOP_PAUSE, false},
};

static const word *find_word(const word *words, size_t n, bx_str name)
{
    for (size_t i = 0; i < n; i++)
        if (bx_str_eq(name, bx_str_of(words[i].name)))
            return &words[i];
    return NULL;
}

bool bx_script_is_stop(bx_str name) { return find_word(STOPS, BX_COUNT(STOPS), name) != NULL; }

bool bx_script_is_failure(bx_str name)
{
    return find_word(FAILURES, BX_COUNT(FAILURES), name) != NULL;
}

static bool ended(bx_attempt *at)
{
    return at->trouble->failure != BX_LLM_FAIL_NONE ? false : bx_trouble_stopped(at);
}

/* The turn's error, unless it is over; true: there is none now. */
static bool no_error(play *p)
{
    const bx_json_val *v = bx_json_get(p->turn, BX_LIT("error"));
    bx_str kind = BX_LIT("server"), message = BX_LIT("the script says so"), before = BX_LIT("");
    uint64_t times = UINT64_MAX, after = 0;
    bx_llm_trouble *t = p->at->trouble;
    (void)bx_json_uint64(bx_json_get(v, BX_LIT("times")), &times);
    if (!v || p->at->number >= times)
        return true;
    (void)bx_json_str(bx_json_get(v, BX_LIT("kind")), &kind);
    (void)bx_json_str(bx_json_get(v, BX_LIT("message")), &message);
    if (bx_json_str(bx_json_get(v, BX_LIT("after_text")), &before) &&
        !say(p, bx_answer_open(p->at->answer, BX_LLM_TEXT, -1), before))
        return ended(p->at);
    const word *w = find_word(FAILURES, BX_COUNT(FAILURES), kind);
    BX_ASSERT(w); /* it was checked when the script was read */
    (void)bx_trouble(t, (bx_llm_failure)w->value, "%.*s", BX_FMT(message));
    t->again = w->again;
    t->has_after = bx_json_uint64(bx_json_get(v, BX_LIT("retry_after_ms")), &after);
    t->after_ns = (after < MAX_MS ? after : MAX_MS) * MS;
    return false;
}

static uint64_t bytes_of(const bx_llm_message *m)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->n_blocks; i++) {
        n += m->blocks[i].text.n + m->blocks[i].name.n;
        for (size_t k = 0; k < m->blocks[i].n_parts; k++)
            n += m->blocks[i].parts[k].text.n;
    }
    return n;
}

/* What the script says; else a token for four bytes. */
static void tell_usage(play *p)
{
    const bx_llm_request *rq = p->at->rq;
    const bx_json_val *v = bx_json_get(p->turn, BX_LIT("usage"));
    bx_llm_usage u = {.known = true};
    uint64_t in = rq->system.n;
    for (size_t i = 0; i < rq->transcript->n; i++)
        in += bytes_of(&rq->transcript->messages[i]);
    u.input = (in + 3) / 4;
    u.output = (p->at->answer->bytes + 3) / 4;
    if (v) {
        u.input = u.output = 0;
        (void)bx_json_uint64(bx_json_get(v, BX_LIT("input")), &u.input);
        (void)bx_json_uint64(bx_json_get(v, BX_LIT("output")), &u.output);
        (void)bx_json_uint64(bx_json_get(v, BX_LIT("cache_read")), &u.cache_read);
        (void)bx_json_uint64(bx_json_get(v, BX_LIT("cache_write")), &u.cache_write);
        (void)bx_json_uint64(bx_json_get(v, BX_LIT("thinking")), &u.thinking);
    }
    bx_answer_usage(p->at->answer, &u);
}

static bool tell_stop(play *p)
{
    bx_str name;
    if (!bx_json_str(bx_json_get(p->turn, BX_LIT("stop")), &name))
        return true;
    const word *w = find_word(STOPS, BX_COUNT(STOPS), name);
    BX_ASSERT(w);
    bx_answer_stop(p->at->answer, (bx_llm_stop)w->value);
    return true;
}

bool bx_script_play(bx_attempt *at)
{
    const bx_script *s = at->m->script;
    play p = {.at = at};
    bool hang = false;
    at->trouble->failure = BX_LLM_FAIL_NONE;
    p.turn = bx_script_select(s, at->rq, &p.conversation);
    if (!p.turn)
        return bx_trouble(at->trouble, BX_LLM_FAIL_ANSWER,
                          "the script has no turn %llu for agent '%.*s'",
                          (unsigned long long)bx_script_turn(at->rq), BX_FMT(at->rq->agent));
    p.delta_ms = bx_script_ms(s, p.conversation, p.turn, "delta_ms");
    p.pieces = bx_script_ms(s, p.conversation, p.turn, "pieces");
    p.pieces = p.pieces < MAX_PIECES ? p.pieces : MAX_PIECES;
    if (!pause_ms(&p, bx_script_ms(s, p.conversation, p.turn, "latency_ms")))
        return ended(at);
    if (!no_error(&p))
        return false;
    bool recorded = bx_json_get(p.turn, BX_LIT("role")) != NULL;
    bool ok = recorded ? play_message(&p)
                       : say_field(&p, "thinking", BX_LLM_THINKING) &&
                             say_field(&p, "text", BX_LLM_TEXT) && play_calls(&p);
    if (ok && bx_json_bool(bx_json_get(p.turn, BX_LIT("hang")), &hang) && hang)
        ok = pause_ms(&p, MAX_MS);
    if (!ok)
        return ended(at);
    at->answer->whole = true;
    tell_usage(&p);
    return tell_stop(&p) && (at->answer->fail == BX_OK || bx_trouble_stopped(at));
}
