/* One turn: attempts, waits between them, and the bill. */
#include <stdarg.h>
#include <stdio.h>

#include "llm/internal.h"
#include "os/random.h"

enum {
    MS = 1000000,
    BACKOFF_MS = 500,
    MAX_BACKOFF_MS = 8000,
    MAX_AFTER_S = 60, /* a provider that asks for more is not waited for */
    DEFAULT_RETRIES = 4,
    MAX_RETRIES = 100,
    FIRST_TOKEN_S = 300,
    STALL_S = 120,
};

bool bx_trouble(bx_llm_trouble *t, bx_llm_failure f, const char *fmt, ...)
{
    va_list ap;
    *t = (bx_llm_trouble){.failure = f};
    va_start(ap, fmt);
    (void)vsnprintf(t->text, sizeof t->text, fmt, ap);
    va_end(ap);
    return false;
}

uint64_t bx_first_token_ns(const bx_llm_request *rq)
{
    return rq->first_token_ns ? rq->first_token_ns : FIRST_TOKEN_S * BX_SEC;
}

uint64_t bx_stall_ns(const bx_llm_request *rq)
{
    return rq->stall_ns ? rq->stall_ns : STALL_S * BX_SEC;
}

bool bx_trouble_timeout(bx_llm_trouble *t, bool begun)
{
    (void)bx_trouble(t, BX_LLM_FAIL_TIMEOUT, "%s",
                     begun ? "the model fell silent in its answer"
                           : "the model did not begin its answer in time");
    t->again = true;
    return false;
}

bool bx_trouble_stopped(bx_attempt *at)
{
    if (at->answer->fail == BX_ELIMIT)
        return bx_trouble(at->trouble, BX_LLM_FAIL_ANSWER, "the answer is too long");
    if (at->answer->fail == BX_ENOMEM)
        return bx_trouble(at->trouble, BX_LLM_FAIL_ANSWER, "out of memory");
    bool late = at->answer->fail == BX_OK && bx_ctl_check(at->ctl) == BX_STOP_DEADLINE;
    return bx_trouble(at->trouble, BX_LLM_FAIL_STOPPED, "%s",
                      late ? "the deadline passed" : "cancelled");
}

static bx_code code_of(const bx_attempt *at)
{
    if (at->answer->fail != BX_OK)
        return at->answer->fail;
    switch (at->trouble->failure) {
    case BX_LLM_FAIL_STOPPED:
        return bx_ctl_check(at->ctl) == BX_STOP_DEADLINE ? BX_ETIMEOUT : BX_ECANCELLED;
    case BX_LLM_FAIL_TIMEOUT:
        return BX_ETIMEOUT;
    case BX_LLM_FAIL_AUTH:
    case BX_LLM_FAIL_QUOTA:
        return BX_EDENIED;
    case BX_LLM_FAIL_CONTEXT:
        return BX_ELIMIT;
    case BX_LLM_FAIL_MODEL:
    case BX_LLM_FAIL_REQUEST:
        return BX_EINVAL;
    default:
        return BX_EIO;
    }
}

/* 0.5 s, doubled each time, at most 8 s, less up to a quarter: clients that were refused together
 * do not come back together. */
static uint64_t backoff(unsigned attempt)
{
    uint64_t ms = attempt < 5 ? (uint64_t)BACKOFF_MS << attempt : MAX_BACKOFF_MS;
    uint32_t dice = 0;
    if (ms > MAX_BACKOFF_MS)
        ms = MAX_BACKOFF_MS;
    if (bx_random_fill(&dice, sizeof dice, NULL) != BX_OK)
        dice = 0;
    return ms * MS - ms * MS / 4 * (dice % 1024) / 1024;
}

static unsigned retries_of(const bx_llm_request *rq)
{
    if (rq->max_retries == BX_LLM_NO_RETRY)
        return 0;
    unsigned n = rq->max_retries ? rq->max_retries : DEFAULT_RETRIES;
    return n < MAX_RETRIES ? n : MAX_RETRIES;
}

/* What the provider says of the attempt is all it took: of one that broke off it is not. */
static bool is_counted(const bx_answer *a)
{
    return a->usage.known ? a->has_stop || a->whole || !a->sent : !a->sent;
}

/* What an attempt took is billed, whatever became of it. */
static void forget(bx_attempt *at)
{
    const bx_llm_usage *u = &at->answer->usage;
    at->lost.known = at->lost.known || u->known;
    at->lost.input += u->input;
    at->lost.cache_read += u->cache_read;
    at->lost.cache_write += u->cache_write;
    at->lost.output += u->output;
    at->lost.thinking += u->thinking;
    at->uncounted = at->uncounted || !is_counted(at->answer);
    bx_answer_reset(at->answer);
}

