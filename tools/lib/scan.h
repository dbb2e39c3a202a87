/* lib/scan.h - counting bytes, in a guest 16 at a time. */
#ifndef BX_LIB_SCAN_H
#define BX_LIB_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* How many of p[0..n) are `byte`. */
static inline size_t bx_count_byte(const uint8_t *p, size_t n, uint8_t byte);

#ifdef __wasm__
#include <wasm_simd128.h>

__attribute__((target("simd128"))) static inline size_t bx_count_byte(const uint8_t *p, size_t n,
                                                                      uint8_t byte)
{
    size_t count = 0;
    const v128_t wanted = wasm_i8x16_splat((int8_t)byte);
    while (n >= 16) {
        size_t blocks = n / 16 < 255 ? n / 16 : 255; /* a lane counts to 255 */
        v128_t lanes = wasm_i8x16_splat(0);
        for (size_t i = 0; i < blocks; i++, p += 16)
            lanes =
                wasm_i8x16_sub(lanes, wasm_i8x16_eq(wasm_v128_load(p), wanted)); /* a hit is -1 */
        v128_t sums = wasm_u16x8_extadd_pairwise_u8x16(lanes);
        sums = wasm_u32x4_extadd_pairwise_u16x8(sums);
        count += wasm_u32x4_extract_lane(sums, 0) + wasm_u32x4_extract_lane(sums, 1) +
                 wasm_u32x4_extract_lane(sums, 2) + wasm_u32x4_extract_lane(sums, 3);
        n -= blocks * 16;
    }
    for (; n > 0; n--)
        count += *p++ == byte;
    return count;
}
#else
static inline size_t bx_count_byte(const uint8_t *p, size_t n, uint8_t byte)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += p[i] == byte;
    return count;
}
#endif

#endif
