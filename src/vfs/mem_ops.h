/* vfs/mem_ops.h - the backend on the tree in memory: mem_paths.c names, mem_file.c contents. */
#ifndef BX_VFS_MEM_OPS_H
#define BX_VFS_MEM_OPS_H

#include "vfs/memfs.h"

bx_errno bx_mem_preopen(bx_file *f);
bx_errno bx_mem_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
bx_errno bx_mem_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret);
bx_errno bx_mem_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                             bx_set_time m);
bx_errno bx_mem_mkdir_at(bx_file *dir, const char *path);
bx_errno bx_mem_rmdir_at(bx_file *dir, const char *path);
bx_errno bx_mem_unlink_at(bx_file *dir, const char *path);
bx_errno bx_mem_symlink_at(const char *target, bx_file *dir, const char *path);
bx_errno bx_mem_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
bx_errno bx_mem_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
bx_errno bx_mem_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np);
void bx_mem_stat(bx_vfs_session *s, const bx_mem_node *n, bx_stat *ret);
void bx_mem_set_times(bx_mem_node *n, bx_set_time a, bx_set_time m);

#endif
