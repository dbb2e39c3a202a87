#include "codec/near.h"

#include "base/ascii.h"

typedef struct plain {
    char p[BX_NEAR_MAX];
    size_t n;
} plain;

/* Letters and digits alone, in lower case. */
static bool plain_of(bx_str name, plain *ret)
{
    ret->n = 0;
    if (name.n > BX_NEAR_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        if (bx_is_alnum(name.p[i]) || (uint8_t)name.p[i] > 0x7f)
            ret->p[ret->n++] = bx_lower(name.p[i]);
    }
    return ret->n > 0;
}

static size_t distance(const plain *a, const plain *b)
{
    uint8_t rows[3][BX_NEAR_MAX + 1];
    uint8_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t k = 0; k <= b->n; k++)
        last[k] = (uint8_t)k;
    for (size_t i = 1; i <= a->n; i++) {
        now[0] = (uint8_t)i;
        for (size_t k = 1; k <= b->n; k++) {
            size_t d = last[k - 1] + (size_t)(a->p[i - 1] != b->p[k - 1]);
            d = d < last[k] + 1u ? d : last[k] + 1u;
            d = d < now[k - 1] + 1u ? d : now[k - 1] + 1u;
            if (i > 1 && k > 1 && a->p[i - 1] == b->p[k - 2] && a->p[i - 2] == b->p[k - 1] &&
                before[k - 2] + 1u < d)
                d = before[k - 2] + 1u;
            now[k] = (uint8_t)d;
        }
        uint8_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b->n];
}

static bool ends_or_begins(const plain *longer, const plain *shorter)
{
    return shorter->n >= 3 && longer->n > shorter->n &&
           (memcmp(longer->p, shorter->p, shorter->n) == 0 ||
            memcmp(longer->p + longer->n - shorter->n, shorter->p, shorter->n) == 0);
}

size_t bx_near(bx_str wanted, bx_str name)
{
    plain a, b;
    if (!plain_of(wanted, &a) || !plain_of(name, &b))
        return SIZE_MAX;
    size_t shorter = a.n < b.n ? a.n : b.n, d = distance(&a, &b);
    if (d <= (shorter + 1) / 3)
        return d;
    return ends_or_begins(&a, &b) || ends_or_begins(&b, &a) ? BX_NEAR_PART : SIZE_MAX;
}
