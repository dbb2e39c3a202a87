/* Functions on paths.  Where a path may lead is decided in vfs; here are the guest's pointers,
 * flags and rights.  A path stays where it is, in guest memory: only this thread could change it.
 */
#include "wasi/internal.h"

static bx_errno get_path(bx_guest_mem m, uint64_t off, uint64_t len, bx_str *ret)
{
    uint8_t *p;
    if (!bx_guest_slice(m, (uint32_t)off, (uint32_t)len, &p))
        return BX_E_FAULT;
    if ((uint32_t)len > BX_MAX_PATH)
        return BX_E_NAMETOOLONG;
    *ret = (bx_str){(const char *)p, (uint32_t)len};
    return BX_E_SUCCESS;
}

/* The directory a[0], then the path at `off`. */
static bx_errno get_dir_path(bx_wasi *w, bx_guest_mem m, const uint64_t *a, uint64_t fd, size_t off,
                             uint64_t rights, bx_fd **dir, bx_str *path)
{
    bx_errno e = bx_fd_dir(w, fd, rights, dir);
    return e == BX_E_SUCCESS ? get_path(m, a[off], a[off + 1], path) : e;
}

static bx_errno get_lookup(uint64_t flags, bool *follow)
{
    *follow = flags & BX_LOOKUP_FOLLOW;
    return (uint32_t)flags & ~(uint32_t)BX_LOOKUP_FOLLOW ? BX_E_INVAL : BX_E_SUCCESS;
}

/* ---- open ----------------------------------------------------------------------------- */

/* What the directory must allow for these flags. */
static bx_errno open_rights(const bx_fd *dir, uint32_t oflags, uint32_t fdflags, uint64_t wanted)
{
    uint64_t base = BX_R_PATH_OPEN, inheriting = wanted & (BX_R_FD_READ | BX_R_FD_WRITE);
    if (oflags & BX_O_CREAT)
        base |= BX_R_PATH_CREATE_FILE;
    /* Who may cut an open file may cut it while opening: Go asks for its directories so. */
    if ((oflags & BX_O_TRUNC) && !(dir->inheriting & BX_R_FD_FILESTAT_SET_SIZE))
        base |= BX_R_PATH_FILESTAT_SET_SIZE;
    if (fdflags & (BX_FDF_RSYNC | BX_FDF_SYNC))
        inheriting |= BX_R_FD_SYNC;
    else if ((fdflags & BX_FDF_DSYNC) && !(dir->inheriting & BX_R_FD_SYNC))
        inheriting |= BX_R_FD_DATASYNC;
    return (base & ~dir->base) || (inheriting & ~dir->inheriting) ? BX_E_NOTCAPABLE : BX_E_SUCCESS;
}

static bx_errno open_how(uint64_t lookup, uint32_t oflags, uint32_t fdflags, uint64_t base,
                         bx_open_how *ret)
{
    bool follow;
    if (get_lookup(lookup, &follow) != BX_E_SUCCESS || (oflags & ~(uint32_t)BX_O_ALL) ||
        (fdflags & ~(uint32_t)BX_FDF_ALL))
        return BX_E_INVAL;
    if ((oflags & BX_O_CREAT) && (oflags & BX_O_DIRECTORY))
        return BX_E_INVAL;
    if ((oflags & BX_O_DIRECTORY) && (base & BX_R_FD_WRITE))
        return BX_E_ISDIR;
    *ret = (bx_open_how){
        .read = base & (BX_R_FD_READ | BX_R_FD_READDIR),
        .write = base & BX_R_FD_WRITE,
        .create = oflags & BX_O_CREAT,
        .exclusive = oflags & BX_O_EXCL,
        .truncate = oflags & BX_O_TRUNC,
        .directory = oflags & BX_O_DIRECTORY,
        .follow = follow,
        .append = fdflags & BX_FDF_APPEND,
        .nonblock = fdflags & BX_FDF_NONBLOCK,
        .dsync = fdflags & BX_FDF_DSYNC,
        .rsync = fdflags & BX_FDF_RSYNC,
        .sync = fdflags & BX_FDF_SYNC,
    };
    return BX_E_SUCCESS;
}

/* fd, lookup, path, path_len, oflags, base, inheriting, fdflags, ret */
bx_errno bx_p1_path_open(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_open_how how;
    uint8_t *ret;
    uint32_t oflags = (uint32_t)a[4], fdflags = (uint32_t)a[7];
    bx_errno e = get_dir_path(w, m, a, a[0], 2, 0, &dir, &path);
    if (e == BX_E_SUCCESS && !bx_guest_slice(m, (uint32_t)a[8], 4, &ret))
        e = BX_E_FAULT;
    uint32_t device = 0;
    if (e == BX_E_SUCCESS && bx_device_open(w, dir, path, a[5], &device, &e)) {
        if (e == BX_E_SUCCESS)
            bx_put32(ret, device);
        return e;
    }
    if (e == BX_E_SUCCESS)
        e = open_rights(dir, oflags, fdflags, a[5]);
    if (e == BX_E_SUCCESS)
        e = open_how(a[1], oflags, fdflags, a[5] & dir->inheriting, &how);
    if (e == BX_E_SUCCESS)
        e = bx_fdtable_room(w);
    if (e != BX_E_SUCCESS)
        return e;
    dir = bx_fd_get(w, a[0]); /* the table may have moved */
    bx_file *f = NULL;
    e = bx_vfs_open(dir->file, path, &how, &f);
    if (e != BX_E_SUCCESS)
        return e;
    bool is_dir = bx_file_type(f) == BX_FT_DIR;
    uint64_t base = a[5] & dir->inheriting & (is_dir ? BX_R_DIR : BX_R_FILE);
    bx_put32(ret, bx_fdtable_add(w, f, base, is_dir ? a[6] & dir->inheriting : 0));
    return BX_E_SUCCESS;
}

