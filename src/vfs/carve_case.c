/* Rules compare names byte by byte.  Where ".ENV" opens ".env" they could be sidestepped, so such
 * a directory is not granted together with rules. */
#include "vfs/carve_case.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/ascii.h"
#include "os/beneath.h"

enum { LOOK_AT = 64 }; /* entries tried */

static bool flip_case(const char *name, char out[BX_NAME_MAX + 1])
{
    bool flipped = false;
    size_t n = strlen(name);
    if (n > BX_NAME_MAX)
        return false;
    for (size_t i = 0; i <= n; i++) {
        bool letter = bx_is_alpha(name[i]);
        out[i] = letter ? (char)(name[i] ^ 0x20) : name[i];
        flipped |= letter;
    }
    return flipped;
}

/* The same thing under the other case, and not because somebody gave it a second name. */
static bool other_case_works(int fd, const char *name)
{
    char other[BX_NAME_MAX + 1];
    struct stat a, b;
    return flip_case(name, other) && fstatat(fd, name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(fd, other, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && (S_ISDIR(a.st_mode) || a.st_nlink == 1);
}

/* Says no where it cannot look: what the operator may not read shows no names to try. */
bool bx_dir_ignores_case(int path_fd)
{
    char proc[40];
    bx_proc_fd(path_fd, proc);
    int fd = open(proc, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    int flags = 0;
    bool found = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_CASEFOLD_FL);
    const struct dirent *e;
    for (int i = 0; i < LOOK_AT && !found && (e = readdir(d)) != NULL; i++)
        found = other_case_works(fd, e->d_name);
    (void)closedir(d);
    return found;
}
