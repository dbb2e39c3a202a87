/* llm/prices.h - what tokens cost and how many of them a model takes, as far as it is known: the
 * lists llm/prices.def and llm/windows.def.  What is not known is unknown, never zero.  Pure; any
 * thread. */
#ifndef BX_LLM_PRICES_H
#define BX_LLM_PRICES_H

#include "llm/llm.h"

typedef struct bx_price { /* picodollars per token */
    uint64_t input, output, cache_read, cache_write;
} bx_price;

/* The price of `model` at `provider`.  A row names a model or, with a star at its end, what model
 * names begin with; the longest that fits counts.  False: there is none. */
bool bx_price_find(bx_str provider, bx_str model, bx_price *ret);

/* Tokens of the context window, found in the same way; 0: not known. */
uint64_t bx_window_find(bx_str provider, bx_str model);

/* Saturates at UINT64_MAX. */
uint64_t bx_price_of(const bx_price *p, const bx_llm_usage *u);

/* Dollars per million tokens as picodollars per token; false: negative, or too much. */
bool bx_price_from_dollars(double per_million, uint64_t *ret);

#endif
