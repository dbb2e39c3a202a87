#include "lib/alike.h"

enum { BLOCK = 64 };

#ifdef __wasm__
#include <wasm_simd128.h>

__attribute__((target("simd128"))) static bool is_same_block(const char *a, const char *b)
{
    v128_t differs = wasm_i32x4_splat(0);
    for (int i = 0; i < BLOCK; i += 16)
        differs =
            wasm_v128_or(differs, wasm_v128_xor(wasm_v128_load(a + i), wasm_v128_load(b + i)));
    return !wasm_v128_any_true(differs);
}
#else
static bool is_same_block(const char *a, const char *b) { return memcmp(a, b, BLOCK) == 0; }
#endif

size_t bx_common_prefix(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n, i = 0;
    while (n - i >= BLOCK && is_same_block(a.p + i, b.p + i))
        i += BLOCK;
    while (i < n && a.p[i] == b.p[i])
        i++;
    return i;
}

size_t bx_common_suffix(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n, left = n;
    const char *x = a.p + (a.n - n), *y = b.p + (b.n - n);
    while (left >= BLOCK && is_same_block(x + left - BLOCK, y + left - BLOCK))
        left -= BLOCK;
    while (left > 0 && x[left - 1] == y[left - 1])
        left--;
    return n - left;
}
