#include "vfs/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "os/fstype.h"
#include "vfs/carve.h"
#include "vfs/carve_names.h"
#include "vfs/carve_scan.h"
#include "vfs/carve_walk.h"
#include "vfs/mounts.h"
#include "vfs/pathtext.h"

bx_errno bx_resolve_errno(int host_errno)
{
    return host_errno == EXDEV ? BX_E_PERM : bx_errno_from_host(host_errno);
}

/* The kernel does the whole walk.  Safe because RESOLVE_BENEATH holds at every step of it, also
 * for symbolic links and against renames under way; O_PATH opens nothing. */
static bx_errno object_by_kernel(bx_file *dir, const char *path, int flags, int *ret_fd)
{
    int fd = bx_openat2(dir->fd, path, (uint64_t)(O_PATH | flags),
                        RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    if (fd < 0)
        return bx_resolve_errno(errno);
    *ret_fd = fd;
    return BX_E_SUCCESS;
}

static bx_errno object_judged(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                              struct stat *ret_st, bx_names **ret_names)
{
    BX_AUTOCLOSE int fd = -1;
    bx_errno e = bx_carve_walk(dir, path, follow, &fd, ret_st, ret_names);
    if (e != BX_E_SUCCESS)
        return e;
    if ((flags & O_DIRECTORY) && !S_ISDIR(ret_st->st_mode))
        return BX_E_NOTDIR;
    e = bx_carve_hardlink(dir->s, fd, ret_st);
    if (e == BX_E_SUCCESS)
        *ret_fd = bx_fd_take(&fd);
    return e;
}

/* /proc below a granted directory would show this very process, its variables and its memory; so
 * where a path leads onto another device, its kind of file system is looked at once. */
static bx_errno judge_device(bx_file *dir, int fd, dev_t dev)
{
    bx_vfs_session *s = dir->s;
    if (BX_LIKELY(dev == dir->pre->dev))
        return BX_E_SUCCESS;
    for (unsigned i = 0; i < s->n_shown; i++) {
        if (s->shown[i] == dev)
            return BX_E_SUCCESS;
    }
    if (bx_fd_is_kernel_fs(fd))
        return BX_E_ACCES;
    if (s->n_shown < BX_MAX_SHOWN)
        s->shown[s->n_shown++] = dev;
    return BX_E_SUCCESS;
}

bx_errno bx_host_object(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                        struct stat *ret_st)
{
    return bx_host_object_named(dir, path, follow, flags, ret_fd, ret_st, NULL);
}

bx_errno bx_host_object_named(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                              struct stat *ret_st, bx_names **ret_names)
{
    BX_AUTOCLOSE int fd = -1;
    bx_errno e = dir->s->v->carve
                     ? object_judged(dir, path, follow, flags, &fd, ret_st, ret_names)
                     : object_by_kernel(dir, path, flags | (follow ? 0 : O_NOFOLLOW), &fd);
    if (e != BX_E_SUCCESS)
        return e;
    if (!dir->s->v->carve && fstat(fd, ret_st) != 0)
        return bx_errno_from_host(errno);
    e = judge_device(dir, fd, ret_st->st_dev);
    if (e == BX_E_SUCCESS)
        *ret_fd = bx_fd_take(&fd);
    return e;
}

void bx_at_done(bx_at *at)
{
    if (at->own >= 0)
        (void)close(at->own);
    at->own = -1;
    bx_names_free(at->names);
    at->names = NULL;
}

/* The directory `path` names, "" = `dir` itself; judged when there are carve-outs. */
static bx_errno open_parent(bx_file *dir, const char *path, bx_at *at)
{
    at->fd = dir->fd;
    if (path[0] == '\0') {
        at->names = dir->names ? bx_names_copy(dir->s->v->carve, dir->names) : NULL;
        return dir->names && !at->names ? BX_E_NOMEM : BX_E_SUCCESS;
    }
    struct stat st;
    bx_errno e = dir->s->v->carve
                     ? object_judged(dir, path, true, O_DIRECTORY, &at->own, &st, &at->names)
                     : object_by_kernel(dir, path, O_DIRECTORY, &at->own);
    at->fd = at->own >= 0 ? at->own : dir->fd;
    return e;
}

/* A removed directory has no place to be judged by; nothing is in it, and the kernel lets nothing
 * be made in it. */
static bx_errno judge_name(const bx_carve *c, const bx_at *at)
{
    char host[BX_PATH_BUF];
    size_t n = 0;
    bx_errno e = bx_carve_judge(c, at->fd, at->name, at->name_n);
    if (e == BX_E_SUCCESS && at->names && bx_fd_host_path(at->fd, host, &n) == BX_E_SUCCESS)
        e = bx_names_judge(c, at->names, (bx_str){at->name, at->name_n}, (bx_str){host, n});
    return e == BX_E_NOENT && bx_dir_is_removed(at->fd) ? BX_E_SUCCESS : e;
}

bx_errno bx_host_parent(bx_file *dir, const char *path, bx_at *ret)
{
    bx_split sp = bx_path_split(path);
    *ret = (bx_at){.own = -1, .last = sp.last, .slash = sp.slash};
    if (sp.last !=
        BX_LAST_NAME) /* "a/.." names a directory: the kernel says whether it stays inside */
        return open_parent(dir, path, ret);
    if (sp.name_n > BX_NAME_MAX)
        return BX_E_NAMETOOLONG;
    char parent[BX_PATH_BUF];
    memcpy(parent, path, sp.parent_n);
    parent[sp.parent_n] = '\0';
    memcpy(ret->name, path + sp.name_at, sp.name_n);
    ret->name_n = sp.name_n;
    bx_errno e = open_parent(dir, parent, ret);
    if (e == BX_E_SUCCESS && dir->s->v->carve)
        e = judge_name(dir->s->v->carve, ret);
    if (e == BX_E_SUCCESS) /* whoever asks for a parent changes what is in it */
        e = bx_rights_needed(dir->s->v, ret->fd, BX_FS_WRITE);
    if (e != BX_E_SUCCESS)
        bx_at_done(ret);
    else if (sp.slash)
        ret->name[sp.name_n] = '/';
    return e;
}
