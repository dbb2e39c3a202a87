/* os/fstype.h - what kind of file system an object is on.  Any thread; no state. */
#ifndef BX_OS_FSTYPE_H
#define BX_OS_FSTYPE_H

#include "base/defs.h"

/* Is `fd` on one of the kernel's own file systems (proc, sysfs, control groups, debugging, security
 * and the like), whose files show or steer processes and the machine?  Also yes when that cannot be
 * told.  One system call. */
bool bx_fd_is_kernel_fs(int fd);

/* Is `fd` on a file system where this kernel alone sets the change time of a file, at every change?
 * No for FUSE, network and FAT file systems, whose servers or drivers make it up, and for unknown
 * ones.  One system call. */
bool bx_fd_keeps_change_times(int fd);

/* May what is in the directory `fd` (O_PATH) be reached by other spellings of its name: another
 * case, a short name, the name of a stream?  Yes where the file system is not known to tell names
 * apart by their bytes, and in directories whose case is folded.  A few system calls. */
bool bx_dir_names_fold(int fd);

/* Does the directory `fd` (O_PATH) show under `name` something it does not list by that very name?
 * For file systems that show others, by whose rules names are found.  Reads the directory. */
bool bx_dir_hides_name(int fd, const char *name);

/* Do two names of one file have one inode number where `fd` is?  No where the file system is not
 * known to do so.  One system call. */
bool bx_fd_inodes_tell(int fd);

#endif
