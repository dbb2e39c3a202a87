/* The store's backend: the host's, with each change of size counted before or after it.
 *
 * A file that was removed while it is open still fills the disk.  So every handle on a file holds a
 * shared flock on it; whoever takes its last name gives its size back at once if nobody holds one,
 * and otherwise the last of them does when it closes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/backend.h"
#include "vfs/host.h"
#include "vfs/readdir.h"
#include "vfs/resolve.h"
#include "vfs/store.h"

static bx_store *store_of(const bx_file *f) { return f->s->v->store; }

/* Reserve `bytes` for a new name; the lock is held when it succeeds. */
static bx_errno begin_entry(bx_store *st)
{
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    if (bx_store_reserve_locked(st, BX_STORE_ENTRY))
        return BX_E_SUCCESS;
    bx_store_unlock(st);
    return BX_E_DQUOT;
}

static bx_errno end_entry(bx_store *st, bx_errno e)
{
    if (e != BX_E_SUCCESS)
        bx_store_give_locked(st, BX_STORE_ENTRY);
    bx_store_unlock(st);
    return e;
}

/* ---- open and close -------------------------------------------------------------------------- */
/* A lock needs a descriptor that is really open, also where the guest only wants to look. */
static bx_errno hold(bx_file *f)
{
    if (f->type != BX_FT_REG)
        return BX_E_SUCCESS;
    if (f->path_only) {
        char proc[40];
        bx_proc_fd(f->fd, proc);
        int fd = open(proc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
            return bx_errno_from_host(errno);
        (void)close(f->fd);
        f->fd = fd;
        f->path_only = false;
    }
    if (flock(f->fd, LOCK_SH | LOCK_NB) != 0)
        return BX_E_BUSY;
    f->counted = true;
    return BX_E_SUCCESS;
}

static bx_errno store_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o)
{
    bx_store *st = store_of(dir);
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    bool room = o->may_create && how->create && bx_store_reserve_locked(st, BX_STORE_ENTRY);
    bool asked = o->may_create;
    o->may_create = room;
    e = bx_host_open(dir, path, how, o);
    o->may_create = asked;
    if (room && !o->created)
        bx_store_give_locked(st, BX_STORE_ENTRY);
    if (e == BX_E_SUCCESS)
        e = hold(o->f);
    bx_store_unlock(st);
    return e;
}

static bx_errno store_close(bx_file *f)
{
    bx_store *st = store_of(f);
    bool locked = f->counted && bx_store_lock(st) == BX_E_SUCCESS;
    struct stat s;
    if (locked && fstat(f->fd, &s) == 0 && (f->gone || s.st_nlink == 0) &&
        flock(f->fd, LOCK_EX | LOCK_NB) == 0)
        bx_store_give_locked(st, bx_store_rounded((uint64_t)s.st_size));
    bx_errno e = bx_host_close(f);
    if (locked)
        bx_store_unlock(st);
    return e;
}

/* ---- size ------------------------------------------------------------------------------------ */
static bx_errno size_of(const bx_file *f, uint64_t *ret)
{
    struct stat s;
    if (fstat(f->fd, &s) != 0)
        return bx_errno_from_host(errno);
    *ret = (uint64_t)s.st_size;
    return BX_E_SUCCESS;
}

/* The file really went from `before` to some size while `reserved` was taken for it. */
static void settle_locked(bx_file *f, uint64_t before, uint64_t reserved)
{
    uint64_t after = before;
    if (size_of(f, &after) != BX_E_SUCCESS)
        return; /* too high, until counted anew */
    uint64_t had = bx_store_rounded(before) + reserved, has = bx_store_rounded(after);
    if (had > has)
        bx_store_give_locked(store_of(f), had - has);
}

static uint64_t growth(uint64_t before, uint64_t after)
{
    return after > before ? bx_store_rounded(after) - bx_store_rounded(before) : 0;
}

static bx_errno write_start(bx_file *f, uint64_t off, uint64_t size, uint64_t *ret)
{
    *ret = off;
    if (off <= INT64_MAX)
        return BX_E_SUCCESS;
    off_t at = off == BX_AT_END ? (off_t)size : lseek(f->fd, 0, SEEK_CUR);
    if (at < 0)
        return bx_errno_from_host(errno);
    *ret = (uint64_t)at;
    return BX_E_SUCCESS;
}

