/* vfs/host.h - the backend on host directories: host_open.c opens, host_paths.c does the other
 * things with paths, host.c what is done with open files. */
#ifndef BX_VFS_HOST_H
#define BX_VFS_HOST_H

#include "vfs/backend.h"

bx_errno bx_host_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
bx_errno bx_host_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret);
bx_errno bx_host_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                              bx_set_time m);
bx_errno bx_host_mkdir_at(bx_file *dir, const char *path);
bx_errno bx_host_rmdir_at(bx_file *dir, const char *path);
bx_errno bx_host_unlink_at(bx_file *dir, const char *path);
bx_errno bx_host_symlink_at(const char *target, bx_file *dir, const char *path);
bx_errno bx_host_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
bx_errno bx_host_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
bx_errno bx_host_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np);

void bx_host_stat(bx_vfs_session *s, const struct stat *st, bx_stat *ret);
bx_errno bx_host_set_fd_times(int fd, bx_set_time a, bx_set_time m);
bx_errno bx_host_read(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
bx_errno bx_host_seek(bx_file *f, int64_t off, int whence, uint64_t *ret);
bx_errno bx_host_fstat(bx_file *f, bx_stat *ret);
bx_errno bx_host_sync(bx_file *f, bool data_only);
bx_errno bx_host_advise(bx_file *f, uint64_t off, uint64_t len, int advice);
bx_errno bx_host_set_times(bx_file *f, bx_set_time a, bx_set_time m);
bool bx_host_is_same(const bx_file *a, const bx_file *b);
bx_errno bx_host_set_size(bx_file *f, uint64_t size);
bx_errno bx_host_allocate(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used);
bx_errno bx_host_close(bx_file *f);
bx_errno bx_host_write(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
bx_filetype bx_filetype_of(mode_t mode);

#endif
