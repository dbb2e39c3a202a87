#include "js/script.h"

#include <stdint.h>

/* Found in the module by its mark, and filled in (codec/wasm_embed.h).  Not zero before, so that
 * all of it is in one piece of the module's data; volatile, since nothing that the compiler sees
 * changes it. */
static const volatile struct {
    char mark[32];
    uint32_t address, length;
} script = {"boxagnts: the script is here: >>", UINT32_MAX, UINT32_MAX};

bool js_script(const char **ret, size_t *ret_n)
{
    if (script.mark[0] != 'b' || script.length == UINT32_MAX)
        return false;
    *ret = (const char *)(uintptr_t)script.address;
    *ret_n = script.length;
    return true;
}
