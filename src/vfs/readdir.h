/* vfs/readdir.h - directories of the host, entry by entry. */
#ifndef BX_VFS_READDIR_H
#define BX_VFS_READDIR_H

#include "vfs/object.h"

bx_errno bx_host_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);
void bx_dirlist_free(bx_file *dir);
/* Bytes all lists of a session may hold; beyond it the oldest entries go.  Only tests change it. */
extern size_t bx_dirlist_max;
/* Count `n` entries of a pass, all or none; DQUOT over the limit. */
bx_errno bx_count_dir_entries(bx_vfs_session *s, uint64_t n);

#endif
