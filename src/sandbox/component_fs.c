/* wasi:filesystem for components: the engine's hooks are the functions of src/vfs. */
#include "sandbox/component_hooks.h"

static size_t preopen_count(void *ctx)
{
    const bx_component *c = ctx;
    return c->preopens ? c->n_preopens : bx_vfs_preopen_count(c->vfs);
}

static bx_str preopen_path(void *ctx, size_t i)
{
    const bx_component *c = ctx;
    return c->preopens ? c->preopens[i].name : bx_vfs_preopen_path(c->vfs, i);
}

/* Of several processes each has a handle of its own: a listing has a place in it. */
static bx_errno own_handle(bx_file *dir, bx_file **ret)
{
    const bx_open_how how = {.read = true, .directory = true};
    return bx_vfs_open(dir, BX_LIT("."), &how, ret);
}

static bx_errno preopen(void *ctx, size_t i, bx_file **ret)
{
    const bx_component *c = ctx;
    bx_file *dir = c->preopens ? c->preopens[i].file : NULL;
    if (dir)
        return own_handle(dir, ret);
    bx_errno e = bx_vfs_preopen(c->files, c->preopens ? c->preopens[i].index : i, &dir);
    if (e == BX_E_SUCCESS && !c->is_alone)
        return own_handle(dir, ret);
    if (e == BX_E_SUCCESS)
        *ret = dir;
    return e;
}

/* A resource is dropped without an answer; the record has what a failed close said. */
static void close_file(bx_file *f) { (void)bx_file_close(f); }

static bx_errno pread_file(bx_file *f, void *buf, size_t cap, uint64_t off, size_t *ret_n)
{
    struct iovec iov = {buf, cap};
    return bx_file_preadv(f, &iov, 1, off, ret_n);
}

static bx_errno pwrite_file(bx_file *f, const void *p, size_t n, uint64_t off, size_t *ret_n)
{
    struct iovec iov = {(void *)(uintptr_t)p, n};
    return bx_file_pwritev(f, &iov, 1, off, ret_n);
}

static bx_errno append_file(bx_file *f, const void *p, size_t n, size_t *ret_n)
{
    struct iovec iov = {(void *)(uintptr_t)p, n};
    return bx_file_append(f, &iov, 1, ret_n);
}

const bx_efs_hooks bx_component_fs = {
    .preopen_count = preopen_count,
    .preopen_path = preopen_path,
    .preopen = preopen,
    .open = bx_vfs_open,
    .close = close_file,
    .type = bx_file_type,
    .rights = bx_file_rights,
    .grant_rights = bx_file_grant_rights,
    .flags = bx_file_get_flags,
    .stat = bx_file_stat,
    .stat_at = bx_vfs_stat_at,
    .set_times = bx_file_set_times,
    .set_times_at = bx_vfs_set_times_at,
    .mkdir_at = bx_vfs_mkdir_at,
    .rmdir_at = bx_vfs_rmdir_at,
    .unlink_at = bx_vfs_unlink_at,
    .symlink_at = bx_vfs_symlink_at,
    .readlink_at = bx_vfs_readlink_at,
    .link_at = bx_vfs_link_at,
    .rename_at = bx_vfs_rename_at,
    .pread = pread_file,
    .pwrite = pwrite_file,
    .append = append_file,
    .set_size = bx_file_set_size,
    .advise = bx_file_advise,
    .sync = bx_file_sync,
    .readdir = bx_file_readdir,
    .is_same = bx_file_is_same,
};
