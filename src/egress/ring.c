#include "egress/ring.h"

bool bx_ring_put(bx_ring *r, const void *p, size_t n, size_t *put)
{
    if (!r->p && n > 0) {
        r->p = bx_calloc(1, r->cap);
        if (!r->p)
            return false;
    }
    size_t take = n < bx_ring_room(r) ? n : bx_ring_room(r);
    if (take > 0) {
        size_t at = (r->head + r->n) % r->cap;
        size_t first = take < r->cap - at ? take : r->cap - at;
        memcpy(r->p + at, p, first);
        memcpy(r->p, (const uint8_t *)p + first, take - first);
        r->n += take;
    }
    *put = take;
    return true;
}

size_t bx_ring_get(bx_ring *r, void *p, size_t cap)
{
    size_t take = cap < r->n ? cap : r->n;
    if (take == 0)
        return 0;
    size_t first = take < r->cap - r->head ? take : r->cap - r->head;
    memcpy(p, r->p + r->head, first);
    memcpy((uint8_t *)p + first, r->p, take - first);
    r->head = (r->head + take) % r->cap;
    r->n -= take;
    return take;
}

void bx_ring_done(bx_ring *r)
{
    free(r->p);
    *r = (bx_ring){.cap = r->cap};
}
