/* A pattern and a text, with a NUL between: compiled or refused in words, and matched within the
 * steps that linear time allows. */
#include "codec/regexp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str pattern = {(const char *)data, size};
    const char *end = size ? memchr(pattern.p, '\0', size) : NULL;
    bx_str text = bx_str_from(pattern, end ? (size_t)(end - pattern.p) + 1 : size);
    pattern.n = end ? (size_t)(end - pattern.p) : size;
    BX_AUTO(bx_regexp) bx_regexp *r = NULL;
    bx_error err = {.msg = ""};
    if (text.n > 1000)
        text.n = 1000;
    if (bx_regexp_compile(pattern, &r, &err) != BX_OK) {
        BX_ASSERT(bx_str_starts(bx_str_of(err.msg), BX_LIT("pattern")));
        return 0;
    }
    const uint64_t most =
        (uint64_t)(bx_regexp_size(r) + 1) * (text.n + 2) * (BX_REGEXP_MAX_LOOKS + 1);
    uint64_t steps = most + 1;
    (void)bx_regexp_matches(r, text, &steps);
    BX_ASSERT(steps > 0);
    return 0;
}
