#include "lib/find.h"

#ifdef __wasm__
#include <wasm_simd128.h>

static size_t alike(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

/* Places whose first and last byte fit are compared in full.  Where that costs more than the text
 * is long, over and over, the search is left to memmem: returns where it has got to, *ret_found the
 * place. */
__attribute__((target("simd128"))) static size_t find_fast(bx_str t, size_t from, bx_str w,
                                                           size_t *ret_found)
{
    const v128_t first = wasm_i8x16_splat(w.p[0]), last = wasm_i8x16_splat(w.p[w.n - 1]);
    size_t compared = 0, allowed = 4096;
    for (; t.n - from >= w.n + 15; from += 16, allowed += 16) {
        v128_t a = wasm_v128_load(t.p + from), b = wasm_v128_load(t.p + from + w.n - 1);
        uint32_t hits =
            wasm_i8x16_bitmask(wasm_v128_and(wasm_i8x16_eq(a, first), wasm_i8x16_eq(b, last)));
        for (; hits; hits &= hits - 1) {
            size_t at = from + (size_t)__builtin_ctz(hits);
            size_t n = alike(t.p + at, w.p, w.n);
            if (n == w.n) {
                *ret_found = at;
                return at;
            }
            compared += n;
        }
        if (compared > allowed)
            break;
    }
    return from;
}
#endif

size_t bx_find(bx_str text, size_t from, bx_str what)
{
    if (from > text.n || text.n - from < what.n)
        return BX_NOT_FOUND;
#ifdef __wasm__
    size_t found = BX_NOT_FOUND;
    from = find_fast(text, from, what, &found);
    if (found != BX_NOT_FOUND)
        return found;
#endif
    const char *at = memmem(text.p + from, text.n - from, what.p, what.n);
    return at ? (size_t)(at - text.p) : BX_NOT_FOUND;
}
