#include "vfs/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fstype.h"
#include "vfs/backend.h"
#include "vfs/carve.h"
#include "vfs/host_path.h"
#include "vfs/store.h"

/* ---- life ------------------------------------------------------------------------------------ */
bx_vfs *bx_vfs_ref(bx_vfs *v)
{
    BX_CHECK_MAGIC(v, BX_VFS_MAGIC);
    (void)atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
    return v;
}

void bx_vfs_unref(bx_vfs *v)
{
    if (!v)
        return;
    BX_CHECK_MAGIC(v, BX_VFS_MAGIC);
    if (atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) != 1)
        return;
    bx_carve_free(v->carve);
    for (size_t i = 0; i < v->n_pre; i++) {
        if (v->pre[i].bk == &bx_host_backend && v->pre[i].fd >= 0)
            (void)close(v->pre[i].fd);
        free(v->pre[i].path);
    }
    for (size_t i = 0; i < v->n_mounts; i++) {
        if (v->mounts[i].fd >= 0)
            (void)close(v->mounts[i].fd);
    }
    bx_store_free(v->store);
    free(v->pre);
    free(v->mounts);
    BX_CLEAR_MAGIC(v);
    free(v);
}

size_t bx_vfs_preopen_count(const bx_vfs *v)
{
    BX_CHECK_MAGIC(v, BX_VFS_MAGIC);
    return v->n_pre;
}

bx_str bx_vfs_preopen_path(const bx_vfs *v, size_t i)
{
    BX_CHECK_MAGIC(v, BX_VFS_MAGIC);
    if (i >= v->n_pre)
        return BX_LIT("");
    const bx_preopen *p = &v->pre[i];
    return p->shown ? bx_str_of(p->shown) : (bx_str){p->path, p->path_n};
}

/* ---- opening mounts -------------------------------------------------------------------------- */
/* Opening goes through /proc/self/fd, so that what is opened is what was judged. */
static bx_code check_proc(bx_error *err)
{
    struct statfs fs;
    if (statfs("/proc/self/fd", &fs) != 0 || fs.f_type != PROC_SUPER_MAGIC)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "/proc is not mounted: file capabilities need /proc/self/fd");
    return BX_OK;
}

/* Sandboxes that do not know openat2 answer EPERM instead of ENOSYS. */
static bx_code probe_openat2(int root, const char *path, bx_error *err)
{
    int fd = bx_openat2(root, ".", O_PATH | O_DIRECTORY, BX_BENEATH);
    if (fd >= 0) {
        (void)close(fd);
        return BX_OK;
    }
    if (errno == ENOSYS)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "this kernel has no openat2: file capabilities need Linux 5.6 or later");
    if (errno == EPERM || errno == EINVAL)
        return bx_fail(
            err, BX_EUNSUPPORTED,
            "openat2 is blocked here (seccomp?): file capabilities cannot be kept without it");
    return bx_fail_errno(err, errno, "directory %s cannot be used", path);
}

static bx_code open_failed(int why, const char *what, const char *path, bx_error *err)
{
    if (why == ENOENT)
        return bx_fail(err, BX_ENOENT, "%s %s: no such directory", what, path);
    if (why == ENOTDIR)
        return bx_fail(err, BX_EINVAL, "%s %s is not a directory: name the directory it is in",
                       what, path);
    if (why == EXDEV)
        return bx_fail(err, BX_EDENIED, "%s %s leads out of its mount through a link", what, path);
    return bx_fail_errno(err, why, "%s %s", what, path);
}