/* As much as the quota leaves room for; DQUOT when nothing fits. */
static bx_errno write_locked(bx_file *f, const struct iovec *iov, size_t n, uint64_t off,
                             size_t *ret_n)
{
    bx_store *st = store_of(f);
    uint64_t size = 0, at = 0, total = 0;
    bx_errno e = size_of(f, &size);
    if (e == BX_E_SUCCESS)
        e = write_start(f, off, size, &at);
    if (e != BX_E_SUCCESS)
        return e;
    for (size_t i = 0; i < n; i++)
        total += iov[i].iov_len;
    if (total > INT64_MAX - at)
        return BX_E_FBIG;
    struct iovec part[BX_MAX_IOVECS];
    uint64_t room =
        bx_store_rounded(size) + bx_store_left_locked(st) / BX_STORE_BLOCK * BX_STORE_BLOCK;
    if (total > 0 && at + total > room) {
        if (at >= room)
            return BX_E_DQUOT;
        total = room - at;
        n = bx_iov_cut(iov, n, total, part);
        iov = part;
    }
    uint64_t more = total > 0 ? growth(size, at + total) : 0;
    if (!bx_store_reserve_locked(st, more))
        return BX_E_DQUOT;
    e = bx_host_write(f, iov, n, off, ret_n);
    settle_locked(f, size, more);
    return e;
}

static bx_errno store_write(bx_file *f, const struct iovec *iov, size_t n, uint64_t off,
                            size_t *ret_n)
{
    bx_store *st = store_of(f);
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    e = write_locked(f, iov, n, off, ret_n);
    bx_store_unlock(st);
    return e;
}

/* `change` makes the file at most `end` bytes long. */
typedef bx_errno (*change_fn)(bx_file *f, uint64_t a, uint64_t b, uint64_t *ret_used);

static bx_errno resize(bx_file *f, uint64_t end, change_fn change, uint64_t a, uint64_t b,
                       uint64_t *ret_used)
{
    bx_store *st = store_of(f);
    uint64_t size = 0;
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    e = size_of(f, &size);
    uint64_t more = e == BX_E_SUCCESS ? growth(size, end) : 0;
    if (e == BX_E_SUCCESS && !bx_store_reserve_locked(st, more))
        e = BX_E_DQUOT;
    if (e == BX_E_SUCCESS) {
        e = change(f, a, b, ret_used);
        settle_locked(f, size, more);
    }
    bx_store_unlock(st);
    return e;
}

static bx_errno change_size(bx_file *f, uint64_t size, uint64_t unused, uint64_t *ret_used)
{
    (void)unused;
    (void)ret_used;
    return bx_host_set_size(f, size);
}

static bx_errno store_set_size(bx_file *f, uint64_t size)
{
    return resize(f, size, change_size, size, 0, NULL);
}

static bx_errno store_allocate(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used)
{
    *ret_used = 0;
    return resize(f, off + len, bx_host_allocate, off, len, ret_used);
}

/* ---- names ---------------------------------------------------------------------------------- */
static bx_errno store_mkdir_at(bx_file *dir, const char *path)
{
    bx_errno e = begin_entry(store_of(dir));
    return e == BX_E_SUCCESS ? end_entry(store_of(dir), bx_host_mkdir_at(dir, path)) : e;
}

static bx_errno store_symlink_at(const char *target, bx_file *dir, const char *path)
{
    bx_errno e = begin_entry(store_of(dir));
    return e == BX_E_SUCCESS ? end_entry(store_of(dir), bx_host_symlink_at(target, dir, path)) : e;
}

static bx_errno store_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np)
{
    bx_errno e = begin_entry(store_of(od));
    return e == BX_E_SUCCESS ? end_entry(store_of(od), bx_host_link_at(od, op, follow, nd, np)) : e;
}

