#include "base/buf.h"

enum { FIRST_CAP = 256 };

void bx_buf_done(bx_buf *b)
{
    free(b->p);
    *b = bx_buf_init(b->max);
}

void bx_buf_clear(bx_buf *b)
{
    b->n = 0;
    b->fail = BX_OK;
    if (b->p)
        b->p[0] = '\0';
}

/* Capacity doubles, so appends cost amortised constant time; the last step is
 * cut to max + 1 (the byte more is the NUL). */
static bx_code grow(bx_buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : FIRST_CAP;
    while (cap < need + 1)
        cap = cap > SIZE_MAX / 2 ? need + 1 : cap * 2;
    if (cap > b->max && need + 1 <= b->max + 1)
        cap = b->max + 1;
    char *p = bx_realloc(b->p, cap);
    if (!p)
        return b->fail = BX_ENOMEM;
    b->p = p;
    b->cap = cap;
    return BX_OK;
}

bx_code bx_buf_reserve(bx_buf *b, size_t n, char **ret)
{
    if (b->fail != BX_OK)
        return b->fail;
    if (n > b->max || b->n > b->max - n)
        return b->fail = BX_ELIMIT;
    if (b->n + n + 1 > b->cap) {
        bx_code rc = grow(b, b->n + n);
        if (rc != BX_OK)
            return rc;
    }
    *ret = b->p + b->n;
    return BX_OK;
}

bx_code bx_buf_add(bx_buf *b, const void *p, size_t n)
{
    char *at;
    bx_code rc = bx_buf_reserve(b, n, &at);
    if (rc != BX_OK)
        return rc;
    if (n)
        memcpy(at, p, n);
    b->n += n;
    b->p[b->n] = '\0';
    return BX_OK;
}
