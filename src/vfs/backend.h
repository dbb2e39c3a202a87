/* vfs/backend.h - what a kind of tree has to do.  Paths are NUL-terminated and checked: not empty,
 * not absolute, UTF-8; rights and quotas of the session have been judged. */
#ifndef BX_VFS_BACKEND_H
#define BX_VFS_BACKEND_H

#include "vfs/object.h"

/* Places that are no offsets, which are at most INT64_MAX: the handle's own position, and the end,
 * found and written to in one step.  Both leave the position behind what was moved. */
#define BX_AT_POS UINT64_MAX
#define BX_AT_END (UINT64_MAX - 1)

typedef struct bx_opened {
    bx_file *f;      /* filled by the backend: fd or node, type, path_only */
    bool may_create; /* files_created leaves room for one more */
    bool created;
} bx_opened;

typedef struct bx_backend {
    bx_errno (*open)(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
    bx_errno (*stat_at)(bx_file *dir, const char *path, bool follow, bx_stat *ret);
    bx_errno (*set_times_at)(bx_file *dir, const char *path, bool follow, bx_set_time a,
                             bx_set_time m);
    bx_errno (*mkdir_at)(bx_file *dir, const char *path);
    bx_errno (*rmdir_at)(bx_file *dir, const char *path);
    bx_errno (*unlink_at)(bx_file *dir, const char *path);
    bx_errno (*symlink_at)(const char *target, bx_file *dir, const char *path);
    bx_errno (*readlink_at)(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
    bx_errno (*link_at)(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
    bx_errno (*rename_at)(bx_file *od, const char *op, bx_file *nd, const char *np);
    bx_errno (*close)(bx_file *f); /* closed in any case; what it says was lost before */
    /* `off` may be BX_AT_POS; that of a write may be BX_AT_END. */
    bx_errno (*read)(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
    bx_errno (*write)(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
    bx_errno (*seek)(bx_file *f, int64_t off, int whence, uint64_t *ret);
    bx_errno (*stat)(bx_file *f, bx_stat *ret);
    bx_errno (*set_size)(bx_file *f, uint64_t size);
    /* *ret_used = bytes newly taken from the disk or added to the size, whichever is more. */
    bx_errno (*allocate)(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used);
    bx_errno (*sync)(bx_file *f, bool data_only);
    bx_errno (*advise)(bx_file *f, uint64_t off, uint64_t len, int advice);
    bx_errno (*set_times)(bx_file *f, bx_set_time a, bx_set_time m);
    bx_errno (*readdir)(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);
    bool (*is_same)(const bx_file *a, const bx_file *b);
} bx_backend;

extern const bx_backend bx_host_backend, bx_mem_backend, bx_store_backend, bx_root_backend,
    bx_bin_backend;

/* Count what found no room where a capability gives a size: by the backend's answer, or because it
 * took only a part. */
static inline void bx_count_no_room(bx_file *f)
{
    f->s->n.hit_tmp += f->bk == &bx_mem_backend;
    f->s->n.hit_store += f->bk == &bx_store_backend;
}

static inline bx_errno bx_count_full(bx_file *f, bx_errno e)
{
    if (e == (f->bk == &bx_mem_backend ? BX_E_NOSPC : BX_E_DQUOT))
        bx_count_no_room(f);
    return e;
}

/* The first `max` bytes of `iov` into `out`, which has room for n; returns the number of its
 * elements. */
size_t bx_iov_cut(const struct iovec *iov, size_t n, uint64_t max, struct iovec *out);

#endif
