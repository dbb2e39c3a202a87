/* text/sort_lines.c - sorting in memory.  Plain lines: quicksort in three parts over eight bytes at
 * a time ("multikey quicksort" with cached words; Bentley and Sedgewick 1997; Ng and Kakehi 2007).
 * Lines with keys: a stable merge sort over the cached beginnings of the first key. */
#include "programs/text/sort.h"

enum { SMALL = 12 };

/* ---- plain lines -------------------------------------------------------------------------------
 */

/* Bytes [depth, depth + 8) of the line, with zeros behind its end; depth <= l->n.  Eight bytes
 * behind a line can be read. */
static uint64_t word_at(const sort_line *l, size_t depth)
{
    uint64_t word;
    memcpy(&word, l->p + depth, 8);
    word = __builtin_bswap64(word);
    size_t rest = l->n - depth;
    if (rest >= 8)
        return word;
    return rest ? word & (UINT64_MAX << (64 - 8 * rest)) : 0;
}

/* Lines whose words [depth, depth+8) are in their caches, all before being equal. */
static bool plain_less(const sort_line *a, const sort_line *b, size_t depth)
{
    if (a->cache != b->cache)
        return a->cache < b->cache;
    size_t least = a->n < b->n ? a->n : b->n;
    if (least > depth + 8) {
        int c = memcmp(a->p + depth + 8, b->p + depth + 8, least - depth - 8);
        if (c)
            return c < 0;
    }
    return a->n < b->n;
}

static void plain_insertion(sort_line *l, size_t n, size_t depth)
{
    for (size_t i = 1; i < n; i++) {
        sort_line x = l[i];
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

static uint64_t pick_pivot(const sort_line *l, size_t n, uint64_t *seed)
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
    sort_line *l;
    size_t n, depth;
} part;

/* Lines of equal words: those that end within come first, shorter ones before; the others take
 * their next word. Returns how many ended. */
static size_t advance(sort_line *l, size_t n, size_t depth)
{
    size_t ended = 0;
    for (size_t i = 0; i < n; i++)
        if (l[i].n <= depth + 8) {
            sort_line x = l[i];
            l[i] = l[ended];
            l[ended++] = x;
        }
    for (size_t i = ended; i < n; i++)
        l[i].cache = word_at(&l[i], depth + 8);
    /* equal words and an end within: they differ in NULs at most, so by length 0 to 8 */
    size_t at = 0;
    for (size_t length = depth; length <= depth + 8 && at < ended; length++)
        for (size_t i = at; i < ended; i++)
            if (l[i].n == length) {
                sort_line x = l[i];
                l[i] = l[at];
                l[at++] = x;
            }
    return ended;
}

/* Parts wait in `stack`; the largest of each three is gone on with last, so that it holds at most
 * two for each halving. */
static void plain_sort(sort_line *lines, size_t n_lines)
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
            sort_line x = now.l[at];
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

static bool plain_sorted(const sort_line *l, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (plain_less(&l[i], &l[i - 1], 0))
            return false;
    return true;
}

static void plain_lines(sort_line *lines, size_t n, bool reverse)
{
    for (size_t i = 0; i < n; i++)
        lines[i].cache = word_at(&lines[i], 0);
    if (!plain_sorted(lines, n))
        plain_sort(lines, n);
    if (reverse)
        for (size_t i = 0; i < n / 2; i++) {
            sort_line x = lines[i];
            lines[i] = lines[n - 1 - i];
            lines[n - 1 - i] = x;
        }
}

/* ---- lines with keys
 * ------------------------------------------------------------------------------ */

static bool in_order(const sort_rules *r, const sort_line *a, const sort_line *b)
{
    return a->cache != b->cache ? a->cache < b->cache : sort_compare(r, a, b) <= 0;
}

static void keyed_insertion(const sort_rules *r, sort_line *l, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        sort_line x = l[i];
        size_t j = i;
        for (; j > 0 && !in_order(r, &l[j - 1], &x); j--)
            l[j] = l[j - 1];
        l[j] = x;
    }
}

/* from[0..mid) and from[mid..n) to `to`. */
static void keyed_merge(const sort_rules *r, const sort_line *from, size_t mid, size_t n,
                        sort_line *to)
{
    size_t i = 0, j = mid, k = 0;
    if (mid == n || in_order(r, &from[mid - 1], &from[mid])) {
        memcpy(to, from, n * sizeof *to);
        return;
    }
    while (i < mid && j < n)
        to[k++] = in_order(r, &from[i], &from[j]) ? from[i++] : from[j++];
    if (i < mid)
        memcpy(to + k, from + i, (mid - i) * sizeof *to);
    else
        memcpy(to + k, from + j, (n - j) * sizeof *to);
}

static void keyed_lines(const sort_rules *r, sort_line *lines, sort_line *spare, size_t n)
{
    for (size_t i = 0; i < n; i += SMALL)
        keyed_insertion(r, lines + i, n - i < SMALL ? n - i : SMALL);
    sort_line *from = lines, *to = spare;
    for (size_t width = SMALL; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t both = n - i < 2 * width ? n - i : 2 * width;
            keyed_merge(r, from + i, both < width ? both : width, both, to + i);
        }
        sort_line *swap = from;
        from = to;
        to = swap;
    }
    if (from != lines && n)
        memcpy(lines, from, n * sizeof *lines);
}

void sort_lines(const sort_rules *r, sort_line *lines, sort_line *spare, size_t n)
{
    if (r->plain) {
        plain_lines(lines, n, r->global.reverse);
        return;
    }
    for (size_t i = 0; i < n; i++)
        lines[i].cache = sort_cache(r, (bx_str){lines[i].p, lines[i].n});
    keyed_lines(r, lines, spare, n);
}
