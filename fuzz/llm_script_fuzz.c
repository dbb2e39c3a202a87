/* Scripts that stand for models: whatever text, it is refused in words or plays without waiting. */
#include "llm/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool tell(void *ctx, const bx_llm_event *ev)
{
    unsigned *left = ctx;
    (void)ev;
    return (*left)-- > 0;
}

static void play(bx_script *s, const bx_llm_transcript *t, uint64_t turn)
{
    static char name[] = "script:fuzz";
    unsigned left = 1000;
    bx_llm m = {.name = name, .model = name, .script = s};
    bx_llm_turn end;
    bx_error err = {.msg = ""};
    bx_ctl ctl = bx_ctl_init(bx_now_ns()); /* what waits is over at once */
    const bx_llm_request rq = {.transcript = t, .agent = BX_LIT("exec-1"), .turn = turn};
    bx_llm_request now = rq;
    m.has_price = bx_script_price(s, &m.price);
    bx_code rc = bx_llm_take_turn(&m, &rq, (bx_llm_sink){tell, &left}, &end, &err);
    BX_ASSERT((rc == BX_OK) == (end.failure == BX_LLM_FAIL_NONE));
    bx_llm_turn_done(&end);
    now.ctl = &ctl;
    rc = bx_llm_take_turn(&m, &now, (bx_llm_sink){.on = NULL}, &end, &err);
    BX_ASSERT(rc == BX_ETIMEOUT);
    bx_llm_turn_done(&end);
}

/* Nothing in it asks for time. */
static bool is_quick(bx_str text)
{
    static const char *const SLOW[] = {"_ms", "hang", "error"};
    for (size_t i = 0; i < BX_COUNT(SLOW); i++)
        if (memmem(text.p, text.n, SLOW[i], strlen(SLOW[i])))
            return false;
    return !memchr(text.p, '\\', text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BX_AUTO(bx_script) bx_script *s = NULL;
    bx_error err = {.msg = ""};
    bx_llm_transcript t = {.n = 0};
    bx_str text = {(const char *)data, size};
    if (bx_script_parse(text, &s, &err) != BX_OK) {
        BX_ASSERT(!s && err.msg[0]);
        return 0;
    }
    if (size == 0 || !is_quick(text))
        return 0;
    BX_ASSERT(bx_llm_transcript_say(&t, BX_LLM_USER, BX_LIT("count {{last}}"), NULL) == BX_OK);
    for (uint64_t turn = 0; turn < 4; turn++)
        play(s, &t, turn);
    bx_llm_transcript_done(&t);
    return 0;
}
