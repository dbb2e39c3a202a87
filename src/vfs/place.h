/* vfs/place.h - a file that takes another's place.  WASI has no modes: a guest that writes a file
 * anew and renames it over the old one, so that nobody ever sees half of it, can neither read the
 * old one's mode nor set it.  So the sandbox keeps it: a file that a session has made and that is
 * renamed over another gets that one's permissions, and its owner and group where this process may
 * give them away. */
#ifndef BX_VFS_PLACE_H
#define BX_VFS_PLACE_H

#include "vfs/resolve.h"

/* The session has made this file.  The last BX_MAX_MADE are remembered. */
void bx_place_made(bx_vfs_session *s, int fd);

/* `from` is going to be renamed to `to`.  An error where it cannot get the permissions: it must not
 * take the place then, since it could be readable by others than the file that was there. */
bx_errno bx_place_take(bx_vfs_session *s, const bx_at *from, const bx_at *to);

#endif
