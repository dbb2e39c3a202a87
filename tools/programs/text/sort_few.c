/* text/sort_few.c - text of few different lines, as it is sorted to be counted: each different one
 * is kept once with how often it comes, and only these are sorted. */
#include "programs/text/sort.h"

enum {
    FEW = 8192,      /* different lines at most */
    SLOTS = 2 * FEW, /* a power of two */
    LOOK_AT = 2048,  /* each so many lines it is looked whether it pays; fewer are not worth it */
};

typedef struct few {
    struct {
        const char *p; /* NULL: free */
        size_t n, count;
    } *slots;
    sort_item *lines; /* the different ones */
    size_t n;
} few;

/* Bytes [i, i + 8) of a line of n, zeros behind its end; they can be read. */
static inline uint64_t word_of(const char *p, size_t n, size_t i)
{
    uint64_t word;
    __builtin_memcpy(&word, p + i, 8);
    return n - i >= 8 ? word : word & ~(UINT64_MAX << (8 * (n - i)));
}

static inline size_t slot_of(const few *f, const char *p, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i += 8) {
        h = (h ^ word_of(p, n, i)) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    for (size_t at = (size_t)(h >> 7) % SLOTS;; at = (at + 1) % SLOTS) {
        if (!f->slots[at].p)
            return at;
        if (f->slots[at].n != n)
            continue;
        size_t i = 0;
        while (i < n && word_of(p, n, i) == word_of(f->slots[at].p, n, i))
            i += 8;
        if (i >= n)
            return at;
    }
}

/* False: too many are different. */
static bool collect(few *f, const uint8_t *p, const uint8_t *end, uint8_t line_end)
{
    for (size_t seen = 0; p < end; seen++) {
        if (seen % LOOK_AT == LOOK_AT - 1 && f->n > seen / 4 * 3)
            return false;
        const uint8_t *stop = prog_find(p, end, line_end);
        size_t n = (size_t)(stop - p), at = slot_of(f, (const char *)p, n);
        if (!f->slots[at].p) {
            if (f->n == FEW)
                return false;
            f->slots[at].p = (const char *)p;
            f->slots[at].n = n;
            f->lines[f->n++] = (sort_item){.p = (const char *)p, .n = n};
        }
        f->slots[at].count++;
        p = stop + 1;
    }
    return true;
}

bool sort_few(const sort_rules *r, const prog_buf *b, size_t n, size_t n_lines, prog_writer *w)
{
    if (!r->plain || n_lines < LOOK_AT)
        return false;
    few f = {.slots = prog_zalloc(SLOTS, sizeof *f.slots),
             .lines = prog_alloc(FEW * sizeof(sort_item))};
    const uint8_t *p = (const uint8_t *)b->p;
    bool are_few = collect(&f, p, p + n, (uint8_t)r->end);
    if (are_few) {
        sort_lines(r, f.lines, NULL, f.n);
        for (size_t i = 0; i < f.n && !w->error; i++) {
            const sort_item *l = &f.lines[i];
            size_t count = r->unique ? 1 : f.slots[slot_of(&f, l->p, l->n)].count;
            for (; count > 0 && !w->error; count--) /* its end is behind it */
                prog_write_near(w, (const uint8_t *)l->p, l->n + 1, p + b->n + 80);
        }
    }
    free(f.slots);
    free(f.lines);
    return are_few;
}
