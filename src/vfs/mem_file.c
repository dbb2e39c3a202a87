/* The in-memory backend: open files and directories. */
#include <unistd.h>

#include "codec/rawname.h"
#include "vfs/backend.h"
#include "vfs/carve.h"
#include "vfs/mem_ops.h"
#include "vfs/mem_walk.h"
#include "vfs/memfs.h"
#include "vfs/readdir.h"

static bx_memfs *tree(const bx_file *f) { return f->s->mem; }

void bx_mem_stat(bx_vfs_session *s, const bx_mem_node *n, bx_stat *ret)
{
    *ret = (bx_stat){
        .dev = bx_session_dev(s, BX_DEV_MEM),
        .ino = n->ino,
        .nlink = n->nlink,
        .size = n->type == BX_FT_DIR ? BX_MEM_CHUNK : n->size,
        .atim_ns = n->atim,
        .mtim_ns = n->mtim,
        .ctim_ns = n->ctim,
        .type = (bx_filetype)n->type,
    };
}

static void set_time(uint64_t *t, bx_set_time how)
{
    if (how.kind == BX_TIME_NOW)
        *t = bx_mem_now();
    else if (how.kind == BX_TIME_SET)
        *t = how.ns;
}

void bx_mem_set_times(bx_mem_node *n, bx_set_time a, bx_set_time m)
{
    set_time(&n->atim, a);
    set_time(&n->mtim, m);
    n->ctim = bx_mem_now();
}

static bx_errno mem_close(bx_file *f)
{
    bx_mem_node *n = f->node;
    f->node = NULL;
    free(f->lent);
    f->lent = NULL;
    if (!n)
        return BX_E_SUCCESS;
    n->refs--;
    bx_mem_drop(tree(f), n);
    return BX_E_SUCCESS;
}

/* ---- contents -------------------------------------------------------------------------------- */
/* Bytes from `at` to the end of its chunk, at most `n`. */
static size_t within_chunk(uint64_t at, size_t n)
{
    size_t left = BX_MEM_CHUNK - (size_t)(at % BX_MEM_CHUNK);
    return n < left ? n : left;
}

static void copy_out(const bx_mem_node *n, uint64_t at, uint8_t *p, size_t len)
{
    while (len > 0) {
        size_t k = within_chunk(at, len);
        const uint8_t *c = n->chunk[at / BX_MEM_CHUNK];
        if (c)
            memcpy(p, c + at % BX_MEM_CHUNK, k);
        else
            memset(p, 0, k);
        at += k;
        p += k;
        len -= k;
    }
}

static bx_errno mem_read(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    bx_mem_node *node = f->node;
    uint64_t at = off == BX_AT_POS ? f->pos : off;
    size_t got = 0;
    for (size_t i = 0; i < n && at < node->size; i++) {
        size_t k = iov[i].iov_len < node->size - at ? iov[i].iov_len : (size_t)(node->size - at);
        copy_out(node, at, iov[i].iov_base, k);
        at += k;
        got += k;
    }
    if (off == BX_AT_POS)
        f->pos = at;
    node->atim = bx_mem_now();
    *ret_n = got;
    return BX_E_SUCCESS;
}

/* Chunk by chunk, so that what still fits is written before the space runs out. */
static bx_errno copy_in(bx_memfs *m, bx_mem_node *n, uint64_t at, const uint8_t *p, size_t len,
                        size_t *ret_n)
{
    while (len > 0) {
        size_t k = within_chunk(at, len);
        uint64_t fresh;
        bx_errno e = bx_mem_fill(m, n, at, k, &fresh);
        if (e != BX_E_SUCCESS)
            return e;
        memcpy(n->chunk[at / BX_MEM_CHUNK] + at % BX_MEM_CHUNK, p, k);
        at += k;
        p += k;
        len -= k;
        *ret_n += k;
    }
    return BX_E_SUCCESS;
}

static bx_errno write_range(bx_memfs *m, bx_mem_node *n, const struct iovec *iov, size_t n_iov,
                            uint64_t at, size_t *put)
{
    bx_errno e = BX_E_SUCCESS;
    for (size_t i = 0; i < n_iov && e == BX_E_SUCCESS; i++)
        e = copy_in(m, n, at + *put, iov[i].iov_base, iov[i].iov_len, put);
    return e;
}