/* ---- one path ------------------------------------------------------------------------------- */

bx_errno bx_p1_path_create_directory(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_errno e = get_dir_path(w, m, a, a[0], 1, BX_R_PATH_CREATE_DIRECTORY, &dir, &path);
    return e == BX_E_SUCCESS ? bx_vfs_mkdir_at(dir->file, path) : e;
}

bx_errno bx_p1_path_remove_directory(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_errno e = get_dir_path(w, m, a, a[0], 1, BX_R_PATH_REMOVE_DIRECTORY, &dir, &path);
    return e == BX_E_SUCCESS ? bx_vfs_rmdir_at(dir->file, path) : e;
}

bx_errno bx_p1_path_unlink_file(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_errno e = get_dir_path(w, m, a, a[0], 1, BX_R_PATH_UNLINK_FILE, &dir, &path);
    return e == BX_E_SUCCESS ? bx_vfs_unlink_at(dir->file, path) : e;
}

/* fd, lookup, path, path_len, ret */
bx_errno bx_p1_path_filestat_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_stat st;
    uint8_t *p;
    bool follow;
    bx_errno e = get_dir_path(w, m, a, a[0], 2, BX_R_PATH_FILESTAT_GET, &dir, &path);
    if (e == BX_E_SUCCESS)
        e = get_lookup(a[1], &follow);
    if (e == BX_E_SUCCESS && !bx_guest_slice(m, (uint32_t)a[4], BX_FILESTAT_BYTES, &p))
        e = BX_E_FAULT;
    if (e == BX_E_SUCCESS && !bx_device_stat(w, dir, path, &st, &e))
        e = bx_vfs_stat_at(dir->file, path, follow, &st);
    if (e == BX_E_SUCCESS)
        bx_put_filestat(p, &st);
    return e;
}

/* fd, lookup, path, path_len, atim, mtim, fstflags */
bx_errno bx_p1_path_filestat_set_times(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    bx_set_time at, mt;
    bool follow;
    uint32_t flags = (uint32_t)a[6];
    bx_errno e = get_dir_path(w, m, a, a[0], 2, BX_R_PATH_FILESTAT_SET_TIMES, &dir, &path);
    if (e == BX_E_SUCCESS)
        e = flags > 15 ? BX_E_INVAL : get_lookup(a[1], &follow);
    if (e == BX_E_SUCCESS)
        e = bx_guest_set_time(w, flags & 3, a[4], &at);
    if (e == BX_E_SUCCESS)
        e = bx_guest_set_time(w, flags >> 2, a[5], &mt);
    return e == BX_E_SUCCESS ? bx_vfs_set_times_at(dir->file, path, follow, at, mt) : e;
}

/* fd, path, path_len, buf, buf_len, ret */
bx_errno bx_p1_path_readlink(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str path;
    uint8_t *buf, *ret;
    size_t n = 0;
    bx_errno e = get_dir_path(w, m, a, a[0], 1, BX_R_PATH_READLINK, &dir, &path);
    if (e == BX_E_SUCCESS && (!bx_guest_slice(m, (uint32_t)a[3], (uint32_t)a[4], &buf) ||
                              !bx_guest_slice(m, (uint32_t)a[5], 4, &ret)))
        e = BX_E_FAULT;
    if (e == BX_E_SUCCESS)
        e = bx_vfs_readlink_at(dir->file, path, (char *)buf, (uint32_t)a[4], &n);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)n);
    return e;
}

/* target, target_len, fd, path, path_len */
bx_errno bx_p1_path_symlink(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *dir;
    bx_str target, path;
    bx_errno e = get_dir_path(w, m, a, a[2], 3, BX_R_PATH_SYMLINK, &dir, &path);
    if (e == BX_E_SUCCESS)
        e = get_path(m, a[0], a[1], &target);
    return e == BX_E_SUCCESS ? bx_vfs_symlink_at(target, dir->file, path) : e;
}

/* ---- two paths ------------------------------------------------------------------------------ */

/* old_fd, old_flags, old_path, old_len, new_fd, new_path, new_len */
bx_errno bx_p1_path_link(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *from, *to;
    bx_str old, new;
    bool follow;
    bx_errno e = get_dir_path(w, m, a, a[0], 2, BX_R_PATH_LINK_SOURCE, &from, &old);
    if (e == BX_E_SUCCESS)
        e = get_dir_path(w, m, a, a[4], 5, BX_R_PATH_LINK_TARGET, &to, &new);
    if (e == BX_E_SUCCESS)
        e = get_lookup(a[1], &follow);
    return e == BX_E_SUCCESS ? bx_vfs_link_at(from->file, old, follow, to->file, new) : e;
}

/* old_fd, old_path, old_len, new_fd, new_path, new_len */
bx_errno bx_p1_path_rename(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    bx_fd *from, *to;
    bx_str old, new;
    bx_errno e = get_dir_path(w, m, a, a[0], 1, BX_R_PATH_RENAME_SOURCE, &from, &old);
    if (e == BX_E_SUCCESS)
        e = get_dir_path(w, m, a, a[3], 4, BX_R_PATH_RENAME_TARGET, &to, &new);
    return e == BX_E_SUCCESS ? bx_vfs_rename_at(from->file, old, to->file, new) : e;
}
