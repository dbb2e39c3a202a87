/* vfs/mem_walk.h - paths in the tree in memory. */
#ifndef BX_VFS_MEM_WALK_H
#define BX_VFS_MEM_WALK_H

#include "vfs/memfs.h"
#include "vfs/pathtext.h"

typedef struct bx_mem_at {
    bx_mem_node *dir; /* where the last part is looked up */
    bx_mem_node *obj; /* what it is, or NULL; not looked up by bx_mem_parent */
    bx_last last;
    bool slash;
    char name[BX_NAME_MAX + 1];
    size_t name_n;
} bx_mem_at;
/* The object; NOENT with ret->dir and ret->name of where it would be made (ret->dir NULL: nowhere).
 */
bx_errno bx_mem_object(bx_file *dir, const char *path, bool follow, bx_mem_at *ret);
bx_errno bx_mem_parent(bx_file *dir, const char *path, bx_mem_at *ret);
size_t bx_mem_guest_path(const bx_file *f, const bx_mem_node *dir, const char *name,
                         char out[BX_GUEST_BUF]);

#endif
