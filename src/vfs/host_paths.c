#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/rawname.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/carve.h"
#include "vfs/host.h"
#include "vfs/mounts.h"
#include "vfs/pathtext.h"
#include "vfs/place.h"
#include "vfs/resolve.h"

static bx_errno done(int r) { return r == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno); }

bx_errno bx_host_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret)
{
    BX_AUTOCLOSE int fd = -1;
    struct stat st;
    bx_errno e = bx_host_object(dir, path, follow, 0, &fd, &st);
    if (e == BX_E_SUCCESS)
        bx_host_stat(dir->s, &st, ret);
    return e;
}

bx_errno bx_host_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                              bx_set_time m)
{
    BX_AUTOCLOSE int fd = -1;
    struct stat st;
    bx_errno e = bx_host_object(dir, path, follow, 0, &fd, &st);
    if (e == BX_E_SUCCESS)
        e = bx_rights_needed(dir->s->v, fd, BX_FS_WRITE);
    return e == BX_E_SUCCESS ? bx_host_set_fd_times(fd, a, m) : e;
}

bx_errno bx_host_mkdir_at(bx_file *dir, const char *path)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = bx_host_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    return at.last == BX_LAST_NAME ? done(mkdirat(at.fd, at.name, 0777)) : BX_E_EXIST;
}

/* Linux says ENOTDIR for "link/" without looking where it leads; a link that leads out of the
 * grant is told apart, as other WASI hosts do. */
static bx_errno rmdir_of_link(bx_file *dir, const char *path)
{
    int fd = -1;
    struct stat st;
    bx_errno e = bx_host_object(dir, path, true, O_DIRECTORY, &fd, &st);
    if (fd >= 0)
        (void)close(fd);
    return e == BX_E_PERM || e == BX_E_ACCES ? e : BX_E_NOTDIR;
}

bx_errno bx_host_rmdir_at(bx_file *dir, const char *path)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = bx_host_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last == BX_LAST_DOT)
        return BX_E_INVAL;
    if (at.last == BX_LAST_DOTDOT)
        return BX_E_NOTEMPTY;
    e = dir->s->v->nested ? bx_holds_grant(dir->s->v, at.fd, at.name, at.name_n) : BX_E_SUCCESS;
    if (e != BX_E_SUCCESS)
        return e;
    e = done(unlinkat(at.fd, at.name, AT_REMOVEDIR));
    return e == BX_E_NOTDIR && at.slash ? rmdir_of_link(dir, path) : e;
}

bx_errno bx_host_unlink_at(bx_file *dir, const char *path)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = bx_host_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    return at.last == BX_LAST_NAME ? done(unlinkat(at.fd, at.name, 0)) : BX_E_ISDIR;
}

/* May a directory or a symbolic link, whatever is behind it, be put where `at` says? */
static bx_errno may_appear(const bx_vfs *v, const bx_at *at)
{
    return v->carve ? bx_carve_may_appear(v->carve, at->fd, at->name, at->name_n) : BX_E_SUCCESS;
}

bx_errno bx_host_symlink_at(const char *target, bx_file *dir, const char *path)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = bx_host_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME)
        return BX_E_EXIST;
    e = may_appear(dir->s->v, &at);
    return e == BX_E_SUCCESS ? done(symlinkat(target, at.fd, at.name)) : e;
}

bx_errno bx_host_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n)
{
    BX_AUTOCLOSE int fd = -1;
    struct stat st;
    bx_errno e = bx_host_object(dir, path, false, 0, &fd, &st);
    if (e != BX_E_SUCCESS)
        return e;
    if (!S_ISLNK(st.st_mode))
        return BX_E_INVAL;
    e = bx_rights_needed(dir->s->v, fd, BX_FS_READ);
    if (e != BX_E_SUCCESS)
        return e;
    char target[BX_PATH_BUF];
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    return n < 0 ? bx_errno_from_host(errno)
                 : bx_path_show((bx_str){target, (size_t)n}, buf, cap, ret_n);
}

