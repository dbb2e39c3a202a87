#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/backend.h"
#include "vfs/carve.h"
#include "vfs/host.h"
#include "vfs/mounts.h"
#include "vfs/pathtext.h"
#include "vfs/place.h"
#include "vfs/resolve.h"

enum { LEASE_STEP_MS = 5 };

static int open_flags(const bx_open_how *how)
{
    int fl = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    fl |= how->write ? (how->read ? O_RDWR : O_WRONLY) : O_RDONLY;
    fl |= how->dsync ? O_DSYNC : 0;
    fl |= how->sync || how->rsync ? O_SYNC : 0;
    return fl;
}

/* What an O_PATH descriptor shows decides whether it is opened at all: opening a FIFO, a
 * device or a socket could have an effect, so they are refused unopened. */
static bx_errno judge_type(const struct stat *st, const bx_open_how *how)
{
    if (how->create && how->exclusive)
        return BX_E_EXIST;
    switch (st->st_mode & S_IFMT) {
    case S_IFLNK:
        return BX_E_LOOP;
    case S_IFDIR:
        return how->write || how->truncate || how->create ? BX_E_ISDIR : BX_E_SUCCESS;
    case S_IFREG:
        return how->directory ? BX_E_NOTDIR : BX_E_SUCCESS;
    default:
        return BX_E_ACCES;
    }
}

/* Somebody's lease on the file (fcntl(2), F_SETLEASE) is being broken; O_NONBLOCK, which is for
 * FIFOs that take a regular file's place, makes the kernel tell us instead of waiting.  So the wait
 * is ours, and the call's end ends it.  False: do not try again. */
static bool wait_for_lease(const bx_vfs_session *s)
{
    int ready;
    if (!s->ctl || bx_ctl_check(s->ctl) != BX_STOP_NONE)
        return false;
    uint64_t until = bx_now_ns() + LEASE_STEP_MS * (BX_SEC / 1000);
    return bx_ctl_wait(s->ctl, NULL, 0, until, &ready) == BX_STOP_NONE;
}

/* Through /proc/self/fd it is the very object that was judged, whatever its name is by now. */
static bx_errno reopen(const bx_vfs_session *s, int path_fd, int flags, int *ret_fd)
{
    char proc[BX_PROC_FD_MAX];
    bx_proc_fd(path_fd, proc);
    int fd;
    do {
        fd = open(proc, flags);
    } while (fd < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_lease(s))));
    if (fd < 0)
        return bx_errno_from_host(errno);
    *ret_fd = fd;
    return BX_E_SUCCESS;
}

static bx_errno open_existing(bx_file *dir, const char *path, const bx_open_how *how, bx_file *f)
{
    BX_AUTOCLOSE int fd = -1;
    struct stat st;
    bool follow = how->follow && !(how->create && how->exclusive);
    bx_errno e = bx_host_object_named(dir, path, follow, how->directory ? O_DIRECTORY : 0, &fd, &st,
                                      &f->names);
    if (e == BX_E_SUCCESS)
        e = judge_type(&st, how);
    if (e == BX_E_SUCCESS)
        e = bx_rights_needed(dir->s->v, fd,
                             (how->read ? BX_FS_READ : 0u) |
                                 (how->write || how->truncate ? BX_FS_WRITE : 0u));
    if (e != BX_E_SUCCESS)
        return e;
    f->type = S_ISDIR(st.st_mode) ? BX_FT_DIR : BX_FT_REG;
    f->path_only = f->type == BX_FT_DIR || (!how->read && !how->write);
    if (f->path_only)
        f->fd = bx_fd_take(&fd);
    else
        e = reopen(dir->s, fd, open_flags(how), &f->fd);
    return e == BX_E_SUCCESS && !bx_fd_is_spare(f->fd) ? BX_E_NFILE : e;
}

/* The parent may have moved into a carve-out since it was judged: where the new file really is
 * decides.  What the guest does not get is not left behind. */
static bx_errno judge_created(bx_file *dir, const bx_at *at, int fd)
{
    const bx_carve *c = dir->s->v->carve;
    bx_errno e = !bx_fd_is_spare(fd) ? BX_E_NFILE
                 : c                 ? bx_carve_judge(c, fd, NULL, 0)
                                     : BX_E_SUCCESS;
    if (e != BX_E_SUCCESS)
        (void)unlinkat(at->fd, at->name, 0);
    return e;
}

/* `name` exists but the path led nowhere: a dangling link, whose target is to be created, or a
 * file made this moment.  Writes the path to try next into `path`. */
static bx_errno next_try(const bx_at *at, bool follow, char path[BX_PATH_BUF])
{
    char target[BX_PATH_BUF], next[BX_PATH_BUF];
    ssize_t n = readlinkat(at->fd, at->name, target, sizeof target);
    if (n < 0)
        return errno == EINVAL || errno == ENOENT ? BX_E_SUCCESS : bx_errno_from_host(errno);
    if (!follow)
        return BX_E_LOOP;
    if ((size_t)n == sizeof target)
        return BX_E_NAMETOOLONG;
    target[n] = '\0';
    if (target[0] == '/')
        return BX_E_PERM;
    bx_split sp = bx_path_split(path);
    int len = snprintf(next, sizeof next, "%.*s%s", (int)sp.parent_n, path, target);
    if (len < 0 || (size_t)len >= sizeof next)
        return BX_E_NAMETOOLONG;
    memcpy(path, next, (size_t)len + 1);
    return BX_E_SUCCESS;
}

/* AGAIN: look once more, at what `path` now says. */
static bx_errno create_new(bx_file *dir, char path[BX_PATH_BUF], const bx_open_how *how,
                           bx_opened *o)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = bx_host_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME)
        return BX_E_NOENT;
    if (at.slash)
        return BX_E_ISDIR;
    if (!o->may_create)
        return BX_E_DQUOT;
    BX_AUTOCLOSE int fd =
        openat(at.fd, at.name, open_flags(how) | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EEXIST) {
        e = how->exclusive ? BX_E_EXIST : next_try(&at, how->follow, path);
        return e == BX_E_SUCCESS ? BX_E_AGAIN : e;
    }
    if (fd < 0)
        return bx_errno_from_host(errno);
    e = judge_created(dir, &at, fd);
    if (e != BX_E_SUCCESS)
        return e;
    bx_place_made(dir->s, fd);
    o->f->fd = bx_fd_take(&fd);
    o->f->type = BX_FT_REG;
    o->created = true;
    return BX_E_SUCCESS;
}

bx_errno bx_host_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o)
{
    char at[BX_PATH_BUF];
    memcpy(at, path, strlen(path) + 1); /* it comes from a buffer of that size */
    for (int i = 0; i <= BX_MAX_LINK_DEPTH; i++) {
        bx_errno e = open_existing(dir, at, how, o->f);
        if (e != BX_E_NOENT || !how->create)
            return e;
        e = create_new(dir, at, how, o);
        if (e != BX_E_AGAIN)
            return e;
    }
    return BX_E_LOOP;
}
