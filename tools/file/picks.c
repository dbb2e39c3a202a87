#include "file/picks.h"

#include <stdlib.h>

static const char *blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

/* NULL: no number stands there, or one that is too large or 0. */
static const char *number(const char *s, int64_t *ret)
{
    int64_t n = 0;
    if (*s < '0' || *s > '9')
        return NULL;
    for (; *s >= '0' && *s <= '9'; s++) {
        n = 10 * n + (*s - '0');
        if (n > BX_PICK_LAST)
            return NULL;
    }
    *ret = n;
    return n > 0 ? blanks(s) : NULL;
}

static int by_first(const void *a, const void *b)
{
    const int64_t *x = a, *y = b; /* a pair begins with its `first` */
    return (*x > *y) - (*x < *y);
}

static void merge(bx_picks *p)
{
    size_t kept = 0;
    qsort(p->of, p->n, sizeof p->of[0], by_first);
    for (size_t i = 1; i < p->n; i++) {
        if (p->of[i].first > p->of[kept].last + 1)
            p->of[++kept] = p->of[i];
        else if (p->of[i].last > p->of[kept].last)
            p->of[kept].last = p->of[i].last;
    }
    p->n = kept + 1;
}

bool bx_picks_parse(const char *text, bx_picks *ret)
{
    const char *s = blanks(text);
    for (ret->n = 0; ret->n < BX_PICKS_MAX; s = blanks(s + 1)) {
        int64_t first, last;
        if (!(s = number(s, &first)))
            return false;
        last = first;
        if (*s == '-') {
            s = blanks(s + 1);
            last = BX_PICK_LAST;
            if (*s != ',' && *s != '\0' && !(s = number(s, &last)))
                return false;
        }
        if (last < first || (*s != ',' && *s != '\0'))
            return false;
        ret->of[ret->n].first = first;
        ret->of[ret->n++].last = last;
        if (*s == '\0') {
            merge(ret);
            return true;
        }
    }
    return false;
}

int64_t bx_picks_next(const bx_picks *p, int64_t from, int64_t total)
{
    if (p->n == 0)
        return from <= total ? from : 0;
    for (size_t i = 0; i < p->n; i++) {
        int64_t n = p->of[i].first > from ? p->of[i].first : from;
        if (n <= p->of[i].last)
            return n <= total ? n : 0;
    }
    return 0;
}
