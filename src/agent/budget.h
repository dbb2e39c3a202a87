/* agent/budget.h - what a run and those below it may still spend: tokens, money, tool calls, model
 * turns.  A tree with one lock: any thread.
 *
 * Nothing is spent that was not reserved before, so limits hold however many runs race for them.
 * A dimension without a limit of its own is that of the budget above. */
#ifndef BX_AGENT_BUDGET_H
#define BX_AGENT_BUDGET_H

#include "os/ctl.h"

typedef enum bx_spend_kind {
    BX_SPEND_TOKENS,
    BX_SPEND_COST,  /* picodollars (llm/llm.h) */
    BX_SPEND_CALLS, /* tool calls */
    BX_SPEND_TURNS, /* requests to a model */
    BX_SPEND_COUNT
} bx_spend_kind;

#define BX_SPEND_UNLIMITED INT64_MAX

typedef struct bx_spend {
    int64_t of[BX_SPEND_COUNT];
} bx_spend;

typedef struct bx_budget bx_budget;

extern const bx_spend bx_spend_unlimited;
const char *bx_spend_name(bx_spend_kind k); /* "tokens" and the like */

/* A root.  Amounts are at least 0. */
BX_NODISCARD bx_code bx_budget_new(const bx_spend *limits, bx_budget **ret, bx_error *err);
/* One below `parent`, which outlives it.  Its limits are set aside there at once, so that what it
 * may spend is there whatever others do: BX_ELIMIT says what is short, and nothing is set aside. */
BX_NODISCARD bx_code bx_budget_child(bx_budget *parent, const bx_spend *limits, bx_budget **ret,
                                     bx_error *err);
/* What was set aside and not spent is its parent's again.  NULL is fine. */
void bx_budget_free(bx_budget *b);
BX_DEFINE_AUTO(bx_budget, bx_budget_free)

/* Before it is spent.  Where it would fit but for what others have reserved, waits until they
 * settle.  BX_ELIMIT names the limit, BX_ECANCELLED and BX_ETIMEOUT are those of `ctl`. */
BX_NODISCARD bx_code bx_budget_reserve(bx_budget *b, const bx_spend *want, const bx_ctl *ctl,
                                       bx_error *err);
/* The same without a wait, for whoever has reserved something already: two of those would wait for
 * each other.  BX_ELIMIT: it does not fit now. */
BX_NODISCARD bx_code bx_budget_reserve_more(bx_budget *b, const bx_spend *want, bx_error *err);
/* What was reserved has become `spent`, once. */
void bx_budget_settle(bx_budget *b, const bx_spend *reserved, const bx_spend *spent);

/* What could be reserved if nothing were outstanding; BX_SPEND_UNLIMITED: nobody limits it. */
int64_t bx_budget_left(bx_budget *b, bx_spend_kind k);
/* What it and those below it have spent. */
bx_spend bx_budget_spent(bx_budget *b);

#endif
