/* lib/scan.h - counting and passing over bytes several at a time. */
#ifndef BX_LIB_SCAN_H
#define BX_LIB_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* ---- eight bytes in one word ----------------------------------------------------------- */

#define BX_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t bx_word(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* How many characters begin in p[0..n): bytes of UTF-8 that continue none. */
static inline size_t bx_count_chars(const uint8_t *p, size_t n)
{
    size_t count = 0, i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t word = bx_word(p + i), continuing = word >> 7 & ~(word >> 6) & BX_EACH_BYTE(1);
        count += 8 - (continuing * BX_EACH_BYTE(1) >> 56);
    }
    for (; i < n; i++)
        count += (p[i] & 0xc0) != 0x80;
    return count;
}

/* Has `word`, whose bytes are all below 0x80, one that is `byte`? */
static inline uint64_t bx_word_has(uint64_t word, uint8_t byte)
{
    uint64_t zero = word ^ BX_EACH_BYTE(byte);
    return (zero - BX_EACH_BYTE(1)) & BX_EACH_BYTE(0x80);
}

/* How many bytes p[0..n) begins with that stand for themselves in a JSON string: printable ASCII
 * but
 * '"' and '\\'. */
static inline size_t bx_json_run(const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t word = bx_word(p + i),
                 odd = word; /* a top bit that is set: that byte, or one before */
        odd |= word - BX_EACH_BYTE(0x20);
        odd |= word + BX_EACH_BYTE(1);
        odd |= bx_word_has(word, '"') | bx_word_has(word, '\\');
        if (odd & BX_EACH_BYTE(0x80))
            break;
    }
    while (i < n && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}

#endif
