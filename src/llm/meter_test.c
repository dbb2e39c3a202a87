/* Usage and prices: sums, and what is not known. */
#include "llm/meter.h"

#include <stdio.h>

#include "base/test.h"
#include "llm/prices.h"

static void sums_by_model(void)
{
    BX_AUTO(bx_meter) bx_meter *m = NULL;
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    bx_json_out o = bx_json_out_on(&text);
    bx_llm_turn a = {.usage = {true, 10, 20, 30, 40, 5}, .has_cost = true, .cost = 1500000000000};
    bx_llm_turn b = {.usage = {true, 1, 0, 0, 2, 0}};
    bx_llm_turn c = {.failure = BX_LLM_FAIL_AUTH};
    CHECK(bx_meter_new(&m, NULL) == BX_OK);
    bx_meter_add(m, "p/a", &a);
    bx_meter_add(m, "p/b", &b);
    bx_meter_add(m, "p/a", &a);
    bx_meter_add(m, "p/b", &c);
    bx_meter_write(m, &o);
    CHECK(bx_json_out_end(&o, NULL) == BX_OK);
    const char *want =
        "{\"turns\":4,\"failed\":1,\"unpriced\":1,\"input\":21,\"cache_read\":40,"
        "\"cache_write\":60,\"output\":82,\"thinking\":10,\"cost_usd\":3.0,\"models\":[{\"model\":"
        "\"p/a\",\"turns\":2,\"failed\":0,\"unpriced\":0,\"input\":20,\"cache_read\":40,"
        "\"cache_write\":60,\"output\":80,\"thinking\":10,\"cost_usd\":3.0},{\"model\":\"p/b\","
        "\"turns\":2,\"failed\":1,\"unpriced\":1,\"input\":1,\"cache_read\":0,\"cache_write\":0,"
        "\"output\":2,\"thinking\":0,\"cost_usd\":null}]}";
    if (strcmp(text.p, want) != 0)
        printf("# %s\n", text.p);
    CHECK(strcmp(text.p, want) == 0);
}

static void is_bounded(void)
{
    BX_AUTO(bx_meter) bx_meter *m = NULL;
    bx_llm_turn t = {.usage = {true, 1, 0, 0, 0, 0}, .has_cost = true, .cost = UINT64_MAX - 1};
    bx_meter_row r;
    char name[32];
    CHECK(bx_meter_new(&m, NULL) == BX_OK);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "p/%d", i);
        bx_meter_add(m, name, &t);
    }
    CHECK(bx_meter_get(m, BX_METER_MODELS - 1, &r) && strcmp(r.model, "p/63") == 0);
    CHECK(bx_meter_get(m, BX_METER_MODELS, &r) && strcmp(r.model, "others") == 0);
    CHECK(r.turns == 136 && !bx_meter_get(m, BX_METER_MODELS + 1, &r));
    CHECK(bx_meter_total(m).cost == UINT64_MAX && bx_meter_total(m).usage.input == 200);
}

static void knows_some_prices(void)
{
    bx_price p;
    const bx_llm_usage u = {true, 1000000, 1000000, 1000000, 1000000, 0};
    CHECK(bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-sonnet-4-5-20250929"), &p));
    CHECK(bx_price_of(&p, &u) == 22050000000000); /* 3 + 15 + 0.30 + 3.75 dollars */
    CHECK(bx_price_find(BX_LIT("openai"), BX_LIT("gpt-5-mini"), &p) && p.input == 250000);
    CHECK(!bx_price_find(BX_LIT("openai"), BX_LIT("gpt-5-minimal"), &p));
    CHECK(!bx_price_find(BX_LIT("openai"), BX_LIT("claude-sonnet-4"), &p));
    CHECK(!bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-next"), &p));
    const bx_llm_usage huge = {true, UINT64_MAX, 0, 0, 1, 0};
    CHECK(bx_price_of(&p, &huge) == UINT64_MAX);
    uint64_t n;
    CHECK(bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-opus-5-5"), &p) && p.input == 4000000);
    CHECK(!bx_price_find(BX_LIT("anthropic"), BX_LIT("claude-opus-5-6"), &p));
    CHECK(bx_window_find(BX_LIT("anthropic"), BX_LIT("claude-opus-4-6-20260205")) == 1000000);
    CHECK(bx_window_find(BX_LIT("anthropic"), BX_LIT("claude-opus-4-1")) == 200000);
    CHECK(bx_window_find(BX_LIT("openai"), BX_LIT("gpt-5.4-mini")) == 400000);
    CHECK(bx_window_find(BX_LIT("openai"), BX_LIT("gpt-4")) == 0);
    CHECK(bx_window_find(BX_LIT("ollama"), BX_LIT("gpt-5")) == 0);
    CHECK(bx_price_from_dollars(0.0000125, &n) && n == 13);
    CHECK(!bx_price_from_dollars(-1, &n) && !bx_price_from_dollars(1e10, &n));
}

BXT_MAIN(RUN(sums_by_model); RUN(is_bounded); RUN(knows_some_prices);)
