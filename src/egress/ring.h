/* egress/ring.h - a byte ring of fixed size, allocated at its first byte.  No locks. */
#ifndef BX_EGRESS_RING_H
#define BX_EGRESS_RING_H

#include "base/defs.h"

typedef struct bx_ring {
    uint8_t *p;
    size_t cap; /* given at birth */
    size_t head, n;
} bx_ring;

static inline size_t bx_ring_room(const bx_ring *r) { return r->cap - r->n; }

/* Put what fits; false when out of memory. */
bool bx_ring_put(bx_ring *r, const void *p, size_t n, size_t *put);
size_t bx_ring_get(bx_ring *r, void *p, size_t cap); /* bytes taken out */
void bx_ring_done(bx_ring *r);

#endif
