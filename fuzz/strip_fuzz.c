/* TypeScript with its types blanked out.  Input: a byte (odd: a module) and the source.  Every
 * byte of the output is the source's or belongs to a blank, a `;` or a parenthesis that moved; the
 * lines stay. */
#include <stdlib.h>
#include <string.h>

#include "base/defs.h"
#include "js/strip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_blank(char c)
{
    return c == ' ' || c == ';' || c == '(' || c == ')' || (unsigned char)c >= 0x80;
}

static void check(const char *src, size_t n, const char *out)
{
    for (size_t i = 0; i < n; i++) {
        BX_ASSERT(out[i] == src[i] || is_blank(out[i]));
        BX_ASSERT((out[i] == '\n' || out[i] == '\r') == (src[i] == '\n' || src[i] == '\r'));
    }
    BX_ASSERT(!out[n]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *out = NULL;
    size_t n = 0;
    js_strip_error err = {.msg = ""};
    if (!size)
        return 0;
    const char *src = (const char *)data + 1;
    if (!js_strip_types(src, size - 1, data[0] & 1, &out, &n, &err)) {
        BX_ASSERT(!out && err.msg[0] && err.line && err.column);
        BX_ASSERT(err.start <= err.end && err.end <= size - 1);
        return 0;
    }
    BX_ASSERT(n == size - 1);
    check(src, n, out);
    free(out);
    return 0;
}