static bx_errno mem_write(bx_file *f, const struct iovec *iov, size_t n, uint64_t off,
                          size_t *ret_n)
{
    bx_mem_node *node = f->node;
    bool own = off == BX_AT_POS || off == BX_AT_END;
    uint64_t at = off == BX_AT_END ? node->size : own ? f->pos : off, total = 0, old = node->size;
    for (size_t i = 0; i < n; i++)
        total += iov[i].iov_len;
    if (total > INT64_MAX - at)
        return BX_E_FBIG;
    if (total == 0) { /* does not even move to the end when appending */
        *ret_n = 0;
        return BX_E_SUCCESS;
    }
    size_t put = 0;
    bx_errno e = BX_E_SUCCESS;
    if (at + total > old)
        e = bx_mem_resize(tree(f), node, at + total);
    if (e == BX_E_SUCCESS)
        e = write_range(tree(f), node, iov, n, at, &put);
    if (put < total && node->size > old) { /* cut back to what was written */
        uint64_t end = put > 0 && at + put > old ? at + put : old;
        (void)bx_mem_resize(tree(f), node, end);
    }
    if (put == 0)
        return e;
    if (own)
        f->pos = at + put;
    node->mtim = node->ctim = bx_mem_now();
    *ret_n = put;
    return BX_E_SUCCESS;
}

static bx_errno mem_seek(bx_file *f, int64_t off, int whence, uint64_t *ret)
{
    uint64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? f->pos : f->node->size;
    int64_t at;
    if (__builtin_add_overflow((int64_t)from, off, &at) || at < 0)
        return BX_E_INVAL;
    *ret = f->pos = (uint64_t)at;
    return BX_E_SUCCESS;
}

static bx_errno mem_stat(bx_file *f, bx_stat *ret)
{
    bx_mem_stat(f->s, f->node, ret);
    return BX_E_SUCCESS;
}

static bx_errno mem_set_size(bx_file *f, uint64_t size)
{
    bx_errno e = bx_mem_resize(tree(f), f->node, size);
    if (e == BX_E_SUCCESS)
        f->node->mtim = f->node->ctim = bx_mem_now();
    return e;
}

static bx_errno mem_allocate(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used)
{
    bx_mem_node *n = f->node;
    uint64_t old = n->size, fresh = 0;
    *ret_used = 0;
    bx_errno e = off + len > old ? bx_mem_resize(tree(f), n, off + len) : BX_E_SUCCESS;
    if (e != BX_E_SUCCESS)
        return e;
    e = bx_mem_fill(tree(f), n, off, len, &fresh);
    if (e != BX_E_SUCCESS) {
        (void)bx_mem_resize(tree(f), n, old);
        return e;
    }
    uint64_t more = n->size - old;
    *ret_used = more > fresh ? more : fresh;
    n->mtim = n->ctim = bx_mem_now();
    return BX_E_SUCCESS;
}

static bx_errno mem_sync(bx_file *f, bool data_only)
{
    (void)f;
    (void)data_only;
    return BX_E_SUCCESS;
}

static bx_errno mem_advise(bx_file *f, uint64_t off, uint64_t len, int advice)
{
    (void)f;
    (void)off;
    (void)len;
    (void)advice;
    return BX_E_SUCCESS;
}

static bx_errno mem_set_times(bx_file *f, bx_set_time a, bx_set_time m)
{
    bx_mem_set_times(f->node, a, m);
    return BX_E_SUCCESS;
}

static bool mem_is_same(const bx_file *a, const bx_file *b) { return a->node == b->node; }

/* ---- directories ---------------------------------------------------------------------------- */
enum { FIRST_COOKIE = 2 }; /* 0 is ".", 1 is ".."; then an entry's seq and 2 */

static bool is_hidden(const bx_file *dir, const char *name)
{
    char guest[BX_GUEST_BUF];
    const bx_carve *c = dir->s->v->carve;
    if (!c)
        return false;
    size_t n = bx_mem_guest_path(dir, dir->node, name, guest);
    return n == 0 || bx_carve_denies_guest(c, (bx_str){guest, n});
}