/* Grants overlap, and a move or a new link inside one of them could bring a file to where
 * another grant allows more (a write-only tree with a readable part).  A file may only go to
 * where no right is added.  Each is the file itself or the directory it is in. */
static bx_errno no_right_added(const bx_vfs *v, int from_fd, int to_fd)
{
    unsigned from = 0, to = 0;
    if (!v->nested)
        return BX_E_SUCCESS;
    bx_errno e = bx_rights_at(v, from_fd, &from);
    if (e == BX_E_SUCCESS)
        e = bx_rights_at(v, to_fd, &to);
    if (e == BX_E_SUCCESS && (to & ~from))
        e = BX_E_XDEV;
    return e;
}

/* The new name is made from the descriptor that was judged, so nothing can be swapped in. */
static bx_errno link_object(const bx_vfs *v, int fd, mode_t mode, const bx_at *to)
{
    if (S_ISDIR(mode))
        return BX_E_PERM;
    if (!S_ISREG(mode) && !S_ISLNK(mode))
        return BX_E_ACCES;
    if (to->last != BX_LAST_NAME)
        return BX_E_EXIST;
    bx_errno e = no_right_added(v, fd, to->fd);
    if (e == BX_E_SUCCESS && S_ISLNK(mode))
        e = may_appear(v, to);
    if (e != BX_E_SUCCESS)
        return e;
    char proc[40];
    bx_proc_fd(fd, proc);
    return done(linkat(AT_FDCWD, proc, to->fd, to->name, AT_SYMLINK_FOLLOW));
}

bx_errno bx_host_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np)
{
    BX_AUTOCLOSE int fd = -1;
    BX_AUTO_AT to = {.own = -1};
    struct stat st;
    bx_errno e = bx_host_object(od, op, follow, 0, &fd, &st);
    if (e == BX_E_SUCCESS)
        e = bx_host_parent(nd, np, &to);
    return e == BX_E_SUCCESS ? link_object(od->s->v, fd, st.st_mode, &to) : e;
}

/* 0 when there is nothing. */
static mode_t type_at(const bx_at *at)
{
    struct stat st;
    char name[BX_NAME_MAX + 1];
    memcpy(name, at->name, at->name_n);
    name[at->name_n] = '\0';
    return fstatat(at->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mode & S_IFMT : 0;
}

static bx_errno may_rename(const bx_vfs *v, const bx_at *from, const bx_at *to)
{
    if (from->last != BX_LAST_NAME || to->last != BX_LAST_NAME)
        return BX_E_BUSY;
    bx_errno e = no_right_added(v, from->fd, to->fd);
    if (e == BX_E_SUCCESS && v->nested)
        e = bx_holds_grant(v, from->fd, from->name, from->name_n);
    if (e == BX_E_SUCCESS && v->nested)
        e = bx_holds_grant(v, to->fd, to->name, to->name_n);
    mode_t type = e == BX_E_SUCCESS && v->carve ? type_at(from) : 0;
    if (type == S_IFDIR)
        e = bx_carve_dir_may_move(v->carve, from->fd, from->name, from->name_n);
    if (e == BX_E_SUCCESS && (type == S_IFDIR || type == S_IFLNK))
        e = may_appear(v, to);
    return e;
}

bx_errno bx_host_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np)
{
    BX_AUTO_AT from = {.own = -1};
    BX_AUTO_AT to = {.own = -1};
    bx_errno e = bx_host_parent(od, op, &from);
    if (e == BX_E_SUCCESS)
        e = bx_host_parent(nd, np, &to);
    if (e == BX_E_SUCCESS)
        e = may_rename(od->s->v, &from, &to);
    if (e == BX_E_SUCCESS)
        e = bx_place_take(od->s, &from, &to);
    return e == BX_E_SUCCESS ? done(renameat(from.fd, from.name, to.fd, to.name)) : e;
}
