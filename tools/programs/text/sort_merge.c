/* text/sort_merge.c - merging inputs that are sorted: -m, and what did not fit into memory. */
#include "programs/text/sort.h"

#include <unistd.h>

typedef struct source {
    prog_reader r;
    sort_line line;
    size_t turn; /* an earlier input comes first among equals */
} source;

static bool source_next(const sort_rules *r, source *s)
{
    bx_str line;
    if (!prog_line(&s->r, r->end, &line, NULL))
        return false;
    s->line = (sort_line){sort_cache(r, line), line.p, line.n};
    return true;
}

static bool comes_first(const sort_rules *r, const source *a, const source *b)
{
    int c = sort_compare(r, &a->line, &b->line);
    return c ? c < 0 : a->turn < b->turn;
}

static void sift(const sort_rules *r, source **heap, size_t n, size_t at)
{
    source *moving = heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            break;
        if (child + 1 < n && comes_first(r, heap[child + 1], heap[child]))
            child++;
        if (!comes_first(r, heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

static void source_end(source *s)
{
    if (s->r.error)
        sort_fail(s->r.error, "read failed", s->r.name);
    if (s->r.fd > 0)
        (void)close(s->r.fd);
    free(s->r.p);
}

static void put_line(const sort_rules *r, prog_writer *w, const char *p, size_t n)
{
    prog_write(w, p, n);
    prog_putc(w, r->end);
}

void sort_merge(const sort_rules *r, sort_input *in, size_t n, prog_writer *w)
{
    source *all = prog_zalloc(n, sizeof *all), **heap = prog_zalloc(n, sizeof *heap);
    size_t alive = 0;
    for (size_t i = 0; i < n; i++) {
        all[i].turn = i;
        if (in[i].fd >= 0) {
            all[i].r = (prog_reader){.fd = in[i].fd, .name = in[i].name};
        } else {
            int error = prog_try_open(&all[i].r, in[i].name);
            if (error)
                sort_fail(error, "cannot read", in[i].name);
        }
        if (source_next(r, &all[i]))
            heap[alive++] = &all[i];
        else
            source_end(&all[i]);
    }
    for (size_t i = alive / 2; i > 0; i--)
        sift(r, heap, alive, i - 1);
    prog_buf last = {0}; /* with -u: the line that is printed already */
    bool some = false;
    while (alive > 0 && !w->error) {
        source *s = heap[0];
        if (r->unique) {
            if (!some || sort_compare_keys(r, (bx_str){last.p, last.n},
                                           (bx_str){s->line.p, s->line.n}) != 0) {
                put_line(r, w, s->line.p, s->line.n);
                last.n = 0;
                prog_buf_put(&last, s->line.p, s->line.n);
                some = true;
            }
        } else {
            put_line(r, w, s->line.p, s->line.n);
        }
        if (!source_next(r, s)) {
            source_end(s);
            heap[0] = heap[--alive];
        }
        if (alive > 0)
            sift(r, heap, alive, 0);
    }
    prog_buf_free(&last);
    free(heap);
    free(all);
}
