#include <stdio.h>

#include "shell/ast.h"

enum { BLOCK_SIZE = 2000 };

struct sh_arena_block {
    struct sh_arena_block *next;
    size_t used, size;
    max_align_t data[];
};

void *sh_arena_alloc(sh_arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        sh_out_of_memory();
    size = (size + 7) & ~(size_t)7;
    struct sh_arena_block *b = a->blocks;
    if (!b || b->size - b->used < size) {
        size_t room = size > BLOCK_SIZE / 4 ? size : (size_t)BLOCK_SIZE;
        struct sh_arena_block *fresh = sh_alloc(sizeof *fresh + room);
        fresh->size = room;
        if (b && room == size) { /* a large one of its own: keep filling the current block */
            fresh->next = b->next;
            b->next = fresh;
        } else {
            fresh->next = b;
            a->blocks = fresh;
        }
        b = fresh;
    }
    void *p = (char *)b->data + b->used;
    b->used += size;
    return p;
}

bx_str sh_arena_str(sh_arena *a, const char *p, size_t n)
{
    char *q = sh_arena_alloc(a, n + 1);
    if (n)
        memcpy(q, p, n);
    return (bx_str){q, n};
}

void sh_arena_done(sh_arena *a)
{
    while (a->blocks) {
        struct sh_arena_block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
}

sh_unit *sh_unit_ref(sh_unit *u)
{
    u->refs++;
    return u;
}

void sh_unit_unref(sh_unit *u)
{
    if (!u || --u->refs > 0)
        return;
    for (sh_command_subst *c = u->lazy; c; c = c->next_lazy) {
        if (c->lazy)
            sh_unit_unref(c->lazy);
    }
    sh_arena arena = u->arena; /* the unit itself is not in it */
    free(u);
    sh_arena_done(&arena);
}
