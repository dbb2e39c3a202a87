/* The in-memory tree: nodes, names, and what they cost. */
#include "vfs/memfs.h"

#include <time.h>

enum {
    FIRST_BUCKETS = 64,
    NODE_COST = sizeof(bx_mem_node) + 32,
    ENTRY_COST = sizeof(bx_mem_entry) + 48
};

uint64_t bx_mem_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * BX_SEC + (uint64_t)t.tv_nsec;
}

bool bx_mem_charge(bx_memfs *m, uint64_t bytes)
{
    if (bytes > m->max - m->used)
        return false;
    if (m->all && atomic_fetch_add(&m->all->used, bytes) + bytes > m->all->max) {
        atomic_fetch_sub(&m->all->used, bytes);
        return false;
    }
    m->used += bytes;
    return true;
}

void bx_mem_give(bx_memfs *m, uint64_t bytes)
{
    m->used -= bytes;
    if (m->all)
        atomic_fetch_sub(&m->all->used, bytes);
}

/* ---- nodes --------------------------------------------------------------------------------- */
bx_errno bx_mem_node_new(bx_memfs *m, bx_filetype type, bx_mem_node **ret)
{
    if (!bx_mem_charge(m, NODE_COST))
        return BX_E_NOSPC;
    bx_mem_node *n = bx_calloc(1, sizeof *n);
    if (!n) {
        bx_mem_give(m, NODE_COST);
        return BX_E_NOMEM;
    }
    n->type = (uint8_t)type;
    n->ino = m->next_ino++;
    n->atim = n->mtim = n->ctim = bx_mem_now();
    n->next = m->nodes;
    n->link = &m->nodes;
    if (n->next)
        n->next->link = &n->next;
    m->nodes = n;
    *ret = n;
    return BX_E_SUCCESS;
}

static void node_free(bx_memfs *m, bx_mem_node *n)
{
    if (n->type == BX_FT_REG)
        (void)bx_mem_resize(m, n, 0);
    if (n->type == BX_FT_SYMLINK)
        bx_mem_give(m, n->size);
    bx_mem_give(m, NODE_COST + n->cap_ent * sizeof(bx_mem_entry *));
    *n->link = n->next;
    if (n->next)
        n->next->link = n->link;
    free(n->target);
    free(n->ent);
    free(n);
}

void bx_mem_drop(bx_memfs *m, bx_mem_node *n)
{
    if (n && n->nlink == 0 && n->refs == 0)
        node_free(m, n);
}

bx_memfs *bx_memfs_new(uint64_t max, bx_vfs_quota *all)
{
    bx_memfs *m = bx_calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->max = max;
    m->all = all;
    m->next_ino = 1;
    m->bucket = bx_calloc(FIRST_BUCKETS, sizeof(bx_mem_entry *));
    m->n_buckets = FIRST_BUCKETS;
    if (!m->bucket || bx_mem_node_new(m, BX_FT_DIR, &m->root) != BX_E_SUCCESS) {
        bx_memfs_free(m);
        return NULL;
    }
    m->root->nlink = 2;
    return m;
}

void bx_memfs_free(bx_memfs *m)
{
    if (!m)
        return;
    for (size_t i = 0; m->bucket && i < m->n_buckets; i++) {
        while (m->bucket[i]) {
            bx_mem_entry *e = m->bucket[i];
            m->bucket[i] = e->hash_next;
            free(e);
        }
    }
    while (m->nodes)
        node_free(m, m->nodes);
    if (m->all) /* names and the table of them */
        atomic_fetch_sub(&m->all->used, m->used);
    free(m->bucket);
    free(m);
}

/* ---- names ----------------------------------------------------------------------------------- */
/* FNV-1a over the name and the directory's number.  Collisions a guest makes on purpose slow
 * down only its own call. */
static uint32_t hash_of(const bx_mem_node *dir, const char *name, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ dir->ino;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ (h >> 32));
}

bx_mem_entry *bx_mem_find(const bx_memfs *m, const bx_mem_node *dir, const char *name, size_t n)
{
    uint32_t h = hash_of(dir, name, n);
    bx_mem_entry *e = m->bucket[h & (m->n_buckets - 1)];
    while (e && !(e->hash == h && e->dir == dir && e->name_n == n && memcmp(e->name, name, n) == 0))
        e = e->hash_next;
    return e;
}

/* A table that cannot grow only gets slower. */
static void grow_table(bx_memfs *m)
{
    size_t n = m->n_buckets * 2;
    if (m->n_entries < m->n_buckets || !bx_mem_charge(m, m->n_buckets * sizeof(void *)))
        return;
    bx_mem_entry **b = bx_calloc(n, sizeof(bx_mem_entry *));
    if (!b) {
        bx_mem_give(m, m->n_buckets * sizeof(void *));
        return;
    }
    for (size_t i = 0; i < m->n_buckets; i++) {
        while (m->bucket[i]) {
            bx_mem_entry *e = m->bucket[i];
            m->bucket[i] = e->hash_next;
            e->hash_next = b[e->hash & (n - 1)];
            b[e->hash & (n - 1)] = e;
        }
    }
    free(m->bucket);
    m->bucket = b;
    m->n_buckets = n;
}

static bx_errno reserve_slot(bx_memfs *m, bx_mem_node *dir)
{
    if (dir->n_ent < dir->cap_ent)
        return BX_E_SUCCESS;
    size_t cap = dir->cap_ent ? dir->cap_ent * 2 : 8,
           more = (cap - dir->cap_ent) * sizeof(bx_mem_entry *);
    if (!bx_mem_charge(m, more))
        return BX_E_NOSPC;
    bx_mem_entry **p = bx_realloc(dir->ent, cap * sizeof(bx_mem_entry *));
    if (!p) {
        bx_mem_give(m, more);
        return BX_E_NOMEM;
    }
    dir->ent = p;
    dir->cap_ent = cap;
    return BX_E_SUCCESS;
}

