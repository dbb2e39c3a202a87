/* regex/simd.h - sixteen bytes at once: in a guest as one vector, elsewhere, where it is tested,
 * one after the other. */
#ifndef BX_REGEX_SIMD_H
#define BX_REGEX_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

typedef v128_t bx_v16;

static inline bx_v16 bx_v_load(const void *p) { return wasm_v128_load(p); }
static inline bx_v16 bx_v_all(uint8_t byte) { return wasm_i8x16_splat((int8_t)byte); }
static inline bx_v16 bx_v_eq(bx_v16 a, bx_v16 b) { return wasm_i8x16_eq(a, b); }
static inline bx_v16 bx_v_and(bx_v16 a, bx_v16 b) { return wasm_v128_and(a, b); }
static inline bx_v16 bx_v_or(bx_v16 a, bx_v16 b) { return wasm_v128_or(a, b); }
static inline bx_v16 bx_v_high(bx_v16 a) { return wasm_u8x16_shr(a, 4); }
static inline bx_v16 bx_v_pick(bx_v16 table, bx_v16 i) { return wasm_i8x16_swizzle(table, i); }
static inline bx_v16 bx_v_min(bx_v16 a, bx_v16 b) { return wasm_u8x16_min(a, b); }
static inline bool bx_v_any(bx_v16 a) { return wasm_v128_any_true(a); }
/* The last byte, or the last two, of `before` and then `a` as far as there is room. */
static inline bx_v16 bx_v_behind1(bx_v16 before, bx_v16 a)
{
    return wasm_i8x16_shuffle(before, a, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                              30);
}
static inline bx_v16 bx_v_behind2(bx_v16 before, bx_v16 a)
{
    return wasm_i8x16_shuffle(before, a, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                              29);
}

/* Bit i: byte i is not zero. */
static inline uint32_t bx_v_mask(bx_v16 a)
{
    return wasm_i8x16_bitmask(wasm_i8x16_ne(a, wasm_i8x16_splat(0)));
}
#else
typedef struct bx_v16 {
    uint8_t b[16];
} bx_v16;

#define BX_V_EACH(expression) \
    bx_v16 v; \
    for (size_t i = 0; i < 16; i++) \
        v.b[i] = (uint8_t)(expression); \
    return v

static inline bx_v16 bx_v_load(const void *p)
{
    bx_v16 v;
    memcpy(v.b, p, 16);
    return v;
}
static inline bx_v16 bx_v_all(uint8_t byte) { BX_V_EACH(byte); }
static inline bx_v16 bx_v_eq(bx_v16 a, bx_v16 b) { BX_V_EACH(a.b[i] == b.b[i] ? 0xff : 0); }
static inline bx_v16 bx_v_and(bx_v16 a, bx_v16 b) { BX_V_EACH(a.b[i] & b.b[i]); }
static inline bx_v16 bx_v_or(bx_v16 a, bx_v16 b) { BX_V_EACH(a.b[i] | b.b[i]); }
static inline bx_v16 bx_v_high(bx_v16 a) { BX_V_EACH(a.b[i] >> 4); }
static inline bx_v16 bx_v_pick(bx_v16 table, bx_v16 at)
{
    BX_V_EACH(at.b[i] < 16 ? table.b[at.b[i]] : 0);
}
static inline bx_v16 bx_v_min(bx_v16 a, bx_v16 b) { BX_V_EACH(a.b[i] < b.b[i] ? a.b[i] : b.b[i]); }
static inline bx_v16 bx_v_behind1(bx_v16 before, bx_v16 a)
{
    BX_V_EACH(i < 1 ? before.b[15] : a.b[i - 1]);
}
static inline bx_v16 bx_v_behind2(bx_v16 before, bx_v16 a)
{
    BX_V_EACH(i < 2 ? before.b[14 + i] : a.b[i - 2]);
}

static inline uint32_t bx_v_mask(bx_v16 a)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < 16; i++)
        mask |= (uint32_t)(a.b[i] != 0) << i;
    return mask;
}
static inline bool bx_v_any(bx_v16 a) { return bx_v_mask(a) != 0; }
#endif

#endif
