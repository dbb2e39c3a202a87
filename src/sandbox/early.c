/* What can be refused before a module is compiled: parsing takes milliseconds, compiling minutes.
 */
#include <inttypes.h>

#include "sandbox/internal.h"
#include "wasi/wasi.h"

static bx_code over_memory(const bx_efacts *f, const bx_module_use *use, bx_error *err)
{
    char amount[32];
    bx_size_print(f->memory_bytes, amount);
    *use->end = BX_END_MEMORY;
    return bx_fail(err, BX_ELIMIT, "its memories begin with %s", amount);
}

static bx_code check_core(const bx_efacts *f, const bx_module_use *use, bx_error *err)
{
    if (use->entry && !f->has_entry)
        return bx_fail(
            err, BX_EINVAL,
            "no exported function '%s' without parameters and results: not a WASI command",
            use->entry);
    if (f->memory_bytes > use->limits->memory)
        return over_memory(f, use, err);
    if (f->table_elements > use->limits->tables) {
        *use->end = BX_END_TABLES;
        return bx_fail(err, BX_ELIMIT, "its tables begin with %" PRIu64 " elements",
                       f->table_elements);
    }
    return BX_OK;
}

bx_code bx_early_check(const bx_module *m, bx_str wasm, const bx_module_use *use, bx_error *err)
{
    bx_eng_error e = {0};
    bx_efacts f;
    bx_host_table tables[BX_CORE_TABLES];
    bx_core_tables(tables);
    bx_eng_code rc =
        bx_engine_check((const uint8_t *)wasm.p, wasm.n, tables, BX_CORE_TABLES,
                        bx_runtime_unknown_imports_trap(bx_module_runtime(m)), use->entry, &f, &e);
    if (rc != BX_ENG_OK)
        return bx_from_engine(rc, &e, err);
    if (!use->end)
        return BX_OK; /* no call yet: what it may use is not known */
    if (bx_module_kind(m) == BX_WASM_CORE)
        return check_core(&f, use, err);
    if (use->entry && !f.has_entry)
        return bx_fail(err, BX_EINVAL,
                       "a component without wasi:cli/run; call one of its functions with --invoke "
                       "(inspect lists them)");
    return BX_OK;
}
