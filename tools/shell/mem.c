#include "shell/mem.h"

#include <unistd.h>

void sh_out_of_memory(void)
{
    static const char text[] = "bash: out of memory\n";
    ssize_t ignored = write(2, text, sizeof text - 1);
    (void)ignored;
    _exit(2);
}

void *sh_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p)
        sh_out_of_memory();
    return p;
}

void *sh_realloc(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);
    if (!q)
        sh_out_of_memory();
    return q;
}

char *sh_strndup(const char *s, size_t n)
{
    char *p = sh_realloc(NULL, n + 1);
    if (n)
        memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *sh_strdup(const char *s) { return sh_strndup(s, strlen(s)); }

void sh_buf_grow(sh_buf *b, size_t more)
{
    size_t need = b->n + more + 1;
    if (need < more)
        sh_out_of_memory();
    size_t cap = b->cap < 48 ? 64 : b->cap + b->cap / 2;
    if (cap < need)
        cap = need;
    b->p = sh_realloc(b->p, cap);
    b->cap = cap;
}

char *sh_int_text(int64_t v, char room[24])
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char *p = room + 23;
    *p = 0;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    return p;
}

void sh_buf_int(sh_buf *b, int64_t v)
{
    char room[24];
    char *p = sh_int_text(v, room);
    sh_buf_add(b, p, (size_t)(room + 23 - p));
}

char *sh_buf_str(sh_buf *b)
{
    if (b->n + 1 > b->cap)
        sh_buf_grow(b, 0);
    b->p[b->n] = 0;
    return b->p;
}

char *sh_buf_take(sh_buf *b)
{
    char *p = sh_buf_str(b);
    *b = (sh_buf){0};
    return p;
}

void sh_strs_add(sh_strs *l, char *owned)
{
    if (l->n + 1 >= l->cap) {
        l->cap = l->cap ? l->cap * 2 : 8;
        l->v = sh_realloc(l->v, l->cap * sizeof *l->v);
    }
    l->v[l->n++] = owned;
    l->v[l->n] = NULL;
}

void sh_strs_done(sh_strs *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
    *l = (sh_strs){0};
}

struct sh_pool_block {
    struct sh_pool_block *below;
    size_t used, cap;
    _Alignas(16) char room[];
};

void *sh_pool_get(sh_pool *a, size_t n)
{
    n = (n + 15) & ~(size_t)15;
    if (!a->top || a->top->cap - a->top->used < n) {
        size_t cap = a->top ? a->top->cap * 2 : 2000;
        if (cap > 256000)
            cap = 256000;
        if (cap < n)
            cap = n;
        struct sh_pool_block *b = sh_realloc(NULL, sizeof *b + cap);
        *b = (struct sh_pool_block){.below = a->top, .cap = cap};
        a->top = b;
    }
    void *p = a->top->room + a->top->used;
    a->top->used += n;
    return p;
}

char *sh_pool_str(sh_pool *a, const char *s, size_t n)
{
    char *p = sh_pool_get(a, n + 1);
    if (n)
        memcpy(p, s, n);
    p[n] = 0;
    return p;
}

sh_pool_mark sh_pool_here(const sh_pool *a)
{
    return (sh_pool_mark){a->top, a->top ? a->top->used : 0};
}

void sh_pool_back(sh_pool *a, sh_pool_mark m)
{
    while (a->top != m.top) {
        struct sh_pool_block *b = a->top;
        a->top = b->below;
        free(b);
    }
    if (a->top)
        a->top->used = m.used;
}

void sh_pool_done(sh_pool *a) { sh_pool_back(a, (sh_pool_mark){0}); }
