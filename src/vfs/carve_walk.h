/* vfs/carve_walk.h - resolving a path part by part, judging each, so that not even the
 * existence of a carved-out name shows. */
#ifndef BX_VFS_CARVE_WALK_H
#define BX_VFS_CARVE_WALK_H

#include "vfs/carve.h"

/* `ret_names` (NULL: not wanted): the names that links gave what was reached, owned; untouched when
 * there are none. */
bx_errno bx_carve_walk(bx_file *dir, const char *path, bool follow, int *ret_fd,
                       struct stat *ret_st, bx_names **ret_names);
bool bx_dir_is_removed(int dirfd);

#endif
