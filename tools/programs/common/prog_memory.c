/* common/prog_memory.c - memchr and memcmp in place of libc's, which look at four bytes or one at a
 * time: at every turn of a loop there is a check for interruption, so sixteen bytes a turn are
 * several times faster. */
#include <string.h>

#include "programs/common/prog_scan.h"

#if defined __wasm_simd128__

/* None of p[0..64) is it. */
static inline bool is_absent64(const uint8_t *p, v128_t wanted)
{
    v128_t a = wasm_i8x16_eq(wasm_v128_load(p), wanted),
           b = wasm_i8x16_eq(wasm_v128_load(p + 16), wanted),
           c = wasm_i8x16_eq(wasm_v128_load(p + 32), wanted),
           d = wasm_i8x16_eq(wasm_v128_load(p + 48), wanted);
    return !wasm_v128_any_true(wasm_v128_or(wasm_v128_or(a, b), wasm_v128_or(c, d)));
}

/* `n` may be more than there is, as strnlen() hands it over: only aligned blocks are loaded, of
 * which none crosses the end of memory. */
void *memchr(const void *p, int c, size_t n)
{
    const uint8_t byte = (uint8_t)c;
    const v128_t wanted = wasm_i8x16_splat((int8_t)byte);
    const uintptr_t from = (uintptr_t)p, end = n > UINTPTR_MAX - from ? UINTPTR_MAX : from + n;
    const uint8_t *at = (const uint8_t *)(from & ~(uintptr_t)15);
    if (n == 0)
        return NULL;
    uint32_t mask = prog_mask16(at, byte) & (0xffffu << (from & 15));
    while (!mask) {
        at += 16;
        while (((uintptr_t)at & 63) == 0 && (uintptr_t)at < end && end - (uintptr_t)at >= 64 &&
               is_absent64(at, wanted))
            at += 64;
        if ((uintptr_t)at >= end)
            return NULL;
        mask = prog_mask16(at, byte);
    }
    at += __builtin_ctz(mask);
    return (uintptr_t)at < end ? (void *)(uintptr_t)at : NULL;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        uint32_t same =
            wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(x + i), wasm_v128_load(y + i)));
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
