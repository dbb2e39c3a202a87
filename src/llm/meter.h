/* llm/meter.h - what models used so far: in all, and by model.  Any thread.
 *
 * A turn whose usage or price is not known adds to `unpriced`, never a zero to the cost: a total
 * with unpriced turns is a lower bound. */
#ifndef BX_LLM_METER_H
#define BX_LLM_METER_H

#include "llm/llm.h"

enum { BX_METER_MODELS = 64 }; /* told apart; further ones are one row, "others" */

typedef struct bx_meter bx_meter;

typedef struct bx_meter_row {
    const char *model;      /* borrowed until the meter is freed; "" for the total */
    uint64_t turns, failed; /* failed are among them */
    uint64_t unpriced;      /* so are these */
    bx_llm_usage usage;     /* known: some turn told it */
    uint64_t cost;          /* picodollars; saturates */
} bx_meter_row;

BX_NODISCARD bx_code bx_meter_new(bx_meter **ret, bx_error *err);
void bx_meter_free(bx_meter *m); /* NULL is fine */
BX_DEFINE_AUTO(bx_meter, bx_meter_free)

/* One turn with `model` (bx_llm_name), ended well or not. */
void bx_meter_add(bx_meter *m, const char *model, const bx_llm_turn *t);
bx_meter_row bx_meter_total(bx_meter *m);
/* By model, from 0, in the order they were first used; false: past the last. */
bool bx_meter_get(bx_meter *m, size_t i, bx_meter_row *ret);

/* {"turns","failed","unpriced","input","cache_read","cache_write","output","thinking",
 * "cost_usd" (null where every turn is unpriced),"models":[{"model", …the same}]} */
void bx_meter_write(bx_meter *m, bx_json_out *o);

#endif
