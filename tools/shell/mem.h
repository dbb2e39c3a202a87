/* shell/mem.h - memory of the shell: allocation that ends the program when there is none, growing
 * strings, lists of strings, and pools that live for one command.
 *
 * Strings inside the shell are NUL-terminated, as POSIX has them (no NUL can be in a variable). */
#ifndef BX_SHELL_MEM_H
#define BX_SHELL_MEM_H

#include "base/defs.h"

/* Never NULL: without memory the program says "bash: out of memory" and exits with status 2. */
void *sh_alloc(size_t n);            /* zeros */
void *sh_realloc(void *p, size_t n); /* as realloc: what is new is not cleared */
char *sh_strdup(const char *s);      /* free() */
char *sh_strndup(const char *s, size_t n);
BX_NORETURN BX_COLD void sh_out_of_memory(void);

/* A growing string; {0} is empty.  p is NULL until the first byte and NUL-terminated only after
 * sh_buf_str() or sh_buf_take(). */
typedef struct sh_buf {
    char *p;
    size_t n, cap;
} sh_buf;

void sh_buf_grow(sh_buf *b, size_t more); /* room for `more` bytes beyond n, and a NUL */

static inline void sh_buf_c(sh_buf *b, char c)
{
    if (b->n + 1 >= b->cap)
        sh_buf_grow(b, 1);
    b->p[b->n++] = c;
}

static inline void sh_buf_add(sh_buf *b, const char *s, size_t n)
{
    if (b->n + n >= b->cap)
        sh_buf_grow(b, n);
    if (n)
        memcpy(b->p + b->n, s, n);
    b->n += n;
}

static inline void sh_buf_z(sh_buf *b, const char *s) { sh_buf_add(b, s, strlen(s)); }
void sh_buf_int(sh_buf *b, int64_t v);
char *sh_buf_str(sh_buf *b);  /* the string, NUL-terminated; still the buffer's */
char *sh_buf_take(sh_buf *b); /* the string for the caller to free(); the buffer is empty again */
static inline void sh_buf_done(sh_buf *b)
{
    free(b->p);
    *b = (sh_buf){0};
}

/* Decimal text of `v` at the end of `room`; the result points into it. */
char *sh_int_text(int64_t v, char room[24]);

/* A list of strings, NULL-terminated (v[n] == NULL) once anything was added. */
typedef struct sh_strs {
    char **v;
    size_t n, cap;
} sh_strs;

void sh_strs_add(sh_strs *l, char *owned); /* the list frees it */
void sh_strs_done(sh_strs *l);             /* frees all; empty again */

/* A pool: many small pieces, freed at once. {0} is empty. */
typedef struct sh_pool {
    struct sh_pool_block *top;
} sh_pool;

typedef struct sh_pool_mark {
    struct sh_pool_block *top;
    size_t used;
} sh_pool_mark;

void *sh_pool_get(sh_pool *a, size_t n); /* aligned for any type, not cleared */
char *sh_pool_str(sh_pool *a, const char *s, size_t n);
sh_pool_mark sh_pool_here(const sh_pool *a);
void sh_pool_back(sh_pool *a, sh_pool_mark m); /* frees what came after the mark */
void sh_pool_done(sh_pool *a);

#endif
