#include "search/found.h"

enum { CHUNK = 64 << 10 };

typedef struct bx_found_chunk {
    struct bx_found_chunk *next;
    size_t n, cap;
    char p[];
} bx_found_chunk;

static void free_chunks(bx_found_chunk *c)
{
    while (c) {
        bx_found_chunk *next = c->next;
        free(c);
        c = next;
    }
}

void bx_found_init(bx_found *f, size_t newest) { *f = (bx_found){.newest = newest}; }

void bx_found_done(bx_found *f)
{
    free_chunks(f->chunks);
    free(f->f);
    *f = (bx_found){0};
}

static const char *keep(bx_found *f, const char *p, size_t n)
{
    bx_found_chunk *c = f->chunks;
    if (!c || c->cap - c->n < n) {
        size_t cap = n > CHUNK ? n : CHUNK;
        if (f->bytes + cap > BX_FOUND_BYTES_MAX || !(c = bx_realloc(NULL, sizeof *c + cap)))
            return NULL;
        *c = (bx_found_chunk){.next = f->chunks, .cap = cap};
        f->chunks = c;
        f->bytes += cap;
    }
    char *to = c->p + c->n;
    memcpy(to, p, n);
    c->n += n;
    return to;
}

static int newest_first(const void *a, const void *b)
{
    const bx_found_path *x = a, *y = b;
    if (x->mtime_ns != y->mtime_ns)
        return x->mtime_ns > y->mtime_ns ? -1 : 1;
    int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

/* Only the newest stay; their bytes move, so that those of the others are free.  While they do both
 * are there. */
static bool prune(bx_found *f)
{
    bx_found_chunk *old = f->chunks;
    size_t bytes = f->bytes, n = f->n < f->newest ? f->n : f->newest;
    qsort(f->f, f->n, sizeof *f->f, newest_first);
    f->chunks = NULL;
    f->bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const char *p = keep(f, f->f[i].p, f->f[i].n);
        if (!p) {
            free_chunks(f->chunks);
            f->chunks = old;
            f->bytes = bytes;
            f->n = 0; /* some of them are in what was just freed */
            return false;
        }
        f->f[i].p = p;
    }
    f->dropped += f->n - n;
    f->n = n;
    free_chunks(old);
    return true;
}

bool bx_found_add(bx_found *f, bx_str path, uint32_t type, int64_t mtime_ns)
{
    if (f->newest > 0 && f->n >= 2 * f->newest && f->n >= 1024 && !prune(f))
        return false;
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 256;
        bx_found_path *more =
            cap * sizeof *more <= BX_FOUND_BYTES_MAX ? bx_realloc(f->f, cap * sizeof *more) : NULL;
        if (!more)
            return false;
        f->f = more;
        f->cap = cap;
    }
    const char *p = keep(f, path.p, path.n);
    if (p)
        f->f[f->n++] = (bx_found_path){mtime_ns, p, (uint32_t)path.n, type};
    return p != NULL;
}

void bx_found_sort(bx_found *f)
{
    if (f->newest == 0 || f->n == 0)
        return;
    qsort(f->f, f->n, sizeof *f->f, newest_first);
    if (f->n > f->newest) {
        f->dropped += f->n - f->newest;
        f->n = f->newest;
    }
}
