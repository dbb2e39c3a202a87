/* POSIX regular expressions: a pattern and a text; what is told of a match has to be consistent.
 * Input: options, the pattern up to a NUL, the text. */
#include "regex/posix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bx_posix *x, const uint8_t *p, size_t n)
{
    bx_span g[10];
    size_t from = 0;
    for (int i = 0; i < 20 && from <= n; i++) {
        bx_hit hit = bx_posix_find(x, p, n, from, g, 10), test = bx_posix_test(x, p, n, from);
        BX_ASSERT(hit == test || hit == BX_HIT_GAVE_UP || test == BX_HIT_GAVE_UP);
        if (hit != BX_HIT)
            return;
        BX_ASSERT(g[0].from >= from && g[0].from <= g[0].to && g[0].to <= n);
        for (int k = 1; k < 10; k++)
            BX_ASSERT(g[k].from == SIZE_MAX || (g[k].from <= g[k].to && g[k].to <= n));
        bx_span alone;
        BX_ASSERT(bx_posix_find(x, p, n, from, &alone, 1) == BX_HIT);
        BX_ASSERT(alone.from == g[0].from && alone.to == g[0].to);
        from = g[0].to > from ? g[0].to : from + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 2000)
        return 0;
    const uint8_t *end = memchr(data + 1, 0, size - 1);
    size_t n = end ? (size_t)(end - data) - 1 : size - 1;
    bx_posix_options o = {.extended = data[0] & 1,
                          .lenient = data[0] & 2,
                          .awk = (data[0] & 7) == 7,
                          .fold = data[0] & 8,
                          .multiline = data[0] & 16,
                          .word = data[0] & 32,
                          .alternatives = data[0] & 64,
                          .captures = true};
    bx_posix *x;
    bx_error err = {.code = BX_OK};
    if (bx_posix_new((bx_str){(const char *)data + 1, n}, &o, &x, &err) != BX_OK) {
        BX_ASSERT(err.code != BX_OK && err.msg[0]);
        return 0;
    }
    if (end)
        check(x, end + 1, size - (size_t)(end + 1 - data));
    bx_posix_free(x);
    return 0;
}
