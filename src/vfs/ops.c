/* The door for paths: text, rights, quotas, events; then the backend. */
#include "vfs/backend.h"
#include "vfs/carve_names.h"
#include "vfs/carve_scan.h"
#include "vfs/events.h"
#include "vfs/pathtext.h"
#include "vfs/readdir.h"
#include "vfs/root.h"

/* `dir` and `path` become where they lead to from above the mounts. */
static bx_errno enter(bx_file **dir, bx_str *path, unsigned need, char z[BX_PATH_BUF])
{
    if ((*dir)->type != BX_FT_DIR)
        return BX_E_NOTDIR;
    bx_errno e = bx_root_follow(dir, path);
    if (e == BX_E_SUCCESS)
        e = bx_path_take(*path, z);
    if (e == BX_E_SUCCESS && (need & ~(*dir)->pre->rights))
        e = BX_E_PERM;
    return e;
}

/* Counted at once: `created` gives it back where nothing was made. */
static bool room_to_create(bx_vfs_session *s)
{
    if (bx_session_take(s, BX_USED_CREATED, 1) == 1)
        return true;
    s->n.hit_files_created++;
    return false;
}

/* As enter, for what makes a new name. */
static bx_errno enter_to_create(bx_file **dir, bx_str *path, char z[BX_PATH_BUF])
{
    bx_errno e = enter(dir, path, BX_FS_WRITE, z);
    return e == BX_E_SUCCESS && !room_to_create((*dir)->s) ? BX_E_DQUOT : e;
}

static bx_errno created(bx_file *dir, bx_errno e)
{
    if (e != BX_E_SUCCESS)
        bx_session_give(dir->s, BX_USED_CREATED, 1);
    return bx_count_full(dir, e);
}

/* ---- open -------------------------------------------------------------------------------- */
static bx_file *file_new(bx_file *dir, bx_str path, const bx_open_how *how)
{
    bx_vfs_session *s = dir->s;
    bx_file *f = bx_calloc(1, sizeof *f);
    if (!f)
        return NULL;
    if (s->on_event) {
        char guest[BX_GUEST_BUF];
        f->guest_n = bx_path_join(bx_file_guest(dir), path, guest, sizeof guest);
        f->guest = bx_strndup(guest, f->guest_n);
        if (!f->guest) {
            free(f);
            return NULL;
        }
    }
    f->magic = BX_FILE_MAGIC;
    f->s = s;
    f->pre = dir->pre;
    f->bk = dir->bk;
    f->fd = -1;
    f->rights = (uint8_t)((how->read ? BX_FS_READ : 0u) | (how->write ? BX_FS_WRITE : 0u));
    f->flags = (bx_file_flags){.append = how->append,
                               .nonblock = how->nonblock,
                               .dsync = how->dsync,
                               .rsync = how->rsync,
                               .sync = how->sync};
    return f;
}

static bx_errno file_free(bx_file *f)
{
    bx_errno e = f->bk->close(f);
    if (e != BX_E_SUCCESS)
        (void)bx_event(f->s, BX_FS_CLOSE, (bx_event_at){f, BX_LIT("")}, NULL, f->rights, e);
    bx_dirlist_free(f);
    bx_names_free(f->names);
    free(f->guest);
    BX_CLEAR_MAGIC(f);
    free(f);
    return e;
}

static void file_adopt(bx_vfs_session *s, bx_file *f)
{
    if (f->type == BX_FT_DIR)
        f->rights = (uint8_t)f->pre->rights;
    f->next = s->open;
    f->link = &s->open;
    if (f->next)
        f->next->link = &f->next;
    s->open = f;
    if (++s->n.open_files > s->n.open_files_peak)
        s->n.open_files_peak = s->n.open_files;
}

/* Emptied only now, when nothing can refuse the opening any more. */
static bx_errno finish_open(const bx_open_how *how, bx_opened *o)
{
    if (!how->truncate || o->created)
        return BX_E_SUCCESS;
    return o->f->bk->set_size(o->f, 0);
}

static unsigned rights_asked(const bx_open_how *how)
{
    return (how->read ? BX_FS_READ : 0u) |
           (how->write || how->truncate || how->create ? BX_FS_WRITE : 0u);
}