/* The operator's own path: symbolic links count here. */
static bx_code open_mount(bx_vfs *v, const bx_grant *g, size_t i, bx_error *err)
{
    if (v->mounts[i].fd >= 0)
        return BX_OK;
    const char *host = bx_grant_mounts(g).at[i].host;
    int fd = open(host, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return open_failed(errno, "mount", host, err);
    v->mounts[i].fd = fd;
    bx_code rc = check_proc(err);
    return rc == BX_OK ? probe_openat2(fd, host, err) : rc;
}

/* The mount with the longest guest path at or above `path`; n_mounts when there is none. */
static size_t mount_of(const bx_grant *g, bx_str path)
{
    bx_mount_list mounts = bx_grant_mounts(g);
    size_t best = mounts.n, best_n = 0;
    for (size_t i = 0; i < mounts.n; i++) {
        bx_str guest = bx_str_of(mounts.at[i].guest);
        if (bx_path_is_below(path, guest) && (best == mounts.n || guest.n > best_n)) {
            best = i;
            best_n = guest.n;
        }
    }
    return best;
}

static const char *below(bx_str path, bx_str guest)
{
    const char *rel = path.p + guest.n;
    while (*rel == '/')
        rel++;
    return *rel ? rel : ".";
}

static bx_code check_access(int fd, unsigned rights, const char *path, bx_error *err)
{
    int want = X_OK | (rights & BX_FS_READ ? R_OK : 0);
    if (faccessat(fd, ".", want, AT_EACCESS) == 0)
        return BX_OK;
    return bx_fail_errno(err, errno, "directory %s cannot be read", path);
}

static bx_code open_grant_dir(bx_vfs *v, const bx_grant *g, const bx_cap *cap, unsigned rights,
                              int *ret, bx_error *err)
{
    bx_str path = bx_str_of(cap->path);
    size_t i = mount_of(g, path);
    if (i == bx_grant_mounts(g).n)
        return bx_fail(err, BX_EINVAL, "no mount says where %s is: add one at or above it",
                       cap->path);
    bx_code rc = open_mount(v, g, i, err);
    if (rc != BX_OK)
        return rc;
    const char *rel = below(path, bx_str_of(bx_grant_mounts(g).at[i].guest));
    int fd = bx_openat2(v->mounts[i].fd, rel, O_PATH | O_DIRECTORY, BX_BENEATH);
    if (fd < 0)
        return open_failed(errno, "granted path", cap->path, err);
    if (bx_fd_is_kernel_fs(fd))
        rc = bx_fail(err, BX_EINVAL,
                     "granted path %s is on a file system of the kernel (/proc, /sys): it shows "
                     "and steers this very process and cannot be granted",
                     cap->path);
    else
        rc = check_access(fd, rights, cap->path, err);
    if (rc != BX_OK)
        (void)close(fd);
    else
        *ret = fd;
    return rc;
}

/* ---- preopens ------------------------------------------------------------------------------- */
static unsigned rights_of(bx_cap_kind k)
{
    switch (k) {
    case BX_CAP_READ:
        return BX_FS_READ;
    case BX_CAP_WRITE:
        return BX_FS_WRITE;
    case BX_CAP_RW:
        return BX_FS_READ | BX_FS_WRITE;
    default:
        return 0;
    }
}

static bx_code add_preopen(bx_vfs *v, const bx_backend *bk, bx_str path, unsigned rights, int fd,
                           bx_error *err)
{
    struct stat st = {.st_dev = 0};
    char *copy = fd < 0 || fstat(fd, &st) == 0 ? bx_strndup(path.p, path.n) : NULL;
    if (!copy) {
        if (bk == &bx_host_backend)
            (void)close(fd);
        return bx_fail(err, BX_ENOMEM, "out of memory");
    }
    v->pre[v->n_pre++] = (bx_preopen){bk, copy, path.n, rights, fd, st.st_dev, NULL};
    return BX_OK;
}

static bx_code add_file_cap(bx_vfs *v, const bx_grant *g, const bx_cap *cap, bx_error *err)
{
    bx_str path = bx_str_of(cap->path);
    unsigned rights = rights_of(cap->kind);
    for (size_t i = 0; i < v->n_pre; i++) {
        if (bx_str_eq(path, (bx_str){v->pre[i].path, v->pre[i].path_n})) {
            v->pre[i].rights |= rights;
            return check_access(v->pre[i].fd, rights, cap->path, err);
        }
    }
    int fd = -1;
    bx_code rc = open_grant_dir(v, g, cap, rights, &fd, err);
    return rc == BX_OK ? add_preopen(v, &bx_host_backend, path, rights, fd, err) : rc;
}

static bx_code add_tmp(bx_vfs *v, const bx_grant *g, bx_error *err)
{
    const bx_cap *cap = bx_grant_find(g, BX_CAP_TMP);
    if (!cap)
        return BX_OK;
    v->tmp_size = cap->size;
    bx_code rc = add_preopen(v, &bx_mem_backend, BX_LIT("/tmp"), BX_FS_READ | BX_FS_WRITE, -1, err);
    if (rc == BX_OK && bx_grant_has_scratch(g))
        rc = add_preopen(v, &bx_mem_backend, BX_LIT(BX_SCRATCH), BX_FS_READ | BX_FS_WRITE, -1, err);
    return rc;
}

static bx_code add_store(bx_vfs *v, const bx_grant *g, const char *store_dir, bx_error *err)
{
    const bx_cap *cap = bx_grant_find(g, BX_CAP_STORE);
    if (!cap)
        return BX_OK;
    if (!store_dir)
        return bx_fail(err, BX_EINVAL, "store:%s needs a store directory, and none is configured",
                       cap->path);
    bx_code rc = bx_store_new(store_dir, cap, &v->store, err);
    if (rc != BX_OK)
        return rc;
    int fd = bx_store_dirfd(v->store);
    rc = check_proc(err);
    if (rc == BX_OK)
        rc = probe_openat2(fd, store_dir, err);
    if (rc != BX_OK)
        return rc;
    return add_preopen(v, &bx_store_backend, BX_LIT("/store"), BX_FS_READ | BX_FS_WRITE, fd, err);
}

/* Wherever the grant has a directory at /bin, that one stays. */
static bx_code add_bin(bx_vfs *v, const bx_vfs_programs *programs, bx_error *err)
{
    if (!programs || programs->n == 0)
        return BX_OK;
    for (size_t i = 0; i < v->n_pre; i++) {
        if (strcmp(v->pre[i].path, "/bin") == 0)
            return BX_OK;
    }
    v->programs = programs;
    return add_preopen(v, &bx_bin_backend, BX_LIT("/bin"), BX_FS_READ, -1, err);
}

/* Above the mounts, unless one is at "/: programs open and list "/" and ".". */
static bx_code add_root(bx_vfs *v, bx_error *err)
{
    bool needed = v->n_pre > 0;
    for (size_t i = 0; i < v->n_pre; i++)
        needed = needed && v->pre[i].path_n > 1;
    return needed ? add_preopen(v, &bx_root_backend, BX_LIT("/"), BX_FS_READ, -1, err) : BX_OK;
}

/* The granted directory closest above `path`; n_pre when there is none. */
static size_t granted_above(const bx_vfs *v, bx_str path)
{
    size_t best = v->n_pre;
    for (size_t i = 0; i < v->n_pre; i++) {
        const bx_preopen *p = &v->pre[i];
        if (p->bk != &bx_root_backend && bx_path_is_below(path, (bx_str){p->path, p->path_n}) &&
            (best == v->n_pre || p->path_n > v->pre[best].path_n))
            best = i;
    }
    return best;
}

static bool is_above_grants(const bx_vfs *v, bx_str path)
{
    for (size_t i = 0; i < v->n_pre; i++) {
        const bx_preopen *p = &v->pre[i];
        if (p->bk != &bx_root_backend && bx_path_is_below((bx_str){p->path, p->path_n}, path))
            return true;
    }
    return false;
}

/* Below a granted directory of the host, with its rights. */
static bx_code add_cwd_below(bx_vfs *v, const bx_preopen *p, bx_str cwd, bx_error *err)
{
    const char *rel = below(cwd, (bx_str){p->path, p->path_n});
    if (p->bk != &bx_host_backend)
        return strcmp(rel, ".") == 0
                   ? add_preopen(v, p->bk, cwd, p->rights, p->fd, err)
                   : bx_fail(err, BX_EINVAL,
                             "working directory %s: only %s itself can be one there", cwd.p,
                             p->path);
    unsigned rights = p->rights;
    int fd = bx_openat2(p->fd, rel, O_PATH | O_DIRECTORY, BX_BENEATH);
    if (fd < 0)
        return open_failed(errno, "working directory", cwd.p, err);
    if (bx_fd_is_kernel_fs(fd)) {
        (void)close(fd);
        return bx_fail(err, BX_EINVAL, "working directory %s is on a file system of the kernel",
                       cwd.p);
    }
    return add_preopen(v, &bx_host_backend, cwd, rights, fd, err);
}

/* Guests know the working directory as ".".  C libraries take the last of several directories that
 * a path could lie below, and relative paths for paths below it; so it comes last. */
static bx_code add_cwd(bx_vfs *v, const bx_grant *g, bx_error *err)
{
    if (!bx_grant_cwd(g))
        return BX_OK;
    bx_str cwd = bx_str_of(bx_grant_cwd(g));
    size_t i = granted_above(v, cwd);
    bx_code rc;
    if (i < v->n_pre)
        rc = add_cwd_below(v, &v->pre[i], cwd, err);
    else if (is_above_grants(v, cwd))
        rc = add_preopen(v, &bx_root_backend, cwd, BX_FS_READ, -1, err);
    else
        rc = bx_fail(err, BX_EINVAL, "working directory %s: nothing is granted there", cwd.p);
    if (rc == BX_OK)
        v->pre[v->n_pre - 1].shown = ".";
    return rc;
}

/* ---- overlapping grants --------------------------------------------------------------------- */
static bool on_host(const bx_preopen *p) { return p->bk == &bx_host_backend; }

static bool one_shows_other(const bx_preopen *a, const bx_preopen *b)
{
    char x[BX_PATH_BUF], y[BX_PATH_BUF];
    size_t nx, ny;
    if (bx_fd_host_path(a->fd, x, &nx) != BX_E_SUCCESS ||
        bx_fd_host_path(b->fd, y, &ny) != BX_E_SUCCESS)
        return true; /* unsure: let each move be looked at */
    bx_str p = {x, nx}, q = {y, ny};
    return bx_host_is_below(p, q) || bx_host_is_below(q, p);
}

static bool is_nested(const bx_vfs *v)
{
    for (size_t i = 0; i < v->n_pre; i++) {
        for (size_t k = i + 1; k < v->n_pre; k++) {
            const bx_preopen *a = &v->pre[i], *b = &v->pre[k];
            if (on_host(a) && on_host(b) && a->rights != b->rights && one_shows_other(a, b))
                return true;
        }
    }
    return false;
}

/* Each directory is looked up anew: a guest may have moved one that is itself granted. */
bx_errno bx_rights_at(const bx_vfs *v, int fd, unsigned *ret)
{
    char at[BX_PATH_BUF], dir[BX_PATH_BUF];
    size_t n, dir_n;
    bx_errno e = bx_fd_host_path(fd, at, &n);
    if (e != BX_E_SUCCESS)
        return e;
    *ret = 0;
    for (size_t i = 0; i < v->n_pre; i++) {
        const bx_preopen *p = &v->pre[i];
        if (on_host(p) && bx_fd_host_path(p->fd, dir, &dir_n) == BX_E_SUCCESS &&
            bx_host_is_below((bx_str){at, n}, (bx_str){dir, dir_n}))
            *ret |= p->rights;
    }
    return BX_E_SUCCESS;
}

bx_errno bx_rights_needed(const bx_vfs *v, int fd, unsigned need)
{
    unsigned have = 0;
    struct stat st;
    if (!v->nested || need == 0)
        return BX_E_SUCCESS;
    bx_errno e = bx_rights_at(v, fd, &have);
    if (e == BX_E_NOENT && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return BX_E_SUCCESS; /* removed: nothing is in it, and nothing can come into it */
    if (e == BX_E_SUCCESS && (need & ~have))
        e = BX_E_PERM;
    return e;
}

/* Moving or removing a granted directory would let another one take its path, and with the path the
 * grant of the next call.  They stay where they are, as mount points do. */
bx_errno bx_holds_grant(const bx_vfs *v, int dirfd, const char *name, size_t name_n)
{
    char at[BX_PATH_BUF], root[BX_PATH_BUF];
    size_t n, root_n;
    bx_errno e = bx_fd_host_path(dirfd, at, &n);
    if (e != BX_E_SUCCESS)
        return e;
    if (n + 1 + name_n + 1 > sizeof at)
        return BX_E_NAMETOOLONG;
    at[n] = '/';
    memcpy(at + n + 1, name, name_n);
    n += 1 + name_n;
    for (size_t i = 0; i < v->n_pre; i++) {
        const bx_preopen *p = &v->pre[i];
        if (on_host(p) && bx_fd_host_path(p->fd, root, &root_n) == BX_E_SUCCESS &&
            bx_host_is_below((bx_str){root, root_n}, (bx_str){at, n}))
            return BX_E_BUSY;
    }
    return BX_E_SUCCESS;
}

/* ---- the whole ------------------------------------------------------------------------------ */
/* A rule may name a carved-out file through a mount nothing is granted in; so where rules are, all
 * mounts are opened.  One that cannot be shows nothing. */
static void open_rest(bx_vfs *v, const bx_grant *g)
{
    bx_mount_list mounts = bx_grant_mounts(g);
    for (size_t i = 0; i < mounts.n; i++) {
        if (v->mounts[i].fd < 0)
            v->mounts[i].fd = open(mounts.at[i].host, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
}

static bx_code fill(bx_vfs *v, const bx_grant *g, const char *store_dir,
                    const bx_vfs_programs *programs, bx_error *err)
{
    bx_code rc = BX_OK;
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
        if (rights_of(caps.at[i].kind))
            rc = add_file_cap(v, g, &caps.at[i], err);
    }
    if (rc == BX_OK)
        rc = add_tmp(v, g, err);
    if (rc == BX_OK)
        rc = add_store(v, g, store_dir, err);
    if (rc == BX_OK)
        rc = add_bin(v, programs, err);
    if (rc == BX_OK)
        rc = add_root(v, err);
    if (rc == BX_OK)
        rc = add_cwd(v, g, err);
    if (rc == BX_OK && bx_grant_find(g, BX_CAP_DENY))
        open_rest(v, g);
    if (rc == BX_OK)
        rc = bx_carve_new(g, v, &v->carve, err);
    if (rc == BX_OK)
        v->nested = is_nested(v);
    return rc;
}

bx_code bx_vfs_new(const bx_grant *g, const char *store_dir, bx_vfs **ret, bx_error *err)
{
    return bx_vfs_new_with(g, store_dir, NULL, ret, err);
}

bx_code bx_vfs_new_with(const bx_grant *g, const char *store_dir, const bx_vfs_programs *programs,
                        bx_vfs **ret, bx_error *err)
{
    BX_ASSERT(bx_grant_is_sealed(g));
    bx_mount_list mounts = bx_grant_mounts(g);
    BX_AUTO(bx_vfs) bx_vfs *v = bx_calloc(1, sizeof *v);
    if (!v)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    v->magic = BX_VFS_MAGIC;
    atomic_init(&v->refs, 1);
    v->pre = bx_calloc(bx_grant_caps(g).n + 6, sizeof *v->pre);
    v->mounts = bx_calloc(mounts.n + 1, sizeof *v->mounts);
    if (!v->pre || !v->mounts)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    v->n_mounts = mounts.n;
    for (size_t i = 0; i < mounts.n; i++)
        v->mounts[i] = (bx_mount_root){-1, mounts.at[i].guest};
    bx_code rc = fill(v, g, store_dir, programs, err);
    for (size_t i = 0; i < v->n_mounts; i++)
        v->mounts[i].guest = NULL;
    if (rc == BX_OK)
        *ret = BX_TAKE(v);
    return rc;
}