static bx_errno store_rmdir_at(bx_file *dir, const char *path)
{
    bx_store *st = store_of(dir);
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    e = bx_host_rmdir_at(dir, path);
    if (e == BX_E_SUCCESS)
        bx_store_give_locked(st, BX_STORE_ENTRY);
    bx_store_unlock(st);
    return e;
}

void bx_store_leaving_locked(int fd, bx_leaving *ret)
{
    *ret = (bx_leaving){.fd = -1};
    if (fd < 0 || fstat(fd, &ret->st) != 0 || !S_ISREG(ret->st.st_mode) || ret->st.st_nlink > 1)
        return;
    char proc[40];
    bx_proc_fd(fd, proc);
    ret->file = true;
    ret->fd = open(proc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ret->alone = ret->fd >= 0 && flock(ret->fd, LOCK_EX | LOCK_NB) == 0;
}

void bx_leaving_done(bx_leaving *l) { bx_autoclose(&l->fd); }

/* Handles of this call on the file: the last of them to close gives its size back. */
static bool mark_gone(bx_vfs_session *s, const struct stat *st)
{
    bool found = false;
    struct stat of;
    for (bx_file *f = s->open; f; f = f->next) {
        if (f->counted && fstat(f->fd, &of) == 0 && of.st_dev == st->st_dev &&
            of.st_ino == st->st_ino)
            found = f->gone = true;
    }
    return found;
}

void bx_store_gone_locked(bx_vfs_session *s, const bx_leaving *l)
{
    struct stat now;
    bx_store_give_locked(s->v->store, BX_STORE_ENTRY);
    if (!l->file)
        return;
    if (l->alone)
        bx_store_give_locked(s->v->store, bx_store_rounded((uint64_t)l->st.st_size));
    else if (!mark_gone(s, &l->st) && (l->fd < 0 || fstat(l->fd, &now) != 0 || now.st_nlink != 0))
        bx_store_inexact_locked(s->v->store); /* another call has it, and may not notice */
}

/* -1 when there is nothing to be seen there. */
static int look(bx_file *dir, const char *path, struct stat *st)
{
    int fd = -1;
    return bx_host_object(dir, path, false, 0, &fd, st) == BX_E_SUCCESS ? fd : -1;
}

static bx_errno store_unlink_at(bx_file *dir, const char *path)
{
    bx_store *st = store_of(dir);
    struct stat s;
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int fd = look(dir, path, &s);
    BX_AUTO_LEAVING l;
    bx_store_leaving_locked(fd, &l);
    e = bx_host_unlink_at(dir, path);
    if (e == BX_E_SUCCESS)
        bx_store_gone_locked(dir->s, &l);
    bx_store_unlock(st);
    return e;
}

static bx_errno store_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np)
{
    bx_store *st = store_of(od);
    struct stat a, b;
    bx_errno e = bx_store_lock(st);
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int src = look(od, op, &a);
    BX_AUTOCLOSE int dst = look(nd, np, &b);
    bool replaced = src >= 0 && dst >= 0 && !(a.st_dev == b.st_dev && a.st_ino == b.st_ino);
    BX_AUTO_LEAVING l;
    bx_store_leaving_locked(replaced ? dst : -1, &l);
    e = bx_host_rename_at(od, op, nd, np);
    if (e == BX_E_SUCCESS && replaced)
        bx_store_gone_locked(od->s, &l);
    bx_store_unlock(st);
    return e;
}

const bx_backend bx_store_backend = {
    .open = store_open,
    .stat_at = bx_host_stat_at,
    .set_times_at = bx_host_set_times_at,
    .mkdir_at = store_mkdir_at,
    .rmdir_at = store_rmdir_at,
    .unlink_at = store_unlink_at,
    .symlink_at = store_symlink_at,
    .readlink_at = bx_host_readlink_at,
    .link_at = store_link_at,
    .rename_at = store_rename_at,
    .close = store_close,
    .read = bx_host_read,
    .write = store_write,
    .seek = bx_host_seek,
    .stat = bx_host_fstat,
    .set_size = store_set_size,
    .allocate = store_allocate,
    .sync = bx_host_sync,
    .advise = bx_host_advise,
    .set_times = bx_host_set_times,
    .readdir = bx_host_readdir,
    .is_same = bx_host_is_same,
};
