/* vfs/host_path.h - where a descriptor really is, as text. */
#ifndef BX_VFS_HOST_PATH_H
#define BX_VFS_HOST_PATH_H

#include "vfs/object.h"

/* What the kernel puts behind the path of an object whose name was removed. */
#define BX_DELETED " (deleted)"

/* Canonical host path of `fd`, without a trailing '/', so "" for the root.  NOENT deleted, PERM not
 * reachable from here, ACCES too long to be judged. */
bx_errno bx_fd_host_path(int fd, char out[BX_PATH_BUF], size_t *ret_n);
/* `path` is `dir` or below it; both in the form of bx_fd_host_path. */
bool bx_host_is_below(bx_str path, bx_str dir);

#endif
