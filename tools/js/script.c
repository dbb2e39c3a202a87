#include "js/script.h"

#include <stdint.h>

#include "codec/wasm_embed.h"

/* Found in the module by its mark, and filled in (codec/wasm_embed.h).  Not zero before, so that
 * all of it is in one piece of the module's data; volatile, since nothing that the compiler sees
 * changes it. */
static const volatile struct {
    char mark[sizeof BX_WASM_EMBED_MARK];
    uint32_t address, length;
} script = {BX_WASM_EMBED_MARK, UINT32_MAX, UINT32_MAX};

bool js_script(const char **ret, size_t *ret_n)
{
    if (script.mark[0] != 'b' || script.length == UINT32_MAX)
        return false;
    *ret = (const char *)(uintptr_t)script.address;
    *ret_n = script.length;
    return true;
}