bx_errno bx_mem_attach(bx_memfs *m, bx_mem_node *dir, const char *name, size_t n, bx_mem_node *node)
{
    bx_errno err = reserve_slot(m, dir);
    if (err != BX_E_SUCCESS)
        return err;
    if (!bx_mem_charge(m, ENTRY_COST + n))
        return BX_E_NOSPC;
    bx_mem_entry *e = bx_calloc(1, sizeof *e + n + 1);
    if (!e) {
        bx_mem_give(m, ENTRY_COST + n);
        return BX_E_NOMEM;
    }
    memcpy(e->name, name, n);
    e->name_n = (uint16_t)n;
    e->dir = dir;
    e->node = node;
    e->seq = dir->next_seq++;
    e->hash = hash_of(dir, name, n);
    e->hash_next = m->bucket[e->hash & (m->n_buckets - 1)];
    m->bucket[e->hash & (m->n_buckets - 1)] = e;
    m->n_entries++;
    dir->ent[dir->n_ent++] = e;
    if (node->type == BX_FT_DIR) {
        node->self = e;
        node->nlink = node->nlink ? node->nlink : 2;
        dir->nlink++;
    } else {
        node->nlink++;
    }
    dir->mtim = dir->ctim = node->ctim = bx_mem_now();
    grow_table(m);
    return BX_E_SUCCESS;
}

static size_t slot_of(const bx_mem_node *dir, uint64_t seq)
{
    size_t lo = 0, hi = dir->n_ent;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (dir->ent[mid]->seq < seq)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void bx_mem_detach(bx_memfs *m, bx_mem_entry *e)
{
    bx_mem_node *dir = e->dir, *node = e->node;
    bx_mem_entry **p = &m->bucket[e->hash & (m->n_buckets - 1)];
    while (*p != e)
        p = &(*p)->hash_next;
    *p = e->hash_next;
    m->n_entries--;
    size_t i = slot_of(dir, e->seq);
    memmove(dir->ent + i, dir->ent + i + 1, (dir->n_ent - i - 1) * sizeof dir->ent[0]);
    dir->n_ent--;
    if (node->type == BX_FT_DIR) {
        dir->nlink--;
        if (node->self == e) { /* not moved: removed */
            node->self = NULL;
            node->nlink = 0;
        }
    } else {
        node->nlink--;
    }
    dir->mtim = dir->ctim = node->ctim = bx_mem_now();
    bx_mem_give(m, ENTRY_COST + e->name_n);
    free(e);
    bx_mem_drop(m, node);
}

/* ---- contents ------------------------------------------------------------------------------- */
static void free_chunks(bx_memfs *m, bx_mem_node *n, size_t from)
{
    for (size_t i = from; i < n->n_chunks; i++) {
        if (n->chunk[i])
            bx_mem_give(m, BX_MEM_CHUNK);
        free(n->chunk[i]);
        n->chunk[i] = NULL;
    }
}

/* The table of chunks is charged too: a huge file of holes is not free. */
static bx_errno set_table(bx_memfs *m, bx_mem_node *n, size_t count)
{
    size_t have = n->n_chunks * sizeof(uint8_t *), want = count * sizeof(uint8_t *);
    if (want > have && !bx_mem_charge(m, want - have))
        return BX_E_NOSPC;
    uint8_t **p = NULL;
    if (count > 0) {
        p = bx_realloc(n->chunk, want);
        if (!p && want > have) {
            bx_mem_give(m, want - have);
            return BX_E_NOMEM;
        }
        p = p ? p : n->chunk;
    } else {
        free(n->chunk);
    }
    if (want < have)
        bx_mem_give(m, have - want);
    for (size_t i = n->n_chunks; i < count; i++)
        p[i] = NULL;
    n->chunk = p;
    n->n_chunks = count;
    return BX_E_SUCCESS;
}

bx_errno bx_mem_resize(bx_memfs *m, bx_mem_node *n, uint64_t size)
{
    uint64_t count = size / BX_MEM_CHUNK + (size % BX_MEM_CHUNK != 0);
    if (count > m->max / sizeof(uint8_t *))
        return BX_E_NOSPC;
    if (count < n->n_chunks)
        free_chunks(m, n, (size_t)count);
    if (count != n->n_chunks) {
        bx_errno e = set_table(m, n, (size_t)count);
        if (e != BX_E_SUCCESS)
            return e;
    }
    size_t tail = size % BX_MEM_CHUNK;
    if (size < n->size && tail && n->chunk[count - 1]) /* what comes back later must be zero */
        memset(n->chunk[count - 1] + tail, 0, BX_MEM_CHUNK - tail);
    n->size = size;
    return BX_E_SUCCESS;
}

bx_errno bx_mem_fill(bx_memfs *m, bx_mem_node *n, uint64_t off, uint64_t len, uint64_t *ret_new)
{
    *ret_new = 0;
    for (uint64_t i = off / BX_MEM_CHUNK; len > 0 && i <= (off + len - 1) / BX_MEM_CHUNK; i++) {
        if (n->chunk[i])
            continue;
        if (!bx_mem_charge(m, BX_MEM_CHUNK))
            return BX_E_NOSPC;
        n->chunk[i] = bx_calloc(1, BX_MEM_CHUNK);
        if (!n->chunk[i]) {
            bx_mem_give(m, BX_MEM_CHUNK);
            return BX_E_NOMEM;
        }
        *ret_new += BX_MEM_CHUNK;
    }
    return BX_E_SUCCESS;
}
