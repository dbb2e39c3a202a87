/* text/sort_items.c - sorting in memory.  Plain lines: quicksort in three parts over eight bytes at
 * a time ("multikey quicksort" with cached words; Bentley and Sedgewick 1997; Ng and Kakehi 2007).
 * Lines with keys: a stable merge sort over the cached beginnings of the first key. */
#include "programs/text/sort.h"

enum { SMALL = 12 };

/* ---- texts --------------------------------------------------------------------------------------
 */

/* Bytes [depth, depth + 8) of the key, with zeros behind its end; depth <= l->n_key.  Eight bytes
 * behind a key can be read. */
static uint64_t word_at(const sort_item *l, size_t depth)
{
    uint64_t word;
    memcpy(&word, l->key + depth, 8);
    word = __builtin_bswap64(word);
    size_t rest = l->n_key - depth;
    if (rest >= 8)
        return word;
    return rest ? word & (UINT64_MAX << (64 - 8 * rest)) : 0;
}

/* Keys whose words [depth, depth + 8) are in their caches, all before being equal. */
static bool plain_less(const sort_item *a, const sort_item *b, size_t depth)
{
    if (a->cache != b->cache)
        return a->cache < b->cache;
    size_t least = a->n_key < b->n_key ? a->n_key : b->n_key;
    if (least > depth + 8) {
        int c = memcmp(a->key + depth + 8, b->key + depth + 8, least - depth - 8);
        if (c)
            return c < 0;
    }
    return a->n_key < b->n_key;
}

static void plain_insertion(sort_item *l, size_t n, size_t depth)
{
    for (size_t i = 1; i < n; i++) {
        sort_item x = l[i];
        size_t j = i;
        for (; j > 0 && plain_less(&x, &l[j - 1], depth); j--)
            l[j] = l[j - 1];
        l[j] = x;
    }
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    if (a < b)
        return b < c ? b : a < c ? c : a;
    return a < c ? a : b < c ? c : b;
}

static uint64_t pick_pivot(const sort_item *l, size_t n, uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    size_t third = n / 3, shift = third ? (size_t)(*seed >> 33) % third : 0;
    if (n < 100)
        return median(l[shift].cache, l[third + shift].cache, l[2 * third + shift].cache);
    size_t step = n / 9, off = (size_t)(*seed >> 33) % step;
    uint64_t m[3];
    for (size_t i = 0; i < 3; i++)
        m[i] = median(l[3 * i * step + off].cache, l[(3 * i + 1) * step + off].cache,
                      l[(3 * i + 2) * step + off].cache);
    return median(m[0], m[1], m[2]);
}

typedef struct part {
    sort_item *l;
    size_t n, depth;
} part;

/* Lines of equal words: those that end within come first, shorter ones before; the others take
 * their next word. Returns how many ended. */
static size_t advance(sort_item *l, size_t n, size_t depth)
{
    size_t ended = 0;
    for (size_t i = 0; i < n; i++)
        if (l[i].n_key <= depth + 8) {
            sort_item x = l[i];
            l[i] = l[ended];
            l[ended++] = x;
        }
    for (size_t i = ended; i < n; i++)
        l[i].cache = word_at(&l[i], depth + 8);
    /* equal words and an end within: they differ in NULs at most, so by length 0 to 8 */
    size_t at = 0;
    for (size_t length = depth; length <= depth + 8 && at < ended; length++)
        for (size_t i = at; i < ended; i++)
            if (l[i].n_key == length) {
                sort_item x = l[i];
                l[i] = l[at];
                l[at++] = x;
            }
    return ended;
}

/* Parts wait in `stack`; the largest of each three is gone on with last, so that it holds at most
 * two for each halving. */
static void plain_sort(sort_item *lines, size_t n_lines)
{
    part stack[2 * 64 + 8];
    size_t waiting = 0;
    uint64_t seed = 88172645463325252u;
    part now = {lines, n_lines, 0};
    for (;;) {
        if (now.n <= SMALL) {
            plain_insertion(now.l, now.n, now.depth);
            if (waiting == 0)
                return;
            now = stack[--waiting];
            continue;
        }
        uint64_t pivot = pick_pivot(now.l, now.n, &seed);
        size_t low = 0, at = 0, high = now.n;
        while (at < high) {
            sort_item x = now.l[at];
            if (x.cache < pivot) {
                now.l[at++] = now.l[low];
                now.l[low++] = x;
            } else if (x.cache > pivot) {
                now.l[at] = now.l[--high];
                now.l[high] = x;
            } else {
                at++;
            }
        }
        size_t ended = advance(now.l + low, high - low, now.depth);
        part parts[3] = {{now.l, low, now.depth},
                         {now.l + low + ended, high - low - ended, now.depth + 8},
                         {now.l + high, now.n - high, now.depth}};
        size_t largest = 0;
        for (size_t i = 1; i < 3; i++)
            if (parts[i].n > parts[largest].n)
                largest = i;
        /* the largest waits below, the two small ones are done first */
        part big = parts[largest];
        stack[waiting++] = big;
        for (size_t i = 0; i < 3; i++)
            if (i != largest && parts[i].n > 1)
                stack[waiting++] = parts[i];
        now = stack[--waiting];
    }
}

static bool plain_sorted(const sort_item *l, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (plain_less(&l[i], &l[i - 1], 0))
            return false;
    return true;
}

static void reverse_items(sort_item *l, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        sort_item x = l[i];
        l[i] = l[n - 1 - i];
        l[n - 1 - i] = x;
    }
}

