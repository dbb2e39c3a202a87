#include "search/walk_items.h"

void bx_items_done(bx_walk_items *w)
{
    free(w->i);
    free(w->names);
    free(w->spare);
    *w = (bx_walk_items){0};
}

static size_t grown(size_t cap, size_t least)
{
    size_t twice = cap * 2 > 64 ? cap * 2 : 64;
    return twice > least ? twice : least;
}

static size_t bytes(size_t items, size_t spare, size_t names)
{
    return (items + spare) * sizeof(bx_walk_item) + names;
}

bool bx_items_add(bx_walk_items *w, bx_str name, uint8_t type)
{
    if (w->n == w->cap) {
        size_t cap = grown(w->cap, 0);
        bx_walk_item *i = bytes(cap, w->spare_n, w->names_cap) <= w->max
                              ? bx_realloc(w->i, cap * sizeof *i)
                              : NULL;
        if (!i)
            return false;
        w->i = i;
        w->cap = cap;
    }
    if (w->names_cap - w->names_n < name.n + 1) {
        size_t cap = grown(w->names_cap, w->names_n + name.n + 1);
        char *names = bytes(w->cap, w->spare_n, cap) <= w->max ? bx_realloc(w->names, cap) : NULL;
        if (!names)
            return false;
        w->names = names;
        w->names_cap = cap;
    }
    w->i[w->n++] =
        (bx_walk_item){.name_at = (uint32_t)w->names_n, .name_n = (uint16_t)name.n, .type = type};
    memcpy(w->names + w->names_n, name.p, name.n);
    w->names[w->names_n + name.n] = '\0';
    w->names_n += name.n + 1;
    return true;
}

/* ---- sorting: merges, so it is never slow and keeps the order of equals --------------------- */

/* Byte `i` of what an item is sorted by: its name, with a slash behind it for the contents.  0 is
 * the end: no name has a NUL. */
static uint8_t sort_byte(const bx_walk_items *w, const bx_walk_item *e, size_t i)
{
    if (i < e->name_n)
        return (uint8_t)w->names[e->name_at + i];
    return i == e->name_n && e->is_enter ? '/' : 0;
}

static uint64_t key_of(const bx_walk_items *w, const bx_walk_item *e)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++)
        key = key << 8 | sort_byte(w, e, i);
    return key;
}

static bool is_before(const bx_walk_items *w, const bx_walk_item *a, const bx_walk_item *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    size_t n = a->name_n < b->name_n ? a->name_n : b->name_n;
    int c = memcmp(w->names + a->name_at, w->names + b->name_at, n);
    return c != 0 ? c < 0 : sort_byte(w, a, n) < sort_byte(w, b, n);
}

enum { RUN = 8 };

static void sort_run(const bx_walk_items *w, bx_walk_item *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        bx_walk_item e = p[i];
        size_t k = i;
        for (; k > 0 && is_before(w, &e, &p[k - 1]); k--)
            p[k] = p[k - 1];
        p[k] = e;
    }
}

static void merge(const bx_walk_items *w, const bx_walk_item *from, size_t mid, size_t n,
                  bx_walk_item *to)
{
    for (size_t a = 0, b = mid, k = 0; k < n; k++)
        to[k] = b == n || (a < mid && !is_before(w, &from[b], &from[a])) ? from[a++] : from[b++];
}

static bool reserve_spare(bx_walk_items *w, size_t n)
{
    if (w->spare_n >= n)
        return true;
    if (bytes(w->cap, n, w->names_cap) > w->max)
        return false;
    free(w->spare);
    w->spare_n = 0;
    w->spare = bx_calloc(n, sizeof *w->spare);
    w->spare_n = w->spare ? n : 0;
    return w->spare != NULL;
}

bool bx_items_sort(bx_walk_items *w, size_t first)
{
    size_t n = w->n - first;
    bx_walk_item *from = w->i + first;
    if (n > RUN && !reserve_spare(w, n))
        return false;
    for (size_t i = 0; i < n; i++)
        from[i].key = key_of(w, &from[i]);
    for (size_t i = 0; i < n; i += RUN)
        sort_run(w, from + i, n - i < RUN ? n - i : RUN);
    bx_walk_item *to = w->spare;
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t len = n - i < 2 * width ? n - i : 2 * width;
            merge(w, from + i, width < len ? width : len, len, to + i);
        }
        bx_walk_item *was = from;
        from = to;
        to = was;
    }
    if (from != w->i + first)
        memcpy(w->i + first, from, n * sizeof *from);
    return true;
}