static bx_errno open_checked(bx_file *dir, bx_str path, const bx_open_how *how, bx_opened *o)
{
    char z[BX_PATH_BUF];
    bx_vfs_session *s = dir->s;
    bx_errno e = enter(&dir, &path, rights_asked(how), z);
    if (e != BX_E_SUCCESS)
        return e;
    if (how->directory && (how->create || how->truncate))
        return BX_E_INVAL;
    if (s->n.open_files >= s->limits->open_files) {
        s->n.hit_open_files++;
        return BX_E_MFILE;
    }
    o->f = file_new(dir, path, how);
    if (!o->f)
        return BX_E_NOMEM;
    o->may_create = how->create && bx_session_take(s, BX_USED_CREATED, 1) == 1;
    e = dir->bk->open(dir, z, how, o);
    if (e == BX_E_DQUOT && !o->may_create)
        s->n.hit_files_created++;
    else
        (void)bx_count_full(dir, e);
    if (o->may_create && !o->created)
        bx_session_give(s, BX_USED_CREATED, 1);
    return e == BX_E_SUCCESS ? finish_open(how, o) : e;
}

bx_errno bx_vfs_open(bx_file *dir, bx_str path, const bx_open_how *how, bx_file **ret)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    bx_vfs_session *s = dir->s;
    bx_opened o = {0};
    bx_event_at at = {dir, path};
    bx_errno e = open_checked(dir, path, how, &o);
    if (e == BX_E_SUCCESS) {
        file_adopt(s, o.f);
        *ret = o.f;
        if (how->truncate && !o.created)
            (void)bx_event(s, BX_FS_TRUNCATE, at, NULL, BX_FS_WRITE, e);
    } else if (o.f) {
        (void)file_free(o.f); /* nothing was written yet */
    }
    bool create = o.created || (e != BX_E_SUCCESS && how->create);
    return bx_event(s, create ? BX_FS_CREATE : BX_FS_OPEN, at, NULL, rights_asked(how), e);
}

bx_errno bx_file_close(bx_file *f)
{
    if (!f)
        return BX_E_SUCCESS;
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    bx_vfs_session *s = f->s;
    BX_SESSION_LOCK(s);
    if (f->more > 0) {
        f->more--;
        return BX_E_SUCCESS;
    }
    if (f->preopen) {
        bx_dirlist_free(f);
        return BX_E_SUCCESS;
    }
    *f->link = f->next;
    if (f->next)
        f->next->link = f->link;
    s->n.open_files--;
    bx_errno e = file_free(f);
    s->n.failed_closes += e != BX_E_SUCCESS;
    return e;
}

void bx_file_ref(bx_file *f)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    f->more += !f->preopen; /* those live as long as the session */
}

/* ---- one path ------------------------------------------------------------------------------ */
bx_errno bx_vfs_stat_at(bx_file *dir, bx_str path, bool follow, bx_stat *ret)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter(&dir, &path, 0, z);
    if (e == BX_E_SUCCESS)
        e = dir->bk->stat_at(dir, z, follow, ret);
    return bx_event_refused(dir->s, BX_FS_STAT, (bx_event_at){dir, path}, 0, e);
}

bx_errno bx_vfs_set_times_at(bx_file *dir, bx_str path, bool follow, bx_set_time a, bx_set_time m)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter(&dir, &path, BX_FS_WRITE, z);
    if (e == BX_E_SUCCESS)
        e = dir->bk->set_times_at(dir, z, follow, a, m);
    return bx_event(dir->s, BX_FS_SET_TIMES, (bx_event_at){dir, path}, NULL, BX_FS_WRITE, e);
}

bx_errno bx_vfs_mkdir_at(bx_file *dir, bx_str path)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter_to_create(&dir, &path, z);
    if (e == BX_E_SUCCESS)
        e = created(dir, dir->bk->mkdir_at(dir, z));
    return bx_event(dir->s, BX_FS_MKDIR, (bx_event_at){dir, path}, NULL, BX_FS_WRITE, e);
}

