/* vfs/events.h - telling the session's listener what was done and refused. */
#ifndef BX_VFS_EVENTS_H
#define BX_VFS_EVENTS_H

#include "vfs/object.h"

typedef struct bx_event_at { /* a path as asked: directory handle and text */
    const bx_file *dir;
    bx_str path;
} bx_event_at;
/* Tell the session's listener, if there is one; `b` may be NULL. Returns `result`. */
bx_errno bx_event(bx_vfs_session *s, bx_fs_op op, bx_event_at a, const bx_event_at *b,
                  unsigned rights, bx_errno result);
/* As bx_event, but only when `result` is a refusal (PERM, ACCES, DQUOT, MFILE, NFILE, NOTCAPABLE,
 * XDEV).
 */
bx_errno bx_event_refused(bx_vfs_session *s, bx_fs_op op, bx_event_at a, unsigned rights,
                          bx_errno result);
bx_str bx_file_guest(const bx_file *f); /* "/" when it is not kept */

#endif
