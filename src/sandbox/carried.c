#include "sandbox/carried.h"

#include "base/limits.h"

/* As the runtime's engine for the default limits (runtime.c), whose settings the code has to match.
 */
static bx_code new_engine(bx_engine **ret, bx_error *err)
{
    const bx_engine_config cfg = {
        .max_wasm_stack = bx_limits_default().stack,
        .memory_max = UINT64_C(4) << 30,
        .table_max = 1,
        .compile_threads = 1,
        .portable = 1,
    };
    bx_eng_error e = {0};
    return bx_from_engine(bx_engine_new(&cfg, ret, &e), &e, err);
}

bx_code bx_carried_compile(bx_str wasm, bx_buf *out, bx_error *err)
{
    bx_wasm_kind kind = bx_wasm_sniff((const uint8_t *)wasm.p, wasm.n);
    bx_engine *engine = NULL;
    bx_eng_bytes code = {0};
    bx_eng_error e = {0};
    if (kind != BX_WASM_CORE && kind != BX_WASM_COMPONENT)
        return bx_fail(err, BX_EINVAL, "not a WebAssembly module");
    bx_code rc = new_engine(&engine, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_from_engine(bx_engine_compile(engine,
                                          kind == BX_WASM_CORE ? BX_CODE_CORE : BX_CODE_COMPONENT,
                                          (const uint8_t *)wasm.p, wasm.n, &code, &e),
                        &e, err);
    if (rc == BX_OK) {
        (void)bx_buf_add(out, code.p, code.n);
        rc = bx_buf_check(out, err);
    }
    bx_eng_bytes_free(code);
    bx_engine_free(engine);
    return rc;
}

bx_code bx_carried_fingerprint(bx_buf *out, bx_error *err)
{
    bx_engine *engine = NULL;
    bx_code rc = new_engine(&engine, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_z(out, bx_engine_fingerprint(engine));
    bx_engine_free(engine);
    return bx_buf_check(out, err);
}
