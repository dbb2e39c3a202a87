/* A module that is to carry bytes: whatever it is, the answer is a module or an error in words;
 * what the engine's own parser took it takes afterwards too, and the bytes are there. */
#include "codec/wasm_embed.h"
#include "sandbox/module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 1 << 20 };

static bool is_module(bx_str wasm)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    return bx_module_describe_bytes("input", wasm, &text, NULL) == BX_OK;
}

static void embed(bx_str wasm, const bx_wasm_embed *e)
{
    BX_AUTO_BUF out = bx_buf_init(MAX), again = bx_buf_init(MAX);
    bx_error err = {.msg = ""};
    bx_code rc = bx_wasm_embed_in(wasm, e, &out, &err);
    if (rc != BX_OK) {
        BX_ASSERT(out.n == 0 && err.msg[0]);
        return;
    }
    bx_str made = bx_buf_str(&out);
    BX_ASSERT(memmem(made.p, made.n, e->bytes.p, e->bytes.n));
    BX_ASSERT(!is_module(wasm) || is_module(made));
    rc = bx_wasm_embed_in(wasm, e, &again, NULL);
    BX_ASSERT(rc == BX_OK && bx_str_eq(made, bx_buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bx_str wasm = {(const char *)data, size};
    const bx_wasm_embed all = {.mark = BX_LIT("MARK"), .bytes = BX_LIT("carried"), .answer = 52};
    bx_wasm_embed alone = all;
    alone.without = BX_LIT("b");
    embed(wasm, &all);
    embed(wasm, &alone);
    return 0;
}