/* Where the first entry numbered `seq` or more is. */
static size_t index_of(const bx_mem_node *n, uint64_t seq)
{
    size_t lo = 0, hi = n->n_ent;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (n->ent[mid]->seq < seq)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bx_errno entry_from(const bx_file *dir, uint64_t seq, const bx_mem_entry **ret)
{
    const bx_mem_node *n = dir->node;
    size_t i = index_of(n, seq);
    bx_errno e = BX_E_SUCCESS;
    while (e == BX_E_SUCCESS && i < n->n_ent && is_hidden(dir, n->ent[i]->name)) {
        e = bx_session_check(dir->s);
        i++;
    }
    *ret = i < n->n_ent ? n->ent[i] : NULL;
    return e;
}

/* Entries below a cookie, "." and ".." included. */
static uint64_t entries_below(const bx_mem_node *n, uint64_t cookie)
{
    return cookie <= FIRST_COOKIE ? cookie : FIRST_COOKIE + index_of(n, cookie - FIRST_COOKIE);
}

/* Those that were jumped over count too. */
static bx_errno count_up_to(bx_file *dir, uint64_t cookie)
{
    if (cookie <= dir->pos)
        return BX_E_SUCCESS;
    uint64_t n = entries_below(dir->node, cookie) - entries_below(dir->node, dir->pos);
    bx_errno e = bx_count_dir_entries(dir->s, n);
    if (e == BX_E_SUCCESS)
        dir->pos = cookie;
    return e;
}

static bx_errno lend(bx_file *dir, const bx_mem_entry *e, bx_dirent *ret)
{
    if (!dir->lent)
        dir->lent = bx_calloc(BX_RAWNAME_GROWTH, BX_NAME_MAX);
    if (!dir->lent)
        return BX_E_NOMEM;
    size_t n =
        bx_rawname_show((bx_str){e->name, e->name_n}, dir->lent, BX_RAWNAME_GROWTH * BX_NAME_MAX);
    *ret = (bx_dirent){.next = e->seq + FIRST_COOKIE + 1,
                       .ino = e->node->ino,
                       .type = (bx_filetype)e->node->type,
                       .name = {dir->lent, n}};
    return BX_E_SUCCESS;
}

static bx_errno mem_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    bx_dirent d = {.next = cookie + 1, .ino = dir->node->ino, .type = BX_FT_DIR};
    bx_errno e = is_hidden(dir, "") ? BX_E_ACCES : BX_E_SUCCESS;
    if (e != BX_E_SUCCESS)
        return e;
    if (cookie == 0)
        dir->pos = 0; /* of a directory: cookies below were counted in this pass */
    if (cookie < FIRST_COOKIE) {
        d.name = cookie == 0 ? BX_LIT(".") : BX_LIT("..");
    } else {
        const bx_mem_entry *ent;
        e = entry_from(dir, cookie - FIRST_COOKIE, &ent);
        if (e != BX_E_SUCCESS)
            return e;
        if (!ent) {
            *ret_more = false;
            return BX_E_SUCCESS;
        }
        e = lend(dir, ent, &d);
    }
    if (e == BX_E_SUCCESS)
        e = count_up_to(dir, d.next);
    if (e == BX_E_SUCCESS) {
        *ret = d;
        *ret_more = true;
    }
    return e;
}

const bx_backend bx_mem_backend = {
    .open = bx_mem_open,
    .stat_at = bx_mem_stat_at,
    .set_times_at = bx_mem_set_times_at,
    .mkdir_at = bx_mem_mkdir_at,
    .rmdir_at = bx_mem_rmdir_at,
    .unlink_at = bx_mem_unlink_at,
    .symlink_at = bx_mem_symlink_at,
    .readlink_at = bx_mem_readlink_at,
    .link_at = bx_mem_link_at,
    .rename_at = bx_mem_rename_at,
    .close = mem_close,
    .read = mem_read,
    .write = mem_write,
    .seek = mem_seek,
    .stat = mem_stat,
    .set_size = mem_set_size,
    .allocate = mem_allocate,
    .sync = mem_sync,
    .advise = mem_advise,
    .set_times = mem_set_times,
    .readdir = mem_readdir,
    .is_same = mem_is_same,
};
