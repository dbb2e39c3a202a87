/* wasi/guest_mem.h - the only door into guest memory. */
#ifndef BX_WASI_GUEST_MEM_H
#define BX_WASI_GUEST_MEM_H

#include "base/defs.h"

typedef struct bx_guest_mem {
    uint8_t *base; /* never NULL: see bx_guest_mem_of */
    size_t size;
} bx_guest_mem;

/* A guest without memory gets one of 0 bytes, so no code below ever computes with NULL. */
static inline bx_guest_mem bx_guest_mem_of(uint8_t *base, size_t size)
{
    static uint8_t nothing;
    return base ? (bx_guest_mem){base, size} : (bx_guest_mem){&nothing, 0};
}

/* Check a guest (offset, length) pair and give the host address.  The result is valid only
 * until the guest runs again: memory may grow and move. */
BX_NODISCARD static inline bool bx_guest_slice(bx_guest_mem m, uint32_t off, uint64_t len,
                                               uint8_t **ret)
{
    if (off > m.size || len > m.size - off) /* no sum, so no overflow */
        return false;
    *ret = m.base + off;
    return true;
}

/* Plain values inside a slice that was checked: little-endian, any alignment. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "guest memory is little-endian");

static inline void bx_put16(uint8_t *p, uint16_t v) { memcpy(p, &v, sizeof v); }
static inline void bx_put32(uint8_t *p, uint32_t v) { memcpy(p, &v, sizeof v); }
static inline void bx_put64(uint8_t *p, uint64_t v) { memcpy(p, &v, sizeof v); }

static inline uint16_t bx_get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t bx_get32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t bx_get64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

#endif
