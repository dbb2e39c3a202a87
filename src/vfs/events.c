#include "vfs/events.h"

#include "vfs/pathtext.h"

const char *bx_fs_op_name(bx_fs_op op)
{
    static const char *const names[] = {
        [BX_FS_OPEN] = "open",           [BX_FS_CREATE] = "create",   [BX_FS_MKDIR] = "mkdir",
        [BX_FS_UNLINK] = "unlink",       [BX_FS_RMDIR] = "rmdir",     [BX_FS_RENAME] = "rename",
        [BX_FS_LINK] = "link",           [BX_FS_SYMLINK] = "symlink", [BX_FS_TRUNCATE] = "truncate",
        [BX_FS_SET_TIMES] = "set_times", [BX_FS_READDIR] = "readdir", [BX_FS_STAT] = "stat",
        [BX_FS_READLINK] = "readlink",   [BX_FS_CLOSE] = "close",
    };
    return (size_t)op < BX_COUNT(names) && names[op] ? names[op] : "unknown";
}

bx_str bx_file_guest(const bx_file *f)
{
    if (f->guest)
        return (bx_str){f->guest, f->guest_n};
    if (f->preopen)
        return (bx_str){f->pre->path, f->pre->path_n};
    return BX_LIT("/");
}

/* A path that climbs is shown as far as its text goes: the event tells what was asked. */
static bx_str shown_path(bx_event_at at, char buf[BX_GUEST_BUF])
{
    bx_str base = bx_file_guest(at.dir);
    if (at.path.n > BX_MAX_PATH)
        at.path.n = BX_MAX_PATH;
    if (at.path.n > 0 && at.path.p[0] == '/')
        base.n = 0;
    size_t n = bx_path_join(base, at.path, buf, BX_GUEST_BUF);
    return (bx_str){buf, n};
}

bx_errno bx_event(bx_vfs_session *s, bx_fs_op op, bx_event_at a, const bx_event_at *b,
                  unsigned rights, bx_errno result)
{
    if (BX_LIKELY(!s->on_event))
        return result;
    char buf[BX_GUEST_BUF], buf2[BX_GUEST_BUF];
    bx_fs_event ev = {.op = op, .rights = rights, .result = result, .path2 = BX_LIT("")};
    ev.path = shown_path(a, buf);
    if (b && b->dir)
        ev.path2 = shown_path(*b, buf2);
    else if (b)
        ev.path2 = b->path; /* the target of a symbolic link, as it is */
    s->on_event(s->ctx, &ev);
    return result;
}

bx_errno bx_event_refused(bx_vfs_session *s, bx_fs_op op, bx_event_at a, unsigned rights,
                          bx_errno result)
{
    switch (result) {
    case BX_E_PERM:
    case BX_E_ACCES:
    case BX_E_DQUOT:
    case BX_E_MFILE:
    case BX_E_NFILE:
    case BX_E_XDEV:
    case BX_E_NOTCAPABLE:
        return bx_event(s, op, a, NULL, rights, result);
    default:
        return result;
    }
}
