/* wasi:filesystem for components: the engine's hooks onto src/vfs. */
#include "sandbox/component_hooks.h"

#define SAME_LAYOUT(a, b, last) \
    _Static_assert(sizeof(a) == sizeof(b) && offsetof(a, last) == offsetof(b, last), \
                   #a " and " #b " must be laid out alike")
SAME_LAYOUT(bx_eopen, bx_open_how, sync);
SAME_LAYOUT(bx_estat, bx_stat, type);
SAME_LAYOUT(bx_etime, bx_set_time, ns);
SAME_LAYOUT(bx_edirent, bx_dirent, name);
SAME_LAYOUT(bx_efile_flags, bx_file_flags, sync);
SAME_LAYOUT(bx_estr, bx_str, n);

static bx_vfs_session *files_of(void *ctx) { return ((bx_component *)ctx)->files; }

static bx_str str(bx_estr s) { return (bx_str){s.p, s.n}; }

static bx_set_time set_time(bx_etime t)
{
    bx_set_time r = {.ns = t.ns};
    r.kind = t.kind == 1 ? BX_TIME_NOW : t.kind == 2 ? BX_TIME_SET : BX_TIME_KEEP;
    return r;
}

static size_t preopen_count(void *ctx) { return bx_vfs_preopen_count(((bx_component *)ctx)->vfs); }

static bx_estr preopen_path(void *ctx, size_t i)
{
    bx_str s = bx_vfs_preopen_path(((bx_component *)ctx)->vfs, i);
    return (bx_estr){s.p, s.n};
}

static int preopen(void *ctx, size_t i, void **ret)
{
    bx_file *f = NULL;
    bx_errno e = bx_vfs_preopen(files_of(ctx), i, &f);
    *ret = f;
    return (int)e;
}

static int open_at(void *ctx, void *dir, bx_estr path, const bx_eopen *how, void **ret)
{
    (void)ctx;
    bx_open_how h;
    bx_file *f = NULL;
    memcpy(&h, how, sizeof h); /* the engine writes 0 or 1 */
    bx_errno e = bx_vfs_open(dir, str(path), &h, &f);
    *ret = f;
    return (int)e;
}

static void close_file(void *ctx, void *f)
{
    (void)ctx;
    (void)bx_file_close(f); /* a resource is dropped without an answer; the record has it */
}

static uint32_t type_of(void *ctx, void *f)
{
    (void)ctx;
    return (uint32_t)bx_file_type(f);
}

static uint32_t rights_of(void *ctx, void *f)
{
    (void)ctx;
    return bx_file_type(f) == BX_FT_DIR ? bx_file_grant_rights(f) : bx_file_rights(f);
}

static bx_efile_flags flags_of(void *ctx, void *f)
{
    (void)ctx;
    bx_file_flags r = bx_file_get_flags(f);
    return (bx_efile_flags){r.append, r.nonblock, r.dsync, r.rsync, r.sync};
}

static int stat_file(void *ctx, void *f, bx_estat *ret)
{
    (void)ctx;
    return (int)bx_file_stat(f, (bx_stat *)(void *)ret);
}

static int stat_at(void *ctx, void *dir, bx_estr path, int follow, bx_estat *ret)
{
    (void)ctx;
    return (int)bx_vfs_stat_at(dir, str(path), follow != 0, (bx_stat *)(void *)ret);
}

static int set_times(void *ctx, void *f, bx_etime a, bx_etime m)
{
    (void)ctx;
    return (int)bx_file_set_times(f, set_time(a), set_time(m));
}

static int set_times_at(void *ctx, void *dir, bx_estr path, int follow, bx_etime a, bx_etime m)
{
    (void)ctx;
    return (int)bx_vfs_set_times_at(dir, str(path), follow != 0, set_time(a), set_time(m));
}

static int mkdir_at(void *ctx, void *dir, bx_estr path)
{
    (void)ctx;
    return (int)bx_vfs_mkdir_at(dir, str(path));
}

static int rmdir_at(void *ctx, void *dir, bx_estr path)
{
    (void)ctx;
    return (int)bx_vfs_rmdir_at(dir, str(path));
}

static int unlink_at(void *ctx, void *dir, bx_estr path)
{
    (void)ctx;
    return (int)bx_vfs_unlink_at(dir, str(path));
}

static int symlink_at(void *ctx, bx_estr target, void *dir, bx_estr path)
{
    (void)ctx;
    return (int)bx_vfs_symlink_at(str(target), dir, str(path));
}

static int readlink_at(void *ctx, void *dir, bx_estr path, char *buf, size_t cap, size_t *ret_n)
{
    (void)ctx;
    return (int)bx_vfs_readlink_at(dir, str(path), buf, cap, ret_n);
}

static int link_at(void *ctx, void *old_dir, bx_estr old_path, int follow, void *new_dir,
                   bx_estr new_path)
{
    (void)ctx;
    return (int)bx_vfs_link_at(old_dir, str(old_path), follow != 0, new_dir, str(new_path));
}

static int rename_at(void *ctx, void *old_dir, bx_estr old_path, void *new_dir, bx_estr new_path)
{
    (void)ctx;
    return (int)bx_vfs_rename_at(old_dir, str(old_path), new_dir, str(new_path));
}

static int pread_file(void *ctx, void *f, void *buf, size_t cap, uint64_t off, size_t *ret_n)
{
    (void)ctx;
    struct iovec iov = {buf, cap};
    return (int)bx_file_preadv(f, &iov, 1, off, ret_n);
}

static int pwrite_file(void *ctx, void *f, const void *p, size_t n, uint64_t off, size_t *ret_n)
{
    (void)ctx;
    struct iovec iov = {(void *)(uintptr_t)p, n};
    return (int)bx_file_pwritev(f, &iov, 1, off, ret_n);
}

static int append_file(void *ctx, void *f, const void *p, size_t n, size_t *ret_n)
{
    (void)ctx;
    struct iovec iov = {(void *)(uintptr_t)p, n};
    return (int)bx_file_append(f, &iov, 1, ret_n);
}

static int set_size(void *ctx, void *f, uint64_t size)
{
    (void)ctx;
    return (int)bx_file_set_size(f, size);
}

static int advise(void *ctx, void *f, uint64_t off, uint64_t len, int advice)
{
    (void)ctx;
    return (int)bx_file_advise(f, off, len, advice);
}

static int sync_file(void *ctx, void *f, int data_only)
{
    (void)ctx;
    return (int)bx_file_sync(f, data_only != 0);
}

static int read_dir(void *ctx, void *dir, uint64_t cookie, bx_edirent *ret, int *ret_more)
{
    (void)ctx;
    bool more = false;
    bx_errno e = bx_file_readdir(dir, cookie, (bx_dirent *)(void *)ret, &more);
    *ret_more = more;
    return (int)e;
}

static int is_same(void *ctx, void *a, void *b)
{
    (void)ctx;
    return bx_file_is_same(a, b);
}

const bx_efs_hooks bx_component_fs = {
    .preopen_count = preopen_count,
    .preopen_path = preopen_path,
    .preopen = preopen,
    .open = open_at,
    .close = close_file,
    .type = type_of,
    .rights = rights_of,
    .flags = flags_of,
    .stat = stat_file,
    .stat_at = stat_at,
    .set_times = set_times,
    .set_times_at = set_times_at,
    .mkdir_at = mkdir_at,
    .rmdir_at = rmdir_at,
    .unlink_at = unlink_at,
    .symlink_at = symlink_at,
    .readlink_at = readlink_at,
    .link_at = link_at,
    .rename_at = rename_at,
    .pread = pread_file,
    .pwrite = pwrite_file,
    .append = append_file,
    .set_size = set_size,
    .advise = advise,
    .sync = sync_file,
    .readdir = read_dir,
    .is_same = is_same,
};
