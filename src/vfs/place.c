#include "vfs/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"

/* Never setuid, setgid or sticky: what a guest has written runs with nobody's rights. */
enum { KEPT_BITS = 0777, GROUP_BITS = 070, ALL_BITS = 07777 };

void bx_place_made(bx_vfs_session *s, int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0)
        s->made[s->n_made++ % BX_MAX_MADE] = (bx_made){st.st_dev, st.st_ino};
}

static bool is_made(const bx_vfs_session *s, const struct stat *st)
{
    size_t n = s->n_made < BX_MAX_MADE ? s->n_made : BX_MAX_MADE;
    for (size_t i = 0; i < n; i++)
        if (s->made[i].dev == st->st_dev && s->made[i].ino == st->st_ino)
            return true;
    return false;
}

/* A regular file, or -1. */
static int look_at(const bx_at *at, char name[BX_NAME_MAX + 1], struct stat *st)
{
    memcpy(name, at->name, at->name_n);
    name[at->name_n] = '\0';
    return fstatat(at->fd, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode) ? 0 : -1;
}

/* Through /proc/self/fd it is the very file that was looked at. */
static bx_errno make_alike(int fd, const struct stat *own, const struct stat *old)
{
    char proc[BX_PROC_FD_MAX];
    mode_t mode = old->st_mode & KEPT_BITS;
    bx_proc_fd(fd, proc);
    if ((own->st_uid != old->st_uid || own->st_gid != old->st_gid) &&
        chown(proc, old->st_uid, old->st_gid) != 0 && own->st_gid != old->st_gid &&
        chown(proc, (uid_t)-1, old->st_gid) != 0)
        mode &= ~(mode_t)GROUP_BITS | (mode << 3 & GROUP_BITS); /* another group: as all others */
    if (mode == (own->st_mode & ALL_BITS) || chmod(proc, mode) == 0)
        return BX_E_SUCCESS;
    return bx_errno_from_host(errno);
}

static bool is_alike(const struct stat *own, const struct stat *old)
{
    return own->st_uid == old->st_uid && own->st_gid == old->st_gid &&
           (own->st_mode & ALL_BITS) == (old->st_mode & KEPT_BITS);
}

bx_errno bx_place_take(bx_vfs_session *s, const bx_at *from, const bx_at *to)
{
    char name[BX_NAME_MAX + 1];
    struct stat old, own;
    if (s->n_made == 0 || look_at(to, name, &old) != 0 || look_at(from, name, &own) != 0 ||
        !is_made(s, &own) || is_alike(&own, &old))
        return BX_E_SUCCESS;
    BX_AUTOCLOSE int fd = openat(from->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat again;
    if (fd < 0 || fstat(fd, &again) != 0)
        return bx_errno_from_host(errno);
    bool same = again.st_dev == own.st_dev && again.st_ino == own.st_ino;
    return same ? make_alike(fd, &again, &old) : BX_E_SUCCESS; /* another file by now: not ours */
}
