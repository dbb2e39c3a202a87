/* vfs/carve_fold.h - the other spellings of a path where a file system does not tell names apart.
 * Paths are canonical host paths, as of bx_fd_host_path.  Any thread. */
#ifndef BX_VFS_CARVE_FOLD_H
#define BX_VFS_CARVE_FOLD_H

#include "vfs/carve.h"

enum { BX_FORM_BUF = 2 * BX_PATH_BUF };

/* Leave of each part what DOS and Windows leave of it: nothing from a ':' on (the name of a stream)
 * and no dots and spaces at its end.  false: nothing changed. */
bool bx_form_strip(char *form, size_t *n);
/* The first part at or after `from` that looks like the short name DOS gives to a long one
 * ("SECRET~1.TXT"); *ret = where it begins.  false: there is none. */
bool bx_form_next_short(bx_str form, size_t from, size_t *ret);
/* Is there a directory on the way to `host` whose names can be spelled in other ways?  `v` shows
 * `host`.  Yes where that cannot be told. */
bool bx_path_names_fold(const bx_view *v, bx_str host);
extern bool bx_carve_distrusts_all; /* as if no file system were known; only tests change it */

#endif