static void by_text(sort_item *l, size_t n, bool reverse)
{
    for (size_t i = 0; i < n; i++)
        l[i].cache = word_at(&l[i], 0);
    if (!plain_sorted(l, n))
        plain_sort(l, n);
    if (reverse)
        reverse_items(l, n);
}

/* ---- other keys
 * ------------------------------------------------------------------------------------ */

typedef struct order {
    const sort_rules *r;
    const sort_key *k; /* NULL: the caches say all */
} order;

static bool in_order(const order *o, const sort_item *a, const sort_item *b)
{
    if (a->cache != b->cache)
        return a->cache < b->cache;
    if (!o->k)
        return true;
    int c = sort_kind_compare(o->r, o->k, (bx_str){a->key, a->n_key}, (bx_str){b->key, b->n_key});
    return o->k->reverse ? c >= 0 : c <= 0;
}

static void merge_insertion(const order *o, sort_item *l, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        sort_item x = l[i];
        size_t j = i;
        for (; j > 0 && !in_order(o, &l[j - 1], &x); j--)
            l[j] = l[j - 1];
        l[j] = x;
    }
}

/* from[0..mid) and from[mid..n) to `to`. */
static void merge_two(const order *o, const sort_item *from, size_t mid, size_t n, sort_item *to)
{
    size_t i = 0, j = mid, k = 0;
    if (mid == n || in_order(o, &from[mid - 1], &from[mid])) {
        memcpy(to, from, n * sizeof *to);
        return;
    }
    while (i < mid && j < n)
        to[k++] = in_order(o, &from[i], &from[j]) ? from[i++] : from[j++];
    if (i < mid)
        memcpy(to + k, from + i, (mid - i) * sizeof *to);
    else
        memcpy(to + k, from + j, (n - j) * sizeof *to);
}

static void merge_sort(const order *o, sort_item *l, sort_item *spare, size_t n)
{
    for (size_t i = 0; i < n; i += SMALL)
        merge_insertion(o, l + i, n - i < SMALL ? n - i : SMALL);
    sort_item *from = l, *to = spare;
    for (size_t width = SMALL; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t both = n - i < 2 * width ? n - i : 2 * width;
            merge_two(o, from + i, both < width ? both : width, both, to + i);
        }
        sort_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != l && n)
        memcpy(l, from, n * sizeof *l);
}

/* ---- key after key
 * ----------------------------------------------------------------------------------- */

/* Equal by all keys: by the whole line, or as they came. */
static void last_resort(const sort_rules *r, sort_item *l, sort_item *spare, size_t n)
{
    if (r->plain || r->last_resort) {
        for (size_t i = 0; i < n; i++) {
            l[i].key = l[i].p;
            l[i].n_key = l[i].n;
        }
        by_text(l, n, r->global.reverse);
        return;
    }
    for (size_t i = 0; i < n; i++)
        l[i].cache = (uintptr_t)l[i].p;
    merge_sort(&(order){r, NULL}, l, spare, n);
    for (size_t i = 1; i < n && r->unique; i++)
        l[i].p = NULL;
}

/* The items' keys: parts of their lines, or what -d, -f and -i make of these, in what is returned
 * (or NULL), to be freed. */
static char *take_keys(const sort_rules *r, const sort_key *k, sort_item *l, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bx_str s = sort_key_part(r, k, (bx_str){l[i].p, l[i].n});
        l[i].key = s.p;
        l[i].n_key = s.n;
        bytes += s.n;
    }
    if (!sort_is_translated(k))
        return NULL;
    char *text = prog_alloc(bytes + 16), *at = text;
    for (size_t i = 0; i < n; i++) {
        l[i].n_key = sort_translate(k, (bx_str){l[i].key, l[i].n_key}, at);
        l[i].key = at;
        at += l[i].n_key;
    }
    memset(at, 0, 16);
    return text;
}

static bool same_key(const sort_rules *r, const sort_key *k, const sort_item *a, const sort_item *b)
{
    if (k->by == SORT_TEXT)
        return a->n_key == b->n_key && (a->n_key == 0 || memcmp(a->key, b->key, a->n_key) == 0);
    return a->cache == b->cache &&
           sort_kind_compare(r, k, (bx_str){a->key, a->n_key}, (bx_str){b->key, b->n_key}) == 0;
}

/* Recursion: as deep as there are keys. */
static void by_keys(const sort_rules *r, size_t key, sort_item *l, sort_item *spare, size_t n)
{
    if (n < 2)
        return;
    if (key == r->n_keys) {
        last_resort(r, l, spare, n);
        return;
    }
    const sort_key *k = &r->keys[key];
    char *text = take_keys(r, k, l, n);
    bool exact = false; /* the caches say all */
    if (k->by == SORT_TEXT) {
        by_text(l, n, k->reverse);
    } else {
        bool all = true, each;
        for (size_t i = 0; i < n; i++) {
            l[i].cache = sort_kind_cache(r, k, (bx_str){l[i].key, l[i].n_key}, &each);
            all &= each;
            if (k->reverse)
                l[i].cache = ~l[i].cache;
        }
        exact = all;
        merge_sort(&(order){r, all ? NULL : k}, l, spare, n);
    }
    for (size_t from = 0, i = 1; i <= n; i++) {
        /* the key of l[i - 1] is still its own: only items before `from` have gone on */
        if (i < n && (exact ? l[i - 1].cache == l[i].cache : same_key(r, k, &l[i - 1], &l[i])))
            continue;
        by_keys(r, key + 1, l + from, spare, i - from);
        from = i;
    }
    free(text);
}

void sort_lines(const sort_rules *r, sort_item *lines, sort_item *spare, size_t n)
{
    by_keys(r, 0, lines, spare, n);
}
