/* vfs/memfs.h - the tree in memory: nodes, names, contents, and what they cost. */
#ifndef BX_VFS_MEMFS_H
#define BX_VFS_MEMFS_H

#include "vfs/object.h"

typedef struct bx_mem_entry {
    struct bx_mem_entry *hash_next;
    bx_mem_node *dir, *node;
    uint64_t seq; /* grows along the directory: what a cookie is made of */
    uint32_t hash;
    uint16_t name_n;
    char name[]; /* NUL-terminated */
} bx_mem_entry;

struct bx_mem_node {
    bx_mem_node *next, **link; /* all nodes of the tree */
    uint8_t type;              /* BX_FT_REG, BX_FT_DIR, BX_FT_SYMLINK */
    uint32_t refs;             /* open handles */
    uint32_t nlink; /* names; of a directory 2 and one per directory in it; 0 = removed */
    uint64_t ino, size;
    uint64_t atim, mtim, ctim;
    uint8_t **chunk; /* of a file; a NULL one is a hole */
    size_t n_chunks;
    char *target;       /* of a symbolic link */
    bx_mem_entry *self; /* of a directory: its own entry; NULL in the root */
    bx_mem_entry **ent; /* of a directory: what is in it, by seq */
    size_t n_ent, cap_ent;
    uint64_t next_seq;
};

enum { BX_MEM_CHUNK = 4096 };

struct bx_memfs {
    uint64_t used, max; /* bytes of host memory, overhead included */
    bx_vfs_quota *all;  /* those of sessions that belong together; NULL: it is alone */
    uint64_t next_ino;
    bx_mem_node *root, *scratch,
        *nodes; /* scratch: the root of BX_SCRATCH; NULL until it is used */
    bx_mem_entry **bucket;
    size_t n_buckets, n_entries;
};

BX_NODISCARD bx_memfs *bx_memfs_new(uint64_t max, bx_vfs_quota *all);
void bx_memfs_free(bx_memfs *m); /* after every handle was closed; NULL is fine */
uint64_t bx_mem_now(void);
bx_mem_entry *bx_mem_find(const bx_memfs *m, const bx_mem_node *dir, const char *name, size_t n);
/* A new node with no name yet; NOSPC, NOMEM.  bx_mem_drop frees one that has neither name nor
 * handle. */
bx_errno bx_mem_node_new(bx_memfs *m, bx_filetype type, bx_mem_node **ret);
void bx_mem_drop(bx_memfs *m, bx_mem_node *n);
/* Give `node` the name in `dir`, which has it not.  Take away an entry's name. */
bx_errno bx_mem_attach(bx_memfs *m, bx_mem_node *dir, const char *name, size_t n,
                       bx_mem_node *node);
void bx_mem_detach(bx_memfs *m, bx_mem_entry *e);
bool bx_mem_charge(bx_memfs *m, uint64_t bytes);
void bx_mem_give(bx_memfs *m, uint64_t bytes);
bx_errno bx_mem_resize(bx_memfs *m, bx_mem_node *n, uint64_t size);
/* Memory for [off, off + len) of a file that is at least that long; *ret_new = bytes added. */
bx_errno bx_mem_fill(bx_memfs *m, bx_mem_node *n, uint64_t off, uint64_t len, uint64_t *ret_new);

#endif
