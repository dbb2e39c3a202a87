/* vfs/root.h - the directories above the mounts: where no mount is at "/", an empty "/" that holds
 * nothing but the ways to what was granted.  It can be opened and listed, and gives no right:
 * nothing can be made or changed in it, and what lies behind it is judged by the grant it belongs
 * to. */
#ifndef BX_VFS_ROOT_H
#define BX_VFS_ROOT_H

#include "vfs/object.h"

/* Where `path` leads into a granted directory, *dir and *path become that directory and the rest of
 * the path; else both stay.  NOTDIR, PERM and the like come from the operation itself. */
bx_errno bx_root_follow(bx_file **dir, bx_str *path);

#endif
