/* What a tool answered, as the shell reads it: within the room it was promised, whatever it is. */
#include "base/buf.h"
#include "shell/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *to = malloc(size + 1);
    size_t n = 0;
    bool is_error = false;
    if (!to)
        return 0;
    bool good = sh_result_text((bx_str){(const char *)data, size}, to, &n, &is_error);
    BX_ASSERT(n <= size);
    BX_ASSERT(!good || n == 0 || to[n - 1] == '\n');
    free(to);
    return 0;
}
