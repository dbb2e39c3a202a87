/* vfs/carve_walk.h - resolving a path part by part, judging each, so that not even the
 * existence of a carved-out name shows. */
#ifndef BX_VFS_CARVE_WALK_H
#define BX_VFS_CARVE_WALK_H

#include "vfs/carve.h"

bx_errno bx_carve_walk(bx_file *dir, const char *path, bool follow, int *ret_fd,
                       struct stat *ret_st);
bool bx_dir_is_removed(int dirfd);

#endif
