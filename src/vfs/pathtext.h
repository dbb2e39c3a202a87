/* vfs/pathtext.h - text of guest paths.  Pure. */
#ifndef BX_VFS_PATHTEXT_H
#define BX_VFS_PATHTEXT_H

#include "vfs/object.h"

/* `s` as a checked NUL-terminated copy in `out`, as the bytes of its names (codec/rawname.h): NOENT
 * empty, NAMETOOLONG, INVAL NUL byte, ILSEQ, PERM absolute. */
bx_errno bx_path_take(bx_str s, char out[BX_PATH_BUF]);
/* The text of the path `raw`, cut to buf[0..cap); ILSEQ where that would be no path any more. */
bx_errno bx_path_show(bx_str raw, char *buf, size_t cap, size_t *ret_n);
/* Join `rel` to the absolute guest path `base`, dropping "", "." and ".." by text alone.  What
 * does not fit is cut off.  Returns the length; `out` is NUL-terminated. */
size_t bx_path_join(bx_str base, bx_str rel, char *out, size_t cap);

typedef enum bx_last { BX_LAST_NAME, BX_LAST_DOT, BX_LAST_DOTDOT } bx_last;
typedef struct bx_split {
    size_t parent_n; /* bytes of the path that name the parent; 0 = the start directory */
    size_t name_at, name_n;
    bx_last last;
    bool slash; /* the path ends in '/' */
} bx_split;
bx_split bx_path_split(const char *path);

#endif
