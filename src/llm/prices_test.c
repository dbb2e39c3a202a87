/* Prices and context windows: what is known, and that the rest is not. */
#include "llm/prices.h"

#include "base/test.h"

static void prices(void)
{
    const bx_llm_usage u = {.known = true,
                            .input = 1000000,
                            .output = 1000000,
                            .cache_read = 1000000,
                            .cache_write = 1000000};
    const bx_llm_usage huge = {.known = true, .input = UINT64_MAX, .output = UINT64_MAX};
    bx_price p;
    uint64_t n = 0;
    CHECK(bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-sonnet-4-5-20250929"), &p));
    CHECK(bx_price_of(&p, &u) == 22050000000000); /* 3 + 15 + 0.30 + 3.75 dollars */
    CHECK(bx_price_of(&p, &huge) == UINT64_MAX);
    CHECK(bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-opus-5-5"), &p) && p.input == 4000000);
    CHECK(bx_price_find(BX_LIT("openai"), BX_LIT("gpt-5-mini"), &p) && p.input == 250000);
    CHECK(!bx_price_find(BX_LIT("openai"), BX_LIT("gpt-5-minimal"), &p));
    CHECK(!bx_price_find(BX_LIT("openai"), BX_LIT("claude-sonnet-4"), &p));
    CHECK(!bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-opus-5-6"), &p));
    CHECK(!bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-next"), &p));
    CHECK(bx_price_from_dollars(0.0000125, &n) && n == 13);
    CHECK(!bx_price_from_dollars(-1, &n) && !bx_price_from_dollars(1e10, &n));
}

static void windows(void)
{
    CHECK(bx_window_find(BX_LIT("anthropic"), BX_LIT("claude-opus-4-6-20260205")) == 1000000);
    CHECK(bx_window_find(BX_LIT("anthropic"), BX_LIT("claude-opus-4-1")) == 200000);
    CHECK(bx_window_find(BX_LIT("openai"), BX_LIT("gpt-5.4-mini")) == 400000);
    CHECK(bx_window_find(BX_LIT("openai"), BX_LIT("gpt-4")) == 0);
    CHECK(bx_window_find(BX_LIT("ollama"), BX_LIT("gpt-5")) == 0);
}

BXT_MAIN(RUN(prices); RUN(windows);)
