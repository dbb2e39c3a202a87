/* table_grow: grow a table without end. */
#include "probe.h"

enum { LIMIT = 1000000, STEP = 1000 }; /* tables=10000 */

static __externref_t table[0];

static int attack(void)
{
    for (size_t size = 0; size < LIMIT; size += STEP)
        if (__builtin_wasm_table_grow(table, __builtin_wasm_ref_null_extern(), STEP) < 0)
            return contained_by("table.grow refused");
    return escaped("grew a table beyond the limit");
}

static int control(void)
{
    return __builtin_wasm_table_grow(table, __builtin_wasm_ref_null_extern(), 1) >= 0
               ? control_ok()
               : control_failed(ENOMEM);
}
