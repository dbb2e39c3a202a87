/* vfs/carve_case.h - may one name be written in another case? */
#ifndef BX_VFS_CARVE_CASE_H
#define BX_VFS_CARVE_CASE_H

#include "vfs/object.h"

bool bx_dir_ignores_case(int path_fd);

#endif
