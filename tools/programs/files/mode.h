/* files/mode.h - what a file is to its owner: the one place that says what stands for modes, owners
 * and sizes on disk, which WASI preview 1 does not have.  On a system that has them they are the
 * real ones.  One thread.
 *
 * In the sandbox everything belongs to user 1000, directories are rwxr-xr-x, files rw-r--r--; a
 * file can be run when it begins with "#!" or as WebAssembly does, or lies in /bin. */
#ifndef BX_FILES_MODE_H
#define BX_FILES_MODE_H

#include "base/defs.h"

#include <sys/stat.h>

/* As fstatat, with mode, owner and blocks filled in; whether a regular file can be run is not known
 * yet.  `dir` as for fstatat.  0 or -1 with errno. */
int mode_stat(int dir, const char *path, bool follow, struct stat *ret);
int mode_fstat(int fd, struct stat *ret);

/* Add the x of a file that mode_stat has told of, where it has it; it may be opened for this. */
void mode_find_x(int dir, const char *path, struct stat *st);

/* The ten letters of ls -l, and a NUL. */
void mode_letters(mode_t mode, char ret[12]);

/* The name of a user or group, or NULL; valid until the next call. */
const char *mode_user(uint32_t uid);
const char *mode_group(uint32_t gid);
bool mode_user_id(const char *name, uint32_t *ret);
bool mode_group_id(const char *name, uint32_t *ret);
uint32_t mode_uid(void);
uint32_t mode_gid(void);

/* Blocks of 512 bytes. */
uint64_t mode_blocks(const struct stat *st);

/* The mode that `text` (octal, or u+rwx,go=r … as POSIX chmod has it) makes of `mode`; false: it is
 * none. */
bool mode_change(const char *text, mode_t mode, bool is_dir, mode_t umask_bits, mode_t *ret);

/* Set it; in the sandbox this only checks that the file is there. */
int mode_set(const char *path, mode_t mode);

mode_t mode_umask(void);

#endif