bx_errno bx_vfs_rmdir_at(bx_file *dir, bx_str path)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter(&dir, &path, BX_FS_WRITE, z);
    if (e == BX_E_SUCCESS)
        e = dir->bk->rmdir_at(dir, z);
    return bx_event(dir->s, BX_FS_RMDIR, (bx_event_at){dir, path}, NULL, BX_FS_WRITE, e);
}

bx_errno bx_vfs_unlink_at(bx_file *dir, bx_str path)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter(&dir, &path, BX_FS_WRITE, z);
    if (e == BX_E_SUCCESS)
        e = dir->bk->unlink_at(dir, z);
    return bx_event(dir->s, BX_FS_UNLINK, (bx_event_at){dir, path}, NULL, BX_FS_WRITE, e);
}

/* A target that climbs out is allowed: following it is refused when it happens. */
bx_errno bx_vfs_symlink_at(bx_str target, bx_file *dir, bx_str path)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF], t[BX_PATH_BUF];
    bx_errno e = bx_path_take(target, t);
    if (e == BX_E_SUCCESS)
        e = enter_to_create(&dir, &path, z);
    if (e == BX_E_SUCCESS)
        e = created(dir, dir->bk->symlink_at(t, dir, z));
    return bx_event(dir->s, BX_FS_SYMLINK, (bx_event_at){dir, path}, &(bx_event_at){NULL, target},
                    BX_FS_WRITE, e);
}

bx_errno bx_vfs_readlink_at(bx_file *dir, bx_str path, char *buf, size_t cap, size_t *ret_n)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    char z[BX_PATH_BUF];
    bx_errno e = enter(&dir, &path, BX_FS_READ, z);
    if (e == BX_E_SUCCESS)
        e = dir->bk->readlink_at(dir, z, buf, cap, ret_n);
    return bx_event_refused(dir->s, BX_FS_READLINK, (bx_event_at){dir, path}, BX_FS_READ, e);
}

/* ---- two paths ------------------------------------------------------------------------------- */
bx_errno bx_vfs_link_at(bx_file *od, bx_str op, bool follow, bx_file *nd, bx_str np)
{
    BX_CHECK_MAGIC(od, BX_FILE_MAGIC);
    BX_CHECK_MAGIC(nd, BX_FILE_MAGIC);
    BX_SESSION_LOCK(od->s);
    char from[BX_PATH_BUF], to[BX_PATH_BUF];
    bx_vfs_session *s = od->s;
    bx_errno e = enter(&od, &op, BX_FS_WRITE, from);
    if (e == BX_E_SUCCESS)
        e = enter_to_create(&nd, &np, to);
    if (e == BX_E_SUCCESS && od->pre != nd->pre)
        e = BX_E_XDEV;
    if (e == BX_E_SUCCESS)
        e = created(nd, od->bk->link_at(od, from, follow, nd, to));
    if (e == BX_E_SUCCESS && s->scan) { /* a file got another name: what was counted is old */
        bx_carve_scan_free(s->scan);
        s->scan = NULL;
    }
    return bx_event(s, BX_FS_LINK, (bx_event_at){od, op}, &(bx_event_at){nd, np}, BX_FS_WRITE, e);
}

bx_errno bx_vfs_rename_at(bx_file *od, bx_str op, bx_file *nd, bx_str np)
{
    BX_CHECK_MAGIC(od, BX_FILE_MAGIC);
    BX_CHECK_MAGIC(nd, BX_FILE_MAGIC);
    BX_SESSION_LOCK(od->s);
    char from[BX_PATH_BUF], to[BX_PATH_BUF];
    bx_errno e = enter(&od, &op, BX_FS_WRITE, from);
    if (e == BX_E_SUCCESS)
        e = enter(&nd, &np, BX_FS_WRITE, to);
    if (e == BX_E_SUCCESS && od->pre != nd->pre)
        e = BX_E_XDEV;
    if (e == BX_E_SUCCESS)
        e = od->bk->rename_at(od, from, nd, to);
    return bx_event(od->s, BX_FS_RENAME, (bx_event_at){od, op}, &(bx_event_at){nd, np}, BX_FS_WRITE,
                    e);
}
