/* common/prog_memory.c - memchr and memcmp in place of libc's, which look at four bytes or one at a time: at every turn of a
 * loop there is a check for interruption, so sixteen bytes a turn are several times faster. */
#include <string.h>

#include "programs/common/prog_scan.h"

#if defined __wasm_simd128__

void *memchr(const void *p, int c, size_t n)
{
    const uint8_t *at = p, *end = at + n, byte = (uint8_t)c;
    const v128_t want = wasm_i8x16_splat((int8_t)byte);
    for (; end - at >= 64; at += 64) { /* four at once while there is nothing */
        v128_t a = wasm_i8x16_eq(wasm_v128_load(at), want),
               b = wasm_i8x16_eq(wasm_v128_load(at + 16), want),
               d = wasm_i8x16_eq(wasm_v128_load(at + 32), want),
               e = wasm_i8x16_eq(wasm_v128_load(at + 48), want);
        if (wasm_v128_any_true(wasm_v128_or(wasm_v128_or(a, b), wasm_v128_or(d, e))))
            break;
    }
    at = prog_find(at, end, byte);
    return at == end ? NULL : (void *)(uintptr_t)at;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        uint32_t same = wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(x + i), wasm_v128_load(y + i)));
        if (same != 0xffff) {
            i += (size_t)__builtin_ctz(~same);
            return x[i] - y[i];
        }
    }
    if (n - i >= 8) {
        uint64_t u, v;
        __builtin_memcpy(&u, x + i, 8);
        __builtin_memcpy(&v, y + i, 8);
        if (u != v) {
            i += (size_t)__builtin_ctzll(u ^ v) / 8;
            return x[i] - y[i];
        }
        i += 8;
    }
    for (; i < n; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

#endif
