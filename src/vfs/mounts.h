/* vfs/mounts.h - rights where grants overlap. */
#ifndef BX_VFS_MOUNTS_H
#define BX_VFS_MOUNTS_H

#include "vfs/object.h"

/* Rights every grant together gives on the host directory `fd`; only asked when v->nested. */
bx_errno bx_rights_at(const bx_vfs *v, int fd, unsigned *ret);
/* PERM when all grants together do not give `need` where the object `fd` is now: a directory handle
 * may have been moved since.  Costs nothing unless v->nested. */
bx_errno bx_rights_needed(const bx_vfs *v, int fd, unsigned need);
/* BUSY when `name` in `dirfd` is a granted directory or above one; only asked when v->nested. */
bx_errno bx_holds_grant(const bx_vfs *v, int dirfd, const char *name, size_t name_n);

#endif
