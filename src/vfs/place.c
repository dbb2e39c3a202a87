#include "vfs/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"

/* Never setuid, setgid or sticky: what a guest has written runs with nobody's rights. */
enum { KEPT_BITS = 0777, GROUP_BITS = 070 };

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

static int open_at(const bx_at *at, struct stat *st)
{
    char name[BX_NAME_MAX + 1];
    memcpy(name, at->name, at->name_n);
    name[at->name_n] = '\0';
    int fd = openat(at->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || (fstat(fd, st) == 0 && S_ISREG(st->st_mode)))
        return fd;
    (void)close(fd);
    return -1;
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
    if (mode == (own->st_mode & 07777) || chmod(proc, mode) == 0)
        return BX_E_SUCCESS;
    return bx_errno_from_host(errno);
}

bx_errno bx_place_take(bx_vfs_session *s, const bx_at *from, const bx_at *to)
{
    BX_AUTOCLOSE int old_fd = -1;
    BX_AUTOCLOSE int own_fd = -1;
    struct stat old, own;
    if (s->n_made == 0 || (old_fd = open_at(to, &old)) < 0 || (own_fd = open_at(from, &own)) < 0)
        return BX_E_SUCCESS;
    return is_made(s, &own) ? make_alike(own_fd, &own, &old) : BX_E_SUCCESS;
}
