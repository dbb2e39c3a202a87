/* A module made into a command: any bytes are refused, or give a module that is one already, with
 * the same code and one function more. */
#include "codec/wasm_command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bx_wasm_command how = {
        .entry = {"run", 3},
        .from = {{"host", 4}, {"call", 4}},
        .to = {{"boxagnts", 8}, {"absent", 6}},
    };
    bx_str wasm = {(const char *)data, size};
    BX_AUTO_BUF out = bx_buf_init(size + 256);
    BX_AUTO_BUF again = bx_buf_init(size + 512);
    bx_error err = {.msg = ""};
    bx_code rc = bx_wasm_as_command(wasm, &how, &out, &err);
    if (rc != BX_OK) {
        BX_ASSERT(err.msg[0] != '\0');
        return 0;
    }
    rc = bx_wasm_as_command(bx_buf_str(&out), &how, &again, &err);
    BX_ASSERT(rc == BX_EINVAL);
    return 0;
}
