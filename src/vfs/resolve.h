/* vfs/resolve.h - which host object a path means. */
#ifndef BX_VFS_RESOLVE_H
#define BX_VFS_RESOLVE_H

#include "vfs/pathtext.h"

bx_errno bx_resolve_errno(int host_errno); /* as bx_errno_from_host; leaving the grant is PERM */

/* The object itself as an O_PATH descriptor the caller owns, judged against carve-outs. `flags`:
 * O_DIRECTORY or 0.  A last symbolic link is returned as such unless `follow` or a trailing '/'. */
bx_errno bx_host_object(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                        struct stat *ret_st);

/* The same; *ret_names: the names that links gave a directory, owned, or NULL. */
bx_errno bx_host_object_named(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                              struct stat *ret_st, bx_names **ret_names);

typedef struct bx_at {
    int fd;       /* the parent directory */
    int own;      /* the same when it must be closed, else -1 */
    bx_last last; /* not a name: `name` is empty and `fd` the directory itself */
    bool slash;
    char name[BX_NAME_MAX + 2]; /* with the trailing '/' it had, so that the kernel judges it */
    size_t name_n;              /* without it */
    bx_names *names;            /* that links gave the parent; owned; NULL: none */
} bx_at;
bx_errno bx_host_parent(bx_file *dir, const char *path, bx_at *ret);
void bx_at_done(bx_at *at);
#define BX_AUTO_AT __attribute__((cleanup(bx_at_done))) bx_at

#endif