/* Is there another attempt?  Waits for it; false when there is none, or the turn must stop. */
static bool wait_for_another(bx_attempt *at)
{
    const bx_llm_trouble *t = at->trouble;
    bx_answer *a = at->answer;
    if (!t->again || a->fail != BX_OK || at->number >= retries_of(at->rq) ||
        (a->sent && !at->rq->may_restart))
        return false;
    uint64_t wait = t->has_after ? t->after_ns : backoff(at->number);
    uint64_t now = bx_now_ns();
    if (wait > (uint64_t)MAX_AFTER_S * 1000 * MS || now + wait >= at->ctl->deadline_ns)
        return false;
    const bx_llm_event ev = {
        .kind = a->sent ? BX_LLM_EV_RESTART : BX_LLM_EV_RETRY,
        .text = bx_str_of(t->text),
        .usage = a->usage,
        .wait_ns = wait,
        .attempt = at->number + 1,
    };
    if (a->sink.on && !a->sink.on(a->sink.ctx, &ev)) {
        a->fail = BX_ECANCELLED;
        return bx_trouble_stopped(at);
    }
    int ready = 0;
    if (bx_ctl_wait(at->ctl, NULL, 0, now + wait, &ready) != BX_STOP_NONE)
        return bx_trouble_stopped(at);
    forget(at);
    at->number++;
    return true;
}

static bool attempt(bx_attempt *at)
{
    if (bx_ctl_check(at->ctl) != BX_STOP_NONE)
        return bx_trouble_stopped(at);
    return at->m->script ? bx_script_play(at) : bx_exchange(at);
}

static void fill(bx_attempt *at, uint64_t begin, bx_llm_turn *ret)
{
    const bx_answer *a = at->answer;
    ret->usage = (bx_llm_usage){
        .known = a->usage.known || at->lost.known,
        .input = a->usage.input + at->lost.input,
        .cache_read = a->usage.cache_read + at->lost.cache_read,
        .cache_write = a->usage.cache_write + at->lost.cache_write,
        .output = a->usage.output + at->lost.output,
        .thinking = a->usage.thinking + at->lost.thinking,
    };
    ret->attempts = at->number + 1;
    ret->failure = at->trouble->failure;
    ret->first_token_ns = a->first_ns ? a->first_ns - begin : 0;
    ret->total_ns = bx_now_ns() - begin;
    memcpy(ret->request_id, a->request_id, sizeof ret->request_id);
    ret->counted = ret->usage.known && is_counted(a) && !at->uncounted;
    ret->has_cost = ret->counted && bx_llm_cost(at->m, &ret->usage, &ret->cost);
}

/* The attempt went well; did the making of the message, and the sink to its end? */
static bx_code settle(bx_attempt *at, bx_code made, const bx_error *why)
{
    *at->trouble = (bx_llm_trouble){.failure = BX_LLM_FAIL_NONE};
    if (at->answer->fail != BX_OK) {
        (void)bx_trouble_stopped(at);
        return at->answer->fail;
    }
    if (made != BX_OK)
        (void)bx_trouble(at->trouble, BX_LLM_FAIL_ANSWER, "%s", why->msg);
    return made;
}

bx_code bx_llm_take_turn(bx_llm *m, const bx_llm_request *rq, bx_llm_sink sink, bx_llm_turn *ret,
                         bx_error *err)
{
    const bx_ctl none = bx_ctl_init(UINT64_MAX);
    bx_answer a = {.sink = sink, .protocol = bx_llm_name(m)};
    bx_llm_trouble trouble = {.failure = BX_LLM_FAIL_NONE};
    BX_AUTO_BUF body = bx_buf_init(BX_LLM_MAX_REQUEST);
    bx_attempt at = {
        .m = m,
        .rq = rq,
        .ctl = rq->ctl ? rq->ctl : &none,
        .answer = &a,
        .body = &body,
        .trouble = &trouble,
    };
    uint64_t begin = bx_now_ns();
    *ret = (bx_llm_turn){.stop = BX_LLM_STOP_END, .message = {.role = BX_LLM_ASSISTANT}};
    bool ok;
    while (!(ok = attempt(&at)) && wait_for_another(&at))
        ;
    bx_code rc = ok ? BX_OK : code_of(&at);
    if (!ok)
        a.sink.on = NULL; /* nothing is said to be whole */
    bx_error why = {.code = BX_OK};
    bx_code made = bx_answer_finish(&a, &ret->message, &ret->stop, &why);
    if (ok)
        rc = settle(&at, made, &why);
    fill(&at, begin, ret);
    bx_answer_done(&a);
    return rc == BX_OK ? BX_OK : bx_fail(err, rc, "%s: %s", bx_llm_name(m), trouble.text);
}

void bx_llm_turn_done(bx_llm_turn *t) { bx_llm_message_done(&t->message); }

uint64_t bx_llm_window(const bx_llm *m) { return m->window; }

bool bx_llm_cost(const bx_llm *m, const bx_llm_usage *u, uint64_t *ret_picodollars)
{
    if (!m->has_price)
        return false;
    *ret_picodollars = bx_price_of(&m->price, u);
    return true;
}

bool bx_llm_cost_bound(const bx_llm *m, uint64_t input, uint64_t output, uint64_t *ret_picodollars)
{
    const bx_price *p = &m->price;
    bx_llm_usage u = {.known = true, .output = output};
    uint64_t *dearest = p->cache_write > p->input ? &u.cache_write : &u.input;
    *dearest = input;
    return bx_llm_cost(m, &u, ret_picodollars);
}
