/* os/beneath.h - opening below a directory without ever leaving it (openat2(2), Linux 5.6), and the
 * name under which /proc shows a descriptor.  Any thread; no state. */
#ifndef BX_OS_BENEATH_H
#define BX_OS_BENEATH_H

#include <fcntl.h>
#include <linux/openat2.h>

#include "base/defs.h"

enum {
    BX_BENEATH = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    BX_BENEATH_STEP = BX_BENEATH | RESOLVE_NO_SYMLINKS, /* and no symbolic link on the way */
};

/* openat2 with O_CLOEXEC and RESOLVE_* of `resolve`; EINTR and EAGAIN are tried again, a bounded
 * number of times.  The descriptor, or -1 and errno: EXDEV when the path leads out. */
int bx_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve);

/* "/proc/self/fd/N": opening it opens the very object `fd` stands for, whatever its name is by
 * now. */
enum { BX_PROC_FD_MAX = 40 };
void bx_proc_fd(int fd, char out[BX_PROC_FD_MAX]);

#endif
