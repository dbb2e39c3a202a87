#include "llm/prices.h"

typedef struct row {
    const char *provider, *model;
    uint32_t input, output, cache_read, cache_write;
} row;

static const row ROWS[] = {
#define BX_PRICE(provider, model, in, out, read, write) {provider, model, in, out, read, write},
#include "llm/prices.def"
#undef BX_PRICE
};

enum { PICO_PER_ROW = 1000 }; /* a thousandth of a dollar per million tokens, as picodollars each */

/* How much of `model` the row's pattern names; -1: it does not fit. */
static long fits(bx_str pattern, bx_str model)
{
    if (pattern.n && pattern.p[pattern.n - 1] == '*')
        return bx_str_starts(model, (bx_str){pattern.p, pattern.n - 1}) ? (long)pattern.n - 1 : -1;
    return bx_str_eq(pattern, model) ? (long)pattern.n + 1 : -1;
}

bool bx_price_find(bx_str provider, bx_str model, bx_price *ret)
{
    long best = -1;
    for (size_t i = 0; i < BX_COUNT(ROWS); i++) {
        const row *r = &ROWS[i];
        if (!bx_str_eq(provider, bx_str_of(r->provider)))
            continue;
        long n = fits(bx_str_of(r->model), model);
        if (n <= best)
            continue;
        best = n;
        *ret = (bx_price){
            .input = (uint64_t)r->input * PICO_PER_ROW,
            .output = (uint64_t)r->output * PICO_PER_ROW,
            .cache_read = (uint64_t)r->cache_read * PICO_PER_ROW,
            .cache_write = (uint64_t)r->cache_write * PICO_PER_ROW,
        };
    }
    return best >= 0;
}

uint64_t bx_window_find(bx_str provider, bx_str model)
{
    static const struct {
        const char *provider, *model;
        uint64_t tokens;
    } rows[] = {
#define BX_WINDOW(provider, model, tokens) {provider, model, tokens},
#include "llm/windows.def"
#undef BX_WINDOW
    };
    uint64_t tokens = 0;
    long best = -1;
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bool of = bx_str_eq(provider, bx_str_of(rows[i].provider));
        long n = of ? fits(bx_str_of(rows[i].model), model) : -1;
        if (n > best) {
            best = n;
            tokens = rows[i].tokens;
        }
    }
    return tokens;
}

static uint64_t add(uint64_t sum, uint64_t tokens, uint64_t each)
{
    uint64_t cost;
    if (__builtin_mul_overflow(tokens, each, &cost) || __builtin_add_overflow(sum, cost, &sum))
        return UINT64_MAX;
    return sum;
}

uint64_t bx_price_of(const bx_price *p, const bx_llm_usage *u)
{
    uint64_t sum = add(0, u->input, p->input);
    sum = add(sum, u->output, p->output);
    sum = add(sum, u->cache_read, p->cache_read);
    return add(sum, u->cache_write, p->cache_write);
}

bool bx_price_from_dollars(double per_million, uint64_t *ret)
{
    if (!(per_million >= 0 && per_million <= 1e9))
        return false;
    *ret = (uint64_t)(per_million * 1e6 + 0.5);
    return true;
}
