/* common/prog_scan.h - looking for bytes sixteen at a time, inline, for short distances.  Pure. */
#ifndef PROG_SCAN_H
#define PROG_SCAN_H

#include "base/defs.h"

#if defined __wasm_simd128__
#include <wasm_simd128.h>

/* Bit i: p[i] is `a`. */
static inline uint32_t prog_mask16(const uint8_t *p, uint8_t a)
{
    return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(p), wasm_i8x16_splat((int8_t)a)));
}

/* Bit i: p[i] is `a` or `b`. */
static inline uint32_t prog_mask16_2(const uint8_t *p, uint8_t a, uint8_t b)
{
    v128_t v = wasm_v128_load(p);
    return wasm_i8x16_bitmask(wasm_v128_or(wasm_i8x16_eq(v, wasm_i8x16_splat((int8_t)a)),
                                           wasm_i8x16_eq(v, wasm_i8x16_splat((int8_t)b))));
}

/* All of p[0..16) is ASCII. */
static inline bool prog_is_ascii16(const uint8_t *p)
{
    return !wasm_i8x16_bitmask(wasm_v128_load(p));
}
#elif defined __SSE2__
#include <emmintrin.h>

static inline uint32_t prog_mask16(const uint8_t *p, uint8_t a)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)a)));
}

static inline uint32_t prog_mask16_2(const uint8_t *p, uint8_t a, uint8_t b)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)a)),
                                                    _mm_cmpeq_epi8(v, _mm_set1_epi8((char)b))));
}

static inline bool prog_is_ascii16(const uint8_t *p)
{
    return !_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)p));
}
#else
static inline uint32_t prog_mask16_2(const uint8_t *p, uint8_t a, uint8_t b)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < 16; i++)
        mask |= (uint32_t)(p[i] == a || p[i] == b) << i;
    return mask;
}

static inline uint32_t prog_mask16(const uint8_t *p, uint8_t a) { return prog_mask16_2(p, a, a); }

static inline bool prog_is_ascii16(const uint8_t *p)
{
    uint8_t high = 0;
    for (unsigned i = 0; i < 16; i++)
        high |= p[i];
    return !(high & 0x80);
}
#endif

/* As memchr; `end` where there is none. */
static inline const uint8_t *prog_find(const uint8_t *p, const uint8_t *end, uint8_t byte)
{
    while (end - p >= 16) {
        uint32_t mask = prog_mask16(p, byte);
        if (mask)
            return p + __builtin_ctz(mask);
        p += 16;
    }
    while (p < end && *p != byte)
        p++;
    return p;
}

/* The first of either byte; `end` where there is none. */
static inline const uint8_t *prog_find2(const uint8_t *p, const uint8_t *end, uint8_t a, uint8_t b)
{
    while (end - p >= 16) {
        uint32_t mask = prog_mask16_2(p, a, b);
        if (mask)
            return p + __builtin_ctz(mask);
        p += 16;
    }
    while (p < end && *p != a && *p != b)
        p++;
    return p;
}

/* The last one before `end`; NULL where there is none. */
static inline const uint8_t *prog_find_last(const uint8_t *p, const uint8_t *end, uint8_t byte)
{
    while (end - p >= 16) {
        uint32_t mask = prog_mask16(end - 16, byte);
        if (mask)
            return end - 16 + (31 - __builtin_clz(mask));
        end -= 16;
    }
    while (end > p)
        if (*--end == byte)
            return end;
    return NULL;
}

/* How many. */
static inline size_t prog_count(const uint8_t *p, size_t n, uint8_t byte)
{
    size_t count = 0, i = 0;
    for (; n - i >= 16; i += 16)
        count += (size_t)__builtin_popcount(prog_mask16(p + i, byte));
    for (; i < n; i++)
        count += p[i] == byte;
    return count;
}

/* memcpy for mostly short texts: may read and write up to 15 bytes behind both, which must be
 * there. */
static inline void prog_copy16(uint8_t *to, const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i += 16)
        __builtin_memcpy(to + i, from + i, 16);
}

#endif
