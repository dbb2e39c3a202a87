/* vfs/carve_scan.h - has a file another name that is carved out? */
#ifndef BX_VFS_CARVE_SCAN_H
#define BX_VFS_CARVE_SCAN_H

#include "vfs/object.h"

/* Has this regular file another name that is carved out?  `fd` (O_PATH) and `st` are of it.  ACCES,
 * also where a file's names do not have one inode number. */
bx_errno bx_carve_hardlink(bx_vfs_session *s, int fd, const struct stat *st);
void bx_carve_scan_free(bx_carve_scan *scan);
extern size_t bx_carve_scan_max; /* entries looked at; only tests change it */

#endif
